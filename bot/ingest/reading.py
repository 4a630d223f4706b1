"""From a feed's entry to a draft: the text of its page, or what the feed says itself."""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

import structlog

from bot.ingest.draft import Draft, draft_from_feed, draft_from_page
from bot.ingest.errors import HttpError, IngestError
from bot.ingest.fetch import Fetcher
from bot.ingest.stages import FeedEntry, FetchedPage
from bot.ingest.workers import Workers

log = structlog.get_logger("khabar.collect")


@dataclass(frozen=True, slots=True)
class ReadEntry:
    """A draft; `reason` tells why the feed's own text stands in it where the page's was wanted.

    `is_gone`: the page was taken down for good (410, RFC 9110, 15.5.11), so what the feed still says is no news.
    """

    draft: Draft
    reason: str | None = None
    is_gone: bool = False


class EntryReader:
    """Fetches and extracts pages. Nothing is raised: every entry has a draft."""

    def __init__(self, fetcher: Fetcher, workers: Workers, language: str) -> None:
        """`language` is taken for granted where a source names none and none can be found out."""
        self._fetcher = fetcher
        self._workers = workers
        self._language = language

    async def read(self, entry: FeedEntry, now: datetime, *, language: str | None, full_text: bool) -> ReadEntry:
        """The article of an entry. `language` is what is known of the source, `full_text` asks for its page.

        What the feed says of its language is a hint after the source's.
        """
        reason = "the entry has no page of its own" if full_text and not entry.has_page else None
        is_gone = False
        if full_text and entry.has_page:
            try:
                page = await self._fetcher.fetch(entry.url)
                if isinstance(page, FetchedPage):
                    extracted = await self._workers.extract(page, entry, language)
                    return ReadEntry(draft_from_page(entry, extracted, now))
                reason = "the page says that it has not changed, to someone who never asked before"
            except IngestError as error:
                reason = str(error)
                is_gone = isinstance(error, HttpError) and error.status == HTTPStatus.GONE
        return ReadEntry(draft_from_feed(entry, await self._detect(entry, language), now), reason, is_gone)

    async def _detect(self, entry: FeedEntry, language: str | None) -> str:
        text = " ".join([entry.title, entry.lead, *(block.text for block in entry.body)])
        try:
            return await self._workers.detect(text, language or entry.language, url=entry.url)
        except IngestError as error:
            granted = language or self._language
            log.warning("the language is taken for granted", url=entry.url, language=granted, reason=str(error))
            return granted
