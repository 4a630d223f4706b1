"""The sandbox as a server on one port: Bot API, control API, events, files and the chat page."""

import asyncio
from pathlib import Path

import orjson
from aiohttp import web

from bot.sandbox.api import BotApi
from bot.sandbox.control import Control
from bot.sandbox.events import EventLog
from bot.sandbox.telegram import Telegram
from bot.sandbox.world import User, World

PAGE = Path(__file__).with_name("page.html")
MAX_REQUEST = 64 * 1024 * 1024  # bytes: an upload of 50 MB and its form
PING_AFTER = 15.0  # seconds without an event: a comment keeps the stream open
BOT_NAME = "Хабар"
BOT_USERNAME = "khabar_demo_bot"


class Sandbox:
    """A running sandbox; `telegram` is its inner state, for tests of the sandbox itself."""

    def __init__(self, telegram: Telegram, runner: web.AppRunner, host: str, port: int) -> None:
        self.telegram = telegram
        self.port = port
        self.url = f"http://{host}:{port}"
        self._runner = runner

    async def close(self) -> None:
        """Ends streams and polls, then the server."""
        self.telegram.updates.release_reader()
        self.telegram.events.close()
        await self.telegram.webhook.stop()
        await self._runner.cleanup()
        await self.telegram.files.close()


async def start_sandbox(
    host: str,
    port: int,
    token: str,
    *,
    limits: bool = True,
    bot_name: str = BOT_NAME,
    bot_username: str = BOT_USERNAME,
) -> Sandbox:
    """Starts a local Telegram for the bot of `token` ("digits:secret"); port 0 takes a free one.

    Raises ValueError for a token of another shape and OSError when the port is taken.
    """
    bot_id, _, secret = token.partition(":")
    if not bot_id.isdecimal() or not secret:
        raise ValueError("a bot token looks like 123456789:secret")
    bot = User(int(bot_id), bot_name, username=bot_username, is_bot=True)
    telegram = Telegram(World(bot), token, limits=limits)
    runner = web.AppRunner(create_app(telegram), access_log=None, shutdown_timeout=2.0)
    await runner.setup()
    site = web.TCPSite(runner, host, port)
    await site.start()
    bound: int = runner.addresses[0][1]
    return Sandbox(telegram, runner, host, bound)


def create_app(telegram: Telegram) -> web.Application:
    """The routes; the Bot API first, since it is asked most."""
    app = web.Application(client_max_size=MAX_REQUEST)
    api = BotApi(telegram)
    streams = Streams(telegram)
    app.router.add_route("*", "/bot{token:[^/]+}/{method}", api.handle)
    app.router.add_get("/file/bot{token:[^/]+}/{path:.+}", api.file)
    app.router.add_get("/", streams.page)
    app.router.add_get("/sandbox/events", streams.events)
    app.router.add_get("/sandbox/files/{file_id}", streams.file)
    app.router.add_routes(Control(telegram).routes())
    return app


class Streams:
    """The page and what it reads."""

    def __init__(self, telegram: Telegram) -> None:
        self._telegram = telegram

    async def page(self, _: web.Request) -> web.Response:
        """The chat page, read anew each time."""
        try:
            body = PAGE.read_bytes()  # a small local file
        except FileNotFoundError:
            return web.Response(status=404, text="The chat page is not here: bot/sandbox/page.html is missing.")
        return web.Response(body=body, content_type="text/html", charset="utf-8", headers={"Cache-Control": "no-store"})

    async def file(self, request: web.Request) -> web.Response:
        """The bytes of a file_id."""
        stored = self._telegram.files.by_id(request.match_info["file_id"])
        if stored is None:
            return web.Response(status=404, text="No such file.")
        return web.Response(body=stored.body, content_type=stored.mime_type)

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: what is new, or everything after a number."""
        log = self._telegram.events
        start = request.headers.get("Last-Event-ID") or request.query.get("after")
        seq = int(start) if start and start.isdecimal() else log.last
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        await response.write(b": ready\n\n")
        while True:
            chunks = [b"id: %d\ndata: %b\n\n" % (event["seq"], orjson.dumps(event)) for event in log.after(seq)]
            seq = log.last
            try:
                await response.write(b"".join(chunks) or b": still here\n\n")
            except ConnectionError:
                return response
            if not await _next_change(log, seq):
                return response


async def _next_change(log: EventLog, seq: int) -> bool:
    """Waits for an event at most PING_AFTER; False when the log closes."""
    try:
        async with asyncio.timeout(PING_AFTER):
            return await log.changed(seq)
    except TimeoutError:
        return True
