"""Stories that grew while posts in channels and groups show them: which of these are to be edited now.

A story that grows costs one row of `growth`, however many posts show it; a post is outdated where it shows an older
version of its story.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.deliveries import Post, PostKind
from storage.followed import get_only_sources, select_asked_for
from storage.posts import REACHED, post_record
from storage.tables import article, chat, growth, post, story
from storage.turns import StoryPage, get_turns, with_turns

A_CHAT = 2  # posts of one chat at a look
STORIES_AT_ONCE = 20  # stories looked through in one statement

# Made once: it is asked each second.
_GROWN = sa.select(growth.c.story_id).order_by(growth.c.since, growth.c.story_id)


class GrowthStore:
    """What has grown. Nothing is edited here. `lasts` is how long after it was posted a post grows; None: never."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def has_any(self) -> bool:
        """Whether any story has grown under posts that stand."""
        return (await self._connection.execute(sa.select(growth.c.story_id).limit(1))).first() is not None

    async def get_due(self, now: datetime, limit: int, *, every: timedelta, lasts: timedelta | None) -> list[Post]:
        """Outdated posts that may be edited now, of the story that grew first; each at most once in `every`.

        At most A_CHAT of each chat: no chat keeps the others waiting.
        """
        if lasts is None:
            return []
        edited_at = sa.func.coalesce(post.c.edited_at, post.c.posted_at)
        is_due = (
            *_outdated(now, lasts),
            edited_at <= now - every,
            sa.or_(post.c.edit_due_at.is_(None), post.c.edit_due_at <= now),
        )
        grown = list((await self._connection.execute(_GROWN)).scalars())
        found: list[Post] = []
        of_chats: Counter[int] = Counter()
        for start in range(0, len(grown), STORIES_AT_ONCE):
            rows = await self._connection.execute(_due_of(grown[start : start + STORIES_AT_ONCE], is_due, limit))
            for row in rows:
                if len(found) < limit and of_chats[row.chat_id] < A_CHAT:
                    of_chats[row.chat_id] += 1
                    found.append(post_record(row))
            if len(found) == limit:
                break
        return found

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


def _due_of(stories: Sequence[int], is_due: Sequence[sa.ColumnElement[bool]], limit: int) -> sa.Select[Any]:
    """Posts of these stories, those of the one that grew first before the others, the first A_CHAT of each chat.

    The stories are named one by one: with a join SQLite would rather go through all that ever stood in channels.
    """
    since = sa.select(growth.c.since).where(growth.c.story_id == post.c.story_id).scalar_subquery()
    in_order = (since, post.c.story_id, post.c.message_id)
    number = sa.func.row_number().over(partition_by=post.c.chat_id, order_by=in_order).label("number")
    joined = post.join(story, story.c.id == post.c.story_id).join(chat, chat.c.id == post.c.chat_id)
    due = sa.select(post, since.label("grew"), number).select_from(joined)
    found = due.where(post.c.story_id.in_(stories), *is_due).subquery()
    query = sa.select(found).where(found.c.number <= A_CHAT)
    return query.order_by(found.c.grew, found.c.story_id, found.c.chat_id, found.c.message_id).limit(limit)


def _outdated(now: datetime, lasts: timedelta) -> tuple[sa.ColumnElement[bool], ...]:
    """Posts, beside their story and chat, that show less than there is to show."""
    return (
        post.c.chat_id < 0,
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
