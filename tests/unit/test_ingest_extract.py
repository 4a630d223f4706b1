from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.ingest.blocks import Piece
from bot.ingest.cleaning import article_alone, is_furniture, is_wall
from bot.ingest.errors import NoArticle
from bot.ingest.extract import extract_article, extract_page
from bot.ingest.language import detect
from bot.ingest.stages import ExtractedPage, FetchedPage
from storage.records import Block, BlockKind

PAGES = Path(__file__).parents[1] / "data" / "pages"
ARTICLES = sorted(path.stem for path in PAGES.glob("*.txt"))
URL = "https://site.example/news/1"


def page(name: str) -> bytes:
    text = (PAGES / f"{name}.html").read_text(encoding="utf-8")
    return text.encode("windows-1251" if "charset=windows-1251" in text else "utf-8")


def extract(name: str) -> ExtractedPage:
    return extract_article(page(name), URL, None)


def test_there_are_pages_in_each_language() -> None:
    assert {name[:2] for name in ARTICLES} == {"ru", "tg", "en"}


@pytest.mark.parametrize("name", ARTICLES)
def test_the_article_is_kept_whole_and_nothing_around_it(name: str) -> None:
    article = extract(name)
    lines = [article.lead, *(block.text for block in article.body if block.kind is not BlockKind.IMAGE)]
    assert lines == (PAGES / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    assert article.language == name[:2]


def test_what_the_page_says_of_itself_is_read() -> None:
    article = extract_article(page("ru_share_line"), "https://vesti.example/2026/10/most?from=main", None)
    assert article.title == "Через Вахш открыли новый мост"
    assert article.author == "Отдел новостей"
    assert article.published_at == datetime(2026, 10, 18, 4, 40, tzinfo=UTC)
    assert article.image == "https://vesti.example/img/most.jpg"
    assert article.canonical_url == "https://vesti.example/2026/10/most"


def test_a_pages_date_without_a_zone_is_in_the_newsrooms() -> None:
    html = "<html><head><meta property='article:published_time' content='2026-10-18T12:00'></head>"
    body = f"{html}<body><article><p>{'Снег шёл всю ночь. ' * 8}</p></article></body></html>".encode()
    page = FetchedPage(URL, URL, 200, "text/html", None, body)
    assert extract_page(page, None, None, "Asia/Dushanbe").published_at == datetime(2026, 10, 18, 7, tzinfo=UTC)


def test_a_caption_stands_above_its_table_and_the_head_is_the_tables() -> None:
    told = "".join(
        f"<p>Абзац {n}: промышленность области выросла за год на шесть процентов, сообщило управление статистики.</p>"
        for n in range(5)
    )
    table = (
        "<table><caption>Млн сомони</caption><thead><tr><th>Отрасль</th><th>2025</th><th>2026</th></tr></thead>"
        "<tbody><tr><td>Хлопок</td><td>12</td><td>14</td></tr><tr><td>Уголь</td><td>3</td><td>5</td></tr></tbody></table>"
    )
    html = f"<html><body><article><h1>Итоги года</h1>{told}{table}{told}</article></body></html>"
    page = FetchedPage(URL, URL, 200, "text/html", "utf-8", html.encode())
    body = extract_page(page, None, None, "Asia/Dushanbe").body
    [at] = [place for place, block in enumerate(body) if block.kind is BlockKind.TABLE]
    assert body[at - 1] == Block(BlockKind.PARAGRAPH, "Млн сомони")
    assert (body[at].level, body[at].rows[0]) == (1, ("Отрасль", "2025", "2026"))


def test_a_caption_belongs_to_its_picture() -> None:
    captions = [block.text for block in extract("ru_ads_and_captions").body if block.kind is BlockKind.IMAGE]
    assert captions == ["Нижняя станция в ущелье. Фото из архива редакции", "Вид с верхней площадки"]


def test_linked_data_is_read() -> None:
    article = extract("tg_networks")
    assert article.published_at == datetime(2026, 10, 17, 9, 5, tzinfo=UTC)
    assert article.tags == ("китоб", "фарҳанг")
    assert article.author == "Хабарнигори мо"


def test_headings_lists_quotes_and_pictures_keep_their_kind() -> None:
    kinds = [block.kind for block in extract("en_cards_inside").body]
    assert kinds == [
        BlockKind.IMAGE, BlockKind.PARAGRAPH, BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.LIST_ITEM,
        BlockKind.LIST_ITEM, BlockKind.QUOTE, BlockKind.PARAGRAPH,
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["en_login_wall", "ru_cookie_wall"])
def test_a_wall_is_not_an_article(name: str) -> None:
    with pytest.raises(NoArticle):
        extract(name)


@pytest.mark.parametrize(
    "lines",
    [
        ["The lake is full again.", "To read the full story, log in or register: only members have access."],
        ["Please log in to continue."],
        ["You must sign in to see this page. It takes a minute."],
        ["Озеро снова полно.", "Полный текст доступен по подписке. Она стоит сто сомони в месяц."],
        ["Чтобы прочесть статью, войдите или зарегистрируйтесь."],
        ["Барои хондан лозим аст, ки ворид шавед."],
        ["Checking your browser before you go on."],
    ],
)
def test_a_wall_speaks_to_its_reader_and_says_little_else(lines: list[str]) -> None:
    assert is_wall([Block(BlockKind.PARAGRAPH, text) for text in lines])


@pytest.mark.parametrize(
    "lines",
    [
        ["The pool closes on Monday for repairs, the only one in town.", "Sign up for our newsletter."],
        ["Applicants must register in the new portal by Sunday, the office said, or wait another year."],
        ["Drivers need to log in with a plate number.", "The only other way is a queue of five hours."],
        ["Полный текст закона опубликован в воскресенье.", "Он вступит в силу через месяц."],
        ["Жителям нужно зарегистрировать колодцы до весны, сообщили в ведомстве.", "Войдите в положение, просят они."],
        [
            "Башня открыта для всех.",
            "Смотритель продаёт билеты у входа, их всего сорок.",
            "Подтвердите, что вы не робот.",
        ],
    ],
)
def test_a_short_report_is_no_wall(lines: list[str]) -> None:
    assert not is_wall([Block(BlockKind.PARAGRAPH, text) for text in lines])


@pytest.mark.parametrize(
    "body", [b"", b" ", b"<html></html>", b"\x00\xff\xfe", b"<html><body><nav><a href='/'>Home</a></nav></body></html>"]
)
def test_a_page_without_text_is_not_an_article(body: bytes) -> None:
    with pytest.raises(NoArticle):
        extract_article(body, URL, None)


def test_a_page_that_gives_less_than_the_feed_is_refused() -> None:
    with pytest.raises(NoArticle, match="the feed already"):
        extract_article(page("tg_short"), URL, None, hint_text="Сухани дароз. " * 100)


def test_the_title_of_the_feed_stands_in_where_the_page_has_none() -> None:
    html = f"<html><body><p>{'Снег шёл всю ночь, дороги засыпало. ' * 5}</p></body></html>".encode()
    assert extract_article(html, URL, None, hint_title="Снег").title == "Снег"


def test_a_sites_name_in_the_first_headline_is_not_the_title() -> None:
    start = "<html><head><title>Снег на перевале — Вести</title></head><body><h1><a href='/'>Вести</a></h1>"
    html = f"{start}<h2>Снег на перевале</h2><p>{'Снег шёл всю ночь, дороги засыпало. ' * 5}</p>"
    article = extract_article(html.encode(), URL, None)
    assert article.title == "Снег на перевале"
    assert "перевале" not in " ".join([article.lead, *(block.text for block in article.body)])


def test_a_wrapper_that_is_named_after_its_sidebar_is_kept() -> None:
    rows = "".join(
        f"<div>Снег шёл всю ночь, дорогу номер {number} засыпало, но утром её расчистили.</div>" for number in range(5)
    )
    side = "<div class='sidebar'><div>Погода</div><div><a href='/1'>Курсы валют</a></div></div>"
    html = f"<html><body><div class='page with-sidebar'><div>{rows}</div>{side}</div></body></html>".encode()
    article = extract_article(html, URL, None)
    assert len(article.body) == 4
    assert "Погода" not in " ".join(block.text for block in article.body)


@pytest.mark.parametrize(
    "line",
    [
        "Читайте также:",
        "По теме",
        "Другие новости дня",
        "Read also",
        "Ҳамчунин хонед:",
        "Читайте также: Мост закроют",
        "Другие материалы",
        "Свежие публикации",
    ],
)
def test_a_line_that_announces_other_stories_goes_with_its_links(line: str) -> None:
    pieces = [piece("Снег шёл всю ночь."), piece(line), piece("Мост закроют на ремонт", 1.0), piece("Утром потеплело.")]
    assert [block.text for block in article_alone(pieces, "")] == ["Снег шёл всю ночь.", "Утром потеплело."]


@pytest.mark.parametrize(
    "line",
    [
        "Рекомендуем взять с собой зонт и тёплую обувь.",
        "По теме спора высказались оба депутата.",
        "Рекомендуем: тёплую одежду, термос и запас воды на двое суток, пишут в памятке спасатели.",
        "More news from the front line is expected on Monday.",
    ],
)
def test_a_sentence_that_only_starts_like_an_announcement_stays(line: str) -> None:
    assert [block.text for block in article_alone([piece("Снег шёл всю ночь."), piece(line)], "")][-1] == line


@pytest.mark.parametrize(
    "line", ["Исправлено в 02:11", "Ислоҳ шуд: 02:11", "Обновлён в 9.05", "Last updated at 14:30 GMT"]
)
def test_the_hour_of_a_correction_is_not_the_lead(line: str) -> None:
    kept = article_alone([piece(line), piece("Делегации известили утром.")], "")
    assert [block.text for block in kept] == ["Делегации известили утром."]


@pytest.mark.parametrize("line", ["Опубликован счёт матча: 2:11.", "Обновлённый зал открыли в 9.05 при полном аншлаге"])
def test_an_hour_in_a_report_is_no_stamp(line: str) -> None:
    assert len(article_alone([piece(line), piece("Гостей было много.")], "")) == 2


def test_a_short_article_is_not_run_together() -> None:
    html = """<html><body><article><p>Палата приняла два закона, они вступят в силу с первого января:</p>
    <ul><li><a href="/law/1">О водных ресурсах</a></li><li><a href="/law/2">О библиотеках</a></li></ul>
    <p>Ещё один закон депутаты вернули на доработку.</p></article></body></html>"""
    article = extract_article(html.encode(), URL, None)
    assert article.lead == "Палата приняла два закона, они вступят в силу с первого января:"
    assert article.body[-1] == Block(BlockKind.PARAGRAPH, "Ещё один закон депутаты вернули на доработку.")


def test_a_list_of_links_that_the_article_announces_is_its_own() -> None:
    links = [piece("О водных ресурсах", 1.0), piece("О библиотеках", 1.0)]
    last = piece("Ещё один закон вернули на доработку.")
    announced = [piece("Палата приняла два закона:"), *links, last]
    assert len(article_alone(announced, "")) == 4
    assert len(article_alone([piece("Палата приняла два закона."), *links, last], "")) == 2


def test_a_file_that_is_no_page_is_refused_by_its_type() -> None:
    with pytest.raises(NoArticle, match="application/pdf"):
        extract_page(FetchedPage(URL, URL, 200, "application/pdf", None, b"%PDF"), None, None)


def piece(text: str, linked: float = 0.0) -> Piece:
    return Piece(Block(BlockKind.PARAGRAPH, text), linked)


@pytest.mark.parametrize(
    "text",
    [
        "Будьте с нами: Telegram, Facebook, Instagram, OK",
        "Подписывайтесь на наш Telegram-канал!",
        "Поделиться в Facebook",
        "Читайте нас в Дзене и ВКонтакте",
        "Facebook | Twitter | VK",
        "Читайте нас в сетях:",
        "Поделиться:",
        "→ Follow us:",
        "Stay with us on Telegram, Facebook, OK",
        "Share on Facebook",
        "Follow us on Instagram and YouTube for more stories.",
        "Дар Telegram ва Facebook бо мо бошед",
        "Чтобы оставлять комментарии, необходимо авторизоваться.",
        "Войдите, чтобы комментировать",
        "You must be logged in to post a comment.",
        "Барои гузоштани шарҳ бояд ворид шавед",
        "Мы используем cookie, чтобы сайт работал лучше. Принять",
        "We use cookies. By staying on our site you agree to this.",
        "© 2026 Вести. Все права защищены",
        "Теги: мост, дороги",
        "Нашли ошибку? Выделите текст и нажмите Ctrl+Enter",
        "Если в тексте есть опечатка, отметьте её мышью и нажмите Ctrl + Enter.",
        "This site uses cookies. OK",
        "Этот сайт использует файлы cookie.",
        "Sign up for our morning newsletter!",
        "Подпишитесь на рассылку редакции",
        "Реклама",
        "Реклама: скидки в «Доме обуви»",
        "Реклама. ООО «Пример», ИНН 0000000000, erid: 2Vabc, подробности об условиях акции на сайте рекламодателя",
        "The post Bridge opened appeared first on City News.",
        "Читать далее →",
        "Read more",
    ],
)
def test_a_line_of_the_site_is_known_by_its_form(text: str) -> None:
    assert is_furniture(piece(text))


@pytest.mark.parametrize(
    "text",
    [
        "Telegram оштрафовали на два миллиона рублей за отказ удалить каналы.",
        "О закрытии моста ведомство сообщило в Telegram и Facebook.",
        "Facebook и Instagram не работали всю ночь.",
        "Следите за погодой: к вечеру в горах ожидают лавины.",
        "Users can share posts to Facebook and Instagram at once, the company said.",
        "Записью можно будет поделиться в Telegram и WhatsApp, обещают разработчики.",
        "Министр отказался от комментариев.",
        "Следите за временем, просит штаб, у нас теперь три дороги на выбор:",
        "Отправить посылку можно тремя путями:",
        "Для регистрации на форуме журналистам нужно прислать заявку до пятницы.",
        "Сайты начали спрашивать согласие на cookie.",
        "Реклама: во сколько она обошлась партиям и кто её оплатил, подсчитали наблюдатели на выборах.",
        "Просмотры: каждый второй зритель включает сериал с телефона, говорится в отчёте телеканала.",
        "Нажмите Ctrl+Enter, и письмо уйдёт, поясняют разработчики новой почты.",
        "Рассылку с вирусом получили сто тысяч человек, подсчитали в лаборатории.",
        "Жители просят открыть вход в парк со стороны реки.",
        "Подписчики требуют вернуть газету в киоски.",
        "The firm said it would follow Twitter in charging its users.",
        "Share holders of Twitter voted for the sale on Monday.",
        "Registration of voters ends on Friday, the commission said.",
        "Вазорат дар Facebook аз оғози таъмир хабар дод.",
    ],
)
def test_a_line_that_reports_stays(text: str) -> None:
    assert not is_furniture(piece(text))


@pytest.mark.parametrize(
    ("text", "hint", "language"),
    [
        ("Президент прибыл в Душанбе с рабочим визитом и встретился с министрами правительства.", None, "ru"),
        ("Имрӯз дар пойтахт ҷашни ҳосил баргузор шуд ва ҳазорон нафар дар он ширкат карданд.", None, "tg"),
        (
            "Имруз дар пойтахт чашни хосил баргузор шуд ва хазорон нафар дар он ширкат карданд, ки аз дехот омадаанд.",
            None,
            "tg",
        ),
        ("The president arrived in the capital on Sunday and met with the members of the government.", None, "en"),
        (
            "В Хуҷанде — так название города пишут по-таджикски — открыли новую библиотеку для детей и их родителей.",
            None,
            "ru",
        ),
        ("Die Regierung hat heute einen neuen Plan für die Wirtschaft des Landes vorgestellt.", None, "de"),
        ("Уряд сьогодні представив новий план розвитку економіки країни на наступні п'ять років.", None, "uk"),
        ("Снег", "tg-TJ", "tg"),
        ("Снег завалил перевал", None, "ru"),
        ("Молоко подорожало", None, "ru"),
        ("Музей в Хуҷанде закрыт", "ru", "ru"),
        ("Ҳаво гарм шуд", "ru", "tg"),
        ("Хабари нав", "tg", "tg"),
        ("Снег завалил перевал", "en-US", "ru"),
        ("Snow closes pass", "en-US", "en"),
        ("Қар жолды жапты", "kk", "kk"),
        ("Молоко, кефир, творог, сметана, масло, сыр, ряженка, варенец, простокваша, йогурт", None, "ru"),
        ("", "ru", "ru"),
        ("", None, "und"),
        ("12 345", None, "und"),
    ],
)
def test_the_language_is_found(text: str, hint: str | None, language: str) -> None:
    assert detect(text, hint) == language


@pytest.mark.parametrize(
    ("source", "page_says", "feed", "language"),
    [("tg", "ru", "ru", "tg"), (None, "tg", "ru", "tg"), (None, "", "tg", "tg"), (None, "", None, "ru")],
)
def test_the_source_knows_its_language_better_than_the_page_and_the_page_better_than_the_feed(
    source: str | None, page_says: str, feed: str | None, language: str
) -> None:
    html = f"<html lang='{page_says}'><body><h1>Хабар</h1><article><p>Хабари нав дар деха.</p></article></body></html>"
    article = extract_article(html.encode(), URL, None, hint_language=source, feed_language=feed)
    assert article.language == language


PARAGRAPHS = (
    "<p>Мост через Вахш закрыли на ремонт до декабря, объезд идёт через Левакант, сообщили в управлении дорог.</p>"
    "<p>Ремонт обойдётся в два миллиона сомони, деньги выделил областной бюджет в начале осени этого года.</p>"
)
STORY = f"<article><h1>Мост закрыли</h1>{PARAGRAPHS}</article>"


@pytest.mark.parametrize(
    ("title", "body", "reason"),
    [
        (
            "404",
            "<h1>Страница не найдена</h1><p>Возможно, она была удалена. Вернитесь на главную страницу.</p>",
            "failed",
        ),
        (
            "Just a moment...",
            "<h1>Just a moment...</h1><p>We check that your connection is secure, hold on.</p>",
            "failed",
        ),
        (
            "Мост закрыли",
            STORY.replace("</article>", "<div><b>Продолжение доступно только подписчикам</b></div></article>"),
            "pay",
        ),
        (
            "Газета",
            "<h1>Выберите ваш регион</h1><p>Мы покажем новости и погоду рядом с вами. Его можно сменить.</p>",
            "asks",
        ),
        (
            "Вход",
            "<h1>Вход</h1><p>Введите имя и пароль, они пришли вам в письме.</p><input type='password'>",
            "log in|text",
        ),
    ],
)
def test_a_page_that_holds_no_article_says_why(title: str, body: str, reason: str) -> None:
    with pytest.raises(NoArticle, match=reason):
        extract_article(f"<html><head><title>{title}</title></head><body>{body}</body></html>".encode(), URL, None)


@pytest.mark.parametrize(
    ("title", "around"),
    [
        ("404 человека эвакуировали из-за паводка", ""),
        ("Доступ ограничен: что изменится для туристов", ""),
        ("Мост закрыли", "<div class='top'>Already a subscriber? Sign in</div>"),
        ("Мост закрыли", "<form class='auth'><input type='password'></form>"),
        ("Мост закрыли", "<div><p>Оформите подписку на газету по почте.</p></div>"),
    ],
)
def test_a_short_report_is_no_error_and_no_wall(title: str, around: str) -> None:
    html = (
        f"<html><head><title>{title}</title></head><body>{around}{STORY.replace('Мост закрыли', title)}</body></html>"
    )
    assert len(extract_article(html.encode(), URL, None).body) == 1
