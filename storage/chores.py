"""Work on the whole archive that takes many hours: how far it has come."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.dialect import insert
from storage.tables import chore


@dataclass(frozen=True, slots=True)
class Chore:
    """`version` is what the work brings the archive to; articles below the id `position` are left, None: it is done."""

    version: str
    position: int | None = None


_STATE = sa.select(chore.c.version, chore.c.position).where(chore.c.name == sa.bindparam("_name"))


class ChoreStore:
    """Each chore by its name."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, name: str) -> Chore | None:
        """None where it was never begun."""
        row = (await self._connection.execute(_STATE, {"_name": name})).first()
        return None if row is None else Chore(*row)

    async def keep(self, name: str, state: Chore) -> None:
        """How far it is now."""
        values = {"version": state.version, "position": state.position}
        statement = insert(self._connection, chore).values(name=name, **values)
        await self._connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=values))
