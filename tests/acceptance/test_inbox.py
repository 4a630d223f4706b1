"""Commands are not lost: written down before they are confirmed, each handled once, whatever happens in between."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import ClientSession
from structlog.testing import capture_logs

from bot.chat import ChatContext, create_dispatcher
from bot.chat.allowance import MOST
from bot.chat.inbox import STALE, Inbox
from bot.chat.poll import Poller
from bot.chat.webhook import SECRET_HEADER, create_webhook
from bot.delivery.sender import create_bot
from bot.metrics import listening
from storage.database import Database, wrapped_errors
from storage.errors import DatabaseUnavailable
from tests.acceptance.conftest import TOKEN, Khabar, serving
from tests.acceptance.desk import HOST, free_port
from tests.acceptance.person import LocalTelegram, Person
from tests.acceptance.process import until

SECRET = "only-us"
SORRY = "сломалось у меня"
LONG = "/search рис " + "и " * 2000


@asynccontextmanager
async def dying(context: ChatContext, *, handles: bool) -> AsyncIterator[None]:
    """A bot that polls until it is cut off in the middle; without `handles` it gets no further than writing down."""
    bot = create_bot(TOKEN, context.settings.api_url)
    dispatcher = create_dispatcher(context)
    inbox = Inbox(bot, dispatcher, context)
    tasks = [asyncio.create_task(Poller(bot, inbox, dispatcher.resolve_used_update_types()).run())]
    if handles:
        tasks.append(asyncio.create_task(inbox.run(grace=0)))
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await bot.session.close()


@pytest.fixture
async def reader(telegram: LocalTelegram, news: dict[str, int]) -> Person:
    """Somebody who writes before the bot is there."""
    assert news
    return await telegram.person(77, "Мадина")


async def rows(database: Database) -> list[tuple[bool, bool]]:
    """Of each update in the inbox, whether it waits to be handled and whether its replies wait to be given."""
    query = "SELECT body IS NOT NULL, replies IS NOT NULL FROM inbox ORDER BY update_id"
    async with database.writer.begin() as connection:
        found: list[Any] = list(await connection.exec_driver_sql(query))
    return [(bool(body), bool(replies)) for body, replies in found]


async def until_rows(database: Database, *expected: tuple[bool, bool]) -> None:
    async def are_so() -> bool:
        return await rows(database) == list(expected)

    await until(are_so, f"{expected} in the inbox")


async def answers(telegram: LocalTelegram, chat: int) -> list[str]:
    """What the bot has said in a chat."""
    return [seen.text for seen in await telegram.messages(chat) if seen.is_bots]


@asynccontextmanager
async def full_disk(database: Database) -> AsyncIterator[None]:
    """While the block runs there is no page left for anything."""
    async with database.writer.begin() as connection:
        await connection.exec_driver_sql("CREATE TABLE filler (bytes BLOB)")
        pages = (await connection.exec_driver_sql("PRAGMA page_count")).scalar_one()
        await connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    for size in (4000, 400, 40):
        while await is_written(database, size):
            pass
    yield
    async with database.writer.begin() as connection:
        await connection.exec_driver_sql("PRAGMA max_page_count = 1000000")


async def is_written(database: Database, size: int) -> bool:
    """Whether there is room for so many bytes more, which are gone then."""
    try:
        async with wrapped_errors(), database.writer.begin() as connection:
            await connection.exec_driver_sql("INSERT INTO filler VALUES (zeroblob(?))", (size,))
    except DatabaseUnavailable:
        return False
    return True


async def test_what_was_only_written_down_is_handled_at_the_next_start_once(
    telegram: LocalTelegram, context: ChatContext, reader: Person, database: Database
) -> None:
    async with dying(context, handles=False):
        await reader.writes("/follow ОДКБ")
        await reader.writes("/search рис")
        await until_rows(database, (True, False), (True, False))
    assert await answers(telegram, reader.number) == []

    async with serving(context) as khabar:
        await reader.sees("рис")
        assert await khabar.follows(reader.number) == ["ОДКБ"]
        await until_rows(database, (False, False), (False, False))
    async with serving(context):
        assert "/latest" in (await reader.says("/help")).text
    first, second, third = await answers(telegram, reader.number)
    assert "ОДКБ" in first
    assert "рис" in second
    assert "/latest" in third


async def test_an_answer_that_was_not_given_is_given_at_the_next_start(
    telegram: LocalTelegram, context: ChatContext, reader: Person, database: Database
) -> None:
    await telegram.act("/faults", kind="delay", method="sendMessage", seconds=60)
    async with dying(context, handles=True):
        await reader.writes("/latest")
        await until_rows(database, (False, True))
    async with serving(context):
        assert len((await reader.sees("Последние новости")).links) == 5
        await until_rows(database, (False, False))
    assert len(await answers(telegram, reader.number)) == 1


async def test_a_press_that_was_not_answered_still_turns_the_page(
    telegram: LocalTelegram, context: ChatContext, reader: Person, database: Database
) -> None:
    async with serving(context):
        shown = await reader.says("/latest")
    await telegram.act("/faults", kind="delay", method="answerCallbackQuery", seconds=60)
    async with dying(context, handles=True):
        press = {"user": reader.number, "chat": reader.number, "message": shown.number, "label": "Старее ›"}
        assert not (await telegram.act("/press", **press, timeout=0.5))["answered"]
        await until_rows(database, (False, False), (False, True))
    async with serving(context):
        assert (await reader.sees("страница 2")).number == shown.number


async def test_an_answer_that_is_too_old_is_not_given(
    telegram: LocalTelegram, context: ChatContext, reader: Person, database: Database
) -> None:
    await telegram.act("/faults", kind="delay", method="sendMessage", seconds=60)
    async with dying(context, handles=True):
        await reader.writes("/latest")
        await until_rows(database, (False, True))
    async with serving(replace(context, now=lambda: datetime.now(UTC) + STALE)):
        assert "/latest" in (await reader.says("/help")).text
        await until_rows(database, (False, False), (False, False))
    assert len(await answers(telegram, reader.number)) == 1


async def test_what_nobody_answers_is_done_with(
    telegram: LocalTelegram, khabar: Khabar, reader: Person, database: Database
) -> None:
    group = await telegram.chat("group", "Дом", reader, bot="member", members=[reader.number])
    await reader.writes("/nobody_knows_this", group)
    await reader.blocks()
    await until_rows(database, (False, False), (False, False))
    assert await answers(telegram, group) == []
    assert khabar


async def test_a_full_disk_is_waited_for_and_nothing_is_lost(
    telegram: LocalTelegram, context: ChatContext, reader: Person, database: Database
) -> None:
    """The person is told once, and what they wrote next keeps its turn."""
    searches = 7  # with them the inbox fills its page of the file: the answer to /help takes a new one
    async with dying(context, handles=False):
        await reader.writes("/help")
        for _ in range(searches):
            await reader.writes("/search рис")
        await until_rows(database, *[(True, False)] * (1 + searches))
    with capture_logs() as logs:
        async with AsyncExitStack() as disk:
            await disk.enter_async_context(full_disk(database))
            async with serving(context):
                await reader.sees(SORRY)

                async def was_tried_again() -> bool:
                    return sum("tried again" in line["event"] for line in logs) >= 2

                await until(was_tried_again, "a second attempt")
                await disk.aclose()
                await until_rows(database, *[(False, False)] * (1 + searches))
    assert context.metrics.registry.get_sample_value("khabar_updates_total") == 1 + searches
    sorry, told, *found = await answers(telegram, reader.number)
    assert SORRY in sorry
    assert "Что я умею" in told
    assert ["Поиск: рис" in one for one in found] == [True] * searches


async def test_what_cannot_be_written_down_is_not_confirmed(khabar: Khabar, reader: Person, database: Database) -> None:
    await reader.says("/help")
    with capture_logs() as logs:
        async with full_disk(database):
            await reader.writes(LONG)

            async def is_refused() -> bool:
                return any("cannot be written down" in line["event"] for line in logs)

            await until(is_refused, "a word in the log")
            assert (await khabar.bot.get_webhook_info()).pending_update_count == 1
        await reader.sees("длин")


async def test_a_flood_is_answered_twenty_times_and_slows_nobody(
    telegram: LocalTelegram, khabar: Khabar, reader: Person, database: Database
) -> None:
    other = await telegram.person(78, "Сино")
    await other.says("/help")
    flood = asyncio.create_task(say_often(reader, 1000))
    waits: list[float] = []
    while not flood.done():
        started = time.monotonic()
        assert "/latest" in (await other.says("/help")).text
        waits.append(time.monotonic() - started)
        await asyncio.sleep(0.6)
    await flood
    dropped = khabar.context.metrics.registry.get_sample_value("khabar_updates_dropped_total")

    async def are_taken() -> bool:
        return (await khabar.bot.get_webhook_info()).pending_update_count <= 1

    await until(are_taken, "the end of the flood")
    assert "/latest" in (await other.says("/help")).text
    said = [call["params"] for call in await telegram.calls("sendMessage") if call["chat_id"] == reader.number]
    assert len(said) == MOST
    assert "Слишком часто" in said[-1]["text"]
    assert dropped is not None
    assert len(await rows(database)) == MOST + 2 + len(waits)
    assert max(waits) < 1, waits


async def say_often(person: Person, times: int) -> None:
    """A hundred commands a second, as a script sends them."""
    async with asyncio.TaskGroup() as group:
        for _ in range(times // 10):
            for _ in range(10):
                group.create_task(person.writes("/help"))
            await asyncio.sleep(0.1)


@asynccontextmanager
async def hooked(context: ChatContext, *, handles: bool = True) -> AsyncIterator[str]:
    """The bot behind a webhook; its address."""
    bot = create_bot(TOKEN, context.settings.api_url)
    inbox = Inbox(bot, create_dispatcher(context), context)
    address = f"{HOST}:{free_port()}"
    running = asyncio.create_task(inbox.run(grace=1.0)) if handles else None
    try:
        async with listening(create_webhook(inbox, "/hook", SECRET), address):
            yield f"http://{address}/hook"
    finally:
        if running is not None:
            inbox.stop()
            await running
        await bot.session.close()


def written(number: int, text: str) -> dict[str, Any]:
    """An update of the reader's, as Telegram brings it."""
    private = {"id": 77, "type": "private", "first_name": "Мадина"}
    person = {"id": 77, "is_bot": False, "first_name": "Мадина", "language_code": "ru"}
    command = {"type": "bot_command", "offset": 0, "length": len(text.split(maxsplit=1)[0])}
    message = {"message_id": number, "date": int(time.time()), "chat": private, "from": person}
    return {"update_id": number, "message": {**message, "text": text, "entities": [command]}}


