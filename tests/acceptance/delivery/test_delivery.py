"""Delivery through the local Telegram: each story once, and what follows from each refusal."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.delivery.sender import TokenRefused
from storage.deliveries import Outcome
from storage.records import Chat, ChatKind, ChatState, Schedule
from tests.acceptance.delivery.conftest import OWNER, Post, comes_on_its_way, on_their_way
from tests.acceptance.person import LocalTelegram, Person


async def test_a_story_is_delivered_once(post: Post, reader: Person) -> None:
    worker = post.worker()
    await post.publish("Рогун дал ток")
    assert await worker.drain() == 1
    assert await worker.drain() == 0
    assert await post.texts(reader.number) == ["Рогун дал ток"]
    sent = (await post.telegram.messages(reader.number))[-1]
    assert sent.links == (("Рогун дал ток", "https://agency.example/1"),)


async def test_a_reader_who_missed_several_gets_one_list(post: Post, reader: Person) -> None:
    for number in range(1, 4):
        await post.publish(f"Новость дня {number}")
    assert await post.worker().drain() == 1
    [message] = await post.texts(reader.number)
    assert message.startswith("3 новости")


async def test_a_channel_gets_each_story_as_its_own_post(post: Post, channel: int) -> None:
    for number in range(1, 4):
        await post.publish(f"Новость дня {number}")
    assert await post.worker().drain() == 3
    assert await post.texts(channel) == ["Новость дня 1", "Новость дня 2", "Новость дня 3"]


async def test_a_correction_edits_the_post_in_the_channel_and_sends_nothing(
    post: Post, channel: int, reader: Person
) -> None:
    worker = post.worker()
    article_id = await post.publish("Погибли трое")
    await worker.drain()
    await post.correct(article_id, "Пострадали трое, погибших нет")
    assert await worker.correct() == 1
    assert await worker.correct() == 0
    assert await worker.drain() == 0
    assert await post.texts(channel) == ["Пострадали трое, погибших нет"]
    assert await post.texts(reader.number) == ["Погибли трое"]


async def test_a_post_that_was_deleted_is_forgotten_and_not_sent_anew(post: Post, channel: int) -> None:
    worker = post.worker()
    article_id = await post.publish("Было")
    await worker.drain()
    [posted] = await post.telegram.messages(channel)
    await post.bot.delete_message(channel, posted.number)
    await post.correct(article_id, "Стало")
    assert await worker.correct() == 0
    assert await post.texts(channel) == []
    async with post.database.snapshot() as stores:
        assert await stores.posts.get_corrections(datetime.now(UTC), 10, with_private=False) == []


async def test_a_reader_who_blocked_the_bot_gets_nothing_and_keeps_the_follows(post: Post, reader: Person) -> None:
    await post.telegram.act("/block", user=reader.number, blocked=True)
    await post.publish("Новость")
    assert await post.worker().drain() == 0
    assert (await post.chat(reader.number)).state is ChatState.BLOCKED
    async with post.database.snapshot() as stores:
        assert len(await stores.chats.get_follows(reader.number)) == 1


async def test_a_channel_without_rights_is_paused_and_its_owner_told_once(post: Post, channel: int) -> None:
    await post.telegram.act(f"/chats/{channel}/bot", by=OWNER, status="kicked")
    worker = post.worker()
    await post.publish("Новость")
    await post.publish("Ещё новость")
    assert await worker.drain() == 0
    assert await worker.drain() == 0
    await worker.tell()
    assert (await post.chat(channel)).state is ChatState.PAUSED
    notes = [seen for seen in await post.telegram.messages(OWNER) if seen.is_bots]
    assert len(notes) == 1
    assert "Новости" in notes[0].text


async def test_a_group_that_migrated_gets_the_story_under_its_new_id(post: Post, telegram: LocalTelegram) -> None:
    owner = await telegram.person(OWNER, "Рустам")
    old = await telegram.chat("group", "Соседи", owner, bot="member")
    await post.follow(Chat(id=old, kind=ChatKind.GROUP, title="Соседи", state=ChatState.ACTIVE))
    new = int((await telegram.act(f"/chats/{old}/migrate"))["id"])
    await post.publish("Новость")
    assert await post.worker().drain() == 1
    assert await post.texts(new) == ["Новость"]
    async with post.database.snapshot() as stores:
        assert await stores.chats.find(old) is None


async def test_a_closed_forum_topic_sends_to_the_general_one(post: Post, telegram: LocalTelegram) -> None:
    owner = await telegram.person(OWNER, "Рустам")
    await telegram.act(f"/chats/{OWNER}/messages", **{"from": OWNER, "text": "/start"})
    forum = await telegram.chat("supergroup", "Форум", owner, is_forum=True, bot="member")
    made = await telegram.act(f"/chats/{forum}/threads", name="Новости")
    thread = int(made["message_thread_id"])
    await telegram.act(f"/chats/{forum}/threads/{thread}", closed=True)
    forum_chat = Chat(
        id=forum, kind=ChatKind.SUPERGROUP, title="Форум", state=ChatState.ACTIVE, thread_id=thread, owner_id=OWNER
    )
    await post.follow(forum_chat)
    await post.publish("Новость")
    worker = post.worker()
    assert await worker.drain() == 1
    await worker.tell()
    assert await post.texts(forum) == ["Новость"]
    assert (await post.chat(forum)).thread_id is None
    assert len([seen for seen in await telegram.messages(OWNER) if seen.is_bots]) == 1


async def test_a_picture_that_telegram_refuses_does_not_cost_the_story(post: Post, channel: int) -> None:
    await post.publish("С картинкой", image=f"{post.telegram.url}/sandbox/api/state")
    assert await post.worker().drain() == 1
    assert await post.texts(channel) == ["С картинкой"]
    methods = [call["method"] for call in await post.telegram.calls("") if call["method"].startswith("send")]
    assert [method.lower() for method in methods] == ["sendphoto", "sendmessage"]


async def test_a_chat_that_telegram_holds_is_served_when_it_said(post: Post, reader: Person) -> None:
    await post.fault(
        "error", method="sendMessage", error_code=429, description="Too Many Requests: retry after 7",
        parameters={"retry_after": 7},
    )  # fmt: skip
    await post.publish("Новость")
    before = datetime.now(UTC)
    assert await post.worker().drain() == 0
    due_at = (await post.chat(reader.number)).due_at
    assert due_at is not None
    assert timedelta(seconds=6) < due_at - before < timedelta(seconds=9)
    await post.publish("Ещё одна")
    assert await post.worker().drain() == 0  # another process: Telegram's wait has outlived the first
    await post.hurry(reader.number)
    assert await post.worker().drain() == 1
    [message] = await post.texts(reader.number)
    assert message.startswith("2 новости")


@pytest.mark.parametrize(("kind", "copies"), [("status", 1), ("drop_before", 1), ("drop_after", 2), ("garbage", 1)])
async def test_nothing_is_lost_when_an_answer_is(post: Post, reader: Person, kind: str, copies: int) -> None:
    """Resending may leave a copy where the message had been done, and nowhere else."""
    await post.fault(kind, method="sendMessage")
    await post.publish("Новость")
    assert await post.worker(on_uncertain="resend").drain() == 0
    await post.hurry(reader.number)
    assert await post.worker(on_uncertain="resend").drain() == 1
    assert await post.texts(reader.number) == ["Новость"] * copies


async def test_skip_leaves_no_copy_and_no_silence(post: Post, reader: Person) -> None:
    await post.fault("drop_after", method="sendMessage")
    await post.publish("Новость")
    worker = post.worker(on_uncertain="skip")
    assert await worker.drain() == 0
    assert await worker.drain() == 0
    assert await post.texts(reader.number) == ["Новость"]
    async with post.database.snapshot() as stores:
        assert await stores.tallies.get(date(2000, 1, 1)) == {Outcome.UNCERTAIN_SKIPPED: 1}


@pytest.mark.parametrize(("policy", "copies"), [("resend", 2), ("skip", 1)])
async def test_what_a_crash_left_on_its_way_is_settled_by_the_policy(
    post: Post, reader: Person, policy: str, copies: int
) -> None:
    """The process dies after the POST and before the settling: the journal's row is all that is left."""
    await post.publish("Новость")
    await post.claim()
    await post.bot.send_message(reader.number, "Новость")

    worker = post.worker(on_uncertain=policy)
    await worker.drain()
    await post.publish("Следующая")
    await post.next_message(worker)
    assert await post.texts(reader.number) == ["Новость"] * copies + ["Следующая"]


