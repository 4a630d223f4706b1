"""/settings and /digest: every switch, and what it does to the chat's record."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from storage.records import ChatState, Schedule
from tests.acceptance.conftest import Khabar
from tests.acceptance.person import LocalTelegram, Person


async def test_pictures_and_sound_are_switched_in_place(khabar: Khabar, reader: Person) -> None:
    shown = await reader.says("/settings")
    assert {"✅ Картинки", "✅ Звук"} <= set(shown.labels)
    assert await reader.presses("✅ Картинки") == "Готово"
    assert (await reader.sees("🖼 Картинки: не показываю")).number == shown.number
    await reader.presses("✅ Звук")
    await reader.sees("🔕 Звук: нет", label="Звук")
    chat = await khabar.chat(reader.number)
    assert (chat.with_pictures, chat.is_silent) == (False, True)
    await reader.presses("Картинки")
    await reader.sees("🖼 Картинки: показываю")
    assert (await khabar.chat(reader.number)).with_pictures


async def test_language_and_time_zone_are_chosen_on_their_screens(khabar: Khabar, reader: Person) -> None:
    await reader.says("/settings")
    await reader.presses("🌐 Язык")
    await reader.sees("На каком языке говорить?")
    await reader.presses("Тоҷикӣ")
    shown = await reader.sees("Тоҷикӣ")
    assert (await khabar.chat(reader.number)).language == "tg"
    assert "🌐 Забон" in shown.labels
    await reader.presses("🌐 Забон")
    await reader.sees(label="✅ Тоҷикӣ")
    await reader.presses("Русский")
    await reader.sees("Язык: Русский")
    await khabar.leaves(reader.number, "g:xx:s", "z:Mars/Olympus:s")
    assert await reader.presses("g:xx:s") == "Эта кнопка устарела. Откройте список заново."
    assert await reader.presses("z:Mars/Olympus:s") == "Эта кнопка устарела. Откройте список заново."
    await reader.presses("🕐 Часовой пояс")
    moscow = f"{datetime.now(ZoneInfo('Europe/Moscow')):%H}"
    offered = await reader.sees("Который у вас час?")
    city = next(label for label in offered.labels if label.startswith("Москва · "))
    assert city.startswith(f"Москва · {moscow}:")
    await reader.presses(city)
    await reader.sees("Время: Москва")
    assert (await khabar.chat(reader.number)).timezone == "Europe/Moscow"


async def test_the_time_zone_chosen_from_the_digest_leads_back_there(khabar: Khabar, reader: Person) -> None:
    await reader.says("/digest")
    await reader.presses("🕐 Часовой пояс")
    await reader.sees("Который у вас час?")
    await reader.presses("‹ Назад")
    await reader.sees("Когда присылать новости")
    await reader.presses("🕐 Часовой пояс")
    offered = await reader.sees("Который у вас час?")
    await reader.presses(next(label for label in offered.labels if label.startswith("Москва · ")))
    await reader.sees("Когда присылать новости")
    assert (await khabar.chat(reader.number)).timezone == "Europe/Moscow"


async def test_who_has_stopped_is_told_on_the_screen_of_the_digest(khabar: Khabar, reader: Person) -> None:
    shown = await reader.says("/digest")
    assert "⏸ Сейчас я ничего не присылаю." in shown.text
    assert "Выбрать темы" in shown.labels
    await reader.says("/follow ОДКБ")
    assert "⏸" not in (await reader.says("/digest")).text
    await reader.says("/stop")
    assert "⏸ Сейчас я ничего не присылаю." in (await reader.says("/digest")).text
    await reader.presses("▶️ Присылать снова")
    await reader.sees("Снова на связи! Новости опять будут приходить.")
    assert (await khabar.chat(reader.number)).state is ChatState.ACTIVE


async def test_a_daily_digest_is_due_at_its_next_hour_and_instant_is_due_now(khabar: Khabar, reader: Person) -> None:
    await reader.says("/follow ОДКБ")
    await reader.says("/digest")
    await reader.presses("Дайджест")
    await reader.sees("дайджест каждый день в 09:00", label="✓9")
    chat = await khabar.chat(reader.number)
    assert chat.schedule is Schedule.DAILY
    assert chat.due_at is not None
    assert chat.due_at.astimezone(ZoneInfo("Asia/Dushanbe")).hour == 9
    assert timedelta() < chat.due_at - datetime.now(UTC) <= timedelta(days=1)
    await reader.presses("Сразу")
    await reader.sees("сразу, как выйдут")
    now_due = (await khabar.chat(reader.number)).due_at
    assert now_due is not None
    assert now_due <= datetime.now(UTC)


async def test_a_weekly_digest_is_due_on_its_day_and_hours(khabar: Khabar, reader: Person) -> None:
    await reader.says("/follow ОДКБ")
    await reader.says("/digest")
    await reader.presses("Дайджест")
    await reader.sees(label="Раз в неделю")
    await reader.presses("Раз в неделю")
    await reader.sees("дайджест по понедельникам в 09:00", label="✓Пн")
    await reader.presses("Ср")
    await reader.sees("по средам", label="✓Ср")
    await reader.presses("18")
    await reader.sees("в 09:00, 18:00")
    await reader.presses("✓9")
    await reader.sees("дайджест по средам в 18:00", label="9")
    # What is on already stays so when it is pressed again.
    await reader.presses("✅ Дайджест")
    chat = await khabar.chat(reader.number)
    assert (chat.schedule, chat.weekday, chat.hours) == (Schedule.WEEKLY, 2, (18,))
    assert chat.due_at is not None
    local = chat.due_at.astimezone(ZoneInfo("Asia/Dushanbe"))
    assert (local.weekday(), local.hour, local.minute) == (2, 18, 0)
    assert timedelta() < chat.due_at - datetime.now(UTC) <= timedelta(days=7)
    await khabar.leaves(reader.number, "w:7")
    assert await reader.presses("w:7") == "Эта кнопка устарела. Откройте список заново."


async def test_what_waited_for_the_digest_comes_with_the_next_hour(khabar: Khabar, reader: Person) -> None:
    await reader.says("/follow ОДКБ")
    await reader.says("/digest")
    await reader.presses("Дайджест")
    await reader.sees(label="✓9")
    await reader.presses("Раз в час")
    await reader.sees("раз в час, если вышло новое", label="✅ Раз в час")
    chat = await khabar.chat(reader.number)
    assert chat.due_at is not None
    assert (chat.schedule, chat.due_at.minute, chat.due_at.second) == (Schedule.HOURLY, 0, 0)
    assert timedelta() <= chat.due_at - datetime.now(UTC) + timedelta(minutes=1) <= timedelta(minutes=61)


async def test_urgent_news_break_in_unless_the_reader_minds(khabar: Khabar, reader: Person) -> None:
    shown = await reader.says("/digest")
    assert "✅ Срочное сразу" not in shown.labels  # everything comes at once
    await reader.presses("Раз в час")
    await reader.sees("⚡️ Срочное: сразу, в любое время", label="✅ Срочное сразу")
    await reader.presses("✅ Срочное сразу")
    await reader.sees("⚡️ Срочное: вместе со всем", label="Срочное сразу")
    assert not (await khabar.chat(reader.number)).takes_urgent
    await reader.presses("Срочное сразу")
    await reader.sees("⚡️ Срочное: сразу, в любое время")
    assert (await khabar.chat(reader.number)).takes_urgent


async def test_a_digest_keeps_at_least_one_hour(khabar: Khabar, reader: Person) -> None:
    await reader.says("/digest")
    await reader.presses("Дайджест")
    await reader.sees(label="✓9")
    assert "Нужен хотя бы один час" in str(await reader.presses("✓9"))
    await reader.presses("18")
    await reader.sees("в 09:00, 18:00")
    await reader.presses("✓9")
    await reader.sees("в 18:00", label="9")
    await khabar.leaves(reader.number, "h:77:1")
    await reader.presses("h:77:1")
    await reader.sees("в 18:00")
    chat = await khabar.chat(reader.number)
    assert (chat.hours, chat.state, chat.due_at) == ((18,), ChatState.NEW, None)


async def test_a_group_has_hashtags_to_switch(telegram: LocalTelegram, khabar: Khabar, reader: Person) -> None:
    group = await telegram.chat("group", "Двор", reader, bot="member")
    await reader.says("/settings", group)
    await reader.presses("✅ Хештеги", group)
    await reader.sees("Хештеги: не ставлю", chat=group)
    assert not (await khabar.chat(group)).with_hashtags
