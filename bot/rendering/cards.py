"""One story as one message: its pictures, the linked title, what happened, where from and when.

In a private chat buttons stand under it: to read and save it, and to what it speaks of.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.rendering.headlines import lead_of, linked_title, origin
from bot.rendering.keyboards import story_keyboard
from bot.rendering.locales import Words
from bot.rendering.message import MAX_ALBUM, Node, Outgoing, compose, joined
from bot.rendering.subjects import subject_rows
from bot.rendering.texts import hashtag, is_blank, web_url
from storage.records import Article, BlockKind, StoryView

# Code points. Title, lead, source line and hashtags together stay under a caption's 1024, so that the text is the
# same with the picture and without it.
MAX_TITLE = 250
MAX_LEAD = 350
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
) -> Outgoing:
    """The story as its own message.

    `hashtags` are topics' names, empty where the chat wants none. Without a picture of its own the page's large
    preview stands above the text; `with_picture=False` leaves out both. `with_album` takes all its pictures where it
    has several; in a private chat the buttons under the one picture are worth more.
    """
    article = view.article
    parts: list[Node] = [linked_title(article, MAX_TITLE)]
    lead = lead_of(article, MAX_LEAD)
    if lead and not is_blank(article.title):  # else the lead already stands in the title's place
        parts += ["\n\n", lead]
    parts += ["\n\n", joined(origin(view, words, timezone=timezone, now=now), " · ")]
    tags = " ".join(_tags(hashtags))
    if tags:
        parts += ["\n", tags]
    album = _album(article) if with_album and with_picture and not is_private else ()
    photo = web_url(article.image) or next(iter(album), None)
    return compose(
        *parts,
        photo=photo if with_picture else None,
        preview_url=web_url(article.url) if with_picture else None,
        keyboard=story_keyboard(view.story_id, words, more=subject_rows(view)) if is_private else None,
        album=album,
    )


def _album(article: Article) -> tuple[str, ...]:
    """The distinct pictures of an article, its main one first; none where there are not several."""
    shown = [article.image, *(block.url for block in article.body if block.kind is BlockKind.IMAGE)]
    pictures = dict.fromkeys(address for url in shown if (address := web_url(url)))
    return tuple(pictures)[:MAX_ALBUM] if len(pictures) > 1 else ()


def _tags(names: Sequence[str]) -> Iterator[str]:
    """The first few distinct hashtags of these names."""
    tags = dict.fromkeys(tag for name in names if (tag := hashtag(name)))
    yield from list(tags)[:MAX_HASHTAGS]
