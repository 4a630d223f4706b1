"""What visits taught is written down together, and one that cannot be written stops no other."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.checks import Checks
from bot.ingest.errors import IngestError
from storage.database import Database
from storage.records import Alert, AlertKind, SourceCheck
from tests.storage.conftest import NOW
from tests.storage.samples import AGENCY

COUNT = 5


async def test_one_that_cannot_be_written_stops_no_other(database: Database) -> None:
    async with database.transaction() as stores:
        sources = [
            await stores.sources.add(replace(AGENCY, url=f"https://agency.example/{n}", name=f"{n}"))
            for n in range(COUNT)
        ]
    later = NOW + timedelta(hours=1)
    checks = [SourceCheck(one.id, NOW, later, error="no answer") for one in sources]
    checks[2] = replace(checks[2], error="a letter that is none: \udcff")
    told = Alert(sources[3].id, AlertKind.FAILING, "no answer", NOW)
    book = Checks(database, lambda: COUNT)
    ended = await asyncio.gather(
        *(book.settle(check, [told] if check.source_id == told.source_id else []) for check in checks),
        return_exceptions=True,
    )
    assert [type(one) for one in ended] == [type(None), type(None), UnicodeEncodeError, type(None), type(None)]
    async with database.snapshot() as stores:
        assert [one.failures for one in await stores.sources.get_all()] == [1, 1, 0, 1, 1]
        assert len(await stores.alerts.get_waiting()) == 1
    await book.settle(replace(checks[2], error=str(IngestError("https://x/", "a letter that is none: \udcff"))))
    async with database.snapshot() as stores:
        assert (await stores.sources.get(sources[2].id)).last_error == "a letter that is none: ?"


async def test_whoever_was_cancelled_meanwhile_holds_nobody_up(database: Database) -> None:
    async with database.transaction() as stores:
        source = await stores.sources.add(AGENCY)
    book = Checks(database, lambda: 2)
    left = asyncio.create_task(book.settle(SourceCheck(source.id, NOW, NOW, error="cancelled")))
    await asyncio.sleep(0)
    left.cancel()
    with pytest.raises(asyncio.CancelledError):
        await left
    await book.settle(SourceCheck(source.id, NOW, NOW, error="later"))
    async with database.snapshot() as stores:
        assert (await stores.sources.get(source.id)).last_error == "later"
