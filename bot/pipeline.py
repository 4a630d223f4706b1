"""THE ROUTE of an article: from the sources that are due to the waves that carry it to the chats.

    collect        sources that are due, each by itself: one that fails stops no other
      fetch        conditional GET, guarded                               ingest, network
      parse        the feed's entries                                     ingest, worker process
      decide       what is new, what has changed, when to look again      ingest, pure
      extract      the text of each page, else the feed's own             ingest, worker process
      annotate     words, entities, names of one thing                     topics, worker process
      land         one transaction: article, story, topics, index, source; a wave for each audience
                   (a page that was taken down, 410: its article is withdrawn, a new one never stored)

What stands in the tables after `land` is delivery's to carry on; a crash before it leaves the source as it was.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.annotator import Annotator
from bot.archive import Archive
from bot.clock import now_utc
from bot.groups import first_of
from bot.ingest.decide import decide, decide_failure, decide_unchanged
from bot.ingest.errors import IngestError
from bot.ingest.fetch import Fetcher
from bot.ingest.identity import canonical_url
from bot.ingest.reading import EntryReader, ReadEntry
from bot.ingest.stages import FeedEntry, FeedUpdate, NotModified
from bot.ingest.workers import Workers
from bot.landing import Known, Landing, note_version
from bot.metrics import Metrics
from bot.topics.lemmas import Lemmatiser
from config.settings import Settings
from storage.addresses import page_key
from storage.database import Database
from storage.errors import StorageError
from storage.records import Asked, NewSource, Source
from storage.stores import Stores

log = structlog.get_logger("khabar.collect")

UNWRITABLE_WAIT = 30.0  # seconds without a visit after the database could not be written
FIRST_PAGES = 100  # of a source's first visit
LANDING = 25  # articles a transaction, so that the writer is never held for long


@dataclass(frozen=True, slots=True)
class Collected:
    """What one visit to a source brought."""

    source: Source
    new: int = 0
    changed: int = 0
    error: str | None = None


class Pipeline:
    """Carries articles from their sources into the archive. One a process."""

    def __init__(
        self,
        *,
        database: Database,
        fetcher: Fetcher,
        workers: Workers,
        landing: Landing,
        settings: Settings,
        metrics: Metrics,
    ) -> None:
        self._database = database
        self._fetcher = fetcher
        self._workers = workers
        self.landing = landing
        self._reader = EntryReader(fetcher, workers, settings.language)
        self._settings = settings
        self._metrics = metrics
        self._visiting: set[int] = set()
        self._held_until = 0.0

    async def collect(self, on_done: Callable[[Collected], None] | None = None) -> list[Collected]:
        """Visit every source that is due; `on_done` hears of each as it ends. Faults of the database are raised.

        Calls may overlap: a source that is being visited is left alone, so a slow one holds up no other.
        """
        if time.monotonic() < self._held_until:
            return []
        async with self._database.snapshot() as stores:
            due = [source for source in await stores.sources.get_due(now_utc()) if source.id not in self._visiting]
        self._visiting.update(source.id for source in due)

        async def visit(source: Source) -> Collected:
            try:
                collected = await self._visit(source)
            finally:
                self._visiting.discard(source.id)
            if on_done is not None:
                on_done(collected)
            return collected

        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(visit(source)) for source in due]
        except* StorageError as faults:
            # What cannot be written down would only be fetched again with the next tick.
            self._held_until = time.monotonic() + UNWRITABLE_WAIT
            raise first_of(faults) from None
        return [task.result() for task in tasks]

    async def _visit(self, source: Source) -> Collected:
        try:
            return await self._take_in(source)
        except IngestError as error:
            failure = error
            log.warning("a source could not be read", source=source.name, url=source.address, error=str(error))
        except StorageError:
            raise
        except Exception as error:  # one source's surprise stops no other, and is reported in full
            failure = IngestError(source.address, f"unexpected {type(error).__name__}, see the log")
            log.exception("a source met a fault of ours", source=source.name, url=source.address)
        check = decide_failure(source, failure, now_utc(), self._settings.collect)
        async with self._database.transaction() as stores:
            await stores.sources.settle(check)
        self._metrics.polls.labels("failed").inc()
        return Collected(source, error=str(failure))

    async def _take_in(self, source: Source) -> Collected:
        """Read and land a source's articles part by part: the new ones oldest first, then those that changed."""
        update = await self._look(source)
        pushed = self._pushed(update)
        work: list[tuple[FeedEntry, int | None]] = [(entry, None) for entry in update.new]
        work += [(one.entry, one.known.id) for one in update.changed]
        paged = self._paged(source, update)
        for start in range(0, len(work), LANDING):
            part = work[start : start + LANDING]
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(self._draft(source, entry, full_text=entry.identity in paged))
                    for entry, _ in part
                ]
            read = [(task.result(), article_id) for task, (_, article_id) in zip(tasks, part, strict=True)]
            drafts = [Known(one.draft, article_id) for one, article_id in read if not one.is_gone]
            await self.landing.land(source, drafts, pushed)
            gone = [Known(one.draft, article_id) for one, article_id in read if one.is_gone]
            await self.landing.take_back(source, gone)
        async with self._database.transaction() as stores:
            await stores.sources.settle(update.check)
        self._metrics.polls.labels("changed" if work else "unchanged").inc()
        return Collected(source, new=len(update.new), changed=len(update.changed))

    async def _look(self, source: Source) -> FeedUpdate:
        page = await self._fetcher.fetch(source.address, etag=source.etag, last_modified=source.last_modified)
        if isinstance(page, NotModified):
            return decide_unchanged(source, page, now_utc(), self._settings.collect, jitter=_jitter())
        feed = await self._workers.parse(page)
        async with self._database.snapshot() as stores:
            asked = [
                Asked(entry.identity, page_key(canonical_url(entry.url)) if entry.has_page else "", entry.feed_hash)
                for entry in feed.entries
            ]
            known = await stores.articles.get_known(source.id, asked)
        return decide(source, page, feed, known, now_utc(), self._settings.collect, jitter=_jitter())

    def _paged(self, source: Source, update: FeedUpdate) -> frozenset[str]:
        """Identities of the entries whose pages are fetched.

        Of a source's past only the newest: its site is not ours to mirror.
        """
        if not (self._settings.collect.full_text if source.full_text is None else source.full_text):
            return frozenset()
        new = update.new[-FIRST_PAGES:] if update.is_first else update.new
        return frozenset(entry.identity for entry in [*new, *(one.entry for one in update.changed)])

    async def _draft(self, source: Source, entry: FeedEntry, *, full_text: bool) -> ReadEntry:
        read = await self._reader.read(entry, now_utc(), language=source.language, full_text=full_text)
        if read.reason is not None and not read.is_gone:
            log.info("the feed's own text is kept", source=source.name, url=entry.url, reason=read.reason)
        return read

    def _pushed(self, update: FeedUpdate) -> frozenset[str]:
        """Identities of the new articles that chats are told of: not the past of a source just added, nor old ones."""
        new = update.new
        if update.is_first:
            backfill = self._settings.delivery.backfill
            new = new[len(new) - min(backfill, len(new)) :]
        return frozenset(entry.identity for entry in new)