async def bring(http: ClientSession, hook: str, update: object) -> int:
    """The status that the webhook answers with."""
    async with http.post(hook, json=update, headers={SECRET_HEADER: SECRET}) as response:
        return response.status


async def test_an_update_that_a_webhook_is_brought_again_is_handled_once(
    telegram: LocalTelegram, context: ChatContext, reader: Person, database: Database
) -> None:
    await reader.writes("привет")  # so that the bot may write to them
    async with ClientSession() as http:
        async with hooked(context, handles=False) as hook:  # the answer does not wait for anybody to handle it
            assert await asyncio.gather(*(bring(http, hook, written(7, "/search рис")) for _ in range(5))) == [200] * 5
        assert await rows(database) == [(True, False)]
        async with hooked(context) as hook:
            assert await bring(http, hook, written(7, "/search рис")) == 200
            await reader.sees("рис")
            assert await bring(http, hook, written(7, "/search рис")) == 200
            assert await bring(http, hook, written(8, "/help")) == 200
            await reader.sees("/latest")
        async with hooked(context) as hook:
            assert await bring(http, hook, written(8, "/help")) == 200
    found = Counter("/latest" in said for said in await answers(telegram, reader.number))
    assert found == {False: 1, True: 1}


async def test_an_update_that_could_not_be_written_down_for_long_is_answered_once_it_can(
    context: ChatContext, reader: Person, database: Database
) -> None:
    """However often Telegram brings it meanwhile, these are the words of one person who wrote once."""
    await reader.writes("привет")
    async with ClientSession() as http, hooked(context) as hook:
        async with full_disk(database):
            assert {await bring(http, hook, written(8, LONG)) for _ in range(2 * MOST)} == {503}
        assert await bring(http, hook, written(8, LONG)) == 200
        await reader.sees("длин")
        assert await bring(http, hook, written(9, "/help")) == 200
        await reader.sees("/latest")
        await until_rows(database, (False, False), (False, False))


async def test_a_webhook_takes_what_it_can_write_down_and_what_is_an_update(
    context: ChatContext, reader: Person, database: Database
) -> None:
    await reader.writes("привет")
    async with ClientSession() as http, hooked(context) as hook:
        assert await bring(http, hook, written(7, "/help")) == 200
        await reader.sees("/latest")
        async with full_disk(database):
            assert await bring(http, hook, written(8, LONG)) == 503
        assert await bring(http, hook, written(8, LONG)) == 200
        await reader.sees("длин")
        wrong: tuple[object, ...] = ([], {}, "update", None, {"update_id": "7"})
        for one in wrong:
            assert await bring(http, hook, one) == 400
        for strange in ({"update_id": 9}, {"update_id": 10, "message": {}}):
            assert await bring(http, hook, strange) == 200
