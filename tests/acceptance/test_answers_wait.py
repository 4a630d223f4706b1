"""An answer that Telegram certainly has not is tried again, in its chat's order, and nothing of it comes twice."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiogram.types import InputRichMessage
from structlog.testing import capture_logs

from bot.chat import ChatContext
from bot.chat.inbox import SLOTS, STALE
from bot.chat.perform import Performer, Place, Unsent
from bot.chat.replies import Article, Say
from bot.rendering.message import compose
from storage.database import Database
from storage.tallies import TallyStore
from tests.acceptance.conftest import CHIEF, Khabar, serving
from tests.acceptance.person import LocalTelegram, Person
from tests.acceptance.process import until
from tests.acceptance.test_inbox import answers, rows, until_rows


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Attempts follow one another at once."""
    monkeypatch.setattr("bot.chat.inbox.backoff", lambda _: 0.05)


@pytest.fixture
async def reader(telegram: LocalTelegram, news: dict[str, int]) -> Person:
    """Somebody whose bot the test starts itself."""
    assert news
    return await telegram.person(77, "Мадина")


def gauge(context: ChatContext, name: str) -> float | None:
    return context.metrics.registry.get_sample_value(name)


async def test_an_answer_meets_a_server_that_fails_and_comes_once(
    telegram: LocalTelegram, khabar: Khabar, reader: Person, database: Database
) -> None:
    await telegram.act("/faults", kind="status", status=502, method="sendMessage", times=3)
    await reader.writes("/latest")
    await reader.writes("/help")
    await reader.sees("Что я умею")
    first, second = await answers(telegram, reader.number)
    assert "Последние новости" in first
    assert "Что я умею" in second
    await until_rows(database, (False, False), (False, False))
    assert gauge(khabar.context, "khabar_updates_total") == 2
    assert gauge(khabar.context, "khabar_updates_waiting") == 0


async def test_a_lost_answer_ends_it_since_it_may_stand_there(
    telegram: LocalTelegram, khabar: Khabar, reader: Person, database: Database
) -> None:
    await telegram.act("/faults", kind="garbage", method="sendMessage", done=True)
    await reader.writes("/latest")
    await until_rows(database, (False, False))
    assert len(await answers(telegram, reader.number)) == 1
    assert khabar


async def test_what_was_given_of_an_answer_is_not_given_again(
    telegram: LocalTelegram, khabar: Khabar, reader: Person
) -> None:
    """The server takes no rich messages, and fails after the first of the plain ones."""
    await reader.says("/help")
    refusal = {"error_code": 400, "description": "Bad Request: RICH_MESSAGE_INVALID"}
    await telegram.act("/faults", kind="error", method="sendRichMessage", **refusal)
    await telegram.act("/faults", kind="delay", method="sendMessage", seconds=0)
    await telegram.act("/faults", kind="status", method="sendMessage", status=502)
    first, second = compose("Мост"), compose("Открыли")
    article = Article(InputRichMessage(html="<p>Мост</p>"), (first, second))
    place = Place(reader.number)
    unsent = await Performer(khabar.bot, khabar.context, place).perform((article, Say(compose("Всё"))))
    assert unsent == Unsent(place, (Say(second), Say(compose("Всё"))), 0)
    assert await Performer(khabar.bot, khabar.context, place).perform(unsent.replies) is None
    assert (await answers(telegram, reader.number))[1:] == ["Мост", "Открыли", "Всё"]


async def test_a_press_that_is_answered_is_not_answered_again_when_its_page_waits(
    telegram: LocalTelegram, context: ChatContext, reader: Person, database: Database
) -> None:
    async with serving(context):
        await reader.says("/latest")
        await telegram.act("/faults", kind="status", status=502, method="editMessageText", times=0)
        await reader.presses("Старее ›")

        async def is_written_down() -> bool:
            async with database.snapshot() as stores:
                return ['"query_id"' in (one.replies or "") for one in await stores.inbox.get_open()] == [False]

        await until(is_written_down, "the rest of the answer in the database")
    await telegram.mend()
    async with serving(context):
        await reader.sees("страница 2")
        await until_rows(database, (False, False), (False, False))
    assert len(await telegram.calls("answerCallbackQuery")) == 1


async def test_a_press_that_meets_a_server_that_fails_is_answered_then(
    telegram: LocalTelegram, khabar: Khabar, reader: Person
) -> None:
    await reader.says("/latest")
    await telegram.act("/faults", kind="status", status=502, method="answerCallbackQuery", times=2)
    await reader.presses("Старее ›")
    await reader.sees("страница 2")
    assert [call["status"] for call in await telegram.calls("answerCallbackQuery")] == [502, 502, 200]
    assert khabar


async def test_an_answer_is_given_up_once_it_is_stale(
    telegram: LocalTelegram, context: ChatContext, reader: Person, database: Database
) -> None:
    turned = timedelta()

    def now() -> datetime:
        return datetime.now(UTC) + turned

    await telegram.act("/faults", kind="status", status=502, method="sendMessage", times=0)
    with capture_logs() as logs:
        async with serving(replace(context, now=now)):
            await reader.writes("/latest")
            await until_rows(database, (False, True))
            turned = STALE
            await until_rows(database, (False, False))
    assert [line["event"] for line in logs if line["log_level"] == "warning"] == [
        "an answer could not be given in time"
    ]
    assert await answers(telegram, reader.number) == []


async def test_readers_whom_telegram_lets_wait_hold_up_nobody_else(
    telegram: LocalTelegram, khabar: Khabar, reader: Person
) -> None:
    """More of them than there are slots; each gets the answer after the wait."""
    context, held = khabar.context, range(1000, 1000 + SLOTS + 6)
    until_then = context.clock() + 4
    for number in held:
        context.pacer.restore_hold(number, until_then)
    people = [await telegram.person(number, "Сино") for number in held]
    await asyncio.gather(*(person.writes("/help") for person in people))

    async def all_wait() -> bool:
        return gauge(context, "khabar_updates_waiting") == len(held)

    await until(all_wait, "everybody's updates")
    await reader.says("/help")
    assert context.clock() < until_then, "the machine is too slow for this test"
    assert gauge(context, "khabar_updates_waiting") == len(held)
    await asyncio.gather(*(person.sees("Что я умею") for person in people))


async def test_while_an_admins_numbers_are_counted_others_write(
    khabar: Khabar, telegram: LocalTelegram, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = TallyStore.count_chats
    written: list[int] = []

    async def count_slowly(store: TallyStore) -> Any:
        async with asyncio.timeout(2), database.transaction() as stores:
            await stores.inbox.add({10_000 + len(written): "else"}, datetime.now(UTC))
        written.append(1)
        return await count(store)

    chief = await telegram.person(CHIEF, "Главред")
    await chief.says("/help")  # the first contact writes the record down
    monkeypatch.setattr(TallyStore, "count_chats", count_slowly)
    assert "Сводка" in (await chief.says("/stats")).text
    assert written == [1]
    assert khabar


async def test_what_a_groups_members_say_to_one_another_is_not_written_down(
    telegram: LocalTelegram, khabar: Khabar, reader: Person, database: Database
) -> None:
    group = await telegram.chat("supergroup", "Дом", reader, bot="administrator", members=[reader.number])
    before = len(await rows(database))
    for word in ("Кто идёт на мост?", "Я", "/latest@other_bot"):
        await reader.writes(word, group)
    assert "Последние новости" in (await reader.says("/latest", group)).text
    assert len(await rows(database)) == before + 1
    assert khabar
