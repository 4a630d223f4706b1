"""From a source's entry to a draft: the text of its page or pages, or what the source says itself."""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from zoneinfo import ZoneInfo

import structlog

from bot.ingest.draft import Draft, draft_from_feed, draft_from_page
from bot.ingest.errors import HeldBack, HttpError, IngestError, TimedOut, Unreachable
from bot.ingest.fetch import Fetcher
from bot.ingest.identity import canonical_url
from bot.ingest.joining import MOST_PAGES, join_pages, says_more
from bot.ingest.paging import is_page_of
from bot.ingest.stages import NO_RULES, ExtractedPage, FeedEntry, FetchedPage, NotModified, SourceRules
from bot.ingest.workers import Workers

log = structlog.get_logger("khabar.collect")

_FOR_A_MOMENT = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})


@dataclass(frozen=True, slots=True)
class ReadEntry:
    """A draft; `reason` tells why the source's own text stands in it where the page's was wanted.

    `is_gone`: the page was taken down for good (410, RFC 9110, 15.5.11), so what the feed still says is no news.
    `has_text`: the page was asked for, and its text stands in the draft. `is_void`: neither the page nor the source
    gave a word of text, or no title is known; a sitemap's entry is then no story. `is_passing`: the page may answer
    when it is asked later (it was slow, overloaded, refused), and what the source says is no better than what is known.
    """

    draft: Draft
    reason: str | None = None
    is_gone: bool = False
    has_text: bool = False
    is_passing: bool = False

    @property
    def is_void(self) -> bool:
        return not self.draft.title or not (self.draft.lead or self.draft.body)


class EntryReader:
    """Fetches and extracts pages. Nothing is raised by `read`: every entry has a draft."""

    def __init__(self, fetcher: Fetcher, workers: Workers, language: str, zone: str = "UTC") -> None:
        """`language` is taken for granted where a source names none and none can be found out.

        `zone` (an IANA name) is the newsroom's: a date at its midnight is a day without an hour.
        """
        self._fetcher = fetcher
        self._workers = workers
        self._language = language
        self._zone = ZoneInfo(zone)

    async def read(
        self,
        entry: FeedEntry,
        now: datetime,
        *,
        language: str | None,
        full_text: bool,
        rules: SourceRules = NO_RULES,
    ) -> ReadEntry:
        """The article of an entry. `language` is what is known of the source, `full_text` asks for its page.

        What the feed says of its language is a hint after the source's.
        """
        reason = "the entry has no page of its own" if full_text and not entry.has_page else None
        is_gone = is_passing = False
        if full_text and entry.has_page:
            try:
                page = await self._fetch(entry.url, rules)
                if isinstance(page, FetchedPage):
                    extracted = await self.read_page(page, entry, language=language, rules=rules)
                    draft = draft_from_page(entry, extracted, now, page.final_url, self._zone)
                    return ReadEntry(draft, has_text=True)
                reason = "the page says that it has not changed, to someone who never asked before"
            except IngestError as error:
                reason = str(error)
                is_gone = isinstance(error, HttpError) and error.status == HTTPStatus.GONE
                is_passing = _is_passing(error)
        return ReadEntry(
            draft_from_feed(entry, await self._detect(entry, language), now), reason, is_gone, is_passing=is_passing
        )

    async def read_page(
        self,
        page: FetchedPage,
        entry: FeedEntry | None = None,
        *,
        language: str | None = None,
        rules: SourceRules = NO_RULES,
    ) -> ExtractedPage:
        """The article of a fetched page, with its further pages. Raises ExtractError when the first gives none."""
        first = await self._workers.extract(page, entry, language, rules)
        pages = [first]
        start = canonical_url(page.final_url)
        visited = {start}
        following = first.next_url
        while following is not None and len(pages) <= MOST_PAGES:
            place = canonical_url(following)
            if place in visited or not is_page_of(start, place):
                break
            visited.add(place)
            more = await self._read_further(following, first.language, rules)
            pages.append(more or first)
            if more is None or not says_more(pages):
                break
            following = more.next_url
        return join_pages(pages)

    async def _read_further(self, url: str, language: str, rules: SourceRules) -> ExtractedPage | None:
        """A further page; one that cannot be read leaves the article as long as it is."""
        try:
            page = await self._fetch(url, rules)
            return await self._workers.extract(page, None, language, rules) if isinstance(page, FetchedPage) else None
        except IngestError as error:
            log.info("a further page could not be read", url=url, reason=str(error))
            return None

    async def _fetch(self, url: str, rules: SourceRules) -> FetchedPage | NotModified:
        return await self._fetcher.fetch(url, proxy=rules.proxy, is_article=True)

    async def _detect(self, entry: FeedEntry, language: str | None) -> str:
        text = " ".join([entry.title, entry.lead, *(block.text for block in entry.body)])
        try:
            return await self._workers.detect(text, language or entry.language, url=entry.url)
        except IngestError as error:
            granted = language or self._language
            log.warning("the language is taken for granted", url=entry.url, language=granted, reason=str(error))
            return granted


def _is_passing(error: IngestError) -> bool:
    """Whether a page failed for now and not for good: the next hour may bring it."""
    if isinstance(error, HttpError):
        return error.status >= HTTPStatus.INTERNAL_SERVER_ERROR or error.status in _FOR_A_MOMENT
    return isinstance(error, TimedOut | Unreachable | HeldBack)
