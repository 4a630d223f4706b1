"""Silence and back, /privacy, /delete; old buttons, blocks, and faults of ours."""

import asyncio

import pytest
from structlog.testing import capture_logs

from storage.database import Database
from storage.records import ChatState
from tests.acceptance.conftest import TOKEN, Khabar
from tests.acceptance.person import LocalTelegram, Person


async def test_stop_keeps_what_was_followed_and_the_button_resumes(khabar: Khabar, reader: Person) -> None:
    await reader.says("/follow ОДКБ")
    assert "больше ничего не присылаю" in (await reader.says("/stop")).text
    chat = await khabar.chat(reader.number)
    assert (chat.state, chat.due_at) == (ChatState.STOPPED, None)
    assert await khabar.follows(reader.number) == ["ОДКБ"]
    await reader.presses("▶️ Присылать снова")
    await reader.sees("Новости опять будут приходить", label="Мои подписки")
    assert (await khabar.chat(reader.number)).state is ChatState.ACTIVE


async def test_start_resumes_too(khabar: Khabar, reader: Person) -> None:
    await reader.says("/follow ОДКБ")
    await reader.says("/stop")
    assert "Новости опять будут приходить" in (await reader.says("/start")).text
    assert (await khabar.chat(reader.number)).state is ChatState.ACTIVE
    assert "Салом!" in (await reader.says("/start")).text


async def test_whoever_follows_nothing_resumes_by_choosing(khabar: Khabar, reader: Person) -> None:
    await reader.says("/stop")
    await reader.presses("▶️ Присылать снова")
    await reader.sees("Осталось выбрать, что присылать")
    assert (await khabar.chat(reader.number)).state is ChatState.STOPPED
    await reader.presses("Выбрать темы")
    await reader.sees(label="ОДКБ · 1")
    await reader.presses("ОДКБ · 1")
    await reader.sees(label="✅ ОДКБ · 1")
    assert (await khabar.chat(reader.number)).state is ChatState.ACTIVE


async def test_delete_asks_and_then_forgets_everything(khabar: Khabar, reader: Person) -> None:
    told = (await reader.says("/privacy")).text
    assert "/delete" in told
    assert "30 дней" in told
    await reader.says("/follow ОДКБ")
    await reader.says("/delete")
    await reader.presses("Нет, оставить")
    await reader.sees("всё осталось как было")
    assert await khabar.follows(reader.number) == ["ОДКБ"]
    await reader.says("/delete")
    await reader.presses("Да, удалить всё")
    await reader.sees("Готово, всё удалено")
    assert not await khabar.knows(reader.number)
    await reader.blocks()
    await reader.blocks(blocked=False)
    assert "Салом!" in (await reader.says("/start")).text
    assert await khabar.follows(reader.number) == []


async def test_a_block_silences_and_a_word_wakes_whoever_follows(khabar: Khabar, reader: Person) -> None:
    await reader.says("/follow ОДКБ")
    await reader.blocks()
    other = await reader.telegram.person(12, "Другая")
    await other.says("/help")
    assert (await khabar.chat(reader.number)).state is ChatState.BLOCKED
    await reader.blocks(blocked=False)
    await other.says("/help")
    assert (await khabar.chat(reader.number)).state is ChatState.BLOCKED
    await reader.says("/latest")
    chat = await khabar.chat(reader.number)
    assert (chat.state, chat.trouble) == (ChatState.ACTIVE, None)


@pytest.mark.parametrize(
    "data", ["f:4040:", "r:4040", "l:t:4040:0:0", "l:s:4040:0:0", "k:4040", "older-version", "b:77:1"]
)
async def test_an_old_button_says_that_it_is_old(khabar: Khabar, reader: Person, data: str) -> None:
    await reader.says("/latest")
    await khabar.leaves(reader.number, data)
    assert await reader.presses(data) == "Эта кнопка устарела. Откройте список заново."


async def test_a_press_that_changes_nothing_is_answered(reader: Person) -> None:
    shown = await reader.says("/follow")
    refusal = "Bad Request: message is not modified: specified new message content and reply markup are the same"
    fault = {"kind": "error", "method": "editMessageText", "error_code": 400, "description": refusal}
    await reader.telegram.act("/faults", **fault)
    assert await reader.presses("Рогун · 2") == "Подписка оформлена"
    last = await reader.says("/help")
    assert [seen.number for seen in await reader.telegram.messages(reader.number) if seen.is_bots] == [
        shown.number,
        last.number,
    ]


async def test_a_list_whose_message_is_gone_comes_anew(khabar: Khabar, reader: Person) -> None:
    shown = await reader.says("/latest")
    fault = {"kind": "error", "method": "editMessageText", "error_code": 400}
    await reader.telegram.act("/faults", description="Bad Request: message to edit not found", **fault)
    await reader.presses("Старее ›")
    assert (await reader.sees("страница 2")).number > shown.number
    assert khabar


async def test_a_short_limit_is_waited_for_and_a_block_in_the_middle_is_no_fault(
    khabar: Khabar, reader: Person
) -> None:
    limit = {"kind": "error", "method": "sendMessage", "error_code": 429, "parameters": {"retry_after": 1}}
    await reader.telegram.act("/faults", description="Too Many Requests: retry after 1", **limit)
    assert "Последние новости" in (await reader.says("/latest")).text
    refusal = {"kind": "error", "method": "sendMessage", "error_code": 403}
    await reader.telegram.act("/faults", description="Forbidden: bot was blocked by the user", **refusal)
    await reader.writes("/latest")
    assert "Что я умею" in (await reader.says("/help")).text
    assert khabar


async def test_a_fault_of_ours_is_logged_without_the_token_and_answered(
    khabar: Khabar, reader: Person, database: Database
) -> None:
    await reader.says("/latest")
    await khabar.leaves(reader.number, "l:s:1:0:0")
    await reader.telegram.act("/faults", kind="garbage", method="sendMessage", done=False)
    with capture_logs() as logs:
        await reader.writes("/latest")
        await reader.says("/help")
        async with database.writer.begin() as connection:
            await connection.exec_driver_sql("ALTER TABLE question RENAME TO hidden")
        assert "сломалось у меня" in (await reader.says("/search рис")).text
        assert "сломалось у меня" in str(await reader.presses("l:s:1:0:0"))
    assert "Последние новости" in (await reader.says("/latest")).text
    assert TOKEN not in repr(logs)
    assert [entry["event"] for entry in logs if entry["log_level"] == "error"] == [
        "an update could not be answered"
    ] * 2
    assert khabar.context.metrics.registry.get_sample_value("khabar_updates_total") == 6


async def test_many_people_at_once_are_all_answered(telegram: LocalTelegram, khabar: Khabar) -> None:
    assert khabar
    people = [await telegram.person(1000 + number, f"Читатель {number}") for number in range(12)]
    answers = await asyncio.gather(*(one.says("/follow ОДКБ") for one in people))
    assert {answer.text for answer in answers} == {answers[0].text}
