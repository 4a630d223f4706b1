"""demo and sandbox: a local Telegram, with all of Khabar around it or alone."""

import asyncio
import errno
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp

from bot.commands.live import serve_until, stop_signal
from bot.commands.options import Options
from bot.commands.output import announce
from bot.commands.shell import DONE, CommandError, UsageError, run
from config.settings import Settings

if TYPE_CHECKING:
    from bot.sandbox import Sandbox
    from bot.sandbox.site import SampleSite

HOST = "127.0.0.1"
# Telegram's shape, so that any library takes it; it opens nothing.
TOKEN = "7000000001:a-token-of-the-local-sandbox-only1"  # noqa: S105 - a secret to nobody
READER = {"id": 101, "first_name": "Читатель", "username": "reader", "language_code": "ru"}
EDITOR = {"id": 102, "first_name": "Редактор", "username": "editor", "language_code": "ru"}
CHANNEL = {
    "id": -1001000000001,
    "type": "channel",
    "title": "Новости дня",
    "username": "khabar_news",
    "bot": "administrator",
}
TOPICS = (
    {"name": "ОДКБ", "aliases": ["CSTO", "Организация Договора о коллективной безопасности", "СААД"]},
    {"name": "ШОС", "aliases": ["SCO", "Шанхайская организация сотрудничества", "СҲШ"]},
    {"name": "ЕАЭС", "aliases": ["EAEU", "Евразийский экономический союз"]},
    {"name": "джиу-джитсу"},
)
FIRST_STORIES = 60.0  # seconds that the first visits may take before the page is given all the same


def demo(options: Options, port: int) -> int:
    """Run the demo until Ctrl-C and return the exit code. It leaves nothing behind."""

    async def body(_: Settings) -> int:
        return await _demo(port)

    return run(options, body, settings=Settings())


def serve(options: Options, port: int, token: str | None) -> int:
    """Run the sandbox alone until Ctrl-C and return the exit code."""

    async def body(_: Settings) -> int:
        stop = stop_signal()
        async with _open_sandbox(port, token or TOKEN) as sandbox:
            announce(f"A local Telegram is ready: {sandbox.url}")
            announce(f"Bot API server: {sandbox.url}   token: {token or TOKEN}")
            await stop.wait()
        return DONE

    return run(options, body, settings=Settings())


async def _demo(port: int) -> int:
    stop = stop_signal()
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="khabar-demo-")))
        sandbox = await stack.enter_async_context(_open_sandbox(port, TOKEN))
        site = await stack.enter_async_context(_open_site())
        await _settle_people(sandbox.url)
        settings = demo_settings(sandbox.url, site, folder)
        async with asyncio.TaskGroup() as group:
            ready = asyncio.Event()
            announcing = group.create_task(_announce(ready, sandbox.url, settings))
            try:
                await serve_until(stop, settings, ready.set)
            finally:
                announcing.cancel()
    return DONE


def demo_settings(api_url: str, site: "SampleSite", folder: Path) -> Settings:
    """A newsroom of three outlets and one channel, in a hurry: every source is looked at every few seconds."""
    return Settings.model_validate(
        {
            "token": TOKEN,
            "api_url": api_url,
            "database_url": f"sqlite+aiosqlite:///{folder / 'khabar.db'}",
            "admins": [EDITOR["id"]],
            "collect": {"interval": "5s", "allow_private": [f"{HOST}:{site.port}"]},
            "delivery": {"backfill": 1},
            "stories": {"edit_every": "20s"},
            "source": [{"url": feed.url, "name": feed.name, "language": feed.language} for feed in site.feeds],
            "topic": list(TOPICS),
            "channel": [{"chat": CHANNEL["id"]}],
        }
    )


async def _announce(ready: asyncio.Event, url: str, settings: Settings) -> None:
    """Give the address once the bot listens and has its first stories."""
    from storage.database import Database

    await ready.wait()
    database = Database(settings.database_url)
    try:
        async with asyncio.timeout(FIRST_STORIES):
            while True:
                async with database.snapshot() as stores:
                    sources = await stores.sources.get_all()
                if all(source.checked_at for source in sources):
                    break
                await asyncio.sleep(0.1)  # between two looks
    except TimeoutError:
        pass  # the bot answers, and stories will come
    finally:
        await database.close()
    announce(f"Khabar is ready: open {url}")
    announce("Write /latest or /topic ОДКБ to the bot; the channel beside it fills by itself. Ctrl-C ends the demo.")


async def _settle_people(url: str) -> None:
    """A reader, an editor who is the bot's admin, and the channel."""
    async with aiohttp.ClientSession(url) as session:
        for path, order in (
            ("/sandbox/api/users", READER),
            ("/sandbox/api/users", EDITOR),
            ("/sandbox/api/chats", {**CHANNEL, "owner": EDITOR["id"], "members": [READER["id"]]}),
        ):
            async with session.post(path, json=order) as response:
                if response.status != 200:
                    raise CommandError(f"the sandbox refused {path}: {await response.text()}")


@asynccontextmanager
async def _open_sandbox(port: int, token: str) -> "AsyncIterator[Sandbox]":
    try:
        from bot.sandbox import start_sandbox
    except ImportError as error:
        raise CommandError(f"the sandbox needs {error.name}: install Khabar with its extra, khabar[demo]") from None
    try:
        sandbox = await start_sandbox(HOST, port, token)
    except ValueError as error:
        raise UsageError(str(error)) from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CommandError(f"port {port} is taken: choose another with --port") from None
        raise
    try:
        yield sandbox
    finally:
        await sandbox.close()


@asynccontextmanager
async def _open_site() -> "AsyncIterator[SampleSite]":
    from bot.sandbox.site import start_site

    site = await start_site(HOST, 0)
    try:
        yield site
    finally:
        await site.close()
