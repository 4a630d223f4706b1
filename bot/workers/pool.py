"""A pool of worker processes with a time limit that kills.

Plain child processes over two pipes, driven by asyncio, instead of multiprocessing or pebble: those import the caller's
main module again in each child (the command line, and aiogram with it), keep helper processes and threads of their own,
and cannot be awaited without a bridge. Here a stuck worker is one `kill()`, and a child whose parent is gone reads the
end of its input (or is stopped by the kernel) and ends.

WorkerError            the task has no answer
├── WorkerLost         the process ended, or had to be ended, before it answered
└── TaskFault          the function raised; its trace stands in a note
"""

import asyncio
import os
import sys
from collections.abc import Awaitable
from contextlib import suppress
from datetime import timedelta
from types import TracebackType
from typing import Any, Self

from bot.workers.wire import LENGTH, READY, Fault, Task, pack, unpack

TIME_LIMIT = timedelta(seconds=10)
START_LIMIT = timedelta(seconds=60)  # importing the parsers takes one second on an idle machine
IDLE = timedelta(minutes=5)  # then a process ends, and a small server has its memory back
TASKS_EACH = 2000  # then a worker is replaced, and whatever its libraries have piled up goes with it


class WorkerError(Exception):
    """A task has no answer. The text is a sentence about why."""


class WorkerLost(WorkerError):
    """A worker process ended, or had to be ended, before it answered."""


class TaskFault(WorkerError):
    """The task's function raised something of its own."""


class Pool:
    """Use as an async context manager. No process starts before the first task, and none that is not needed:
    the worker that was busy last is asked first, so those too many fall idle and end.
    """

    def __init__(
        self, module: str, processes: int, *, time_limit: timedelta = TIME_LIMIT, idle: timedelta = IDLE
    ) -> None:
        """`module` is the one whose `load_tasks()` the processes serve."""
        self._module = module
        self._time_limit = time_limit
        self._idle_limit = idle
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

    async def ask(self, name: str, *arguments: object) -> object:
        """What the task of this name returns for these arguments. Raises WorkerLost and TaskFault."""
        child = await self._idle.get()
        healthy = False
        try:
            if child is not None and not child.wake():
                await self._end(child)
                child = None
            if child is None:
                child = await _Child.start(self._module, self._time_limit)
                self._children.add(child)
            answer = await child.ask(Task(name, arguments), self._time_limit)
            healthy = child.tasks < TASKS_EACH
        finally:
            if child is not None and not healthy:
                await self._end(child)
            elif child is not None:
                child.rest(self._idle_limit)
            self._idle.put_nowait(child if healthy else None)
        if isinstance(answer, Fault):
            fault = TaskFault(f"the text broke a library ({answer.sentence})")
            fault.add_note(answer.trace)
            raise fault
        return answer

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes that live now."""
        return tuple(child.pid for child in self._children if not child.is_dismissed)

    async def _end(self, child: "_Child") -> None:
        self._children.discard(child)
        await asyncio.shield(child.end())


class Door:
    """What stands before a pool of its own: opened and closed with it. Use as an async context manager."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def __aenter__(self) -> Self:
        await self._pool.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End every process, busy ones too: drain first."""
        await self._pool.__aexit__(kind, error, trace)

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes that live now."""
        return self._pool.pids


class _Child:
    """One worker process and its two pipes."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._rest: asyncio.TimerHandle | None = None
        self.tasks = 0
        self.is_dismissed = False

    @classmethod
    async def start(cls, module: str, time_limit: timedelta) -> "_Child":
        """Start a process and wait until it has imported what it serves.

        It gets our import path and none of our environment: the bot's token has no business near strangers' text.
        """
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", "bot.workers.child", module, str(time_limit.total_seconds()),
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
            raise WorkerLost("a worker process did not start")
        return child

    @property
    def pid(self) -> int:
        return self._process.pid

    async def ask(self, task: Task, limit: timedelta) -> object:
        self.tasks += 1
        return await self._within(self._exchange(pack(task)), limit)

    def rest(self, limit: timedelta) -> None:
        """Nothing to do: the process ends when it stays so."""
        self._rest = asyncio.get_running_loop().call_later(limit.total_seconds(), self._dismiss)

    def wake(self) -> bool:
        """Whether the process can be asked again; not once it rested for too long."""
        if self._rest is not None:
            self._rest.cancel()
        return not self.is_dismissed

    async def end(self) -> None:
        self._dismiss()
        await self._process.wait()

    def _dismiss(self) -> None:
        self.wake()
        self.is_dismissed = True
        with suppress(ProcessLookupError):
            self._process.kill()
        if self._process.stdin is not None:
            self._process.stdin.close()

    async def _within(self, answer: Awaitable[Any], limit: timedelta) -> object:
        try:
            async with asyncio.timeout(limit.total_seconds()):
                return await answer
        except TimeoutError as error:
            raise WorkerLost(f"reading it took longer than {limit.total_seconds():g} s") from error
        except (EOFError, ConnectionError) as error:
            raise WorkerLost("the worker process died over it") from error

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
