"""Whatever the news say, what goes out is a message that Telegram accepts."""

from dataclasses import replace

import pytest
from aiogram.utils.formatting import BlockQuote, Bold, Italic, Text
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rendering.cards import card
from bot.rendering.digests import arranged, digest
from bot.rendering.lists import View, latest_list, saved_list
from bot.rendering.locales import Words
from bot.rendering.message import Node, Outgoing, compose, link
from storage.deliveries import Bundle
from storage.records import Chat, ChatKind, Page, StoryView
from tests.unit.rendering_samples import (
    ALL_WORDS,
    ANY_TEXT,
    ANY_URL,
    DUSHANBE,
    NOW,
    RU,
    STORIES,
    as_html,
    assert_accepted,
    labels,
    story,
)

NODES = st.recursive(
    ANY_TEXT,
    lambda children: st.one_of(
        st.builds(Bold, children),
        st.builds(Italic, children),
        st.builds(BlockQuote, ANY_TEXT),
        st.builds(link, ANY_TEXT, ANY_URL),
    ),
    max_leaves=3,
)


@settings(deadline=None)
@given(
    story=STORIES, names=st.lists(ANY_TEXT, max_size=6), words=st.sampled_from(ALL_WORDS), with_picture=st.booleans()
)
def test_any_story_makes_a_card_that_telegram_accepts(
    story: StoryView, names: list[str], words: Words, with_picture: bool
) -> None:
    message = card(story, words, timezone=DUSHANBE, now=NOW, with_picture=with_picture, hashtags=names, is_private=True)
    assert_accepted(message)
    assert_accepted(message.without_photo())
    assert with_picture or (message.photo, message.preview_url) == (None, None)


@settings(max_examples=40, deadline=None)
@given(stories=st.lists(STORIES, min_size=1, max_size=25), more=st.integers(0, 10**6), words=st.sampled_from(ALL_WORDS))
def test_any_stories_make_a_digest_that_telegram_accepts(stories: list[StoryView], more: int, words: Words) -> None:
    chat = Chat(1, ChatKind.PRIVATE, "")
    assert_accepted(digest(Bundle(chat, tuple(stories), 9, more), words, timezone=DUSHANBE, now=NOW))


@settings(max_examples=40, deadline=None)
@given(stories=st.lists(STORIES, max_size=20), words=st.sampled_from(ALL_WORDS), number=st.integers(0, 9))
def test_any_stories_make_lists_that_telegram_accepts(stories: list[StoryView], words: Words, number: int) -> None:
    view = View(words, DUSHANBE, NOW, is_private=True)
    page = Page(tuple(stories), number, older=True)
    assert_accepted(latest_list(page, view))
    assert_accepted(saved_list(page, view))


@settings(deadline=None)
@given(nodes=st.lists(NODES, min_size=1, max_size=8))
def test_any_nodes_compose_to_a_message_that_telegram_accepts(nodes: list[Node]) -> None:
    """Quotes and links inside bold, blank edges, entities that end past the cut."""
    assert_accepted(compose("|", *(Text("\n|", node, "|") for node in nodes)))


def test_entities_move_along_when_blanks_are_trimmed() -> None:
    message = compose(" \n 😀 ", Bold(" \u200bслово  "), Italic("\u00a0\n"))
    assert as_html(message) == "😀  \u200b<b>слово</b>"


def test_an_override_cannot_mirror_the_line() -> None:
    assert compose("до\u202eпосле\u2066!\u2069").text == "допосле!"


def test_a_message_is_cut_to_the_limit_with_its_entities() -> None:
    message = compose(Bold("слово " * 900), Italic("конец"))
    assert len(message.text) <= 4096
    assert message.text.endswith("слово…")
    assert [(entity.type, entity.offset, entity.length) for entity in message.entities] == [
        ("bold", 0, len(message.text))
    ]


def test_more_than_a_hundred_entities_are_never_sent() -> None:
    message = compose(*(node for _ in range(150) for node in (Bold("a"), " ")))
    assert len(message.entities) == 100


@pytest.mark.parametrize(("text", "photo"), [("", None), ("я" * 4097, None), ("я" * 1025, "https://x.example/p.jpg")])
def test_a_message_over_the_limits_cannot_be_made(text: str, photo: str | None) -> None:
    with pytest.raises(ValueError, match="a message has"):
        Outgoing(text, photo=photo)


