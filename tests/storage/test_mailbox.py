"""Positions, the journal and the ledger: what is due to whom, and what a crash leaves behind."""

from dataclasses import replace
from datetime import timedelta

from storage.database import Database
from storage.records import Chat, ChatState, Post, PostKind, Schedule
from storage.stores import Stores
from tests.storage.conftest import NOW
from tests.storage.samples import AGENCY, CHANNEL, READER, new_article, store


async def follow_everything(stores: Stores, chat: Chat) -> int:
    source = await stores.sources.add(AGENCY)
    await stores.chats.add(chat)
    await stores.chats.follow(chat.id)
    return source.id


async def test_a_new_article_makes_its_followers_due(database: Database) -> None:
    async with database.transaction() as stores:
        source_id = await follow_everything(stores, READER)
        await stores.chats.add(replace(READER, id=1002))
        article_id = await store(stores, new_article(1, source_id))
        assert await stores.mailbox.mark_due(article_id, NOW) == 1
        assert [chat.id for chat in await stores.mailbox.get_due(NOW, 10)] == [READER.id]


async def test_a_follow_of_a_topic_and_a_source_asks_for_both(database: Database) -> None:
    async with database.transaction() as stores:
        agency = await stores.sources.add(AGENCY)
        other = await stores.sources.add(replace(AGENCY, url="https://other.example/rss", name="Другое"))
        topic = await stores.topics.add("ОДКБ", "одкб")
        await stores.chats.add(READER)
        await stores.chats.follow(READER.id, topic_id=topic.id, source_id=agency.id)
        wanted = await store(stores, new_article(1, agency.id))
        off_topic = await store(stores, new_article(2, agency.id))
        elsewhere = await store(stores, new_article(3, other.id))
        for article_id in (wanted, elsewhere):
            await stores.topics.attach(article_id, [topic.id])
        due = [await stores.mailbox.mark_due(one, NOW) for one in (off_topic, elsewhere, wanted)]
        assert due == [0, 0, 1]
        chat = await stores.chats.get(READER.id)
        bundle = await stores.mailbox.get_bundle(chat, 10)
        assert [view.article.id for view in bundle.stories] == [wanted]
        assert bundle.stories[0].topics == ("ОДКБ",)


async def test_a_bundle_is_what_came_after_the_position_and_counts_the_rest(database: Database) -> None:
    async with database.transaction() as stores:
        source_id = await follow_everything(stores, READER)
        ids = [await store(stores, new_article(number, source_id)) for number in range(5)]
        chat = replace(await stores.chats.get(READER.id), position=ids[0])
        bundle = await stores.mailbox.get_bundle(chat, 3)
        assert [view.article.id for view in bundle.stories] == ids[1:4]
        assert (bundle.more, bundle.until) == (1, ids[-1])


async def test_what_came_before_the_follow_is_not_pushed(database: Database) -> None:
    async with database.transaction() as stores:
        source = await stores.sources.add(AGENCY)
        await store(stores, new_article(1, source.id))
        await stores.chats.add(READER)
        await stores.chats.follow(READER.id)
        later = await store(stores, new_article(2, source.id))
        bundle = await stores.mailbox.get_bundle(await stores.chats.get(READER.id), 10)
        assert [view.article.id for view in bundle.stories] == [later]


async def test_backfilled_articles_are_never_in_a_bundle(database: Database) -> None:
    async with database.transaction() as stores:
        source_id = await follow_everything(stores, READER)
        await store(stores, new_article(1, source_id), is_pushed=False)
        assert (await stores.mailbox.get_bundle(await stores.chats.get(READER.id), 10)).stories == ()


async def test_a_story_comes_once_though_another_page_tells_it_later(database: Database) -> None:
    async with database.transaction() as stores:
        source_id = await follow_everything(stores, READER)
        first = await store(stores, new_article(1, source_id))
        chat = await stores.chats.get(READER.id)
        first_bundle = await stores.mailbox.get_bundle(chat, 10)
        story_id = first_bundle.stories[0].story_id
        await store(stores, new_article(2, source_id), story_id=story_id)
        later = await stores.mailbox.get_bundle(replace(chat, position=first), 10)
        assert later.stories == ()
        both = await stores.mailbox.get_bundle(chat, 10)
        assert [view.article.id for view in both.stories] == [first]


