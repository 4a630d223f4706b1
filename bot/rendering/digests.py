"""Several stories as one message: what a chat missed, or its daily digest."""

from datetime import datetime
from zoneinfo import ZoneInfo

from aiogram.types import InlineKeyboardMarkup
from aiogram.utils.formatting import Bold, Text

from bot.rendering.callbacks import ListKind, ListPage
from bot.rendering.headlines import listed
from bot.rendering.keyboards import button, keyboard, read_row
from bot.rendering.locales import Words
from bot.rendering.message import MAX_TEXT, Node, Outgoing, compose, joined, length
from storage.records import Bundle, ChatKind, StoryView

MAX_STORIES = 15  # a longer message is scrolled past; also 2 entities a story, far under Telegram's 100
MAX_TITLE = 180  # code points
_TAIL = 100  # code points kept for «and N more»


def digest(bundle: Bundle, words: Words, *, timezone: ZoneInfo, now: datetime) -> Outgoing:
    """As many of the bundle's stories as fit, in its order; the rest are counted, none is silently dropped.

    In private chats with numbered buttons to read, and one that lists the newest stories when some were left out.
    """
    total = len(bundle.stories) + bundle.more
    head = Text(Bold(words.plural("count.stories", total)), f" · {words.date(now, timezone=timezone, now=now)}")
    shown, items = _fitting(bundle.stories, words, MAX_TEXT - _TAIL - length(head), timezone=timezone, now=now)
    rest = total - len(shown)
    blocks: list[Node] = [head, *items]
    if rest:
        blocks.append(words.plural("count.more", rest))
    is_private = bundle.chat.kind is ChatKind.PRIVATE
    return compose(joined(blocks, "\n\n"), keyboard=_buttons(shown, rest, words) if is_private else None)


def _fitting(
    stories: tuple[StoryView, ...], words: Words, room: int, *, timezone: ZoneInfo, now: datetime
) -> tuple[list[StoryView], list[Text]]:
    """The stories that fit into `room` code points, with how they read."""
    shown: list[StoryView] = []
    items: list[Text] = []
    for number, view in enumerate(stories[:MAX_STORIES], start=1):
        when = words.stamp(view.article.published_at, timezone=timezone, now=now)
        item = listed(number, view, when, limit=MAX_TITLE)
        room -= length(item) + 2
        if room < 0:
            break
        shown.append(view)
        items.append(item)
    return shown, items


def _buttons(shown: list[StoryView], rest: int, words: Words) -> InlineKeyboardMarkup | None:
    rows = read_row([view.story_id for view in shown])
    if rest:
        rows.append([button(words.text("digest.list"), ListPage(kind=ListKind.LATEST, anew=True))])
    return keyboard(*rows)
