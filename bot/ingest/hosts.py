"""How a site is spared: few requests at once, apart from one another, and none while it asks for quiet.

Owners are the sources on whose behalf is fetched: none of them, however many pages and hosts it names, takes more than
its share of what is open at once.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import timedelta

from yarl import URL

from bot.ingest.errors import HeldBack, HttpError

KEPT = 4096  # hosts of which something is remembered
LONGEST_HOLD = timedelta(hours=1)  # of a site that asks for quiet; each source then follows its own wait
LONGEST_QUEUE = 120.0  # seconds that a page waits behind others of a site with a crawl-delay: news do not wait for ever
_DEFAULT_PORTS = {"http": 80, "https": 443}

# On whose behalf this task fetches: the id of a source, or None for whoever shares with nobody.
_owner: ContextVar[int | None] = ContextVar("owner", default=None)


@contextmanager
def acting_for(source_id: int) -> Iterator[None]:
    """What is fetched inside the block, in tasks begun there too, counts as this source's."""
    token = _owner.set(source_id)
    try:
        yield
    finally:
        _owner.reset(token)


def current_owner() -> int | None:
    """The source on whose behalf the running task fetches."""
    return _owner.get()


@dataclass(frozen=True, slots=True)
class Hold:
    """A site's wish to be left alone, in the words of the answer that said so; `until` is of `time.monotonic`."""

    until: float
    sentence: str
    status: int


@dataclass(slots=True)
class Host:
    """One site: how many ask it now, and what it said of how it wants to be asked. Moments are of `time.monotonic`."""

    slots: asyncio.Semaphore
    users: int = 0  # tasks that ask it or want to
    delay: float = 0.0  # seconds between two requests, of its robots.txt
    delay_until: float = 0.0  # when that is to be read again
    sent_at: float = -LONGEST_QUEUE
    hold: Hold | None = None
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    learning: asyncio.Lock = field(default_factory=asyncio.Lock)

    def is_worth_keeping(self, now: float) -> bool:
        """Whether something is known of it that the next request should mind."""
        return self.users > 0 or self.delay_until > now or (self.hold is not None and self.hold.until > now)

    async def rest(self, url: str, wanted_at: float) -> None:
        """Wait until a page may be asked for; the caller holds `turn`. Raises HeldBack when that takes too long."""
        while (wait := self.sent_at + self.delay - time.monotonic()) > 0:
            if time.monotonic() + wait - wanted_at > LONGEST_QUEUE:
                raise HeldBack(url, f"{URL(url).host} asks for {self.delay:g} s between requests: too many pages wait")
            await asyncio.sleep(wait)

    async def step_in(self) -> None:
        """Wait as one that goes before the pages in the queue: a list is worth more than they are."""
        at = max(time.monotonic(), self.sent_at + self.delay)
        self.sent_at = at
        await asyncio.sleep(at - time.monotonic())


class Hosts:
    """All sites that are asked, or of which something is remembered."""

    def __init__(self, per_host: int, in_all: asyncio.Semaphore) -> None:
        self._per_host = per_host
        self._in_all = in_all
        self._known: dict[str, Host] = {}  # the one used last at the end

    def __len__(self) -> int:
        return len(self._known)

    @contextmanager
    def using(self, key: str) -> Iterator[Host]:
        """The host of this key, remembered at least as long as the block runs."""
        host = self._known.pop(key, None) or Host(asyncio.Semaphore(self._per_host))
        self._known[key] = host
        host.users += 1
        try:
            yield host
        finally:
            host.users -= 1
            if not host.is_worth_keeping(time.monotonic()):
                del self._known[key]
            elif len(self._known) > KEPT:
                self._forget()

    @asynccontextmanager
    async def spaced(self, host: Host, url: str, wanted_at: float, *, is_article: bool) -> AsyncIterator[None]:
        """One of the slots of a host that has a crawl-delay, and one of all, when the turn has come."""
        async with AsyncExitStack() as stack:
            if is_article:
                async with host.turn:
                    await host.rest(url, wanted_at)
                    await stack.enter_async_context(host.slots)
                    await stack.enter_async_context(self._in_all)
                    host.sent_at = max(host.sent_at, time.monotonic())
            else:
                await host.step_in()
                await stack.enter_async_context(host.slots)
                await stack.enter_async_context(self._in_all)
            yield

    def hold(self, key: str, error: HttpError) -> None:
        """Leave a host in peace for as long as its answer asked for."""
        host = self._known.get(key)
        if host is not None and error.retry_after:
            wait = min(error.retry_after, LONGEST_HOLD).total_seconds()
            host.hold = Hold(time.monotonic() + wait, error.sentence, error.status)

    def check(self, key: str, url: str) -> None:
        """Raise the HttpError that the host would answer with, as it has asked for quiet and the time is not over."""
        host = self._known.get(key)
        if host is not None and host.hold is not None:
            left = host.hold.until - time.monotonic()
            if left > 0:
                raise HttpError(url, host.hold.sentence, host.hold.status, timedelta(seconds=left))
            host.hold = None

    def _forget(self) -> None:
        """Drop the host that was used longest ago and is not in use."""
        idle = next((key for key, host in self._known.items() if not host.users), None)
        if idle is not None:
            del self._known[idle]


class Owners:
    """The share of each owner in what is open at once."""

    def __init__(self, share: int) -> None:
        self._share = share
        self._slots: dict[int, asyncio.Semaphore] = {}
        self._users: Counter[int] = Counter()

    @asynccontextmanager
    async def slot(self, owner: int) -> AsyncIterator[None]:
        """One of the owner's slots."""
        slot = self._slots.setdefault(owner, asyncio.Semaphore(self._share))
        self._users[owner] += 1
        try:
            async with slot:
                yield
        finally:
            self._users[owner] -= 1
            if not self._users[owner]:
                del self._users[owner], self._slots[owner]


def host_key(url: URL, proxy: str) -> str:
    """What counts as one host: http and https together, other ports apart, and each way there apart."""
    port = "" if url.port == _DEFAULT_PORTS.get(url.scheme) else f":{url.port}"
    return f"{url.host}{port} {proxy}" if proxy else f"{url.host}{port}"
