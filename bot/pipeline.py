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
from dataclasses import dataclass, replace

import structlog

from bot.annotator import Annotator
from bot.checks import Checks
from bot.clock import now_utc
from bot.groups import first_of
from bot.hubs import Hubs
from bot.ingest.decide import decide, decide_failure, decide_unchanged, with_landed, with_pages, with_stand_in
from bot.ingest.discover import Prospector
from bot.ingest.errors import IngestError
from bot.ingest.fetch import Fetcher
from bot.ingest.hosts import acting_for
from bot.ingest.reading import EntryReader
from bot.ingest.recognise import asked_for
from bot.ingest.stages import FeedUpdate, FetchedPage, Look, NotModified
from bot.ingest.workers import Workers
from bot.intake import Intake
from bot.landing import Landing
from bot.metrics import Metrics
from bot.scout import Scout, Sight
from bot.topics.lemmas import Lemmatiser
from config.settings import Settings
from storage.database import Database
from storage.errors import StorageError
from storage.records import Alert, KnownArticle, Source, SourceCheck, SourceKind, StandIn

log = structlog.get_logger("khabar.collect")

UNWRITABLE_WAIT = 30.0  # seconds without a visit after the database could not be written
ASKING = 4  # visits that look into the archive at once: readers have connections of their own to wait for


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
        self.landing = landing
        self.prospector = Prospector(fetcher, workers)
        self.reader = EntryReader(fetcher, workers, settings.language, settings.timezone)
        self.hubs = Hubs(database=database, fetcher=fetcher, settings=settings, on_news=self.take_news)
        self._workers = workers
        self._scout = Scout(fetcher, workers, settings)
        self._checks = Checks(database, lambda: len(self._visiting))
        self._settings = settings
        self._metrics = metrics
        self._visiting: set[int] = set()
        self._live: frozenset[int] = frozenset()  # sources whose hub tells of news by itself
        self._intake = Intake(self.reader, landing, settings)
        self._again: set[int] = set()  # sources that are to be visited once more as soon as their visit ends
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
            found = await stores.sources.get_due(now)
            self._live = await self.hubs.live(stores, now)
        # Nothing is awaited in between: no source has two visits at once.
        due = [source for source in found if source.id not in self._visiting]
        self._visiting.update(source.id for source in due)

        async def visit(source: Source) -> Collected:
            try:
                with acting_for(source.id):
                    collected = await self._visit(source)
            except StorageError:
                raise
            except Exception as error:  # one source's surprise stops no other, and is reported in full
                log.exception("what a visit taught could not be written down", source=source.name)
                collected = Collected(source, error=f"unexpected {type(error).__name__}, see the log")
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
        """A hub tells what a source's list says now. Where that cannot be read now, or the source is being visited just
        then, it is visited at once. Faults of the database are raised.
        """
        if source_id in self._visiting:
            self._again.add(source_id)
            return
        self._visiting.add(source_id)
        try:
            async with self._database.snapshot() as stores:
                source = await stores.sources.get(source_id)
            if not source.is_paused:
                with acting_for(source_id):
                    await self._take_told(source, page)
        finally:
            self._visiting.discard(source_id)

    async def _take_told(self, source: Source, page: FetchedPage) -> None:
        try:
            feed = await self._workers.parse(page, SourceKind.FEED, self._scout.rules(source))
            await self._take_in(source, Sight(source, Look(page.bare(), feed)), is_told=True)
        except (IngestError, StorageError) as error:
            log.warning("what a hub told could not be read", source=source.name, error=str(error))
            async with self._database.transaction() as stores:
                await stores.sources.hasten(source.id)

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
        return await self._note_failure(source, failure)

    async def _note_failure(self, source: Source, failure: IngestError) -> Collected:
        failed = decide_failure(source, failure, now_utc(), self._settings.collect)
        if failed.wants_stand_in and (found := await self._scout.find_stand_in(source)) is not None:
            failed = with_stand_in(failed, source, found.address, found.kind, str(failure), now_utc())
            log.warning("a source is read from somewhere else", source=source.name, url=found.address)
        check = failed.check
        if _place_of(check.stand_in) != _place_of(source.stand_in):  # what is known of one list says nothing of another
            self._scout.forget(source)
            check = replace(check, etag=None, last_modified=None)
        await self._settle(check, failed.alerts)
        self._metrics.polls.labels("failed").inc()
        return Collected(source, error=str(failure))

    async def _settle(self, check: SourceCheck, alerts: Sequence[Alert]) -> None:
        if check.source_id in self._again:
            self._again.discard(check.source_id)
            check = replace(check, due_at=check.checked_at)
        await self._checks.settle(check, alerts)

    async def _note_hub(self, source: Source, sight: Sight) -> None:
        if isinstance(sight.seen, Look) and self.hubs.is_on and not self.hubs.knows(source.id, sight.seen):
            async with self._database.transaction() as stores:
                await self.hubs.note(stores, source.id, sight.seen)

    async def _take_in(self, source: Source, sight: Sight, *, is_told: bool = False) -> Collected:
        """Take in what was seen, and write down what it taught. `is_told`: by a hub, perhaps of the news alone."""
        update = await self._decide(source, sight)
        check = _placed(update.check, source, sight.source)
        if isinstance(sight.seen, NotModified):
            await self._settle(check, update.alerts)
            self._metrics.polls.labels("unchanged").inc()
            return Collected(source)
        if any(entry.is_light for entry in (*update.new, *(one.entry for one in update.changed))):
            self._scout.forget(source)  # the archive does not know what was remembered of it
            await self._settle(replace(check, etag=None, last_modified=None), update.alerts)
            return Collected(source)
        given = await self._intake.take(source, update, sight.seen.feed, self._scout.rules(source))
        update = with_landed(update, sight.source, given.landed, now_utc(), self._settings.collect)
        check = _placed(update.check, source, sight.source)
        check, alerts = with_pages(check, source, asked=given.asked, whole=given.whole, now=now_utc())
        if given.missing:  # a site that says that nothing changed would leave it so
            check = replace(check, etag=None, last_modified=None)
        if is_told:
            check = _as_told(check, source)
        else:
            self._scout.remember(source, sight.seen, given.missing)
        await self._settle(check, (*update.alerts, *alerts))
        self._metrics.polls.labels("changed" if update.new or update.changed else "unchanged").inc()
        return Collected(source, new=len(update.new), changed=len(update.changed))

    async def _decide(self, source: Source, sight: Sight) -> FeedUpdate:
        settings, is_live = self._settings.collect, source.id in self._live
        if isinstance(sight.seen, NotModified):
            return decide_unchanged(
                sight.source, sight.seen, now_utc(), settings, jitter=_jitter(), is_pushed_by_hub=is_live
            )
        entries = self._intake.worth_reading(source, sight.seen.feed)
        look = replace(sight.seen, feed=replace(sight.seen.feed, entries=entries))
        known: dict[str, KnownArticle] = {}
        if asked := asked_for(entries):
            async with self._asking, self._database.snapshot() as stores:
                known = await stores.articles.get_known(source.id, asked)
        return decide(sight.source, look, known, now_utc(), settings, jitter=_jitter(), is_pushed_by_hub=is_live)


def _place_of(stand_in: StandIn | None) -> str | None:
    return stand_in.url if stand_in else None


def _placed(check: SourceCheck, before: Source, now: Source) -> SourceCheck:
    """With where its list was found to stand, if that is another place than before."""
    return check if now.moved_to == before.moved_to else replace(check, moved_to=now.moved_to)


def _as_told(check: SourceCheck, source: Source) -> SourceCheck:
    """A hub's word on news; when to look again, and by what, stays as the last look left it."""
    rhythm = replace(check.rhythm, span=source.rhythm.span, wish=source.rhythm.wish)
    due_at = max(source.due_at or check.checked_at, check.checked_at)
    return replace(check, due_at=due_at, kind=None, etag=source.etag, last_modified=source.last_modified, rhythm=rhythm)


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
