"""The real parts of delivery over a real file, with a clock that is told the time and a model of Telegram."""

import asyncio
import atexit
import logging
import shutil
import sqlite3
import tempfile
from collections import deque
from collections.abc import AsyncIterator, Coroutine, Iterable, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any, Protocol, TypeVar
from unittest.mock import patch

import aiosqlite
import sqlalchemy as sa
import structlog

from bot.delivery.sender import TokenRefused
from bot.delivery.worker import Worker
from bot.metrics import Metrics
from bot.rendering.locales import Locales
from config.settings import DeliverySettings, StorySettings
from storage.chats import chat_record
from storage.database import Database
from storage.deliveries import Claim
from storage.errors import DatabaseUnavailable
from storage.records import Chat, ChatKind, ChatState, NewSource
from storage.schema import migrate
from storage.stores import Stores
from storage.tables import chat, in_flight
from tests.state.asked import Archive, Page, Reader
from tests.state.clock import Clock, WaitlessLoop
from tests.state.crash import Crash, Killer
from tests.state.inline import inline_sqlite
from tests.state.judge import ZONE, Judge
from tests.state.telegram import Answer, CarryingComposer, Room, SubstituteSender, Telegram

T = TypeVar("T")

START = datetime(2026, 11, 22, 9, 7, 13, tzinfo=UTC)
SOURCES = (1, 2)
TOPICS = (1, 2)
# Small, so that few stories are many.
SMALL = {
    "bot.delivery.bundle.LIST_SIZE": 3,
    "bot.delivery.bundle.CHANNEL_CARDS": 2,
}
A_MOMENT = timedelta(seconds=2)  # between one thing that happens and the next
ROOMS = (
    (101, ChatKind.PRIVATE),
    (102, ChatKind.PRIVATE),
    (-501, ChatKind.GROUP),
    (-1001, ChatKind.CHANNEL),
)


class Doing(Protocol):
    """Something that somebody does, to the stores and to the model alike."""

    async def happen(self, bureau: "Bureau") -> None:
        """Now."""


class _Mortal(sqlite3.Connection):
    """A connection that leaves no lock behind, whoever still holds a cursor of it."""

    def close(self) -> None:
        with suppress(sqlite3.ProgrammingError):  # closed already
            self.rollback()
        super().close()


class FailingDatabase(Database):
    """A database whose file is full at the commit of this number, counted from now."""

    killer: Killer

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.fails_at: int | None = None
        self._opened: list[aiosqlite.Connection] = []
        self._lent: list[Any] = []
        for engine in (self._writer, self._reader):
            sa.event.listen(engine.sync_engine, "do_connect", _be_mortal)
            sa.event.listen(engine.sync_engine, "connect", self._prepare)
            sa.event.listen(engine.sync_engine, "checkout", self._lend)

    async def close(self) -> None:
        """The engines can be used again: what they have compiled serves the next process too."""
        await super().close()
        for connection in self._opened:  # those that a crash has left
            if connection._connection is not None:
                connection.stop()
        for record in self._lent:  # or else the pool would mourn those that never came back
            record.fairy_ref = None
        self._opened.clear()
        self._lent.clear()
        self.fails_at = None

    def _lend(self, _connection: object, record: Any, _proxy: object) -> None:
        self._lent.append(record)

    def _prepare(self, connection: Any, _record: object) -> None:
        self._opened.append(connection.driver_connection)
        # A process dies here, never the machine: what was written need not reach the disk.
        connection.execute("PRAGMA synchronous = OFF").close()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Stores]:
        async with super().transaction() as stores:
            yield stores
            if self.fails_at is not None and not self.killer.is_sparing:
                self.fails_at -= 1
                if self.fails_at < 0:
                    raise DatabaseUnavailable("the disk is full")


