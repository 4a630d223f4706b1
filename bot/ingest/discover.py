"""From an address that a person knows to the list that its news are read from.

The way, the best first:

    the address itself         a feed, a sitemap, a channel's page
    what the page announces    <link rel="alternate">
    common paths               /rss, /feed, /rss.xml …
    sitemaps                   named by robots.txt, common paths
    the page's own headlines
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from http import HTTPStatus
from urllib.parse import urljoin, urlsplit

from bot.clock import now_utc
from bot.ingest import candidates
from bot.ingest.errors import (
    AnnouncedFeed,
    FetchError,
    HttpError,
    IngestError,
    NotAFeed,
    ParseError,
    TimedOut,
    Unreachable,
)
from bot.ingest.fetch import Fetcher
from bot.ingest.identity import canonical_url
from bot.ingest.stages import NO_RULES, FetchedPage, Look, NotModified, SourceRules, kind_of
from bot.ingest.visit import Visitor, newest
from bot.ingest.workers import Workers
from storage.records import SourceKind

_AT_ONCE = 3  # guesses asked of one site at the same time
_MOST_ANNOUNCED = 8  # feeds of one page that are tried
_FEW = 3  # headlines; a page with fewer is no list
_STALE = timedelta(days=180)  # since its newest story: such a feed was given up


class Way(StrEnum):
    """How a list was found."""

    ITSELF = "itself"
    ANNOUNCED = "announced"
    COMMON_PATH = "common_path"
    SITEMAP = "sitemap"
    HEADLINES = "headlines"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True)
class Found:
    """A list of news, read once. `address` is what to ask from now on, `others` what else the page announces."""

    address: str
    kind: SourceKind
    look: Look
    way: Way
    others: tuple[AnnouncedFeed, ...] = ()


class Prospector:
    """Looks for lists of news. Each search is bounded: some thirty requests to one site, three at once."""

    def __init__(self, fetcher: Fetcher, workers: Workers) -> None:
        self._fetcher = fetcher
        self._workers = workers
        self._visitor = Visitor(fetcher, workers)

    async def find(self, url: str, rules: SourceRules = NO_RULES) -> Found:
        """The best list for an address that a person gave: of a feed, a site, a section, an article, a channel.

        Also understood: a bare host, `t.me/NAME` and `@NAME`. Raises IngestError with a sentence on what to do.
        """
        address = candidates.readable(url)
        page = await self._open(url, address, rules)
        if rules.links:
            return _found(await self._as_page(page, rules), Way.HEADLINES)
        try:
            look = await self._visitor.follow(page, await self._workers.parse(page, rules=rules), rules)
        except NotAFeed as error:
            if candidates.is_channel(page.final_url):
                raise
            return await self._beside(page, error.feeds, rules)
        return _found(look, _OWN_WAY.get(kind_of(look.feed), Way.ITSELF))

    async def find_stand_in(self, address: str, kind: SourceKind, rules: SourceRules = NO_RULES) -> Found | None:
        """Another list of the same site for a source whose own gives nothing: a feed, else a sitemap, else a page.

        Never the address itself, nor a list that is empty, given up or of readers' comments: nobody looks at it before
        its news are sent. None where there is none, or where the site cannot be reached at all.
        """
        if kind is SourceKind.TELEGRAM:
            return None
        home = urljoin(address, "/")
        bare = SourceRules(proxy=rules.proxy)  # its selectors were written for another page
        search = _Search(self._visitor, bare, home, frozenset({canonical_url(address)}))
        try:
            page = await self._page(home, bare)
        except HttpError as error:
            if error.status in _UNWELCOME:
                return None
            page = None
        except FetchError:
            return None
        announced = await self._announced(page) if page is not None else ()
        found = await self._feed_of(search, home, announced) or await self._sitemap_of(search, home)
        if found is None and page is not None and search.may_be(home):
            found = await self._headlines(page, bare)
        return found

    async def _open(self, url: str, address: str, rules: SourceRules) -> FetchedPage:
        """The page itself; a bare host that knows no https is asked once more without it."""
        try:
            return await self._page(address, rules)
        except Unreachable:
            if "://" in url or not address.startswith("https://"):
                raise
            return await self._page("http" + address.removeprefix("https"), rules)

    async def _page(self, address: str, rules: SourceRules) -> FetchedPage:
        page = await self._fetcher.fetch(address, proxy=rules.proxy)
        if isinstance(page, NotModified):
            raise NotAFeed(address, "the address says that nothing changed, to someone who never asked before")
        return page

    async def _as_page(self, page: FetchedPage, rules: SourceRules) -> Look:
        return Look(page.bare(), await self._workers.parse(page, SourceKind.PAGE, rules))

    async def _announced(self, page: FetchedPage) -> tuple[AnnouncedFeed, ...]:
        try:
            await self._workers.parse(page)
        except NotAFeed as error:
            return error.feeds
        except ParseError:
            return ()
        return (AnnouncedFeed(page.url, ""),)  # the site's front page is a feed

    async def _beside(self, page: FetchedPage, announced: tuple[AnnouncedFeed, ...], rules: SourceRules) -> Found:
        """A list for an address that answers with a web page."""
        search = _Search(self._visitor, rules, page.final_url)
        found = await self._feed_of(search, page.final_url, announced)
        found = found or await self._sitemap_of(search, page.final_url)
        found = found or await self._headlines(page, rules) or search.second_best
        if found is None:
            raise NotAFeed(
                page.url,
                "no feed, no news sitemap and no headlines were found here; give the address of the site's feed or of a"
                ' page with headlines, or name the headlines\' links in a [[source]]: links = "CSS selector"',
            )
        return found

    async def _feed_of(self, search: "_Search", here: str, announced: Sequence[AnnouncedFeed]) -> Found | None:
        ranked = candidates.ranked(announced, here)
        found = await search.first([feed.url for feed in ranked[:_MOST_ANNOUNCED]], SourceKind.FEED, Way.ANNOUNCED, 1)
        if found is not None:
            others = tuple(feed for feed in announced if feed.url != found.look.page.url)
            return Found(found.address, found.kind, found.look, found.way, others)
        return await search.first(candidates.common_feeds(here), SourceKind.FEED, Way.COMMON_PATH)

    async def _sitemap_of(self, search: "_Search", here: str) -> Found | None:
        if search.is_over:
            return None
        try:
            robots = await self._page(urljoin(here, "/robots.txt"), search.rules)
            named = candidates.named_sitemaps(robots.whole().body, robots.final_url)
        except HttpError:
            named = ()
        except IngestError:
            return None
        found = await search.first(named, SourceKind.SITEMAP, Way.SITEMAP, 1)
        return found or await search.first(candidates.common_sitemaps(here), SourceKind.SITEMAP, Way.SITEMAP)

    async def _headlines(self, page: FetchedPage, rules: SourceRules) -> Found | None:
        """The page's own headlines, or those of the site's front page where it is an article's page itself."""
        if candidates.is_article(page.final_url):
            try:
                page = await self._page(urljoin(page.final_url, "/"), rules)
            except FetchError:
                return None
        try:
            look = await self._as_page(page, rules)
        except ParseError:
            return None
        return _found(look, Way.HEADLINES) if len(look.feed.entries) >= _FEW else None


