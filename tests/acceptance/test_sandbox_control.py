"""The control API: what happened, what waits, what breaks."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientError, ClientPayloadError, ServerDisconnectedError

from bot.sandbox import start_sandbox
from tests.acceptance.sandbox_wire import OWNER, READER, TOKEN, Refused, Wire, reader_waits, wired


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    async with wired() as made:
        yield made


async def test_the_state_shows_people_and_chats(wire: Wire) -> None:
    channel = await wire.play("/chats", type="channel", title="Новости", username="@news_tj", owner=OWNER, bot="member")
    assert channel["bot_status"] == "member"
    assert channel["member_count"] == 2
    state = await wire.look("/state")
    assert state["bot"]["username"] == "khabar_demo_bot"
    assert [user["id"] for user in state["users"]] == [READER, OWNER]
    shown = {chat["id"]: (chat["type"], chat["bot_status"]) for chat in state["chats"]}
    assert shown == {READER: ("private", "member"), OWNER: ("private", "left"), channel["id"]: ("channel", "member")}
    assert state["limits"] is False
    assert state["cursor"] > 0


async def test_waiting_finds_the_first_event_that_fits(wire: Wire) -> None:
    waiting = asyncio.create_task(wire.look("/wait", chat=READER, kind="edit", text="мост закрыт", timeout=20))
    sent = await wire.call("sendMessage", chat_id=READER, text="мост открыт")
    await wire.call("editMessageText", chat_id=READER, message_id=sent["message_id"], text="мост закрыт")
    found = await waiting
    assert found["event"]["message"]["message_id"] == sent["message_id"]
    assert found["cursor"] == found["event"]["seq"]
    started = time.monotonic()
    assert (await wire.look("/wait", after=found["cursor"], timeout=0.2))["event"] is None
    assert time.monotonic() - started < 5
    rich = {"html": "<h1>Заголовок</h1><ul><li>пункт</li></ul>"}
    await wire.call("sendRichMessage", chat_id=READER, rich_message=rich)
    assert (await wire.look("/wait", after=found["cursor"], text="Заголовок\nпункт"))["event"]["kind"] == "message"


async def test_the_stream_resumes_after_a_number(wire: Wire) -> None:
    cursor = (await wire.look("/state"))["cursor"]
    await wire.call("sendMessage", chat_id=READER, text="раз")
    await wire.call("sendChatAction", chat_id=READER, action="typing")
    url = f"{wire.sandbox.url}/sandbox/events"
    async with wire.http.get(url, headers={"Last-Event-ID": str(cursor)}) as response:
        assert response.content_type == "text/event-stream"
        kinds = [event["kind"] for event in await read_events(response.content, 2)]
    assert kinds == ["message", "action"]
    async with wire.http.get(url) as response:
        await response.content.readuntil(b"ready\n\n")
        await wire.call("sendMessage", chat_id=READER, text="новое")
        assert (await read_events(response.content, 1))[0]["message"]["text"] == "новое"


async def read_events(content: Any, count: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    async with asyncio.timeout(10):
        while len(found) < count:
            line = (await content.readline()).decode()
            if line.startswith("data: "):
                found.append(json.loads(line.removeprefix("data: ")))
    return found


async def test_messages_of_a_chat_page_by_number(wire: Wire) -> None:
    for number in range(5):
        await wire.call("sendMessage", chat_id=READER, text=str(number))

    async def shown(**query: Any) -> list[str]:
        found = (await wire.look(f"/chats/{READER}/messages", **query))["messages"]
        return [message["text"] for message in found]

    assert await shown(limit=2) == ["3", "4"]
    assert await shown(after=0, limit=3) == ["/start", "0", "1"]
    assert await shown(after=3) == ["2", "3", "4"]


async def test_the_menu_a_person_sees(wire: Wire) -> None:
    def commands(name: str) -> list[dict[str, str]]:
        return [{"command": name, "description": name}]

    group = (await wire.play("/chats", type="group", title="Двор", owner=OWNER, members=[READER], bot="member"))["id"]
    await wire.call("setMyCommands", commands=commands("default"))
    await wire.call("setMyCommands", commands=commands("russian"), language_code="ru")
    await wire.call("setMyCommands", commands=commands("groups"), scope={"type": "all_group_chats"})
    await wire.call("setMyCommands", commands=commands("admins"), scope={"type": "all_chat_administrators"})

    async def menu(user: int, chat: int) -> str:
        return str((await wire.look("/commands", user=user, chat=chat))["commands"][0]["command"])

    assert await menu(READER, READER) == "russian"
    assert await menu(OWNER, OWNER) == "default"
    assert await menu(READER, group) == "groups"
    assert await menu(OWNER, group) == "admins"
    await wire.call("deleteMyCommands", language_code="ru")
    assert await menu(READER, READER) == "default"
    wrong = await wire.refusal("setMyCommands", commands=[{"command": "Свежее", "description": "x"}])
    assert wrong == "Bad Request: BOT_COMMAND_INVALID"


async def test_calls_are_recorded_with_their_answers(wire: Wire) -> None:
    await wire.call("sendMessage", chat_id=READER, text="раз", reply_markup={"inline_keyboard": []})
    await wire.refusal("sendMessage", chat_id=READER, text="")
    record = await wire.look("/calls", method="sendMessage")
    assert [(call["status"], call["chat_id"], call["answer"]["ok"]) for call in record["calls"]] == [
        (200, READER, True),
        (400, READER, False),
    ]
    assert (await wire.look("/calls", after=record["last"]))["calls"] == []


async def test_faults_break_the_next_matching_requests(wire: Wire) -> None:
    async def standing() -> int:
        return len((await wire.look(f"/chats/{READER}/messages"))["messages"])

    def send() -> Any:
        return wire.call("sendMessage", chat_id=READER, text="x")

    before = await standing()
    await wire.play("/faults", kind="drop_before", method="sendMessage", chat=READER)
    with pytest.raises((ServerDisconnectedError, ClientError)):
        await send()
    assert await standing() == before
    await wire.play("/faults", kind="drop_after", method="sendMessage")
    with pytest.raises((ServerDisconnectedError, ClientError)):
        await send()
    assert await standing() == before + 1
    await wire.play("/faults", kind="garbage", done=True)
    with pytest.raises((json.JSONDecodeError, ClientPayloadError)):
        await send()
    assert await standing() == before + 2
    await wire.play("/faults", kind="status", status=503)
    async with wire.http.post(f"{wire.base}/getMe") as response:
        assert (response.status, response.content_type) == (503, "text/html")
    await wire.play("/faults", kind="error", error_code=429, description="Too Many Requests: retry after 3",
                    parameters={"retry_after": 3}, times=2)  # fmt: skip
    for _ in range(2):
        with pytest.raises(Refused) as refused:
            await send()
        assert refused.value.retry_after == "3"
    await send()
    await wire.play("/faults", kind="error", times=0)
    await wire.refusal("getMe")
    async with wire.http.delete(f"{wire.sandbox.url}/sandbox/api/faults") as response:
        assert response.status == 200
    await wire.play("/faults", kind="delay", seconds=0.1)
    started = time.monotonic()
    await send()
    assert time.monotonic() - started >= 0.1


@pytest.mark.parametrize(
    ("path", "order", "status", "error"),
    [
        ("/users", {}, 400, "a person needs a first_name"),
        ("/chats", {"type": "room", "title": "x"}, 400, "type must be group, supergroup or channel"),
        ("/chats/5/messages", {"from": READER, "text": "x"}, 404, "no such chat: 5"),
        (f"/chats/{READER}/messages", {"from": 5, "text": "x"}, 404, "no such user: 5"),
        (f"/chats/{READER}/migrate", {}, 409, "only a group that was not upgraded yet can become a supergroup"),
        ("/press", {"user": READER, "chat": READER, "message": 9, "label": "x"}, 404, "no such message"),
        (
            "/faults",
            {"kind": "fire"},
            400,
            "kind must be one of delay, drop_before, drop_after, status, garbage, error",
        ),
    ],
)
async def test_wrong_orders_get_one_clear_sentence(
    wire: Wire, path: str, order: dict[str, Any], status: int, error: str
) -> None:
    async with wire.http.post(f"{wire.sandbox.url}/sandbox/api{path}", json=order) as response:
        assert (response.status, await response.json()) == (status, {"error": error})


async def test_a_token_of_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="123456789:secret"):
        await start_sandbox("127.0.0.1", 0, "token")


async def test_it_closes_at_once_while_others_wait(wire: Wire) -> None:
    sandbox = await start_sandbox("127.0.0.1", 0, TOKEN)
    stream = await wire.http.get(f"{sandbox.url}/sandbox/events")
    poll = asyncio.create_task(wire.http.post(f"{sandbox.url}/bot{TOKEN}/getUpdates", json={"timeout": 30}))
    await reader_waits(sandbox)
    started = time.monotonic()
    await sandbox.close()
    assert time.monotonic() - started < 3
    assert (await (await poll).json())["result"] == []
    stream.close()
