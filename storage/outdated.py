"""What makes messages that stand outdated: their article changed, or a page that they name was taken back."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.deliveries import PostKind
from storage.dialect import insert
from storage.tables import article, correction, post


async def mark_outdated(connection: AsyncConnection, article_id: int, now: datetime) -> None:
    """The article has a new revision: whatever stands of it is to be edited. One row, however many show it."""
    await _correct(connection, sa.select(article.c.id).where(article.c.id == article_id), now)


async def mark_naming(connection: AsyncConnection, article_id: int, story_id: int, now: datetime) -> None:
    """The page is the story's no more: posts in channels and groups that may name it beside theirs are to be edited.

    However old they are: what was taken back must not be linked to. They count as showing no revision at all.
    """
    arrived = sa.select(article.c.arrived_at).where(article.c.id == article_id).scalar_subquery()
    naming = (
        post.c.story_id == story_id,
        post.c.chat_id < 0,
        post.c.kind != PostKind.LIST,
        post.c.article_id != article_id,
        sa.func.coalesce(post.c.edited_at, post.c.posted_at) >= arrived,
    )
    shown = set((await connection.execute(sa.select(post.c.article_id).where(*naming).distinct())).scalars())
    if shown:
        await connection.execute(sa.update(post).where(*naming).values(revision=0))
        await _correct(connection, sa.select(article.c.id).where(article.c.id.in_(shown)), now)


async def _correct(connection: AsyncConnection, articles: sa.Select[tuple[int]], now: datetime) -> None:
    """Have what stands of these articles looked through."""
    stands = articles.add_columns(sa.literal(now, correction.c.since.type)).where(
        sa.exists().where(post.c.article_id == article.c.id)
    )
    statement = insert(connection, correction).from_select(["article_id", "since"], stands)
    await connection.execute(statement.on_conflict_do_nothing(index_elements=["article_id"]))
