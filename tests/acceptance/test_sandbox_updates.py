"""How the bot hears: offsets, one reader at a time, webhooks with a secret and retries."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.acceptance.sandbox_wire import OWNER, READER, Refused, Wire, reader_waits, wired


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    async with wired() as made:
        yield made


def texts(updates: list[dict[str, Any]]) -> list[str]:
    return [update["message"]["text"] for update in updates]


async def test_updates_come_again_until_confirmed(wire: Wire) -> None:
    await wire.write("раз")
    first = await wire.call("getUpdates")
    assert texts(first) == ["/start", "раз"]
    assert await wire.call("getUpdates", limit=1) == first[:1]
    assert await wire.call("getUpdates", offset=first[1]["update_id"]) == first[1:]
    assert await wire.call("getUpdates", offset=first[1]["update_id"] + 1) == []
    await wire.write("два")
    await wire.write("три")
    assert texts(await wire.call("getUpdates", offset=-1)) == ["три"]


async def test_a_poll_waits_for_what_comes(wire: Wire) -> None:
    last = (await wire.call("getUpdates"))[-1]["update_id"]
    poll = asyncio.create_task(wire.call("getUpdates", offset=last + 1, timeout=20))
    await reader_waits(wire.sandbox)
    await wire.write("пришло")
    assert texts(await poll) == ["пришло"]


async def test_a_second_reader_ends_the_first(wire: Wire) -> None:
    last = (await wire.call("getUpdates"))[-1]["update_id"]
    first = asyncio.create_task(wire.call("getUpdates", offset=last + 1, timeout=20))
    await reader_waits(wire.sandbox)
    assert await wire.call("getUpdates", offset=last + 1) == []
    with pytest.raises(Refused) as refused:
        await first
    assert refused.value.status == 409
    assert refused.value.description == (
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    )


async def test_only_allowed_kinds_come(wire: Wire) -> None:
    await wire.call("getUpdates", allowed_updates=["my_chat_member"])
    await wire.write("не слышно")
    await wire.play("/block", user=READER, blocked=True)
    kinds = [set(update) - {"update_id"} for update in await wire.call("getUpdates")]
    assert kinds == [{"message"}, {"my_chat_member"}]  # the first was queued before the wish


async def test_a_group_member_hears_commands_replies_and_mentions(wire: Wire) -> None:
    group = (await wire.play("/chats", type="group", title="Двор", owner=OWNER, bot="member"))["id"]
    said = (await wire.call("sendMessage", chat_id=group, text="я тут"))["message_id"]
    await wire.write("болтовня", chat=group)
    await wire.write("/latest", chat=group)
    await wire.write("/latest@other_bot", chat=group)
    await wire.write("/topic@khabar_demo_bot мост", chat=group)
    await wire.write("ответ", chat=group, reply_to=said)
    await wire.write("эй @khabar_demo_bot", chat=group)
    assert texts(await wire.call("getUpdates"))[1:] == [
        "/latest", "/topic@khabar_demo_bot мост", "ответ", "эй @khabar_demo_bot",
    ]  # fmt: skip


class Receiver:
    """A webhook that fails as often as it is told, then takes updates."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.got: list[dict[str, Any]] = []
        self.secrets: set[str | None] = set()
        self.full = asyncio.Event()
        self.wanted = 0

    async def take(self, request: web.Request) -> web.Response:
        self.secrets.add(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        if self.failures:
            self.failures -= 1
            return web.Response(status=503)
        update = await request.json()
        self.got.append(update)
        if len(self.got) >= self.wanted:
            self.full.set()
        return web.json_response(
            {"method": "sendMessage", "chat_id": update["message"]["chat"]["id"], "text": f"№{len(self.got)}"}
        )


async def test_a_webhook_gets_everything_in_order(wire: Wire) -> None:
    receiver = Receiver(failures=2)
    receiver.wanted = 4
    app = web.Application()
    app.router.add_post("/hook", receiver.take)
    async with TestServer(app) as server:
        url = str(server.make_url("/hook"))
        await wire.call("setWebhook", url=url, secret_token="s3cret_-", allowed_updates=["message"])
        with pytest.raises(Refused) as refused:
            await wire.call("getUpdates")
        assert refused.value.description == (
            "Conflict: can't use getUpdates method while webhook is active; "
            "use deleteWebhook to delete the webhook first"
        )
        for text in ("раз", "два", "три"):
            await wire.write(text)
        async with asyncio.timeout(20):
            await receiver.full.wait()
        assert texts(receiver.got) == ["/start", "раз", "два", "три"]
        assert receiver.secrets == {"s3cret_-"}
        assert (await wire.look("/wait", text="№4"))["event"]["message"]["from"]["is_bot"]
        info = await wire.call("getWebhookInfo")
        assert (info["url"], info["allowed_updates"], info["pending_update_count"]) == (url, ["message"], 0)
        assert info["last_error_message"] == "Wrong response from the webhook: 503 Service Unavailable"
        await wire.call("deleteWebhook")
        await wire.write("снова опрос")
        assert texts(await wire.call("getUpdates")) == ["снова опрос"]


@pytest.mark.parametrize(
    ("url", "description"),
    [
        ("http://news.example/hook", "bad webhook: An HTTPS URL must be provided for webhook"),
        (
            "https://news.example:9000/hook",
            "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443",
        ),
    ],
)
async def test_a_public_webhook_needs_https_and_a_known_port(wire: Wire, url: str, description: str) -> None:
    assert await wire.refusal("setWebhook", url=url) == f"Bad Request: {description}"


async def test_a_slow_chat_does_not_hold_up_the_others(wire: Wire) -> None:
    released, quick = asyncio.Event(), asyncio.Event()
    order: list[int] = []

    async def take(request: web.Request) -> web.Response:
        chat = (await request.json())["message"]["chat"]["id"]
        if chat == READER:
            await released.wait()
        order.append(chat)
        if chat == OWNER:
            quick.set()
        return web.Response()

    app = web.Application()
    app.router.add_post("/hook", take)
    async with TestServer(app) as server:
        await wire.call("setWebhook", url=str(server.make_url("/hook")), drop_pending_updates=True)
        await wire.write("долго")
        await wire.write("быстро", chat=OWNER, user=OWNER)
        async with asyncio.timeout(10):
            await quick.wait()
        assert order == [OWNER]
        released.set()
        await wire.call("deleteWebhook")
