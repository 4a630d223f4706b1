"""What waits for chats: the stories after their positions that their follows match.

Thousands of chats mostly wait for the very same: those that ask alike from the same position are looked up once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.deliveries import Pending, PendingStory
from storage.followed import Follows, select_asked_for, select_waiting
from storage.records import DIGESTS, Chat, StoryView
from storage.tables import ahead, article, follow, post
from storage.turns import StoryPage, get_turns, page_of_turn, page_to_tell, with_turns

FRESH = timedelta(seconds=1)
NEAR = 200  # articles behind the log's end within which chats are compared with one another


@dataclass(frozen=True, slots=True)
class _Asked:
    """What decides, beside its position, which stories wait for a chat, and by which page.

    No page that came before `fresh_from` is shown where a newer one tells the same; None: however old.
    """

    follows: Follows
    language: str | None
    takes_turns: bool
    fresh_from: datetime | None


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A story with its pages that wait, in the order they came.

    `told` is the last page that the chat asked for and has passed, if any; `turns` are the articles of the story with
    which its facts changed, whether the chat asks for them or not.
    """

    pages: tuple[PendingStory, ...]
    told: int | None = None
    turns: Sequence[int] = ()

    def shown(self, asked: _Asked, given: int | None = None) -> PendingStory | None:
        """The story by the page to show; None where nothing of it is to be told. `given`: the page that came ahead."""
        if self.told is None and given is None:
            return self.pages[0] if len(self.pages) == 1 else _shown(self.pages, self.turns, asked, is_known=False)
        if not asked.takes_turns:
            return None
        told = max(one for one in (self.told, given) if one is not None)
        later = [page for page in self.pages if page.article_id > told]
        return _shown(later, [turn for turn in self.turns if turn > told], asked, is_known=True)


@dataclass(frozen=True, slots=True)
class _Found:
    """What waits for all who ask alike, and how it was found, for those who were given some of it ahead."""

    waiting: Mapping[int, _Waiting] = field(default_factory=dict)
    stories: tuple[PendingStory, ...] = ()


_NOTHING = _Found()


