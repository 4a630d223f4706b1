"""aiosqlite with one trip to its thread for a statement instead of four, and a time that no statement runs past.

SQLAlchemy makes a cursor, executes, fetches everything and closes the cursor, and aiosqlite crosses to the connection's
thread and back for each of these. Here all four are one crossing: on a busy event loop, where each waits for the
interpreter's lock, that is most of what a small statement costs.
"""

import sqlite3
import time
from collections.abc import Awaitable, Sequence
from typing import Any, Self

import aiosqlite

CHUNK = 64  # rows; aiosqlite's own default, for iteration that nobody does here
# SQLite's steps between two looks at the clock: some milliseconds in the search index, which takes a few for each page
# that it reads. Each look waits for the interpreter's lock, and a quick statement is through before the first.
STEPS = 1000


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

    async def query_until(self, deadline: float, query: str, values: Sequence[Any]) -> tuple[list[Any], bool]:
        """The rows that a query gave until this moment of time.monotonic, and whether that ended it.

        Nothing but this one statement is ever ended. Raises sqlite3's other errors.
        """

        def run() -> tuple[list[Any], bool]:
            rows: list[Any] = []
            if time.monotonic() >= deadline:
                return rows, True
            cursor = self._conn.cursor()
            self._conn.set_progress_handler(lambda: time.monotonic() >= deadline, STEPS)
            try:
                for row in cursor.execute(query, values):
                    rows.append(row)  # noqa: PERF402 - a list made at once would be lost with the error
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
                    raise
                return rows, True
            finally:
                self._conn.set_progress_handler(None, 0)
                cursor.close()
            return rows, False

        found: tuple[list[Any], bool] = await self._execute(run)  # type: ignore[no-untyped-call]  # see `trip`
        return found


def connect(database: str, **options: Any) -> OneTripConnection:
    """As `aiosqlite.connect`: to be awaited."""
    return OneTripConnection(lambda: sqlite3.connect(database, **options), CHUNK)
