"""A plain HTTP client of the sandbox: the Bot API and the control API without any bot library."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientSession

from bot.sandbox import Sandbox, start_sandbox
from tests.acceptance.person import LocalTelegram

TOKEN = "700000001:AAsandbox-tests-only-token-000000000"
READER = 77
OWNER = 88


@dataclass
class Refused(Exception):
    """An answer with ok = false."""

    status: int
    description: str
    parameters: dict[str, int]
    retry_after: str | None


class Wire:
    """Calls methods of the bot and plays people."""

    def __init__(self, sandbox: Sandbox, http: ClientSession) -> None:
        self.sandbox = sandbox
        self.http = http
        self.base = f"{sandbox.url}/bot{TOKEN}"
        self._people = LocalTelegram(http, sandbox.url)

    async def call(self, method: str, **params: Any) -> Any:
        """A Bot API method by JSON; the result, or Refused."""
        async with self.http.post(f"{self.base}/{method}", json=params) as response:
            body = await response.json()
            if body["ok"]:
                assert response.status == 200
                return body["result"]
            assert response.status == body["error_code"]
            retry = response.headers.get("Retry-After")
            raise Refused(response.status, body["description"], body.get("parameters", {}), retry)

    async def refusal(self, method: str, **params: Any) -> str:
        """The description of a refusal; fails when the method works."""
        try:
            result = await self.call(method, **params)
        except Refused as refused:
            return refused.description
        raise AssertionError(f"{method} worked: {result}")

    async def play(self, path: str, **order: Any) -> Any:
        """A control request."""
        return await self._people.act(path, **order)

    async def look(self, path: str, **query: Any) -> Any:
        """A control question."""
        return await self._people.look(path, **query)

    async def write(self, text: str, chat: int = READER, user: int = READER, **more: Any) -> Any:
        """A person writes."""
        return await self.play(f"/chats/{chat}/messages", **{"from": user, "text": text, **more})


async def reader_waits(sandbox: Sandbox) -> None:
    """Until a getUpdates has arrived and waits."""
    while sandbox.telegram.updates._reader is None:  # noqa: ASYNC110 - the queue has no event for "a reader came"
        await asyncio.sleep(0)


@asynccontextmanager
async def wired(*, limits: bool = False) -> AsyncIterator[Wire]:
    """A sandbox with a reader who has started the bot, and an owner of chats."""
    sandbox = await start_sandbox("127.0.0.1", 0, TOKEN, limits=limits)
    async with ClientSession() as http:
        wire = Wire(sandbox, http)
        await wire.play("/users", id=READER, first_name="Мадина", username="madina", language_code="ru")
        await wire.play("/users", id=OWNER, first_name="Рустам")
        await wire.write("/start")
        try:
            yield wire
        finally:
            await sandbox.close()
