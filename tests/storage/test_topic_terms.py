"""What the index of topics stores with each topic, and when that is to be made anew."""

import pytest

from storage.asking import StoredTopic
from storage.database import Database
from storage.naming import Alias

VERSION = b"version1"


async def add_topics(database: Database, *keys: str) -> None:
    async with database.transaction() as stores:
        for key in keys:
            topic = await stores.topics.add(key, key)
            await stores.topics.keep_terms(topic.id, VERSION + key.encode())


async def stale(database: Database) -> list[str]:
    async with database.snapshot() as stores:
        return [topic.key for topic in await stores.topics.get_stale()]


async def test_a_new_topic_is_stale_until_its_terms_are_kept(database: Database) -> None:
    async with database.transaction() as stores:
        topic = await stores.topics.add("Рогун", "рогун")
        named = await stores.topics.name_from_settings("ОДКБ", "одкб", [Alias("CSTO", "csto")])
        assert await stores.topics.get_stale() == [topic, named]
        assert await stores.topics.get_stale(limit=1) == [topic]
        assert await stores.topics.get_stored() == []
        await stores.topics.keep_terms(topic.id, b"terms")
    async with database.snapshot() as stores:
        assert await stores.topics.get_stale() == [named]
        assert await stores.topics.get_stored() == [StoredTopic(topic.id, b"terms")]


async def test_stored_topics_come_in_pages(database: Database) -> None:
    await add_topics(database, "а", "б", "в")
    async with database.snapshot() as stores:
        first = await stores.topics.get_stored(limit=2)
        second = await stores.topics.get_stored(above=first[-1].id, limit=2)
    assert [one.terms[len(VERSION) :].decode() for one in (*first, *second)] == ["а", "б", "в"]


@pytest.mark.parametrize(
    ("name", "marked"),
    [
        ("одкб", ["одкб", "одкб саммит", "саммит -одкб", 'title:"одкб совет"']),
        ("безопасность договор", ['"договор о безопасность"', "безопасность вода договор"]),
        ('"договор о безопасность"', ['"договор о безопасность"']),
        ("вода", ["безопасность вода договор"]),
        ("совет", ['title:"одкб совет"']),
        ("дкб", []),
        ("", []),
    ],
)
async def test_a_name_marks_the_topics_that_may_use_it(database: Database, name: str, marked: list[str]) -> None:
    keys = ["одкб", "одкб саммит", "саммит -одкб", 'title:"одкб совет"', '"договор о безопасность"']
    await add_topics(database, *keys, "безопасность вода договор", "безопасный договорный")
    async with database.transaction() as stores:
        await stores.topics.mark_stale([name])
    assert await stale(database) == marked


async def test_more_names_than_a_statement_takes_are_marked(database: Database) -> None:
    names = [f"имя{number} раз{number} два{number}" for number in range(500)]
    await add_topics(database, *names, "имя")
    async with database.transaction() as stores:
        await stores.topics.mark_stale(names)
    assert await stale(database) == names


async def test_terms_of_another_version_are_to_be_made_anew(database: Database) -> None:
    await add_topics(database, "а", "б")
    async with database.transaction() as stores:
        topic = await stores.topics.add("в", "в")
        await stores.topics.keep_terms(topic.id, b"version2")
        await stores.topics.outdate(b"version2")
        await stores.topics.outdate(b"version2")
    assert await stale(database) == ["а", "б"]
    async with database.snapshot() as stores:
        assert await stores.topics.get_stored() == [StoredTopic(topic.id, b"version2")]
