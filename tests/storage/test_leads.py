"""A story keeps count of its pages and sources, is led by the best of them, and says when it grew."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from storage.database import Database
from storage.errors import NotFound
from storage.tables import growth
from tests.storage.conftest import NOW
from tests.storage.samples import CHANNEL, READER, new_article, store
from tests.storage.told import LATER, LONG, SHORT, add_sources, executed, grown, scans, show, tell


async def test_pages_and_sources_are_counted_and_each_is_a_new_version(database: Database) -> None:
    async with database.transaction() as stores:
        one, other = await add_sources(stores, 2)
        story_id, [first, *_] = await tell(stores, [(one, True), (one, True), (other, False), (other, True)])
        story = await stores.stories.get(story_id)
        assert (story.articles, story.sources, story.version, story.lead_article_id) == (4, 2, 4, first)
        assert (story.opened_at, story.changed_at) == (NOW, NOW + timedelta(minutes=3))


async def test_a_story_that_was_opened_for_its_first_page_is_in_its_first_version(database: Database) -> None:
    async with database.transaction() as stores:
        [one] = await add_sources(stores, 1)
        story = await stores.stories.get((await tell(stores, [(one, True)]))[0])
        assert (story.articles, story.sources, story.version) == (1, 1, 1)
        assert (story.follows_id, story.merged_into, story.is_marked) == (None, None, False)


async def test_a_page_of_the_past_that_comes_late_neither_closes_nor_renews_a_story(database: Database) -> None:
    async with database.transaction() as stores:
        [one] = await add_sources(stores, 1)
        story_id, _ = await tell(stores, [(one, True)])
        for at in (NOW - timedelta(days=2), NOW - timedelta(days=1)):
            await store(stores, new_article(at.day, one), story_id=story_id, at=at)
        story = await stores.stories.get(story_id)
        assert (story.opened_at, story.changed_at) == (NOW - timedelta(days=2), NOW)


@pytest.mark.parametrize(
    ("pages", "preferred", "lead"),
    [
        ("a! b! c!", "", 0),
        ("a b! c!", "", 1),  # the first is a flash of one line
        ("a b c", "", 0),
        ("a! b! c!", "c", 2),
        ("a! b c! b!", "cb", 2),
        ("a! b c! b!", "bc", 1),  # a preferred source leads by its first page, good or not
        ("a b! a!", "d", 1),
        ("a! b! b", "ba", 1),
    ],
)
async def test_the_first_preferred_source_leads_else_the_first_good_page(
    database: Database, pages: str, preferred: str, lead: int
) -> None:
    async with database.transaction() as stores:
        sources = dict(zip("abcd", await add_sources(stores, 4), strict=True))
        asked = [(sources[page[0]], page.endswith("!")) for page in pages.split()]
        story_id, ids = await tell(stores, asked, [sources[one] for one in preferred])
        assert (await stores.stories.get(story_id)).lead_article_id == ids[lead]


async def test_a_page_of_the_past_leads_only_a_story_that_nothing_else_tells(database: Database) -> None:
    """An archive that is read in later moves no news down the list."""
    async with database.transaction() as stores:
        one, other = await add_sources(stores, 2)

        async def past(day: int, told: int, at: datetime) -> int:
            new = new_article(900 + day, other, body=LONG, published_at=NOW - timedelta(days=day))
            article_id = await stores.articles.add(new, told, at, is_pushed=False, is_past=True)
            await stores.stories.grow(told, article_id, at, [other])
            return article_id

        story_id, ids = await tell(stores, [(one, False), (one, False)], [other])
        newer = await store(stores, new_article(9, one), at=LATER)
        early = await past(30, story_id, NOW - timedelta(days=30))
        story = await stores.stories.get(story_id)
        assert (story.lead_article_id, story.articles, story.opened_at) == (ids[0], 3, NOW - timedelta(days=30))
        assert [view.article.id for view in (await stores.stories.get_latest()).items] == [newer, ids[0]]
        await stores.articles.withdraw(ids[0], LATER, preferred=[other])
        assert (await stores.stories.get(story_id)).lead_article_id == ids[1]
        await stores.articles.withdraw(ids[1], LATER, preferred=[other])
        assert (await stores.stories.get(story_id)).lead_article_id == early
        await past(31, story_id, NOW - timedelta(days=31))
        again = await store(stores, new_article(10, one, body=SHORT), story_id=story_id, at=LATER)
        assert (await stores.stories.get(story_id)).lead_article_id == again


async def test_a_withdrawn_lead_is_followed_by_the_best_that_is_left(database: Database) -> None:
    async with database.transaction() as stores:
        one, other, favourite = await add_sources(stores, 3)
        pages = [(one, True), (other, False), (one, True), (favourite, False)]
        story_id, ids = await tell(stores, pages)
        await stores.articles.withdraw(ids[0], LATER)
        story = await stores.stories.get(story_id)
        assert (story.lead_article_id, story.articles, story.sources, story.version) == (ids[2], 3, 3, 5)
        await stores.articles.withdraw(ids[2], LATER, preferred=[favourite])
        story = await stores.stories.get(story_id)
        assert (story.lead_article_id, story.articles, story.sources, story.version) == (ids[3], 2, 2, 6)
        await stores.articles.withdraw(ids[1], LATER)
        assert (await stores.stories.get(story_id)).lead_article_id == ids[3]  # whatever leads goes on while it stands


async def test_a_story_of_which_nothing_stands_begins_anew_with_the_next_page(database: Database) -> None:
    async with database.transaction() as stores:
        one, other = await add_sources(stores, 2)
        story_id, [first] = await tell(stores, [(one, True)])
        await stores.articles.withdraw(first, LATER)
        story = await stores.stories.get(story_id)
        assert (story.articles, story.sources, story.lead_article_id) == (0, 0, first)
        second = await store(stores, new_article(9, other, body=SHORT), story_id=story_id)
        story = await stores.stories.get(story_id)
        assert (story.articles, story.sources, story.lead_article_id) == (1, 1, second)


async def test_only_what_channels_and_groups_show_is_noted_as_grown(database: Database) -> None:
    async with database.transaction() as stores:
        [one] = await add_sources(stores, 1)
        told = [(await tell(stores, [(one, True)]))[0]]
        for number in (20, 40):
            page = await store(stores, new_article(number, one))
            told.append((await stores.articles.get(page)).story_id)
        for chat in (CHANNEL, READER):
            await stores.chats.add(chat)
        for story_id, chat in zip(told, (CHANNEL, READER), strict=False):
            story = await stores.stories.get(story_id)
            await show(stores, chat.id, story, story.lead_article_id)
    assert await grown(database) == set()
    for at in (LATER, LATER + timedelta(hours=1)):
        async with database.transaction() as stores:
            for number, story_id in enumerate(told):
                await store(stores, new_article(at.hour * 10 + number, one), story_id=story_id, at=at)
    assert await grown(database) == {told[0]}
    async with database.writer.connect() as connection:
        assert (await connection.execute(sa.select(growth.c.since))).scalar() == LATER


async def test_a_page_that_is_taken_back_is_growth_too(database: Database) -> None:
    """A post that names its source is not true any more."""
    async with database.transaction() as stores:
        one, other = await add_sources(stores, 2)
        story_id, [first, second] = await tell(stores, [(one, True), (other, True)])
        await stores.chats.add(CHANNEL)
        await show(stores, CHANNEL.id, await stores.stories.get(story_id), first)
        await stores.articles.withdraw(second, LATER)
    assert await grown(database) == {story_id}


async def test_a_turn_is_kept_with_its_page(database: Database) -> None:
    async with database.transaction() as stores:
        [one] = await add_sources(stores, 1)
        story_id, [first] = await tell(stores, [(one, True)])
        turn = await stores.articles.add(new_article(9, one), story_id, NOW, is_pushed=True, is_turn=True)
        assert [article.is_turn for article in await stores.articles.get_many([first, turn])] == [False, True]


async def test_what_an_admin_calls_urgent_marks_its_story(database: Database) -> None:
    async with database.transaction() as stores:
        [one] = await add_sources(stores, 1)
        story_id, [_, second] = await tell(stores, [(one, True), (one, True)])
        other_id = (await stores.articles.get(await store(stores, new_article(9, one)))).story_id
        await stores.waves.hasten(second, NOW)
        assert [(await stores.stories.get(each)).is_marked for each in (story_id, other_id)] == [True, False]


async def test_each_new_page_costs_a_statement_or_two_that_read_no_table_from_end_to_end(database: Database) -> None:
    async with database.transaction() as stores:
        one, other = await add_sources(stores, 2)
        story_id = await stores.stories.open(NOW)
        pages = [await stores.articles.add(new_article(n, one), story_id, NOW, is_pushed=True) for n in range(2)]
        with executed(database) as first:
            await stores.stories.grow(story_id, pages[0], NOW, [other])
        with executed(database) as second:
            await stores.stories.grow(story_id, pages[1], NOW, [other])
    assert (len(first), len(second)) == (1, 2)
    assert await scans(database, second) == []


async def test_what_does_not_exist_cannot_grow(database: Database) -> None:
    async with database.transaction() as stores:
        [one] = await add_sources(stores, 1)
        _, [article_id] = await tell(stores, [(one, True)])
        with pytest.raises(NotFound):
            await stores.stories.grow(404, article_id, NOW)


async def test_articles_are_asked_for_their_stories_by_the_ten_thousand(database: Database) -> None:
    async with database.transaction() as stores:
        [one] = await add_sources(stores, 1)
        story_id, ids = await tell(stores, [(one, True), (one, True)])
        placed = await stores.stories.get_placed([*range(100, 35_100), *ids])
        assert placed == dict.fromkeys(ids, story_id)
        assert await stores.stories.get_placed([]) == {}
