"""What visits to sources taught, written down: many in one transaction, since most teach only that nothing changed."""

import asyncio
from collections.abc import Sequence

from storage.database import Database
from storage.errors import StorageError
from storage.records import Alert, SourceCheck


class Checks:
    """Group commit: what comes while a transaction is open goes with the next one. One a process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[tuple[SourceCheck, Sequence[Alert], asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def settle(self, check: SourceCheck, alerts: Sequence[Alert] = ()) -> None:
        """Return once it is written down. Raises StorageError when it cannot be."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((check, alerts, done))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        await done

    async def _write(self) -> None:
        try:
            while self._waiting:
                part, self._waiting = self._waiting, []
                await self._write_part(part)
        finally:
            self._writing = None

    async def _write_part(self, part: Sequence[tuple[SourceCheck, Sequence[Alert], asyncio.Future[None]]]) -> None:
        fault: StorageError | None = None
        try:
            async with self._database.transaction() as stores:
                await stores.sources.settle(*(check for check, _, _ in part))
                await stores.alerts.add(*(alert for _, alerts, _ in part for alert in alerts))
        except StorageError as error:
            fault = error
        for _, _, done in part:
            if done.done():  # whoever waited was cancelled
                continue
            if fault is None:
                done.set_result(None)
            else:
                done.set_exception(fault)
