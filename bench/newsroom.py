"""What benchmarks of delivery have in common: a local Telegram, an archive with its chats, and the bot, each a process.

    async with open_newsroom(Size(readers=3000), {"messages_per_second": 30}, limits=True) as room:
        async with room.bot() as bot:
            await room.publish()
            await room.all_served()
            await room.stop(bot)

Articles are written into the bot's own database as its pipeline does, by the stores, so that nothing but delivery is
measured; the bot finds, claims, sends and settles them by itself.
"""

import asyncio
import json
import os
import signal
import sqlite3
import sys
import tempfile
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import ClientSession

from bench.filling import SITE, add_source, add_story, fill_chats, story_url
from bench.rest import TOKEN, environment
from bench.running import running
from bench.telegram import FIRST_CHANNEL
from bot.clock import now_utc
from storage.database import Database
from storage.schema import migrate

START = 60.0  # seconds until a process serves
GIVE_UP = 1200.0  # seconds until all is delivered
SLOW_LOOK = 0.5  # seconds between two looks at the bot's database, which must not cost it time
PAGE = 2_000  # calls read at once
AT_ONCE = 8  # chats read at once


@dataclass(frozen=True, slots=True)
class Size:
    """Who is there. Of the readers, `blocked` have blocked the bot, which does not know it yet."""

    readers: int
    channels: int = 0
    blocked: int = 0

    @property
    def chats(self) -> list[int]:
        """Everybody's id."""
        return [*range(1, self.readers + 1), *(FIRST_CHANNEL - number for number in range(self.channels))]


@dataclass(frozen=True, slots=True)
class Send:
    """A request for a message as Telegram saw it; status 0: its connection was cut. `stands`: there is a message."""

    at: float  # epoch seconds
    chat_id: int
    status: int
    stands: bool


@dataclass(frozen=True, slots=True)
class InFlight:
    """A row of the bot's journal."""

    id: int
    chat_id: int
    articles: tuple[int, ...]


@dataclass(slots=True)
class Newsroom:
    """`urls` are the stories that were published, by the article's id."""

    size: Size
    folder: Path
    http: ClientSession
    telegram: asyncio.subprocess.Process
    database: Database
    source_id: int
    urls: dict[int, str] = field(default_factory=dict)

    async def publish(self) -> int:
        """One story goes out to everybody; its article's id."""
        async with self.database.transaction() as stores:
            article_id = await add_story(stores, self.source_id, len(self.urls) + 1, now_utc())
        self.urls[article_id] = story_url(len(self.urls) + 1)
        return article_id

    def bot(self) -> AbstractAsyncContextManager[asyncio.subprocess.Process]:
        """`khabar run`, once it is ready; killed if it still runs at the end."""
        return running(self.folder)

    async def stop(self, bot: asyncio.subprocess.Process) -> float:
        """SIGTERM; the seconds until it was gone. Any exit code but 0 ends the benchmark."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        bot.send_signal(signal.SIGTERM)
        if await bot.wait() != 0:
            raise SystemExit(f"the bot ended with {bot.returncode}:\n{(self.folder / 'bot.log').read_text()[-2000:]}")
        return loop.time() - started

    def processor(self, bot: asyncio.subprocess.Process) -> float:
        """Seconds of processor time that the bot alone has used, without its workers."""
        fields = Path(f"/proc/{bot.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def waiting(self) -> int:
        """Chats that have not been given everything yet."""
        newest = "SELECT max(id) FROM article"
        [(count,)] = self.ask(f"SELECT count(*) FROM chat WHERE state = 'active' AND position < ({newest})")  # noqa: S608
        return int(count)

    def in_flight(self) -> list[InFlight]:
        """What stands in the journal now."""
        rows = self.ask("SELECT id, chat_id, articles FROM in_flight")
        return [InFlight(claim, chat_id, tuple(json.loads(articles))) for claim, chat_id, articles in rows]

    def tally(self) -> dict[str, int]:
        """What came of messages, as the bot counted it."""
        return dict(self.ask("SELECT outcome, sum(messages) FROM tally GROUP BY outcome"))

    def ask(self, query: str) -> list[Any]:
        """Rows of the bot's database."""
        with closing(sqlite3.connect(self.folder / "khabar.db")) as database:
            return database.execute(query).fetchall()

    async def all_served(self) -> None:
        """Wait until nobody waits and nothing is on its way."""
        async with asyncio.timeout(GIVE_UP):
            while self.waiting() or self.in_flight():  # noqa: ASYNC110 - a database has no bell
                await asyncio.sleep(SLOW_LOOK)

    async def look(self, path: str, **query: Any) -> Any:
        """A question to the sandbox's control API."""
        async with self.http.get(f"/sandbox/api{path}", params=query) as response:
            response.raise_for_status()
            return await response.json()

    async def order(self, path: str, **order: Any) -> None:
        """An order to the sandbox's control API."""
        async with self.http.post(f"/sandbox/api{path}", json=order) as response:
            response.raise_for_status()

    async def mend(self) -> None:
        """No request is broken any more."""
        async with self.http.delete("/sandbox/api/faults") as response:
            response.raise_for_status()

    async def sends(self) -> list[Send]:
        """Requests for a message, the oldest first; the sandbox remembers its last 20,000 requests."""
        found: list[Send] = []
        after = 0
        while page := (await self.look("/calls", after=after, limit=PAGE, method="sendMessage"))["calls"]:
            for call in page:
                answer = call["answer"]
                stands = isinstance(answer, dict) and answer["ok"]
                found.append(Send(call["at"], call["chat_id"], call["status"], stands))
            after = page[-1]["n"]
        return found

    async def shown(self, chats: Iterable[int]) -> dict[int, list[frozenset[str]]]:
        """The stories of each message that stands in these chats, the oldest message first."""
        room = asyncio.Semaphore(AT_ONCE)

        async def read(chat_id: int) -> list[frozenset[str]]:
            async with room:
                messages = (await self.look(f"/chats/{chat_id}/messages", after=0, limit=10_000))["messages"]
            return [stories for message in messages if (stories := stories_in(message))]

        wanted = list(chats)
        return dict(zip(wanted, await asyncio.gather(*map(read, wanted)), strict=True))


