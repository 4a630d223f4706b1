"""THE ROUTE of an article: from the sources that are due to the chats that become due.

    collect        sources that are due, each by itself: one that fails stops no other
      fetch        conditional GET, guarded                               ingest, network
      parse        the feed's entries                                     ingest, worker process
      decide       what is new, what has changed, when to look again      ingest, pure
      extract      the text of each page, else the feed's own             ingest, worker process
      land         one transaction: article, story, topics, index, source; chats that follow become due

What stands in the tables after `land` is delivery's to carry on; a crash before it leaves the source as it was.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from bot.archive import Archive
from bot.ingest.decide import decide, decide_failure, decide_unchanged
from bot.ingest.draft import Draft
from bot.ingest.errors import IngestError
from bot.ingest.fetch import Fetcher
from bot.ingest.identity import canonical_url
from bot.ingest.reading import EntryReader
from bot.ingest.stages import FeedEntry, FeedUpdate, NotModified
from bot.ingest.workers import Workers
from bot.metrics import Metrics
from bot.stories.cluster import place
from bot.stories.fingerprint import fingerprint
from bot.topics.annotate import annotate
from bot.topics.lemmas import Lemmatiser, Reading
from bot.topics.match import TopicIndex
from config.settings import Settings
from storage.database import Database
from storage.errors import StorageError
from storage.records import NewArticle, NewSource, Source
from storage.stores import Stores

log = structlog.get_logger("khabar.collect")

STORY_WINDOW = timedelta(days=3)  # a copy that comes later is a story of its own
LANDING = 25  # articles a transaction, so that the writer is never held for long


@dataclass(frozen=True, slots=True)
class Collected:
    """What one visit to a source brought."""

    source: Source
    new: int = 0
    changed: int = 0
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """A draft with the article that it is a new revision of; None for a new one."""

    draft: Draft
    article_id: int | None = None


class Pipeline:
    """Carries articles from their sources into the archive. One a process."""

    def __init__(
        self,
        *,
        database: Database,
        fetcher: Fetcher,
        workers: Workers,
        lemmatiser: Lemmatiser,
        settings: Settings,
        metrics: Metrics,
    ) -> None:
        self._database = database
        self._fetcher = fetcher
        self._workers = workers
        self._reader = EntryReader(fetcher, workers, settings.language)
        self._lemmatiser = lemmatiser
        self._settings = settings
        self._metrics = metrics
        self._visiting: set[int] = set()
        self._newest_topic = 0
        self._index = TopicIndex((), lemmatiser)

    async def collect(self, on_done: Callable[[Collected], None] | None = None) -> list[Collected]:
        """Visit every source that is due; `on_done` hears of each as it ends. Faults of the database are raised.

        Calls may overlap: a source that is being visited is left alone, so a slow one holds up no other.
        """
        async with self._database.snapshot() as stores:
            due = [source for source in await stores.sources.get_due(_now()) if source.id not in self._visiting]
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
        check = decide_failure(source, failure, _now(), self._settings.collect)
        async with self._database.transaction() as stores:
            await stores.sources.settle(check)
        self._metrics.polls.labels("failed").inc()
        return Collected(source, error=str(failure))

    async def _take_in(self, source: Source) -> Collected:
        update = await self._look(source)
        drafts = await self._read(source, update)
        pushed = self._pushed(update)
        for start in range(0, len(drafts), LANDING):
            await self.land(source, drafts[start : start + LANDING], pushed)
        async with self._database.transaction() as stores:
            await stores.sources.settle(update.check)
        self._metrics.polls.labels("changed" if drafts else "unchanged").inc()
        return Collected(source, new=len(update.new), changed=len(update.changed))

    async def _look(self, source: Source) -> FeedUpdate:
        page = await self._fetcher.fetch(source.address, etag=source.etag, last_modified=source.last_modified)
        if isinstance(page, NotModified):
            return decide_unchanged(source, page, _now(), self._settings.collect, jitter=_jitter())
        feed = await self._workers.parse(page)
        async with self._database.snapshot() as stores:
            asked = {entry.identity: canonical_url(entry.url) for entry in feed.entries}
            known = await stores.articles.get_known(source.id, asked)
        return decide(source, page, feed, known, _now(), self._settings.collect, jitter=_jitter())

    async def _read(self, source: Source, update: FeedUpdate) -> list[Known]:
        """The drafts of what is new (oldest first), then of what has changed."""
        entries = [*update.new, *(one.entry for one in update.changed)]
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._draft(source, entry)) for entry in entries]
        ids = [None] * len(update.new) + [one.known.id for one in update.changed]
        return [Known(task.result(), article_id) for task, article_id in zip(tasks, ids, strict=True)]

    async def _draft(self, source: Source, entry: FeedEntry) -> Draft:
        full_text = self._settings.collect.full_text if source.full_text is None else source.full_text
        read = await self._reader.read(entry, _now(), language=source.language, full_text=full_text)
        if read.reason is not None:
            log.info("the feed's own text is kept", source=source.name, url=entry.url, reason=read.reason)
        return read.draft

    def _pushed(self, update: FeedUpdate) -> frozenset[str]:
        """Identities of the new articles that chats are told of: not the past of a source just added, nor old ones."""
        new = update.new
        if update.is_first:
            backfill = self._settings.delivery.backfill
            new = new[len(new) - min(backfill, len(new)) :]
        return frozenset(entry.identity for entry in new)

    async def land(
        self,
        source: Source,
        drafts: Sequence[Known],
        pushed: frozenset[str] = frozenset(),
        *,
        is_past: bool = False,
    ) -> None:
        """Store articles in one transaction, and make the chats due that follow those in `pushed`.

        `is_past`: they stand among the archive's past by their dates, before everything that arrived by itself.
        """
        read = []
        for known in drafts:
            read.append((known.article_id, *self._annotate(source, known.draft)))
            await asyncio.sleep(0)  # reading takes milliseconds: a command is answered between two articles
        async with self._database.transaction() as stores:
            await self._learn_topics(stores)
            for article_id, article, reading in read:
                topics = self._index.match(reading, source.name)
                if article_id is None:
                    await self._add(stores, article, topics, is_asked=article.identity in pushed, is_past=is_past)
                else:
                    changed = await stores.articles.revise(article_id, article, _now())
                    await stores.topics.attach(article_id, topics)
                    self._metrics.articles.labels("revised" if changed else "same").inc()

    async def _add(
        self, stores: Stores, article: NewArticle, topics: Sequence[int], *, is_asked: bool, is_past: bool
    ) -> None:
        now = _now()
        is_pushed = is_asked and article.published_at > now - self._settings.delivery.max_age
        copies = await stores.stories.get_copies(article.fingerprint, now - STORY_WINDOW)
        story_id = place(article, copies)
        if story_id is None:
            story_id = await stores.stories.open(now)
        article_id = await stores.articles.add(article, story_id, now, is_pushed=is_pushed, is_past=is_past)
        await stores.stories.grow(story_id, article_id, now)
        await stores.topics.attach(article_id, topics)
        if is_pushed:
            await stores.mailbox.mark_due(article_id, now)
        self._metrics.articles.labels("new" if is_pushed else "stored").inc()

    def _annotate(self, source: Source, draft: Draft) -> tuple[NewArticle, Reading]:
        annotation = annotate(draft.title, draft.lead, draft.body, draft.language, self._lemmatiser)
        text = "\n".join([draft.lead, *(block.text for block in draft.body)])
        article = NewArticle(
            source_id=source.id,
            identity=draft.identity,
            url=draft.url,
            title=draft.title,
            lead=draft.lead,
            body=draft.body,
            language=draft.language,
            published_at=draft.published_at,
            lemmas=annotation.lemmas,
            fingerprint=fingerprint(draft.title, text),
            feed_hash=draft.feed_hash,
            image=draft.image,
            author=draft.author,
            tags=draft.tags,
        )
        return article, annotation.reading

    async def _learn_topics(self, stores: Stores) -> None:
        """Topics that chats have made since the last landing count from now on. (Aliases change only with a start.)"""
        for topic in await stores.topics.get_all(above=self._newest_topic):
            self._index.add(topic)
            self._newest_topic = topic.id


@asynccontextmanager
async def open_pipeline(
    settings: Settings, database: Database, lemmatiser: Lemmatiser, metrics: Metrics
) -> AsyncIterator[Pipeline]:
    """A pipeline with its session and its worker processes, which end with the block."""
    async with Fetcher(settings.collect) as fetcher, Workers() as workers:
        yield Pipeline(
            database=database,
            fetcher=fetcher,
            workers=workers,
            lemmatiser=lemmatiser,
            settings=settings,
            metrics=metrics,
        )


async def apply_settings(settings: Settings, stores: Stores, archive: Archive, now: datetime) -> None:
    """Make the sources and topics that the settings name stand in the database."""
    named = [
        NewSource(one.url, one.name, language=one.language, interval=one.interval, full_text=one.full_text)
        for one in settings.sources
    ]
    await stores.sources.keep_settings(named, now)
    # Before topics change: a new alias must not bring old stories to chats as if they were new.
    await stores.mailbox.advance_idle()
    await archive.name_topics(stores, [(topic.name, topic.aliases) for topic in settings.topics])


def first_of(group: BaseExceptionGroup[StorageError]) -> BaseException:
    """One fault for all: what every source met alike is said once."""
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _jitter() -> float:
    return random.random()  # noqa: S311 — spreads visits, guards nothing


def _now() -> datetime:
    return datetime.now(UTC)
