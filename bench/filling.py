"""What benchmarks of delivery write into the bot's database: a source, chats with what they follow, articles.

By the hundred thousand, so past the stores where those would take a statement a chat.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.stories.fingerprint import fingerprint
from storage.database import Database
from storage.records import Block, BlockKind, ChatKind, ChatState, NewArticle, NewSource, Rank, Schedule, SourceCheck
from storage.stores import Stores
from storage.tables import chat, follow

SITE = "https://paper.example"
ROWS = 10_000  # chats written at once
LEAD = "Дорогу через перевал открыли утром: снег убирали всю ночь, колонна машин уже прошла в обе стороны. "


async def add_source(database: Database, now: datetime) -> int:
    """A source that is not polled; its id."""
    async with database.transaction() as stores:
        source = await stores.sources.add(NewSource(f"{SITE}/rss", "Вестник перевала", language="ru"))
        await stores.sources.settle(SourceCheck(source.id, now, now + timedelta(days=365)))
        return source.id


async def fill_chats(database: Database, ids: Sequence[int], source_id: int) -> None:
    """Chats that get what comes at once: every third follows everything, the next the source, the next both."""
    async with database.writer.begin() as connection:
        for start in range(0, len(ids), ROWS):
            part = ids[start : start + ROWS]
            await connection.execute(sa.insert(chat), [chat_row(chat_id) for chat_id in part])
            await connection.execute(sa.insert(follow), list(follow_rows(part, source_id)))


def chat_row(chat_id: int) -> dict[str, Any]:
    """Someone who gets what comes at once."""
    takes_all = chat_id > 0 and chat_id % 3 != 1
    rank = Rank.CHANNEL if chat_id < 0 else Rank.EVERYTHING if takes_all else Rank.TOPIC
    kind = ChatKind.CHANNEL if chat_id < 0 else ChatKind.PRIVATE
    said = {"kind": kind, "title": str(chat_id), "language": "ru", "hours": [9], "rank": rank}
    return {"id": chat_id, "state": ChatState.ACTIVE, "schedule": Schedule.INSTANT, **said}


def follow_rows(chats: Sequence[int], source_id: int) -> Iterable[dict[str, Any]]:
    """Two audiences that share a third of their chats."""
    for chat_id in chats:
        if chat_id % 3 != 1:
            yield {"chat_id": chat_id, "topic_id": None, "source_id": None}
        if chat_id % 3 != 0:
            yield {"chat_id": chat_id, "topic_id": None, "source_id": source_id}


async def add_story(stores: Stores, source_id: int, number: int, now: datetime, topic_ids: Sequence[int] = ()) -> int:
    """One article as a story of its own, on its way to everybody; its id."""
    title = f"Перевал открыт, сводка {number}"
    url = story_url(number)
    new = NewArticle(
        source_id=source_id,
        identity=url,
        url=url,
        title=title,
        lead=LEAD * 3,
        body=tuple(Block(BlockKind.PARAGRAPH, f"{LEAD * 4} ({place})") for place in range(6)),
        language="ru",
        published_at=now,
        lemmas="перевал открыть сводка дорога снег",
        fingerprint=fingerprint(title, f"{title} {number}"),
        feed_hash=str(number),
    )
    story_id = await stores.stories.open(now)
    article_id = await stores.articles.add(new, story_id, now, is_pushed=True)
    await stores.stories.grow(story_id, article_id, now)
    await stores.topics.attach(article_id, topic_ids)
    await stores.waves.open(article_id, now)
    return article_id


def story_url(number: int) -> str:
    """Where the story with this number stands."""
    return f"{SITE}/news/{number}"
