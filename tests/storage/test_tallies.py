"""What is counted of messages, and what an operator is shown of the load, on a real file."""

from datetime import timedelta

from storage.database import Database
from storage.deliveries import Outcome
from tests.storage.conftest import NOW

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