class Bureau:
    """One newsroom with its chats; `restart` is a new process over the same file."""

    def __init__(self, settings: DeliverySettings) -> None:
        self._stack = ExitStack()
        self._stack.enter_context(_silent_logs())
        self._stack.enter_context(inline_sqlite())
        for name, number in SMALL.items():
            self._stack.enter_context(patch(name, number))
        self._runner = self._stack.enter_context(asyncio.Runner(loop_factory=WaitlessLoop))
        self.settings = settings
        loop = self._runner.get_loop()
        assert isinstance(loop, WaitlessLoop)
        self.clock = Clock(loop, START)
        self.killer = Killer()
        self.killer.install(loop)
        self.database = _database()
        self.database.killer = self.killer
        assert self.database.path is not None
        for left in self.database.path.parent.glob(f"{self.database.path.name}-*"):
            left.unlink()
        fresh = shutil.copy(_template(), self.database.path.with_name("fresh.db"))
        Path(fresh).replace(self.database.path)  # nobody who has the old one open still meets it
        self.archive = Archive()
        self.readers = [Reader(Room([number], kind)) for number, kind in ROOMS]
        self.judge = Judge(self.readers, self.archive, settings, self.clock)
        self.telegram = Telegram([reader.room for reader in self.readers], self.clock, self.killer, self.judge)
        self.told = 1  # the next article's number
        self.is_draining = False
        self.is_stopping = False
        self.left_by_crash: set[int] = set()  # rows of the journal
        self._begin()

    def close(self) -> None:
        self.do(self.database.close())
        self._stack.close()

    def restart(self) -> None:
        """The process is over, and another one begins."""
        self.do(self.database.close())
        self._begin()

    def drain(self) -> None:
        """Let the worker serve until nobody is left; a fault of the database or the token ends that early."""
        self.judge.begins()
        self.is_draining = True
        is_whole = False
        with suppress(DatabaseUnavailable, TokenRefused):
            self.do(self.worker.drain())
            is_whole = True
        self.database.fails_at = None
        self.is_draining = False
        self._look(is_whole=is_whole)

    def drain_and_die(self, steps: int) -> None:
        """The process dies at that step of a drain, or right after it."""
        self.judge.begins()
        self.is_draining = True
        with self.killer.armed(steps):
            try:
                self.do(self.worker.drain())
            except (Crash, BaseExceptionGroup) as error:
                _only_crashes(error)
            except (DatabaseUnavailable, TokenRefused):
                pass
        self.is_draining = False
        self.restart()
        _, journal, _ = self.do(self._read())
        self.judge.falls(journal)
        self.left_by_crash |= {claim.id for claim in journal}
        self._look(is_whole=False)

    def prepare(self, trouble: Sequence[tuple[Answer, Doing | None]], *, is_blind: bool) -> None:
        """What goes wrong, and happens, with the next messages; and whether looks find nothing out."""
        self.telegram.script.clear()
        self.telegram.is_blind = is_blind
        for answer, doing in trouble:
            self.telegram.script.append((answer, None if doing is None else partial(self._meanwhile, doing)))

    async def _meanwhile(self, doing: Doing) -> None:
        await doing.happen(self)
        self.clock.pass_by(A_MOMENT)

    def stop_within(self, messages: int) -> None:
        """The process is asked to stop while its message of this number is on its way."""
        script = list(self.telegram.script)
        script += [(Answer.SENT, None)] * (messages + 1 - len(script))
        script[messages] = (script[messages][0], self._begin_to_stop)
        self.telegram.script = deque(script)
        self.drain()
        self.stop()
        self.is_stopping = False

    async def _begin_to_stop(self) -> None:
        self.is_stopping = True
        self.worker.begin_to_stop()

    def left(self) -> list[str]:
        """What has still to be done."""
        _, journal, _ = self.do(self._read())
        left = [f"a message to {claim.chat.id}" for claim in journal]
        for reader in self.readers:
            left += [f"story {story} for {reader.id}" for story in self.archive.asked(reader)]
        return left

    def next_time(self, end: datetime) -> datetime:
        """When there is something to do next, at the latest then."""
        return self.do(self._next_time(end))

    async def _next_time(self, end: datetime) -> datetime:
        now = self.clock.now()
        due = sa.select(chat.c.due_at).where(chat.c.due_at.is_not(None), chat.c.state == ChatState.ACTIVE)
        doubts = sa.select(in_flight.c.doubt_at).where(in_flight.c.doubt_at.is_not(None))
        async with self.database.writer.connect() as connection:
            times: Iterable[datetime] = (await connection.execute(sa.union(due, doubts))).scalars()
        return min(end, *(max(one, now + A_MOMENT) for one in times), end)

    def stop(self) -> None:
        """The process is asked to stop, and does."""
        self.do(self.worker.stop())
        _, journal, _ = self.do(self._read())
        uncertain = [
            claim.chat.id
            for claim in journal
            if not (claim.chat.kind is ChatKind.CHANNEL or claim.is_unsent or claim.id in self.left_by_crash)
        ]
        assert not uncertain, f"a clean stop leaves messages to {uncertain} in the journal"
        self.restart()

    def do(self, doing: Coroutine[Any, Any, T]) -> T:
        """Something happens, while the worker is at rest."""
        return self._runner.run(doing)

    def page(self, from_last: int) -> Page | None:
        """An article, counted from the last."""
        pages = list(self.archive.pages.values())
        return pages[-1 - from_last % len(pages)] if pages else None

    async def known_id(self, reader: Reader) -> int:
        """The id under which the stores know a chat."""
        return (await self.rows())[reader.id].id

    async def rows(self) -> dict[int, Chat]:
        """The chats, by the ids that they have now."""
        async with self.database.snapshot() as stores:
            return await self._rows(stores)

    async def _rows(self, stores: Stores) -> dict[int, Chat]:
        connection = stores.chats._connection
        found = [chat_record(row) for row in await connection.execute(sa.select(chat))]
        return {reader.id: next(one for one in found if one.id in reader.room.ids) for reader in self.readers}

    def _begin(self) -> None:
        self.worker = Worker(
            database=self.database,
            sender=SubstituteSender(self.telegram),
            composer=CarryingComposer(_locales(), ZONE.key),
            settings=self.settings,
            stories=StorySettings(),
            metrics=Metrics(),
            tell=_tell_nobody,
            now=self.clock.now,
        )

    def _look(self, *, is_whole: bool) -> None:
        chats, journal, tallies = self.do(self._read())
        self.judge.learns(chats)
        self.judge.rests(chats, journal, tallies, is_done=is_whole and not self.is_stopping)
        assert not self.judge.faults, "\n".join(self.judge.faults)

    async def _read(self) -> tuple[dict[int, Chat], list[Claim], dict[str, int]]:
        async with self.database.snapshot() as stores:
            journal = await stores.mailbox.get_in_flight()
            tallies = await stores.tallies.get(START.date())
            return await self._rows(stores), journal, tallies


