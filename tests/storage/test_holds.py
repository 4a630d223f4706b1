"""What Telegram asked to wait for is known to the next process."""

from datetime import timedelta

from storage.database import Database
from tests.storage.conftest import NOW


async def test_a_hold_is_kept_until_it_is_over(database: Database) -> None:
    async with database.transaction() as stores:
        await stores.holds.save(0, NOW + timedelta(seconds=5))
        await stores.holds.save(-100123, NOW + timedelta(seconds=40))
        await stores.holds.save(-100123, NOW + timedelta(seconds=60))
        await stores.holds.save(7, NOW)
    async with database.snapshot() as stores:
        assert await stores.holds.get_all(NOW) == {
            0: NOW + timedelta(seconds=5),
            -100123: NOW + timedelta(seconds=60),
        }
        assert await stores.holds.get_all(NOW + timedelta(seconds=5)) == {-100123: NOW + timedelta(seconds=60)}


async def test_holds_that_are_over_are_forgotten(database: Database) -> None:
    async with database.transaction() as stores:
        await stores.holds.save(7, NOW)
        await stores.holds.save(8, NOW + timedelta(seconds=1))
        await stores.holds.forget(NOW)
    async with database.snapshot() as stores:
        assert list(await stores.holds.get_all(NOW - timedelta(days=1))) == [8]
