"""The short way to Telegram and aiogram's own give every answer the same meaning, and no error tells the token."""

import asyncio
import traceback
from collections.abc import Awaitable

import orjson
import pytest
from aiogram import Bot
from aiogram.exceptions import ClientDecodeError, TelegramAPIError, TelegramRetryAfter
from aiohttp import web

from bot.delivery import session as sessions
from bot.delivery.results import NotSent, Refusal, Refused, SendResult, Uncertain
from bot.delivery.session import TelegramSession, create_bot, describe
from tests.acceptance.conftest import TOKEN
from tests.unit.fake_site import FakeSite

PATH = f"/bot{TOKEN}/sendMessage"
MESSAGE = b'{"ok":true,"result":{"message_id":5,"date":1,"chat":{"id":7,"type":"private"}}}'


def refusal(code: int, description: str | None, **parameters: int) -> bytes:
    return orjson.dumps({"ok": False, "error_code": code, "description": description, "parameters": parameters})


ANSWERS: list[tuple[int, bytes, SendResult]] = [
    (400, refusal(400, "Bad Request: chat not found"), Refused(Refusal.NO_ACCESS, "Bad Request: chat not found")),
    (400, refusal(400, None), Refused(Refusal.OTHER, "")),
    (401, refusal(401, "Unauthorized"), Refused(Refusal.TOKEN, "Unauthorized")),
    (403, refusal(403, "Forbidden: odd"), Refused(Refusal.NO_ACCESS, "Forbidden: odd")),
    (404, refusal(404, "Not Found"), Refused(Refusal.TOKEN, "Not Found")),
    (409, refusal(409, "Conflict: odd"), Refused(Refusal.OTHER, "Conflict: odd")),
    (500, refusal(500, None), NotSent("the server answered 500")),
    (502, b"<html>Bad Gateway</html>", NotSent("the server answered 502")),
    (200, b'{"ok":true,"result":{"message_id":', Uncertain("the answer cannot be read")),
    (200, b'{"ok":true,"result":5}', Uncertain("the answer cannot be read")),
    (200, b'{"ok":true}', Uncertain("the answer cannot be read")),
    (200, b"[]", Uncertain("the answer cannot be read")),
    (200, b"\xff\xfe", Uncertain("the answer cannot be read")),
]


async def fails(bot: Bot, *, is_short: bool) -> TelegramAPIError | ClientDecodeError:
    """The error of one request, the short way or aiogram's."""
    assert isinstance(bot.session, TelegramSession)
    request: Awaitable[object] = (
        bot.session.post(bot, "sendMessage", b"{}") if is_short else bot.send_message(7, "Новость")
    )
    with pytest.raises((TelegramAPIError, ClientDecodeError)) as failed:
        await request
    assert isinstance(failed.value, TelegramAPIError | ClientDecodeError)
    if is_short:
        assert TOKEN not in "".join(traceback.format_exception(failed.value))
    return failed.value


@pytest.mark.parametrize("is_short", [True, False])
@pytest.mark.parametrize(("status", "body", "expected"), ANSWERS)
async def test_an_answer_means_the_same_both_ways(
    is_short: bool, status: int, body: bytes, expected: SendResult
) -> None:
    async with FakeSite() as site:
        site.serve(PATH, body, status)
        bot = create_bot(TOKEN, site.url(""))
        error = await fails(bot, is_short=is_short)
        await bot.session.close()
    assert describe(error) == expected


@pytest.mark.parametrize(
    ("body", "headers", "wait"),
    [
        (refusal(429, "Too Many Requests: retry after 7", retry_after=7), {"Retry_After": "7"}, 7),
        (refusal(429, "Too Many Requests: retry after 7", retry_after=7), {}, 7),
        (b"<html>slow down</html>", {"Retry_After": "12"}, 12),
        (b"<html>slow down</html>", {}, sessions.RETRY_AFTER),
        (refusal(429, "Too Many Requests"), {}, sessions.RETRY_AFTER),
    ],
)
async def test_too_many_requests_say_how_long_to_wait(body: bytes, headers: dict[str, str], wait: int) -> None:
    async with FakeSite() as site:
        site.serve(PATH, body, 429, **headers)
        bot = create_bot(TOKEN, site.url(""))
        error = await fails(bot, is_short=True)
        await bot.session.close()
    assert isinstance(error, TelegramRetryAfter)
    assert error.retry_after == wait


@pytest.mark.parametrize("is_short", [True, False])
async def test_no_connection_means_not_sent(is_short: bool) -> None:
    bot = create_bot(TOKEN, "http://127.0.0.1:9")
    assert describe(await fails(bot, is_short=is_short)) == NotSent("no connection")
    await bot.session.close()


@pytest.mark.parametrize("is_short", [True, False])
async def test_a_connection_that_is_cut_leaves_it_uncertain(is_short: bool) -> None:
    async def cut(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    async with FakeSite() as site:
        site.handle(PATH, cut)
        bot = create_bot(TOKEN, site.url(""))
        error = await fails(bot, is_short=is_short)
        await bot.session.close()
    assert describe(error) == Uncertain("ServerDisconnectedError")


async def test_an_answer_that_does_not_come_leaves_it_uncertain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "REQUEST_TIMEOUT", 0.2)
    async with FakeSite() as site:
        site.drip(PATH, 0.05)
        bot = create_bot(TOKEN, site.url(""))
        error = await fails(bot, is_short=True)
        await bot.session.close()
    assert describe(error) == Uncertain("TimeoutError")


@pytest.mark.parametrize(
    ("body", "number"),
    [(MESSAGE, 5), (b'{"ok":true,"result":true}', 0), (b'{"ok":true,"result":[{"message_id":8}]}', 8)],
)
async def test_of_a_good_answer_the_number_is_read(body: bytes, number: int) -> None:
    async with FakeSite() as site:
        site.serve(PATH, body)
        bot = create_bot(TOKEN, site.url(""))
        assert isinstance(bot.session, TelegramSession)
        assert await bot.session.post(bot, "sendMessage", b"{}") == number
        await bot.session.close()


async def test_a_gateways_page_in_another_encoding_is_its_failure() -> None:
    async with FakeSite() as site:
        site.serve(PATH, "Шлюз молчит".encode("windows-1251"), 504)
        bot = create_bot(TOKEN, site.url(""))
        assert describe(await fails(bot, is_short=True)) == NotSent("the server answered 504")
        await bot.session.close()


async def test_more_requests_than_aiohttp_allows_by_default_are_open_at_once() -> None:
    everybody = asyncio.Barrier(150)

    async def answer(_: web.Request) -> web.StreamResponse:
        await everybody.wait()
        return web.Response(body=MESSAGE)

    async with FakeSite() as site:
        site.handle(PATH, answer)
        bot = create_bot(TOKEN, site.url(""))
        assert isinstance(bot.session, TelegramSession)
        numbers = await asyncio.gather(*[bot.session.post(bot, "sendMessage", b"{}") for _ in range(150)])
        await bot.session.close()
    assert numbers == [5] * 150
