"""What hubs brought and nobody has read yet: short, bounded by bytes and by source, and gone with the process.

Nothing is lost with it that a poll does not bring again.
"""

import asyncio
import hashlib
from collections import Counter, deque
from collections.abc import Awaitable, Callable

import structlog

from bot.ingest.stages import FetchedPage
from storage.errors import StorageError

log = structlog.get_logger("khabar.hubs")

OnNews = Callable[[int, FetchedPage], Awaitable[None]]

WAITING_EACH = 3  # bodies of one source that wait or are being read
READERS = 2  # bodies that are read at the same time


class Brought:
    """The queue. A body that came just before, word for word, is not read again: hubs repeat themselves."""

    def __init__(self, longest: int) -> None:
        """`longest` is how many bytes may wait in all."""
        self._longest = longest
        self._queue: deque[tuple[int, FetchedPage]] = deque()
        self._waiting: Counter[int] = Counter()
        self._bytes = 0
        self._arrived = asyncio.Event()
        self._last: dict[int, bytes] = {}  # digest of what was read last, by source

    def keep(self, source_id: int, page: FetchedPage) -> bool:
        """Take a body in; False when there is no room, and its hub should come again."""
        if self._last.get(source_id) == _digest(page):
            return True
        if self._bytes + len(page.body) > self._longest or self._waiting[source_id] >= WAITING_EACH:
            return False
        self._queue.append((source_id, page))
        self._waiting[source_id] += 1
        self._bytes += len(page.body)
        self._arrived.set()
        return True

    async def run(self, on_news: OnNews) -> None:
        """Hand on what comes in, in its order, until cancelled."""
        async with asyncio.TaskGroup() as group:
            for _ in range(READERS):
                group.create_task(self._read_on(on_news))

    async def _read_on(self, on_news: OnNews) -> None:
        while True:
            while not self._queue:
                self._arrived.clear()
                await self._arrived.wait()
            source_id, page = self._queue.popleft()
            try:
                await on_news(source_id, page)
                self._last[source_id] = _digest(page)
            except StorageError as error:
                log.error("what a hub brought cannot be written down", source_id=source_id, error=str(error))
            except Exception:  # one source's surprise stops no other, and is reported in full
                log.exception("what a hub brought met a fault of ours", source_id=source_id)
            finally:
                self._bytes -= len(page.body)
                self._waiting[source_id] -= 1
                if not self._waiting[source_id]:
                    del self._waiting[source_id]


def _digest(page: FetchedPage) -> bytes:
    return hashlib.sha256(page.body).digest()
