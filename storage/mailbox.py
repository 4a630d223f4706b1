"""Who is due, and what is on its way: due times, positions, the in-flight journal.

A row of the journal is committed before each POST and removed in the transaction that moves the position, since
Telegram has no idempotency key: what is left after a crash may or may not stand in a chat.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.chats import chat_record
from storage.deliveries import Claim, Passed, Pending, Plan
from storage.dialect import insert
from storage.followed import get_only_sources
from storage.pending import Memory, PendingReader
from storage.records import Chat, ChatState, Rank, StoryView
from storage.rows import views_for
from storage.serving import DUE, PASSING, SETTLING
from storage.tables import UtcDateTime, ahead, article, chat, follow, in_flight, wave


class MailboxStore:
    """What is due to whom. Nothing is sent here."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def is_idle(self, now: datetime) -> bool:
        """Whether there is nothing to do for a worker: nobody is due, no story on its way, nothing in doubt."""
        due = sa.select(chat.c.id).where(chat.c.due_at <= now, chat.c.rank.in_(list(Rank)))
        doubts = sa.select(in_flight.c.id).where(in_flight.c.doubt_at <= now)
        anything = sa.or_(due.exists(), sa.select(wave.c.id).exists(), doubts.exists())
        return not (await self._connection.execute(sa.select(anything))).scalar()

    async def get_due(self, now: datetime, limit: int) -> list[Chat]:
        """Chats whose time has come, of each rank the longest due first; none with anything on its way."""
        rows = await self._connection.execute(DUE, {"now": now, "limit": limit})
        return [chat_record(row) for row in rows]

    async def get_pending(
        self,
        chats: Sequence[Chat],
        memory: Memory,
        now: datetime,
        *,
        language: str | None = None,
        max_age: timedelta | None = None,
    ) -> list[Pending]:
        """What waits for each of these chats; `memory` is the caller's, for this look and the next.

        `language` is that of chats that have not chosen one; None: any. A story that has a page younger than `max_age`
        is shown by it, but for digests.
        """
        reader = PendingReader(self._connection)
        return await reader.read(chats, memory, now, language=language, max_age=max_age)

    async def get_views(self, plans: Sequence[Plan], memory: Memory) -> list[tuple[StoryView, ...]]:
        """The stories of each plan in its order, with the topics that its chat follows or that the settings name.

        What was withdrawn meanwhile is left out.
        """
        await self._learn_topics([plan.chat.id for plan in plans if plan.chat.id not in memory.topics], memory)
        views = []
        for plan in plans:
            sources = await get_only_sources(self._connection, plan.chat.id)
            key = (memory.topics[plan.chat.id], sources, plan.article_ids)
            if key not in memory.views:
                found = await views_for(self._connection, plan.chat.id, plan.article_ids)
                memory.views[key] = tuple(view for view in found if view.article.withdrawn_at is None)
            views.append(memory.views[key])
        return views

    async def _learn_topics(self, chat_ids: Sequence[int], memory: Memory) -> None:
        """What decides which topics a story shows to a chat: another reader's question is nobody's business."""
        if not chat_ids:
            return
        memory.topics |= dict.fromkeys(chat_ids, frozenset())
        query = sa.select(follow.c.chat_id, follow.c.topic_id).where(
            follow.c.chat_id.in_(chat_ids), follow.c.topic_id.is_not(None)
        )
        for chat_id, topic_id in await self._connection.execute(query):
            memory.topics[chat_id] |= {topic_id}

    async def claim(self, plans: Sequence[Plan], now: datetime) -> list[Claim]:
        """Write down that messages with these plans are about to be sent."""
        if not plans:
            return []
        rows = [
            {
                "chat_id": plan.chat.id,
                "until": plan.until,
                "claimed_at": now,
                "articles": list(plan.article_ids),
                "more": plan.more,
                "missed": plan.missed,
                "is_ahead": plan.is_ahead,
                "has_rest": plan.has_rest,
                "reply_to": plan.reply_to,
                "is_unsent": False,
                "doubt_at": None,
            }
            for plan in plans
        ]
        statement = sa.insert(in_flight).returning(in_flight.c.chat_id, in_flight.c.id)
        ids: dict[int, int] = {row.chat_id: row.id for row in await self._connection.execute(statement, rows)}
        # Cleared here, not when it is settled: a story that comes meanwhile sets it anew.
        due = [plan.chat.id for plan in plans if plan.chat.due_at is not None and not plan.is_ahead]
        if due:
            await self._connection.execute(sa.update(chat).where(chat.c.id.in_(due)).values(due_at=None))
        return [Claim(ids[plan.chat.id], plan, now) for plan in plans]

    async def set_due(self, times: Mapping[int, datetime]) -> None:
        """These chats are served then: a digest's hour, the end of a night or of a wait that Telegram asked for."""
        if times:
            statement = sa.update(chat).where(chat.c.id == sa.bindparam("of")).values(due_at=sa.bindparam("at"))
            await self._connection.execute(statement, [{"of": one, "at": at} for one, at in times.items()])

    async def pass_over(self, passed: Sequence[Passed]) -> None:
        """Nothing to send: move positions alone, and remember how many stories the next message has to count.

        At once for all: a page that tells a known story passes over everybody who follows it.
        """
        if passed:
            rows = [
                {"of": one.chat_id, "new_position": one.until, "new_due": one.due_at, "new_missed": one.missed}
                for one in passed
            ]
            await self._connection.execute(PASSING, rows)

    async def land(self, claims: Sequence[Claim], unread: frozenset[int] = frozenset()) -> dict[int, Chat]:
        """Take claims out of the journal; the chats they were for, as they are now, by the claim's id.

        A chat that was deleted meanwhile took its row along and is not among them; one that migrated has its new id.
        Of the claims in `unread` the chats are not read again: they are as they were at the claim, but for the id.
        """
        ids = [claim.id for claim in claims]
        gone = sa.delete(in_flight).where(in_flight.c.id.in_(ids)).returning(in_flight.c.id, in_flight.c.chat_id)
        landed = {row.id: row.chat_id for row in await self._connection.execute(gone)}
        chats = {claim.id: claim.chat for claim in claims if claim.id in unread}
        read = {chat_id for claim_id, chat_id in landed.items() if claim_id not in unread}
        rows = await self._connection.execute(sa.select(chat).where(chat.c.id.in_(read))) if read else ()
        now = {row.id: chat_record(row) for row in rows}
        return {
            claim_id: now[chat_id] if claim_id not in unread else _under(chats[claim_id], chat_id)
            for claim_id, chat_id in landed.items()
        }

    async def settle_done(self, settled: Sequence[tuple[Chat, Claim, datetime | None, int]]) -> None:
        """These messages stand (or are given up for good): the positions move. The claims have landed.

        With each the chat as it is now, when it is due again by itself (None keeps the time that a story set in the
        meantime), and how many stories its next message has to count. A chat that woke anew keeps its position, one
        that receives no more is due no more.
        """
        if not settled:
            return
        rows = [
            {"of": to.id, "new_position": claim.plan.until, "new_due": due_at, "new_missed": missed}
            for to, claim, due_at, missed in settled
        ]
        await self._connection.execute(SETTLING, rows)
        await self._give_ahead([(to, claim.plan) for to, claim, _, _ in settled])

    async def settle_retry(self, to: Chat, due_at: datetime) -> None:
        """It was not sent, or may not have been: the same stories are due again then. The claim has landed."""
        values = {"due_at": _while_active(due_at), "attempts": chat.c.attempts + 1}
        await self._connection.execute(sa.update(chat).where(chat.c.id == to.id).values(values))

    async def settle_silenced(self, to: Chat, state: ChatState, trouble: str) -> None:
        """The chat cannot be reached: nothing more until it wakes. The claim has landed."""
        values = {"state": state, "trouble": trouble, "due_at": None, "attempts": 0}
        # Whoever said /stop meanwhile stays stopped: a blocked reader would wake with the next word.
        active = (chat.c.id == to.id, chat.c.state == ChatState.ACTIVE)
        await self._connection.execute(sa.update(chat).where(*active).values(values))

    async def doubt_all(self, now: datetime) -> int:
        """What a process before this one left on its way is in doubt; how many messages that are."""
        statement = sa.update(in_flight).where(in_flight.c.doubt_at.is_(None)).values(doubt_at=now)
        return (await self._connection.execute(statement)).rowcount

    async def doubt(self, claim: Claim, look_at: datetime) -> None:
        """It may stand in the chat: to be looked for then. The row stays in the journal."""
        await self._mark(claim, doubt_at=look_at, is_unsent=False)

    async def put_back(self, claim: Claim, at: datetime) -> None:
        """It does not stand, and is to be sent then as it is: an urgent story has no due time but this."""
        await self._mark(claim, doubt_at=at, is_unsent=True)

    async def take_up(self, claim: Claim) -> None:
        """What was put back is about to be sent again."""
        await self._mark(claim, doubt_at=None, is_unsent=False)

    async def _mark(self, claim: Claim, **values: Any) -> None:
        await self._connection.execute(sa.update(in_flight).where(in_flight.c.id == claim.id).values(values))

    async def get_doubts(self, now: datetime, limit: int) -> list[Claim]:
        """Messages in doubt that are to be looked for now."""
        which = sa.and_(in_flight.c.doubt_at.is_not(None), in_flight.c.doubt_at <= now)
        return await self._claims(which, limit)

    async def get_in_flight(self, limit: int = 1_000) -> list[Claim]:
        """What stands in the journal, the oldest first."""
        return await self._claims(sa.true(), limit)

    async def _claims(self, which: sa.ColumnElement[bool], limit: int) -> list[Claim]:
        columns = [column for column in in_flight.c if column.name not in {"chat_id", "doubt_at"}]
        query = (
            sa.select(chat, *(column.label(f"claim_{column.name}") for column in columns))
            .join(in_flight, in_flight.c.chat_id == chat.c.id)
            .where(which)
            .order_by(in_flight.c.id)
            .limit(limit)
        )
        return [
            Claim(
                row.claim_id,
                Plan(
                    chat_record(row),
                    tuple(row.claim_articles),
                    row.claim_until,
                    row.claim_more,
                    row.claim_missed,
                    row.claim_is_ahead,
                    row.claim_has_rest,
                    row.claim_reply_to,
                ),
                row.claim_claimed_at,
                row.claim_is_unsent,
            )
            for row in await self._connection.execute(query)
        ]

    async def forget_ahead(self) -> None:
        """What was given out of its turn is of no use once the chat's position has come to it."""
        reached = sa.select(chat.c.position).where(chat.c.id == ahead.c.chat_id).scalar_subquery()
        await self._connection.execute(sa.delete(ahead).where(ahead.c.article_id <= reached))

    async def _give_ahead(self, settled: Sequence[tuple[Chat, Plan]]) -> None:
        """Remember what was given beyond the position, so that it does not come again in its turn.

        That is what came out of its turn, and a channel's post by a later page of its story than the first. Of a story
        that was given ahead before, by the later page: what it told came with a turn.
        """
        given = [(to.id, plan) for to, plan in settled if plan.is_ahead or plan.has_rest]
        columns = ["chat_id", "story_id", "article_id"]
        for chat_id, plan in given:
            beyond = (article.c.id.in_(plan.article_ids), article.c.id > plan.until)
            stories = sa.select(sa.literal(chat_id), article.c.story_id, article.c.id)
            statement = insert(self._connection, ahead).from_select(columns, stories.where(*beyond))
            later = {"article_id": statement.excluded.article_id}
            newer = statement.excluded.article_id > ahead.c.article_id
            await self._connection.execute(
                statement.on_conflict_do_update(index_elements=columns[:2], set_=later, where=newer)
            )


def _under(known: Chat, chat_id: int) -> Chat:
    return known if known.id == chat_id else replace(known, id=chat_id)


def _while_active(due_at: datetime) -> sa.ColumnElement[Any]:
    """A due time for a chat that may have been silenced while a message was on its way to it."""
    return sa.case((chat.c.state == ChatState.ACTIVE, sa.literal(due_at, UtcDateTime)), else_=sa.null())
