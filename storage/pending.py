"""What waits for chats: the stories after their positions that their follows match.

Thousands of chats mostly wait for the very same: those that ask alike from the same position are looked up once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.deliveries import Pending, PendingStory
from storage.records import Chat, StoryView
from storage.tables import ahead, article, article_topic, follow, story

FRESH = timedelta(seconds=1)
NEAR = 200  # articles behind the log's end within which chats are compared with one another

_Follows = tuple[tuple[int | None, int | None, int], ...]  # topic, source, since


@dataclass(slots=True)
class Memory:
    """What was looked up a moment ago, for the next chats that ask alike.

    It may be `FRESH` old: what is shown then is the state of a moment ago, with the revision that it had, so that the
    ledger knows what to correct. Nothing of it outlives a new article.
    """

    until: int = -1
    made_at: datetime | None = None
    alike: dict[tuple[int, _Follows], tuple[PendingStory, ...]] = field(default_factory=dict)
    floors: dict[int, int] = field(default_factory=dict)
    topics: dict[int, frozenset[int]] = field(default_factory=dict)
    views: dict[tuple[frozenset[int], tuple[int, ...]], tuple[StoryView, ...]] = field(default_factory=dict)

    def refresh(self, until: int, now: datetime) -> None:
        """Forget everything that may be out of date; `until` is the log's end now."""
        if self.until != until or self.made_at is None or now - self.made_at > FRESH:
            self.until, self.made_at = until, now
            for known in (self.alike, self.floors, self.views):
                known.clear()


class PendingReader:
    """Reads for the chats of one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def read(self, chats: Sequence[Chat], memory: Memory, now: datetime) -> list[Pending]:
        """What waits for each of the chats, the oldest story first.

        A story counts once, by the first article of it that the follows match; one whose earlier article a chat has
        passed or been given already does not wait.
        """
        until: int = (await self._connection.execute(sa.select(sa.func.max(article.c.id)))).scalar() or 0
        memory.refresh(until, now)
        ids = [one.id for one in chats]
        follows = await self._follows(ids)
        given = await self._given_ahead(ids)
        pending = []
        for one in chats:
            asked = follows.get(one.id, ())
            memory.topics[one.id] = frozenset(topic for topic, _, _ in asked if topic is not None)
            stories = await self._of(one, asked, until, memory)
            if one.id in given:
                stories = tuple(waiting for waiting in stories if waiting.story_id not in given[one.id])
            # An article from the past has an id below zero, but the log's end never lies behind a position.
            pending.append(Pending(one, stories, max(until, one.position)))
        return pending

    async def _of(self, to: Chat, follows: _Follows, until: int, memory: Memory) -> tuple[PendingStory, ...]:
        if not follows or to.position >= until:
            return ()
        if until - to.position > NEAR:
            return await self._look_up(to, follows)
        floor = await self._floor(to.position, memory)
        key = (to.position, tuple((topic, source, since if since >= floor else 0) for topic, source, since in follows))
        if key not in memory.alike:
            memory.alike[key] = await self._look_up(to, follows)
        return memory.alike[key]

    async def _floor(self, position: int, memory: Memory) -> int:
        """The first article of the stories that were touched since: a follow's beginning before it makes no odds."""
        if position not in memory.floors:
            touched = sa.select(article.c.story_id).where(article.c.id > position, article.c.is_pushed)
            query = sa.select(sa.func.min(article.c.id)).where(article.c.story_id.in_(touched))
            found: int | None = (await self._connection.execute(query)).scalar()
            memory.floors[position] = position if found is None else found
        return memory.floors[position]

    async def _follows(self, ids: Sequence[int]) -> dict[int, _Follows]:
        query = sa.select(follow.c.chat_id, follow.c.topic_id, follow.c.source_id, follow.c.since)
        rows = await self._connection.execute(query.where(follow.c.chat_id.in_(ids)).order_by(follow.c.id))
        follows: dict[int, list[tuple[int | None, int | None, int]]] = {}
        for chat_id, topic_id, source_id, since in rows:
            follows.setdefault(chat_id, []).append((topic_id, source_id, since))
        return {chat_id: tuple(sorted(found, key=str)) for chat_id, found in follows.items()}

    async def _given_ahead(self, ids: Sequence[int]) -> dict[int, frozenset[int]]:
        query = sa.select(ahead.c.chat_id, ahead.c.story_id).where(ahead.c.chat_id.in_(ids))
        given: dict[int, frozenset[int]] = {}
        for chat_id, story_id in await self._connection.execute(query):
            given[chat_id] = given.get(chat_id, frozenset()) | {story_id}
        return given

    async def _look_up(self, to: Chat, follows: _Follows) -> tuple[PendingStory, ...]:
        first: dict[int, PendingStory] = {}
        for row in await self._connection.execute(_matching(to, follows)):
            if row.story_id not in first:
                first[row.story_id] = PendingStory(
                    row.story_id, row.id, row.arrived_at, row.opened_at, row.articles, row.is_urgent
                )
        grown = [one.story_id for one in first.values() if one.articles > 1]
        told = await self._told(to, grown) if grown else frozenset()
        return tuple(one for one in first.values() if one.story_id not in told)

    async def _told(self, to: Chat, stories: Sequence[int]) -> frozenset[int]:
        """Of these stories, those that an article which the chat has passed told it already, and still stands."""
        about = sa.select(article_topic.c.article_id).where(
            article_topic.c.topic_id == follow.c.topic_id,
            article_topic.c.article_id == article.c.id,
            sa.not_(article_topic.c.is_late),
        )
        query = (
            sa.select(article.c.story_id)
            .select_from(article.join(follow, follow.c.chat_id == to.id))
            .where(
                article.c.story_id.in_(stories),
                article.c.id <= to.position,
                article.c.id > follow.c.since,
                article.c.is_pushed,
                article.c.withdrawn_at.is_(None),
                sa.or_(follow.c.source_id.is_(None), follow.c.source_id == article.c.source_id),
                sa.or_(follow.c.topic_id.is_(None), about.exists()),
            )
            .distinct()
        )
        return frozenset((await self._connection.execute(query)).scalars())


