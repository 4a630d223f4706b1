"""Waits that Telegram asked for (429): they outlive the process that was told of them."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.dialect import insert
from storage.tables import hold


class HoldStore:
    """Which chats may not be written to, and until when; the id 0 stands for the bot itself."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def save(self, chat_id: int, until: datetime) -> None:
        """Nothing may be sent there before that time."""
        statement = insert(self._connection, hold).values(chat_id=chat_id, until=until)
        newest = statement.on_conflict_do_update(index_elements=["chat_id"], set_={"until": statement.excluded.until})
        await self._connection.execute(newest)

    async def get_all(self, now: datetime) -> dict[int, datetime]:
        """The waits that are not over."""
        rows = await self._connection.execute(sa.select(hold).where(hold.c.until > now))
        return {row.chat_id: row.until for row in rows}

    async def forget(self, before: datetime) -> None:
        """Drop the waits that were over by then."""
        await self._connection.execute(sa.delete(hold).where(hold.c.until <= before))
