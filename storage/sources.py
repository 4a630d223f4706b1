"""Sources and the state of their polling."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.errors import NotFound
from storage.records import NewSource, Source, SourceCheck, SourceKind
from storage.tables import source


class SourceStore:
    """Where news come from. A removed source keeps its articles and is polled no more."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get_all(self) -> list[Source]:
        """Every source that was not removed, in the order they were added."""
        rows = await self._connection.execute(_select().order_by(source.c.id))
        return [_record(row) for row in rows]

    async def get_names(self) -> dict[int, str]:
        """The names of all sources by their ids, of those too that were removed: their articles stay."""
        return {row.id: row.name for row in await self._connection.execute(sa.select(source.c.id, source.c.name))}

    async def get_due(self, now: datetime, limit: int = 1000) -> list[Source]:
        """Sources to poll now, the longest due first."""
        due = sa.or_(source.c.due_at.is_(None), source.c.due_at <= now)
        query = _select().where(due, source.c.is_paused.is_(False)).order_by(source.c.due_at, source.c.id).limit(limit)
        return [_record(row) for row in await self._connection.execute(query)]

    async def get(self, source_id: int) -> Source:
        """Raises `NotFound`."""
        row = (await self._connection.execute(_select().where(source.c.id == source_id))).first()
        if row is None:
            raise NotFound("source", source_id)
        return _record(row)

    async def find_named(self, name: str) -> Source | None:
        """The source of this name, upper and lower case alike."""
        wanted = name.casefold()
        return next((found for found in await self.get_all() if found.name.casefold() == wanted), None)

    async def add(self, new: NewSource, *, from_settings: bool = False) -> Source:
        """Add a source, or bring what is said of it up to date; a removed one comes back.

        Its polling state is kept, so settings read again at each start cost no fetch.
        """
        said = {
            "name": new.name,
            "language": new.language,
            "interval_seconds": None if new.interval is None else int(new.interval.total_seconds()),
            "full_text": new.full_text,
            "removed_at": None,
            "from_settings": from_settings,
        }
        # Not an upsert: on SQLite each one uses up an id, and people type these ids.
        known = await self._connection.execute(sa.update(source).where(source.c.url == new.url).values(said))
        if not known.rowcount:
            fresh = {"url": new.url, "kind": new.kind, "is_paused": False, "failures": 0}
            await self._connection.execute(sa.insert(source).values(fresh | said))
        row = (await self._connection.execute(_select().where(source.c.url == new.url))).one()
        return _record(row)

    async def keep_settings(self, named: Sequence[NewSource], now: datetime) -> list[Source]:
        """Make the sources from settings just these; those added by hand are left alone."""
        kept = [await self.add(new, from_settings=True) for new in named]
        gone = sa.and_(
            source.c.from_settings, source.c.removed_at.is_(None), source.c.id.not_in([one.id for one in kept])
        )
        await self._connection.execute(sa.update(source).where(gone).values(removed_at=now))
        return kept

    async def remove(self, source_id: int, now: datetime) -> None:
        """Stop polling it for good. Raises `NotFound`."""
        await self.get(source_id)
        await self._connection.execute(sa.update(source).where(source.c.id == source_id).values(removed_at=now))

    async def settle(self, check: SourceCheck) -> None:
        """Write down what a poll taught."""
        values: dict[str, Any] = {"checked_at": check.checked_at, "due_at": check.due_at, "last_error": check.error}
        if check.error is None:
            values |= {"failures": 0, "succeeded_at": check.checked_at}
            values |= {"etag": check.etag, "last_modified": check.last_modified}
            if check.kind is not None:
                values["kind"] = check.kind
            if check.moved_to is not None:
                values["moved_to"] = check.moved_to
        else:
            values["failures"] = source.c.failures + 1
        await self._connection.execute(sa.update(source).where(source.c.id == check.source_id).values(values))


def _select() -> sa.Select[Any]:
    return sa.select(source).where(source.c.removed_at.is_(None))


def _record(row: sa.Row[Any]) -> Source:
    return Source(
        id=row.id,
        url=row.url,
        moved_to=row.moved_to,
        name=row.name,
        kind=SourceKind(row.kind),
        language=row.language,
        interval=None if row.interval_seconds is None else timedelta(seconds=row.interval_seconds),
        full_text=row.full_text,
        is_paused=row.is_paused,
        etag=row.etag,
        last_modified=row.last_modified,
        due_at=row.due_at,
        checked_at=row.checked_at,
        succeeded_at=row.succeeded_at,
        failures=row.failures,
        last_error=row.last_error,
    )