def _matching(to: Chat, follows: _Follows) -> sa.Select[Any]:
    """Articles after the position that the follows match, oldest first; only kinds of follow that there are."""
    kinds = []
    if any(topic is not None for topic, _, _ in follows):
        kinds.append(_of_topics(to))
    if any(topic is None and source is not None for topic, source, _ in follows):
        kinds.append(_of_sources(to))
    if any(topic is None and source is None for topic, source, _ in follows):
        kinds.append(_of_everything(to))
    ids = kinds[0] if len(kinds) == 1 else sa.union(*kinds)
    columns = (article.c.id, article.c.story_id, article.c.arrived_at, article.c.is_urgent)
    return (
        sa.select(*columns, story.c.opened_at, story.c.articles)
        .join(story, story.c.id == article.c.story_id)
        .where(article.c.id.in_(ids), article.c.is_pushed, article.c.withdrawn_at.is_(None))
        .order_by(article.c.id)
    )


def _of_topics(to: Chat) -> sa.Select[Any]:
    # A source beside the topic is looked at only where a follow names one.
    its_source = sa.select(article.c.source_id).where(article.c.id == article_topic.c.article_id).scalar_subquery()
    return sa.select(article_topic.c.article_id).where(
        follow.c.chat_id == to.id,
        article_topic.c.topic_id == follow.c.topic_id,
        article_topic.c.article_id > to.position,
        article_topic.c.article_id > follow.c.since,
        sa.not_(article_topic.c.is_late),
        sa.or_(follow.c.source_id.is_(None), follow.c.source_id == its_source),
    )


def _of_sources(to: Chat) -> sa.Select[Any]:
    one = article.alias()
    return sa.select(one.c.id).where(
        follow.c.chat_id == to.id,
        follow.c.topic_id.is_(None),
        one.c.source_id == follow.c.source_id,
        one.c.id > to.position,
        one.c.id > follow.c.since,
    )


def _of_everything(to: Chat) -> sa.Select[Any]:
    one = article.alias()
    follows_all = (follow.c.chat_id == to.id, follow.c.topic_id.is_(None), follow.c.source_id.is_(None))
    since = sa.select(follow.c.since).where(*follows_all).scalar_subquery()
    return sa.select(one.c.id).where(one.c.id > to.position, one.c.id > since)
