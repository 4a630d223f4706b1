"""Channels and groups to which the bot is added: who is asked what to post there, and what the answers do."""

import pytest

from bot.chat.channels import arrange_channel
from config.settings import ChannelSettings
from storage.deliveries import Passed
from storage.records import ChatState, Night
from tests.acceptance.conftest import CHIEF, Khabar
from tests.acceptance.person import LocalTelegram, Person


@pytest.fixture
async def channel(telegram: LocalTelegram, reader: Person) -> int:
    """A channel whose owner has spoken to the bot and has added it just now."""
    await reader.says("/help")
    channel = await telegram.chat("channel", "Новости долины", reader)
    await reader.sets_bot(channel, "administrator")
    await reader.sees("Бота добавили в «Новости долины»")
    return channel


async def test_everything_goes_to_the_channel_when_its_owner_says_so(
    khabar: Khabar, reader: Person, channel: int
) -> None:
    added = await khabar.chat(channel)
    assert (added.state, added.owner_id, added.title) == (ChatState.NEW, reader.number, "Новости долины")
    await reader.presses("📰 Все новости")
    await reader.sees("Публикую в «Новости долины» все новости", label="Изменить")
    assert (await khabar.chat(channel)).state is ChatState.ACTIVE
    assert await khabar.follows(channel) == [""]


async def test_sources_are_marked_and_done(khabar: Khabar, reader: Person, channel: int) -> None:
    await reader.presses("Из источника…")
    await reader.sees("Какие источники публиковать")
    await reader.presses("Вестник долины")
    await reader.sees(label="✅ Вестник долины")
    await reader.presses("Pamir Gazette")
    await reader.sees(label="✅ Pamir Gazette")
    await reader.presses("✅ Вестник долины")
    await reader.sees(label="Вестник долины")
    assert (await khabar.chat(channel)).state is ChatState.NEW
    await reader.presses("Готово")
    await reader.sees("то, что вы отметили")
    assert (await khabar.chat(channel)).state is ChatState.ACTIVE
    assert await khabar.follows(channel) == ["Pamir Gazette"]


async def test_topics_are_marked_after_everything_was_chosen(khabar: Khabar, reader: Person, channel: int) -> None:
    await reader.presses("📰 Все новости")
    await reader.sees(label="Изменить")
    await reader.presses("Изменить")
    await reader.sees("Что там публиковать?")
    await reader.presses("По теме…")
    await reader.sees("Какие темы публиковать")
    await reader.presses("ОДКБ")
    await reader.sees(label="✅ ОДКБ")
    assert await khabar.follows(channel) == ["ОДКБ"]
    await reader.presses("‹ Назад")
    await reader.sees("Что там публиковать?")
    await reader.presses("Пока ничего")
    await reader.sees("ничего не публикую")
    assert await khabar.follows(channel) == []
    assert (await khabar.chat(channel)).state is ChatState.STOPPED


async def test_only_the_owner_and_the_bots_admins_arrange_a_channel(
    telegram: LocalTelegram, khabar: Khabar, channel: int
) -> None:
    stranger, chief = await telegram.person(31, "Чужой"), await telegram.person(CHIEF, "Главный")
    for person in (stranger, chief):
        await person.says("/help")
        await khabar.leaves(person.number, f"n:{channel}:e:0:0")
        notice = await person.presses(f"n:{channel}:e:0:0")
        assert (notice is None) == (person is chief)
        assert await khabar.follows(channel) == ([""] if person is chief else [])


async def test_the_right_to_post_taken_and_given_back_pauses_and_resumes(
    khabar: Khabar, reader: Person, channel: int
) -> None:
    await reader.presses("📰 Все новости")
    await reader.sees(label="Изменить")
    await reader.sets_bot(channel, "administrator", can_post_messages=False)
    await reader.says("/help")
    assert (await khabar.chat(channel)).state is ChatState.PAUSED
    await reader.sets_bot(channel, "administrator", can_post_messages=True)
    await reader.says("/help")
    assert (await khabar.chat(channel)).state is ChatState.ACTIVE
    await reader.sets_bot(channel, "left")
    await reader.says("/help")
    assert (await khabar.chat(channel)).state is ChatState.PAUSED
    await reader.sets_bot(channel, "administrator")
    await reader.sees("Бота добавили в «Новости долины»")
    assert (await khabar.chat(channel)).state is ChatState.NEW


async def test_a_group_is_offered_too_and_keeps_its_choices_as_a_supergroup(
    telegram: LocalTelegram, khabar: Khabar, reader: Person
) -> None:
    await reader.says("/help")
    group = await telegram.chat("group", "Двор", reader)
    await reader.sets_bot(group, "member")
    await reader.sees("Бота добавили в «Двор»")
    await reader.presses("📰 Все новости")
    await reader.sees(label="Изменить")
    await reader.sets_bot(group, "administrator")
    moved = int((await telegram.act(f"/chats/{group}/migrate"))["id"])
    await reader.says("/latest", moved)
    assert await khabar.follows(moved) == [""]
    assert (await khabar.chat(moved)).state is ChatState.ACTIVE
    assert not await khabar.knows(group)


async def test_an_owner_who_never_spoke_to_the_bot_is_no_fault(
    telegram: LocalTelegram, khabar: Khabar, reader: Person
) -> None:
    silent = await telegram.person(41, "Молчун")
    channel = await telegram.chat("channel", "Тихий", silent)
    await silent.sets_bot(channel, "administrator")
    await reader.says("/help")
    assert (await khabar.chat(channel)).owner_id == silent.number
    assert not await khabar.knows(silent.number)


async def test_a_channel_of_the_settings_is_as_they_say_each_time(
    telegram: LocalTelegram, khabar: Khabar, reader: Person
) -> None:
    channel = await telegram.chat("channel", "Новости долины", reader, bot="administrator")
    context = khabar.context
    for albums in (True, False):
        wanted = ChannelSettings(chat=str(channel), albums=albums, hashtags=not albums)
        await arrange_channel(khabar.bot, context, wanted)
        arranged = await khabar.chat(channel)
        assert (arranged.with_albums, arranged.with_hashtags) == (albums, not albums)
        assert (arranged.state, arranged.night) == (ChatState.ACTIVE, Night.OFF)


async def test_a_group_that_the_settings_know_by_its_old_id_keeps_what_waits_for_it(
    telegram: LocalTelegram, khabar: Khabar, reader: Person
) -> None:
    """A start stops what the settings name no more; found under its new id, the group goes on where it stood."""
    group = await telegram.chat("supergroup", "Двор", reader, bot="administrator")
    context = khabar.context
    wanted = ChannelSettings(chat=group)
    await arrange_channel(khabar.bot, context, wanted)
    async with context.database.transaction() as stores:
        await stores.mailbox.pass_over([Passed(group, 1)])  # everything after the first waits
        stopped = await stores.chats.keep_settings([-42])
    assert stopped == {group}
    await arrange_channel(khabar.bot, context, wanted, stopped)
    resumed = await khabar.chat(group)
    assert (resumed.state, resumed.position, resumed.from_settings) == (ChatState.ACTIVE, 1, True)
