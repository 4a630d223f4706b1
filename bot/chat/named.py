"""Which article a command is about: named by its link or number, or by the message that the command answers."""

import re

from aiogram.enums import MessageEntityType
from aiogram.types import Message

from bot.chat.context import Visit
from bot.ingest.identity import canonical_url
from storage.errors import NotFound
from storage.records import Article
from storage.stores import Stores

# A story by its number alone, by story_ID, or by t.me/BOT?start=story_ID; SQLite's ids have 63 bits.
_STORY = re.compile(r"(?:(?:(?:https?://)?(?:t|telegram)\.me/\w+\?start=)?story_)?(?P<id>\d{1,18})", re.ASCII)


async def find_named(message: Message, words: str | None, visit: Visit) -> tuple[Article, ...] | None:
    """The articles that a command means, () when there are none such; None when it names none.

    A forwarded command was written elsewhere, perhaps by somebody else: it is no order to the bot.
    """
    if message.forward_origin is not None:
        return None
    named = (words or "").strip()
    answered = message.reply_to_message
    if named:
        links = [*_links(message), named]
    elif answered is not None and answered.forum_topic_created is None:  # all messages of a forum's topic answer that
        shown = await visit.stores.posts.get_posted(visit.chat.id, answered.message_id)
        if shown:
            return tuple(view.article for view in shown)
        links = _links(answered)
    else:
        return None
    found = {article.id: article for link in links if (article := await _look_up(visit.stores, link)) is not None}
    return tuple(found.values())


def _links(message: Message) -> list[str]:
    """Addresses in a message, and those behind its words."""
    text = message.text or message.caption or ""
    links = []
    for one in message.entities or message.caption_entities or ():
        if one.type == MessageEntityType.URL:
            links.append(one.extract_from(text))
        elif one.type == MessageEntityType.TEXT_LINK and one.url:
            links.append(one.url)
    return links


async def _look_up(stores: Stores, named: str) -> Article | None:
    """The article at an address; else the lead of the story that the words number."""
    # A live text's messages differ by their anchors alone.
    for address in (canonical_url(named, with_anchor=True), canonical_url(named)):
        article = await stores.articles.get_by_url(address)
        if article is not None:
            return article
    number = story_number(named)
    if number is None:
        return None
    try:
        return (await stores.stories.get_view(number)).article
    except NotFound:
        return None


def story_number(named: str) -> int | None:
    """The number by which the words name a story; None for anything else, such as a page that ends with a number."""
    found = _STORY.fullmatch(named)
    return int(found["id"]) if found else None
