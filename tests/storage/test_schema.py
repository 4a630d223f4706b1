"""The schema comes up from nothing, agrees with the tables, and an older one is copied before it is changed."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory

from storage import schema
from storage.database import Database, backup, held_alone
from storage.errors import DatabaseUnavailable, SchemaMismatch
from storage.tables import metadata
from tests.storage.conftest import NOW
from tests.storage.samples import READER


def differences(connection: sa.Connection) -> list[object]:
    def ours(_object: object, name: str | None, *_rest: object) -> bool:
        return not (name or "").startswith("article_terms")

    context = MigrationContext.configure(connection, opts={"include_object": ours, "compare_type": True})
    return list(compare_metadata(context, metadata))


@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based index")
@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
async def test_migrations_make_what_the_tables_say(database: Database) -> None:
    async with database.writer.connect() as connection:
        assert await connection.run_sync(differences) == []


def test_newest_version_is_the_head_of_the_migrations() -> None:
    assert ScriptDirectory(str(schema.MIGRATIONS)).get_current_head() == schema.NEWEST


async def test_a_second_migration_changes_nothing(database: Database) -> None:
    assert await schema.migrate(database, NOW) == schema.Migrated(schema.NEWEST, schema.NEWEST, None)


async def test_a_newer_schema_is_refused(database: Database) -> None:
    async with database.writer.begin() as connection:
        await connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SchemaMismatch, match="9999"):
        await schema.migrate(database, NOW)
    with pytest.raises(SchemaMismatch, match="khabar migrate"):
        await schema.require_newest(database)


async def test_an_older_database_is_copied_beside_itself_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "old.db"
    with closing(sqlite3.connect(path)) as old:
        old.execute("CREATE TABLE alembic_version (version_num TEXT)")
        old.execute("INSERT INTO alembic_version VALUES ('0000')")
        old.execute("CREATE TABLE treasure (gold TEXT)")
        old.execute("INSERT INTO treasure VALUES ('kept')")
        old.commit()
    # The first schema has none before it: pretend, so that the copy is taken, and let Alembic refuse the rest.
    monkeypatch.setattr(schema, "_known_versions", lambda: {"0000"})
    database = Database(f"sqlite+aiosqlite:///{path}")
    with pytest.raises(Exception, match="0000"):
        await schema.migrate(database, NOW)
    await database.close()
    [copy] = tmp_path.glob("old.db.backup-0000-*")
    with closing(sqlite3.connect(copy)) as kept:
        assert kept.execute("SELECT gold FROM treasure").fetchall() == [("kept",)]


async def test_a_missing_database_says_how_to_make_one(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'none.db'}")
    with pytest.raises(DatabaseUnavailable, match="khabar run"):
        await schema.require_newest(database)
    await database.close()


async def test_backup_is_a_consistent_copy_and_overwrites_nothing(database: Database, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    await backup(database, copy)
    with closing(sqlite3.connect(copy)) as opened:
        assert opened.execute("SELECT version_num FROM alembic_version").fetchone() == (schema.NEWEST,)
    with pytest.raises(DatabaseUnavailable, match="exists already"):
        await backup(database, copy)


async def test_the_database_is_wal_full_and_keeps_foreign_keys(database: Database) -> None:
    async with database.writer.connect() as connection:
        for pragma, value in (("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)):
            assert (await connection.exec_driver_sql(f"PRAGMA {pragma}")).scalar() == value


async def test_a_snapshot_cannot_write(database: Database) -> None:
    with pytest.raises(DatabaseUnavailable, match="readonly"):
        async with database.snapshot() as stores:
            await stores.stories.open(NOW)


async def test_a_table_that_is_changed_by_copying_keeps_its_childrens_rows(database: Database) -> None:
    """SQLite drops the old table; with foreign keys on, follows and bookmarks would go with it."""
    async with database.transaction() as stores:
        await stores.chats.add(READER)
        await stores.chats.follow(READER.id)

    def rename(connection: sa.Connection) -> None:
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table("chat") as batch:
            batch.alter_column("trouble", existing_type=sa.Text(), nullable=True, server_default="none")

    async with database.schema_change() as connection:
        await connection.run_sync(rename)
    async with database.snapshot() as stores:
        assert len(await stores.chats.get_follows(READER.id)) == 1
    async with database.writer.connect() as connection:
        assert (await connection.exec_driver_sql("PRAGMA foreign_keys")).scalar() == 1


async def test_a_schema_change_that_would_orphan_rows_is_taken_back(database: Database) -> None:
    async with database.transaction() as stores:
        await stores.chats.add(READER)
        await stores.chats.follow(READER.id)

    async def orphan() -> None:
        async with database.schema_change() as connection:
            await connection.exec_driver_sql("DELETE FROM chat")

    with pytest.raises(DatabaseUnavailable, match="without their parents"):
        await orphan()
    async with database.snapshot() as stores:
        assert await stores.chats.find(READER.id) is not None


async def test_a_second_running_bot_is_told_of_the_first(database: Database) -> None:
    with held_alone(database):
        second = Database(f"sqlite+aiosqlite:///{database.path}")
        with pytest.raises(DatabaseUnavailable, match="another `khabar run`"), held_alone(second):
            pass
        await second.close()
    with held_alone(database):
        pass  # the first has let go


async def test_a_file_that_is_no_database_is_said_in_plain_words(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("Не база данных. " * 100)
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'notes.txt'}")
    with pytest.raises(DatabaseUnavailable, match="not a database"):
        await schema.migrate(database, NOW)
    await database.close()
