"""A writer that somebody else holds for too long is told from a disk that is full: it may be tried again."""

import sqlite3
from contextlib import closing

import pytest

from storage import database as storage_database
from storage.database import Database
from storage.errors import DatabaseBusy


async def test_a_held_writer_is_busy(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage_database, "BUSY_TIMEOUT_MS", 1)
    impatient = Database(database.url.render_as_string(hide_password=False))
    with closing(sqlite3.connect(str(database.path), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseBusy, match="busy"):
            async with impatient.transaction():
                pass
        other.execute("ROLLBACK")
    async with impatient.transaction():
        pass
    await impatient.close()