@asynccontextmanager
async def open_newsroom(size: Size, delivery: Mapping[str, Any], *, limits: bool = False) -> AsyncIterator[Newsroom]:
    """Everything but the bot. Every third reader follows everything, the next the source, the next both."""
    with tempfile.TemporaryDirectory(prefix="khabar-bench-") as name:
        folder = Path(name)
        telegram, url = await start_telegram(size, limits=limits)
        database = Database(f"sqlite+aiosqlite:///{folder / 'khabar.db'}")
        try:
            write_settings(folder, url, delivery)
            await migrate(database, now_utc())
            source_id = await add_source(database, now_utc())
            await fill_chats(database, size.chats, source_id)
            async with ClientSession(url) as http:
                yield Newsroom(size, folder, http, telegram, database, source_id)
        finally:
            await database.close()
            with suppress(ProcessLookupError):
                telegram.kill()
            await telegram.wait()


async def start_telegram(size: Size, *, limits: bool) -> tuple[asyncio.subprocess.Process, str]:
    """The sandbox's process and its address."""
    words = [f"--readers={size.readers}", f"--channels={size.channels}", f"--blocked={size.blocked}"]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.telegram", *words, *(["--limits"] if limits else []),
        env=environment(), stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    if process.stdout is None:
        raise SystemExit("no pipe from the sandbox")
    async with asyncio.timeout(START):
        url = (await process.stdout.readline()).decode().strip()
    if not url:
        raise SystemExit("the sandbox ended before it was ready")
    return process, url


def write_settings(folder: Path, api_url: str, delivery: Mapping[str, Any]) -> None:
    """A bot that only delivers."""
    lines = [f"token = {json.dumps(TOKEN)}", f"api_url = {json.dumps(api_url)}", "[delivery]"]
    lines += [f"{name} = {json.dumps(value)}" for name, value in delivery.items()]
    (folder / "khabar.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def stories_in(message: Mapping[str, Any]) -> frozenset[str]:
    """The stories that a message links to."""
    urls = (entity.get("url", "") for entity in message.get("entities", ()))
    return frozenset(url for url in urls if url.startswith(SITE))
