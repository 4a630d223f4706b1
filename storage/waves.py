"""Articles on their way through the chats that follow them: a row for each audience, whatever its size.

A row a delivery, or a write a chat, costs tens of megabytes for a million chats. A wave costs one row: it is swept in
the order of the chats' ids, and where it stands is written down together with what was claimed from it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.chats import chat_record
from storage.deliveries import Wave
from storage.records import Chat, ChatState, Rank
from storage.tables import article, article_topic, chat, follow, in_flight, story, wave

# How much longer than the rank before it a chat may wait when more is due than may be sent. A chat that has waited so
# much longer goes first: nobody starves.
PATIENCE = {Rank.CHANNEL: timedelta(), Rank.TOPIC: timedelta(minutes=10), Rank.EVERYTHING: timedelta(hours=1)}
HASTE = timedelta(days=1)  # by which an urgent story is ahead of everything else
FIRST_ID = -(2**63)  # below the id of any chat
LOOKED_AT = 2_000  # follows gone through at once, so that no transaction is long

_Audience = tuple[int | None, int | None]  # topic and source of a follow


@dataclass(frozen=True, slots=True)
class Swept:
    """Chats that a wave has come to; `wave` as it stands after them, `is_over` when it has no more.

    To those in `busy` an older message is on its way, to those in `busy_ahead` an urgent story out of its turn.
    """

    wave: Wave
    chats: tuple[Chat, ...]
    busy: frozenset[int]
    busy_ahead: frozenset[int]
    is_over: bool


class WaveStore:
    """Where each story stands on its way through the chats."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def open(self, article_id: int, now: datetime, *, is_urgent: bool = False) -> int:
        """Let an article go out to the chats that follow it; how many audiences it has. No chat is written to."""
        source_id = (
            await self._connection.execute(sa.select(article.c.source_id).where(article.c.id == article_id))
        ).scalar_one()
        of_topics = sa.select(article_topic.c.topic_id).where(article_topic.c.article_id == article_id)
        topics = list((await self._connection.execute(of_topics.order_by(article_topic.c.topic_id))).scalars())
        audiences: list[_Audience] = [(topic, of) for topic in (None, *topics) for of in (None, source_id)]
        rows = [
            {
                "article_id": article_id,
                "topic_id": topic_id,
                "source_id": of,
                "rank": rank,
                "is_urgent": is_urgent,
                "deadline": now - HASTE if is_urgent else now + PATIENCE[rank],
                "after": None,
            }
            for (topic_id, of), has_channels, has_readers in await self._peopled(audiences)
            for rank in _ranks(topic_id, of, has_channels=has_channels, has_readers=has_readers)
        ]
        if rows:
            await self._connection.execute(sa.insert(wave), rows)
        return len(rows)

    async def hasten(self, article_id: int, now: datetime) -> None:
        """An admin called it urgent: it goes first, and past nights and digests' hours where a chat allows that."""
        await self._connection.execute(sa.update(article).where(article.c.id == article_id).values(is_urgent=True))
        told = sa.select(article.c.story_id).where(article.c.id == article_id).scalar_subquery()
        await self._connection.execute(sa.update(story).where(story.c.id == told).values(is_marked=True))
        await self._connection.execute(sa.delete(wave).where(wave.c.article_id == article_id))
        await self.open(article_id, now, is_urgent=True)

    async def get_next(self) -> Wave | None:
        """The wave with the nearest deadline."""
        row = (await self._connection.execute(sa.select(wave).order_by(wave.c.deadline, wave.c.id).limit(1))).first()
        if row is None:
            return None
        return Wave(
            row.id, row.article_id, row.topic_id, row.source_id, Rank(row.rank), row.is_urgent, row.deadline, row.after
        )

    async def sweep(self, of: Wave, limit: int) -> Swept:
        """The next chats, at most `limit`, that are active and have neither passed the article nor it on its way.

        Where the wave stands is not written down here: `move` does, once the caller knows how far it came.
        """
        is_channels = of.rank is Rank.CHANNEL
        sweeping, counting = _sweeping(of.topic_id is None, of.source_id is None, is_channels, of.is_urgent)
        given = {
            "topic_id": of.topic_id,
            "source_id": of.source_id,
            "after": FIRST_ID if of.after is None else of.after,
            "article_id": of.article_id,
        }
        rows = list(await self._connection.execute(sweeping, given | {"limit": limit}))
        chats = tuple(chat_record(row) for row in rows)
        busy = frozenset(row.id for row in rows if row.claim_is_ahead is False)
        ahead = frozenset(row.id for row in rows if row.claim_is_ahead)
        if len(chats) == limit:
            return Swept(replace(of, after=chats[-1].id), chats, busy, ahead, is_over=False)
        count, last = (await self._connection.execute(counting, given)).one()
        return Swept(replace(of, after=last if last is not None else of.after), chats, busy, ahead, count < LOOKED_AT)

    async def move(self, to: Wave, *, is_over: bool) -> None:
        """Write down where it stands; one that is over goes."""
        if is_over:
            await self._connection.execute(sa.delete(wave).where(wave.c.id == to.id))
        else:
            await self._connection.execute(sa.update(wave).where(wave.c.id == to.id).values(after=to.after))

    async def _peopled(self, audiences: Sequence[_Audience]) -> list[tuple[_Audience, bool, bool]]:
        """Those that anybody is in, with whether channels (or groups) and readers are."""
        found = []
        for audience in audiences:
            which = _follows(*audience)
            channels = sa.select(follow.c.id).where(*which, follow.c.chat_id < 0).exists()
            readers = sa.select(follow.c.id).where(*which, follow.c.chat_id > 0).exists()
            has_channels, has_readers = (await self._connection.execute(sa.select(channels, readers))).one()
            found.append((audience, bool(has_channels), bool(has_readers)))
        return [one for one in found if one[1] or one[2]]


