"""Pages whose builders followed no convention: the article is found all the same, and nothing of the page around it."""

import time
from contextlib import suppress

import pytest

from bot.ingest.blocks import html_blocks
from bot.ingest.errors import NoArticle
from bot.ingest.extract import extract_article
from bot.ingest.stages import ExtractedPage
from storage.records import Block, BlockKind

URL = "https://paper.example/a"
TITLE = "Канатную дорогу продлят до озера"
FIRST = "Канатную дорогу над ущельем продлят до озера, работы начнутся весной, сообщили в городском управлении."
SECOND = "Новая станция встанет у старой мельницы; саму мельницу обещают не трогать и открыть в ней чайную."
THIRD = "Билет подорожает вдвое, но жители посёлка будут ездить бесплатно, если покажут справку о прописке."
OTHERS = [f"Чужая новость номер {at} о ремонте школ и дорог" for at in range(20)]
WRAPPERS = ["<div class='news-detail'>{}</div>", "<article>{}</article>", "<div class='x'><section>{}</section></div>"]


def page(inside: str, wrapper: str = WRAPPERS[0]) -> bytes:
    """A page with menu, side column, banner and footer, none of which has a name that says so."""
    menu = "".join(f"<li><a href='/r{at}'>Раздел {at}</a></li>" for at in range(9))
    side = "".join(f"<li><a href='/n{at}'>{other}</a></li>" for at, other in enumerate(OTHERS))
    held = wrapper.format(f"<h1>{TITLE}</h1>{inside}")
    return (
        f"<html><head><meta charset='utf-8'><title>{TITLE} — Газета</title></head><body>"
        f"<header><a href='/'>Газета</a><nav><ul>{menu}</ul></nav></header>"
        f"<div class='cols'>{held}<div class='c2'><h3>Лента за сутки</h3><ul>{side}</ul></div></div>"
        "<footer><p>Газета выходит с 1999 года. Перепечатывать можно только со ссылкой на нас.</p></footer>"
        "</body></html>"
    ).encode()


def lines(article: ExtractedPage) -> list[str]:
    return [article.lead, *(block.text for block in article.body)]


@pytest.mark.parametrize("wrapper", WRAPPERS)
@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("<p>Лифт встал.</p><p>Его чинят.</p>", ["Лифт встал.", "Его чинят."]),
        ("<p>Подъёмник снова работает.</p>", ["Подъёмник снова работает."]),
        (f"<p>{FIRST}</p>", [FIRST]),
        (f"<p>{FIRST}</p><p>Подробности позже.</p>", [FIRST, "Подробности позже."]),
        ("<div>09:40</div><p>Подъёмник снова работает.</p>", ["Подъёмник снова работает."]),
    ],
)
def test_a_flash_comes_out_alone(wrapper: str, inside: str, expected: list[str]) -> None:
    assert lines(extract_article(page(inside, wrapper), URL, None)) == expected


@pytest.mark.parametrize("holder", ["{}", "<div>{}</div>", "<section>{}</section>", "<span>{}</span>", "<p>{}</p>"])
@pytest.mark.parametrize("gap", ["<br><br>", "<br/>\n<br/>", "<br>&nbsp;<br>", "<br>"])
@pytest.mark.parametrize("wrapper", WRAPPERS)
def test_text_cut_by_line_breaks_keeps_every_paragraph(wrapper: str, gap: str, holder: str) -> None:
    inside = holder.format(gap.join([FIRST, SECOND, THIRD]))
    assert lines(extract_article(page(inside, wrapper), URL, None)) == [FIRST, SECOND, THIRD]


def test_a_layout_made_of_tables_keeps_its_paragraphs() -> None:
    cell = f"<h1>{TITLE}</h1>{FIRST}<br><br><b>{SECOND}</b><br><br>{THIRD}"
    side = "".join(f"<a href='/n{at}'>{other}</a><br>" for at, other in enumerate(OTHERS))
    html = f"<html><body><table><tr><td>{side}</td><td>{cell}</td></tr></table></body></html>"
    assert lines(extract_article(html.encode(), URL, None)) == [FIRST, SECOND, THIRD]


def test_bare_text_between_blocks_is_a_paragraph() -> None:
    inside = f"{FIRST}<ul><li>длина — два километра;</li><li>опор — семь.</li></ul>{SECOND}"
    article = extract_article(page(inside), URL, None)
    assert lines(article) == [FIRST, "длина — два километра;", "опор — семь.", SECOND]


