"""A pool of worker processes with a time limit that kills.

Plain child processes over two pipes, driven by asyncio, instead of multiprocessing or pebble: those import the caller's
main module again in each child (the command line, and aiogram with it), keep helper processes and threads of their own,
and cannot be awaited without a bridge. Here a stuck worker is one `kill()`, and a child whose parent is gone reads the
end of its input (or is stopped by the kernel) and ends.

Where tasks name an owner, no owner can hold the others up: `ledger.py` has the rules. What takes longer than PATIENCE
is set aside: its process becomes humble (nice) and another one may serve the others in its place.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from types import TracebackType
from typing import Self

from bot.workers.errors import OwnerBarred, TaskFault, WorkerError, WorkerLost
from bot.workers.lane import Lane
from bot.workers.ledger import FORGOTTEN, LOST_MOST, Ledger
from bot.workers.process import Child
from bot.workers.wire import Fault, Task

__all__ = ["Door", "OwnerBarred", "Pool", "TaskFault", "WorkerError", "WorkerLost"]

TIME_LIMIT = timedelta(seconds=10)
IDLE = timedelta(minutes=5)  # then a process ends, and a small server has its memory back
IDLE_ASIDE = timedelta(seconds=15)  # heavy work is rare, and has the memory of a big page
TASKS_EACH = 2000  # then a worker is replaced, and whatever its libraries have piled up goes with it
PATIENCE = 0.5  # seconds of the processor; an ordinary page takes a twentieth of that


class Pool:
    """Use as an async context manager. No process starts before the first task, and none that is not needed:
    the worker that was busy last is asked first, so those too many fall idle and end.
    """

    def __init__(
        self,
        module: str,
        processes: int,
        *,
        time_limit: timedelta = TIME_LIMIT,
        idle: timedelta = IDLE,
        aside: int = 0,
    ) -> None:
        """`module` is the one whose `load_tasks()` the processes serve.

        So many processes more may do what is heavy, `aside` from the others.
        """
        self._time_limit = time_limit
        start = partial(Child.start, module, time_limit)
        self._main = Lane(processes, start, idle)
        self._aside = Lane(aside, partial(start, is_humble=True), min(idle, IDLE_ASIDE))
        self._has_aside = aside > 0
        self._ledger = Ledger()
        self._turns: dict[int, tuple[asyncio.Lock, int]] = {}  # with the number of tasks that have or want the turn

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End every worker, busy ones too: drain first."""
        await self._main.close()
        await self._aside.close()

    async def ask(self, name: str, *arguments: object, owner: int | None = None) -> object:
        """What the task of this name returns for these arguments. Raises WorkerLost, OwnerBarred and TaskFault.

        `owner` is whose text it is; an owner's tasks are done one by one. The time limit is that of the task alone:
        waiting for a process does not count.
        """
        task = Task(name, arguments)
        if owner is None:
            answer = await self._serve(task, self._main, None)
        else:
            async with self._turn(owner):
                answer = await self._serve(task, self._lane_of(owner), owner)
        if isinstance(answer, Fault):
            fault = TaskFault(f"the text broke a library ({answer.sentence})")
            fault.add_note(answer.trace)
            raise fault
        return answer

    def is_heavy(self, owner: int | None) -> bool:
        """Whether an owner's texts have cost much time lately."""
        return owner is not None and self._ledger.is_heavy(owner, asyncio.get_running_loop().time())

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes that live now."""
        return tuple(child.pid for child in self._main.members | self._aside.members)

    def _lane_of(self, owner: int) -> Lane:
        now = asyncio.get_running_loop().time()
        if wait := self._ledger.seconds_barred(owner, now):
            raise OwnerBarred(
                f"its texts have cost {LOST_MOST} worker processes within {FORGOTTEN / 60:g} min: "
                f"nothing more of it is read for {wait / 60:.0f} min"
            )
        return self._aside if self._has_aside and self.is_heavy(owner) else self._main

    async def _serve(self, task: Task, lane: Lane, owner: int | None) -> object:
        loop = asyncio.get_running_loop()
        child = await lane.take(0.0 if owner is None else self._ledger.cost(owner, loop.time()))
        job = _Job(child, lane, child.cpu_seconds())
        if self._has_aside and lane is self._main:
            job.patience = loop.call_later(PATIENCE, self._set_aside, job)
        is_lost = is_healthy = False
        try:
            answer = await child.ask(task, self._time_limit)
            is_healthy = child.tasks < TASKS_EACH
        except WorkerLost:
            is_lost = True
            raise
        finally:
            if job.patience is not None:
                job.patience.cancel()
            if owner is not None:
                self._ledger.enter(owner, job.spent, loop.time(), is_lost=is_lost)
            if is_healthy:
                job.lane.give(child)
            else:
                await job.lane.end(child)
        return answer

    def _set_aside(self, job: "_Job") -> None:
        """It takes long: the others have another process instead of this one, as soon as there is room."""
        if job.spent < PATIENCE or not self._aside.has_room:
            job.patience = asyncio.get_running_loop().call_later(PATIENCE, self._set_aside, job)
            return
        job.child.humble()
        job.lane = self._aside
        self._aside.adopt(job.child)
        self._main.lose(job.child)

    @asynccontextmanager
    async def _turn(self, owner: int) -> AsyncIterator[None]:
        lock, users = self._turns.get(owner, (asyncio.Lock(), 0))
        self._turns[owner] = (lock, users + 1)
        try:
            async with lock:
                yield
        finally:
            lock, users = self._turns.pop(owner)
            if users > 1:
                self._turns[owner] = (lock, users - 1)


@dataclass(slots=True)
class _Job:
    """A task that is being done: by whom, and where."""

    child: Child
    lane: Lane
    since: float  # what the process had used of the processor before
    patience: asyncio.TimerHandle | None = None

    @property
    def spent(self) -> float:
        """Seconds of the processor; a machine that is slow with everything is nobody's fault."""
        return max(self.child.cpu_seconds() - self.since, 0.0)


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
