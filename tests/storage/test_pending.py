"""What waits for a chat: after its position, by its follows, each story once."""

from dataclasses import replace

from storage.database import Database
from storage.pasts import Past
from storage.pending import Memory
from tests.storage.conftest import NOW
from tests.storage.samples import (
    AGENCY,
    READER,
    claim_all,
    follow_everything,
    new_article,
    pending,
    settle,
    store,
)

OTHER = replace(AGENCY, url="https://other.example/rss", name="Другое")


async def test_it_is_what_came_after_the_position(database: Database) -> None:
    async with database.transaction() as stores:
        source_id = await follow_everything(stores, READER)
        ids = [await store(stores, new_article(number, source_id)) for number in range(5)]
        assert await pending(stores, READER.id, position=ids[0]) == ids[1:]


async def test_what_came_before_the_follow_does_not_wait(database: Database) -> None:
    async with database.transaction() as stores:
        source = await stores.sources.add(AGENCY)
        await store(stores, new_article(1, source.id))
        await stores.chats.add(READER)
        await stores.chats.follow(READER.id)
        later = await store(stores, new_article(2, source.id))
        assert await pending(stores, READER.id) == [later]


async def test_backfilled_and_withdrawn_articles_wait_for_nobody(database: Database) -> None:
    async with database.transaction() as stores:
        source_id = await follow_everything(stores, READER)
        await store(stores, new_article(1, source_id), is_pushed=False)
        taken_back = await store(stores, new_article(2, source_id))
        assert await stores.articles.withdraw(taken_back, NOW)
        assert await pending(stores, READER.id) == []


async def test_a_story_comes_once_though_another_page_tells_it_later(database: Database) -> None:
    async with database.transaction() as stores:
        source_id = await follow_everything(stores, READER)
        first = await store(stores, new_article(1, source_id))
        story_id = (await stores.articles.get(first)).story_id
        await store(stores, new_article(2, source_id), story_id=story_id)
        assert await pending(stores, READER.id, position=first) == []
        assert await pending(stores, READER.id) == [first]


async def test_a_story_whose_first_page_was_taken_down_is_told_by_the_next(database: Database) -> None:
    """Nobody knows whether the chat ever saw the first: its position may have passed it withdrawn."""
    async with database.transaction() as stores:
        source_id = await follow_everything(stores, READER)
        first = await store(stores, new_article(1, source_id))
        story_id = (await stores.articles.get(first)).story_id
        await stores.articles.withdraw(first, NOW)
        await store(stores, new_article(2, source_id), story_id=story_id)
        again = await store(stores, new_article(3, source_id), story_id=story_id)
        assert await pending(stores, READER.id, position=first) == [again - 1]


async def test_chats_that_ask_alike_but_began_at_different_times_are_told_apart(database: Database) -> None:
    """Who followed between two pages of a story has not been told it; who was there before has."""
    async with database.transaction() as stores:
        source_id = await follow_everything(stores, READER)
        first = await store(stores, new_article(1, source_id))
        await stores.chats.add(replace(READER, id=1002, position=first))
        await stores.chats.follow(1002)
        story_id = (await stores.articles.get(first)).story_id
        again = await store(stores, new_article(2, source_id), story_id=story_id)
        chats = [replace(await stores.chats.get(one), position=first) for one in (READER.id, 1002)]
        waits = [
            [one.article_id for one in found.stories]
            for found in await stores.mailbox.get_pending(chats, Memory(), NOW)
        ]
        assert waits == [[], [again]]


async def test_a_follower_of_the_second_source_gets_the_story_from_it(database: Database) -> None:
    async with database.transaction() as stores:
        agency = await stores.sources.add(AGENCY)
        other = await stores.sources.add(OTHER)
        await stores.chats.add(READER)
        await stores.chats.follow(READER.id, source_id=other.id)
        story_id = await stores.stories.open(NOW)
        first = await store(stores, new_article(1, agency.id), story_id=story_id)
        copy = await store(stores, new_article(2, other.id), story_id=story_id)
        assert await pending(stores, READER.id, position=first) == [copy]


async def test_a_follow_of_a_topic_and_a_source_asks_for_both(database: Database) -> None:
    async with database.transaction() as stores:
        agency, other = await stores.sources.add(AGENCY), await stores.sources.add(OTHER)
        topic = await stores.topics.add("ОДКБ", "одкб")
        await stores.chats.add(READER)
        await stores.chats.follow(READER.id, topic_id=topic.id, source_id=agency.id)
        wanted = await store(stores, new_article(1, agency.id))
        await store(stores, new_article(2, agency.id))
        elsewhere = await store(stores, new_article(3, other.id))
        for article_id in (wanted, elsewhere):
            await stores.topics.attach(article_id, [topic.id])
        assert await pending(stores, READER.id) == [wanted]
        claim = await claim_all(stores, READER.id)
        [[view]] = await stores.mailbox.get_views([claim.plan], Memory())
        assert view.topics == ("ОДКБ",)


async def test_what_a_topic_finds_in_the_archive_later_is_not_pushed(database: Database) -> None:
    async with database.transaction() as stores:
        agency = await stores.sources.add(AGENCY)
        topic = await stores.topics.add("ОДКБ", "одкб")
        await stores.chats.add(READER)
        await stores.chats.follow(READER.id, topic_id=topic.id)
        told, found_later = [await store(stores, new_article(number, agency.id)) for number in (1, 2)]
        await stores.topics.attach(told, [topic.id])
        await stores.pasts.keep(topic.id, Past(new=(told, found_later), gone=()))
        assert await pending(stores, READER.id) == [told]


async def test_a_story_given_out_of_its_turn_does_not_come_again(database: Database) -> None:
    async with database.transaction() as stores:
        source_id = await follow_everything(stores, READER)
        ids = [await store(stores, new_article(number, source_id)) for number in range(3)]
        claim = await claim_all(stores, READER.id)
        early = replace(claim, plan=replace(claim.plan, article_ids=(ids[1],), until=0, is_ahead=True))
        await settle(stores, early)
        assert await pending(stores, READER.id) == [ids[0], ids[2]]
        await settle(stores, await claim_all(stores, READER.id))
        assert await pending(stores, READER.id) == []
        await stores.mailbox.forget_ahead()
        assert await pending(stores, READER.id, position=0) == ids


async def test_a_long_way_behind_is_looked_up_for_each_alone(database: Database) -> None:
    async with database.transaction() as stores:
        source_id = await follow_everything(stores, READER)
        await stores.chats.add(replace(READER, id=1002))
        await stores.chats.follow(1002, source_id=source_id)
        ids = [await store(stores, new_article(number, source_id)) for number in range(205)]
        chats = [await stores.chats.get(one) for one in (READER.id, 1002)]
        found = await stores.mailbox.get_pending(chats, Memory(), NOW)
        assert [[one.article_id for one in each.stories] for each in found] == [ids, ids]
