"""What a chat follows as one list, and stories that were withdrawn."""

from dataclasses import replace
from datetime import timedelta

import pytest

from storage import followed as module
from storage.database import Database
from storage.errors import NotFound
from storage.stores import Stores
from tests.storage.conftest import NOW
from tests.storage.samples import AGENCY, READER, asking, new_article, store

OTHER = replace(AGENCY, url="https://other.example/rss", name="Другое")


async def followed(stores: Stores, page: int = 0, size: int = 100) -> list[int]:
    """Ids of the articles by which the reader's list shows stories."""
    return [view.article.id for view in (await stores.stories.get_followed(READER.id, page, size)).items]


async def test_each_kind_of_follow_brings_its_articles_newest_first(database: Database) -> None:
    async with database.transaction() as stores:
        sources = [await stores.sources.add(AGENCY), await stores.sources.add(OTHER)]
        water, roads = await stores.topics.add("вода", "вода"), await stores.topics.add("дороги", "дороги")
        ids = []
        for number in range(12):  # of each source in turn; every third is about water, every fourth about roads
            ids.append(await store(stores, new_article(number, sources[number % 2].id)))
            about = [one.id for one, step in ((water, 3), (roads, 4)) if number % step == 0]
            await stores.topics.attach(ids[-1], about)
        await stores.chats.add(READER)
        assert await followed(stores) == []
        await stores.chats.follow(READER.id, topic_id=roads.id, source_id=sources[1].id)
        assert await followed(stores) == []
        await stores.chats.follow(READER.id, topic_id=water.id, source_id=sources[1].id)
        assert await followed(stores) == [ids[9], ids[3]]
        await stores.chats.follow(READER.id, topic_id=roads.id)
        assert await followed(stores) == [ids[n] for n in (9, 8, 4, 3, 0)]
        await stores.chats.follow(READER.id, source_id=sources[1].id)
        assert await followed(stores) == [ids[n] for n in (11, 9, 8, 7, 5, 4, 3, 1, 0)]
        await stores.chats.follow(READER.id)
        assert await followed(stores) == list(reversed(ids))
        [shown, *_] = (await stores.stories.get_followed(READER.id)).items
        assert shown.article == (await stores.articles.get(ids[-1]))


@pytest.mark.parametrize("first_look", [1, 2, 64])
async def test_pages_show_each_story_once_by_its_newest_match(
    database: Database, first_look: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FIRST_LOOK", first_look)
    async with database.transaction() as stores:
        source = await stores.sources.add(AGENCY)
        topics = [await stores.topics.add(name, name) for name in ("вода", "дороги")]
        ids: list[int] = []
        for number in range(20):
            told = (await stores.articles.get(ids[number - 5])).story_id if number in {9, 14, 19} else None
            ids.append(await store(stores, new_article(number, source.id), story_id=told))
            await stores.topics.attach(ids[-1], [topics[number % 2].id])
        await stores.articles.withdraw(ids[19], NOW)
        await stores.chats.add(READER)
        for topic in topics:
            await stores.chats.follow(READER.id, topic_id=topic.id)
        # 19 is withdrawn, and 4, 9, 14 tell the one story that 19 tells.
        expected = [ids[n] for n in (18, 17, 16, 15, 14, 13, 12, 11, 10, 8, 7, 6, 5, 3, 2, 1, 0)]
        assert (await stores.articles.get(ids[9])).story_id == (await stores.articles.get(ids[14])).story_id
        assert await followed(stores) == expected
        pages = [await stores.stories.get_followed(READER.id, page, 5) for page in range(5)]
        assert [view.article.id for page in pages for view in page.items] == expected
        assert [page.older for page in pages] == [True, True, True, False, False]
        assert [page.newer for page in pages] == [False, True, True, True, True]
        assert await followed(stores, page=100_000) == []


async def test_a_list_of_follows_goes_back_only_so_far(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FIRST_LOOK", 2)
    monkeypatch.setattr(module, "LOOKED_AT", 7)
    async with database.transaction() as stores:
        source = await stores.sources.add(AGENCY)
        ids = [await store(stores, new_article(number, source.id)) for number in range(12)]
        await stores.chats.add(READER)
        await stores.chats.follow(READER.id)
        assert await followed(stores) == ids[:4:-1]


async def test_a_withdrawn_article_is_in_no_list_and_leads_no_copy(database: Database) -> None:
    async with database.transaction() as stores:
        source = await stores.sources.add(AGENCY)
        stands, gone = [await store(stores, new_article(number, source.id, lemmas="вода")) for number in (1, 2)]
        gone_story = (await stores.articles.get(gone)).story_id
        elsewhere = await stores.sources.add(OTHER)
        copy = new_article(3, elsewhere.id, fingerprint="print-2")
        assert [one.id for one in await stores.stories.get_copies(copy, NOW, timedelta(days=1))] == [gone_story]
        await stores.articles.withdraw(gone, NOW)
        latest, top = await stores.stories.get_latest(), await stores.stories.get_weightiest(NOW, lambda one: one.id)
        assert [view.article.id for view in latest.items] == [stands]
        assert [view.article.id for view in top.items] == [stands]
        question = asking(["вода"])
        assert [view.article.id for view in (await stores.search.find(question)).stories] == [stands]
        assert await stores.search.find_ids(question, None, limit=9) == [stands]
        assert await stores.stories.get_copies(copy, NOW, timedelta(days=1)) == []
        with pytest.raises(NotFound):
            await stores.stories.get_view(gone_story)


async def test_pages_of_weighty_stories_have_no_gaps_where_some_were_withdrawn(database: Database) -> None:
    async with database.transaction() as stores:
        source = await stores.sources.add(AGENCY)
        ids = [await store(stores, new_article(number, source.id)) for number in range(6)]
        await stores.articles.withdraw(ids[5], NOW)
        await stores.articles.withdraw(ids[3], NOW)
        pages = [await stores.stories.get_weightiest(NOW, lambda one: one.id, page, 2) for page in (0, 1)]
        assert [[view.article.id for view in page.items] for page in pages] == [[ids[4], ids[2]], [ids[1], ids[0]]]
        assert [page.older for page in pages] == [True, False]
