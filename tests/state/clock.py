"""Time that passes only when somebody waits for it, or says so: for the loop and for the bot it is the same."""

import asyncio
from datetime import datetime, timedelta


class WaitlessLoop(asyncio.SelectorEventLoop):
    """A loop in which no wait takes any time: when nothing is left to do, it is the moment of the next timer.

    Nothing in it may wait for another thread, or for the network.
    """

    def __init__(self) -> None:
        super().__init__()
        self.passed = 0.0  # seconds

    def time(self) -> float:
        return self.passed

    def _run_once(self) -> None:
        # asyncio has no public place for this.
        ready, scheduled = self._ready, self._scheduled  # type: ignore[attr-defined]
        if not ready and scheduled:
            self.passed = max(self.passed, scheduled[0].when())
        super()._run_once()  # type: ignore[misc]


class Clock:
    """The time of a loop, as a date."""

    def __init__(self, loop: WaitlessLoop, start: datetime) -> None:
        self._loop = loop
        self._start = start

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._loop.passed)

    def go(self, to: datetime) -> None:
        """It is that time now, unless that is over."""
        self._loop.passed = max(self._loop.passed, (to - self._start).total_seconds())

    def pass_by(self, time: timedelta) -> None:
        self._loop.passed += time.total_seconds()
