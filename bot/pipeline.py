"""THE ROUTE of an article: from the sources that are due to the waves that carry it to the chats.

    collect        sources that are due, each by itself: one that fails stops no other; or a hub tells of news
      look         where its list stands now: conditional GET, guarded    scout, ingest: network, worker process
      decide       what is new, what has changed, when to look again      ingest, pure
      extract      the text of each page, else the feed's own             ingest, worker process
      annotate     words, entities, names of one thing                     topics, worker process
      land         one transaction: article, story, topics, index; a wave for each audience
                   (a page that was taken down, 410: its article is withdrawn, a new one never stored)
      settle       the source's rhythm, health and next visit, and what admins should know of it

What stands in the tables after `land` is delivery's to carry on; a crash before it leaves the source as it was.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import structlog

from bot.annotator import Annotator
from bot.checks import Checks
from bot.clock import now_utc
from bot.groups import first_of
from bot.hubs import Hubs
from bot.ingest.decide import decide, decide_failure, decide_unchanged, with_pages, with_stand_in
from bot.ingest.discover import Prospector
from bot.ingest.errors import IngestError
from bot.ingest.fetch import Fetcher
from bot.ingest.hosts import acting_for
from bot.ingest.reading import EntryReader, ReadEntry
from bot.ingest.recognise import asked_for
from bot.ingest.stages import FeedEntry, FeedUpdate, FetchedPage, Look, NotModified
from bot.ingest.workers import Workers
from bot.landing import Known, Landing
from bot.metrics import Metrics
from bot.scout import BARE, Scout, Sight
from bot.topics.lemmas import Lemmatiser
from bot.voids import Voids
from config.settings import Settings
from storage.database import Database
from storage.errors import StorageError
from storage.records import KnownArticle, Source, SourceKind

log = structlog.get_logger("khabar.collect")

UNWRITABLE_WAIT = 30.0  # seconds without a visit after the database could not be written
FIRST_PAGES = 100  # of a source's first visit
ASKING = 4  # visits that look into the archive at once: readers have connections of their own to wait for
LANDING = 25  # articles a transaction, so that the writer is never held for long


@dataclass(frozen=True, slots=True)
class Collected:
    """What one visit to a source brought."""

    source: Source
    new: int = 0
    changed: int = 0
    error: str | None = None


@dataclass(slots=True)
class Yield:
    """What a visit's entries gave: pages asked for, those with their article, entries that are not in the archive."""

    asked: int = 0
    whole: int = 0
    missing: set[str] = field(default_factory=set)


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
        self.landing = landing
        self.prospector = Prospector(fetcher, workers)
        self.reader = EntryReader(fetcher, workers, settings.language)
        self.hubs = Hubs(database=database, fetcher=fetcher, settings=settings, on_news=self.take_news)
        self._workers = workers
        self._scout = Scout(fetcher, workers, settings)
        self._checks = Checks(database, lambda: len(self._visiting))
        self._settings = settings
        self._metrics = metrics
        self._visiting: set[int] = set()
        self._live: frozenset[int] = frozenset()  # sources whose hub tells of news by itself
        self._voids = Voids()
        self._asking = asyncio.Semaphore(ASKING)
        self._held_until = 0.0

    async def collect(self, on_done: Callable[[Collected], None] | None = None) -> list[Collected]:
        """Visit every source that is due; `on_done` hears of each as it ends. Faults of the database are raised.

        Calls may overlap: a source that is being visited is left alone, so a slow one holds up no other.
        """
        if time.monotonic() < self._held_until:
            return []
        now = now_utc()
        async with self._database.snapshot() as stores:
            due = [source for source in await stores.sources.get_due(now) if source.id not in self._visiting]
            self._live = await self.hubs.live(stores, now)
        self._visiting.update(source.id for source in due)

        async def visit(source: Source) -> Collected:
            try:
                with acting_for(source.id):
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

    async def take_news(self, source_id: int, page: FetchedPage) -> None:
        """A hub tells what a source's list says now. Where it is being visited just then, it is visited once more."""
        async with self._database.transaction() as stores:
            source = await stores.sources.get(source_id)
            if source.is_paused:
                return
            if source_id in self._visiting:
                await stores.sources.hasten(source_id)
                return
        self._visiting.add(source_id)
        try:
            with acting_for(source_id):
                feed = await self._workers.parse(page, SourceKind.FEED, self._scout.rules(source))
                await self._take_in(source, Sight(source, Look(page.bare(), feed)))
        except IngestError as error:
            log.warning("what a hub told could not be read", source=source.name, error=str(error))
        finally:
            self._visiting.discard(source_id)

    async def _visit(self, source: Source) -> Collected:
        try:
            sight = await self._scout.look(source, now_utc())
            await self._note_hub(source, sight)
            return await self._take_in(source, sight)
        except IngestError as error:
            failure = error
            log.warning("a source could not be read", source=source.name, url=source.address, error=str(error))
        except StorageError:
            raise
        except Exception as error:  # one source's surprise stops no other, and is reported in full
            failure = IngestError(source.address, f"unexpected {type(error).__name__}, see the log")
            log.exception("a source met a fault of ours", source=source.name, url=source.address)
        failed = decide_failure(source, failure, now_utc(), self._settings.collect)
        if failed.wants_stand_in and (found := await self._scout.find_stand_in(source)) is not None:
            failed = with_stand_in(failed, source, found.address, found.kind, str(failure), now_utc())
            self._scout.forget(source)
            log.warning("a source is read from somewhere else", source=source.name, url=found.address)
        await self._checks.settle(failed.check, failed.alerts)
        self._metrics.polls.labels("failed").inc()
        return Collected(source, error=str(failure))

    async def _note_hub(self, source: Source, sight: Sight) -> None:
        if isinstance(sight.seen, Look) and self.hubs.is_on and not self.hubs.knows(source.id, sight.seen):
            async with self._database.transaction() as stores:
                await self.hubs.note(stores, source.id, sight.seen)

    async def _take_in(self, source: Source, sight: Sight) -> Collected:
        """Read and land a source's articles part by part: the new ones oldest first, then those that changed."""
        update = await self._decide(source, sight)
        if isinstance(sight.seen, NotModified):
            await self._checks.settle(update.check, update.alerts)
            self._metrics.polls.labels("unchanged").inc()
            return Collected(source)
        pushed = self._pushed(update)
        work: list[tuple[FeedEntry, int | None]] = [(entry, None) for entry in update.new]
        work += [(one.entry, one.known.id) for one in update.changed]
        if any(entry.is_light for entry, _ in work):  # the archive does not know what was remembered of it
            self._scout.forget(source)
            await self._checks.settle(replace(update.check, etag=None, last_modified=None), update.alerts)
            return Collected(source)
        paged, given = self._paged(source, update), Yield()
        is_bare = sight.seen.feed.kind in BARE
        for start in range(0, len(work), LANDING):
            await self._land(source, work[start : start + LANDING], paged, pushed, given, is_bare=is_bare)
        check, alerts = with_pages(update.check, source, asked=given.asked, whole=given.whole, now=now_utc())
        if sight.source.moved_to != source.moved_to:
            check = replace(check, moved_to=sight.source.moved_to)
        await self._checks.settle(check, (*update.alerts, *alerts))
        self._scout.remember(source, sight.seen, given.missing)
        self._metrics.polls.labels("changed" if work else "unchanged").inc()
        return Collected(source, new=len(update.new), changed=len(update.changed))

    async def _decide(self, source: Source, sight: Sight) -> FeedUpdate:
        settings, is_live = self._settings.collect, source.id in self._live
        if isinstance(sight.seen, NotModified):
            return decide_unchanged(
                sight.source, sight.seen, now_utc(), settings, jitter=_jitter(), is_pushed_by_hub=is_live
            )
        entries = tuple(one for one in sight.seen.feed.entries if not self._voids.holds(source.id, one.identity))
        look = replace(sight.seen, feed=replace(sight.seen.feed, entries=entries))
        known: dict[str, KnownArticle] = {}
        if asked := asked_for(entries):
            async with self._asking, self._database.snapshot() as stores:
                known = await stores.articles.get_known(source.id, asked)
        return decide(sight.source, look, known, now_utc(), settings, jitter=_jitter(), is_pushed_by_hub=is_live)

    async def _land(
        self,
        source: Source,
        part: Sequence[tuple[FeedEntry, int | None]],
        paged: frozenset[str],
        pushed: frozenset[str],
        given: Yield,
        *,
        is_bare: bool,
    ) -> None:
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(self._draft(source, entry, full_text=entry.identity in paged)) for entry, _ in part
            ]
        found: list[Known] = []
        gone: list[Known] = []
        for task, (entry, article_id) in zip(tasks, part, strict=True):
            read = task.result()
            if entry.identity in paged and entry.has_page:
                given.asked += 1
                given.whole += read.has_text
            if not read.draft.title or (is_bare and read.is_void):
                self._voids.note(source.id, entry.identity)
                given.missing.add(entry.identity)
            elif read.is_gone:
                gone.append(Known(read.draft, article_id))
                given.missing.add(entry.identity)
            else:
                found.append(Known(read.draft, article_id))
        await self.landing.land(source, found, pushed)
        await self.landing.take_back(source, gone)

    def _paged(self, source: Source, update: FeedUpdate) -> frozenset[str]:
        """Identities of the entries whose pages are fetched.

        Of a source's past only the newest: its site is not ours to mirror.
        """
        if not (self._settings.collect.full_text if source.full_text is None else source.full_text):
            return frozenset()
        new = update.new[-FIRST_PAGES:] if update.is_first else update.new
        return frozenset(entry.identity for entry in [*new, *(one.entry for one in update.changed)])

    async def _draft(self, source: Source, entry: FeedEntry, *, full_text: bool) -> ReadEntry:
        read = await self.reader.read(
            entry,
            now_utc(),
            language=source.language,
            full_text=full_text,
            rules=self._scout.rules(source),
        )
        if read.reason is not None and not read.is_gone:
            log.info("the list's own text is kept", source=source.name, url=entry.url, reason=read.reason)
        return read

    def _pushed(self, update: FeedUpdate) -> frozenset[str]:
        """Identities of the new articles that chats are told of: not the past of a source just added, nor old ones."""
        new = update.new
        if update.is_first:
            backfill = self._settings.delivery.backfill
            new = new[len(new) - min(backfill, len(new)) :]
        return frozenset(entry.identity for entry in new) - update.held


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


def _jitter() -> float:
    return random.random()  # noqa: S311 — spreads visits, guards nothing
