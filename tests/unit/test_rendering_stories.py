"""What a story told by several sources looks like: in a post, on a card, in a digest, below an article."""

from dataclasses import replace
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
from bot.rendering.story_callbacks import OpenStory, ReadPage
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
    article,
    as_html,
    assert_accepted,
    labels,
    story,
    telling,
)
from tests.unit.story_samples import ASIA, BRIDGE, LAST_WEEK, PAYK, pressed

TG = LOCALES.words("tg")
VIEW = View(RU, DUSHANBE, NOW, is_private=True)
READER = Chat(1, ChatKind.PRIVATE, "")


def post(view: StoryView, words: Words = RU, **how: Any) -> Outgoing:
    options: dict[str, Any] = {"with_picture": True, "hashtags": [], "is_private": False}
    return card(view, words, timezone=DUSHANBE, now=NOW, **(options | how))


def test_a_post_names_the_other_sources_once_each_and_never_the_one_it_shows() -> None:
    assert as_html(post(BRIDGE)).split("\n\n")[-1] == (
        "Вестник долины · 14:05\n"
        'Также: <a href="https://asia.example/1">Азия-Новости</a>, <a href="https://payk.example/1">Пайки рӯз</a>'
    )


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (RU, "Также: Источник 11, Источник 12, Источник 13, Источник 14, Источник 15 и ещё 4"),
        (TG, "Инчунин: Источник 11, Источник 12, Источник 13, Источник 14, Источник 15 ва боз 4 манбаи дигар"),
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
    assert post(view).text.endswith("Вестник долины · 14:05 · ещё 1 источник")


def test_a_reader_has_a_button_for_the_sources_instead() -> None:
    message = post(BRIDGE, is_private=True)
    assert message.text.endswith("Вестник долины · 14:05 · ещё 2 источника")
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
        "🆕 Новые подробности\n\nВ Хороге открыли новый мост через Гунт\n\nМост соединил"
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


def test_a_digest_counts_sources() -> None:
    message = digest(Bundle(READER, (BRIDGE, story(2)), 2), RU, timezone=DUSHANBE, now=NOW)
    _, first, second = message.text.split("\n\n")
    assert first.endswith("\nВестник долины · 14:05 · ещё 2 источника")
    assert second.endswith("\nВестник долины · 14:05")


def test_a_long_list_of_stories_with_many_sources_is_one_message() -> None:
    long = article(title="Мост через Гунт " * 30, source_name="И" * 90)
    stories = tuple(StoryView(number, long, sources=120, others=(ASIA,)) for number in range(20))
    message = latest_list(Page(stories), VIEW, size=20)
    assert len(message.text) > 3000
    assert "20. Мост" in message.text
    assert message.text.endswith("ещё 119 источников")


def test_an_inline_result_counts_sources_and_its_card_names_them() -> None:
    [found] = results([BRIDGE], RU, timezone=DUSHANBE, now=NOW, bot_name="khabar_bot")
    assert found.description is not None
    assert found.description.startswith("Вестник долины · 14:05 · ещё 2 источника\n")
    assert "Также: Азия-Новости, Пайки рӯз" in found.input_message_content.message_text  # type: ignore[union-attr]


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
