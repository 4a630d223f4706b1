"""A real SQLite file for each test, migrated once for all of them."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage.database import Database
from storage.schema import migrate

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database of which each test has a copy: to migrate one takes most of a second."""
    path = tmp_path_factory.mktemp("storage") / "empty.db"

    async def make() -> None:
        database = Database(f"sqlite+aiosqlite:///{path}")
        await migrate(database, NOW)
        await database.close()

    asyncio.run(make())
    return path


@pytest.fixture
async def database(empty: Path, tmp_path: Path) -> AsyncIterator[Database]:
    shutil.copy(empty, tmp_path / "khabar.db")
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'khabar.db'}")
    yield database
    await database.close()
