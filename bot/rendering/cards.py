"""One story as one message: its pictures, the linked title, what happened, where from and when.

In a private chat buttons stand under it: to read and save it, and to what it speaks of.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from aiogram.types import InlineKeyboardMarkup

from bot.rendering.headlines import counted_sources, lead_of, linked_title, origin
from bot.rendering.keyboards import reading, story_keyboard
from bot.rendering.locales import Words
from bot.rendering.message import MAX_ALBUM, MAX_CAPTION, Node, Outgoing, compose, joined, length
from bot.rendering.subjects import subject_rows
from bot.rendering.tellers import also, before, sources_rows
from bot.rendering.texts import hashtag, is_blank, web_url
from storage.records import Article, BlockKind, StoryView

# Code points. All parts together stay under a caption's 1024, so that the text is the same with the picture and without
# it: the lead takes what the others leave, and is left out where that is no sentence any more.
MAX_TITLE = 250
MAX_LEAD = 350
MIN_LEAD = 40
MAX_HASHTAGS = 4


def card(
    view: StoryView,
    words: Words,
    *,
    timezone: ZoneInfo,
    now: datetime,
    with_picture: bool,
    hashtags: Sequence[str],
    is_private: bool,
    with_album: bool = False,
    is_turn: bool = False,
) -> Outgoing:
    """The story as its own message.

    `hashtags` are topics' names, empty where the chat wants none. Without a picture of its own the page's large
    preview stands above the text; `with_picture=False` leaves out both. `with_album` takes all its pictures where it
    has several; in a private chat the buttons under the one picture are worth more. With `is_turn` a mark above the
    title says that this is news of a story that the chat was told before.
    """
    article = view.article
    opening = _opening(article, words, is_turn=is_turn)
    closing = _closing(view, words, timezone=timezone, now=now, is_private=is_private)
    tags = " ".join(_tags(hashtags))
    if tags:
        closing += ["\n", tags]
    said = _said(article, room=MAX_CAPTION - length(*opening, "\n\n", "\n\n", *closing))
    album = _album(article) if with_album and with_picture and not is_private else ()
    photo = web_url(article.image) or next(iter(album), None)
    return compose(
        *opening,
        *said,
        "\n\n",
        *closing,
        photo=photo if with_picture else None,
        preview_url=web_url(article.url) if with_picture else None,
        keyboard=_buttons(view, words) if is_private else None,
        album=album,
    )


def _opening(article: Article, words: Words, *, is_turn: bool) -> list[Node]:
    title = linked_title(article, MAX_TITLE)
    return [words.text("story.turn"), "\n\n", title] if is_turn else [title]


def _said(article: Article, room: int) -> list[Node]:
    """What happened, in as many code points as there is room for; a page without a title is called by it already."""
    if room < MIN_LEAD or is_blank(article.title):
        return []
    lead = lead_of(article, min(MAX_LEAD, room))
    return ["\n\n", lead] if lead else []


def _closing(view: StoryView, words: Words, *, timezone: ZoneInfo, now: datetime, is_private: bool) -> list[Node]:
    """Where the story is from, who tells it too, and what it goes back to: a line each.

    A reader has a button for the other sources; whoever reads a post has only what it says.
    """
    facts: list[Node] = [*origin(view, words, timezone=timezone, now=now)]
    others = None if is_private else also(view, words)
    if others is None:
        facts += counted_sources(view, words)
    lines = [joined(facts, " · "), others, before(view, words)]
    return [joined([line for line in lines if line is not None], "\n")]


def _buttons(view: StoryView, words: Words) -> InlineKeyboardMarkup:
    rows = [*sources_rows(view, words), *subject_rows(view)]
    return story_keyboard(view.article.id, words, reads=reading(view, words), more=rows)


def _album(article: Article) -> tuple[str, ...]:
    """The distinct pictures of an article, its main one first; none where there are not several."""
    shown = [article.image, *(block.url for block in article.body if block.kind is BlockKind.IMAGE)]
    pictures = dict.fromkeys(address for url in shown if (address := web_url(url)))
    return tuple(pictures)[:MAX_ALBUM] if len(pictures) > 1 else ()


def _tags(names: Sequence[str]) -> Iterator[str]:
    """The first few distinct hashtags of these names."""
    tags = dict.fromkeys(tag for name in names if (tag := hashtag(name)))
    yield from list(tags)[:MAX_HASHTAGS]
