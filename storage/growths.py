"""Stories that grew while posts in channels and groups show them: which of these are to be edited now.

A story that grows costs one row of `growth`, however many posts show it; a post is outdated where it shows an older
version of its story.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.deliveries import Post, PostKind
from storage.followed import get_only_sources, select_asked_for
from storage.posts import IN_CHANNELS, REACHED, post_record
from storage.tables import article, chat, growth, post, story
from storage.turns import StoryPage


class GrowthStore:
    """What has grown. Nothing is edited here. `lasts` is how long after it was posted a post grows; None: never."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def has_any(self) -> bool:
        """Whether any story has grown under posts that stand."""
        return (await self._connection.execute(sa.select(growth.c.story_id).limit(1))).first() is not None

    async def get_due(self, now: datetime, limit: int, *, every: timedelta, lasts: timedelta | None) -> list[Post]:
        """Outdated posts that may be edited now, of the story that grew first; each at most once in `every`."""
        if lasts is None:
            return []
        edited_at = sa.func.coalesce(post.c.edited_at, post.c.posted_at)
        query = (
            sa.select(post)
            .select_from(growth.join(story, story.c.id == growth.c.story_id))
            .join(post, post.c.story_id == story.c.id)
            .join(chat, chat.c.id == post.c.chat_id)
            .where(
                *_outdated(now, lasts),
                edited_at <= now - every,
                sa.or_(post.c.edit_due_at.is_(None), post.c.edit_due_at <= now),
            )
            .order_by(growth.c.since, growth.c.story_id, post.c.chat_id, post.c.message_id)
            .limit(limit)
        )
        return [post_record(row) for row in await self._connection.execute(query)]

    async def get_pages(self, chat_id: int, story_id: int) -> list[StoryPage]:
        """The pages of a story that a chat's follows ask for and that stand, as they came."""
        asked = select_asked_for(chat_id, article.c.id, article.c.language).where(article.c.story_id == story_id)
        rows = await self._connection.execute(asked.distinct().order_by(article.c.id))
        turns = await get_turns(self._connection, [story_id])
        return with_turns([StoryPage(row.id, row.language) for row in rows], turns.get(story_id, ()))

    async def names_others(self, chat_id: int) -> bool:
        """Whether posts in a chat name further sources at all: not where its follows ask for just one."""
        sources = await get_only_sources(self._connection, chat_id)
        return sources is None or len(sources) > 1

    async def has_done(self, now: datetime, lasts: timedelta | None) -> bool:
        """Whether `close` would have anything to do."""
        return (
            await self._connection.execute(sa.select(growth.c.story_id).where(_is_done(now, lasts)))
        ).first() is not None

    async def close(self, now: datetime, lasts: timedelta | None) -> None:
        """Have done with stories of which no outdated post is left that will be edited, now or later."""
        await self._connection.execute(sa.delete(growth).where(_is_done(now, lasts)))


def _outdated(now: datetime, lasts: timedelta) -> tuple[sa.ColumnElement[bool] | sa.TextClause, ...]:
    """Posts, beside their story and chat, that show less than there is to show."""
    return (
        IN_CHANNELS,
        post.c.kind != PostKind.LIST,
        post.c.story_version < story.c.version,
        post.c.posted_at > now - lasts,
        chat.c.state.in_(REACHED),
    )


def _is_done(now: datetime, lasts: timedelta | None) -> sa.ColumnElement[bool]:
    if lasts is None:
        return sa.true()
    left = (
        sa.select(post.c.message_id)
        .select_from(post.join(story, story.c.id == post.c.story_id).join(chat, chat.c.id == post.c.chat_id))
        .where(post.c.story_id == growth.c.story_id, *_outdated(now, lasts))
        .correlate(growth)
    )
    return sa.not_(left.exists())