def _ranks(topic_id: int | None, source_id: int | None, *, has_channels: bool, has_readers: bool) -> list[Rank]:
    ranks = [Rank.CHANNEL] if has_channels else []
    if has_readers:
        ranks.append(Rank.EVERYTHING if topic_id is None and source_id is None else Rank.TOPIC)
    return ranks


def _follows(topic_id: int | None, source_id: int | None) -> tuple[sa.ColumnElement[bool], ...]:
    # Spelled out, so that the index is used: `IS NOT DISTINCT FROM` would be a look at every row.
    topic_is = follow.c.topic_id.is_(None) if topic_id is None else follow.c.topic_id == topic_id
    source_is = follow.c.source_id.is_(None) if source_id is None else follow.c.source_id == source_id
    return topic_is, source_is


@cache
def _sweeping(
    is_any_topic: bool, is_any_source: bool, is_channels: bool, is_urgent: bool
) -> tuple[sa.Executable, sa.Executable]:
    """The chats that a wave comes to next, and how many of its follows that are, with the last of them.

    Chats that have a time of their own get the story with it, and only an urgent one comes to them: a crowd that waits
    for its digests is passed here, for a record of each would cost far more.
    In the order of chat ids; channels and groups have ids below zero. Built once for each kind of wave.
    """
    audience = (
        sa.select(follow.c.chat_id, follow.c.since)
        .where(
            follow.c.topic_id.is_(None) if is_any_topic else follow.c.topic_id == sa.bindparam("topic_id"),
            follow.c.source_id.is_(None) if is_any_source else follow.c.source_id == sa.bindparam("source_id"),
            follow.c.chat_id < 0 if is_channels else follow.c.chat_id > 0,
            follow.c.chat_id > sa.bindparam("after"),
        )
        .order_by(follow.c.chat_id)
        .limit(LOOKED_AT)
        .subquery()
    )
    article_id = sa.bindparam("article_id", type_=sa.BigInteger)
    sweeping = (
        sa.select(chat, in_flight.c.is_ahead.label("claim_is_ahead"))
        .select_from(audience.join(chat, chat.c.id == audience.c.chat_id))
        .outerjoin(in_flight, in_flight.c.chat_id == chat.c.id)
        .where(
            audience.c.since < article_id,
            chat.c.state == ChatState.ACTIVE,
            chat.c.position < article_id,
            sa.true() if is_urgent else chat.c.due_at.is_(None),
            sa.or_(in_flight.c.until.is_(None), in_flight.c.until < article_id),
        )
        .order_by(audience.c.chat_id)
        .limit(sa.bindparam("limit", type_=sa.Integer))
    )
    return sweeping, sa.select(sa.func.count(), sa.func.max(audience.c.chat_id))
