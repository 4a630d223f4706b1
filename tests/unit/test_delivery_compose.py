"""The same message is composed once for all chats that read it alike, and anew for any that does not."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.delivery.compose import REMEMBERED, Composer
from bot.rendering.locales import Locales
from storage.deliveries import Bundle, PostKind
from storage.naming import Entity, EntityKind
from storage.records import Chat, ChatKind, StoryView, Telling
from tests.unit.rendering_samples import NOW, labels, story

READER = Chat(1, ChatKind.PRIVATE, "Мадина", with_hashtags=True)
MARKED = replace(story(1, image="https://vestnik.example/1.jpg"), topics=("мосты",), topic_ids=(7,))
CARD = Bundle(READER, (MARKED,), until=1)
PAMIR = Entity(4, EntityKind.PLACE, "Памир")
LIST = Bundle(READER, tuple(replace(story(number), topics=("мосты",)) for number in range(1, 6)), until=5, more=2)


def composer() -> Composer:
    return Composer(Locales(), "Asia/Dushanbe")


def of_chat(**changes: Any) -> Callable[[Bundle], Bundle]:
    return lambda bundle: replace(bundle, chat=replace(bundle.chat, **changes))


def of_story(**changes: Any) -> Callable[[Bundle], Bundle]:
    def change(view: StoryView) -> StoryView:
        return replace(view, article=replace(view.article, **changes))

    return lambda bundle: replace(bundle, stories=(change(bundle.stories[0]), *bundle.stories[1:]))


@pytest.mark.parametrize("bundle", [CARD, LIST], ids=["card", "list"])
def test_chats_that_read_alike_share_one_message(bundle: Bundle) -> None:
    of = composer()
    message = of.message(bundle, NOW)
    other = replace(bundle, chat=replace(READER, id=2, title="Сорбон", position=8, attempts=3), until=77)
    assert of.message(other, NOW + timedelta(minutes=40)) is message
    again = replace(bundle, stories=tuple(replace(view, article=replace(view.article)) for view in bundle.stories))
    assert of.message(again, NOW) is message


@pytest.mark.parametrize("bundle", [CARD, LIST], ids=["card", "list"])
@pytest.mark.parametrize(
    "changed",
    [
        of_chat(language="tg"),
        of_chat(timezone="Europe/Berlin"),
        of_chat(kind=ChatKind.CHANNEL),
        of_story(title="В Хороге открыли два моста", revision=2),
        of_story(published_at=NOW - timedelta(hours=2)),
        of_story(url="https://vestnik.example/novosti/1"),
        lambda bundle: replace(bundle, missed=4),
    ],
)  # fmt: skip
def test_whatever_reads_differently_is_another_message(bundle: Bundle, changed: Callable[[Bundle], Bundle]) -> None:
    of = composer()
    message = of.message(bundle, NOW)
    assert of.message(changed(bundle), NOW) != message
    assert of.message(bundle, NOW) is message


@pytest.mark.parametrize(
    "changed",
    [
        of_chat(with_pictures=False),
        of_chat(with_hashtags=False),
        lambda bundle: replace(bundle, stories=(replace(bundle.stories[0], topics=()),)),
        lambda bundle: replace(bundle, stories=(replace(bundle.stories[0], sources=4, articles=4, version=4),)),
        lambda bundle: replace(bundle, reply_to=5),
        lambda bundle: replace(bundle, stories=(replace(bundle.stories[0], topic_ids=(8,)),)),
        of_story(entities=(PAMIR,)),
    ],
)
def test_a_card_is_what_the_chat_wants_to_see(changed: Callable[[Bundle], Bundle]) -> None:
    of = composer()
    message = of.message(CARD, NOW)
    assert of.message(changed(CARD), NOW) != message


def test_only_a_readers_card_has_buttons_to_what_it_speaks_of() -> None:
    of = composer()
    in_group = of_chat(id=-5, kind=ChatKind.SUPERGROUP)(CARD)
    message = of.message(in_group, NOW)
    assert message.keyboard is None
    assert of.message(of_story(entities=(PAMIR,))(in_group), NOW) is message
    reader = of.message(of_story(entities=(PAMIR,))(CARD), NOW)
    assert labels(reader.keyboard)[1:] == [["🏷 мосты", "📍 Памир"]]


def test_a_corrected_card_keeps_its_buttons() -> None:
    of = composer()
    told = of_story(entities=(PAMIR,))(CARD)
    corrected = of.message(of_story(title="В Хороге открыли два моста", revision=2)(told), NOW, kind=PostKind.PHOTO)
    assert corrected.text != of.message(told, NOW).text
    assert corrected.keyboard == of.message(told, NOW).keyboard


def test_a_list_is_the_same_whatever_its_stories_speak_of() -> None:
    of = composer()
    assert of.message(of_story(entities=(PAMIR,))(LIST), NOW) is of.message(LIST, NOW)


def test_topics_and_counts_make_another_list() -> None:
    of = composer()
    message = of.message(LIST, NOW)
    assert of.message(replace(LIST, more=3), NOW) != message
    unnamed = replace(LIST, stories=(*LIST.stories[:4], replace(LIST.stories[4], topics=())))
    assert of.message(unnamed, NOW) != message
    assert of.message(of_chat(with_pictures=False)(LIST), NOW) is message


def test_two_versions_of_a_story_are_two_messages_in_a_channel() -> None:
    of = composer()
    told = of_chat(id=-5, kind=ChatKind.CHANNEL)(CARD)
    copy = Telling(9, 4, "Садои мардум", "https://sado.example/9", "Пул кушода шуд", "tg", NOW)
    grown = replace(told, stories=(replace(told.stories[0], sources=2, articles=2, version=2, others=(copy,)),))
    assert "Садои мардум" in of.message(grown, NOW).text.removeprefix(of.message(told, NOW).text)
    assert "Садои мардум" not in of.message(told, NOW).text


def test_channels_that_may_name_different_sources_read_different_messages() -> None:
    of = composer()
    told = of_chat(id=-5, kind=ChatKind.CHANNEL)(CARD)
    one, other = (Telling(9 + n, 4 + n, f"Газета {n}", f"https://{n}.example/9", "Мост", "ru", NOW) for n in (1, 2))
    message = of.message(_grown(told, one), NOW)
    assert of.message(_grown(told, other), NOW) != message
    assert of.message(_grown(told, one), NOW) is message


def _grown(told: Bundle, other: Telling) -> Bundle:
    return replace(told, stories=(replace(told.stories[0], sources=2, version=2, others=(other,)),))


def test_the_next_day_tells_the_date() -> None:
    of = composer()
    today = of.message(CARD, NOW)
    assert "· 14:05" in today.text
    assert "21 ноября, 14:05" in of.message(CARD, NOW + timedelta(hours=10)).text


def test_one_story_is_a_list_where_it_counts_others_or_is_edited_as_one() -> None:
    of = composer()
    assert of.message(CARD, NOW).photo
    assert of.message(CARD, NOW, kind=PostKind.PHOTO).photo
    for message in (
        of.message(CARD, NOW, kind=PostKind.LIST),
        of.message(replace(CARD, more=1), NOW),
        of.message(replace(CARD, missed=1), NOW),
    ):
        assert message.photo is None
        assert "\n\n1. В Хороге" in message.text


def test_what_was_not_sent_for_long_is_forgotten() -> None:
    of = composer()
    first = of.message(CARD, NOW)
    second = of.message(replace(CARD, missed=1), NOW)
    for number in range(2, REMEMBERED + 1):
        of.message(replace(CARD, missed=number), NOW)
        assert of.message(CARD, NOW) is first
    assert of.message(replace(CARD, missed=1), NOW) is not second
