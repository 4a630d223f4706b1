"""A process that dies: every coroutine of it stops at the same moment, at any point where one gives way."""

import asyncio
from collections.abc import Coroutine, Generator, Iterator
from contextlib import contextmanager
from contextvars import Context
from typing import Any


class Crash(BaseException):
    """The process is no more. Not an `Exception`: nothing in it may catch this and carry on."""


class Killer:
    """Counts the steps of all tasks of a loop, and kills them with the one that it was told.

    A step is what a coroutine does between two points where it gives way, so that there is one for every await that
    waits for something. Database transactions are rolled back, as by the journal of a file that nobody has open.
    """

    def __init__(self) -> None:
        self._left: int | None = None
        self._spared = 0

    def install(self, loop: asyncio.AbstractEventLoop) -> None:
        """Let all tasks of this loop be mortal."""

        def make(loop: asyncio.AbstractEventLoop, coro: Any, *, context: Context | None = None) -> "asyncio.Task[Any]":
            # Closing what the dead have left open is nothing of theirs.
            return asyncio.Task(coro if self.has_struck else _Mortal(coro, self), loop=loop, context=context)

        loop.set_task_factory(make)

    @contextmanager
    def armed(self, steps: int) -> Iterator[None]:
        """Kill whatever runs inside the block at its step of this number."""
        self._left = steps
        try:
            yield
        finally:
            self._left = None

    @contextmanager
    def spared(self) -> Iterator[None]:
        """Inside the block other people's doings happen, which are not the process's: nobody dies meanwhile."""
        self._spared += 1
        try:
            yield
        finally:
            self._spared -= 1

    @property
    def has_struck(self) -> bool:
        return self._left is not None and self._left < 0

    @property
    def is_sparing(self) -> bool:
        return self._spared > 0

    def strikes(self) -> bool:
        """Whether this step is the last."""
        if self._left is None or self._spared:
            return False
        self._left -= 1
        return self._left < 0


class _Mortal(Coroutine[Any, Any, Any]):
    """A coroutine that dies when its killer says so; what it has to clean up it still does."""

    def __init__(self, coro: Coroutine[Any, Any, Any], killer: Killer) -> None:
        self._coro = coro
        self._killer = killer
        self._is_dying = False

    def send(self, value: Any) -> Any:
        if not self._is_dying and self._killer.strikes():
            self._is_dying = True
            return self._coro.throw(Crash())
        return self._coro.send(value)

    def throw(self, *args: Any) -> Any:
        return self._coro.throw(*args)

    def close(self) -> None:
        self._coro.close()

    def __await__(self) -> Generator[Any, Any, Any]:
        return self._coro.__await__()
