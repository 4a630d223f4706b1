"""Processes that do one kind of work, and the tasks that wait for them: whoever has cost least goes first."""

import asyncio
import heapq
import itertools
from collections.abc import Awaitable, Callable
from datetime import timedelta

from bot.workers.errors import WorkerError
from bot.workers.process import Child


class Lane:
    """At most `size` processes. None starts before it is needed, and the one that was busy last is asked first.

    A task that finds none at leisure has one more started, and takes whichever is free first: it does not wait for the
    start when another is done before.
    """

    def __init__(self, size: int, start: Callable[[], Awaitable[Child]], idle: timedelta) -> None:
        """`idle` is how long a process may have nothing to do until it ends."""
        self._size = size
        self._start = start
        self._idle_limit = idle
        self._free: list[Child] = []
        self._waiting: list[tuple[float, int, asyncio.Future[Child]]] = []  # a heap; no two have one number
        self._numbers = itertools.count()
        self._starts: set[asyncio.Task[None]] = set()
        self._members: set[Child] = set()

    @property
    def members(self) -> frozenset[Child]:
        """The processes that live now."""
        return frozenset(child for child in self._members if not child.is_dismissed)

    @property
    def has_room(self) -> bool:
        """Whether one more may work here; those that have nothing to do give way."""
        self._forget_dismissed()
        return len(self._members) + len(self._starts) - len(self._free) < self._size

    async def take(self, cost: float = 0.0) -> Child:
        """A process that has nothing to do. Raises WorkerLost when none can be started.

        Where tasks have to wait, those of the least `cost` go first, and among equals those that came first.
        """
        while self._free:
            child = self._free.pop()
            if child.wake():
                return child
            self._members.discard(child)
        waiting: asyncio.Future[Child] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (cost, next(self._numbers), waiting))
        self._start_if_needed()
        try:
            return await waiting
        except asyncio.CancelledError:
            if waiting.done() and not waiting.cancelled() and waiting.exception() is None:
                self.give(waiting.result())
            raise

    def give(self, child: Child) -> None:
        """It has done its task: the next one that waits has it."""
        waiting = self._next_waiting()
        if waiting is not None:
            waiting.set_result(child)
            return
        child.rest(self._idle_limit)
        self._free.append(child)

    def lose(self, child: Child) -> None:
        """It works here no more; another one starts if any task waits."""
        self._members.discard(child)
        self._start_if_needed()

    async def end(self, child: Child) -> None:
        """End it, and lose it."""
        try:
            await asyncio.shield(child.end())
        finally:
            self.lose(child)

    def adopt(self, child: Child) -> None:
        """It works here from now on; call only where there is room."""
        if self._free and len(self._members) + len(self._starts) >= self._size:
            eldest = self._free.pop(0)
            eldest.dismiss()
            self._members.discard(eldest)
        self._members.add(child)

    async def close(self) -> None:
        """End every process, busy ones too."""
        starts = tuple(self._starts)
        for start in starts:
            start.cancel()
        await asyncio.gather(*starts, return_exceptions=True)
        await asyncio.gather(*(child.end() for child in self._members))
        self._members.clear()
        self._free.clear()

    def _forget_dismissed(self) -> None:
        self._free = [child for child in self._free if not child.is_dismissed]
        self._members = {child for child in self._members if not child.is_dismissed}

    def _next_waiting(self) -> asyncio.Future[Child] | None:
        while self._waiting:
            _, _, waiting = heapq.heappop(self._waiting)
            if not waiting.done():
                return waiting
        return None

    def _start_if_needed(self) -> None:
        wanted = sum(not waiting.done() for _, _, waiting in self._waiting)
        if wanted > len(self._starts) and len(self._members) + len(self._starts) < self._size:
            # Not in a task group: it outlives the task that wanted it, and ends with the lane.
            start = asyncio.create_task(self._start_one())
            self._starts.add(start)
            start.add_done_callback(self._note_start)

    def _note_start(self, start: asyncio.Task[None]) -> None:
        """One has started, or failed to: those that still wait want another."""
        self._starts.discard(start)
        if not start.cancelled():
            self._start_if_needed()

    async def _start_one(self) -> None:
        try:
            child = await self._start()
        except WorkerError as error:
            waiting = self._next_waiting()
            if waiting is not None:
                waiting.set_exception(error)
            return
        self._members.add(child)
        self.give(child)
