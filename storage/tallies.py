"""What came of messages, day by day, and how much is on its way now: what an operator looks at."""

from collections.abc import Mapping
from datetime import date

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.dialect import insert
from storage.tables import tally


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
