"""Answers that are none of Telegram's: a message may stand behind each of them, and none ends anything."""

import asyncio
import time

import pytest
from aiogram import Dispatcher
from structlog.testing import capture_logs

from bot.chat import ChatContext
from bot.chat.inbox import Inbox
from bot.chat.incoming import read_update
from bot.chat.poll import Poller
from bot.delivery.pace import Pacer
from bot.delivery.results import NotSent, SendResult, Uncertain
from bot.delivery.sender import Sender, create_bot
from bot.rendering.message import compose
from storage.records import Chat, ChatKind
from tests.acceptance.conftest import TOKEN
from tests.unit.fake_site import FakeSite

READER = Chat(id=77, kind=ChatKind.PRIVATE, title="Мадина")
GARBAGE = (
    (200, "Плохой шлюз".encode("windows-1251"), Uncertain),
    (200, b"\x00\xff\xfe\x80", Uncertain),
    (200, b'{"ok": true}', Uncertain),
    (200, b'{"ok": true, "result": 5}', Uncertain),
    (200, b"", Uncertain),
    (502, b"<html>Bad Gateway</html>", NotSent),
)


@pytest.mark.parametrize(("status", "body", "expected"), GARBAGE)
async def test_an_answer_that_cannot_be_read_is_a_result(status: int, body: bytes, expected: type[SendResult]) -> None:
    async with FakeSite() as site:
        site.serve(f"/bot{TOKEN}/sendMessage", body, status)
        bot = create_bot(TOKEN, site.url(""))
        result = await Sender(bot, Pacer(29, 20), time.monotonic).send(READER, compose("Новость"))
        await bot.session.close()
    assert isinstance(result, expected)


@pytest.mark.parametrize(("status", "body", "_"), GARBAGE)
async def test_polling_outlives_an_answer_that_cannot_be_read(
    context: ChatContext, status: int, body: bytes, _: object
) -> None:
    async with FakeSite() as site:
        site.serve(f"/bot{TOKEN}/getUpdates", body, status)
        bot = create_bot(TOKEN, site.url(""))
        poller = Poller(bot, Inbox(bot, Dispatcher(), context), ["message"])
        with capture_logs() as logs:
            async with asyncio.TaskGroup() as group:
                running = group.create_task(poller.run())
                while not any(line["event"] == "no updates from Telegram" for line in logs):
                    assert not running.done()
                    await asyncio.sleep(0)
                poller.stop()
        await bot.session.close()


async def test_an_update_of_a_kind_that_nobody_knows_is_let_pass() -> None:
    bot = create_bot(TOKEN, "http://127.0.0.1:9")
    assert read_update({"update_id": 1}, bot) is None
    await bot.session.close()
