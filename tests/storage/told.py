"""Stories as several pages tell them, and what shows them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from storage.database import Database
from storage.deliveries import Post, PostKind
from storage.records import Block, BlockKind, NewSource, Story
from storage.stores import Stores
from storage.tables import ahead, growth
from tests.storage.conftest import NOW
from tests.storage.samples import new_article

LATER = NOW + timedelta(hours=1)
SHORT = (Block(BlockKind.PARAGRAPH, "Молния."),)
LONG = tuple(
    Block(
        BlockKind.PARAGRAPH, "Мост через Вахш закрыли на ремонт до весны: движение пустили в объезд, по новой дороге."
    )
    for _ in range(6)
)


async def add_sources(stores: Stores, count: int) -> list[int]:
    """Ids of so many sources."""
    added = [await stores.sources.add(NewSource(f"https://s{n}.example/rss", f"Газета {n}")) for n in range(count)]
    return [source.id for source in added]


async def tell(
    stores: Stores, pages: Sequence[tuple[int, bool]], preferred: Sequence[int] = ()
) -> tuple[int, list[int]]:
    """A story told by these pages (source, whether it is a good one), one a minute; its id and theirs."""
    story_id = await stores.stories.open(NOW)
    ids = []
    for number, (source_id, is_good) in enumerate(pages):
        at = NOW + timedelta(minutes=number)
        new = new_article(number, source_id, body=LONG if is_good else SHORT)
        ids.append(await stores.articles.add(new, story_id, at, is_pushed=True))
        await stores.stories.grow(story_id, ids[-1], at, preferred)
    return story_id, ids


async def show(stores: Stores, chat_id: int, story: Story, article_id: int) -> None:
    """A message in a chat shows the story by this page."""
    post = Post(chat_id, article_id, story.id, article_id, 1, PostKind.TEXT, NOW, story_version=story.version)
    await stores.posts.add([post])


async def grown(database: Database) -> set[int]:
    """Stories of which channels and groups do not show all."""
    async with database.writer.connect() as connection:
        return set((await connection.execute(sa.select(growth.c.story_id))).scalars())


async def tell_one(stores: Stores, source_id: int, number: int, follows_id: int | None = None) -> tuple[int, int]:
    """A story of one page, `number` hours old by then; its id and the page's."""
    at = NOW + timedelta(hours=number)
    story_id = await stores.stories.open(at, follows_id)
    article_id = await stores.articles.add(new_article(100 + number, source_id), story_id, at, is_pushed=True)
    await stores.stories.grow(story_id, article_id, at)
    return story_id, article_id


async def ids_of(stores: Stores, story_id: int) -> list[int]:
    """Ids of the pages that tell a story."""
    return [telling.article_id for telling in await stores.stories.get_tellings(story_id)]


async def two(stores: Stores) -> tuple[int, list[int], int, list[int]]:
    """Two stories of two pages each by three sources, the second an hour later; each story's id and pages."""
    one, other, third = await add_sources(stores, 3)
    kept, its = await tell(stores, [(one, False), (other, True)])
    gone = await stores.stories.open(LATER)
    for number, source_id in enumerate((other, third)):
        at = LATER + timedelta(minutes=number)
        new = new_article(10 + number, source_id)
        await stores.stories.grow(gone, await stores.articles.add(new, gone, at, is_pushed=True), at)
    return kept, its, gone, await ids_of(stores, gone)


async def in_ahead(database: Database) -> list[tuple[int, int, int]]:
    """What chats were given ahead: chat, story, article."""
    async with database.writer.connect() as connection:
        rows = await connection.execute(sa.select(ahead).order_by(ahead.c.chat_id, ahead.c.story_id))
        return [tuple(row) for row in rows]


@contextmanager
def executed(database: Database) -> Iterator[list[tuple[str, Any]]]:
    """Statements that the writer executes meanwhile, with what is bound to them."""
    statements: list[tuple[str, Any]] = []

    def note(_: object, __: object, statement: str, given: object, *___: object) -> None:
        statements.append((statement, given))

    engine = database.writer.sync_engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


async def scans(database: Database, statements: Sequence[tuple[str, Any]]) -> list[str]:
    """Tables that SQLite would read from end to end for any of these statements."""
    found = []
    async with database.writer.connect() as connection:
        for statement, given in statements:
            plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)
            details = {row.detail for row in plan} - {"SCAN CONSTANT ROW"}  # a question without a table
            found += [detail for detail in details if detail.startswith("SCAN ")]
    return found
