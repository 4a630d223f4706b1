"""What is counted of messages, and what an operator is shown of the load, on a real file."""

from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa

from storage.database import Database
from storage.deliveries import ChatCount, Load, Outcome
from storage.records import ChatKind, ChatState
from storage.tables import in_flight, wave
from tests.storage.conftest import NOW
from tests.storage.samples import AGENCY, CHANNEL, READER, new_article, store

TODAY = NOW.date()


async def test_counts_of_a_day_add_up_and_days_are_summed(database: Database) -> None:
    async with database.transaction() as stores:
        await stores.tallies.count(TODAY - timedelta(days=1), {Outcome.DELIVERED: 40})
        await stores.tallies.count(TODAY, {Outcome.DELIVERED: 3, Outcome.BLOCKED: 1, Outcome.MISSED: 0})
    async with database.transaction() as stores:
        await stores.tallies.count(TODAY, {Outcome.DELIVERED: 4})
        await stores.tallies.count(TODAY, {})
    async with database.snapshot() as stores:
        assert await stores.tallies.get(TODAY) == {"delivered": 7, "blocked": 1}
        assert await stores.tallies.get(TODAY - timedelta(days=6)) == {"delivered": 47, "blocked": 1}
        assert await stores.tallies.get(TODAY + timedelta(days=1)) == {}


async def test_old_days_are_forgotten(database: Database) -> None:
    async with database.transaction() as stores:
        for age in range(3):
            await stores.tallies.count(TODAY - timedelta(days=age), {Outcome.EDITED: 1})
        await stores.tallies.forget(TODAY - timedelta(days=1))
        assert await stores.tallies.get(TODAY - timedelta(days=30)) == {"edited": 2}


async def test_the_load_counts_what_is_due_open_and_on_its_way(database: Database) -> None:
    later = NOW + timedelta(minutes=5)
    async with database.transaction() as stores:
        assert await stores.tallies.get_load(NOW) == Load(0, 0, None, 0, 0)
        for number, due_at in enumerate((NOW, later, None)):
            await stores.chats.add(replace(READER, id=READER.id + number, due_at=due_at))
        await stores.chats.add(replace(CHANNEL, due_at=NOW))
        source = await stores.sources.add(AGENCY)
        article_id = await store(stores, new_article(1, source.id))
    async with database.writer.begin() as connection:
        opened = {"article_id": article_id, "rank": 1, "is_urgent": False, "deadline": NOW}
        await connection.execute(sa.insert(wave), [opened, opened])
        sent: dict[str, object] = {"until": 1, "claimed_at": NOW, "articles": [], "more": 0, "missed": 0}
        sent |= {"is_ahead": False, "has_rest": False}
        flying = [(READER.id, NOW), (CHANNEL.id, None)]
        rows = [sent | {"chat_id": chat_id, "doubt_at": doubt_at} for chat_id, doubt_at in flying]
        await connection.execute(sa.insert(in_flight), rows)
    async with database.snapshot() as stores:
        assert await stores.tallies.get_load(NOW) == Load(2, 2, NOW, 2, 1)
        assert (await stores.tallies.get_load(later)).due_chats == 3


async def test_chats_are_counted_by_kind_and_state(database: Database) -> None:
    async with database.transaction() as stores:
        assert await stores.tallies.count_chats() == []
        for number in range(3):
            await stores.chats.add(replace(READER, id=READER.id + number))
        await stores.chats.add(replace(READER, id=77, state=ChatState.BLOCKED))
        await stores.chats.add(CHANNEL)
        assert await stores.tallies.count_chats() == [
            ChatCount(ChatKind.PRIVATE, ChatState.ACTIVE, 3),
            ChatCount(ChatKind.PRIVATE, ChatState.BLOCKED, 1),
            ChatCount(ChatKind.CHANNEL, ChatState.ACTIVE, 1),
        ]
