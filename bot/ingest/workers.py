"""A pool of worker processes with a time limit that kills.

Plain child processes over two pipes, driven by asyncio, instead of multiprocessing or pebble: those import the caller's
main module again in each child (the command line, and aiogram with it), keep helper processes and threads of their own,
and cannot be awaited without a bridge. Here a stuck worker is one `kill()`, and a child whose parent is gone reads the
end of its input (or is stopped by the kernel) and ends.
"""

import asyncio
import os
import sys
from collections.abc import Awaitable
from contextlib import suppress
from datetime import timedelta
from types import TracebackType
from typing import Any, Self, cast

from bot.ingest.errors import ExtractError, IngestError, ParseError
from bot.ingest.stages import ExtractedPage, FeedEntry, FetchedPage, ParsedFeed
from bot.ingest.wire import LENGTH, READY, Fault, Task, pack, unpack

TIME_LIMIT = timedelta(seconds=10)
START_LIMIT = timedelta(seconds=60)  # importing the parsers takes one second on an idle machine
TASKS_EACH = 2000  # then a worker is replaced, and whatever its libraries have piled up goes with it


class WorkerLostError(Exception):
    """A worker process ended, or had to be ended, before it answered. The text is a sentence about it."""


class Workers:
    """Use as an async context manager. No process starts before the first task, and none that is not needed:
    the worker that was busy last is asked first.
    """

    def __init__(self, processes: int = 2, *, time_limit: timedelta = TIME_LIMIT, zone: str = "UTC") -> None:
        """`zone` (an IANA name) is that of dates which name none: the newsroom's own."""
        self._time_limit = time_limit
        self._zone = zone
        self._idle: asyncio.LifoQueue[_Child | None] = asyncio.LifoQueue()
        self._children: set[_Child] = set()
        for _ in range(processes):
            self._idle.put_nowait(None)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End every worker, busy ones too: drain first."""
        for child in tuple(self._children):
            await self._end(child)

    async def parse(self, page: FetchedPage) -> ParsedFeed:
        """`parse.parse_feed` in a worker. Every failure is a ParseError, the worker's own among them."""
        result = await self._ask(ParseError, page.url, Task("parse", (page, self._zone)))
        return cast("ParsedFeed", result)

    async def extract(
        self, page: FetchedPage, entry: FeedEntry | None = None, language: str | None = None
    ) -> ExtractedPage:
        """`extract.extract_page` in a worker. Every failure is an ExtractError, the worker's own among them."""
        result = await self._ask(ExtractError, page.url, Task("extract", (page, entry, language, self._zone)))
        return cast("ExtractedPage", result)

    async def detect(self, text: str, hint: str | None = None, *, url: str = "") -> str:
        """`language.detect` in a worker. `url` goes into the ExtractError of a worker's failure."""
        result = await self._ask(ExtractError, url, Task("detect", (text, hint)))
        return str(result)

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes that live now."""
        return tuple(child.pid for child in self._children)

    async def _ask(self, kind: type[IngestError], url: str, task: Task) -> object:
        child = await self._idle.get()
        healthy = False
        try:
            if child is None:
                child = await _Child.start(self._time_limit)
                self._children.add(child)
            answer = await child.ask(task, self._time_limit)
            healthy = child.tasks < TASKS_EACH
        except WorkerLostError as error:
            raise kind(url, str(error)) from error
        finally:
            if child is not None and not healthy:
                await self._end(child)
            self._idle.put_nowait(child if healthy else None)
        if isinstance(answer, IngestError):
            raise answer
        if isinstance(answer, Fault):
            fault = kind(url, f"the text broke a library ({answer.sentence})")
            fault.add_note(answer.trace)
            raise fault
        return answer

    async def _end(self, child: "_Child") -> None:
        self._children.discard(child)
        await asyncio.shield(child.end())


class _Child:
    """One worker process and its two pipes."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.tasks = 0

    @classmethod
    async def start(cls, time_limit: timedelta) -> "_Child":
        """Start a process and wait until it has imported its parsers.

        It gets our import path and none of our environment: the bot's token has no business near strangers' text.
        """
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", "bot.ingest.worker", str(time_limit.total_seconds()),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={"PYTHONPATH": os.pathsep.join(sys.path), "LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1"},
        )  # fmt: skip
        child = cls(process)
        try:
            first = await child._within(child._receive(), START_LIMIT)
        except BaseException:
            await asyncio.shield(child.end())
            raise
        if first != READY:
            await child.end()
            raise WorkerLostError("a worker process did not start")
        return child

    @property
    def pid(self) -> int:
        return self._process.pid

    async def ask(self, task: Task, limit: timedelta) -> object:
        self.tasks += 1
        return await self._within(self._exchange(pack(task)), limit)

    async def end(self) -> None:
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()

    async def _within(self, answer: Awaitable[Any], limit: timedelta) -> object:
        try:
            async with asyncio.timeout(limit.total_seconds()):
                return await answer
        except TimeoutError as error:
            raise WorkerLostError(f"reading it took longer than {limit.total_seconds():g} s") from error
        except (EOFError, ConnectionError) as error:
            raise WorkerLostError("the worker process died over it") from error

    async def _exchange(self, message: bytes) -> object:
        stdin = self._process.stdin
        if stdin is None:
            raise EOFError
        stdin.write(message)
        await stdin.drain()
        return await self._receive()

    async def _receive(self) -> object:
        stdout = self._process.stdout
        if stdout is None:
            raise EOFError
        (length,) = LENGTH.unpack(await stdout.readexactly(LENGTH.size))
        return unpack(await stdout.readexactly(length))
