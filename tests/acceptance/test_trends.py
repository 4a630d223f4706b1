"""/trends: what rises today, as words, buttons and a picture that turns dark; and a topic by days."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.chat.context import ChatContext
from storage.database import Database
from storage.naming import EntityKind, NewEntity
from tests.acceptance.newsroom import DEFENCE
from tests.acceptance.person import LocalTelegram, Person

ROGUN = NewEntity(EntityKind.PLACE, "Рогун", "рогун")
ANZOB = NewEntity(EntityKind.PLACE, "Анзоб", "анзоб")


@pytest.fixture
async def spoken_of(database: Database) -> None:
    """Рогун is in the news as ever; Анзоб, of which nobody spoke, is in nine articles today."""
    today = datetime.now(UTC).date()
    async with database.transaction() as stores:
        for day in range(15):
            for _ in range(4):
                await stores.entities.keep([ROGUN], today - timedelta(days=day))
        for _ in range(9):
            await stores.entities.keep([ANZOB], today)


async def last(telegram: LocalTelegram, person: Person) -> dict[str, Any]:
    message: dict[str, Any] = (await telegram.look(f"/chats/{person.number}/messages"))["messages"][-1]
    return message


@pytest.mark.usefixtures("spoken_of")
async def test_what_rises_stands_in_words_and_in_a_picture(reader: Person, telegram: LocalTelegram) -> None:
    await reader.says("/trends")
    shown = await last(telegram, reader)
    assert "Анзоб: сегодня 9, раньше почти не встречалось" in shown["caption"]
    assert shown["photo"][-1]["width"] == 960
    await reader.presses("📍 Анзоб")
    assert "На перевале Анзоб сошла лавина" in (await reader.sees("лавина")).text


@pytest.mark.usefixtures("spoken_of")
async def test_the_picture_turns_dark_and_is_uploaded_once(reader: Person, telegram: LocalTelegram) -> None:
    await reader.says("/trends")
    light = await last(telegram, reader)
    await reader.presses("🌙 Тёмная картинка")
    await reader.sees(label="☀️ Светлая картинка")
    dark = await last(telegram, reader)
    assert dark["message_id"] == light["message_id"]
    assert dark["photo"][-1]["file_unique_id"] != light["photo"][-1]["file_unique_id"]
    await reader.presses("☀️ Светлая картинка")
    await reader.sees(label="🌙 Тёмная картинка")
    again = await last(telegram, reader)
    assert again["photo"][-1]["file_unique_id"] == light["photo"][-1]["file_unique_id"]


async def test_a_quiet_day_says_so(reader: Person) -> None:
    assert "заметно больше обычного" in (await reader.says("/trends")).text


async def test_a_topic_by_days(reader: Person, telegram: LocalTelegram, context: ChatContext) -> None:
    listed = await reader.says("/topic ОДКБ")
    assert DEFENCE in listed.text
    await reader.presses("📈 По дням")
    shown = await reader.sees(label="🌙 Тёмная картинка")
    assert "За 30 дней: 1 новость" in shown.text
    assert (await last(telegram, reader))["photo"]
    assert context
