"""The ways to a site: straight, or through the proxy that an operator named.

Straight, the guard stands at the socket. Through a proxy the socket is the proxy's, which may stand wherever the
operator put it; what is asked of it is checked before, as far as that can be known here.
"""

import asyncio
import ipaddress
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from contextvars import ContextVar
from typing import TypedDict

import aiohttp
from aiohttp_socks import ProxyConnector
from yarl import URL

from bot.ingest.answer import OneAnswer
from bot.ingest.errors import BadAddress, ForbiddenAddress
from bot.ingest.guard import AddressGuard, IPAddress, asked_host, ends_in_number, literal_address
from bot.ingest.names import Names

LOOKUP = 3.0  # seconds for a name that is to be asked of a proxy; one that takes longer is the proxy's affair
KEEP_NAMES = 60  # seconds that a looked-up name counts
KEEP_OPEN = 15  # seconds that an idle connection stays open, for the other pages of its host
MOST_OPEN = 100  # hosts of which some stay open: a process may have a thousand files, and others need theirs


# host:port of the proxy of the request that is made now, for whoever tells of its failure; "" for none.
asked_proxy: ContextVar[str] = ContextVar("asked_proxy", default="")


class _Lasting(TypedDict, total=False):
    keepalive_timeout: float
    force_close: bool


class Roads:
    """The sessions, opened at need and closed by whoever made this."""

    def __init__(self, guard: AddressGuard, headers: Mapping[str, str]) -> None:
        self._guard = guard
        self._headers = headers
        self._names = Names()
        self._stack = AsyncExitStack()
        self._sessions: dict[tuple[str, bool], aiohttp.ClientSession] = {}
        self._open: dict[tuple[URL, str], float] = {}  # when a host's connections were last left open; oldest first

    async def close(self) -> None:
        """Close every session."""
        self._sessions.clear()
        await self._stack.aclose()
        await self._names.close()

    async def take(self, asked: str, here: URL, proxy: str) -> tuple[aiohttp.ClientSession, URL | None]:
        """The session that leads to `here`, and the proxy to be named with the request.

        Raises ForbiddenAddress where a proxy would be asked for something private; without one the socket does.
        """
        by = URL(proxy)
        asked_proxy.set(f"{by.host}:{by.port}" if proxy else "")
        if not proxy:
            asked_host.set((here.host or "", here.port or 0))
            return await self._session("", here), None
        await self._check(asked, here)
        if proxy.startswith("socks"):
            return await self._session(proxy, here), None
        return await self._session("http", here), by

    async def _check(self, asked: str, here: URL) -> None:
        host, port = here.host or "", here.port or 0
        if ends_in_number(host) and literal_address(host) is None:
            raise BadAddress(asked, f"this is not an address that can be fetched: {host[:200]!r}")
        found = await self._find(host, port)
        may_dial = all(self._guard.may_dial(address, port, host) for address in found)
        if not may_dial or (not found and not self._guard.may_name(host, port)):
            raise ForbiddenAddress.of(asked, host)

    async def _find(self, host: str, port: int) -> list[IPAddress]:
        """Where a host stands as seen from here; empty when that cannot be known."""
        literal = literal_address(host)
        if literal is not None:
            return [literal]
        try:
            async with asyncio.timeout(LOOKUP):
                found = await self._names.resolve(host, port)
        except (OSError, UnicodeError):
            return []
        return [ipaddress.ip_address(one["host"]) for one in found]

    async def _session(self, way: str, here: URL) -> aiohttp.ClientSession:
        """That of a way: "" straight, "http" for all HTTP proxies, the whole address for a SOCKS proxy."""
        stays = self._stays_open((here.origin(), way))
        session = self._sessions.get((way, stays))
        if session is None:
            session = aiohttp.ClientSession(
                connector=self._connector(way, stays=stays),
                headers=self._headers,
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
                auto_decompress=False,
                timeout=aiohttp.ClientTimeout(total=None),
                response_class=OneAnswer,
            )
            self._sessions[way, stays] = await self._stack.enter_async_context(session)
        return session

    def _stays_open(self, key: tuple[URL, str]) -> bool:
        """Whether the connection may be kept for the next request to the same host."""
        now = time.monotonic()
        self._open.pop(key, None)
        while self._open and next(iter(self._open.values())) < now - KEEP_OPEN:
            del self._open[next(iter(self._open))]
        if len(self._open) >= MOST_OPEN:
            return False
        self._open[key] = now
        return True

    def _connector(self, way: str, *, stays: bool) -> aiohttp.TCPConnector:
        lasting: _Lasting = {"keepalive_timeout": KEEP_OPEN} if stays else {"force_close": True}
        if way.startswith("socks"):
            return ProxyConnector.from_url(way, limit=0, **lasting)
        return aiohttp.TCPConnector(
            limit=0,
            ttl_dns_cache=KEEP_NAMES,
            resolver=self._names,
            socket_factory=None if way else self._guard.socket_factory,
            **lasting,
        )