def _be_mortal(_dialect: object, _record: object, _args: list[Any], options: dict[str, Any]) -> None:
    options["factory"] = _Mortal


async def _tell_nobody(chat: Chat, trouble: str | None) -> None:
    del chat, trouble


@cache
def _locales() -> Locales:
    return Locales("ru")


@cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="khabar-"))
    atexit.register(shutil.rmtree, folder)
    return folder


@cache
def _database() -> FailingDatabase:
    """One for all newsrooms, which come one after the other."""
    return FailingDatabase(f"sqlite+aiosqlite:///{_folder() / 'khabar.db'}")


@cache
def _template() -> Path:
    """A migrated file with two sources, two topics and the chats, which follow nothing yet."""
    path = _folder() / "template.db"
    asyncio.run(_prepare(Database(f"sqlite+aiosqlite:///{path}")))
    return path


async def _prepare(database: Database) -> None:
    await migrate(database, START)
    async with database.transaction() as stores:
        for number in SOURCES:
            await stores.sources.add(NewSource(f"https://{number}.example/rss", f"Source {number}"))
        for number in TOPICS:
            await stores.topics.add(f"topic {number}", f"topic-{number}")
        for number, kind in ROOMS:
            await stores.chats.add(Chat(id=number, kind=kind, title="", state=ChatState.NEW))
    await database.close()


@contextmanager
def _silent_logs() -> Iterator[None]:
    """Thousands of things go wrong here on purpose."""
    before = structlog.get_config()
    structlog.configure(processors=[_drop], cache_logger_on_first_use=False)
    pool = logging.getLogger("sqlalchemy.pool")
    level = pool.level
    pool.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        structlog.configure(**before)
        pool.setLevel(level)


def _drop(*_: Any) -> Any:
    raise structlog.DropEvent


def _only_crashes(error: BaseException) -> None:
    """Let nothing but crashes pass."""
    for one in error.exceptions if isinstance(error, BaseExceptionGroup) else (error,):
        if isinstance(one, BaseExceptionGroup):
            _only_crashes(one)
        elif not isinstance(one, Crash):
            raise one
