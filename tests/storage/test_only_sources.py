"""A channel that asked for certain sources alone names no others; who asked for more sees all."""

from dataclasses import replace

from storage.database import Database
from storage.deliveries import Plan
from storage.pending import Memory
from storage.records import MOST_OTHERS, Chat, StoryView
from storage.stores import Stores
from tests.storage.conftest import NOW
from tests.storage.samples import CHANNEL, READER, new_article, store
from tests.storage.told import add_sources, tell, tell_one

OTHER_CHANNEL = replace(CHANNEL, id=-1001234567891)


async def add_channel(stores: Stores, chat: Chat, *source_ids: int) -> None:
    await stores.chats.add(chat)
    for one in source_ids:
        await stores.chats.follow(chat.id, source_id=one)


def named(view: StoryView) -> list[int]:
    return [one.source_id for one in view.others]


async def test_a_channel_names_the_sources_that_it_asked_for(database: Database) -> None:
    async with database.transaction() as stores:
        own, other, third = await add_sources(stores, 3)
        await add_channel(stores, CHANNEL, own, third)
        _, pages = await tell(stores, [(own, True), (other, True), (third, True), (own, True)])
        [view] = await stores.posts.get_views(CHANNEL.id, [pages[0]])
        assert (named(view), view.sources) == ([third, own], 2)
        assert await stores.growths.names_others(CHANNEL.id)


async def test_whoever_follows_a_topic_of_any_source_and_every_reader_sees_all(database: Database) -> None:
    async with database.transaction() as stores:
        own, other = await add_sources(stores, 2)
        await add_channel(stores, CHANNEL, own)
        await stores.chats.follow(CHANNEL.id)
        await add_channel(stores, READER, own)
        await add_channel(stores, OTHER_CHANNEL)
        _, pages = await tell(stores, [(own, True), (other, True)])
        for chat in (CHANNEL, READER, OTHER_CHANNEL):
            [view] = await stores.posts.get_views(chat.id, [pages[0]])
            assert (named(view), view.sources) == ([other], 2)
            assert await stores.growths.names_others(chat.id)


async def test_the_story_before_is_named_where_it_was_the_channels_own(database: Database) -> None:
    async with database.transaction() as stores:
        own, other = await add_sources(stores, 2)
        await add_channel(stores, CHANNEL, own)
        shown = []
        for number, source_id in enumerate((own, other)):
            closed, _ = await tell_one(stores, source_id, number)
            _, echo = await tell_one(stores, own, 10 + number, follows_id=closed)
            [view] = await stores.posts.get_views(CHANNEL.id, [echo])
            shown.append(None if view.before is None else view.before.source_id)
        assert shown == [own, None]


async def test_pages_of_others_take_no_place_among_those_named(database: Database) -> None:
    async with database.transaction() as stores:
        own, other, third = await add_sources(stores, 3)
        await add_channel(stores, CHANNEL, own, third)
        _, pages = await tell(stores, [(own, True), *[(other, True)] * MOST_OTHERS, (third, True)])
        [view] = await stores.posts.get_views(CHANNEL.id, [pages[0]])
        assert named(view) == [third]


async def test_what_one_channel_is_shown_is_not_taken_for_another(database: Database) -> None:
    """Claims of one look share what they looked up."""
    async with database.transaction() as stores:
        own, other = await add_sources(stores, 2)
        await add_channel(stores, CHANNEL, own)
        await add_channel(stores, OTHER_CHANNEL, own, other)
        story_id, [page] = await tell(stores, [(own, True)])
        await store(stores, new_article(9, other), story_id=story_id, at=NOW)
        plans = [Plan(await stores.chats.get(chat.id), (page,), page) for chat in (CHANNEL, OTHER_CHANNEL)]
        views = await stores.mailbox.get_views(plans, Memory())
        assert [named(view) for [view] in views] == [[], [other]]
        assert not await stores.growths.names_others(CHANNEL.id)
