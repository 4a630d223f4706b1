"""A page that is another story's takes along what shows it, and the two stay two."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
import sqlalchemy as sa

from storage.database import Database
from storage.errors import NotFound, NothingLeft
from storage.tables import ahead
from tests.storage.conftest import NOW
from tests.storage.samples import CHANNEL, READER
from tests.storage.told import LATER, add_sources, executed, grown, ids_of, in_ahead, scans, show, tell, tell_one, two


async def test_pages_that_are_split_off_are_a_story_kept_apart(database: Database) -> None:
    async with database.transaction() as stores:
        kept, its, gone, pages = await two(stores)
        await stores.stories.merge(kept, gone, LATER)
        merged = await stores.stories.get(kept)
        new = await stores.stories.split([pages[1], its[0]], LATER)
        one, other = await stores.stories.get(kept), await stores.stories.get(new)
        assert (await ids_of(stores, kept), await ids_of(stores, new)) == ([its[1], pages[0]], [its[0], pages[1]])
        assert (one.articles, one.sources, one.lead_article_id) == (2, 1, its[1])
        assert (other.articles, other.sources, other.lead_article_id) == (2, 2, its[0])
        assert one.version == other.version == merged.version + 1
        assert (one.opened_at, one.changed_at) == (NOW + timedelta(minutes=1), LATER)
        assert (other.opened_at, other.changed_at) == (NOW, LATER + timedelta(minutes=1))
        assert await stores.stories.get_apart() == [(kept, new)]


async def test_messages_and_what_was_given_ahead_go_with_their_pages(database: Database) -> None:
    async with database.transaction() as stores:
        kept, its, _, _ = await two(stores)
        for chat in (CHANNEL, READER):
            await stores.chats.add(chat)
            for article_id in its:
                await show(stores, chat.id, await stores.stories.get(kept), article_id)
    given = [
        {"chat_id": CHANNEL.id, "story_id": kept, "article_id": its[0]},
        {"chat_id": READER.id, "story_id": kept, "article_id": its[1]},
    ]
    async with database.writer.begin() as connection:
        await connection.execute(sa.insert(ahead), given)
    async with database.transaction() as stores:
        new = await stores.stories.split([its[1]], LATER)
        for chat in (CHANNEL, READER):
            assert await stores.posts.get_of_story(chat.id, kept) == [its[0]]
            assert await stores.posts.get_of_story(chat.id, new) == [its[1]]
    assert await in_ahead(database) == [(CHANNEL.id, kept, its[0]), (READER.id, new, its[1])]
    assert await grown(database) == {kept, new}


@pytest.mark.parametrize("chosen", [[0, 1], [1, 2], [0, 1, 2], [2]])
async def test_neither_of_two_stories_may_be_left_without_a_page(database: Database, chosen: Sequence[int]) -> None:
    """The third page is withdrawn."""
    async with database.transaction() as stores:
        one, other = await add_sources(stores, 2)
        story_id, ids = await tell(stores, [(one, True), (other, True), (one, True)])
        await stores.articles.withdraw(ids[2], LATER)
        before = await stores.stories.get(story_id)
        asked = [ids[number] for number in chosen]
        if chosen == [1, 2]:
            assert await ids_of(stores, await stores.stories.split(asked, LATER)) == [ids[1]]
            return
        with pytest.raises(NothingLeft):
            await stores.stories.split(asked, LATER)
        assert await stores.stories.get(story_id) == before


async def test_pages_of_two_stories_and_pages_that_there_are_not_are_not_split_off(database: Database) -> None:
    async with database.transaction() as stores:
        _, its, _, pages = await two(stores)
        with pytest.raises(ValueError, match="2 stories"):
            await stores.stories.split([its[0], pages[0]], LATER)
        with pytest.raises(NotFound):
            await stores.stories.split([its[0], 404], LATER)


async def test_the_mark_of_an_admin_stays_with_the_page_that_has_it(database: Database) -> None:
    async with database.transaction() as stores:
        kept, its, _, _ = await two(stores)
        await stores.waves.hasten(its[1], LATER)
        new = await stores.stories.split([its[1]], LATER)
        assert [(await stores.stories.get(one)).is_marked for one in (kept, new)] == [False, True]


async def test_neither_merging_nor_splitting_reads_a_table_from_end_to_end(database: Database) -> None:
    async with database.transaction() as stores:
        kept, its, gone, _ = await two(stores)
        other, _ = await tell_one(stores, (await add_sources(stores, 1))[0], 3, gone)
        await stores.stories.keep_apart(gone, other)
        await stores.chats.add(CHANNEL)
        await show(stores, CHANNEL.id, await stores.stories.get(kept), its[0])
        with executed(database) as merging:
            await stores.stories.merge(kept, gone, LATER)
        with executed(database) as splitting:
            await stores.stories.split([its[0]], LATER)
    assert await scans(database, [*merging, *splitting]) == []
    touched = " ".join(statement for statement, _ in merging)
    assert "opened_at >=" not in touched, "no look through all later stories"


async def test_what_was_split_off_can_be_merged_again(database: Database) -> None:
    async with database.transaction() as stores:
        kept, its, _, _ = await two(stores)
        new = await stores.stories.split([its[0]], LATER)
        await stores.stories.merge(kept, new, LATER)
        assert (await ids_of(stores, kept), await stores.stories.get_apart()) == (its, [])
