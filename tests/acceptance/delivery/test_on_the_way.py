"""Delivery when things go wrong at the worst moment: while a message is on its way."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from PIL import Image

from bot.delivery.run import Run
from bot.delivery.worker import Worker
from storage.errors import DatabaseUnavailable
from storage.records import Chat, ChatKind, ChatState, Schedule
from tests.acceptance.delivery.conftest import OWNER, Post, comes_on_its_way, on_their_way
from tests.acceptance.person import LocalTelegram, Person
from tests.unit.fake_site import FakeSite


async def test_a_group_whose_migration_the_chat_heard_first_keeps_its_follows_and_its_story(
    post: Post, telegram: LocalTelegram
) -> None:
    owner = await telegram.person(OWNER, "Рустам")
    old = await telegram.chat("group", "Соседи", owner, bot="member")
    await post.follow(Chat(id=old, kind=ChatKind.GROUP, title="Соседи", state=ChatState.ACTIVE))
    await post.publish("Новость")
    new = int((await telegram.act(f"/chats/{old}/migrate"))["id"])
    await post.fault("delay", method="sendMessage", seconds=0.5)
    worker = post.worker()
    async with asyncio.TaskGroup() as group:
        draining = group.create_task(worker.drain())
        await comes_on_its_way(post)
        async with post.database.transaction() as stores:
            await stores.chats.migrate(old, new, datetime.now(UTC))
    assert draining.result() == 1
    assert await post.texts(new) == ["Новость"]
    async with post.database.snapshot() as stores:
        assert len(await stores.chats.get_follows(new)) == 1


async def test_a_message_that_stands_is_not_sent_again_because_the_disk_is_full(post: Post, reader: Person) -> None:
    """Settling fails time after time; the message stands once, and is written down when there is room."""
    await post.publish("Новость")
    worker = post.worker()
    await post.fault("delay", method="sendMessage", seconds=0.5)
    async with asyncio.TaskGroup() as group:
        draining = group.create_task(failing(worker))
        await comes_on_its_way(post)
        await make_read_only(post, is_so=True)
    assert "readonly" in draining.result()
    for _ in range(3):
        assert "readonly" in await failing(worker)
    await make_read_only(post, is_so=False)
    assert await worker.drain() == 0
    assert await post.texts(reader.number) == ["Новость"]
    assert await on_their_way(post) == 0


async def failing(worker: Worker) -> str:
    """What the database said when the worker tried."""
    with pytest.raises(DatabaseUnavailable) as failed:
        await worker.drain()
    return str(failed.value)


async def make_read_only(post: Post, *, is_so: bool) -> None:
    """Let the one connection that writes refuse to, as a disk that went bad does."""
    async with post.database.writer.connect() as connection:
        raw = await connection.get_raw_connection()
        assert raw.driver_connection is not None
        await raw.driver_connection.execute(f"PRAGMA query_only = {'ON' if is_so else 'OFF'}")


async def test_what_waits_for_the_pace_at_a_stop_was_not_sent_and_is_not_skipped(post: Post, reader: Person) -> None:
    """A pause that begins when the message is claimed already: it stands in the journal, and leaves it unsent."""
    worker = post.worker(on_uncertain="skip")
    await post.publish("Новость")
    async with post.database.transaction() as stores:
        claimed = await worker._claimer.claim(stores, 1, datetime.now(UTC))
    worker._sender._pacer.hold_all(time.monotonic() + 1.0)
    run = Run()
    async with asyncio.TaskGroup() as group:
        for claim, bundle in claimed.messages:
            run.begin(group.create_task(worker._deliver(claim, bundle, run)))
        await worker.stop()
    await worker._settler.settle_left(post.now())
    assert await on_their_way(post) == 0
    assert await post.texts(reader.number) == []
    await post.hurry(reader.number)
    assert await post.worker(on_uncertain="skip").drain() == 1


async def test_skip_passes_over_one_post_of_a_channel_and_not_those_behind_it(post: Post, channel: int) -> None:
    """The process dies while the first of three posts is on its way."""
    for number in (1, 2, 3):
        await post.publish(f"Новость {number}")
    await post.claim()
    assert await post.worker(on_uncertain="skip").drain() == 2
    assert await post.texts(channel) == ["Новость 2", "Новость 3"]


async def test_a_choice_made_while_a_message_is_on_its_way_counts(post: Post, reader: Person) -> None:
    """From a daily digest to stories at once, while the digest is being sent."""
    chat = await post.chat(reader.number)
    async with post.database.transaction() as stores:
        await stores.chats.save(replace(chat, schedule=Schedule.DAILY, hours=(9,), due_at=datetime.now(UTC)))
    await post.publish("Утро")
    await post.fault("delay", method="sendMessage", seconds=0.5)
    worker = post.worker()
    async with asyncio.TaskGroup() as group:
        group.create_task(worker.drain())
        await comes_on_its_way(post)
        async with post.database.transaction() as stores:
            meanwhile = await stores.chats.get(reader.number)
            await stores.chats.save(replace(meanwhile, schedule=Schedule.INSTANT, due_at=None))
    await post.publish("День")
    await post.next_message(worker)
    assert await post.texts(reader.number) == ["Утро", "День"]


async def test_a_slow_chat_holds_up_no_other(post: Post, reader: Person, telegram: LocalTelegram) -> None:
    other = await telegram.person(78, "Фаррух")
    await telegram.act(f"/chats/{other.number}/messages", **{"from": other.number, "text": "/start"})
    await post.follow(Chat(id=other.number, kind=ChatKind.PRIVATE, title="Фаррух", state=ChatState.STOPPED))
    await post.fault("delay", method="sendMessage", chat=reader.number, seconds=3)
    await post.publish("Первая")
    worker = post.worker()
    async with asyncio.TaskGroup() as group:
        draining = group.create_task(worker.drain())
        await comes_on_its_way(post)
        async with post.database.transaction() as stores:
            await stores.chats.wake(other.number, None)
        await post.publish("Вторая")
        while not await post.texts(other.number):
            assert not draining.done()
            await asyncio.sleep(0)
    assert await post.texts(other.number) == ["Вторая"]


async def test_a_correction_that_telegram_refuses_now_is_made_later(post: Post, channel: int) -> None:
    worker = post.worker()
    article_id = await post.publish("Было")
    await worker.drain()
    await post.correct(article_id, "Стало")
    refusal = "Bad Request: not enough rights to edit messages in the chat"
    await post.fault("error", method="editMessageText", error_code=400, description=refusal)
    assert await worker.correct() == 0
    async with post.database.transaction() as stores:
        in_an_hour = datetime.now(UTC) + timedelta(hours=1)
        [due] = await stores.posts.get_corrections(in_an_hour, 10, with_private=False)
        await stores.posts.postpone_edit(channel, due.message_id, datetime.now(UTC))
    assert await worker.correct() == 1
    assert await post.texts(channel) == ["Стало"]


async def test_a_new_picture_takes_the_place_of_the_old_one(post: Post, channel: int) -> None:
    async with picture_site() as url:
        worker = post.worker()
        article_id = await post.publish("С картинкой", image=f"{url}/1.png")
        await worker.drain()
        await post.correct(article_id, "С картинкой", image=f"{url}/2.png")
        assert await worker.correct() == 1
        await post.correct(article_id, "С подписью", image=f"{url}/2.png")
        assert await worker.correct() == 1
    edits = [call["method"].lower() for call in await post.telegram.calls("") if "edit" in call["method"].lower()]
    assert edits == ["editmessagemedia", "editmessagecaption"]
    assert await post.texts(channel) == ["С подписью"]


@asynccontextmanager
async def picture_site() -> AsyncIterator[str]:
    """Two pictures on loopback."""
    async with FakeSite() as site:
        for number, colour in ((1, "red"), (2, "blue")):
            drawn = BytesIO()
            Image.new("RGB", (320, 180), colour).save(drawn, "PNG")
            site.serve(f"/{number}.png", drawn.getvalue(), Content_Type="image/png")
        yield site.url("").rstrip("/")


async def test_a_stop_writes_down_what_came_back_though_one_answer_is_missing(
    post: Post, reader: Person, telegram: LocalTelegram
) -> None:
    """The process is ended while one request still hangs: only that one is in doubt."""
    for number in (301, 302, 303):
        person = await telegram.person(number, "Сосед")
        await telegram.act(f"/chats/{number}/messages", **{"from": number, "text": "/start"})
        await post.follow(Chat(id=person.number, kind=ChatKind.PRIVATE, title="Сосед", state=ChatState.ACTIVE))
    await post.fault("delay", method="sendMessage", chat=reader.number, seconds=20)
    await post.publish("Новость")
    worker = post.worker()
    draining = asyncio.create_task(worker.drain())
    async with asyncio.timeout(10):  # what still waits for its turn at the stop is not sent at all
        while not all([await post.texts(number) for number in (301, 302, 303)]):  # noqa: ASYNC110 — as below
            await asyncio.sleep(0.01)
    worker.begin_to_stop()
    async with asyncio.timeout(10):
        while await on_their_way(post) > 1:  # noqa: ASYNC110 — the journal tells, and it has no bell
            await asyncio.sleep(0.01)
    draining.cancel()
    await asyncio.wait([draining])
    async with post.database.snapshot() as stores:
        assert [claim.chat.id for claim in await stores.mailbox.get_in_flight()] == [reader.number]
