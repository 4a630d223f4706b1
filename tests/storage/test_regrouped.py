"""Whoever keeps stories in memory hears which articles are in another story since, or went."""

from datetime import timedelta

import pytest

from storage.database import Database
from storage.stores import Stores
from tests.storage.conftest import NOW
from tests.storage.told import LATER, add_sources, executed, scans, tell_one, two


async def heard(stores: Stores, after: int = 0) -> list[int]:
    """Articles of which something was noted after this entry."""
    return [article_id for _, article_id in await stores.sketches.get_regrouped(after)]


async def test_pages_that_are_merged_split_off_or_withdrawn_are_told_once_each(database: Database) -> None:
    async with database.transaction() as stores:
        kept, its, gone, pages = await two(stores)
        assert (await heard(stores), await stores.sketches.get_last_regrouped()) == ([], 0)
        await stores.stories.merge(kept, gone, LATER)
        await stores.stories.merge(kept, gone, LATER)  # is one already
        assert await heard(stores) == pages
        merged = await stores.sketches.get_last_regrouped()
        await stores.stories.split([its[0], pages[1]], LATER)
        assert await heard(stores, merged) == [its[0], pages[1]]
        divided = await stores.sketches.get_last_regrouped()
        await stores.articles.withdraw(its[1], LATER)
        await stores.articles.withdraw(its[1], LATER)  # was so already
        assert await heard(stores, divided) == [its[1]]
        assert await heard(stores, await stores.sketches.get_last_regrouped()) == []


async def test_entries_are_never_numbered_anew(database: Database) -> None:
    """Who stands at an entry that was forgotten hears of the next one."""
    async with database.transaction() as stores:
        await stores.sketches.note_regrouped([7, -8], NOW)
        await stores.sketches.note_regrouped([], NOW)
        last = await stores.sketches.get_last_regrouped()
        await stores.sketches.forget_regrouped(NOW)
        assert await stores.sketches.get_regrouped(0) == [(last - 1, 7), (last, -8)]
        await stores.sketches.forget_regrouped(NOW + timedelta(seconds=1))
        assert (await heard(stores), await stores.sketches.get_last_regrouped()) == ([], 0)
        await stores.sketches.note_regrouped([9], LATER)
        assert await stores.sketches.get_regrouped(last) == [(last + 1, 9)]


async def test_those_that_stand_are_read_with_the_story_that_each_is_in_now(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.sketches.PARAMETERS", 2)
    async with database.transaction() as stores:
        kept, its, gone, pages = await two(stores)
        for article_id in (*its, *pages):
            await stores.sketches.keep(article_id, NOW, b"\x01")
        await stores.stories.merge(kept, gone, LATER)
        await stores.articles.withdraw(its[0], LATER)
        found = await stores.sketches.get_of([404, *reversed(pages), *its, its[1]])
        assert [(row.article_id, row.story_id) for row in found] == [(one, kept) for one in (its[1], *pages)]
        assert await stores.sketches.get_of([]) == []


async def test_nothing_of_the_log_and_no_sketches_are_read_from_end_to_end(database: Database) -> None:
    async with database.transaction() as stores:
        [source_id] = await add_sources(stores, 1)
        for number in range(3):
            _, article_id = await tell_one(stores, source_id, number)
            await stores.sketches.keep(article_id, NOW, b"\x01")
    async with database.transaction() as stores:
        await stores.sketches.note_regrouped([1, 2], NOW)
        with executed(database) as statements:
            await stores.sketches.get_regrouped(1)
            await stores.sketches.get_last_regrouped()
            await stores.sketches.get_of([1, 2])
            await stores.sketches.forget_regrouped(LATER)
    assert len(statements) == 4
    assert await scans(database, statements) == []
