"""One worker process and its two pipes, seen from the bot."""

import asyncio
import os
import sys
import time
from collections.abc import Awaitable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.workers.errors import WorkerLost
from bot.workers.wire import LENGTH, READY, Task, pack, unpack

START_LIMIT = timedelta(seconds=60)  # importing the parsers takes one second on an idle machine
HUMBLE = 10  # nice: a tenth of the processor's time where others want it too; it cannot be taken back
_HUMBLEST = 19
_PIECE = 64 * 1024  # bytes that a pipe takes at once (man 7 pipe)
_SOON_READ = 512 * 1024  # bytes of an answer; ten milliseconds
_USER, _SYSTEM = 11, 12  # in /proc/PID/stat, counted from what follows the name (man 5 proc)


class Child:
    """A process that serves a module's tasks, one at a time."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._rest: asyncio.TimerHandle | None = None
        self.tasks = 0
        self.is_dismissed = False

    @classmethod
    async def start(cls, module: str, time_limit: timedelta, *, is_humble: bool = False) -> "Child":
        """Start a process and wait until it has imported what it serves. Raises WorkerLost.

        It gets our import path and none of our environment: the bot's token has no business near strangers' text.
        """
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", "bot.workers.child", module, str(time_limit.total_seconds()),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={"PYTHONPATH": os.pathsep.join(sys.path), "LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1"},
        )  # fmt: skip
        child = cls(process)
        if is_humble:
            child.humble()
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

    def cpu_seconds(self) -> float:
        """Seconds of the processor that it has used; where the system does not tell, those of the clock."""
        try:
            fields = (
                Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
            )
            return (int(fields[_USER]) + int(fields[_SYSTEM])) / os.sysconf("SC_CLK_TCK")
        except OSError:
            return time.monotonic()

    async def ask(self, task: Task, limit: timedelta) -> object:
        """What the process answers. Raises WorkerLost; the process must be ended then."""
        self.tasks += 1
        return await self._within(self._exchange(task), limit)

    def humble(self) -> None:
        """From now on it takes only the time that nobody else wants."""
        with suppress(ProcessLookupError):
            here = os.getpriority(os.PRIO_PROCESS, 0)
            os.setpriority(os.PRIO_PROCESS, self.pid, min(here + HUMBLE, _HUMBLEST))

    def rest(self, limit: timedelta) -> None:
        """Nothing to do: the process ends when it stays so."""
        self._rest = asyncio.get_running_loop().call_later(limit.total_seconds(), self.dismiss)

    def wake(self) -> bool:
        """Whether the process can be asked again; not once it rested for too long."""
        if self._rest is not None:
            self._rest.cancel()
        return not self.is_dismissed

    async def end(self) -> None:
        """End it now, whatever it does."""
        self.dismiss()
        await self._process.wait()

    def dismiss(self) -> None:
        """End it without waiting for its end."""
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

    async def _exchange(self, task: Task) -> object:
        stdin = self._process.stdin
        if stdin is None:
            raise EOFError
        for piece in pack(task):
            for start in range(0, len(piece), _PIECE):
                # A view, and no more than the pipe takes: else the transport would keep a copy of all that waits.
                stdin.write(memoryview(piece)[start : start + _PIECE])
                await stdin.drain()
        return await self._receive()

    async def _receive(self) -> object:
        stdout = self._process.stdout
        if stdout is None:
            raise EOFError
        (length,) = LENGTH.unpack(await stdout.readexactly(LENGTH.size))
        answer = await stdout.readexactly(length)
        # Thousands of small things take long to make; in a thread, the loop has its turns in between.
        return unpack(answer) if length <= _SOON_READ else await asyncio.to_thread(unpack, answer)
