"""Chats: what they follow, and what happens to it when they move, leave or are forgotten."""

from dataclasses import replace
from datetime import timedelta

from storage.database import Database
from storage.records import ChatState, Rank
from tests.storage.conftest import NOW
from tests.storage.samples import CHANNEL, READER, follow_everything, new_article, store


async def test_a_group_takes_everything_along_when_it_migrates(database: Database) -> None:
    async with database.transaction() as stores:
        await follow_everything(stores, replace(READER, id=-42))
        await stores.chats.migrate(-42, -10042, NOW)
        assert await stores.chats.find(-42) is None
        assert len(await stores.chats.get_follows(-10042)) == 1


async def test_deleting_a_chat_forgets_all_of_it(database: Database) -> None:
    async with database.transaction() as stores:
        source_id = await follow_everything(stores, READER)
        article_id = await store(stores, new_article(1, source_id))
        assert await stores.chats.bookmark(READER.id, article_id, NOW)
        await stores.chats.delete(READER.id)
        assert await stores.chats.find(READER.id) is None
        assert await stores.chats.get_follows(READER.id) == []
        assert (await stores.chats.get_saved(READER.id)).items == ()


async def test_a_migration_told_twice_or_met_before_loses_no_follow(database: Database) -> None:
    async with database.transaction() as stores:
        source_id = await follow_everything(stores, replace(READER, id=-42))
        await stores.chats.add(replace(READER, id=-10042))
        await stores.chats.follow(-10042, source_id=source_id)
        await stores.chats.migrate(-42, -10042, NOW)
        await stores.chats.migrate(-42, -10042, NOW)
        follows = {(view.follow.topic_id, view.follow.source_id) for view in await stores.chats.get_follows(-10042)}
        assert follows == {(None, None), (None, source_id)}


async def test_channels_that_leave_the_settings_receive_nothing(database: Database) -> None:
    async with database.transaction() as stores:
        for number, username in ((-101, "Khabar_News"), (-102, None), (-103, "other")):
            chat = replace(CHANNEL, id=number, username=username, from_settings=True)
            await stores.chats.add(chat)
        await stores.chats.add(replace(CHANNEL, id=-104))
        await stores.chats.keep_settings(["@khabar_news", -102])
        states = {number: (await stores.chats.get(number)).state for number in (-101, -102, -103, -104)}
        assert states == dict.fromkeys((-101, -102, -104), ChatState.ACTIVE) | {-103: ChatState.STOPPED}


async def test_who_goes_first_follows_from_what_a_chat_is_and_follows(database: Database) -> None:
    async with database.transaction() as stores:
        await follow_everything(stores, CHANNEL)
        topic = await stores.topics.add("ОДКБ", "одкб")
        stale = await stores.chats.add(READER)
        ranks = [(await stores.chats.get(CHANNEL.id)).rank]
        for change in (stores.chats.follow(READER.id, topic_id=topic.id), stores.chats.follow(READER.id)):
            await change
            ranks.append((await stores.chats.get(READER.id)).rank)
        await stores.chats.save(replace(stale, is_silent=True))
        ranks.append((await stores.chats.get(READER.id)).rank)
        await stores.chats.unfollow(READER.id)
        ranks.append((await stores.chats.get(READER.id)).rank)
    assert ranks == [Rank.CHANNEL, Rank.TOPIC, Rank.EVERYTHING, Rank.EVERYTHING, Rank.TOPIC]


async def test_a_bookmark_of_a_withdrawn_article_is_not_shown(database: Database) -> None:
    async with database.transaction() as stores:
        source_id = await follow_everything(stores, READER)
        kept, taken_back = [await store(stores, new_article(number, source_id)) for number in (1, 2)]
        for article_id in (kept, taken_back):
            assert await stores.chats.bookmark(READER.id, article_id, NOW)
        assert await stores.articles.withdraw(taken_back, NOW)
        assert [view.article.id for view in (await stores.chats.get_saved(READER.id)).items] == [kept]


async def test_a_story_stands_once_among_the_bookmarks_however_many_of_its_pages_were_saved(database: Database) -> None:
    async with database.transaction() as stores:
        source_id = await follow_everything(stores, READER)
        story_id = await stores.stories.open(NOW)
        russian, tajik, again = [
            await store(stores, new_article(number, source_id, language=language), story_id=story_id)
            for number, language in enumerate(("ru", "tg", "ru"))
        ]
        between, unsaved = [await store(stores, new_article(number, source_id)) for number in (3, 4)]
        for minute, article_id in enumerate((russian, again, between, tajik)):
            assert await stores.chats.bookmark(READER.id, article_id, NOW + timedelta(minutes=minute))
        for language, shown in ((None, tajik), ("tg", tajik), ("ru", again), ("en", tajik)):
            saved = await stores.chats.get_saved(READER.id, language=language)
            assert [view.article.id for view in saved.items] == [shown, between], language
        first, rest = [await stores.chats.get_saved(READER.id, page, size=1, language="ru") for page in (0, 1)]
        assert [view.article.id for page in (first, rest) for view in page.items] == [again, between]
        assert (first.older, rest.older) == (True, False)
        await stores.articles.withdraw(again, NOW)
        saved = await stores.chats.get_saved(READER.id, language="ru")
        assert [view.article.id for view in saved.items] == [russian, between]
        assert unsaved not in {view.article.id for view in saved.items}