async def test_a_wrong_token_stops_delivery_and_loses_nothing(post: Post, reader: Person) -> None:
    await post.fault("error", method="sendMessage", error_code=401, description="Unauthorized")
    await post.publish("Новость")
    with pytest.raises(TokenRefused, match="Unauthorized"):
        await post.worker().drain()
    assert await post.worker().drain() == 1
    assert await post.texts(reader.number) == ["Новость"]


async def test_a_digest_comes_at_its_hour_and_covers_everything_since(post: Post, reader: Person) -> None:
    chat = await post.chat(reader.number)
    an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
    async with post.database.transaction() as stores:
        await stores.chats.save(
            replace(chat, schedule=Schedule.DAILY, hours=(9, 18), due_at=datetime.now(UTC) + timedelta(hours=1))
        )
    worker = post.worker()
    await post.publish("Утро")
    await post.publish("День")
    assert await worker.drain() == 0
    async with post.database.transaction() as stores:
        await stores.chats.save(replace(await stores.chats.get(reader.number), due_at=an_hour_ago))
    assert await worker.drain() == 1
    assert await worker.drain() == 0
    [message] = await post.texts(reader.number)
    assert message.startswith("2 новости")
    due_at = (await post.chat(reader.number)).due_at
    assert due_at is not None
    assert due_at > datetime.now(UTC)


async def test_stop_waits_for_what_is_on_its_way(post: Post, reader: Person) -> None:
    await post.fault("delay", method="sendMessage", seconds=0.5)
    await post.publish("Новость")
    worker = post.worker()
    async with asyncio.TaskGroup() as group:
        group.create_task(worker.drain())
        await comes_on_its_way(post)
        await worker.stop()
    assert await post.texts(reader.number) == ["Новость"]
    assert await on_their_way(post) == 0
