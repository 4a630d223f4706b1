"""The worker over a real file with a clock that is set by hand, and a Telegram that takes everything at once.

What the bot does by itself is seen so: no network, no waiting, and days that pass in minutes.
"""

import itertools
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from bench.rest import TOKEN
from bot.delivery.compose import Composer
from bot.delivery.pace import Pacer
from bot.delivery.results import SendResult, Sent
from bot.delivery.sender import Sender, create_bot
from bot.delivery.worker import Worker
from bot.metrics import Metrics
from bot.rendering.locales import Locales
from bot.rendering.message import Outgoing
from config.settings import DeliverySettings, StorySettings
from storage.database import Database
from storage.deliveries import PostKind
from storage.records import Chat
from storage.schema import migrate
from storage.stores import Stores

NO_SERVER = "http://127.0.0.1:9"  # nothing is ever sent there
TIMEZONE = "Asia/Dushanbe"


@dataclass(slots=True)
class Clock:
    """The time is what it is set to."""

    now: datetime


class Courier(Sender):
    """Every message stands at once; `on_sent` hears of the chat."""

    def __init__(self, on_sent: Callable[[Chat], None]) -> None:
        super().__init__(create_bot(TOKEN, NO_SERVER), Pacer(1, 1), time.monotonic)
        self._on_sent = on_sent
        self._numbers = itertools.count(1)

    def room(self) -> int:
        """For as many as there are open requests."""
        return 1_000_000

    def wait(self) -> float:
        """No pace."""
        return 0.0

    def wait_for(self, chat: Chat) -> float:  # noqa: ARG002 — the signature of the sender
        """No pace."""
        return 0.0

    async def send(
        self,
        chat: Chat,
        message: Outgoing,  # noqa: ARG002 — the signature of the sender
        *,
        reply_to: int | None = None,  # noqa: ARG002 — the same
    ) -> SendResult:
        """It stands."""
        self._on_sent(chat)
        return Sent(next(self._numbers), PostKind.TEXT)


class TimedDatabase(Database):
    """Keeps how long each transaction that writes took, in seconds, and whether one is open."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.took: list[float] = []
        self.is_open = False

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Stores]:
        """As the database's own, timed with its commit."""
        started = time.perf_counter()
        self.is_open = True
        try:
            async with super().transaction() as stores:
                yield stores
        finally:
            self.is_open = False
        self.took.append(time.perf_counter() - started)


@dataclass(slots=True)
class Office:
    """A file, a clock, and what is needed for a worker over them."""

    database: TimedDatabase
    clock: Clock
    composer: Composer = field(default_factory=lambda: Composer(Locales("ru"), TIMEZONE))

    def hire(self, on_sent: Callable[[Chat], None]) -> Worker:
        """A worker as a bot has it that has just been started."""

        async def tell(_chat: Chat, trouble: str | None) -> None:
            raise SystemExit(f"a chat was paused: {trouble}")

        return Worker(
            database=self.database,
            sender=Courier(on_sent),
            composer=self.composer,
            settings=DeliverySettings(),
            stories=StorySettings(),
            metrics=Metrics(),
            tell=tell,
            now=lambda: self.clock.now,
        )


@asynccontextmanager
async def open_office(folder: Path, start: datetime) -> AsyncIterator[Office]:
    """An empty file, and the clock set to `start`."""
    database = TimedDatabase(f"sqlite+aiosqlite:///{folder / 'khabar.db'}")
    try:
        await migrate(database, start)
        yield Office(database, Clock(start))
    finally:
        await database.close()
