"""Due times and the journal: what is on its way, what a crash leaves behind, and where the position goes."""

from dataclasses import replace
from datetime import timedelta

from storage.database import Database
from storage.deliveries import Passed, Post, PostKind
from storage.records import ChatState, Rank, Schedule
from tests.storage.conftest import NOW
from tests.storage.samples import CHANNEL, READER, claim_all, follow_everything, new_article, pending, settle, store


async def test_a_claim_stands_in_the_journal_until_it_lands(database: Database) -> None:
    async with database.transaction() as stores:
        source_id = await follow_everything(stores, replace(READER, due_at=NOW))
        article_id = await store(stores, new_article(1, source_id))
        claim = await claim_all(stores, READER.id)
    async with database.transaction() as stores:
        [left] = await stores.mailbox.get_in_flight()
        assert (left.id, left.plan.article_ids, left.plan.until) == (claim.id, (article_id,), article_id)
        assert (await stores.chats.get(READER.id)).due_at is None
        landed = await stores.mailbox.land([left])
        await stores.mailbox.settle_retry(landed[left.id], NOW)
        assert await stores.mailbox.get_in_flight() == []
        [due] = await stores.mailbox.get_due(NOW, 10)
        assert (due.position, due.attempts) == (0, 1)


async def test_what_is_on_its_way_is_claimed_by_nobody_else(database: Database) -> None:
    async with database.transaction() as stores:
        source_id = await follow_everything(stores, READER)
        await store(stores, new_article(1, source_id))
        claim = await claim_all(stores, READER.id)
        await stores.mailbox.set_due({READER.id: NOW})
        assert await stores.mailbox.get_due(NOW, 10) == []
        await settle(stores, claim)
        assert [chat.id for chat in await stores.mailbox.get_due(NOW, 10)] == [READER.id]
        assert await pending(stores, READER.id) == []


async def test_after_a_crash_everything_on_its_way_is_in_doubt(database: Database) -> None:
    async with database.transaction() as stores:
        source_id = await follow_everything(stores, READER)
        await store(stores, new_article(1, source_id))
        claim = await claim_all(stores, READER.id)
        assert await stores.mailbox.get_doubts(NOW, 10) == []
    async with database.transaction() as stores:
        assert await stores.mailbox.doubt_all(NOW) == 1
        [doubt] = await stores.mailbox.get_doubts(NOW, 10)
        assert (doubt.id, doubt.plan.article_ids) == (claim.id, claim.plan.article_ids)
        await stores.mailbox.doubt(doubt, NOW + timedelta(seconds=5))
        assert await stores.mailbox.get_doubts(NOW, 10) == []
        assert await stores.mailbox.doubt_all(NOW) == 0


async def test_the_longest_due_of_each_rank_come_first(database: Database) -> None:
    async with database.transaction() as stores:
        await follow_everything(stores, replace(CHANNEL, due_at=NOW))
        for number, minutes in ((1, 1), (2, 3), (3, 2)):
            await stores.chats.add(replace(READER, id=number, due_at=NOW - timedelta(minutes=minutes)))
        due = await stores.mailbox.get_due(NOW, 2)
        assert [(chat.rank, chat.id) for chat in due] == [(Rank.CHANNEL, CHANNEL.id), (Rank.TOPIC, 2), (Rank.TOPIC, 3)]
        assert not await stores.mailbox.is_idle(NOW)
        assert await stores.mailbox.is_idle(NOW - timedelta(hours=1))


async def test_a_silenced_chat_keeps_its_follows_and_is_due_no_more(database: Database) -> None:
    async with database.transaction() as stores:
        source_id = await follow_everything(stores, READER)
        newest = await store(stores, new_article(1, source_id))
        claim = await claim_all(stores, READER.id)
        landed = await stores.mailbox.land([claim])
        blocked = "Forbidden: bot was blocked by the user"
        await stores.mailbox.settle_silenced(landed[claim.id], ChatState.BLOCKED, blocked)
        assert len(await stores.chats.get_follows(READER.id)) == 1
        woken = await stores.chats.wake(READER.id, None)
        assert (woken.state, woken.position, woken.trouble) == (ChatState.ACTIVE, newest, None)


async def test_a_chat_that_was_silenced_meanwhile_is_not_due_again(database: Database) -> None:
    async with database.transaction() as stores:
        source_id = await follow_everything(stores, READER)
        await store(stores, new_article(1, source_id))
        claim = await claim_all(stores, READER.id)
        await stores.chats.silence(READER.id, ChatState.STOPPED)
        await settle(stores, claim, NOW)
        assert (await stores.chats.get(READER.id)).due_at is None


async def test_a_chat_that_is_deleted_while_a_message_is_on_its_way_leaves_nothing(database: Database) -> None:
    async with database.transaction() as stores:
        source_id = await follow_everything(stores, READER)
        await store(stores, new_article(1, source_id))
        claim = await claim_all(stores, READER.id)
        await stores.chats.delete(READER.id)
        assert await stores.mailbox.land([claim]) == {}
        assert await stores.chats.find(READER.id) is None
        assert await stores.mailbox.get_in_flight() == []


async def test_a_chat_that_migrates_while_a_message_is_on_its_way_lands_under_its_new_id(database: Database) -> None:
    async with database.transaction() as stores:
        source_id = await follow_everything(stores, replace(READER, id=-42))
        newest = await store(stores, new_article(1, source_id))
        claim = await claim_all(stores, -42)
        await stores.chats.migrate(-42, -10042, NOW)
        await settle(stores, claim)
        assert (await stores.chats.get(-10042)).position == newest


async def test_stories_that_grew_too_old_are_counted_until_a_message_says_so(database: Database) -> None:
    async with database.transaction() as stores:
        source_id = await follow_everything(stores, replace(READER, schedule=Schedule.HOURLY))
        await store(stores, new_article(1, source_id))
        await stores.mailbox.pass_over([Passed(READER.id, 1, missed=3)])
        await store(stores, new_article(2, source_id))
        claim = await claim_all(stores, READER.id)
        assert claim.chat.missed == 3
        await settle(stores, claim)
        assert (await stores.chats.get(READER.id)).missed == 0


async def test_a_correction_that_comes_while_the_post_is_on_its_way_edits_it_after(database: Database) -> None:
    async with database.transaction() as stores:
        source_id = await follow_everything(stores, CHANNEL)
        article_id = await store(stores, new_article(1, source_id))
        claim = await claim_all(stores, CHANNEL.id)
        await stores.articles.revise(article_id, new_article(1, source_id, title="Исправлено"), NOW)
        await settle(stores, claim)
        story_id = (await stores.articles.get(article_id)).story_id
        post = Post(CHANNEL.id, 7, story_id, article_id, 1, PostKind.PHOTO, NOW)
        await stores.posts.add([post])
        assert await stores.posts.get_corrections(NOW, 10, with_private=False) == [post]
