"""How an answer to a question reads: what was found, the words in bold, and every way on from it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rendering.callbacks import AskEntity, FollowQuestion, ListKind, ListPage
from bot.rendering.follows import follow_list
from bot.rendering.headlines import MAX_FOUND, MAX_SNIPPET, Snippet
from bot.rendering.lists import View
from bot.rendering.locales import Words
from bot.rendering.message import Outgoing
from bot.rendering.questions import Instead, Results, asked_list, exact_list, search_list, topic_list
from bot.rendering.welcome import follow_menu
from storage.asking import Found, Order
from storage.naming import Entity, EntityKind, Mention
from storage.records import MOST_COUNTED, Follow, FollowView, StoryView, Topic, TopicView
from tests.unit.rendering_samples import (
    ALL_WORDS,
    ANY_TEXT,
    DUSHANBE,
    LOCALES,
    NOW,
    RU,
    STORIES,
    as_html,
    assert_accepted,
    labels,
    story,
)

BRIDGE = story(1, articles=3)
SCHOOL = story(
    2,
    title="Школа в Гарме <b>получила</b> библиотеку & читальный зал",
    source_name="Голос Рашта",
    url="https://golos.example/a?id=2&x=1",
    published_at=NOW - timedelta(hours=20),
)
VIEW = View(RU, DUSHANBE, NOW, is_private=True)
BRIDGES = TopicView(Topic(7, "мосты Памира", "key"), 22)
GUNT = Mention(Entity(9, EntityKind.PLACE, "Гунт"), 4)
RAHIMOVA = Mention(Entity(3, EntityKind.PERSON, "Зарина Рахимова"), 2)
NEWEST_ID = 2**62
OLDEST_ID = -99_999_999_999_999  # fourteen digits: of the past, which stands below zero


def found(*stories: StoryView, **changes: Any) -> Results:
    """Results of these stories; keywords are of the page that was found, or of the results."""
    page = {name: changes.pop(name) for name in ("older", "newer", "is_cut") if name in changes}
    return Results(Found(stories, **page), **changes)


def goes(message: Outgoing, label: str) -> ListPage:
    """Where the button with this label leads."""
    assert message.keyboard is not None
    keys = [key for row in message.keyboard.inline_keyboard for key in row if key.text == label]
    return ListPage.unpack(keys[0].callback_data or "")


def test_a_topic() -> None:
    snippets = {1: Snippet("Мост соединил два берега Гунта.", ((0, 4), (25, 30)))}
    results = found(BRIDGE, SCHOOL, older=True, near=[BRIDGES], about=[GUNT, RAHIMOVA], snippets=snippets)
    message = topic_list(BRIDGES, results, VIEW, is_followed=False)
    assert as_html(message) == (
        "<b>мосты Памира · 22 новости</b> · страница 1\n"
        "\n"
        '1. <a href="https://vestnik.example/news/1"><b>В Хороге открыли новый мост через Гунт</b></a>\n'
        "<b>Мост</b> соединил два берега <b>Гунта</b>.\n"
        "Вестник долины · сегодня, 14:05 · ещё 2 источника\n"
        "\n"
        '2. <a href="https://golos.example/a?id=2&amp;x=1"><b>'
        "Школа в Гарме &lt;b&gt;получила&lt;/b&gt; библиотеку &amp; читальный зал</b></a>\n"
        "Голос Рашта · вчера, 18:05"
    )
    assert labels(message.keyboard) == [
        ["1", "2"],
        ["Старее ›"],
        ["⭐️ Сначала лучшие"],
        ["🔔 Следить за темой", "📈 По дням"],
        ["мосты Памира · 22"],
        ["📍 Гунт", "👤 Зарина Рахимова"],
    ]
    assert message.keyboard is not None
    assert message.keyboard.inline_keyboard[-1][0].callback_data == AskEntity(entity_id=9).pack()


def test_a_page_goes_on_from_the_articles_at_its_edges() -> None:
    stories = (story(NEWEST_ID), story(5), story(OLDEST_ID))
    message = search_list("снег", 8, found(*stories, older=True, newer=True, page=3), VIEW)
    assert message.text.startswith("Поиск: снег · страница 4\n\n")
    assert labels(message.keyboard)[1:3] == [["« Начало", "‹ Новее", "Старее ›"], ["⭐️ Сначала лучшие"]]
    assert goes(message, "« Начало") == ListPage(kind=ListKind.SEARCH, ref=8)
    assert goes(message, "‹ Новее") == ListPage(kind=ListKind.SEARCH, ref=8, page=2, cursor=NEWEST_ID, back=True)
    assert goes(message, "Старее ›") == ListPage(kind=ListKind.SEARCH, ref=8, page=4, cursor=OLDEST_ID)
    assert goes(message, "⭐️ Сначала лучшие") == ListPage(kind=ListKind.SEARCH, ref=8, order=Order.BEST)


def test_best_first_has_numbered_pages_and_a_way_back_to_the_newest() -> None:
    message = asked_list("снег", 8, found(BRIDGE, older=True, order=Order.BEST, page=1), VIEW)
    assert message.text.startswith("снег · страница 2\n\n")
    assert labels(message.keyboard)[1:3] == [["‹ Предыдущие", "Следующие ›"], ["🕐 Сначала новые"]]
    assert goes(message, "‹ Предыдущие") == ListPage(kind=ListKind.ASKED, ref=8, order=Order.BEST)
    assert goes(message, "Следующие ›") == ListPage(kind=ListKind.ASKED, ref=8, page=2, order=Order.BEST)
    assert goes(message, "🕐 Сначала новые") == ListPage(kind=ListKind.ASKED, ref=8)


def test_above_the_first_page_news_have_come_in_and_no_page_has_a_number() -> None:
    above = search_list("снег", 8, found(BRIDGE, older=True, newer=True, page=0), VIEW)
    assert above.text.startswith("Поиск: снег\n\n1. ")
    assert goes(above, "‹ Новее").page == 0
    top = search_list("снег", 8, found(BRIDGE, older=True, page=1), VIEW)
    assert top.text.startswith("Поиск: снег · страница 1\n\n")


def test_a_single_page_has_no_other_order() -> None:
    message = search_list("снег", 8, found(BRIDGE), VIEW)
    assert message.text.startswith("Поиск: снег\n\n1. ")
    assert labels(message.keyboard) == [["1"], ["🔔 Следить за темой"]]


def test_a_list_in_a_group_has_pages_but_no_reading() -> None:
    view = replace(VIEW, is_private=False)
    message = topic_list(BRIDGES, found(BRIDGE, older=True, newer=True, page=1), view, is_followed=True)
    assert labels(message.keyboard) == [["‹ Новее", "Старее ›"], ["⭐️ Сначала лучшие"], ["🔕 Не следить", "📈 По дням"]]


def test_a_topic_without_news_can_be_followed_all_the_same() -> None:
    topic = TopicView(Topic(9, "Зеравшан", "key"), 0)
    message = topic_list(topic, found(near=[BRIDGES]), VIEW, is_followed=False)
    assert as_html(message) == (
        "По теме «<b>Зеравшан</b>» новостей пока нет. Можно подписаться: как только что-нибудь выйдет, я пришлю.\n"
        "\n"
        "Есть близкие темы:"
    )
    assert labels(message.keyboard) == [["🔔 Следить за темой"], ["мосты Памира · 22"]]


def test_a_search_that_found_nothing() -> None:
    message = search_list("<снег>", 3, found(), VIEW)
    assert message.text == "По запросу «<снег>» ничего не нашлось. Попробуйте другие слова или меньше слов."
    assert labels(message.keyboard) == [["🔔 Следить за темой"]]


def test_a_page_past_the_end_leads_back() -> None:
    message = search_list("снег", 3, found(newer=True, page=4), VIEW)
    assert message.text == "Поиск: снег\n\nДальше ничего нет."
    assert labels(message.keyboard) == [["« Начало"], ["🔔 Следить за темой"]]
    assert goes(message, "« Начало") == ListPage(kind=ListKind.SEARCH, ref=3)


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("ru", "Вы спросили «JLR&lt;», показываю «<b>ОДКБ</b>»."),
        ("tg", "Шумо «JLR&lt;» пурсидед, «<b>ОДКБ</b>»-ро нишон медиҳам."),
        ("en", "You asked “JLR&lt;”, showing “<b>ОДКБ</b>”."),
    ],
)
def test_what_was_understood_instead_is_said_and_there_is_a_way_back(language: str, line: str) -> None:
    view = replace(VIEW, words=LOCALES.words(language))
    results = found(BRIDGE, instead=Instead("JLR<", 5, "ОДКБ"))
    shown = topic_list(TopicView(Topic(1, "ОДКБ", "одкб"), 1), results, view, is_followed=True)
    assert as_html(shown).split("\n")[1] == line
    [label] = [label for row in labels(shown.keyboard) for label in row if "JLR<" in label]
    assert goes(shown, label) == ListPage(kind=ListKind.EXACT, ref=5)
    nothing = topic_list(
        TopicView(Topic(1, "ОДКБ", "одкб"), 0), replace(results, found=Found(())), view, is_followed=True
    )
    assert as_html(nothing).startswith(f"{line}\n\n")


def test_just_what_was_written_is_not_there_and_can_be_followed_all_the_same() -> None:
    message = exact_list("JLR<", 5, found(), VIEW)
    assert as_html(message) == (
        "По запросу «<b>JLR&lt;</b>» ничего не нашлось. Можно подписаться: как только что-нибудь выйдет, я пришлю."
    )
    assert message.keyboard is not None
    assert message.keyboard.inline_keyboard[0][0].callback_data == FollowQuestion(question_id=5).pack()
    assert goes(exact_list("JLR<", 5, found(BRIDGE, older=True), VIEW), "Старее ›").kind is ListKind.EXACT


@pytest.mark.parametrize("stories", [(), (BRIDGE,)])
def test_a_search_that_ran_out_of_time_says_so(stories: tuple[StoryView, ...]) -> None:
    message = search_list("снег", 3, found(*stories, is_cut=True), VIEW)
    assert message.text.endswith("\n\nПросмотрел не весь архив: могут быть и более старые новости.")


@pytest.mark.parametrize(
    ("snippet", "line"),
    [
        (Snippet("  Мост\nчерез реку.  ", ((2, 6),)), "<b>Мост</b> через реку."),
        (Snippet("Мост, мосты, мост.", ((0, 4), (6, 11), (13, 17))), "<b>Мост</b>, <b>мосты</b>, <b>мост</b>."),
        (Snippet("Мост через реку.", ((0, 4), (2, 9))), "<b>Мост</b><b> чере</b>з реку."),
        (Snippet("Мост через реку.", ((11, 99),)), "Мост через <b>реку.</b>"),
        (Snippet("<i>Мост</i> & река", ((3, 7),)), "&lt;i&gt;<b>Мост</b>&lt;/i&gt; &amp; река"),
    ],
)
def test_the_found_words_are_bold(snippet: Snippet, line: str) -> None:
    html = as_html(search_list("мост", 3, found(BRIDGE, snippets={1: snippet}), VIEW))
    assert html.split("\n")[3].replace("</b> <b>", "</b><b> ") == line


def test_a_long_sentence_is_cut_and_its_words_stay_few_enough_for_telegram() -> None:
    text = "мост и " * 400
    spans = tuple((start, start + 4) for start in range(0, len(text), 7))
    stories = [story(number, title="Заголовок " * 60) for number in range(1, 6)]
    message = search_list("мост", 3, found(*stories, snippets={n: Snippet(text, spans) for n in range(1, 6)}), VIEW)
    assert_accepted(message)
    bold = [entity for entity in message.entities if entity.type == "bold" and entity.length == 4]
    assert len(bold) == 5 * MAX_FOUND
    assert all(len(line) <= MAX_SNIPPET for line in message.text.split("\n") if line.startswith("мост"))


def test_a_blank_snippet_leaves_no_empty_line() -> None:
    plain = search_list("мост", 3, found(BRIDGE), VIEW)
    assert search_list("мост", 3, found(BRIDGE, snippets={1: Snippet(" \u200b\n", ((0, 1),))}), VIEW) == plain


SPANS = st.lists(st.tuples(st.integers(-5, 400), st.integers(-5, 400)), max_size=30).map(tuple)
RESULTS = st.builds(
    lambda stories, flags, page, order, spans, texts, name: Results(
        Found(tuple(stories), *flags),
        order,
        page,
        {view.article.id: Snippet(text, spans) for view, text in zip(stories, texts, strict=False)},
        near=[TopicView(Topic(2**62, name, "key"), 3)] * 9,
        about=[Mention(Entity(-(2**63), EntityKind.ORGANISATION, name), 3)] * 9,
        instead=Instead(name, -(2**63), name) if page % 2 else None,
    ),
    st.lists(STORIES, max_size=5),
    st.tuples(st.booleans(), st.booleans(), st.booleans()),
    st.integers(0, 100_000),
    st.sampled_from(Order),
    SPANS,
    st.lists(ANY_TEXT, min_size=5, max_size=5),
    ANY_TEXT,
)


@settings(max_examples=60, deadline=None)
@given(results=RESULTS, name=ANY_TEXT, words=st.sampled_from(ALL_WORDS))
def test_every_answer_is_accepted_whatever_was_asked_and_found(results: Results, name: str, words: Words) -> None:
    view = replace(VIEW, words=words)
    assert_accepted(topic_list(TopicView(Topic(-(2**63), name, "key"), 12_345), results, view, is_followed=False))
    for draw in (asked_list, search_list, exact_list):
        assert_accepted(draw(name, -(2**63), results, view))


def test_the_largest_ids_fit_into_the_buttons_of_a_list() -> None:
    stories = (story(NEWEST_ID), story(OLDEST_ID))
    results = found(*stories, older=True, newer=True, page=99_999)
    assert_accepted(search_list("снег", 2**62, results, VIEW))
    assert_accepted(topic_list(TopicView(Topic(2**62, "снег", "снег"), 1), results, VIEW, is_followed=False))


@pytest.mark.parametrize("words", ALL_WORDS, ids=lambda words: words.language)
def test_what_nobody_counted_to_the_end_is_no_number(words: Words) -> None:
    view = replace(VIEW, words=words)
    full, less = (TopicView(Topic(7, "мосты", "key"), stories) for stories in (MOST_COUNTED, MOST_COUNTED - 1))
    for topic, number in ((full, "500+"), (replace(full, stories=12_345), "500+"), (less, "499")):
        shown = topic_list(topic, found(BRIDGE, older=True, near=[topic]), view, is_followed=True)
        assert f"мосты · {number} " in shown.text
        assert [f"мосты · {number}"] in labels(shown.keyboard)
        follows = [FollowView(Follow(1, 1, 7, None, 0), "мосты", topic.stories)]
        assert f"мосты — {number} " in follow_list(follows, words).text
        menu = follow_menu([topic], set(), words, follows_everything=False)
        assert f"мосты · {number}" in str(labels(menu.keyboard))
