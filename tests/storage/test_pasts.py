"""A topic's past: the newest articles that answer, written down beside what comes in meanwhile."""

import pytest

from storage import pasts
from storage.asking import Candidate, Candidates, Clause
from storage.database import Database
from storage.naming import Alias, AliasOrigin
from storage.pasts import Past
from storage.stores import Stores
from tests.storage.samples import AGENCY, new_article, store

ASKED = Candidates(((Clause(((frozenset({"новость"}),),)),),))


async def archive(stores: Stores, articles: int) -> list[int]:
    source = await stores.sources.add(AGENCY)
    return [await store(stores, new_article(number, source.id)) for number in range(articles)]


async def attached(stores: Stores, topic_id: int, ids: list[int]) -> list[int]:
    return [one for one in ids if topic_id in await stores.topics.get_attached(one)]


async def test_whatever_answers_is_the_past_and_nothing_else(database: Database) -> None:
    async with database.transaction() as stores:
        ids = await archive(stores, 5)
        topic = await stores.topics.add("новость", "новость")
        await stores.articles.withdraw(ids[4], new_article(4, 1).published_at)
        await stores.topics.attach(ids[0], [topic.id])

    def is_even(one: Candidate) -> bool:
        return ids.index(one.id) % 2 == 1

    async with database.snapshot() as stores:
        past = await stores.pasts.find(topic.id, ASKED, is_even)
        assert past == Past(new=(ids[3], ids[1]), gone=(ids[0],))
    async with database.transaction() as stores:
        await stores.pasts.keep(topic.id, past)
        assert await attached(stores, topic.id, ids) == [ids[1], ids[3]]
        assert await stores.topics.get_attached(ids[1]) == {topic.id: True}


async def test_of_many_the_newest_are_the_past_and_what_is_older_stays(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pasts, "MOST_COUNTED", 3)
    monkeypatch.setattr(pasts, "LOOK", 2)
    async with database.transaction() as stores:
        ids = await archive(stores, 6)
        topic = await stores.topics.add("новость", "новость")
        await stores.topics.attach(ids[0], [topic.id])
        past = await stores.pasts.find(topic.id, ASKED, None)
        assert past == Past(new=(ids[5], ids[4], ids[3]), gone=())


async def test_what_there_was_no_time_for_stays(database: Database) -> None:
    async with database.transaction() as stores:
        ids = await archive(stores, 3)
        topic = await stores.topics.add("новость", "новость")
        await stores.topics.attach(ids[0], [topic.id])
        assert await stores.pasts.find(topic.id, ASKED, lambda _: False, seconds=0) == Past((), ())


async def test_what_came_or_was_withdrawn_meanwhile_is_left_alone(database: Database) -> None:
    async with database.transaction() as stores:
        ids = await archive(stores, 3)
        topic = await stores.topics.add("новость", "новость")
        past = await stores.pasts.find(topic.id, ASKED, None)
        source = await stores.sources.get(1)
        landed = await store(stores, new_article(9, source.id))
        await stores.topics.attach(landed, [topic.id])
        await stores.topics.attach(ids[2], [topic.id])
        await stores.articles.withdraw(ids[0], new_article(0, 1).published_at)
        await stores.pasts.keep(topic.id, past)
        assert await attached(stores, topic.id, [*ids, landed]) == [ids[1], ids[2], landed]
        assert await stores.topics.get_attached(ids[2]) == {topic.id: False}


async def test_a_topic_waits_for_its_past_when_it_is_new_or_named_anew(database: Database) -> None:
    async with database.transaction() as stores:

        async def waits(topic_id: int) -> bool:
            waiting = await stores.pasts.next_waiting() == topic_id
            await stores.pasts.keep(topic_id, Past((), ()))
            assert await stores.pasts.next_waiting() is None
            return waiting

        topic = await stores.topics.name_from_settings("ОДКБ", "одкб", [])
        assert await waits(topic.id)
        await stores.topics.name_from_settings("ОДКБ", "одкб", [])
        assert not await waits(topic.id)
        await stores.topics.name_from_settings("ОДКБ", "одкб", [Alias("CSTO", "csto", AliasOrigin.SETTINGS)])
        assert await waits(topic.id)
        await stores.topics.add_alias(topic.id, Alias("Пакт", "пакт", AliasOrigin.ADMIN))
        assert await waits(topic.id)
        await stores.topics.remove_alias(topic.id, "Пакт")
        assert await waits(topic.id)
        await stores.topics.keep_settings([])
        assert await waits(topic.id)
