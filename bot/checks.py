"""What visits to sources taught, written down: many in one transaction, since most teach only that nothing changed."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress

from storage.database import Database
from storage.errors import StorageError
from storage.records import Alert, SourceCheck

Waiting = tuple[SourceCheck, Sequence[Alert], asyncio.Future[None]]

LONGEST_WAIT = 0.1  # seconds that a visit's end waits for those of others


class Checks:
    """Group commit: what comes while a transaction is open goes with the next one. One a process.

    The next one waits a little for visits that are under way, and not at all once each of them has come to its end.
    """

    def __init__(self, database: Database, under_way: Callable[[], int]) -> None:
        """`under_way` tells how many visits may still settle something, those that wait for it among them."""
        self._database = database
        self._under_way = under_way
        self._all_came = asyncio.Event()
        self._waiting: list[Waiting] = []
        self._writing: asyncio.Task[None] | None = None

    async def settle(self, check: SourceCheck, alerts: Sequence[Alert] = ()) -> None:
        """Return once it is written down. Raises StorageError when it cannot be."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((check, alerts, done))
        if len(self._waiting) >= self._under_way():
            self._all_came.set()
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        await done

    async def _write(self) -> None:
        try:
            while self._waiting:
                with suppress(TimeoutError):
                    async with asyncio.timeout(LONGEST_WAIT):
                        await self._all_came.wait()
                part, self._waiting = self._waiting, []
                self._all_came.clear()
                await self._write_part(part)
        finally:
            self._writing = None

    async def _write_part(self, part: Sequence[Waiting]) -> None:
        """In one transaction; where that takes one of them for no good, each in its own, so that it stops no other."""
        try:
            await self._commit(part)
        except StorageError as error:
            _end(part, error)
        except Exception as error:  # noqa: BLE001  whoever waits for it hears of it
            if len(part) == 1:
                _end(part, error)
                return
            for one in part:
                await self._write_part([one])
        else:
            _end(part, None)

    async def _commit(self, part: Sequence[Waiting]) -> None:
        async with self._database.transaction() as stores:
            await stores.sources.settle(*(check for check, _, _ in part))
            await stores.alerts.add(*(alert for _, alerts, _ in part for alert in alerts))


def _end(part: Sequence[Waiting], fault: Exception | None) -> None:
    for _, _, done in part:
        if done.done():  # whoever waited was cancelled
            continue
        if fault is None:
            done.set_result(None)
        else:
            done.set_exception(fault)
