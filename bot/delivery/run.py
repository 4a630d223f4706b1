"""What is on its way in one run of the worker, and a bell for what comes back."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field


@dataclass(slots=True)
class Run:
    """What one `drain` has done so far. `is_all`: the last turn found nobody else to serve."""

    open: int = 0  # requests that have not come back
    back: int = 0  # of those that were open at the last turn
    wanted: int = 1  # so many ring the bell
    bell: asyncio.Event = field(default_factory=asyncio.Event)
    looking: set[int] = field(default_factory=set)
    faults: list[Exception] = field(default_factory=list)
    delivered: int = 0
    is_all: bool = False

    def begin(self, task: asyncio.Task[None]) -> None:
        """A request is on its way."""
        self.open += 1
        task.add_done_callback(self._come_back)

    async def wait(self, wanted: int, seconds: float | None) -> None:
        """Until so many have come back since the last turn, or so long."""
        self.wanted = wanted
        if self.back >= wanted:
            return
        self.bell.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.bell.wait()

    def _come_back(self, _task: asyncio.Task[None]) -> None:
        self.open -= 1
        self.back += 1
        if self.back >= self.wanted:
            self.bell.set()
