"""The engine: SQLite by default, PostgreSQL by its URL. One writer, readers that cannot write.

SQLite's pragmas and its BEGIN IMMEDIATE live here and nowhere else: a transaction that reads and then writes
under a plain BEGIN fails under contention whatever the busy timeout.
"""

import fcntl
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from storage import driver
from storage.errors import DatabaseBusy, DatabaseUnavailable, StatementRefused, StorageError
from storage.stores import Stores

# Shorter than the time that a stop may take: whoever waits for the writer must not hold the bot up.
BUSY_TIMEOUT_MS = 3_000
POOL_TIMEOUT = 15  # seconds that a transaction waits for its turn
READERS = 4
PRIMARY_CODE = 0xFF  # of an extended code of SQLite's (sqlite.org/rescode.html)


class Database:
    """Opens transactions; everything that is read or written goes through one."""

    def __init__(self, url: str) -> None:
        """Prepare the engines; nothing is opened before the first transaction.

        Raises `DatabaseUnavailable` for a URL that names no engine Khabar knows.
        """
        try:
            self.url = sa.make_url(url)
            self._writer = _create_engine(self.url, read_only=False)
            self._reader = _create_engine(self.url, read_only=True)
        except (ArgumentError, ImportError, sa.exc.NoSuchModuleError) as error:
            raise DatabaseUnavailable(f"database_url cannot be used: {error}") from error

    @property
    def path(self) -> Path | None:
        """The file of an SQLite database; None for any other."""
        return sqlite_path(self.url)

    @property
    def writer(self) -> AsyncEngine:
        """For schema changes and backups, which are no business of the stores."""
        return self._writer

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Stores]:
        """The stores over one transaction: committed at the end of the block, rolled back by any exception.

        Nothing on the network may be awaited inside. Raises `DatabaseUnavailable` when the file cannot be opened,
        is full, read-only, or stays locked by another process.
        """
        async with wrapped_errors(), self._writer.begin() as connection:
            yield Stores(connection)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Stores]:
        """The stores over a consistent view that cannot write."""
        async with wrapped_errors(), self._reader.begin() as connection:
            yield Stores(connection)

    @asynccontextmanager
    async def schema_change(self) -> AsyncIterator[AsyncConnection]:
        """A transaction for a change of the schema, with SQLite's foreign keys off until it is done.

        SQLite changes a table by copying it and dropping the old one, which with foreign keys on would take the rows
        of its children along. Raises `DatabaseUnavailable` when a row would be left without its parent.
        """
        async with wrapped_errors(), self._writer.connect() as connection:
            is_sqlite = connection.dialect.name == "sqlite"
            if is_sqlite:
                await _pragma(connection, "PRAGMA foreign_keys = OFF")
            try:
                async with connection.begin():
                    yield connection
                    if is_sqlite and (await connection.exec_driver_sql("PRAGMA foreign_key_check")).first():
                        raise DatabaseUnavailable("the change of the schema would leave rows without their parents")
            finally:
                if is_sqlite:
                    await _pragma(connection, "PRAGMA foreign_keys = ON")

    async def close(self) -> None:
        """Close every connection; aiosqlite keeps a thread for each until then."""
        await self._reader.dispose()
        await self._writer.dispose()


def sqlite_path(url: sa.URL) -> Path | None:
    """The file that an SQLite URL names; None for another engine or a database in memory."""
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return None
    return Path(url.database)


@asynccontextmanager
async def wrapped_errors() -> AsyncIterator[None]:
    """Driver errors that tell of the database become `DatabaseUnavailable`; a missing table, `StatementRefused`."""
    try:
        yield
    except DBAPIError as error:
        if (fault := _fault(error.orig, is_lost=error.connection_invalidated)) is None:
            raise
        raise fault from error
    except sqlite3.Error as error:
        if (fault := _fault(error)) is None:
            raise
        raise fault from error
    except PoolTimeout as error:
        raise DatabaseBusy("the database is busy: too much is being written at once") from error
    except OSError as error:
        raise DatabaseUnavailable(f"the database cannot be reached: {error}") from error


