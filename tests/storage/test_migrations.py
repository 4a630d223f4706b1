"""An older database is brought to the newest schema with all that it holds."""

import sqlite3
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from storage import schema
from storage.database import Database
from storage.records import Asked, SourceKind
from tests.storage.conftest import NOW

URLS = {
    7: "https://www.agency.example/news/7/amp",
    8: "http://m.agency.example/news/8?id=8",
    -9: "https://agency.example/news/9#live",
}
SOURCE = """INSERT INTO source (id, url, name, kind, is_paused, from_settings, failures)
VALUES (1, 'https://agency.example/rss', 'Агентство', 'feed', 0, 0, 0)"""
STORY = "INSERT INTO story (id, lead_article_id, articles, opened_at, changed_at) VALUES (1, 7, 1, :at, :at)"
ARTICLE = """INSERT INTO article (id, story_id, source_id, identity, url, title, lead, body, language, published_at,
arrived_at, revision, is_pushed, is_urgent, tags, fingerprint, feed_hash)
VALUES (:id, 1, 1, :url, :url, 'Мост', '', '[]', 'ru', :at, :at, 1, 1, 0, '[]', :url, '')"""


def upgrade(connection: sa.Connection, version: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, version)


async def test_articles_of_0003_are_known_by_all_addresses_of_their_pages(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'old.db'}")
    async with database.schema_change() as connection:
        await connection.run_sync(upgrade, "0003")
    at = NOW.replace(tzinfo=None).isoformat(" ")
    with closing(sqlite3.connect(tmp_path / "old.db")) as old:
        old.execute(SOURCE)
        old.execute(STORY, {"at": at})
        old.executemany(ARTICLE, [{"id": number, "url": url, "at": at} for number, url in URLS.items()])
        old.commit()
    migrated = await schema.migrate(database, NOW)
    assert (migrated.found, migrated.now) == ("0003", schema.NEWEST)
    async with database.transaction() as stores:
        [source] = await stores.sources.get_all()
        assert (source.kind, source.folder, source.stand_in, source.rhythm.usual) == (SourceKind.FEED, "", None, 0.0)
        asked = [
            Asked("a", "agency.example/news/7"),
            Asked("b", "agency.example/news/8?id=8"),
            Asked("c", "agency.example/news/9#live"),
        ]
        known = await stores.articles.get_known(1, asked)
        assert {name: one.id for name, one in known.items()} == {"a": 7, "b": 8, "c": -9}
        assert (await stores.articles.get(7)).section is None
    await database.close()
