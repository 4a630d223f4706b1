"""Reads an address on the open internet, politely and within bounds. The only module here that speaks HTTP."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Self
from urllib.parse import quote_from_bytes

import aiohttp
from yarl import URL

from bot.clock import now_utc
from bot.ingest.errors import (
    BadAddress,
    FetchError,
    ForbiddenAddress,
    HttpError,
    TimedOut,
    TooLarge,
    TooManyRedirects,
    Unreachable,
)
from bot.ingest.guard import AddressGuard, AddressRefusedError, asked_host
from bot.ingest.inflate import BrokenBodyError, OverCapError, decoder_for
from bot.ingest.stages import FetchedPage, NotModified
from config.settings import CollectSettings

USER_AGENT = "Khabar/0.1 (news reader)"
MAX_REDIRECTS = 5
PER_HOST = 2  # open requests to one host
CHUNK = 64 * 1024  # bytes read at once
_PERMANENT = frozenset({301, 308})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, "
    "text/html;q=0.9, text/xml;q=0.9, */*;q=0.5"
)


class Fetcher:
    """One HTTP session for all sources; use as an async context manager.

    Cookies are not kept, proxies of the environment are ignored, and only public addresses are dialled.
    """

    def __init__(self, settings: CollectSettings, *, user_agent: str = USER_AGENT) -> None:
        self._settings = settings
        self._guard = AddressGuard(settings.allow_private)
        self._headers = {"User-Agent": user_agent, "Accept": _ACCEPT, "Accept-Encoding": "gzip, deflate, br"}
        self._slots = asyncio.Semaphore(settings.concurrency)
        self._hosts: dict[str, tuple[asyncio.Semaphore, int]] = {}  # with the number of tasks that hold or want it
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(
            limit=0, ttl_dns_cache=60, keepalive_timeout=15, socket_factory=self._guard.socket_factory
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            headers=self._headers,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            auto_decompress=False,
            timeout=aiohttp.ClientTimeout(total=None),
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def fetch(
        self, url: str, *, etag: str | None = None, last_modified: str | None = None
    ) -> FetchedPage | NotModified:
        """Ask for `url`, with the validators of the last visit if there are any.

        Waiting for a free slot does not count towards the timeout. Every failure is a FetchError.
        """
        start = _checked(url, url)
        conditions: dict[str, str] = {}
        if etag:
            conditions["If-None-Match"] = etag
        if last_modified:
            conditions["If-Modified-Since"] = last_modified
        async with self._host_slot(start.host or ""), self._slots:
            try:
                async with asyncio.timeout(self._settings.timeout.total_seconds()):
                    return await self._follow(url, start, conditions)
            except TimeoutError as error:
                seconds = self._settings.timeout.total_seconds()
                raise TimedOut(url, f"{start.host} did not answer in full within {seconds:g} s") from error
            except (aiohttp.ClientError, OSError, ValueError) as error:
                raise _as_fetch_error(url, start, error) from error

    async def _follow(self, url: str, start: URL, conditions: Mapping[str, str]) -> FetchedPage | NotModified:
        here, moved_to, is_permanent = start, None, True
        for _ in range(MAX_REDIRECTS + 1):
            async with self._get(here, conditions) as response:
                if response.status not in _REDIRECTS or "Location" not in response.headers:
                    return await self._take(url, here, moved_to, response)
                here = _checked(url, _join(here, response.headers["Location"]))
                is_permanent = is_permanent and response.status in _PERMANENT
                moved_to = str(here) if is_permanent else moved_to
        raise TooManyRedirects(url, f"{start.host} redirects more than {MAX_REDIRECTS} times")

    @asynccontextmanager
    async def _get(self, here: URL, conditions: Mapping[str, str]) -> AsyncIterator[aiohttp.ClientResponse]:
        if self._session is None:
            raise RuntimeError("Fetcher is used outside of its `async with`")
        asked_host.set((here.host or "", here.port or 0))
        async with self._session.get(here, headers=conditions, allow_redirects=False) as response:
            yield response

    async def _take(
        self, url: str, here: URL, moved_to: str | None, response: aiohttp.ClientResponse
    ) -> FetchedPage | NotModified:
        etag, last_modified = _validator(response, "ETag"), _validator(response, "Last-Modified")
        if response.status == 304:
            return NotModified(url, str(here), moved_to, etag, last_modified)
        if not 200 <= response.status < 300:
            after = read_retry_after(response.headers.get("Retry-After"), now_utc())
            raise HttpError(url, f"{here.host} answered {_status_line(response)}", response.status, after)
        return FetchedPage(
            url=url,
            final_url=str(here),
            status=response.status,
            content_type=_printable(response.content_type) or "",
            charset=_printable(_charset(response)),
            body=await self._read(url, response),
            moved_to=moved_to,
            etag=etag,
            last_modified=last_modified,
        )

    async def _read(self, url: str, response: aiohttp.ClientResponse) -> bytes:
        cap = self._settings.max_body
        body = bytearray()
        try:
            decoder = decoder_for(response.headers.get("Content-Encoding", ""))
            async for chunk in response.content.iter_chunked(CHUNK):
                body += decoder.feed(chunk, cap - len(body))
            decoder.finish()
        except OverCapError as error:
            raise TooLarge(url, f"the page is longer than {cap:,} bytes") from error
        except BrokenBodyError as error:
            raise Unreachable(url, str(error)) from error
        return bytes(body)

    @asynccontextmanager
    async def _host_slot(self, host: str) -> AsyncIterator[None]:
        slot, users = self._hosts.get(host, (asyncio.Semaphore(PER_HOST), 0))
        self._hosts[host] = (slot, users + 1)
        try:
            async with slot:
                yield
        finally:
            slot, users = self._hosts.pop(host)
            if users > 1:
                self._hosts[host] = (slot, users - 1)


def read_retry_after(value: str | None, now: datetime) -> timedelta | None:
    """The wait that a Retry-After header asks for, in seconds or as a date (RFC 9110, 10.2.3); None if unreadable."""
    text = (value or "").strip()
    if text.isascii() and text.isdigit() and len(text) < 8:
        return timedelta(seconds=int(text))
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(moment - now, timedelta(0))


def _checked(asked: str, address: str | URL) -> URL:
    try:
        url = URL(address)
        is_good = url.scheme in {"http", "https"} and bool(url.host) and url.port is not None
    except (ValueError, UnicodeError) as error:
        raise BadAddress(asked, f"this is not an address that can be fetched: {str(address)[:200]!r}") from error
    if not is_good:
        raise BadAddress(asked, f"only http and https addresses can be fetched, not {str(address)[:200]!r}")
    return url.with_fragment(None)


def _join(here: URL, location: str) -> URL | str:
    """A Location header against the address that sent it; raw bytes in it (windows-1251 paths) are percent-encoded."""
    raw = location.strip().encode("utf-8", "surrogateescape")
    try:
        return here.join(URL(quote_from_bytes(raw, safe="!#$%&'()*+,/:;=?@[]~")))
    except ValueError:
        return location


def _validator(response: aiohttp.ClientResponse, name: str) -> str | None:
    """An ETag or Last-Modified that can be sent back as it is; anything odd is as good as none."""
    return _printable(response.headers.get(name))


def _printable(value: str | None) -> str | None:
    return value if value and len(value) <= 500 and value.isascii() and value.isprintable() else None


def _charset(response: aiohttp.ClientResponse) -> str | None:
    charset = response.charset
    return charset.strip("\"' ").lower() if charset else None


def _status_line(response: aiohttp.ClientResponse) -> str:
    reason = "".join(letter for letter in response.reason or "" if letter.isascii() and letter.isprintable())
    return f"{response.status} {reason[:60]}".strip()


def _as_fetch_error(url: str, start: URL, error: Exception) -> FetchError:
    """Name a failure of the connection. FetchErrors raised on the way are no OSError and never come here."""
    refused = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    # Where a host has several addresses the connector joins the refusals of all of them into one plain OSError.
    if isinstance(refused, AddressRefusedError) or "private network" in str(refused):
        return ForbiddenAddress(
            url, f"{start.host} leads to a private network, which collect.allow_private does not list"
        )
    if isinstance(error, aiohttp.InvalidURL | ValueError):
        return BadAddress(url, f"this is not an address that can be fetched: {url[:200]!r}")
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return Unreachable(url, f"there is no host named {start.host}")
    if isinstance(error, aiohttp.ClientSSLError):
        return Unreachable(url, f"{start.host} has no valid certificate")
    if isinstance(error, aiohttp.ClientConnectorError):
        return Unreachable(url, f"{start.host} does not take connections ({refused})")
    return Unreachable(url, f"{start.host} broke the connection off ({type(error).__name__})")