async def _pragma(connection: AsyncConnection, statement: str) -> None:
    """A pragma that SQLite takes only outside of a transaction, past the engine's BEGIN."""
    raw = await connection.get_raw_connection()
    if raw.driver_connection is not None:
        await raw.driver_connection.execute(statement)


def _fault(error: BaseException | None, *, is_lost: bool = False) -> StorageError | None:
    """What an error of the driver's means where the file, the disk, a lock or the schema is to blame, not the values.

    SQLite tells by one code what it cannot run in any file as it stands: no such table, too many variables.
    """
    code = getattr(error, "sqlite_errorcode", 0)
    if code & PRIMARY_CODE == sqlite3.SQLITE_ERROR:
        return StatementRefused(f"the database cannot answer that: {error}")
    if code & PRIMARY_CODE in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return DatabaseBusy(f"the database is busy: {error}")
    if is_lost or isinstance(error, sqlite3.OperationalError) or type(error) is sqlite3.DatabaseError:
        return DatabaseUnavailable(f"the database cannot be used now: {error}")
    return None


def _create_engine(url: sa.URL, *, read_only: bool) -> AsyncEngine:
    if url.get_backend_name() != "sqlite":
        return create_async_engine(url, pool_size=READERS, json_serializer=_json, json_deserializer=orjson.loads)
    engine = create_async_engine(
        url,
        pool_size=READERS if read_only else 1,
        max_overflow=0,
        pool_timeout=POOL_TIMEOUT,
        connect_args={"async_creator_fn": driver.connect},
        json_serializer=_json,
        json_deserializer=orjson.loads,
    )
    begin = "BEGIN" if read_only else "BEGIN IMMEDIATE"

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        # The driver must not begin by itself: it would issue a plain BEGIN, late.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        cursor.execute("PRAGMA foreign_keys = ON")
        if read_only:
            cursor.execute("PRAGMA query_only = ON")
        else:
            cursor.execute("PRAGMA journal_mode = WAL")
            # NORMAL can take back a confirmed /stop, or a delivery, when the power fails.
            cursor.execute("PRAGMA synchronous = FULL")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin_transaction(connection: sa.Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _json(value: Any) -> str:
    """JSON in UTF-8: escaped, a Cyrillic letter would take six bytes in place of two."""
    return orjson.dumps(value).decode()


@contextmanager
def held_alone(database: Database) -> Iterator[None]:
    """Keep a second running bot from the same SQLite file: it would take what is on its way here for a crash's.

    The system lets go of the lock with the process, however it ends. Raises `DatabaseUnavailable`.
    """
    if database.path is None:
        yield
        return
    try:
        lock = database.path.with_name(f"{database.path.name}.lock").open("w")
    except OSError as error:
        raise DatabaseUnavailable(f"the database's folder cannot be written: {error}") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DatabaseUnavailable(f"another `khabar run` uses {database.path}: stop it first") from None
        yield


def check_target(target: Path) -> None:
    """Refuse a file that stands already, or a folder that does not."""
    if target.exists():
        raise DatabaseUnavailable(f"{target} exists already: name a new file")
    if not target.parent.is_dir():
        raise DatabaseUnavailable(f"there is no folder {target.parent}")


async def backup(database: Database, target: Path) -> None:
    """Write a consistent copy of an SQLite database while it is in use.

    Raises `DatabaseUnavailable` for another engine, or when the target exists or cannot be written.
    """
    if database.path is None:
        raise DatabaseUnavailable("`khabar backup` copies SQLite databases; for PostgreSQL use pg_dump")
    check_target(target)
    async with wrapped_errors(), database.writer.connect() as connection:
        await connection.run_sync(lambda sync: _vacuum_into(sync, target))


def _vacuum_into(connection: sa.Connection, target: Path) -> None:
    """VACUUM INTO cannot run inside a transaction, so it bypasses the engine's BEGIN."""
    cursor = connection.connection.cursor()
    cursor.execute("VACUUM INTO ?", (str(target),))
    cursor.close()
