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
    assert "Анзоб: сегодня 9, за две недели до этого — ни разу" in shown["caption"]
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


async def test_names_of_one_thing_rise_as_one(reader: Person, telegram: LocalTelegram, database: Database) -> None:
    """Known names of a place, a person in other letters, and a last name that stands alone now and then."""
    today = datetime.now(UTC).date()
    met = (
        (NewEntity(EntityKind.PLACE, "Dushanbe", "dushanbe"), 5),
        (NewEntity(EntityKind.PLACE, "Душанбе", "душанбе"), 4),
        (NewEntity(EntityKind.PERSON, "Зарина Рахимова", "зарин рахимов"), 2),
        (NewEntity(EntityKind.PERSON, "Zarina Rahimova", "rahimova zarina"), 2),
    )
    async with database.transaction() as stores:
        for entity, articles in met:
            for _ in range(articles):
                await stores.entities.keep([entity], today)
    shown = await reader.says("/trends")
    assert "Душанбе: сегодня 9" in shown.text
    assert "Зарина Рахимова: сегодня 4" in shown.text
    assert "ushanbe" not in shown.text
    assert "Zarina" not in shown.text
    assert [label for label in shown.labels if label[0] in "📍👤"] == ["📍 Душанбе", "👤 Зарина Рахимова"]
    english = await telegram.person(79, "Ada", "en")
    assert "Dushanbe: 9 today" in (await english.says("/trends")).text


async def breaks(telegram: LocalTelegram, method: str, description: str, times: int = 1) -> None:
    order = {"kind": "error", "method": method, "error_code": 400, "description": f"Bad Request: {description}"}
    await telegram.act("/faults", **order, times=times)


async def uploads(telegram: LocalTelegram, method: str) -> list[bool]:
    """Of each request that was to show a picture whether it brought the picture along."""
    calls = await telegram.calls(method)
    return [one["params"].get("photo", "attach://").startswith("attach://") for one in calls]


@pytest.mark.usefixtures("spoken_of")
@pytest.mark.parametrize("why", ["not enough rights to send photos to the chat", "PHOTO_INVALID_DIMENSIONS"])
async def test_who_can_have_no_picture_is_told_in_words(reader: Person, telegram: LocalTelegram, why: str) -> None:
    await breaks(telegram, "sendPhoto", why, times=2)
    assert "Анзоб: сегодня 9" in (await reader.says("/trends")).text
    assert "photo" not in await last(telegram, reader)


@pytest.mark.usefixtures("spoken_of")
async def test_a_picture_that_telegram_has_no_more_is_uploaded_again(reader: Person, telegram: LocalTelegram) -> None:
    await reader.says("/trends")
    await breaks(telegram, "sendPhoto", "wrong file identifier/HTTP URL specified")
    await reader.says("/trends")
    assert (await last(telegram, reader))["photo"]
    assert await uploads(telegram, "sendPhoto") == [True, False, True]
    await reader.says("/trends")
    assert await uploads(telegram, "sendPhoto") == [True, False, True, False]


@pytest.mark.usefixtures("spoken_of")
async def test_a_picture_whose_message_is_gone_is_drawn_anew(reader: Person, telegram: LocalTelegram) -> None:
    first = await reader.says("/trends")
    await breaks(telegram, "editMessageMedia", "message to edit not found")
    await reader.presses("🌙 Тёмная картинка")
    assert (await reader.sees(label="☀️ Светлая картинка")).number > first.number
    assert (await last(telegram, reader))["photo"]


@pytest.mark.usefixtures("spoken_of")
async def test_a_refused_other_picture_is_told_in_words(reader: Person, telegram: LocalTelegram) -> None:
    first = await reader.says("/trends")
    await breaks(telegram, "editMessageMedia", "IMAGE_PROCESS_FAILED", times=2)
    await reader.presses("🌙 Тёмная картинка")
    assert (await reader.sees("Анзоб: сегодня 9")).number > first.number


@pytest.mark.usefixtures("spoken_of")
async def test_a_picture_that_stands_already_is_no_fault(reader: Person, telegram: LocalTelegram) -> None:
    first = await reader.says("/trends")
    await breaks(telegram, "editMessageMedia", "message is not modified: the content is the same")
    await reader.presses("🌙 Тёмная картинка")
    assert (await reader.says("/help")).number == first.number + 2  # their own command, and nothing else before it


async def test_a_quiet_day_says_so(reader: Person) -> None:
    assert "больше обычного" in (await reader.says("/trends")).text


async def test_a_topic_by_days(reader: Person, telegram: LocalTelegram, context: ChatContext) -> None:
    listed = await reader.says("/topic ОДКБ")
    assert DEFENCE in listed.text
    await reader.presses("📈 По дням")
    shown = await reader.sees(label="🌙 Тёмная картинка")
    assert "За 30 дней: 1 новость" in shown.text
    assert (await last(telegram, reader))["photo"]
    assert context