@dataclass(slots=True)
class Memory:
    """What was looked up a moment ago, for the next chats that ask alike.

    It may be `FRESH` old: what is shown then is the state of a moment ago, with the revision that it had, so that the
    ledger knows what to correct. Nothing of it outlives a new article.
    """

    until: int = -1
    made_at: datetime | None = None
    alike: dict[tuple[int, Follows, str | None, bool, bool], _Found] = field(default_factory=dict)
    floors: dict[int, int] = field(default_factory=dict)
    topics: dict[int, frozenset[int]] = field(default_factory=dict)
    views: dict[tuple[frozenset[int], frozenset[int] | None, tuple[int, ...]], tuple[StoryView, ...]] = field(
        default_factory=dict
    )  # by the topics and sources that decide how a chat sees the articles

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

    async def read(
        self,
        chats: Sequence[Chat],
        memory: Memory,
        now: datetime,
        *,
        language: str | None = None,
        max_age: timedelta | None = None,
    ) -> list[Pending]:
        """What waits for each of the chats, the oldest story first.

        A story is told once: by the page that brings its newest turn, else by the first of all; of those that the
        follows match, and in the chat's language where one is. Of a story whose earlier page a chat has passed or been
        given, a reader waits for a turn alone, channels and groups for nothing. `language` is that of chats that have
        not chosen one; None: any. Chats without a digest are shown no page older than `max_age` where there is another.
        """
        until: int = (await self._connection.execute(sa.select(sa.func.max(article.c.id)))).scalar() or 0
        memory.refresh(until, now)
        ids = [one.id for one in chats]
        follows = await self._follows(ids)
        given = await self._given_ahead(ids)
        pending = []
        for one in chats:
            fresh_from = None if max_age is None or one.schedule in DIGESTS else now - max_age
            asked = _Asked(follows.get(one.id, ()), one.language or language, one.id > 0, fresh_from)
            memory.topics[one.id] = frozenset(topic for topic, _, _ in asked.follows if topic is not None)
            found = await self._of(one, asked, until, memory)
            stories = _beside(found, asked, given[one.id]) if one.id in given else found.stories
            # An article from the past has an id below zero, but the log's end never lies behind a position.
            pending.append(Pending(one, stories, max(until, one.position)))
        return await self._answering(pending)

    async def _answering(self, pending: Sequence[Pending]) -> list[Pending]:
        """Each turn with the message that it answers: the first that shows its story in that chat."""
        turned = [one for one in pending if any(waits.is_turn for waits in one.stories)]
        if not turned:
            return list(pending)
        told = (
            post.c.chat_id.in_({one.chat.id for one in turned}),
            post.c.story_id.in_({waits.story_id for one in turned for waits in one.stories if waits.is_turn}),
        )
        query = sa.select(post.c.chat_id, post.c.story_id, sa.func.min(post.c.message_id)).where(*told)
        rows = await self._connection.execute(query.group_by(post.c.chat_id, post.c.story_id))
        first = {(chat_id, story_id): message_id for chat_id, story_id, message_id in rows}
        return [
            replace(
                one, stories=tuple(_reply(waits, first.get((one.chat.id, waits.story_id))) for waits in one.stories)
            )
            for one in pending
        ]

    async def _of(self, to: Chat, asked: _Asked, until: int, memory: Memory) -> _Found:
        if not asked.follows or to.position >= until:
            return _NOTHING
        if until - to.position > NEAR:
            return await self._look_up(to, asked)
        floor = await self._floor(to.position, memory)
        alike = tuple((topic, source, since if since >= floor else 0) for topic, source, since in asked.follows)
        key = (to.position, alike, asked.language, asked.takes_turns, asked.fresh_from is None)
        if key not in memory.alike:
            memory.alike[key] = await self._look_up(to, asked)
        return memory.alike[key]

    async def _floor(self, position: int, memory: Memory) -> int:
        """The first article of the stories that were touched since: a follow's beginning before it makes no odds."""
        if position not in memory.floors:
            touched = sa.select(article.c.story_id).where(article.c.id > position, article.c.is_pushed)
            query = sa.select(sa.func.min(article.c.id)).where(article.c.story_id.in_(touched))
            found: int | None = (await self._connection.execute(query)).scalar()
            memory.floors[position] = position if found is None else found
        return memory.floors[position]

    async def _follows(self, ids: Sequence[int]) -> dict[int, Follows]:
        query = sa.select(follow.c.chat_id, follow.c.topic_id, follow.c.source_id, follow.c.since)
        rows = await self._connection.execute(query.where(follow.c.chat_id.in_(ids)).order_by(follow.c.id))
        follows: dict[int, list[tuple[int | None, int | None, int]]] = {}
        for chat_id, topic_id, source_id, since in rows:
            follows.setdefault(chat_id, []).append((topic_id, source_id, since))
        return {chat_id: tuple(sorted(found, key=str)) for chat_id, found in follows.items()}

    async def _given_ahead(self, ids: Sequence[int]) -> dict[int, dict[int, int]]:
        """For each chat that was given stories ahead of its position, by which article each of them.

        One that was withdrawn since was not given: the next page is a message of its own.
        """
        given_by = ahead.join(article, sa.and_(article.c.id == ahead.c.article_id, article.c.withdrawn_at.is_(None)))
        query = sa.select(ahead.c.chat_id, ahead.c.story_id, ahead.c.article_id).select_from(given_by)
        given: dict[int, dict[int, int]] = {}
        for chat_id, story_id, article_id in await self._connection.execute(query.where(ahead.c.chat_id.in_(ids))):
            given.setdefault(chat_id, {})[story_id] = article_id
        return given

    async def _look_up(self, to: Chat, asked: _Asked) -> _Found:
        pages: dict[int, list[PendingStory]] = {}
        for row in await self._connection.execute(select_waiting(to, asked.follows)):
            pages.setdefault(row.story_id, []).append(_pending_story(row))
        grown = [story_id for story_id, told in pages.items() if told[0].articles > 1]
        told = await self._told(to, grown) if grown else {}
        turns = await get_turns(self._connection, grown) if grown else {}
        waiting = {
            story_id: _Waiting(tuple(those), told.get(story_id), turns.get(story_id, ()))
            for story_id, those in pages.items()
        }
        stories = (one.shown(asked) for one in waiting.values())
        return _Found(waiting, tuple(one for one in stories if one is not None))

    async def _told(self, to: Chat, stories: Sequence[int]) -> dict[int, int]:
        """Of these stories, those that an article which the chat has passed told it and still stands: the last such."""
        which = (article.c.story_id.in_(stories), article.c.id <= to.position)
        query = select_asked_for(to.id, article.c.story_id, sa.func.max(article.c.id).label("told")).where(*which)
        rows = await self._connection.execute(query.group_by(article.c.story_id))
        return {row.story_id: row.told for row in rows}


def _beside(found: _Found, asked: _Asked, given: Mapping[int, int]) -> tuple[PendingStory, ...]:
    """What waits beside the stories that were given ahead: of these, what came after the page that was given."""
    stories = (one.shown(asked, given.get(story_id)) for story_id, one in found.waiting.items())
    return tuple(one for one in stories if one is not None)


def _shown(
    pages: Sequence[PendingStory], turns: Sequence[int], asked: _Asked, *, is_known: bool
) -> PendingStory | None:
    """The story by one of these pages; None where the chat knows all that they tell. `turns`: those it does not."""
    told = [one for one in pages if asked.fresh_from is None or one.arrived_at > asked.fresh_from] or pages
    described = with_turns([StoryPage(one.article_id, one.language) for one in told], turns)
    page = page_of_turn(described, asked.language) if is_known else page_to_tell(described, asked.language)
    if page is None:
        return None
    shown = next(one for one in told if one.article_id == page.article_id)
    is_urgent = any(one.is_urgent for one in pages)
    return replace(shown, is_urgent=is_urgent, first_id=pages[0].article_id, is_turn=is_known)


def _reply(waits: PendingStory, message_id: int | None) -> PendingStory:
    return replace(waits, reply_to=message_id) if waits.is_turn else waits


def _pending_story(row: sa.Row[Any]) -> PendingStory:
    return PendingStory(
        story_id=row.story_id,
        article_id=row.id,
        arrived_at=row.arrived_at,
        opened_at=row.opened_at,
        articles=row.articles,
        is_urgent=row.is_urgent,
        sources=row.sources,
        changed_at=row.changed_at,
        is_marked=row.is_marked,
        first_id=row.id,
        language=row.language,
        follows=row.follows,
    )
