"""What came of messages, day by day, and how much is on its way now: what an operator looks at."""

from collections.abc import Mapping
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.deliveries import ChatCount, Load
from storage.dialect import insert
from storage.records import ChatKind, ChatState, Rank
from storage.tables import article, chat, in_flight, tally, wave


class TallyStore:
    """Counts that survive a restart. Days are in UTC."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def count(self, day: date, outcomes: Mapping[str, int]) -> None:
        """Add to that day's counts, by the values of `Outcome`; what is nought costs nothing."""
        rows = [{"day": day, "outcome": one, "messages": number} for one, number in outcomes.items() if number]
        if rows:
            statement = insert(self._connection, tally)
            added = tally.c.messages + statement.excluded.messages
            upsert = statement.on_conflict_do_update(index_elements=["day", "outcome"], set_={"messages": added})
            await self._connection.execute(upsert, rows)

    async def get(self, since: date) -> dict[str, int]:
        """The sums of that day and all later ones; an outcome that never came is not among them."""
        query = sa.select(tally.c.outcome, sa.func.sum(tally.c.messages)).where(tally.c.day >= since)
        rows = await self._connection.execute(query.group_by(tally.c.outcome))
        return {outcome: int(messages) for outcome, messages in rows}

    async def forget(self, before: date) -> None:
        """Days before that one are of no use any more."""
        await self._connection.execute(sa.delete(tally).where(tally.c.day < before))

    async def get_load(self, now: datetime) -> Load:
        """What delivery has before it: cheap enough to be asked with every look at the metrics."""
        # The ranks are named so that the index on rank and due time is gone through by due time.
        due = sa.select(sa.func.count()).where(chat.c.rank.in_(list(Rank)), chat.c.due_at <= now)
        oldest = sa.select(sa.func.min(article.c.arrived_at)).join(wave, wave.c.article_id == article.c.id)
        counts = (
            due.scalar_subquery(),
            sa.select(sa.func.count()).select_from(wave).scalar_subquery(),
            oldest.scalar_subquery(),
            sa.select(sa.func.count()).select_from(in_flight).scalar_subquery(),
            sa.select(sa.func.count(in_flight.c.doubt_at)).scalar_subquery(),
        )
        return Load(*(await self._connection.execute(sa.select(*counts))).one())

    async def count_chats(self) -> list[ChatCount]:
        """Chats by kind and state, those with none left out. It goes through every chat.

        Readers, whose ids alone are above zero, are counted apart: grouping a million rows takes SQLite four times as
        long as counting them state by state.
        """
        by_state = [sa.func.count().filter(chat.c.state == state).label(state) for state in ChatState]
        readers = (await self._connection.execute(sa.select(*by_state).where(chat.c.id > 0))).one()
        counts = [ChatCount(ChatKind.PRIVATE, *one) for one in zip(ChatState, readers, strict=True)]
        others = sa.select(chat.c.kind, chat.c.state, sa.func.count()).where(chat.c.id < 0)
        rows = await self._connection.execute(others.group_by(chat.c.kind, chat.c.state))
        counts += [ChatCount(ChatKind(kind), ChatState(state), chats) for kind, state, chats in rows]
        return [one for one in counts if one.chats]
