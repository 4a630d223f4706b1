"""The schema's version: looked up, and brought to the newest after a backup copy beside the database.

Alembic is imported late, for the archive's commands only look the version up.
"""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from storage.database import Database, wrapped_errors
from storage.errors import DatabaseUnavailable, SchemaMismatch

NEWEST = "0005"  # the head of storage/migrations; a test holds that they agree
MIGRATIONS = Path(__file__).parent / "migrations"


@dataclass(frozen=True, slots=True)
class Migrated:
    """What `migrate` did. `found` is None for a new database; `backup` names the copy of an old one."""

    found: str | None
    now: str
    backup: Path | None


async def find_version(database: Database) -> str | None:
    """The schema's version, None where there is no schema yet."""
    async with wrapped_errors(), database.writer.connect() as connection:
        if not await connection.run_sync(lambda sync: sa.inspect(sync).has_table("alembic_version")):
            return None
        version: str | None = (await connection.exec_driver_sql("SELECT version_num FROM alembic_version")).scalar()
        return version


async def require_newest(database: Database) -> None:
    """Raise `SchemaMismatch` unless the schema is what this program was written for."""
    if database.path is not None and not database.path.exists():
        raise DatabaseUnavailable(f"there is no database {database.path} yet: start the bot once with `khabar run`")
    found = await find_version(database)
    if found != NEWEST:
        raise SchemaMismatch(found, NEWEST)


async def migrate(database: Database, now: datetime) -> Migrated:
    """Bring the schema to the newest version, with a copy of an older SQLite database beside it first.

    Raises `SchemaMismatch` for a schema that is newer than this program, `DatabaseUnavailable` when it cannot
    be written.
    """
    found = await find_version(database)
    if found == NEWEST:
        return Migrated(found, NEWEST, None)
    if found is not None and found not in _known_versions():
        raise SchemaMismatch(found, NEWEST)
    backup = _copy_aside(database, found, now) if found is not None else None
    async with database.schema_change() as connection:
        await connection.run_sync(_upgrade)
    return Migrated(found, NEWEST, backup)


def _copy_aside(database: Database, version: str, now: datetime) -> Path | None:
    if database.path is None:
        return None
    target = database.path.with_name(f"{database.path.name}.backup-{version}-{now:%Y%m%dT%H%M%S}")
    with closing(sqlite3.connect(database.path)) as old, closing(sqlite3.connect(target)) as copy:
        old.backup(copy)
    return target


def _known_versions() -> set[str]:
    from alembic.script import ScriptDirectory

    return {script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}


def _upgrade(connection: sa.Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
