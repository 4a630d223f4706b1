"""An older database is brought to the newest schema with all that it holds."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
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
STORIES = """INSERT INTO story (id, lead_article_id, articles, opened_at, changed_at)
VALUES (:id, :lead, :articles, :at, :at)"""
ARTICLE = """INSERT INTO article (id, story_id, source_id, identity, url, title, lead, body, language, published_at,
arrived_at, revision, is_pushed, is_urgent, tags, fingerprint, feed_hash)
VALUES (:id, 1, 1, :url, :url, 'Мост', '', '[]', 'ru', :at, :at, 1, 1, 0, '[]', :url, '')"""


# Sources of the pages of each story; below zero: withdrawn.
PAGES = {1: (1, 1, 2, 2, -2), 2: (1, -2), 3: (2, 2), 4: (-1,)}
URGENT = 7  # the withdrawn page of the second story
SOURCE_OF_0004 = SOURCE.replace("(1, 'https://agency.example/rss', 'Агентство',", "(:id, :url, 'Газета',")
ARTICLE_OF_0004 = """INSERT INTO article (id, story_id, source_id, identity, url, title, lead, body, language,
published_at, arrived_at, revision, is_pushed, is_urgent, withdrawn_at, tags, fingerprint, feed_hash)
VALUES (:id, :story, :source, :url, :url, 'Мост', '', '[]', 'ru', :at, :at, 1, 1, :urgent, :gone, '[]', :url, '')"""
CHAT = """INSERT INTO chat (id, kind, title, state, schedule, hours, is_silent, with_pictures, with_hashtags, position,
attempts, from_settings) VALUES (-100, 'channel', 'Канал', 'active', 'instant', '[9]', 0, 1, 0, 9, 0, 0)"""
POST = """INSERT INTO post (chat_id, message_id, article_id, story_id, revision, kind, posted_at)
VALUES (-100, 7, 1, 1, 1, 'text', :at)"""


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """With nothing in it, not even a schema."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'old.db'}")
    yield database
    await database.close()


def upgrade(connection: sa.Connection, version: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, version)


def fill(path: Path) -> None:
    """A database of 0004 with these stories, the first of which stands in a channel."""
    at = NOW.replace(tzinfo=None).isoformat(" ")
    pages = [(story, source) for story, sources in PAGES.items() for source in sources]
    with closing(sqlite3.connect(path)) as old:
        for number in (1, 2):
            old.execute(SOURCE_OF_0004, {"id": number, "url": f"https://s{number}.example/rss"})
        for story, sources in PAGES.items():
            lead = 1 + [number for number, _ in pages].index(story)
            standing = sum(source > 0 for source in sources)
            old.execute(STORIES, {"id": story, "lead": lead, "articles": standing, "at": at})
        for number, (story, source) in enumerate(pages, 1):
            gone = at if source < 0 else None
            values = {"id": number, "story": story, "source": abs(source), "url": f"u{number}", "at": at, "gone": gone}
            old.execute(ARTICLE_OF_0004, values | {"urgent": number == URGENT})
        old.execute(CHAT)
        old.execute(POST, {"at": at})
        old.commit()


async def test_articles_of_0003_are_known_by_all_addresses_of_their_pages(database: Database, tmp_path: Path) -> None:
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


async def test_stories_of_0004_know_their_sources_and_what_channels_show_is_up_to_date(
    database: Database, tmp_path: Path
) -> None:
    async with database.schema_change() as connection:
        await connection.run_sync(upgrade, "0004")
    fill(tmp_path / "old.db")
    migrated = await schema.migrate(database, NOW)
    assert (migrated.found, migrated.now) == ("0004", schema.NEWEST)
    async with database.transaction() as stores:
        stories = [await stores.stories.get(number) for number in PAGES]
        assert [(one.articles, one.sources) for one in stories] == [(4, 2), (1, 1), (2, 1), (0, 0)]
        assert {(one.version, one.follows_id, one.merged_into) for one in stories} == {(1, None, None)}
        assert [one.is_marked for one in stories] == [False, True, False, False]
        view = await stores.stories.get_view(1)
        assert ([page.article_id for page in view.others], view.sources) == ([2, 3, 4], 2)
        post = await stores.posts.get_last(-100)
        assert post is not None
        assert (post.story_id, post.story_version, post.edited_at) == (1, 1, None)
        assert await stores.sketches.get_newest(9) == []
        await stores.stories.merge(1, 3, NOW)
        story = await stores.stories.get(3)
        assert (story.id, story.articles, story.sources, story.version) == (1, 6, 2, 2)
