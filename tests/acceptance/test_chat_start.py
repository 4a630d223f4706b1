"""The first minute: /start, its links, the choice of what to get, the language, the menu."""

import pytest

from bot.chat.menu import set_commands
from storage.records import ChatState
from tests.acceptance.conftest import Khabar
from tests.acceptance.newsroom import DEFENCE
from tests.acceptance.person import LocalTelegram, Person


@pytest.mark.parametrize(
    ("language", "hello"),
    [("ru", "Салом! Это «Хабар»"), ("tg-TJ", "Салом! Ин «Хабар»"), ("en-GB", "Salom! This is Khabar"), ("de", "Это")],
)
async def test_a_new_reader_is_greeted_in_the_language_of_their_telegram(
    telegram: LocalTelegram, khabar: Khabar, language: str, hello: str
) -> None:
    reader = await telegram.person(5, "Анна", language)
    greeting = await reader.says("/start")
    assert greeting.text.startswith(hello) or hello in greeting.text
    known = await khabar.chat(5)
    assert (known.state, known.title, known.due_at) == (ChatState.NEW, "Анна", None)


async def test_deliveries_begin_when_everything_is_chosen(khabar: Khabar, reader: Person) -> None:
    await reader.says("/start")
    assert await reader.presses("📰 Все новости") == "Подписка оформлена"
    await reader.sees("Буду присылать все новости", label="Выбрать темы")
    chat = await khabar.chat(reader.number)
    assert (chat.state, chat.position) == (ChatState.ACTIVE, 12)
    assert await khabar.follows(reader.number) == [""]


async def test_topics_are_chosen_on_a_menu_that_shows_what_is_on(khabar: Khabar, reader: Person) -> None:
    await reader.says("/start")
    await reader.presses("🔔 Выбрать темы")
    await reader.sees("Нажмите на тему", label="‹ Назад")
    assert await reader.presses("Рогун · 2") == "Подписка оформлена"
    await reader.sees(label="✅ Рогун · 2")
    assert (await khabar.chat(reader.number)).state is ChatState.ACTIVE
    assert await khabar.follows(reader.number) == ["Рогун"]
    assert await reader.presses("✅ Рогун · 2") == "Подписка снята"
    await reader.sees(label="Рогун · 2")
    assert await khabar.follows(reader.number) == []
    await reader.presses("Все новости")
    await reader.sees(label="✅ Все новости")
    await reader.presses("✅ Все новости")
    await reader.sees(label="Все новости")
    assert await khabar.follows(reader.number) == []
    await reader.presses("Мои подписки")
    await reader.sees("Вы пока ни на что не подписаны")


async def test_the_welcome_changes_its_language_in_place(khabar: Khabar, reader: Person) -> None:
    greeting = await reader.says("/start")
    await reader.presses("English")
    assert (await reader.sees("This is Khabar")).number == greeting.number
    assert (await khabar.chat(reader.number)).language == "en"
    assert "/latest — " in (await reader.says("/help")).text


async def test_help_names_every_command_of_the_menu(telegram: LocalTelegram, khabar: Khabar, reader: Person) -> None:
    await set_commands(khabar.bot, khabar.context)
    menu = await reader.menu()
    assert {"latest", "topic", "digest", "saved", "delete"} <= set(menu)
    shown = (await reader.says("/help")).text
    assert all(f"/{name} — {about}" in shown for name, about in menu.items())
    for number, language, about in ((6, "tg", "хабарҳои охирин"), (7, "en", "the latest news"), (8, "fr", None)):
        other = await telegram.person(number, "Другой", language)
        assert (await other.menu())["latest"] == (about or menu["latest"])
    group = await telegram.chat("group", "Двор", reader, bot="member")
    assert "saved" not in await reader.menu(group)
    assert "topic" in await reader.menu(group)


async def test_a_link_opens_a_story_or_a_topic(reader: Person, news: dict[str, int]) -> None:
    assert DEFENCE in (await reader.says(f"/start story_{news[DEFENCE]}")).text
    assert (await reader.says("/start topic_1")).text.startswith("ОДКБ")
    assert "больше нет" in (await reader.says("/start story_4040")).text
    assert "больше нет" in (await reader.says("/start topic_4040")).text
    assert "Салом!" in (await reader.says("/start story_abc")).text
