"""Whoever follows one site: the real decisions and the real stores, with a ledger of what should have come."""

from collections import Counter
from dataclasses import replace
from datetime import datetime

from bot.ingest.decide import decide, decide_failure, decide_unchanged, with_landed
from bot.ingest.draft import draft_from_feed
from bot.ingest.errors import TimedOut
from bot.ingest.recognise import asked_for
from bot.ingest.stages import ChangedEntry, FeedEntry, FeedKind, FeedUpdate, FetchedPage, Look, NotModified, ParsedFeed
from config.settings import CollectSettings
from storage.addresses import page_key
from storage.database import Database
from storage.records import NewArticle, NewSource, Source, SourceCheck
from storage.stores import Stores
from tests.state.site import Site
from tests.storage.samples import new_article, store

SETTINGS = CollectSettings()


class Desk:
    """Reads a site into an archive, and raises AssertionError where a story or an edit is missed or comes twice."""

    def __init__(self, database: Database, source: Source, site: Site) -> None:
        self._database = database
        self._site = site
        self.source = source
        self.stored: dict[int, int] = {}  # a story's number: its article
        self.pushed: Counter[int] = Counter()
        self.held: Counter[int] = Counter()
        self.edits: Counter[int] = Counter()
        self.polls = 0
        self.reads = 0
        self._said: dict[int, str] = {}  # a story's number: what the feed said of it last

    @classmethod
    async def open(cls, database: Database, site: Site, name: str) -> "Desk":
        """A source of its own for this site."""
        async with database.transaction() as stores:
            source = await stores.sources.add(NewSource(f"https://{name}.example/rss", name))
        return cls(database, source, site)

    async def poll(self, now: datetime) -> FeedUpdate | None:
        """One visit; None where the site is down."""
        self.polls += 1
        if self._site.is_down:
            failed = decide_failure(self.source, TimedOut(self.source.url, "slow"), now, SETTINGS)
            self._keep(failed.check)
            return None
        etag = str(self._site.version)
        if etag == self.source.etag:
            return self._stay(etag, now)
        update = await self._look(self._site.entries(), etag, now)
        async with self._database.transaction() as stores:
            await self._land(stores, update, now)
            landed = [entry for entry in update.new if _number(entry) not in self._site.gone]
            update = with_landed(update, self.source, landed, now, SETTINGS)
            await stores.sources.settle(update.check)
            self.source = await stores.sources.get(self.source.id)
        self._check_all_stored()
        return update

    async def check_revisions(self) -> None:
        """Each edit that the feed showed is one revision of its article."""
        async with self._database.snapshot() as stores:
            articles = await stores.articles.get_many(list(self.stored.values()))
            for number, article in zip(self.stored, articles, strict=True):
                assert article.revision == 1 + self.edits[number], (number, article.revision, self.edits[number])

    def _stay(self, etag: str, now: datetime) -> FeedUpdate:
        """Nothing changed (304)."""
        url = self.source.address
        update = decide_unchanged(self.source, NotModified(url, url, etag=etag), now, SETTINGS)
        self._keep(update.check)
        return update

    def _keep(self, check: SourceCheck) -> None:
        """As the store does, in memory: most polls bring nothing, and the next that does is written down."""
        is_well = check.error is None
        self.source = replace(
            self.source,
            due_at=check.due_at,
            checked_at=check.checked_at,
            succeeded_at=check.checked_at if is_well else self.source.succeeded_at,
            failures=0 if is_well else self.source.failures + 1,
            last_error=check.error,
            rhythm=check.rhythm,
            health=check.health,
        )

    async def _look(self, entries: tuple[FeedEntry, ...], etag: str, now: datetime) -> FeedUpdate:
        self.reads += 1
        url = self.source.address
        async with self._database.snapshot() as stores:
            known = await stores.articles.get_known(self.source.id, asked_for(entries))
        page = FetchedPage(url, url, 200, "application/rss+xml", None, b"", etag=etag)
        feed = ParsedFeed("Вести", "ru", FeedKind.RSS, None, entries)
        update = decide(self.source, Look(page, feed), known, now, SETTINGS)
        self._check_changes(entries, update.changed)
        return update

    async def _land(self, stores: Stores, update: FeedUpdate, now: datetime) -> None:
        for entry in update.new:
            number = _number(entry)
            if number in self._site.gone:
                continue
            assert number not in self.stored, f"story {number} came twice"
            is_pushed = not update.is_first and entry.identity not in update.held
            self.stored[number] = await store(stores, self._article(entry, now), is_pushed=is_pushed, at=now)
            self.pushed[number] += is_pushed
            self.held[number] += entry.identity in update.held
            self._said[number] = entry.feed_hash
        for change in update.changed:
            number = _number(change.entry)
            is_edit = self._said[number] != change.entry.feed_hash
            is_seen = await stores.articles.revise(change.known.id, self._article(change.entry, now), now)
            assert is_seen is is_edit, f"story {number} changed unseen" if is_edit else f"story {number} changed twice"
            self.edits[number] += is_edit
            self._said[number] = change.entry.feed_hash

    def _article(self, entry: FeedEntry, now: datetime) -> NewArticle:
        draft = draft_from_feed(entry, "ru", now)
        return new_article(
            _number(entry),
            self.source.id,
            identity=draft.identity,
            url=draft.url,
            title=draft.title,
            lead=draft.lead,
            body=draft.body,
            published_at=draft.published_at,
            feed_hash=draft.feed_hash,
            page_key=page_key(draft.url) if draft.has_page else "",
        )

    def _check_changes(self, entries: tuple[FeedEntry, ...], changed: tuple[ChangedEntry, ...]) -> None:
        edited = {
            number
            for entry in entries
            if (number := _number(entry)) in self.stored and self._said[number] != entry.feed_hash
        }
        found = Counter(_number(change.entry) for change in changed)
        assert edited <= set(found), f"edits of {edited - set(found)} were not seen"
        assert not found or max(found.values()) == 1, f"one visit changed a story twice: {found}"
        for change in changed:
            number = _number(change.entry)
            assert change.known.id == self.stored[number], f"story {number} was taken for another"

    def _check_all_stored(self) -> None:
        missed = {item.number for item in self._site.visible()} - set(self.stored) - self._site.gone
        assert not missed, f"stories {missed} stand in the feed and not in the archive"


def _number(entry: FeedEntry) -> int:
    return int(entry.tags[0])
