"""Updates written down before they are confirmed."""

from datetime import timedelta

from storage.database import Database
from storage.inbox import OpenUpdate
from tests.storage.conftest import NOW

LATER = NOW + timedelta(seconds=5)


async def test_a_repeat_of_an_update_is_no_update(database: Database) -> None:
    async with database.transaction() as stores:
        assert await stores.inbox.add({7: "seven", 8: "eight"}, NOW) == {7, 8}
        assert await stores.inbox.add({}, NOW) == set()
    async with database.transaction() as stores:
        await stores.inbox.settle(7, None)
        assert await stores.inbox.add({7: "seven again", 8: "eight again", 9: "nine"}, LATER) == {9}
        assert await stores.inbox.get_open() == [
            OpenUpdate(8, NOW, "eight", None),
            OpenUpdate(9, LATER, "nine", None),
        ]


async def test_the_older_comes_first_whatever_its_number(database: Database) -> None:
    async with database.transaction() as stores:
        await stores.inbox.add({500: "a", 400: "b"}, NOW)
        await stores.inbox.add({3: "c"}, LATER)
        assert [one.body for one in await stores.inbox.get_open()] == ["b", "a", "c"]


async def test_replies_are_open_until_they_were_given(database: Database) -> None:
    async with database.transaction() as stores:
        await stores.inbox.add({7: "seven", 8: "eight"}, NOW)
        await stores.inbox.settle(7, "an answer")
        assert await stores.inbox.get_open() == [
            OpenUpdate(7, NOW, None, "an answer"),
            OpenUpdate(8, NOW, "eight", None),
        ]
        await stores.inbox.close([7, 8])
        await stores.inbox.close([])
        assert await stores.inbox.get_open() == []
        assert await stores.inbox.add({7: "seven", 8: "eight"}, LATER) == set()


async def test_numbers_are_forgotten_once_no_repeat_can_come_and_open_ones_never(database: Database) -> None:
    async with database.transaction() as stores:
        await stores.inbox.add({1: "one", 2: "two", 3: "three"}, NOW)
        await stores.inbox.settle(1, None)
        await stores.inbox.settle(2, "an answer")
        await stores.inbox.add({4: "four"}, LATER)
        await stores.inbox.settle(4, None)
        await stores.inbox.forget(LATER)
        assert await stores.inbox.add(dict.fromkeys((1, 2, 3, 4), "again"), LATER) == {1}


async def test_an_update_that_was_never_written_down_is_settled_without_a_trace(database: Database) -> None:
    async with database.transaction() as stores:
        await stores.inbox.settle(7, "an answer")
        assert await stores.inbox.get_open() == []
