"""A story on its way through its chats: one row for each audience, and where it stands."""

from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa

from storage.database import Database
from storage.records import ChatState, Rank, Schedule
from storage.stores import Stores
from storage.tables import chat as chat_table
from tests.storage.conftest import NOW
from tests.storage.samples import (
    AGENCY,
    CHANNEL,
    READER,
    claim_all,
    follow_everything,
    new_article,
    pending,
    settle,
    store,
    sweep,
)


async def send_out(stores: Stores, number: int, source_id: int) -> int:
    article_id = await store(stores, new_article(number, source_id))
    await stores.waves.open(article_id, NOW)
    return article_id


async def test_a_story_goes_to_those_who_follow_and_nobody_else(database: Database) -> None:
    async with database.transaction() as stores:
        source_id = await follow_everything(stores, READER)
        await stores.chats.add(replace(READER, id=1002))
        await stores.chats.add(replace(READER, id=1003, state=ChatState.STOPPED))
        await stores.chats.follow(1003)
        await send_out(stores, 1, source_id)
        assert await sweep(stores) == [READER.id]
        assert await sweep(stores) == []


async def test_a_story_without_followers_costs_nothing(database: Database) -> None:
    async with database.transaction() as stores:
        source = await stores.sources.add(AGENCY)
        topic = await stores.topics.add("ОДКБ", "одкб")
        await stores.chats.add(READER)
        await stores.chats.follow(READER.id, topic_id=topic.id)
        assert await stores.waves.open(await store(stores, new_article(1, source.id)), NOW) == 0


async def test_channels_go_first_then_topics_then_those_who_take_everything(database: Database) -> None:
    async with database.transaction() as stores:
        source_id = await follow_everything(stores, READER)
        await follow_everything(stores, CHANNEL)
        topic = await stores.topics.add("ОДКБ", "одкб")
        await stores.chats.add(replace(READER, id=1002))
        await stores.chats.follow(1002, topic_id=topic.id)
        article_id = await store(stores, new_article(1, source_id))
        await stores.topics.attach(article_id, [topic.id])
        assert await stores.waves.open(article_id, NOW) == 3
        assert await sweep(stores) == [CHANNEL.id, 1002, READER.id]


async def test_an_older_story_for_everyone_goes_before_a_newer_topic_once_it_has_waited(database: Database) -> None:
    async with database.transaction() as stores:
        source_id = await follow_everything(stores, READER)
        topic = await stores.topics.add("ОДКБ", "одкб")
        await stores.chats.add(replace(READER, id=1002))
        await stores.chats.follow(1002, topic_id=topic.id)
        await send_out(stores, 1, source_id)
        later = await store(stores, new_article(2, source_id))
        await stores.topics.attach(later, [topic.id])
        await stores.waves.open(later, NOW + timedelta(hours=1))
        first = await stores.waves.get_next()
        assert first is not None
        assert first.rank is Rank.EVERYTHING


async def test_an_urgent_story_goes_before_everything(database: Database) -> None:
    async with database.transaction() as stores:
        source_id = await follow_everything(stores, READER)
        await follow_everything(stores, CHANNEL)
        await send_out(stores, 1, source_id)
        urgent = await send_out(stores, 2, source_id)
        await stores.waves.hasten(urgent, NOW)
        first = await stores.waves.get_next()
        assert first is not None
        assert (first.article_id, first.is_urgent) == (urgent, True)
        assert (await stores.articles.get(urgent)).is_urgent


async def test_a_wave_goes_on_where_it_stood(database: Database) -> None:
    async with database.transaction() as stores:
        source_id = await follow_everything(stores, READER)
        for number in (1002, 1003):
            await stores.chats.add(replace(READER, id=number))
            await stores.chats.follow(number)
        await send_out(stores, 1, source_id)
    reached = []
    for _ in range(3):
        async with database.transaction() as stores:
            wave = await stores.waves.get_next()
            assert wave is not None
            swept = await stores.waves.sweep(wave, 1)
            reached += [chat.id for chat in swept.chats]
            await stores.waves.move(swept.wave, is_over=swept.is_over)
    assert reached == [READER.id, 1002, 1003]


async def test_chats_that_have_passed_the_story_or_have_it_on_its_way_are_not_reached(database: Database) -> None:
    async with database.transaction() as stores:
        source_id = await follow_everything(stores, READER)
        await stores.chats.add(replace(READER, id=1002))
        await stores.chats.follow(1002)
        await send_out(stores, 1, source_id)
        await settle(stores, await claim_all(stores, READER.id))
        await claim_all(stores, 1002)
        assert await sweep(stores) == []


async def test_a_story_that_comes_while_an_older_one_is_on_its_way_reaches_the_chat_as_busy(database: Database) -> None:
    async with database.transaction() as stores:
        source_id = await follow_everything(stores, READER)
        await send_out(stores, 1, source_id)
        claim = await claim_all(stores, READER.id)
        second = await send_out(stores, 2, source_id)
        wave = await stores.waves.get_next()
        assert wave is not None
        await stores.waves.move(wave, is_over=True)
        wave = await stores.waves.get_next()
        assert wave is not None
        assert (await stores.waves.sweep(wave, 10)).busy == {READER.id}
        await settle(stores, claim)
        assert await pending(stores, READER.id) == [second]


async def test_fanning_out_writes_to_no_chat(database: Database) -> None:
    async with database.transaction() as stores:
        source_id = await follow_everything(stores, READER)
        daily = replace(READER, id=1002, schedule=Schedule.DAILY, due_at=NOW + timedelta(hours=9))
        await stores.chats.add(daily)
        await stores.chats.follow(1002)
        connection = stores.mailbox._connection
        before = [tuple(row) for row in await connection.execute(sa.select(chat_table))]
        await send_out(stores, 1, source_id)
        assert [tuple(row) for row in await connection.execute(sa.select(chat_table))] == before