def test_short_lines_of_one_paragraph_are_not_torn_apart() -> None:
    verse = "«Над горой туман,<br>под горой река,<br>дорога легка»"
    article = extract_article(page(f"<p>{FIRST}</p><p>{verse}</p><p>{SECOND}</p>"), URL, None)
    assert article.body[0].text == "«Над горой туман, под горой река, дорога легка»"


def test_headings_pictures_and_lists_stay_whatever_the_page_calls_their_holder() -> None:
    figure = "<figure><img src='/i.jpg'><figcaption>Вид на озеро</figcaption></figure>"
    inside = (
        f"<p>{FIRST}</p><h2>Где пройдёт</h2><p>{SECOND}</p>{figure}<p>{SECOND}</p><h2>Сколько стоит</h2><p>{THIRD}</p>"
    )
    article = extract_article(page(inside), URL, None)
    kinds = (BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.IMAGE, BlockKind.PARAGRAPH, BlockKind.HEADING)
    assert tuple(block.kind for block in article.body)[:5] == kinds
    assert Block(BlockKind.IMAGE, "Вид на озеро", url="https://paper.example/i.jpg") in article.body
    assert article.body[-1].text == THIRD


def test_the_lead_is_the_paragraph_under_an_opening_heading() -> None:
    article = extract_article(page(f"<h2>Где пройдёт</h2><p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p>"), URL, None)
    assert lines(article) == [FIRST, "Где пройдёт", SECOND, THIRD]
    article = extract_article(page(f"<h2>Где</h2><p>{FIRST}</p><h2>Когда</h2><p>{SECOND}</p>"), URL, None)
    assert lines(article) == [FIRST, "Когда", SECOND]


def test_links_that_the_article_announces_are_its_own_and_others_are_not() -> None:
    def listed(start: str) -> str:
        return "<ul>" + "".join(f"<li><a href='/{at}'>{start} номер {at}</a></li>" for at in range(6)) + "</ul>"

    inside = f"<p>{FIRST}</p><p>Что ещё решили в управлении:</p>{listed('Решение')}<p>{SECOND}</p>{listed('Чужое')}"
    inside += f"<p>{THIRD}</p><p>Читайте также:</p>{listed('Другое')}<p>Читайте нас в сетях:</p>"
    inside += "<ul><li><a href='/t'>Telegram</a></li><li><a href='/f'>Facebook</a></li></ul>"
    said = lines(extract_article(page(inside), URL, None))
    assert said == [FIRST, "Что ещё решили в управлении:", *(f"Решение номер {at}" for at in range(6)), SECOND, THIRD]


@pytest.mark.parametrize(
    "card",
    [
        "<article><h3><a href='/c{0}'>{1}</a></h3><p>Коротко о том, что было на улице {0}, и кто видел.</p></article>",
        "<div class='k n{0}'><a href='/c{0}'><h4>{1}</h4></a><div><p>Коротко о случае на улице {0}.</p></div></div>",
    ],
)
@pytest.mark.parametrize("inside", [f"<p>{FIRST}</p>", f"<p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p>"])
def test_other_stories_on_cards_are_not_the_article(inside: str, card: str) -> None:
    cards = "".join(card.format(at, other) for at, other in enumerate(OTHERS[:8]))
    html = page(inside).decode()
    for where in ("<div class='cols'>", "<footer>"):
        article = extract_article(html.replace(where, f"<section>{cards}</section>{where}").encode(), URL, None)
        assert "".join(f"<p>{each}</p>" for each in lines(article)) == inside


def test_messages_of_a_live_text_are_no_cards() -> None:
    inside = "".join(
        f"<div class='m'><h3><a href='#m{at}'>В {at} часов</a></h3><p>{FIRST} Прошёл час {at}.</p></div>"
        for at in range(5)
    )
    assert len(lines(extract_article(page(inside), URL, None))) == 9


def test_the_headline_may_stand_in_a_header_of_its_own() -> None:
    html = page(f"<p>{FIRST}</p><p>{SECOND}</p>").decode()
    html = html.replace(f"<h1>{TITLE}</h1>", f"<header><h1>{TITLE}</h1><p>{THIRD}</p></header>")
    assert lines(extract_article(html.encode(), URL, None)) == [THIRD, FIRST, SECOND]


