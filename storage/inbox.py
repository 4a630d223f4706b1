"""The inbox: updates written down before they are confirmed, and the answers that were not given yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.dialect import insert
from storage.tables import inbox


@dataclass(frozen=True, slots=True)
class OpenUpdate:
    """What is left to do for an update: its text is to be handled, or (`body` is None) its replies to be given."""

    update_id: int
    received_at: datetime
    body: str | None
    replies: str | None


class InboxStore:
    """Updates by their number. Texts are kept as they came; nobody looks into them here."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, bodies: Mapping[int, str], now: datetime) -> set[int]:
        """Write updates down by their numbers; the numbers of those that had not come before."""
        if not bodies:
            return set()
        rows = [{"update_id": number, "received_at": now, "body": body} for number, body in bodies.items()]
        statement = insert(self._connection, inbox).values(rows).on_conflict_do_nothing(index_elements=["update_id"])
        return set((await self._connection.execute(statement.returning(inbox.c.update_id))).scalars())

    async def get_open(self) -> list[OpenUpdate]:
        """Everything that the process before this one left unfinished, oldest first."""
        # Telegram begins anew with the numbers after a silent week, so the time comes first.
        query = (
            sa.select(inbox)
            .where(sa.or_(inbox.c.body.is_not(None), inbox.c.replies.is_not(None)))
            .order_by(inbox.c.received_at, inbox.c.update_id)
        )
        rows = await self._connection.execute(query)
        return [OpenUpdate(row.update_id, row.received_at, row.body, row.replies) for row in rows]

    async def settle(self, update_id: int, replies: str | None) -> None:
        """It is handled, and these replies are to be given: in the transaction of what its handler wrote."""
        values = {"body": None, "replies": replies}
        await self._connection.execute(sa.update(inbox).where(inbox.c.update_id == update_id).values(values))

    async def close(self, update_ids: Sequence[int]) -> None:
        """Nothing is left to do for these: the numbers alone stay."""
        if update_ids:
            values = {"body": None, "replies": None}
            await self._connection.execute(sa.update(inbox).where(inbox.c.update_id.in_(update_ids)).values(values))

    async def forget(self, before: datetime) -> None:
        """Numbers of updates that are closed and came before that moment: Telegram repeats none for longer."""
        closed = (inbox.c.body.is_(None), inbox.c.replies.is_(None))
        await self._connection.execute(sa.delete(inbox).where(inbox.c.received_at < before, *closed))
