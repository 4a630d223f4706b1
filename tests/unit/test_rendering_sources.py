"""What admins read about sources, in plain sight and in every language."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rendering.alerts import MOST_AT_ONCE, alert_note
from bot.rendering.lists import View
from bot.rendering.locales import Words
from bot.rendering.prospects import (
    MAX_STORIES,
    Failing,
    Path,
    Preview,
    Prospect,
    found,
    how_to_add,
    known,
    language_name,
    looking,
    not_added,
    not_found,
)
from bot.rendering.rhythms import every, stories_a_day
from bot.rendering.sources import (
    SOURCES_A_PAGE,
    SourceState,
    removal_question,
    removed,
    source_card,
    source_list,
    state_of,
)
from bot.rendering.troubles import trouble
from storage.records import Alert, AlertKind, Rhythm, Source, SourceHealth, SourceKind, StandIn
from tests.unit.rendering_samples import (
    ALL_WORDS,
    ANY_TEXT,
    ANY_URL,
    DUSHANBE,
    MAX_ID,
    NOW,
    RU,
    as_html,
    assert_accepted,
    labels,
)

LANGUAGES = pytest.mark.parametrize("words", ALL_WORDS, ids=lambda words: words.language)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def view_of(words: Words) -> View:
    return View(words, DUSHANBE, NOW, is_private=True)


VIEW = view_of(RU)


def source(number: int = 1, name: str = "Вестник долины", **changes: Any) -> Source:
    """A source that does well; keywords replace its fields."""
    fields: dict[str, Any] = {
        "id": number,
        "url": f"https://vestnik{number}.example/rss",
        "name": name,
        "checked_at": NOW - 3 * MINUTE,
        "succeeded_at": NOW - 3 * MINUTE,
        "due_at": NOW + 2 * MINUTE,
        "rhythm": Rhythm(usual=24.2, newest_at=NOW - 2 * DAY, since=NOW - 9 * DAY, as_of=NOW - 3 * MINUTE),
        "health": SourceHealth(pages=50, whole=46),
    }
    return Source(**(fields | changes))


STAND_IN = StandIn(
    "https://gazeta.example/sitemap.xml",
    SourceKind.SITEMAP,
    NOW - 2 * DAY,
    "gazeta.example answered 410 Gone",
    NOW + HOUR,
)
STAND_IN_SOURCE = source(3, "Газета", stand_in=STAND_IN)
FAILING = source(2, "Ёлочка", failures=4, last_error="vestnik2.example answered 503 Service Unavailable")
SILENT = source(4, "Дом", health=SourceHealth(alerts=(AlertKind.SILENT,)))
NO_TEXT = source(5, "Берег", health=SourceHealth(alerts=(AlertKind.NO_TEXT,)))
PAUSED = source(6, "Аист", is_paused=True, last_error="x answered 404 Not Found", failures=1)
NEW = source(7, "Яблоко", checked_at=None, succeeded_at=None, due_at=None, rhythm=Rhythm(), health=SourceHealth())
ALL = (source(), FAILING, STAND_IN_SOURCE, SILENT, NO_TEXT, PAUSED, NEW)


def test_the_list_tells_what_is_wrong_first() -> None:
    message = source_list(ALL, VIEW)
    assert as_html(message) == (
        "<b>Источники</b>\n"
        "7 источников · трудности у 4 · 121 новость в сутки\n"
        "\n"
        '✂️ <a href="https://vestnik5.example/rss"><b>Берег</b></a> — '
        "страницы не отдают полный текст\n"
        '🔀 <a href="https://vestnik3.example/rss"><b>Газета</b></a> — '
        "свой адрес не читается, выручает карта новостей сайта\n"
        '💤 <a href="https://vestnik4.example/rss"><b>Дом</b></a> — '
        "молчит; последняя новость: 19 ноября, 14:05\n"
        '❌ <a href="https://vestnik2.example/rss"><b>Ёлочка</b></a> — '
        "не читается: сайт сломан и отвечает ошибкой 503\n"
        '⏸ <a href="https://vestnik6.example/rss"><b>Аист</b></a> — '
        "на паузе\n"
        '✅ <a href="https://vestnik1.example/rss"><b>Вестник долины</b></a> — '
        "24 новости в сутки\n"
        '🆕 <a href="https://vestnik7.example/rss"><b>Яблоко</b></a> — '
        "ещё не прочитан\n"
        "\n"
        "Новый источник: <code>/sources</code> и адрес сайта, ленты или канала."
    )
    assert labels(message.keyboard) == [
        ["✂️ Берег"],
        ["🔀 Газета"],
        ["💤 Дом"],
        ["❌ Ёлочка"],
        ["⏸ Аист"],
        ["✅ Вестник долины"],
        ["🆕 Яблоко"],
        ["🔄 Обновить"],
    ]


def test_a_long_list_has_pages_and_the_last_one_ends_it() -> None:
    many = [source(number, f"Источник {number:02}") for number in range(1, 2 * SOURCES_A_PAGE + 2)]
    first, last, beyond = (source_list(many, VIEW, page=page) for page in (0, 2, 99))
    assert len(labels(first.keyboard)) == SOURCES_A_PAGE + 2
    assert labels(first.keyboard)[-2] == [RU.text("pager.next")]
    assert labels(last.keyboard) == [["✅ Источник 17"], [RU.text("pager.previous")], ["🔄 Обновить"]]
    assert beyond == last


def test_without_sources_the_list_tells_how_to_add_one() -> None:
    message = source_list([], VIEW)
    assert as_html(message) == "Источников пока нет. Добавьте первый: <code>/sources https://example.tj</code>"
    assert message.keyboard is None


def test_the_card_of_a_source_that_does_well() -> None:
    message = source_card(source(folder="Новости/Таджикистан", interval=10 * MINUTE), VIEW, is_from_settings=False)
    assert as_html(message) == (
        '<a href="https://vestnik1.example/rss"><b>Вестник долины</b></a>\n'
        "✅ всё в порядке\n"
        "\n"
        "Как читаю: лента новостей\n"
        "Последний раз прочитан: сегодня, 14:02\n"
        "Посмотрю снова: сегодня, 14:07, раз в 5 минут\n"
        "\n"
        "Сколько выходит: 24 новости в сутки\n"
        "С полным текстом: 92 %\n"
        "Задан свой интервал: раз в 10 минут\n"
        "Папка: Новости/Таджикистан"
    )
    assert labels(message.keyboard) == [
        ["⏸ Пауза", "📥 Прочитать сейчас"],
        ["🗑 Убрать"],
        ["‹ Все источники", "🔄 Обновить"],
    ]


def test_the_card_of_a_source_in_trouble_says_why_and_what_stands_in() -> None:
    both = replace(STAND_IN_SOURCE, moved_to="https://gazeta.example/feed", failures=0)
    text = as_html(source_card(both, VIEW, is_from_settings=False))
    assert "Как читаю: карта новостей сайта" in text
    assert "🔀 свой адрес не читается, выручает карта новостей сайта" in text
    assert 'Адрес новостей: <a href="https://gazeta.example/feed">gazeta.example/feed</a>' in text
    assert (
        "Почему: сайт убрал эту страницу насовсем (410)\nС 19 ноября, 14:05 читаю отсюда: "
        '<a href="https://gazeta.example/sitemap.xml">gazeta.example/sitemap.xml</a>\n'
        "Свой адрес проверю снова: сегодня, 15:05"
    ) in text
    text = source_card(FAILING, VIEW, is_from_settings=False).text
    assert "Последняя ошибка: сайт сломан и отвечает ошибкой 503\nНе получилось 4 раза подряд" in text


def test_how_much_comes_is_not_told_before_a_day_was_counted() -> None:
    young = source(rhythm=Rhythm(usual=240.0, since=NOW - 23 * HOUR, as_of=NOW))
    assert "Сколько выходит: пока неизвестно" in source_card(young, VIEW, is_from_settings=False).text
    listed = source_list([young], VIEW).text
    assert "Вестник долины — сколько выходит, пока неизвестно" in listed
    assert "240" not in listed


def test_one_failure_is_not_counted() -> None:
    once = replace(FAILING, failures=1)
    assert "раз подряд" not in source_card(once, VIEW, is_from_settings=False).text


def test_a_source_of_the_settings_says_where_to_take_it_out() -> None:
    message = source_card(source(), VIEW, is_from_settings=True)
    assert "удалите там его <code>[[source]]</code> и перезапустите бота" in as_html(message)
    assert labels(message.keyboard) == [["⏸ Пауза", "📥 Прочитать сейчас"], ["‹ Все источники", "🔄 Обновить"]]


def test_a_paused_source_can_only_be_read_again_or_removed() -> None:
    message = source_card(PAUSED, VIEW, is_from_settings=False)
    assert labels(message.keyboard)[:2] == [["▶️ Читать снова"], ["🗑 Убрать"]]
    assert "Посмотрю снова" not in message.text
    assert "Последняя ошибка: такой страницы на сайте нет (404)" in message.text


def test_a_password_in_an_address_is_not_shown() -> None:
    secret = "https://desk:s3cret@gazeta.example/feed?a=1"
    card = source_card(source(url=secret, moved_to=f"{secret}/2"), VIEW, is_from_settings=False)
    assert "Адрес новостей: gazeta.example/feed?a=1/2" in card.text
    for message in (
        card,
        looking(secret, RU),
        not_found(Failing.SLOW, secret, "", RU),
        source_list([source(url=secret)], VIEW),
    ):
        assert "s3cret" not in as_html(message)


def test_what_is_due_already_is_looked_at_now() -> None:
    assert "Посмотрю снова: сейчас" in source_card(NEW, VIEW, is_from_settings=False).text
    late = source(due_at=NOW - MINUTE)
    assert "Посмотрю снова: сейчас, раз в 2 минуты" in source_card(late, VIEW, is_from_settings=False).text


def test_a_stand_in_that_fails_too_counts_as_failing() -> None:
    assert state_of(replace(STAND_IN_SOURCE, last_error="x answered 500")) is SourceState.FAILING


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (None, "пока неизвестно"),
        (0.0, "пока неизвестно"),
        (0.05, "одна новость в 20 дней"),
        (0.34, "одна новость в 3 дня"),
        (0.74, "одна новость в 2 дня"),
        (0.8, "1 новость в сутки"),
        (1.4, "1 новость в сутки"),
        (21.0, "21 новость в сутки"),
        (140.0, "140 новостей в сутки"),
    ],
)
def test_how_much_comes_is_told_without_fractions(number: float | None, told: str) -> None:
    assert stories_a_day(number, RU) == told


@pytest.mark.parametrize(
    ("wait", "told"),
    [
        (timedelta(seconds=10), "чаще раза в минуту"),
        (MINUTE, "раз в 1 минуту"),
        (timedelta(seconds=287), "раз в 5 минут"),
        (80 * MINUTE, "раз в 80 минут"),
        (110 * MINUTE, "раз в 2 часа"),
        (24 * HOUR, "раз в 24 часа"),
        (3 * DAY, "раз в 3 дня"),
    ],
)
def test_how_often_is_told_in_the_unit_that_tells_it_well(wait: timedelta, told: str) -> None:
    assert every(wait, RU) == told


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("site.example answered 403 Forbidden", "сайт не пускает нас (403)"),
        ("site.example answered 429 Too Many Requests", "сайт просит заходить реже (429)"),
        ("site.example answered 451 Unavailable For Legal Reasons", "сайт отвечает ошибкой 451"),
        ("site.example did not answer in full within 30 s", "сайт не отвечает вовремя"),
        ("there is no host named site.example", "сайта с таким именем нет"),
        (
            "the proxy 127.0.0.1:3128 does not lead to site.example: see that it runs",
            "прокси-сервер не пропускает к сайту",
        ),
        ("the address answers with no feed", "новостей, которые можно прочитать, там нет"),
        ("reading it took longer than 10 s", "страницу не удалось разобрать"),
        ("the page is empty", "новостей, которые можно прочитать, там нет"),
        ("the page shows no channel's messages: there is no such channel", "такого открытого канала нет"),
        (
            "the address answers with a web page, not a feed; feeds it announces: https://site.example/no",
            "там обычная страница, а не лента новостей",
        ),
        ("site.example does not speak https at this port; try the address with http://", "сайт не отвечает по https"),
        ("its pond is dry.", "its pond is dry"),
    ],
)
def test_a_fault_is_told_in_the_readers_language_where_it_is_known(sentence: str, told: str) -> None:
    assert trouble(sentence, RU) == told


PREVIEWS = tuple(
    Preview(
        title, f"https://site.example/{number}", "Мост соединил два берега реки. Движение начнётся завтра.", at, whole
    )
    for number, (title, at, whole) in enumerate(
        [("В Хороге открыли мост", NOW - HOUR, True), ("В Рашт пришёл снег", None, False), ("Хлеб", NOW, None)]
    )
)
PROSPECT = Prospect(
    number=5, name="site.example", asked="https://site.example", address="https://site.example/rss.xml",
    kind=SourceKind.FEED, path=Path.ANNOUNCED, language="tg", a_day=30.4, previews=PREVIEWS,
)  # fmt: skip


def test_what_was_found_is_shown_before_it_is_added() -> None:
    message = found(PROSPECT, VIEW)
    assert as_html(message) == (
        '<a href="https://site.example"><b>site.example</b></a>\n'
        "Есть лента новостей: на неё указывает сам сайт.\n"
        'Адрес новостей: <a href="https://site.example/rss.xml">site.example/rss.xml</a>\n'
        "Язык: таджикский\n"
        "Сколько выходит: 30 новостей в сутки\n"
        "\n"
        '<a href="https://site.example/0"><b>В Хороге открыли мост</b></a>\n'
        "сегодня, 13:05 · текст целиком\n"
        "Мост соединил два берега реки. Движение начнётся завтра.\n"
        "\n"
        '<a href="https://site.example/1"><b>В Рашт пришёл снег</b></a>\n'
        "полного текста страница не отдала\n"
        "Мост соединил два берега реки. Движение начнётся завтра.\n"
        "\n"
        '<a href="https://site.example/2"><b>Хлеб</b></a>\n'
        "сегодня, 14:05\n"
        "Мост соединил два берега реки. Движение начнётся завтра."
    )
    assert labels(message.keyboard) == [["➕ Добавить", "Не надо"]]


def test_a_list_without_stories_says_so() -> None:
    assert "Новостей там сейчас нет." in found(replace(PROSPECT, previews=()), VIEW).text


def test_a_language_that_nobody_has_a_word_for_is_told_by_its_code() -> None:
    assert language_name("tg", RU) == "таджикский"
    assert language_name("x-klingon", RU) == "x-klingon"


def test_each_alert_says_what_happened_and_what_to_do() -> None:
    told = [
        (Alert(3, AlertKind.STAND_IN, STAND_IN.url, NOW), STAND_IN_SOURCE),
        (Alert(2, AlertKind.FAILING, "", NOW), FAILING),
        (Alert(2, AlertKind.JUMP, "120", NOW), FAILING),
    ]
    message = alert_note(told, RU)
    assert as_html(message) == (
        '🔀 <a href="https://vestnik3.example/rss"><b>Газета</b></a> по своему адресу больше не читается: сайт убрал '
        "эту страницу насовсем (410). Беру его новости отсюда: "
        '<a href="https://gazeta.example/sitemap.xml">gazeta.example/sitemap.xml</a>. Если лента '
        "переехала, добавьте её новый адрес.\n"
        "\n"
        '❌ <a href="https://vestnik2.example/rss"><b>Ёлочка</b></a> не читается уже сутки: сайт сломан и отвечает '
        "ошибкой 503. Проверьте адрес; если сайт закрылся, уберите источник.\n"
        "\n"
        '📦 <a href="https://vestnik2.example/rss"><b>Ёлочка</b></a> разом выложил старое: 120 новостей. Всё сохранено '
        "в архиве и никому не отправлено. Делать ничего не нужно."
    )
    assert labels(message.keyboard) == [["Открыть: Газета"], ["Открыть: Ёлочка"]]


@pytest.mark.parametrize(
    ("alert", "told"),
    [
        (Alert(1, AlertKind.SILENT, "31", NOW), "Вестник долины молчит уже 31 час, для него"),
        (Alert(1, AlertKind.SILENT, "96", NOW), "Вестник долины молчит уже 4 дня, для него"),
        (Alert(1, AlertKind.SILENT, "", NOW), "Вестник долины молчит уже очень долго, для него"),
        (
            Alert(1, AlertKind.REFUSED, "x answered 403 Forbidden", NOW),
            "отказывает боту: сайт не пускает нас (403). Буду",
        ),
        (
            Alert(1, AlertKind.REFUSED, "x answered 410 Gone", NOW),
            "больше не читается: сайт убрал эту страницу насовсем",
        ),
        (Alert(1, AlertKind.FAILING, "", NOW), "не читается уже сутки: сайт не отвечает. Проверьте"),
        (Alert(1, AlertKind.NO_TEXT, "8 %", NOW), 'где теперь текст: text = "…"'),
        (Alert(1, AlertKind.JUMP, "", NOW), "разом выложил старое: много новостей."),
        (Alert(1, AlertKind.BACK, "https://vestnik.example", NOW), "снова читается по своему адресу."),
    ],
)
def test_an_alert_tells_what_its_detail_says(alert: Alert, told: str) -> None:
    assert told in alert_note([(alert, source())], RU).text


def test_a_refusal_and_its_stand_in_are_one_alert() -> None:
    alerts = [
        (Alert(3, AlertKind.REFUSED, STAND_IN.reason, NOW), STAND_IN_SOURCE),
        (Alert(3, AlertKind.STAND_IN, STAND_IN.url, NOW), STAND_IN_SOURCE),
        (Alert(2, AlertKind.REFUSED, "x answered 403 Forbidden", NOW), FAILING),
    ]
    text = alert_note(alerts, RU).text
    assert text.count("Газета") == text.count("Ёлочка") == 1
    assert text.startswith("🔀")


SOURCES = st.builds(
    lambda name, url, error, folder, moved, kind, health, in_its_stead: source(
        MAX_ID, name, url=url, last_error=error, failures=10**6, folder=folder, moved_to=moved, kind=kind,
        health=SourceHealth(pages=3, whole=9, alerts=tuple(health)), interval=10**4 * DAY, full_text=False,
        stand_in=replace(STAND_IN, url=url, reason=folder) if in_its_stead else None,
    ),
    ANY_TEXT, ANY_URL, st.none() | ANY_TEXT, ANY_TEXT, st.none() | ANY_URL, st.sampled_from(SourceKind),
    st.lists(st.sampled_from(AlertKind), max_size=2), st.booleans(),
)  # fmt: skip


@LANGUAGES
@settings(deadline=None)
@given(one=SOURCES)
def test_whatever_a_source_is_called_its_screens_are_messages(words: Words, one: Source) -> None:
    view = view_of(words)
    for is_from_settings in (True, False):
        assert_accepted(source_card(one, view, is_from_settings=is_from_settings, page=10**6))
        assert_accepted(source_card(replace(one, is_paused=True), view, is_from_settings=is_from_settings))
    assert_accepted(source_list([replace(one, id=number) for number in range(30)], view, page=1))
    for message in (removal_question(one, words), removed(one, words), known(one, words)):
        assert_accepted(message)


@LANGUAGES
@settings(deadline=None)
@given(one=SOURCES, detail=ANY_TEXT, kind=st.sampled_from(AlertKind))
def test_whatever_an_alert_tells_the_note_is_a_message(words: Words, one: Source, detail: str, kind: AlertKind) -> None:
    told = [(Alert(number, kind, detail, NOW), replace(one, id=number)) for number in range(MOST_AT_ONCE)]
    message = alert_note(told, words)
    assert_accepted(message)
    assert len(labels(message.keyboard)) == MOST_AT_ONCE


@LANGUAGES
def test_the_longest_alerts_stand_in_one_message_whole(words: Words) -> None:
    long = source(
        name="Ж" * 300, last_error="w" * 5000, stand_in=replace(STAND_IN, url="https://x.example/" + "w" * 900)
    )
    for kind in AlertKind:
        alone = len(alert_note([(Alert(1, kind, "", NOW), long)], words).text)
        message = alert_note([(Alert(1, kind, "", NOW), long)] * MOST_AT_ONCE, words)
        assert len(message.text) == MOST_AT_ONCE * alone + 2 * (MOST_AT_ONCE - 1)


@LANGUAGES
@settings(deadline=None)
@given(text=ANY_TEXT, url=ANY_URL, name=ANY_TEXT, path=st.sampled_from(Path))
def test_whatever_was_found_it_is_a_message(words: Words, text: str, url: str, name: str, path: Path) -> None:
    previews = [Preview(text, url, text, NOW, is_whole=whole) for whole in (True, False, None)][:MAX_STORIES]
    prospect = replace(PROSPECT, path=path, name=name, asked=url, address=name, previews=previews)
    assert_accepted(found(prospect, view_of(words)))
    assert_accepted(looking(url, words))


@LANGUAGES
@settings(deadline=None)
@given(url=ANY_URL, sentence=ANY_TEXT, failing=st.sampled_from(Failing))
def test_whatever_goes_wrong_it_is_told_in_a_message(words: Words, url: str, sentence: str, failing: Failing) -> None:
    assert_accepted(not_found(failing, url, sentence, words))


@LANGUAGES
def test_short_answers_are_messages(words: Words) -> None:
    assert_accepted(how_to_add(words))
    assert_accepted(not_added(words))