def test_a_refused_picture_leaves_the_large_preview_of_the_page() -> None:
    message = card(
        story(image="https://vestnik.example/p.jpg"),
        RU, timezone=DUSHANBE, now=NOW, with_picture=True, hashtags=[], is_private=True,
    )  # fmt: skip
    assert message.photo == "https://vestnik.example/p.jpg"
    bare = message.without_photo()
    assert (bare.photo, bare.text, bare.keyboard) == (None, message.text, message.keyboard)
    assert bare.link_preview.url == "https://vestnik.example/news/1"
    assert bare.link_preview.prefer_large_media is True
    assert bare.link_preview.show_above_text is True


def test_a_list_has_no_preview() -> None:
    message = latest_list(Page((story(),)), View(RU, DUSHANBE, NOW, is_private=True))
    assert message.link_preview.is_disabled is True


def test_a_digest_counts_what_it_does_not_show() -> None:
    stories: tuple[StoryView, ...] = tuple(story(number) for number in range(40))
    chat = Chat(1, ChatKind.PRIVATE, "")
    message = digest(Bundle(chat, stories, 40, more=3), RU, timezone=DUSHANBE, now=NOW)
    assert message.text.startswith("43 новости · 21 ноября")
    assert message.text.endswith("и ещё 28 новостей")
    assert labels(message.keyboard)[-1] == ["📰 Показать все"]
    assert [label for row in labels(message.keyboard)[:-1] for label in row] == [str(n) for n in range(1, 16)]


def test_formatting_of_nothing_is_left_out() -> None:
    assert compose("a", Bold(" \u200b "), "b").entities == ()


def test_the_longest_card_fits_under_a_picture_whole() -> None:
    view = story(
        title="Слово " * 100,
        lead="Слово " * 300,
        source_name="Слово " * 50,
        image="https://x.example/p.jpg",
        articles=99_999,
    )
    tags = [f"тема{letter * 60}" for letter in "абвгде"]
    message = card(view, RU, timezone=DUSHANBE, now=NOW, with_picture=True, hashtags=tags, is_private=True)
    title, lead, last = message.text.split("\n\n")
    assert 200 < len(title) <= 250
    assert 300 < len(lead) <= 350
    assert last.split("\n")[1].split() == [f"#{tag}" for tag in tags[:4]]
    assert_accepted(message)


def test_a_digest_of_long_titles_shows_them_all_and_cuts_the_titles() -> None:
    long = story(title="ж" * 400, source_name="ш" * 100, published_at=NOW.replace(year=2024))
    stories = tuple(replace(long, topics=(f"{number} " + "т" * 99,)) for number in range(15))
    bundle = Bundle(Chat(1, ChatKind.CHANNEL, ""), stories, 9, more=10**6, missed=10**6)
    message = digest(bundle, RU, timezone=DUSHANBE, now=NOW)
    assert message.text.count("· 21 ноября 2024, 14:05") == 15
    assert 100 < message.text.count("ж") // 15 < 180
    assert 4000 < len(message.text) <= 4096
    assert message.text.endswith("остались в архиве")
    assert_accepted(message)


@given(topics=st.lists(st.lists(st.sampled_from("абвг"), max_size=2, unique=True), max_size=25), more=st.integers(0, 9))
def test_what_is_arranged_is_the_best_with_each_topic_together(topics: list[list[str]], more: int) -> None:
    stories = tuple(replace(story(number), topics=tuple(names)) for number, names in enumerate(topics))
    shown = arranged(Bundle(Chat(1, ChatKind.PRIVATE, ""), stories, 9, more))
    assert arranged(shown) == shown
    assert sorted(view.story_id for view in shown.stories) == list(range(min(15, len(stories))))
    assert len(shown.stories) + shown.more == len(stories) + more
    if len(shown.stories) >= 4:
        first = [view.topics[0] if view.topics else "" for view in shown.stories]
        met = list(dict.fromkeys(first))
        assert first == sorted(first, key=met.index)
        assert "" not in met[:-1]
    else:
        assert shown.stories == stories