@asynccontextmanager
async def open_pipeline(
    settings: Settings, database: Database, lemmatiser: Lemmatiser, metrics: Metrics
) -> AsyncIterator[Pipeline]:
    """A pipeline with its session and its worker processes, which end with the block."""
    async with (
        Fetcher(settings.collect) as fetcher,
        Workers(zone=settings.timezone) as workers,
        Annotator(lemmatiser) as annotator,
    ):
        yield Pipeline(
            database=database,
            fetcher=fetcher,
            workers=workers,
            landing=Landing(database, annotator, lemmatiser, settings, metrics),
            settings=settings,
            metrics=metrics,
        )


async def apply_settings(settings: Settings, stores: Stores, archive: Archive, now: datetime) -> None:
    """Make the sources and topics that the settings name stand in the database.

    Whoever is to write articles calls this first: a new database is told what they are read by.
    """
    await note_version(stores)
    named = [
        NewSource(one.url, one.name, language=one.language, interval=one.interval, full_text=one.full_text)
        for one in settings.sources
    ]
    await stores.sources.keep_settings(named, now)
    keys = await archive.name_topics(stores, [(topic.name, topic.aliases) for topic in settings.topics])
    await stores.topics.keep_settings(keys)


def _jitter() -> float:
    return random.random()  # noqa: S311 — spreads visits, guards nothing