class _Search:
    """Tries addresses of one site, and keeps in mind the first that is a list but has no fresh news."""

    def __init__(self, visitor: Visitor, rules: SourceRules, here: str, barred: frozenset[str] = frozenset()) -> None:
        self._visitor = visitor
        self._host = urlsplit(here).netloc
        self.rules = rules
        self._tried = set(barred)
        self._barred = barred
        self.second_best: Found | None = None
        self.is_over = False  # the site stopped answering: whatever else is asked would only wait

    def may_be(self, address: str) -> bool:
        return canonical_url(address) not in self._barred

    async def first(
        self, addresses: Sequence[str], kind: SourceKind, way: Way, at_once: int = _AT_ONCE
    ) -> Found | None:
        """The first of the addresses, in their order, that is a list with fresh news."""
        new = [one for one in dict.fromkeys(addresses) if canonical_url(one) not in self._tried]
        for start in range(0, len(new), at_once):
            if self.is_over:
                return None
            part = new[start : start + at_once]
            self._tried.update(map(canonical_url, part))
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._try(address, kind, way)) for address in part]
            for found in (task.result() for task in tasks):
                if found is not None and _is_fresh(found):
                    return found
                self.second_best = self.second_best or found
        return None

    async def _try(self, address: str, kind: SourceKind, way: Way) -> Found | None:
        try:
            look = await self._visitor.read(address, kind, self.rules)
        except HttpError as error:
            self.is_over = self.is_over or error.status in _UNWELCOME
            return None
        except (TimedOut, Unreachable):
            # A feed may stand at another host: its silence says nothing of the site's.
            self.is_over = self.is_over or urlsplit(address).netloc == self._host
            return None
        except IngestError:
            return None
        if isinstance(look, NotModified) or not self.may_be(look.page.final_url):
            return None
        return _found(look, way)


_OWN_WAY = {SourceKind.SITEMAP: Way.SITEMAP, SourceKind.TELEGRAM: Way.CHANNEL}
_UNWELCOME = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})


def _found(look: Look, way: Way) -> Found:
    return Found(look.page.moved_to or look.page.url, kind_of(look.feed), look, way)


def _is_fresh(found: Found) -> bool:
    """Whether a list has entries, and was not given up long ago; one without dates has the benefit of the doubt."""
    entries = newest(found.look.feed, 1)
    if not entries or candidates.is_of_comments(found.address, found.look.feed.title):
        return False
    moment = entries[0].published_at or entries[0].updated_at
    return moment is None or now_utc() - moment <= _STALE
