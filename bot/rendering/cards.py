"""One story as one message: a picture, the linked title, what happened, where from and when."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.rendering.headlines import lead_of, linked_title, origin
from bot.rendering.keyboards import story_keyboard
from bot.rendering.locales import Words
from bot.rendering.message import Node, Outgoing, compose, joined
from bot.rendering.texts import hashtag, is_blank, web_url
from storage.records import StoryView

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
) -> Outgoing:
    """The story as its own message.

    `hashtags` are topics' names, empty where the chat wants none. Without a picture of its own the page's large
    preview stands above the text; `with_picture=False` leaves out both.
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
    return compose(
        *parts,
        photo=web_url(article.image) if with_picture else None,
        preview_url=web_url(article.url) if with_picture else None,
        keyboard=story_keyboard(view.story_id, words) if is_private else None,
    )


def _tags(names: Sequence[str]) -> Iterator[str]:
    """The first few distinct hashtags of these names."""
    tags = dict.fromkeys(tag for name in names if (tag := hashtag(name)))
    yield from list(tags)[:MAX_HASHTAGS]
