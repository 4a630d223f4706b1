"""A Telegram that takes every message at once, in a process of its own: what is left is the time of whoever sends.

    python -m bench.echo < message.json

Reads the fields of a message from standard input and prints its address. It answers each request with a full Message
of those fields, for the chat that the request names. The request itself is read, not understood: JSON and forms cost
it the same.
"""

import asyncio
import itertools
import re
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from aiohttp import web

from bench.rest import TOKEN, environment

HOST = "127.0.0.1"
TICKS = 100  # a second, in /proc
_CHAT = re.compile(rb'chat_id(?:"\s*:\s*"?|=)(-?\d+)')


@dataclass(frozen=True, slots=True)
class Echo:
    """A running one."""

    url: str
    process: asyncio.subprocess.Process

    def busy(self) -> float:
        """Seconds of processor time it has taken so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS


@asynccontextmanager
async def echoing(message: dict[str, Any]) -> AsyncIterator[Echo]:
    """The server while the block runs; `message` are the fields of what will be sent."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.echo",
        env=environment(), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    if process.stdin is None or process.stdout is None:
        raise SystemExit("no pipe to the echo")
    process.stdin.write(orjson.dumps(message) + b"\n")
    url = (await process.stdout.readline()).decode().strip()
    try:
        yield Echo(url, process)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def serve(fields: bytes) -> None:
    """Answer until it is killed; `fields` is JSON without its first brace."""
    numbers = itertools.count(1)
    bot = b'{"id":%b,"is_bot":true,"first_name":"Khabar","username":"khabar_bot"}' % TOKEN.split(":")[0].encode()
    answer = (
        b'{"ok":true,"result":{"message_id":%d,"from":%b,"chat":{"id":%b,"first_name":"Reader","username":"reader",'
        b'"type":"private"},"date":%d,%b}'
    )

    async def handle(request: web.BaseRequest) -> web.Response:
        chat = _CHAT.search(await request.read())
        if chat is None:
            return web.Response(status=400)
        body = answer % (next(numbers), bot, chat[1], int(time.time()), fields)
        return web.Response(body=body, content_type="application/json")

    runner = web.ServerRunner(web.Server(handle))
    await runner.setup()
    await web.TCPSite(runner, HOST, 0).start()
    print(f"http://{HOST}:{runner.addresses[0][1]}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(sys.stdin.buffer.readline().strip().removeprefix(b"{")))
