"""One visit to a source's list, of whatever kind: asked for, read, and followed to where the rest of it stands."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from bot.ingest.errors import IngestError, NotAFeed
from bot.ingest.fetch import Fetcher
from bot.ingest.imprint import imprint_of
from bot.ingest.pointing import Pointer
from bot.ingest.stages import (
    NO_RULES,
    NOTHING_SEEN,
    FeedEntry,
    FetchedPage,
    Look,
    NotModified,
    ParsedFeed,
    SourceRules,
)
from bot.ingest.workers import Workers
from storage.records import SourceKind

MOST_SITEMAPS = 3  # of an index; its newest hold the news, the others the archive
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class Visitor:
    """Reads sources' lists. Raises IngestError; what one list cannot give says nothing of another."""

    def __init__(self, fetcher: Fetcher, workers: Workers) -> None:
        self._fetcher = fetcher
        self._workers = workers

    async def read(
        self,
        address: str,
        kind: SourceKind,
        rules: SourceRules = NO_RULES,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        seen: Mapping[int, str] = NOTHING_SEEN,
        imprint: bytes = b"",
    ) -> Look | NotModified:
        """What stands at `address` now, or that it is what the validators name.

        An index of sitemaps is followed to its newest ones, at most `MOST_SITEMAPS` addresses; their entries stand in
        one Look, the newest first, under the index's page. That page has no validators: an index often stays the same
        while the sitemaps that it names change. A feed that says nothing but what was `seen` (the marks of its entries
        with their hashes), or whose body has the `imprint` of one that was, is as good as one that answers so. Where an
        operator says which links count, a web page is one with headlines, whatever was known of its kind.
        """
        page = await self._fetcher.fetch(address, etag=etag, last_modified=last_modified, proxy=rules.proxy)
        if isinstance(page, NotModified):
            return page
        said = imprint_of(page)
        if said == imprint:
            return _unchanged(page)
        is_page = bool(rules.links) and kind is SourceKind.FEED
        feed = await self._workers.parse(page, SourceKind.PAGE if is_page else kind, rules, seen)
        return _unchanged(page) if feed.is_same else replace(await self.follow(page, feed, rules), imprint=said)

    async def follow(self, page: FetchedPage, feed: ParsedFeed, rules: SourceRules = NO_RULES) -> Look:
        """A list that was read, with the entries of the sitemaps that it names."""
        if not feed.more:
            return Look(page.bare(), feed)
        page = page.bare()
        lists, fault = [feed], None
        waiting = list(feed.more)
        for _ in range(MOST_SITEMAPS):
            if not waiting:
                break
            address = waiting.pop(0)
            try:
                found = await self._sitemap(address, rules)
            except IngestError as error:
                fault = fault or error
                continue
            lists.append(found)
            waiting = [*found.more, *waiting]
        if fault is not None and len(lists) == 1:
            raise fault
        entries = _newest_first(entry for one in lists for entry in one.entries)
        return Look(replace(page, etag=None, last_modified=None), replace(feed, entries=entries, more=()))

    async def _sitemap(self, address: str, rules: SourceRules) -> ParsedFeed:
        page = await self._fetcher.fetch(address, proxy=rules.proxy)
        if isinstance(page, NotModified):
            raise NotAFeed(address, "the sitemap says that it has not changed, to someone who never asked before")
        return await self._workers.parse(page, SourceKind.SITEMAP, rules)


def _unchanged(page: FetchedPage) -> NotModified:
    return NotModified(page.url, page.final_url, page.moved_to, page.etag, page.last_modified, page.max_age)


def newest(feed: ParsedFeed, count: int) -> tuple[FeedEntry, ...]:
    """The newest entries of a list by their dates, in its own order where they have none; for a preview."""
    return _newest_first(feed.entries)[:count]


def _newest_first(entries: Iterable[FeedEntry]) -> tuple[FeedEntry, ...]:
    """Each entry once, by its date; those without one come last, and a list without any keeps its order."""
    once: dict[str, FeedEntry] = {}
    for entry in entries:
        first = once.get(entry.identity)
        once[entry.identity] = entry if first is None else _joined(first, entry)
    ordered = list(once.values())
    if not any(_moment(entry) for entry in ordered):
        return tuple(ordered)
    return tuple(sorted(ordered, key=lambda entry: _moment(entry) or _LONG_AGO, reverse=True))


def _joined(first: FeedEntry, other: FeedEntry) -> FeedEntry:
    """The first of two entries for one page; one of news often leaves it to another to say when it was changed."""
    said, also = Pointer.read(first.feed_hash), Pointer.read(other.feed_hash)
    if said is None or also is None or said.changed_at is not None:
        return first
    return replace(
        first,
        updated_at=first.updated_at or other.updated_at,
        feed_hash=str(replace(said, changed_at=also.changed_at)),
    )


def _moment(entry: FeedEntry) -> datetime | None:
    return entry.published_at or entry.updated_at
