"""The sender against the local Telegram: what goes out reads as aiogram would send it, and refusals lead on."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from typing import Any

import pytest
from aiogram import Bot
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup
from aiogram.utils.formatting import Bold, TextLink
from PIL import Image

from bot.delivery.pace import Pacer
from bot.delivery.results import NotThere, RateLimited, Refusal, Refused, Sent, Unknown
from bot.delivery.sender import REFUSED_PICTURE, Sender, create_bot
from bot.rendering.message import Outgoing, compose
from storage.deliveries import PostKind
from storage.records import Chat, ChatKind
from tests.acceptance.conftest import TOKEN
from tests.acceptance.person import LocalTelegram, Person
from tests.unit.fake_site import FakeSite

OWNER = 88
KEYBOARD = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="Читать", callback_data="read:1")]])


@pytest.fixture
async def bot(telegram: LocalTelegram) -> AsyncIterator[Bot]:
    bot = create_bot(TOKEN, telegram.url)
    yield bot
    await bot.session.close()


@pytest.fixture
async def owner(telegram: LocalTelegram) -> Person:
    person = await telegram.person(OWNER, "Рустам")
    await person.writes("/start")
    return person


@pytest.fixture
async def channel(telegram: LocalTelegram, owner: Person) -> Chat:
    number = await telegram.chat("channel", "Новости", owner, bot="administrator")
    return Chat(id=number, kind=ChatKind.CHANNEL, title="Новости")


@pytest.fixture
def sender(bot: Bot) -> Sender:
    return Sender(bot, Pacer(1000, 1000), time.monotonic)


@asynccontextmanager
async def pictures(count: int = 3) -> AsyncIterator[list[str]]:
    """Addresses of different pictures on loopback."""
    async with FakeSite() as site:
        urls = []
        for number in range(count):
            drawn = BytesIO()
            Image.new("RGB", (320, 180 + number)).save(drawn, "PNG")
            urls.append(site.serve(f"/{number}.png", drawn.getvalue(), Content_Type="image/png"))
        yield urls


def album(urls: list[str], text: str = "Рогун дал ток") -> Outgoing:
    return compose(TextLink(text, url="https://agency.example/1"), photo=urls[0], album=tuple(urls))


async def sends(telegram: LocalTelegram) -> list[str]:
    """What the bot tried to send, in order."""
    return [call["method"] for call in await telegram.calls("") if call["method"].startswith("send")]


async def shown(telegram: LocalTelegram, chat: Chat) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await telegram.look(f"/chats/{chat.id}/messages"))["messages"]
    return found


@pytest.mark.parametrize("has_photo", [False, True])
async def test_a_message_stands_as_aiogram_would_have_sent_it(
    telegram: LocalTelegram, bot: Bot, sender: Sender, channel: Chat, has_photo: bool
) -> None:
    async with pictures(1) as [picture]:
        message = compose(
            Bold("Срочно: "),
            TextLink("Рогун дал ток", url="https://agency.example/1"),
            photo=picture if has_photo else None,
            preview_url="https://agency.example/1",
            keyboard=KEYBOARD,
        )
        assert await sender.send(channel, message) == Sent(1, PostKind.PHOTO if has_photo else PostKind.TEXT)
        entities = list(message.entities)
        if has_photo:
            await bot.send_photo(
                channel.id, picture, caption=message.text, caption_entities=entities, reply_markup=KEYBOARD
            )
        else:
            preview = message.link_preview
            await bot.send_message(
                channel.id, message.text, entities=entities, link_preview_options=preview, reply_markup=KEYBOARD
            )
    ours, stock = ({**one, "message_id": 0, "date": 0} for one in await shown(telegram, channel))
    assert ours == stock


async def test_sound_thread_and_payment_are_the_chats(telegram: LocalTelegram, bot: Bot, owner: Person) -> None:
    forum = await telegram.chat("supergroup", "Форум", owner, is_forum=True, bot="member")
    thread = int((await telegram.act(f"/chats/{forum}/threads", name="Новости"))["message_thread_id"])
    message = compose("Новость")
    sender = Sender(bot, Pacer(1000, 1000), time.monotonic, allow_paid_broadcast=True)
    for is_silent in (True, False):
        chat = Chat(id=forum, kind=ChatKind.SUPERGROUP, title="", thread_id=thread, is_silent=is_silent)
        assert isinstance(await sender.send(chat, message), Sent)
    first, second = [call["params"] for call in await telegram.calls("sendMessage")]
    assert (first["disable_notification"], first["message_thread_id"], first["allow_paid_broadcast"]) == (
        True,
        thread,
        True,
    )
    assert "disable_notification" not in second


async def test_an_album_goes_out_as_one_and_its_caption_can_be_corrected(
    telegram: LocalTelegram, sender: Sender, channel: Chat
) -> None:
    async with pictures(3) as urls:
        sent = await sender.send(channel, album(urls))
        assert sent == Sent(1, PostKind.ALBUM)
        edited = await sender.edit(channel, sent.message_id, sent.kind, album(urls, "Рогун дал больше тока"))
    assert edited == sent
    standing = await shown(telegram, channel)
    assert [one.get("caption") for one in standing] == ["Рогун дал больше тока", None, None]
    assert len({one["media_group_id"] for one in standing}) == 1


async def test_a_picture_that_is_refused_costs_the_album_and_not_the_story(
    telegram: LocalTelegram, sender: Sender, channel: Chat
) -> None:
    async with pictures(2) as urls:
        message = album([*urls, f"{telegram.url}/sandbox/api/state"])
        assert await sender.send(channel, message) == Sent(1, PostKind.PHOTO)
        assert await sends(telegram) == ["sendMediaGroup", "sendPhoto"]
    message = album([f"{telegram.url}/sandbox/api/state", "http://127.0.0.1:9/1.png"])
    assert await sender.send(channel, message) == Sent(2, PostKind.TEXT)
    assert (await sends(telegram))[2:] == ["sendMediaGroup", "sendPhoto", "sendMessage"]


async def test_a_refused_picture_is_not_tried_again_in_every_chat(telegram: LocalTelegram, bot: Bot) -> None:
    passed = 0.0
    sender = Sender(bot, Pacer(1000, 1000), lambda: time.monotonic() + passed)
    message = compose("Новость", photo="http://127.0.0.1:9/1.png")
    for number in (1, 2, 3):
        reader = await telegram.person(100 + number, "Читатель")
        await reader.writes("/start")
        assert isinstance(await sender.send(Chat(id=reader.number, kind=ChatKind.PRIVATE, title=""), message), Sent)
        passed += REFUSED_PICTURE if number == 2 else 0.0
    assert await sends(telegram) == ["sendPhoto", "sendMessage", "sendMessage", "sendPhoto", "sendMessage"]


async def test_a_chat_that_takes_no_pictures_says_nothing_about_the_picture(
    telegram: LocalTelegram, sender: Sender, channel: Chat
) -> None:
    async with pictures(1) as [picture]:
        await telegram.act(
            "/faults", kind="error", method="sendPhoto", error_code=400,
            description="Bad Request: not enough rights to send photos to the chat",
        )  # fmt: skip
        message = compose("Новость", photo=picture)
        assert await sender.send(channel, message) == Sent(1, PostKind.TEXT)
        assert await sender.send(channel, message) == Sent(2, PostKind.PHOTO)


async def test_an_album_that_is_told_to_wait_does_not_stand(
    telegram: LocalTelegram, sender: Sender, channel: Chat
) -> None:
    await telegram.act(
        "/faults", kind="error", method="sendMediaGroup", error_code=429,
        description="Too Many Requests: retry after 7", parameters={"retry_after": 7},
    )  # fmt: skip
    async with pictures(2) as urls:
        assert await sender.send(channel, album(urls)) == RateLimited(7)
        held = await sender.send(channel, album(urls))
    assert isinstance(held, RateLimited)
    assert 6 < held.retry_after <= 7
    assert await shown(telegram, channel) == []
    assert await sends(telegram) == ["sendMediaGroup"]


async def test_the_pictures_of_albums_fill_a_groups_minute(telegram: LocalTelegram, bot: Bot, channel: Chat) -> None:
    sender = Sender(bot, Pacer(1000, 8), time.monotonic)
    async with pictures(10) as urls:
        assert await sender.send(channel, album(urls)) == Sent(1, PostKind.ALBUM)
        assert isinstance(await sender.send(channel, compose("Ещё")), RateLimited)
    assert len(await shown(telegram, channel)) == 8


async def test_a_message_is_deleted(telegram: LocalTelegram, sender: Sender, channel: Chat) -> None:
    sent = await sender.send(channel, compose("Отозвано"))
    assert isinstance(sent, Sent)
    assert isinstance(await sender.delete(channel, sent.message_id), Sent)
    assert await shown(telegram, channel) == []
    gone = await sender.delete(channel, sent.message_id)
    assert isinstance(gone, Refused)
    assert gone.refusal is Refusal.POST_GONE


@pytest.mark.parametrize("does_stand", [True, False])
@pytest.mark.parametrize("kind", [PostKind.TEXT, PostKind.PHOTO, PostKind.ALBUM])
async def test_a_channel_tells_whether_a_lost_message_stands(
    telegram: LocalTelegram, sender: Sender, channel: Chat, kind: PostKind, does_stand: bool
) -> None:
    async with pictures(2) as urls:
        messages = {
            PostKind.TEXT: compose("Новость"),
            PostKind.PHOTO: compose("Новость", photo=urls[0]),
            PostKind.ALBUM: album(urls),
        }
        known = await sender.send(channel, compose("Прежняя"))
        assert isinstance(known, Sent)
        order = "drop_after" if does_stand else "drop_before"
        await telegram.act("/faults", kind=order)
        assert not isinstance(await sender.send(channel, messages[kind]), Sent)
        found = await sender.find(channel, known.message_id, messages[kind], kind)
    assert found == (Sent(known.message_id + 1, kind) if does_stand else NotThere())


async def test_a_picture_that_went_out_as_a_text_is_found_as_one(sender: Sender, channel: Chat) -> None:
    message = compose("Новость", photo="http://127.0.0.1:9/1.png")
    assert await sender.send(channel, message) == Sent(1, PostKind.TEXT)
    assert await sender.find(channel, 0, message, PostKind.PHOTO) == Sent(1, PostKind.TEXT)


async def test_somebodys_picture_is_not_taken_for_our_text(
    telegram: LocalTelegram, bot: Bot, sender: Sender, channel: Chat
) -> None:
    async with pictures(1) as [picture]:
        await bot.send_photo(channel.id, picture, caption="Чужое")
        assert await sender.find(channel, 0, compose("Новость"), PostKind.TEXT) == NotThere()
        await sender.send(channel, compose("Новость"))
        assert await sender.find(channel, 0, compose("Новость"), PostKind.TEXT) == Sent(2, PostKind.TEXT)
    assert (await shown(telegram, channel))[0]["caption"] == "Чужое"


async def test_an_old_doubt_writes_over_nobodys_post(
    telegram: LocalTelegram, sender: Sender, channel: Chat, owner: Person
) -> None:
    await owner.writes("Слово редактора", channel.id)
    found = await sender.find(channel, 0, compose("Новость"), PostKind.TEXT, is_fresh=False)
    assert found == Unknown("the bot may edit other people's posts", is_for_good=True)
    await owner.sets_bot(channel.id, "administrator", can_edit_messages=False)
    assert await sender.find(channel, 0, compose("Новость"), PostKind.TEXT, is_fresh=False) == NotThere()
    assert [one["text"] for one in await shown(telegram, channel)] == ["Слово редактора"]


async def test_where_telegram_does_not_answer_nobody_knows(
    telegram: LocalTelegram, sender: Sender, channel: Chat
) -> None:
    await telegram.act("/faults", kind="status", method="editMessageText")
    assert await sender.find(channel, 0, compose("Новость"), PostKind.TEXT) == Unknown("NotSent")