def test_a_page_from_which_no_article_can_be_told_is_refused() -> None:
    cells = "".join(f"<i>{other}</i> <u>{at} просмотров</u> " for at, other in enumerate(OTHERS))
    with pytest.raises(NoArticle, match="told from the page"):
        extract_article(f"<html><body><span>{cells}</span></body></html>".encode(), URL, None)


def test_one_long_paragraph_is_an_article() -> None:
    text = " ".join([FIRST, SECOND, THIRD] * 2)
    assert lines(extract_article(f"<html><body><p>{text}</p></body></html>".encode(), URL, None)) == [text]


RATES = (
    "<table><thead><tr><th>Валюта</th><th>Курс</th></tr></thead><tr><td>Доллар<br>США</td><td><p>10,91</p></td></tr>"
    "<tr><td><b>Ев</b>ро</td><td>11,85</td></tr><tr><td></td><td></td></tr></table>"
)
TABLE = Block(
    BlockKind.TABLE,
    "Валюта · Курс\nДоллар США · 10,91\nЕвро · 11,85",
    level=1,
    rows=(("Валюта", "Курс"), ("Доллар США", "10,91"), ("Евро", "11,85")),
)


@pytest.mark.parametrize("text", [[FIRST], [FIRST, SECOND, THIRD]], ids=["short", "long"])
def test_a_table_of_figures_has_a_line_a_row(text: list[str]) -> None:
    inside = "".join(f"<p>{each}</p>" for each in text) + RATES + f"<p>{SECOND} {THIRD}</p>"
    article = extract_article(page(inside), URL, None)
    assert lines(article) == [*text, TABLE.text, f"{SECOND} {THIRD}"]
    assert [block for block in article.body if block.kind is BlockKind.TABLE] == [TABLE]


def test_a_table_in_a_feed_has_a_line_a_row_and_a_layout_keeps_its_blocks() -> None:
    assert [block.text for block in html_blocks(f"<p>{FIRST}</p>{RATES}После таблицы", URL)] == [
        FIRST,
        TABLE.text,
        "После таблицы",
    ]
    layout = (
        f"<table><tr><td>Меню</td></tr><tr><td><h2>Раздел</h2><p>{FIRST}</p><p>{SECOND}</p></td><td>x</td></tr></table>"
    )
    assert [block.text for block in html_blocks(layout, URL)] == ["Меню", "Раздел", FIRST, SECOND, "x"]


@pytest.mark.parametrize(
    "flood",
    [
        "<div>" * 200 + "<a href='/x'>ссылка</a> " * 20_000 + "</div>" * 200,
        f"<article><h1>x</h1><p>{FIRST}</p></article>" * 3000,
        "<h1>a</h1>" * 2000 + "<header><h1>x</h1></header>" * 2000,
    ],
    ids=["nested links", "articles", "headlines"],
)
def test_a_flood_of_elements_costs_no_more_than_its_size(flood: str) -> None:
    started = time.monotonic()
    with suppress(NoArticle):
        extract_article(f"<html><body>{flood}</body></html>".encode(), URL, None)
    assert time.monotonic() - started < 5


def test_paragraphs_of_which_some_are_mostly_a_link_are_no_cards() -> None:
    linked = "<div class='t'>Об этом пишет <a href='/n/{0}'>местная газета «Ущелье», номер {0}</a>.</div>"
    rows = [linked.format(at) if at % 3 == 0 else f"<div class='t'>{FIRST} Прошёл час {at}.</div>" for at in range(12)]
    assert len(lines(extract_article(page(f"<div>{''.join(rows)}</div>"), URL, None))) == 12


def test_stories_with_a_picture_and_a_linked_line_are_not_the_article() -> None:
    card = "<div class='m'><img src='/m/{0}.jpg'><a href='/n/{0}'>{1}</a><p>Коротко о том, что было потом.</p></div>"
    cards = "".join(card.format(at, other) for at, other in enumerate(OTHERS[:5]))
    inside = f"<p>{FIRST}</p><p>{SECOND}</p><div><h2>Ещё интервью</h2>{cards}</div>"
    assert lines(extract_article(page(inside), URL, None)) == [FIRST, SECOND]


def test_what_readers_say_is_not_the_article() -> None:
    said = "".join(
        f"<div><b>Читатель {at}</b><p>Давно пора было чинить, ждём уже третий год.</p></div>" for at in range(4)
    )
    inside = f"<p>{FIRST}</p><p>{SECOND}</p><div><h3>4 комментария</h3>{said}</div>"
    assert lines(extract_article(page(inside), URL, None)) == [FIRST, SECOND]
