"""What a visit found, taken in: pages read, drafts landed part by part, what gave nothing left alone for a while."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import structlog

from bot.clock import now_utc
from bot.ingest.reading import EntryReader, ReadEntry
from bot.ingest.stages import FeedEntry, FeedUpdate, ParsedFeed, SourceRules
from bot.landing import Known, Landing
from bot.scout import BARE
from bot.voids import Voids
from config.settings import Settings
from storage.records import Source

log = structlog.get_logger("khabar.collect")

FIRST_PAGES = 100  # of a source's first visit
# Articles a transaction. Sources take turns at being read: with large parts, many new sources would hold all their
# drafts in memory until each of them comes to its end.
LANDING = 5

Work = tuple[FeedEntry, int | None]  # an entry, and the article that it is a new revision of


@dataclass(slots=True)
class Yield:
    """What a visit's entries gave.

    `asked` is how many pages were asked for, `whole` how many of them had the article. `missing` are identities of
    entries of which the archive has not all yet. `landed` are those that are in it now.
    """

    asked: int = 0
    whole: int = 0
    missing: set[str] = field(default_factory=set)
    landed: list[FeedEntry] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit as its parts need it: `paged` are identities of entries whose pages are fetched, `pushed` of news."""

    source: Source
    rules: SourceRules
    paged: frozenset[str]
    pushed: frozenset[str]
    is_bare: bool
    is_first: bool


class Intake:
    """Reads and lands what visits found. One a process."""

    def __init__(self, reader: EntryReader, landing: Landing, settings: Settings) -> None:
        self._reader = reader
        self._landing = landing
        self._settings = settings
        self._voids = Voids()

    def worth_reading(self, source: Source, feed: ParsedFeed) -> tuple[FeedEntry, ...]:
        """The entries of a list without those behind which nothing was found lately."""
        return tuple(one for one in feed.entries if not self._voids.holds(source.id, _address(one)))

    async def take(self, source: Source, update: FeedUpdate, feed: ParsedFeed, rules: SourceRules) -> Yield:
        """Old stories that came all at once first, so that what is cut off in between leaves none of them as news; then
        the new ones, oldest first, then those that changed.
        """
        new = sorted(update.new, key=lambda entry: entry.identity not in update.held)
        work: list[Work] = [(entry, None) for entry in new]
        work += [(one.entry, one.known.id) for one in update.changed]
        is_bare = feed.kind in BARE
        paged, pushed = self._paged(source, update, is_bare=is_bare), self._pushed(source, update)
        visit = Visit(source, rules, paged, pushed, is_bare, update.is_first)
        given = Yield()
        for start in range(0, len(work), LANDING):
            await self._take_part(visit, work[start : start + LANDING], given)
        return given

    async def _take_part(self, visit: Visit, part: Sequence[Work], given: Yield) -> None:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._read(visit, entry)) for entry, _ in part]
        found: list[Known] = []
        gone: list[Known] = []
        for task, (entry, article_id) in zip(tasks, part, strict=True):
            read = task.result()
            if entry.identity in visit.paged and entry.has_page and not read.is_gone:
                given.asked += 1
                given.whole += read.has_text
            is_kept = not read.is_gone and self._is_worth_storing(visit, read, article_id)
            if read.is_gone:
                gone.append(Known(read.draft, article_id))
            elif is_kept:
                # A page that failed for a moment is asked for again: the hash says that not all was said yet.
                draft = replace(read.draft, feed_hash="") if read.is_passing else read.draft
                found.append(Known(draft, article_id))
                given.landed.append(entry)
            if not is_kept or read.is_passing:
                self._voids.note(visit.source.id, _address(entry))
                given.missing.add(entry.identity)
        since = visit.source.rhythm.since
        old = {one.draft.identity for one in found if visit.is_bare and since and one.draft.published_at < since}
        await self._landing.land(visit.source, found, visit.pushed - old)
        await self._landing.take_back(visit.source, gone)

    def _is_worth_storing(self, visit: Visit, read: ReadEntry, article_id: int | None) -> bool:
        """Not what has no title. Not an address that gives nothing, unless its page only failed for a moment when the
        source was new: it is no news the next time. And a known article's text is not given up for a moment's sake.
        """
        if not read.draft.title or (read.is_passing and article_id is not None):
            return False
        return not (visit.is_bare and read.is_void) or (visit.is_first and read.is_passing)

    def _paged(self, source: Source, update: FeedUpdate, *, is_bare: bool) -> frozenset[str]:
        """Of a feed's past only the newest are fetched: its site is not ours to mirror. A bare list tells no more."""
        if not (self._settings.collect.full_text if source.full_text is None else source.full_text):
            return frozenset()
        new = update.new[-FIRST_PAGES:] if update.is_first and not is_bare else update.new
        return frozenset(entry.identity for entry in [*new, *(one.entry for one in update.changed)])

    def _pushed(self, source: Source, update: FeedUpdate) -> frozenset[str]:
        """Identities of the new articles that chats are told of: not the past of a source just added, nor old ones."""
        new = update.new
        if update.is_first:
            backfill = self._settings.delivery.backfill
            new = new[len(new) - min(backfill, len(new)) :]
        if update.held:
            log.info("old stories are stored and pushed to nobody", source=source.name, stories=len(update.held))
        return frozenset(entry.identity for entry in new) - update.held

    async def _read(self, visit: Visit, entry: FeedEntry) -> ReadEntry:
        full_text, language = entry.identity in visit.paged, visit.source.language
        read = await self._reader.read(entry, now_utc(), language=language, full_text=full_text, rules=visit.rules)
        if read.reason is not None and not read.is_gone:
            log.info("the list's own text is kept", source=visit.source.name, url=entry.url, reason=read.reason)
        return read


def _address(entry: FeedEntry) -> str:
    """Where nothing was found: the address, and in a page that several entries share, the entry."""
    return entry.url if entry.has_page else f"{entry.url} {entry.identity}"
