"""Addresses of a list behind which no article was found, so that they are not asked for at each visit."""

import time

MOST = 50_000  # addresses that are remembered
FIRST_WAIT = 600.0  # seconds; a page that only failed for a moment is not lost
LONGEST_WAIT = 24 * 3600.0


class Voids:
    """Remembered in memory: a bot that starts anew asks once more. One a process."""

    def __init__(self) -> None:
        self._until: dict[tuple[int, str], tuple[float, float]] = {}  # when to ask again, and the wait until then

    def note(self, source_id: int, address: str) -> None:
        """Nothing was found there; each time in a row it is left alone for four times as long."""
        _, wait = self._until.pop((source_id, address), (0.0, FIRST_WAIT / 4))
        if len(self._until) >= MOST:
            del self._until[next(iter(self._until))]
        wait = min(wait * 4, LONGEST_WAIT)
        self._until[source_id, address] = (time.monotonic() + wait, wait)

    def holds(self, source_id: int, address: str) -> bool:
        """Whether it is left alone for now."""
        until, _ = self._until.get((source_id, address), (0.0, 0.0))
        return until > time.monotonic()
