"""Names of hosts looked up in threads of their own.

A lookup cannot be broken off. In the threads that asyncio shares out, a list of names whose servers are silent would
hold up everybody's; here a source may leave only a few of them open.
"""

import asyncio
import socket
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from threading import Lock

from aiohttp.abc import AbstractResolver, ResolveResult

from bot.ingest.hosts import current_owner

THREADS = 32
OPEN_EACH = 6  # lookups that a source may have open
_FLAGS = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV


class Names(AbstractResolver):
    """For `aiohttp.TCPConnector(resolver=…)`."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="khabar-names")
        self._open: Counter[int] = Counter()
        self._lock = Lock()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Where a name stands, IPv4 and IPv6. OSError when nowhere, or when its source has too many lookups open."""
        owner = current_owner()
        with self._lock:
            if owner is not None and self._open[owner] >= OPEN_EACH:
                raise OSError("too many names of this source are being looked up")
            if owner is not None:
                self._open[owner] += 1
        asked = self._threads.submit(
            socket.getaddrinfo, host, port, type=socket.SOCK_STREAM, family=family, flags=socket.AI_ADDRCONFIG
        )
        asked.add_done_callback(partial(self._note_end, owner))
        return [
            ResolveResult(
                hostname=host, host=str(target[0]), port=int(target[1]), family=found, proto=protocol, flags=_FLAGS
            )
            for found, _, protocol, _, target in await asyncio.wrap_future(asked)
        ]

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _note_end(self, owner: int | None, _: "Future[object]") -> None:
        if owner is not None:
            with self._lock:
                self._open[owner] -= 1
                if not self._open[owner]:
                    del self._open[owner]