async def test_a_follower_of_the_second_source_gets_the_story_from_it(database: Database) -> None:
    async with database.transaction() as stores:
        agency = await stores.sources.add(AGENCY)
        other = await stores.sources.add(replace(AGENCY, url="https://other.example/rss", name="Другое"))
        await stores.chats.add(READER)
        await stores.chats.follow(READER.id, source_id=other.id)
        story_id = await stores.stories.open(NOW)
        first = await store(stores, new_article(1, agency.id), story_id=story_id)
        copy = await store(stores, new_article(2, other.id), story_id=story_id)
        chat = replace(await stores.chats.get(READER.id), position=first)
        bundle = await stores.mailbox.get_bundle(chat, 10)
        assert [view.article.id for view in bundle.stories] == [copy]


async def test_a_story_that_comes_while_a_message_is_on_its_way_is_not_forgotten(database: Database) -> None:
    async with database.transaction() as stores:
        source_id = await follow_everything(stores, READER)
        await stores.mailbox.mark_due(await store(stores, new_article(1, source_id)), NOW)
        [chat] = await stores.mailbox.get_due(NOW, 10)
        claim = await stores.mailbox.claim(await stores.mailbox.get_bundle(chat, 10), NOW)
        assert await stores.mailbox.get_due(NOW, 10) == []
        second = await store(stores, new_article(2, source_id))
        await stores.mailbox.mark_due(second, NOW)
        await stores.mailbox.settle_done(claim, None)
        [again] = await stores.mailbox.get_due(NOW, 10)
        bundle = await stores.mailbox.get_bundle(again, 10)
        assert [view.article.id for view in bundle.stories] == [second]


async def test_a_crash_leaves_the_claim_in_the_journal(database: Database) -> None:
    async with database.transaction() as stores:
        source_id = await follow_everything(stores, READER)
        await store(stores, new_article(1, source_id))
        bundle = await stores.mailbox.get_bundle(await stores.chats.get(READER.id), 10)
        claim = await stores.mailbox.claim(bundle, NOW)
    async with database.transaction() as stores:
        [left] = await stores.mailbox.get_uncertain()
        assert (left.id, left.until, left.chat.id) == (claim.id, claim.until, READER.id)
        await stores.mailbox.settle_retry(left, NOW)
        assert await stores.mailbox.get_uncertain() == []
        [due] = await stores.mailbox.get_due(NOW, 10)
        assert (due.position, due.attempts) == (0, 1)


async def test_a_silenced_chat_keeps_its_follows_and_is_due_no_more(database: Database) -> None:
    async with database.transaction() as stores:
        source_id = await follow_everything(stores, READER)
        await store(stores, new_article(1, source_id))
        claim = await stores.mailbox.claim(await stores.mailbox.get_bundle(await stores.chats.get(READER.id), 10), NOW)
        await stores.mailbox.settle_silenced(claim, ChatState.BLOCKED, "Forbidden: bot was blocked by the user")
        second = await store(stores, new_article(2, source_id))
        assert await stores.mailbox.mark_due(second, NOW) == 0
        assert len(await stores.chats.get_follows(READER.id)) == 1
        woken = await stores.chats.wake(READER.id, None)
        assert (woken.state, woken.position, woken.trouble) == (ChatState.ACTIVE, second, None)


async def test_a_digest_keeps_its_hour_when_stories_come(database: Database) -> None:
    tonight = NOW + timedelta(hours=9)
    async with database.transaction() as stores:
        source_id = await follow_everything(stores, replace(READER, schedule=Schedule.DAILY, due_at=tonight))
        assert await stores.mailbox.mark_due(await store(stores, new_article(1, source_id)), NOW) == 0
        assert [chat.id for chat in await stores.mailbox.get_due(tonight, 10)] == [READER.id]


