"""What a reader's follows and bookmarks say of stories."""

from datetime import timedelta

import pytest

from storage.database import Database
from storage.records import Chat, ChatKind
from tests.storage.conftest import NOW
from tests.storage.samples import AGENCY, new_article, store

READER = Chat(77, ChatKind.PRIVATE, "Читатель")
DAY = timedelta(days=1)


@pytest.mark.parametrize("source_too", [False, True])
async def test_a_follow_counts_once_a_story_however_many_of_its_pages_match(
    database: Database, *, source_too: bool
) -> None:
    async with database.transaction() as stores:
        source = await stores.sources.add(AGENCY)
        await stores.chats.add(READER)
        topics = [await stores.topics.add(name, name) for name in ("мост", "река", "школа")]
        old, new = [await stores.stories.open(at) for at in (NOW - 2 * DAY, NOW)]
        pages = [
            await store(stores, new_article(number, source.id), story_id=story_id, at=NOW)
            for number, story_id in enumerate((old, new, new))
        ]
        for page in pages:
            await stores.topics.attach(page, [one.id for one in topics])
        for one in topics[:2]:
            await stores.chats.follow(READER.id, topic_id=one.id, source_id=source.id if source_too else None)
        assert await stores.readers.count_follows(READER.id, NOW - DAY) == {new: 2}


async def test_a_source_counts_and_everything_does_not(database: Database) -> None:
    async with database.transaction() as stores:
        source = await stores.sources.add(AGENCY)
        await stores.chats.add(READER)
        page = await store(stores, new_article(1, source.id))
        story_id = (await stores.stories.get_placed([page]))[page]
        await stores.chats.follow(READER.id)
        assert await stores.readers.count_follows(READER.id, NOW - DAY) == {}
        await stores.chats.follow(READER.id, source_id=source.id)
        assert await stores.readers.count_follows(READER.id, NOW - DAY) == {story_id: 1}
        await stores.articles.withdraw(page, NOW)
        assert await stores.readers.count_follows(READER.id, NOW - DAY) == {}


async def test_the_bookmarks_of_a_story_are_those_of_all_its_pages(database: Database) -> None:
    async with database.transaction() as stores:
        source = await stores.sources.add(AGENCY)
        await stores.chats.add(READER)
        story_id, other = [await stores.stories.open(NOW) for _ in range(2)]
        pages = [await store(stores, new_article(number, source.id), story_id=story_id) for number in range(3)]
        elsewhere = await store(stores, new_article(9, source.id), story_id=other)
        for page in (pages[2], pages[0], elsewhere):
            await stores.chats.bookmark(READER.id, page, NOW)
        assert await stores.readers.get_saved_of(READER.id, story_id) == [pages[0], pages[2]]
        assert await stores.readers.get_saved_of(78, story_id) == []
