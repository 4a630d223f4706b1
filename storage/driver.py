"""aiosqlite with one trip to its thread for a statement instead of four, and a time that no statement runs past.

SQLAlchemy makes a cursor, executes, fetches everything and closes the cursor, and aiosqlite crosses to the connection's
thread and back for each of these. Here all four are one crossing: on a busy event loop, where each waits for the
interpreter's lock, that is most of what a small statement costs.
"""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import aiosqlite

CHUNK = 64  # rows; aiosqlite's own default, for iteration that nobody does here
AGAIN = 0.01  # seconds until a statement that did not hear the first interruption is interrupted again


class OneTripCursor:
    """What SQLAlchemy's adapter needs of a cursor: rows are there once the statement has been executed."""

    arraysize = 1

    def __init__(self, connection: "OneTripConnection") -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, operation: str, parameters: Sequence[Any] = ()) -> "OneTripCursor":
        """Execute and fetch all rows. Raises sqlite3's errors."""
        return await self._run(sqlite3.Cursor.execute, operation, parameters)

    async def executemany(self, operation: str, rows: Sequence[Sequence[Any]]) -> "OneTripCursor":
        """Execute once for each of the rows. Raises sqlite3's errors."""
        return await self._run(sqlite3.Cursor.executemany, operation, rows)

    async def fetchall(self) -> list[Any]:
        """The rows, once."""
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        """Nothing is open any more."""

    async def _run(self, how: Any, operation: str, given: Any) -> "OneTripCursor":
        done = await self._connection.trip(how, operation, given)
        self._rows, self.description, self.rowcount, self.lastrowid = done
        return self


class OneTripConnection(aiosqlite.Connection):
    """aiosqlite's connection, whose cursors cross to the thread once a statement."""

    def cursor(self) -> OneTripCursor:  # type: ignore[override]  # a cursor that needs no opening
        return OneTripCursor(self)

    def trip(self, how: Any, operation: str, given: Any) -> Awaitable[Any]:
        """Run a statement in the connection's thread: its rows, description, row count and last id."""

        def run() -> tuple[list[Any], Any, int, int | None]:
            cursor = self._conn.cursor()
            try:
                how(cursor, operation, given)
                rows = cursor.fetchall() if cursor.description else []
                return rows, cursor.description, cursor.rowcount, cursor.lastrowid
            finally:
                cursor.close()

        done: Awaitable[Any] = self._execute(run)  # type: ignore[no-untyped-call]  # aiosqlite's one way to its thread
        return done

    async def query_for(self, seconds: float, query: str, values: Sequence[Any]) -> "Ran":
        """The rows that a query gives within so many seconds of its own; nothing but this one statement is ever ended.

        Raises sqlite3's errors.
        """
        alarm = Alarm(self._conn, seconds)

        def run() -> Ran:
            rows: list[Any] = []
            started = time.monotonic()
            is_cut = not alarm.begin()
            cursor = self._conn.cursor()
            try:
                for row in () if is_cut else cursor.execute(query, values):
                    rows.append(row)  # noqa: PERF402 - a list made at once would be lost with the error
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
                    raise
                is_cut = True
            finally:
                alarm.end()
                cursor.close()
            return Ran(rows, time.monotonic() - started, is_cut)

        try:
            ran: Ran = await self._execute(run)  # type: ignore[no-untyped-call]  # see `trip`
        except BaseException:
            alarm.ring()  # nobody waits for it any more
            raise
        alarm.stop()
        return ran


@dataclass(frozen=True, slots=True)
class Ran:
    """What a query gave, how long it ran, and whether its time was over before its end."""

    rows: list[Any]
    seconds: float
    is_cut: bool


class Alarm:
    """Interrupts one statement when its time is over, and no other.

    It rings in the event loop. A progress handler would wait for the interpreter's lock whenever it looks at the clock:
    milliseconds on a busy event loop, for questions that are nearly always through in one.
    """

    def __init__(self, connection: sqlite3.Connection, seconds: float) -> None:
        self._connection = connection
        self._seconds = seconds
        self._lock = threading.Lock()
        self._began: float | None = None
        self._is_over = False
        self._loop = asyncio.get_running_loop()
        self._timer = self._loop.call_later(seconds, self._look)

    def begin(self) -> bool:
        """The statement begins now, in the connection's thread; False when nobody waits for it any more."""
        with self._lock:
            self._began = time.monotonic()
            return not self._is_over

    def end(self) -> None:
        """The statement is over; what comes next on the connection is not to be interrupted."""
        with self._lock:
            self._is_over = True

    def stop(self) -> None:
        """There is nothing to wake up for any more."""
        self._timer.cancel()

    def ring(self) -> None:
        """The statement is to end now; one that has not begun never will."""
        with self._lock:
            self._seconds = 0.0
            self._is_over = self._is_over or self._began is None
        self.stop()
        self._look()

    def _look(self) -> None:
        with self._lock:
            if self._is_over:
                return
            left = self._seconds - (0.0 if self._began is None else time.monotonic() - self._began)
            if left <= 0 and self._began is not None:
                self._connection.interrupt()
        # Once more: SQLite forgets an interruption that comes just before the first step.
        self._timer = self._loop.call_later(max(left, AGAIN), self._look)


def connect(database: str, **options: Any) -> OneTripConnection:
    """As `aiosqlite.connect`: to be awaited."""
    return OneTripConnection(lambda: sqlite3.connect(database, **options), CHUNK)
