"""What admins are to be told of sources, kept until they were."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.records import Alert, AlertKind
from storage.tables import alert


class AlertStore:
    """A queue: written with what was learned of a source, taken out once the admins were told."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, *alerts: Alert) -> None:
        """Tell these to the admins, too."""
        if alerts:
            values = [
                {"source_id": one.source_id, "kind": one.kind, "detail": one.detail, "at": one.at} for one in alerts
            ]
            await self._connection.execute(sa.insert(alert), values)

    async def get_waiting(self, *, limit: int = 20) -> list[Alert]:
        """The oldest first."""
        rows = await self._connection.execute(sa.select(alert).order_by(alert.c.id).limit(limit))
        return [Alert(row.source_id, AlertKind(row.kind), row.detail, row.at, row.id) for row in rows]

    async def remove(self, *alerts: Alert) -> None:
        """They were told."""
        await self._connection.execute(sa.delete(alert).where(alert.c.id.in_([one.id for one in alerts])))
