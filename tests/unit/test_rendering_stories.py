"""What a story told by several sources looks like: in a post, on a card, in a digest, on its own screen."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rendering.articles import plain_article, rich_article
from bot.rendering.callbacks import ReadStory
from bot.rendering.cards import MAX_LEAD, card
from bot.rendering.digests import digest
from bot.rendering.headlines import MAX_SOURCE, lead_of
from bot.rendering.inline import results
from bot.rendering.lists import View, latest_list
from bot.rendering.locales import Words
from bot.rendering.message import Outgoing
from bot.rendering.stories import (
    PAGE_SIZE,
    merge_question,
    near_screen,
    split_question,
    split_screen,
    story_screen,
)
from bot.rendering.story_callbacks import ChooseSplit, MergeStories, OpenNear, OpenStory, ReadPage, SplitPage
from bot.rendering.tellers import MAX_NAME, also, language_rows
from storage.deliveries import Bundle
from storage.records import Article, Block, BlockKind, Chat, ChatKind, Page, StoryView
from tests.unit.rendering_samples import (
    ALL_WORDS,
    DUSHANBE,
    LOCALES,
    NOW,
    RU,
    STORIES,
    TELLINGS,
    article,
    as_html,
    assert_accepted,
    labels,
    story,
    telling,
)

TG = LOCALES.words("tg")
VIEW = View(RU, DUSHANBE, NOW, is_private=True)
READER = Chat(1, ChatKind.PRIVATE, "")
ASIA = telling(11, source_name="Азия-Новости", url="https://asia.example/1", title="Через Гунт перекинули мост")
AGAIN = telling(12, source_id=11, source_name="Азия-Новости", url="https://asia.example/2", title="Мост открыт")
OWN = telling(13, source_id=1, source_name="Вестник долины", url="https://vestnik.example/2", title="Мост: фото")
PAYK = telling(
    14,
    source_name="Пайки рӯз",
    url="https://payk.example/1",
    title="Дар Хоруғ пули нав кушода шуд",
    language="tg",
    published_at=NOW + timedelta(minutes=20),
)
LAST_WEEK = telling(15, title="Мост через Гунт закрыли на ремонт", url="https://asia.example/0")
BRIDGE = replace(story(1), articles=5, sources=3, others=(ASIA, AGAIN, OWN, PAYK))
TELLINGS_OF_BRIDGE = [
    telling(1, source_name="Вестник долины", url="https://vestnik.example/news/1", title="В Хороге открыли новый мост"),
    ASIA,
    AGAIN,
    OWN,
    PAYK,
]


def post(view: StoryView, words: Words = RU, **how: Any) -> Outgoing:
    options: dict[str, Any] = {"with_picture": True, "hashtags": [], "is_private": False}
    return card(view, words, timezone=DUSHANBE, now=NOW, **(options | how))


def pressed(message: Outgoing, label: str) -> str | None:
    """What the button with this label carries."""
    rows = message.keyboard.inline_keyboard if message.keyboard else []
    return next(key.callback_data for row in rows for key in row if key.text == label)


def test_a_post_names_the_other_sources_once_each_and_never_the_one_it_shows() -> None:
    assert as_html(post(BRIDGE)).split("\n\n")[-1] == (
        "Вестник долины · 14:05\n"
        'Также: <a href="https://asia.example/1">Азия-Новости</a>, <a href="https://payk.example/1">Пайки рӯз</a>'
    )


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (RU, "Также: Источник 11, Источник 12, Источник 13, Источник 14, Источник 15 и ещё 4"),
        (TG, "Инчунин: Источник 11, Источник 12, Источник 13, Источник 14, Источник 15 ва боз 4"),
        (LOCALES.words("en"), "Also: Источник 11, Источник 12, Источник 13, Источник 14, Источник 15 and 4 more"),
    ],
)
def test_a_post_names_five_sources_and_counts_the_rest(words: Words, line: str) -> None:
    view = replace(story(1), sources=10, others=tuple(telling(number) for number in range(11, 19)))
    assert post(view, words).text.splitlines()[-1] == line


def test_a_source_that_goes_by_the_name_of_the_shown_one_is_not_named() -> None:
    twin = telling(20, source_name="Вестник  долины")
    view = replace(story(1), sources=2, others=(twin,))
    assert also(view, RU) is None
    assert post(view).text.endswith("Вестник долины · 14:05 · и ещё 1 источник")


def test_a_reader_has_a_button_for_the_sources_instead() -> None:
    message = post(BRIDGE, is_private=True)
    assert message.text.endswith("Вестник долины · 14:05 · и ещё 2 источника")
    assert labels(message.keyboard) == [["📖 Читать", "🔖 Сохранить"], ["🗂 Источники: 3"]]
    assert pressed(message, "🗂 Источники: 3") == OpenStory(story_id=1, anew=True).pack()


def test_who_presses_read_gets_what_the_title_says_unless_there_is_their_own_language() -> None:
    assert pressed(post(BRIDGE, is_private=True), "📖 Читать") == ReadPage(article_id=1).pack()
    assert pressed(post(BRIDGE, TG, is_private=True), "📖 Хондан") == ReadStory(story_id=1).pack()
    listed = latest_list(Page((BRIDGE, story(2))), VIEW)
    assert pressed(listed, "1") == ReadPage(article_id=1).pack()
    assert pressed(listed, "2") == ReadStory(story_id=2).pack()


def test_an_echo_points_back() -> None:
    view = replace(story(1), before=LAST_WEEK)
    for is_private in (True, False):
        assert as_html(post(view, is_private=is_private)).endswith(
            'Вестник долины · 14:05\nРанее: <a href="https://asia.example/0">Мост через Гунт закрыли на ремонт</a>'
        )


def test_a_turn_opens_with_a_mark() -> None:
    assert post(BRIDGE, is_private=True, is_turn=True).text.startswith(
        "🆕 Новое в этой истории\n\nВ Хороге открыли новый мост через Гунт\n\nМост соединил"
    )


def test_a_caption_holds_all_parts_at_their_longest() -> None:
    sources = tuple(telling(number, source_name="Ф" * 80) for number in range(30))
    others = tuple(replace(one, source_name=f"{one.article_id} {one.source_name}") for one in sources)
    long = article(
        title="Мост " * 80, lead="Длинная фраза о мосте. " * 40, source_name="И" * 80, image="https://a.tj/1"
    )
    view = StoryView(1, long, sources=99, others=others, before=replace(LAST_WEEK, title="Мост " * 80))
    message = post(view, hashtags=[f"{number}{'т' * 62}" for number in range(4)], is_turn=True)
    assert message.photo is not None
    assert len(message.text) <= 1024
    assert message.text.endswith("т")
    assert "Длинная фраза о мосте." in message.text
    plain = post(replace(view, others=(), sources=1, before=None))
    assert lead_of(long, MAX_LEAD) in plain.text
    assert "И" * (MAX_SOURCE - 1) in plain.text
    assert "Ф" * (MAX_NAME + 1) not in message.text


@settings(max_examples=60, deadline=None)
@given(view=STORIES, words=st.sampled_from(ALL_WORDS), is_private=st.booleans(), is_turn=st.booleans())
def test_a_card_is_accepted_whatever_sources_are_called(
    view: StoryView, words: Words, is_private: bool, is_turn: bool
) -> None:
    shown = replace(view, sources=1 + len({one.source_id for one in view.others}))
    assert_accepted(post(shown, words, is_private=is_private, is_turn=is_turn, hashtags=shown.topics))


def test_a_digest_counts_sources_and_marks_what_turned() -> None:
    turned = replace(BRIDGE, article=replace(BRIDGE.article, is_turn=True))
    message = digest(Bundle(READER, (turned, story(2)), 2), RU, timezone=DUSHANBE, now=NOW)
    _, first, second = message.text.split("\n\n")
    assert first.endswith("\nВестник долины · 14:05 · и ещё 2 источника · 🆕\u00a0новое в этой истории")
    assert second.endswith("\nВестник долины · 14:05")


def test_a_long_list_of_stories_with_many_sources_is_one_message() -> None:
    long = article(title="Мост через Гунт " * 30, source_name="И" * 90, is_turn=True)
    stories = tuple(StoryView(number, long, sources=120, others=(ASIA,)) for number in range(20))
    message = latest_list(Page(stories), VIEW, size=20)
    assert len(message.text) > 3000
    assert "20. Мост" in message.text
    assert message.text.endswith("🆕\u00a0новое в этой истории")


def test_an_inline_result_counts_sources_and_its_card_names_them() -> None:
    [found] = results([BRIDGE], RU, timezone=DUSHANBE, now=NOW, bot_name="khabar_bot")
    assert found.description is not None
    assert found.description.startswith("Вестник долины · 14:05 · и ещё 2 источника\n")
    assert "Также: Азия-Новости, Пайки рӯз" in found.input_message_content.message_text  # type: ignore[union-attr]


def test_the_screen_of_a_story() -> None:
    message = story_screen(replace(BRIDGE, before=LAST_WEEK), TELLINGS_OF_BRIDGE, VIEW, is_admin=False)
    assert as_html(message) == (
        '<a href="https://vestnik.example/news/1"><b>В Хороге открыли новый мост через Гунт</b></a>\n'
        "3 источника · 5 публикаций\n"
        "\n"
        "1. 14:05 · Вестник долины\n"
        '<a href="https://vestnik.example/news/1">В Хороге открыли новый мост</a>\n'
        "\n"
        "2. 14:05 · Азия-Новости\n"
        '<a href="https://asia.example/1">Через Гунт перекинули мост</a>\n'
        "\n"
        "3. 14:05 · Азия-Новости\n"
        '<a href="https://asia.example/2">Мост открыт</a>\n'
        "\n"
        "4. 14:05 · Вестник долины\n"
        '<a href="https://vestnik.example/2">Мост: фото</a>\n'
        "\n"
        "5. 14:25 · Пайки рӯз · на таджикском\n"
        '<a href="https://payk.example/1">Дар Хоруғ пули нав кушода шуд</a>\n'
        "\n"
        'Ранее: <a href="https://asia.example/0">Мост через Гунт закрыли на ремонт</a>'
    )
    assert labels(message.keyboard) == [["1", "2", "3", "4", "5"]]
    assert pressed(message, "5") == ReadPage(article_id=14).pack()


def test_the_screen_in_tajik_marks_the_other_language() -> None:
    text = story_screen(BRIDGE, TELLINGS_OF_BRIDGE, replace(VIEW, words=TG), is_admin=False).text
    assert "2. 14:05 · Азия-Новости · ба забони русӣ\n" in text
    assert "5. 14:25 · Пайки рӯз\n" in text


def test_an_admin_splits_and_merges_from_there() -> None:
    message = story_screen(BRIDGE, TELLINGS_OF_BRIDGE, VIEW, is_admin=True)
    split, merge = "✂️ Одна из статей о другом", "🔗 Объединить с другой новостью"
    assert labels(message.keyboard)[1:] == [[split], [merge]]
    assert pressed(message, split) == ChooseSplit(story_id=1).pack()
    assert pressed(message, merge) == OpenNear(story_id=1).pack()
    alone = story_screen(story(1), TELLINGS_OF_BRIDGE[:1], VIEW, is_admin=True)
    assert labels(alone.keyboard) == [["1"], [merge]]


@pytest.mark.parametrize(
    ("page", "numbers", "pager"),
    [
        (0, (1, 15), ["Следующие ›"]),
        (1, (16, 30), ["‹ Предыдущие", "Следующие ›"]),
        (2, (31, 32), ["‹ Предыдущие"]),
        (99, (31, 32), ["‹ Предыдущие"]),
    ],
)
def test_a_story_of_many_pages_is_leafed_through(page: int, numbers: tuple[int, int], pager: list[str]) -> None:
    pages = [telling(number) for number in range(1, 33)]
    first, last = numbers
    for draw, data in (
        (story_screen(BRIDGE, pages, VIEW, is_admin=False, page=page), ReadPage(article_id=first)),
        (split_screen(BRIDGE, pages, VIEW, page=page), SplitPage(story_id=1, article_id=first)),
    ):
        rows = labels(draw.keyboard)
        flat = [label for row in rows for label in row if label.isdecimal()]
        assert flat == [str(number) for number in range(first, last + 1)]
        assert pager in rows
        assert pressed(draw, str(first)) == data.pack()
        assert f"{last}. 14:05 · Источник {last}" in draw.text


def test_an_admin_is_asked_which_page_is_about_something_else() -> None:
    message = split_screen(BRIDGE, TELLINGS_OF_BRIDGE, VIEW)
    assert message.text.startswith("Какая статья рассказывает о другом событии?\n\n1. 14:05 · Вестник долины\n")
    assert labels(message.keyboard) == [["1", "2", "3", "4", "5"], ["‹ Назад"]]
    question = split_question(BRIDGE, ASIA, RU)
    assert question.text.startswith("Через Гунт перекинули мост\nАзия-Новости\n\nОтделить?")
    assert pressed(question, "Да, отделить") == SplitPage(story_id=1, article_id=11, confirm=True).pack()
    assert pressed(question, "Нет, оставить") == OpenStory(story_id=1).pack()


def test_an_admin_is_asked_with_which_story_to_merge() -> None:
    message = near_screen(BRIDGE, [story(2), story(3)], VIEW)
    assert message.text.startswith(
        "В Хороге открыли новый мост через Гунт\n\nС какой из этих новостей её объединить?\n\n1. В"
    )
    assert labels(message.keyboard) == [["1", "2"], ["‹ Назад"]]
    assert pressed(message, "2") == MergeStories(story_id=1, other_id=3).pack()
    question = merge_question(BRIDGE, story(3), RU)
    assert pressed(question, "Да, объединить") == MergeStories(story_id=1, other_id=3, confirm=True).pack()
    assert pressed(question, "Нет, оставить") == OpenStory(story_id=1).pack()
    assert labels(near_screen(BRIDGE, [], VIEW).keyboard) == [["‹ Назад"]]


@settings(max_examples=30, deadline=None)
@given(view=STORIES, pages=st.lists(TELLINGS, min_size=1, max_size=40), words=st.sampled_from(ALL_WORDS))
def test_every_screen_of_a_story_is_accepted(view: StoryView, pages: list[Any], words: Words) -> None:
    reader = replace(VIEW, words=words)
    assert_accepted(story_screen(view, pages, reader, is_admin=True, page=len(pages) // PAGE_SIZE))
    assert_accepted(split_screen(view, pages, reader))
    assert_accepted(split_question(view, pages[0], words))
    assert_accepted(near_screen(view, [view] * 9, reader))
    assert_accepted(near_screen(view, [], reader))
    assert_accepted(merge_question(view, view, words))


@pytest.mark.parametrize("words", ALL_WORDS, ids=lambda words: words.language)
def test_the_other_languages_stand_behind_buttons(words: Words) -> None:
    english = telling(31, language="en")
    others = (telling(30, language="uz"), english, replace(english, article_id=32), PAYK, ASIA)
    shown = replace(BRIDGE, others=others)
    keys = [key for row in language_rows(shown, words) for key in row]
    assert [key.callback_data for key in keys] == [ReadPage(article_id=one).pack() for one in (31, 14)]
    assert [key.text for key in keys] == [words.text("story.read_en"), words.text("story.read_tg")]


def read(of: Article, view: StoryView) -> tuple[str, tuple[Outgoing, ...]]:
    """The article in the chat, as rich markup and as plain messages."""
    others = also(view, RU, times=(DUSHANBE, NOW))
    rich = rich_article(of, RU, timezone=DUSHANBE, now=NOW, others=others).html or ""
    return rich, plain_article(of, RU, timezone=DUSHANBE, now=NOW, others=others)


def test_below_an_article_stands_who_else_tells_it_and_when() -> None:
    amper = replace(ASIA, url="https://asia.example/?a=1&b=2", source_name="Азия <Новости>")
    rich, plain = read(BRIDGE.article, replace(BRIDGE, others=(amper, PAYK)))
    assert (
        '<p>Также: <a href="https://asia.example/?a=1&amp;b=2">Азия &lt;Новости&gt;</a> (14:05), '
        '<a href="https://payk.example/1">Пайки рӯз</a> (14:25)</p><footer>'
    ) in rich
    assert plain[-1].text.endswith("Также: Азия <Новости> (14:05), Пайки рӯз (14:25)\nЧитать на сайте: Вестник долины")


def test_the_closing_lines_of_the_longest_article_fit() -> None:
    others = tuple(telling(number, source_name=f"{number} {'Ф' * 80}") for number in range(20, 26))
    paragraph = Block(BlockKind.PARAGRAPH, "Мост через Гунт открыт, движение начнётся первого декабря. " * 9)
    rich, plain = read(article(body=(paragraph,) * 99), replace(BRIDGE, sources=40, others=others))
    assert len(rich) <= 32_768
    assert all(len(message.text) <= 4096 for message in plain)
    for text in (rich, plain[-1].text):
        assert "Статья длинная, здесь её начало." in text
        assert "и ещё 34" in text
        assert "Читать на сайте: Вестник долины" in text
