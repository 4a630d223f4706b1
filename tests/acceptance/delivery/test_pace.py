"""The pace against a local Telegram that keeps its limits: no 429, nearly the whole rate, and people come first."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiogram import Bot
from aiohttp import ClientSession

from bot.delivery.pace import Pacer
from bot.delivery.results import NotSent, RateLimited, Sent
from bot.delivery.sender import Sender, create_bot
from bot.rendering.message import compose
from bot.sandbox import start_sandbox
from storage.records import Chat, ChatKind
from tests.acceptance.conftest import TOKEN, Khabar
from tests.acceptance.person import LocalTelegram, Person

PER_SECOND = 29  # of the 30 that the sandbox lets through
READERS = 5 * PER_SECOND
OPEN = 8
NEWS = compose("Рогун дал ток")
FIRST = 1000


@pytest.fixture
async def telegram() -> AsyncIterator[LocalTelegram]:
    """A sandbox with Telegram's limits on, and readers who started the bot some time ago."""
    sandbox = await start_sandbox("127.0.0.1", 0, TOKEN)
    async with ClientSession() as http:
        telegram = LocalTelegram(http, sandbox.url)
        for number in range(FIRST, FIRST + READERS):
            reader = await telegram.person(number, "Читатель")
            await reader.writes("/start")
        await http.post(f"{sandbox.url}/bot{TOKEN}/deleteWebhook", json={"drop_pending_updates": True})
        yield telegram
    await sandbox.close()


@pytest.fixture
async def bot(telegram: LocalTelegram) -> AsyncIterator[Bot]:
    bot = create_bot(TOKEN, telegram.url)
    yield bot
    await bot.session.close()


def private(number: int) -> Chat:
    return Chat(id=number, kind=ChatKind.PRIVATE, title="")


async def broadcast(sender: Sender, numbers: list[int]) -> None:
    """The news to everybody, a few requests at a time as the worker has them."""
    left = iter(numbers)

    async def send() -> None:
        for number in left:
            assert isinstance(await sender.send(private(number), NEWS), Sent)

    async with asyncio.TaskGroup() as group:
        for _ in range(OPEN):
            group.create_task(send())


def most_in_a_second(calls: list[dict[str, Any]]) -> int:
    times = [float(call["at"]) for call in calls]
    return max(sum(start <= time < start + 1.0 for time in times) for start in times)


async def test_people_are_answered_within_a_second_while_a_broadcast_runs_at_full_pace(
    telegram: LocalTelegram, khabar: Khabar
) -> None:
    pacer, clock = khabar.context.pacer, khabar.context.clock
    people = [await telegram.person(77 + number, "Мадина") for number in range(3)]
    waited: list[float] = []

    async def ask(person: Person) -> None:
        for command in ("/help", "/privacy", "/topics", "/help"):
            asked = clock()
            await person.says(command)
            waited.append(clock() - asked)

    started = clock()
    async with asyncio.TaskGroup() as group:
        running = group.create_task(broadcast(Sender(khabar.bot, pacer, clock), list(range(FIRST, FIRST + READERS))))
        async with asyncio.TaskGroup() as asking:
            for person in people:
                asking.create_task(ask(person))
        assert not running.done()
    took = clock() - started
    calls = await telegram.calls("sendMessage")
    assert Counter(call["status"] for call in calls) == {200: READERS + len(waited)}
    assert most_in_a_second(calls) <= PER_SECOND + 1
    assert max(waited) < 1.0
    assert len(calls) / took > 0.9 * PER_SECOND


async def test_who_waits_for_a_private_chats_second_holds_up_nobody(bot: Bot) -> None:
    sender = Sender(bot, Pacer(PER_SECOND, 20), time.monotonic)
    assert isinstance(await sender.send(private(FIRST), NEWS), Sent)
    async with asyncio.TaskGroup() as group:
        again = group.create_task(sender.send(private(FIRST), NEWS))
        await asyncio.sleep(0)
        assert isinstance(await sender.send(private(FIRST + 1), NEWS), Sent)
        assert not again.done()
    assert isinstance(again.result(), Sent)


async def test_there_is_room_for_no_more_than_what_does_not_wait_already(bot: Bot) -> None:
    sender = Sender(bot, Pacer(PER_SECOND, 20), time.monotonic)
    assert sender.room() > 0
    async with asyncio.TaskGroup() as group:
        for number in range(5):
            group.create_task(sender.send(private(FIRST + number), NEWS))
        await asyncio.sleep(0)
        assert sender.room() == 0
    assert sender.wait() <= 1 / PER_SECOND


async def test_who_waits_for_the_pace_at_a_stop_is_told_that_nothing_was_sent(
    telegram: LocalTelegram, bot: Bot
) -> None:
    sender = Sender(bot, Pacer(1, 20), time.monotonic)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(sender.send(private(FIRST + number), NEWS)) for number in range(4)]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        sender.stop()
    assert Counter(type(task.result()) for task in tasks) == {Sent: 1, NotSent: 3}
    assert len(await telegram.calls("sendMessage")) == 1


async def test_a_wait_that_telegram_asked_for_survives_a_restart(telegram: LocalTelegram, bot: Bot) -> None:
    before = Sender(bot, Pacer(PER_SECOND, 20), time.monotonic)
    await telegram.act(
        "/faults", kind="error", method="sendMessage", error_code=429, description="Too Many Requests: retry after 30",
        parameters={"retry_after": 30},
    )  # fmt: skip
    assert await before.send(private(FIRST), NEWS) == RateLimited(30)
    holds = before.take_new_holds()
    assert [chat for chat, _ in holds] == [FIRST]
    assert before.take_new_holds() == []
    after = Sender(bot, Pacer(PER_SECOND, 20), time.monotonic)
    after.restore_holds(dict(holds))
    assert 29 < after.wait_for(private(FIRST)) <= 30
    assert isinstance(await after.send(private(FIRST), NEWS), RateLimited)
    assert isinstance(await after.send(private(FIRST + 1), NEWS), Sent)
    assert len(await telegram.calls("sendMessage")) == 2
