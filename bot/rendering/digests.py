"""Several stories as one message: what a chat missed, or its digest."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from aiogram.types import InlineKeyboardMarkup
from aiogram.utils.formatting import Bold, Text

from bot.rendering.callbacks import ListKind, ListPage
from bot.rendering.headlines import listed
from bot.rendering.keyboards import button, keyboard, read_row
from bot.rendering.locales import Words
from bot.rendering.message import MAX_TEXT, Node, Outgoing, compose, joined, length
from bot.rendering.texts import cut_at_word, question_name
from storage.deliveries import Bundle
from storage.records import ChatKind, StoryView

MAX_STORIES = 15  # a longer message is scrolled past; also 3 entities a story, far under Telegram's 100
GROUPED = 4  # stories from which on topics have headings
MAX_TITLE = 180  # code points; less where many stories with long titles share the message
MAX_HEADING = 48  # code points


def is_list(bundle: Bundle) -> bool:
    """Whether the bundle reads as a digest: a card shows one story and counts nothing."""
    return len(bundle.stories) > 1 or bundle.more > 0 or bundle.missed > 0


def arranged(bundle: Bundle) -> Bundle:
    """The bundle as it is shown: no more stories than one message has, together by topic, the rest counted.

    Takes the best stories first. A story stands under the first of its topics, topics in the order of their best
    story, stories without one last. Arranging twice changes nothing; `until` stays.
    """
    stories = bundle.stories[:MAX_STORIES]
    shown = tuple(view for _, group in _groups(stories) for view in group)
    return replace(bundle, stories=shown, more=bundle.more + len(bundle.stories) - len(stories))


def digest(bundle: Bundle, words: Words, *, timezone: ZoneInfo, now: datetime) -> Outgoing:
    """All of `arranged(bundle).stories`, numbered through; what is left out is counted, nothing is dropped in silence.

    In private chats with numbered buttons to read, and with one that lists what was left out.
    """
    bundle = arranged(bundle)
    stamps = [words.stamp(view.article.published_at, timezone=timezone, now=now) for view in bundle.stories]
    count = words.plural("count.stories", len(bundle.stories) + bundle.more)
    head = Text(Bold(count), f" · {words.date(now, timezone=timezone, now=now)}")

    def text(limit: int) -> Text:
        """The message with titles of at most `limit` code points."""
        return joined([head, *_items(bundle.stories, stamps, words, limit), *_counts(bundle, words)], "\n\n")

    body = text(MAX_TITLE)
    if length(body) > MAX_TEXT:
        body = text(1 + (MAX_TEXT - length(text(1))) // len(bundle.stories))
    return compose(body, keyboard=_buttons(bundle, words))


def _groups(stories: Sequence[StoryView]) -> list[tuple[str | None, list[StoryView]]]:
    """Topics with their stories; few stories, or stories of one topic, are one group without a name."""
    groups: dict[str | None, list[StoryView]] = {}
    for view in stories:
        groups.setdefault(view.topics[0] if view.topics else None, []).append(view)
    if len(stories) < GROUPED or len(groups) == 1:
        return [(None, list(stories))]
    return sorted(groups.items(), key=lambda group: group[0] is None)


def _items(stories: Sequence[StoryView], stamps: Sequence[str], words: Words, limit: int) -> Iterator[Node]:
    """Headings and numbered stories, in the order shown."""
    groups = _groups(stories)
    number = 0
    for topic, group in groups:
        if len(groups) > 1:
            name = words.text("bundle.other") if topic is None else question_name(topic)
            yield Bold(cut_at_word(name, MAX_HEADING))
        for view in group:
            yield listed(number + 1, view, stamps[number], words, limit=limit)
            number += 1


def _counts(bundle: Bundle, words: Words) -> list[Node]:
    """How many stories wait in the list, and how many grew too old: one paragraph, if any."""
    lines: list[Node] = []
    if bundle.more:
        lines.append(words.plural("count.more", bundle.more))
    if bundle.missed:
        lines.append(words.plural("bundle.missed", bundle.missed))
    return [joined(lines, "\n")] if lines else []


def _buttons(bundle: Bundle, words: Words) -> InlineKeyboardMarkup | None:
    """For a reader alone: in a group anybody's press would be one more message out of its twenty a minute."""
    if bundle.chat.kind is not ChatKind.PRIVATE:
        return None
    rows = read_row(bundle.stories, words)
    if bundle.more or bundle.missed:
        rows.append([button(words.text("digest.list"), ListPage(kind=ListKind.MINE, anew=True))])
    return keyboard(*rows)
