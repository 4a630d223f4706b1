"""Sources and the state of their polling."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.errors import NotFound
from storage.records import NewSource, Source, SourceCheck, SourceKind
from storage.states import (
    pack_health,
    pack_rhythm,
    pack_stand_in,
    unpack_health,
    unpack_rhythm,
    unpack_stand_in,
)
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

    async def get_ids_named(self, names: Sequence[str]) -> list[int]:
        """Sources of these names, upper and lower case alike, in the order of the names; all that share a name."""
        query = sa.select(source.c.id, source.c.name).where(source.c.removed_at.is_(None)).order_by(source.c.id)
        ids: dict[str, list[int]] = {}
        for row in await self._connection.execute(query):
            ids.setdefault(row.name.casefold(), []).append(row.id)
        asked = dict.fromkeys(name.casefold() for name in names)
        return [one for name in asked for one in ids.get(name, ())]

    async def get_due(self, now: datetime, limit: int = 1000) -> list[Source]:
        """Sources to poll now, the longest due first."""
        query = _select().where(*_is_due(now)).order_by(source.c.due_at, source.c.id).limit(limit)
        return [_record(row) for row in await self._connection.execute(query)]

    async def get(self, source_id: int) -> Source:
        """Raises `NotFound`."""
        row = (await self._connection.execute(_select().where(source.c.id == source_id))).first()
        if row is None:
            raise NotFound("source", source_id)
        return _record(row)

    async def find_at(self, url: str) -> Source | None:
        """The source that stands at just this address, or was moved there."""
        query = _select().where(sa.or_(source.c.url == url, source.c.moved_to == url)).order_by(source.c.id).limit(1)
        row = (await self._connection.execute(query)).first()
        return None if row is None else _record(row)

    async def count_due(self, now: datetime) -> int:
        """How many sources are to be polled now."""
        query = sa.select(sa.func.count()).select_from(source).where(source.c.removed_at.is_(None), *_is_due(now))
        return int((await self._connection.execute(query)).scalar_one())

    async def find_named(self, name: str) -> Source | None:
        """The source of this name, upper and lower case alike."""
        wanted = name.casefold()
        return next((found for found in await self.get_all() if found.name.casefold() == wanted), None)

    async def add(self, new: NewSource, *, from_settings: bool = False) -> Source:
        """Add a source, or bring what is said of it up to date; a removed one comes back, and is read at once.

        The polling state of one that stands is kept, so settings read again at each start cost no fetch.
        """
        said = {
            "name": new.name,
            "language": new.language,
            "interval_seconds": None if new.interval is None else int(new.interval.total_seconds()),
            "full_text": new.full_text,
            "folder": new.folder,
            "removed_at": None,
            "from_settings": from_settings,
        }
        await self._connection.execute(
            sa.update(source)
            .where(source.c.url == new.url, source.c.removed_at.is_not(None))
            .values(_FRESH | {"kind": new.kind, "moved_to": new.moved_to})
        )
        # Not an upsert: on SQLite each one uses up an id, and people type these ids.
        known = await self._connection.execute(sa.update(source).where(source.c.url == new.url).values(said))
        if not known.rowcount:
            fresh = {"url": new.url, "kind": new.kind, "moved_to": new.moved_to}
            await self._connection.execute(sa.insert(source).values(_FRESH | fresh | said))
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

    async def pause(self, source_id: int, *, is_paused: bool) -> Source:
        """Stop polling it until further notice, or go on at once. Raises `NotFound`."""
        values = {"is_paused": is_paused} if is_paused else {"is_paused": False, "due_at": None}
        await self._connection.execute(sa.update(source).where(source.c.id == source_id).values(values))
        return await self.get(source_id)

    async def hasten(self, source_id: int) -> None:
        """Poll it at once, its own address too where another stands in. Raises `NotFound`."""
        found = await self.get(source_id)
        values: dict[str, Any] = {"due_at": None}
        if found.stand_in is not None:
            values["stand_in"] = pack_stand_in(replace(found.stand_in, retry_at=found.stand_in.since))
        await self._connection.execute(sa.update(source).where(source.c.id == source_id).values(values))

    async def settle(self, *checks: SourceCheck) -> None:
        """Write down what polls taught, in one statement for those of one outcome."""
        good = [_outcome(check) | _answer(check) for check in checks if check.error is None]
        if good:
            await self._connection.execute(_SETTLED, good)
        bad = [_outcome(check) | _validators(check) for check in checks if check.error is not None]
        if bad:
            await self._connection.execute(_FAILED, bad)


# What nobody knows yet of a source that is added, or that comes back.
_FRESH: dict[str, Any] = {
    "is_paused": False,
    "failures": 0,
    "due_at": None,
    "last_error": None,
    "etag": None,
    "last_modified": None,
    "stand_in": None,
    "checked_at": None,
    "succeeded_at": None,
    "rhythm": {},
    "health": {},
}


def _is_due(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return sa.or_(source.c.due_at.is_(None), source.c.due_at <= now), source.c.is_paused.is_(False)


_OUTCOME = ("checked_at", "due_at", "last_error", "stand_in", "rhythm", "health")
_BOUND: dict[str, Any] = {name: sa.bindparam(f"_{name}") for name in _OUTCOME}
# Made once: to make such a statement takes longer than to execute it. After an answer, what it does not say of the
# kind and the address stays as it was.
_SETTLED = (
    sa.update(source)
    .where(source.c.id == sa.bindparam("_id"))
    .values(
        _BOUND
        | {
            "failures": 0,
            "succeeded_at": sa.bindparam("_checked_at"),
            "etag": sa.bindparam("_etag"),
            "last_modified": sa.bindparam("_last_modified"),
            "kind": sa.func.coalesce(sa.bindparam("_kind"), source.c.kind),
            "moved_to": sa.func.coalesce(sa.bindparam("_moved_to"), source.c.moved_to),
        }
    )
)
_FAILED = (
    sa.update(source)
    .where(source.c.id == sa.bindparam("_id"))
    .values(
        _BOUND
        | {
            "failures": source.c.failures + 1,
            "etag": sa.bindparam("_etag"),
            "last_modified": sa.bindparam("_last_modified"),
        }
    )
)


def _outcome(check: SourceCheck) -> dict[str, Any]:
    return {
        "_id": check.source_id,
        "_checked_at": check.checked_at,
        "_due_at": check.due_at,
        "_last_error": check.error,
        "_stand_in": pack_stand_in(check.stand_in),
        "_rhythm": pack_rhythm(check.rhythm),
        "_health": pack_health(check.health),
    }


def _answer(check: SourceCheck) -> dict[str, Any]:
    return {"_kind": check.kind, "_moved_to": check.moved_to} | _validators(check)


def _validators(check: SourceCheck) -> dict[str, Any]:
    return {"_etag": check.etag, "_last_modified": check.last_modified}


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
        folder=row.folder,
        is_paused=row.is_paused,
        etag=row.etag,
        last_modified=row.last_modified,
        due_at=row.due_at,
        checked_at=row.checked_at,
        succeeded_at=row.succeeded_at,
        failures=row.failures,
        last_error=row.last_error,
        stand_in=unpack_stand_in(row.stand_in),
        rhythm=unpack_rhythm(row.rhythm),
        health=unpack_health(row.health),
    )
