"""Sketches of articles are found again by the order of arrival and by the days of publishing."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from storage.database import Database
from storage.records import NewArticle, SketchRow
from storage.sketches import SketchStore
from storage.stores import Stores
from tests.storage.conftest import NOW
from tests.storage.samples import AGENCY, new_article, store

LATER = NOW + timedelta(hours=1)


async def sketched(stores: Stores, new: NewArticle) -> SketchRow:
    """An article that was stored with a sketch, as it is to be read."""
    article_id = await store(stores, new)
    data = f"\x01{new.identity}".encode()
    await stores.sketches.keep(article_id, new.published_at, data)
    story_id = (await stores.stories.get_placed([article_id]))[article_id]
    return SketchRow(article_id, story_id, new.source_id, new.published_at, data)


async def test_they_are_read_from_the_newest_down_and_from_one_up(database: Database) -> None:
    async with database.transaction() as stores:
        source = await stores.sources.add(AGENCY)
        rows = [await sketched(stores, new_article(number, source.id)) for number in range(5)]
        await store(stores, new_article(9, source.id))  # that none was made of
        assert await stores.sketches.get_newest(3) == rows[:1:-1]
        assert await stores.sketches.get_newest(9, rows[2].article_id) == [rows[1], rows[0]]
        assert await stores.sketches.get_above(rows[1].article_id, 2) == rows[2:4]
        assert await stores.sketches.get_above(rows[4].article_id, 2) == []


async def test_a_changed_page_has_the_sketch_of_its_last_revision(database: Database) -> None:
    async with database.transaction() as stores:
        source = await stores.sources.add(AGENCY)
        row = await sketched(stores, new_article(1, source.id))
        await stores.sketches.keep(row.article_id, NOW + timedelta(days=3), b"\x01anew")
        [found] = await stores.sketches.get_newest(9)
        assert (found.article_id, found.data) == (row.article_id, b"\x01anew")
        day = stores.sketches.day_of(NOW)
        assert await stores.sketches.get_of_days(day, day) == []
        assert await stores.sketches.get_of_days(day + 3, day + 3) == [found]


async def test_a_withdrawn_article_is_compared_with_nothing(database: Database) -> None:
    async with database.transaction() as stores:
        source = await stores.sources.add(AGENCY)
        gone, stands = [await sketched(stores, new_article(number, source.id)) for number in (1, 2)]
        await stores.articles.withdraw(gone.article_id, LATER)
        day = stores.sketches.day_of(NOW)
        assert await stores.sketches.get_newest(9) == [stands]
        assert await stores.sketches.get_above(0, 9) == [stands]
        assert await stores.sketches.get_of_days(day - 1, day) == [stands]


async def test_they_are_found_by_days_with_the_story_that_each_is_in_now(database: Database) -> None:
    async with database.transaction() as stores:
        source = await stores.sources.add(AGENCY)
        days = [NOW - timedelta(days=number) for number in range(6)]
        news = [new_article(place, source.id, published_at=day) for place, day in enumerate(days)]
        rows = [await sketched(stores, new) for new in news]
        first = stores.sketches.day_of(days[4])
        assert await stores.sketches.get_of_days(first, first + 2) == rows[2:5]
        await stores.stories.merge(rows[2].story_id, rows[4].story_id, NOW)
        found = await stores.sketches.get_of_days(first, first + 2)
        assert [row.story_id for row in found] == [rows[2].story_id, rows[3].story_id, rows[2].story_id]


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(1970, 1, 1, tzinfo=UTC), 0),
        (datetime(1970, 1, 1, 23, 59, 59, 999_999, tzinfo=UTC), 0),
        (datetime(1970, 1, 2, tzinfo=UTC), 1),
        (datetime(1970, 1, 2, 4, tzinfo=timezone(timedelta(hours=5))), 0),
        (datetime(1969, 12, 31, 23, tzinfo=UTC), -1),
        (datetime(2026, 11, 22, 9, tzinfo=UTC), 20_779),
    ],
)
def test_days_are_whole_and_in_utc(moment: datetime, day: int) -> None:
    assert SketchStore.day_of(moment) == day
