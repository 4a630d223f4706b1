"""Nights, as readers live and choose them: wherever these tests run, it is an hour after midnight there."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from config.settings import Settings
from storage.records import Chat, Night, Schedule
from tests.acceptance.conftest import Khabar
from tests.acceptance.person import LocalTelegram, Person


@pytest.fixture
def settings(settings: Settings) -> Settings:
    behind = (datetime.now(UTC).hour - 1) % 24  # hours to set the clock back by, for one o'clock at night
    zone = f"Etc/GMT+{behind}" if behind <= 12 else f"Etc/GMT-{24 - behind}"  # their signs are reversed
    return settings.model_copy(update={"timezone": zone})


def hour_due(chat: Chat, settings: Settings) -> tuple[int, int]:
    """The local hour and minute when the chat is due."""
    assert chat.due_at is not None
    local = chat.due_at.astimezone(ZoneInfo(settings.timezone))
    return local.hour, local.minute


async def test_a_readers_first_nights_are_silent_and_a_groups_are_not(
    telegram: LocalTelegram, khabar: Khabar, reader: Person
) -> None:
    shown = await reader.says("/digest")
    assert "🌙 Ночью: с 22:00 до 07:00 без звука" in shown.text
    assert "🌙 Ночью: с 22:00 до 07:00 без звука" in (await reader.says("/settings")).text
    chat = await khabar.chat(reader.number)
    assert (chat.night, chat.night_from, chat.night_until) == (Night.SILENT, 22, 7)
    group = await telegram.chat("group", "Двор", reader, bot="member")
    assert "🌙 Ночью" not in (await reader.says("/settings", group)).text
    assert (await khabar.chat(group)).night is Night.OFF


async def test_a_quiet_night_holds_news_until_its_end(khabar: Khabar, reader: Person, settings: Settings) -> None:
    await reader.says("/follow ОДКБ")
    await reader.says("/digest")
    await reader.presses("🌙 Ночь")
    await reader.sees("Новости ночью", label="✅ Без звука")
    await reader.presses("Не писать до утра")
    await reader.sees("с 22:00 до 07:00 не пишу", label="✓до 7:00")
    assert hour_due(await khabar.chat(reader.number), settings) == (7, 0)
    await reader.presses("до 9:00")
    await reader.sees("с 22:00 до 09:00 не пишу", label="✓до 9:00")
    await reader.presses("с 0:00")
    await reader.sees("с 00:00 до 09:00 не пишу", label="✓с 0:00")
    chat = await khabar.chat(reader.number)
    assert (chat.night, chat.night_from, chat.night_until) == (Night.QUIET, 0, 9)
    assert hour_due(chat, settings) == (9, 0)
    await reader.presses("‹ Назад")
    await reader.sees("🌙 Ночью: с 00:00 до 09:00 не пишу", label="Срочное сразу")
    await reader.presses("Раз в час")
    await reader.sees(label="✅ Раз в час")
    assert hour_due(await khabar.chat(reader.number), settings) == (9, 0)


async def test_a_night_that_becomes_quiet_is_quiet_until_the_reader_lets_urgent_news_in(
    khabar: Khabar, reader: Person
) -> None:
    await reader.says("/digest")
    await reader.presses("🌙 Ночь")
    shown = await reader.sees("Новости ночью", label="Не писать до утра")
    assert not [label for label in shown.labels if "Срочное" in label]
    assert (await khabar.chat(reader.number)).takes_urgent
    await reader.presses("Не писать до утра")
    await reader.sees("с 22:00 до 07:00 не пишу", label="Срочное сразу")
    assert not (await khabar.chat(reader.number)).takes_urgent
    await reader.presses("Срочное сразу")
    await reader.sees("Новости ночью\nс 22:00 до 07:00 только срочное", label="✅ Срочное сразу")
    await reader.presses("✅ Не писать до утра")
    assert (await khabar.chat(reader.number)).takes_urgent
    await reader.presses("✅ Срочное сразу")
    await reader.sees("⚡️ Срочное: вместе со всем", label="Срочное сразу")
    assert not (await khabar.chat(reader.number)).takes_urgent


async def test_what_a_night_held_back_comes_once_there_is_no_night(khabar: Khabar, reader: Person) -> None:
    await reader.says("/follow ОДКБ")
    await reader.says("/digest")
    await reader.presses("🌙 Ночь")
    await reader.sees(label="Не писать до утра")
    await reader.presses("Не писать до утра")
    await reader.sees(label="✅ Не писать до утра")
    held = (await khabar.chat(reader.number)).due_at
    assert held is not None
    assert held > datetime.now(UTC) + timedelta(hours=4)
    await reader.presses("Как днём")
    shown = await reader.sees("как днём", label="✅ Как днём")
    assert "✓до 7:00" not in shown.labels
    freed = (await khabar.chat(reader.number)).due_at
    assert freed is not None
    assert freed <= datetime.now(UTC)


async def test_a_quiet_night_does_not_move_the_hours_of_a_digest(
    khabar: Khabar, reader: Person, settings: Settings
) -> None:
    await reader.says("/follow ОДКБ")
    await reader.says("/digest")
    await reader.presses("Дайджест")
    await reader.sees(label="✓9")
    await reader.presses("5")
    await reader.sees("в 05:00, 09:00")
    await reader.presses("🌙 Ночь")
    await reader.sees("Дайджест всегда приходит в выбранный час, даже ночью.", label="Не писать до утра")
    await reader.presses("Не писать до утра")
    await reader.sees(label="✅ Не писать до утра")
    chat = await khabar.chat(reader.number)
    assert (chat.night, chat.schedule) == (Night.QUIET, Schedule.DAILY)
    assert hour_due(chat, settings) == (5, 0)


async def test_an_hour_that_no_row_offers_is_refused(khabar: Khabar, reader: Person) -> None:
    await reader.says("/digest")
    await khabar.leaves(reader.number, "j:13:0", "j:22:1")
    for data in ("j:13:0", "j:22:1"):
        assert await reader.presses(data) == "Эта кнопка устарела. Откройте список заново."
    chat = await khabar.chat(reader.number)
    assert (chat.night_from, chat.night_until) == (22, 7)


async def test_in_a_group_only_its_admins_choose_the_night(
    telegram: LocalTelegram, khabar: Khabar, reader: Person
) -> None:
    group = await telegram.chat("group", "Двор", reader, bot="member")
    await reader.says("/digest", group)
    await reader.presses("🌙 Ночь", group)
    await reader.sees(label="Без звука", chat=group)
    guest = await telegram.person(78, "Далер")
    assert "администраторы" in str(await guest.presses("Без звука", group))
    assert (await khabar.chat(group)).night is Night.OFF
    await reader.presses("Без звука", group)
    await reader.sees(label="✅ Без звука", chat=group)
    assert (await khabar.chat(group)).night is Night.SILENT
