"""Reads an address on the open internet, politely and within bounds. The only module here that speaks HTTP."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from importlib.metadata import version
from types import TracebackType
from typing import Self

import aiohttp
from yarl import URL

from bot.clock import now_utc
from bot.ingest.errors import FetchError, HttpError, TooLarge, TooManyRedirects, Unreachable
from bot.ingest.faults import bounded
from bot.ingest.guard import AddressGuard
from bot.ingest.headers import NO_LINKS, printable, read_content_type, read_hub_links, read_max_age, read_retry_after
from bot.ingest.hosts import Host, Hosts, Owners, current_owner, host_key
from bot.ingest.inflate import BrokenBodyError, Inflow, OverCapError, decoder_for
from bot.ingest.keeping import Body, LongBody
from bot.ingest.locations import join_location, read_address
from bot.ingest.roads import Roads
from bot.ingest.robots import LONGEST_ROBOTS, read_delay
from bot.ingest.stages import FetchedPage, NotModified
from config.settings import CollectSettings

MAX_REDIRECTS = 5
SHARE = 4  # a source has this part of `collect.concurrency` at most
ROBOTS_TIMEOUT = 10.0  # seconds for a robots.txt, where a page may take longer
ROBOTS_DAY = 24 * 3600.0  # seconds that what it says is minded
ROBOTS_AGAIN = 3600.0  # seconds until one that could not be read is asked for again
PATIENCE = 10.0  # seconds of quiet that a page waits for when its site asks for it
PATIENCE_IN_ALL = 60.0
_AFTERWARDS = 0.05  # seconds, so that the quiet is really over
_ANSWER_TO_FORM = 64 * 1024  # bytes of it that are read, so that the connection can be used again
_PERMANENT = frozenset({301, 308})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_SAME_METHOD = frozenset({307, 308})  # redirects that a form is carried along (RFC 9110, 15.4)
_TOO_BUSY = frozenset({429, 503})
_ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, "
    "text/html;q=0.9, text/xml;q=0.9, */*;q=0.5"
)


@dataclass(frozen=True, slots=True)
class _Errand:
    """One address to be asked for, and how."""

    url: str
    start: URL
    proxy: str = field(repr=False)  # may hold a password
    conditions: Mapping[str, str] = field(default_factory=dict)
    is_article: bool = False
    wanted_at: float = 0.0  # of `time.monotonic`

    def patience_for(self, error: HttpError) -> float | None:
        """Seconds after which a page is asked for again; None: whoever wants it hears of the refusal now.

        A list is never waited for: it is asked again in its time anyway.
        """
        if not self.is_article or error.status not in _TOO_BUSY or not error.retry_after:
            return None
        wait = error.retry_after.total_seconds() + _AFTERWARDS
        is_worth_it = wait < PATIENCE and time.monotonic() + wait - self.wanted_at < PATIENCE_IN_ALL
        return wait if is_worth_it else None


class Fetcher:
    """The HTTP sessions for all sources; use as an async context manager.

    Cookies are not kept, proxies of the environment are ignored, and only public addresses are dialled. A site is
    spared as `hosts` says; whoever fetches inside `hosts.acting_for` takes no more than that source's share.
    """

    def __init__(self, settings: CollectSettings, *, user_agent: str = "") -> None:
        self._settings = settings
        self._user_agent = user_agent or settings.user_agent or f"Khabar/{version('khabar')} (news reader)"
        self._guard = AddressGuard(settings.allow_private)
        self._proxy = settings.proxy.get_secret_value()
        self._timeout = settings.timeout.total_seconds()
        self._slots = asyncio.Semaphore(settings.concurrency)
        self._hosts = Hosts(settings.per_host, self._slots)
        self._owners = Owners(max(1, settings.concurrency // SHARE))
        self._roads: Roads | None = None

    async def __aenter__(self) -> Self:
        headers = {"User-Agent": self._user_agent, "Accept": _ACCEPT, "Accept-Encoding": "gzip, deflate, br"}
        self._roads = Roads(self._guard, headers)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._roads is not None:
            await self._roads.close()
            self._roads = None

    async def fetch(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        proxy: str = "",
        is_article: bool = False,
    ) -> FetchedPage | NotModified:
        """Ask for `url`, with the validators of the last visit if there are any; `proxy` goes over collect.proxy.

        `is_article` says that this is one of many pages that a list has named: those mind the crawl-delay of the site's
        robots.txt. Waiting for a turn does not count towards the timeout. Every failure is a FetchError.
        """
        conditions: dict[str, str] = {}
        if etag:
            conditions["If-None-Match"] = etag
        if last_modified:
            conditions["If-Modified-Since"] = last_modified
        errand = _Errand(url, read_address(url, url), proxy or self._proxy, conditions, is_article, time.monotonic())
        with self._hosts.using(host_key(errand.start, errand.proxy)) as host:
            while True:
                try:
                    return await self._visit(errand, host)
                except HttpError as error:
                    wait = errand.patience_for(error)
                    if wait is None:
                        raise
                await asyncio.sleep(wait)

    async def post_form(self, url: str, fields: Mapping[str, str], *, proxy: str = "") -> int:
        """Send a form and tell the status of the answer, whatever it is. Every failure to get one is a FetchError.

        It takes none of the slots of what is fetched: whoever sends many bounds them.
        """
        here = read_address(url, url)
        return await bounded(url, here, self._timeout, self._post(url, here, fields, proxy or self._proxy))

    async def _post(self, url: str, here: URL, fields: Mapping[str, str], proxy: str) -> int:
        for _ in range(MAX_REDIRECTS + 1):
            session, by = await self._road(url, here, proxy)
            async with session.post(here, data=dict(fields), allow_redirects=False, proxy=by) as response:
                if response.status not in _SAME_METHOD or "Location" not in response.headers:
                    await response.content.read(_ANSWER_TO_FORM)
                    return response.status
                here = read_address(url, join_location(here, response.headers["Location"]))
        raise TooManyRedirects(url, f"{here.host} redirects more than {MAX_REDIRECTS} times")

    async def _visit(self, errand: "_Errand", host: Host) -> FetchedPage | NotModified:
        owner = current_owner()
        if owner is None:
            return await self._wait_and_ask(errand, host)
        async with self._owners.slot(owner):
            return await self._wait_and_ask(errand, host)

    async def _wait_and_ask(self, errand: "_Errand", host: Host) -> FetchedPage | NotModified:
        if errand.is_article and host.delay_until <= time.monotonic():
            await self._learn_delay(host, errand)
        if host.delay:
            async with self._hosts.spaced(host, errand.url, errand.wanted_at, is_article=errand.is_article):
                return await self._ask(errand)
        async with host.slots, self._slots:
            host.sent_at = time.monotonic()
            return await self._ask(errand)

    async def _ask(self, errand: "_Errand") -> FetchedPage | NotModified:
        return await bounded(errand.url, errand.start, self._timeout, self._follow(errand, self._settings.max_body))

    async def _learn_delay(self, host: Host, errand: "_Errand") -> None:
        """What the host's robots.txt says of it; one that cannot be read says nothing."""
        async with host.learning:
            if host.delay_until > time.monotonic():
                return
            self._hosts.check(host_key(errand.start, errand.proxy), errand.url)
            url = errand.start.origin() / "robots.txt"
            keep = ROBOTS_DAY
            try:
                robots, seconds = _Errand(str(url), url, errand.proxy), min(ROBOTS_TIMEOUT, self._timeout)
                async with host.slots, self._slots:
                    page = await bounded(robots.url, url, seconds, self._follow(robots, LONGEST_ROBOTS))
                host.delay = read_delay(page.whole().body, self._user_agent) if isinstance(page, FetchedPage) else 0.0
            except FetchError as error:
                host.delay = 0.0
                keep = ROBOTS_DAY if isinstance(error, HttpError) and error.status < 429 else ROBOTS_AGAIN
            host.delay_until = time.monotonic() + keep

    async def _follow(self, errand: "_Errand", cap: int) -> FetchedPage | NotModified:
        url, here, moved_to, is_permanent = errand.url, errand.start, None, True
        for _ in range(MAX_REDIRECTS + 1):
            key = host_key(here, errand.proxy)
            self._hosts.check(key, url)
            session, by = await self._road(url, here, errand.proxy)
            async with session.get(here, headers=errand.conditions, allow_redirects=False, proxy=by) as response:
                if response.status not in _REDIRECTS or "Location" not in response.headers:
                    try:
                        return await self._take(url, here, moved_to, response, cap)
                    except HttpError as error:
                        if error.status in _TOO_BUSY:
                            self._hosts.hold(key, error)
                        raise
                here = read_address(url, join_location(here, response.headers["Location"]))
                is_permanent = is_permanent and response.status in _PERMANENT
                moved_to = str(here) if is_permanent else moved_to
        raise TooManyRedirects(url, f"{errand.start.host} redirects more than {MAX_REDIRECTS} times")

    async def _road(self, url: str, here: URL, proxy: str) -> tuple[aiohttp.ClientSession, URL | None]:
        if self._roads is None:
            raise RuntimeError("Fetcher is used outside of its `async with`")
        return await self._roads.take(url, here, proxy)

    async def _take(
        self, url: str, here: URL, moved_to: str | None, response: aiohttp.ClientResponse, cap: int
    ) -> FetchedPage | NotModified:
        headers = response.headers
        etag, last_modified = printable(headers.get("ETag")), printable(headers.get("Last-Modified"))
        max_age = read_max_age(headers, headers.getall("Cache-Control", ()))
        if response.status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:  # never a site's own word (RFC 9110, 15.5.8)
            raise Unreachable(url, f"the proxy does not lead to {here.host}: it wants another name and password")
        if response.status == 304:
            return NotModified(url, str(here), moved_to, etag, last_modified, max_age)
        if not 200 <= response.status < 300:
            after = read_retry_after(headers.get("Retry-After"), now_utc())
            raise HttpError(url, f"{here.host} answered {_status_line(response)}", response.status, after)
        content_type, charset = read_content_type(headers.get("Content-Type"))
        links = read_hub_links(headers.getall("Link"), str(here)) if "Link" in headers else NO_LINKS
        body, begun = await _read(url, response, cap)
        return FetchedPage(
            url=url,
            final_url=str(here),
            status=response.status,
            content_type=content_type,
            charset=charset,
            body=body,
            moved_to=moved_to,
            etag=etag,
            last_modified=last_modified,
            max_age=max_age,
            hubs=links.hubs,
            self_url=links.self_url,
            begun=begun,
        )


async def _read(url: str, response: aiohttp.ClientResponse, cap: int) -> tuple[bytes, LongBody | None]:
    body, inflow = Body(), Inflow(cap)
    try:
        decoder = decoder_for(response.headers.get("Content-Encoding", ""))
        async for piece, is_end in response.content.iter_chunks():
            inflow.note(piece, is_end=is_end)
            body.add(decoder.feed(piece, cap - len(body)))
        decoder.finish()
    except OverCapError as error:
        raise TooLarge(url, f"the page is longer than {cap:,} bytes") from error
    except BrokenBodyError as error:
        raise Unreachable(url, str(error)) from error
    return body.take()


def _status_line(response: aiohttp.ClientResponse) -> str:
    reason = "".join(letter for letter in response.reason or "" if letter.isascii() and letter.isprintable())
    return f"{response.status} {reason[:60]}".strip()