async def test_a_correction_makes_the_channels_post_due_for_an_edit(database: Database) -> None:
    async with database.transaction() as stores:
        source_id = await follow_everything(stores, CHANNEL)
        article_id = await store(stores, new_article(1, source_id))
        bundle = await stores.mailbox.get_bundle(await stores.chats.get(CHANNEL.id), 10)
        claim = await stores.mailbox.claim(bundle, NOW)
        [view] = bundle.stories
        post = Post(CHANNEL.id, 7, view.story_id, article_id, 1, PostKind.PHOTO, NOW)
        await stores.mailbox.settle_done(claim, None, [post])
        assert not await stores.articles.revise(article_id, new_article(1, source_id, feed_hash="other"), NOW)
        assert await stores.mailbox.get_corrections(NOW, 10) == []

        assert await stores.articles.revise(article_id, new_article(1, source_id, title="Исправлено"), NOW)
        assert await stores.mailbox.get_corrections(NOW, 10) == [post]
        shown = await stores.mailbox.get_posted(CHANNEL.id, 7)
        assert [(view.article.title, view.article.revision) for view in shown] == [("Исправлено", 2)]
        await stores.mailbox.settle_edit(CHANNEL.id, 7, shown)
        assert await stores.mailbox.get_corrections(NOW, 10) == []


async def test_a_correction_that_comes_while_the_post_is_on_its_way_edits_it_after(database: Database) -> None:
    async with database.transaction() as stores:
        source_id = await follow_everything(stores, CHANNEL)
        article_id = await store(stores, new_article(1, source_id))
        bundle = await stores.mailbox.get_bundle(await stores.chats.get(CHANNEL.id), 10)
        claim = await stores.mailbox.claim(bundle, NOW)
        await stores.articles.revise(article_id, new_article(1, source_id, title="Исправлено"), NOW)
        post = Post(CHANNEL.id, 7, bundle.stories[0].story_id, article_id, 1, PostKind.PHOTO, NOW)
        await stores.mailbox.settle_done(claim, None, [post])
        assert await stores.mailbox.get_corrections(NOW, 10) == [post]


async def test_a_chat_that_is_deleted_while_a_message_is_on_its_way_leaves_nothing(database: Database) -> None:
    async with database.transaction() as stores:
        source_id = await follow_everything(stores, READER)
        article_id = await store(stores, new_article(1, source_id))
        bundle = await stores.mailbox.get_bundle(await stores.chats.get(READER.id), 10)
        claim = await stores.mailbox.claim(bundle, NOW)
        await stores.chats.delete(READER.id)
        post = Post(READER.id, 7, bundle.stories[0].story_id, article_id, 1, PostKind.TEXT, NOW)
        await stores.mailbox.settle_done(claim, None, [post])
        assert await stores.chats.find(READER.id) is None
        assert await stores.mailbox.get_uncertain() == []


async def test_a_group_takes_everything_along_when_it_migrates(database: Database) -> None:
    async with database.transaction() as stores:
        await follow_everything(stores, replace(READER, id=-42))
        await stores.chats.migrate(-42, -10042)
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
        await stores.chats.migrate(-42, -10042)
        await stores.chats.migrate(-42, -10042)
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


async def test_idle_chats_move_to_the_end_and_the_others_stay(database: Database) -> None:
    async with database.transaction() as stores:
        source_id = await follow_everything(stores, READER)
        waiting = replace(READER, id=1002, due_at=NOW)
        daily = replace(READER, id=1003, schedule=Schedule.DAILY, due_at=NOW)
        for chat in (waiting, daily):
            await stores.chats.add(chat)
        newest = await store(stores, new_article(1, source_id))
        await stores.mailbox.advance_idle()
        positions = [(await stores.chats.get(number)).position for number in (READER.id, 1002, 1003)]
        assert positions == [newest, 0, 0]


async def test_a_chat_that_was_silenced_meanwhile_is_not_due_again(database: Database) -> None:
    async with database.transaction() as stores:
        source_id = await follow_everything(stores, READER)
        await store(stores, new_article(1, source_id))
        claim = await stores.mailbox.claim(await stores.mailbox.get_bundle(await stores.chats.get(READER.id), 10), NOW)
        await stores.chats.silence(READER.id, ChatState.STOPPED)
        await stores.mailbox.settle_done(claim, NOW)
        assert (await stores.chats.get(READER.id)).due_at is None
