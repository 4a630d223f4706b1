"""Which story each article joins: the window of stories over the archive, and what admins say of them.

The window is memory alone. What it knows stands in the archive, so a process that starts, or whose transaction was
rolled back, or beside which others write, brings it up to date from there.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.clock import now_utc
from bot.stories.frequencies import Frequencies
from bot.stories.sketch import Sketch, pack
from bot.stories.window import Member, Window
from config.settings import StorySettings
from storage.database import Database
from storage.records import Article, NewArticle, SketchRow
from storage.stores import Stores

log = structlog.get_logger("khabar.stories")

MOST = 100_000  # articles that the window holds
AT_ONCE = 200  # of them are loaded at once, some milliseconds
DAY = timedelta(days=1)
BACK = timedelta(days=15)  # how far back an article is compared: a story and its echo
COPIES = timedelta(days=3)  # a copy that comes later is a story of its own


@dataclass(frozen=True, slots=True)
class Place:
    """Where an article belongs. `is_turn`: the facts of its story change with it."""

    story_id: int
    is_turn: bool = False


class Placing:
    """Places the articles that come. One a process."""

    def __init__(self, settings: StorySettings) -> None:
        self._settings = settings
        self._window = Window(Frequencies(), settings.closes_after)
        self._is_loaded = False
        self._loading = asyncio.Lock()
        self._last = 0  # the newest article that the window has seen
        self._heard = 0  # how far the log of articles that were regrouped has been read
        self._touched: dict[int, int] = {}  # stories by articles as the last transaction left them, if it was committed
        self._preferred: tuple[int, ...] = ()

    @property
    def preferred(self) -> tuple[int, ...]:
        """Ids of the sources that lead a story, by the settings, as of the last `begin` or `learn_preferred`."""
        return self._preferred

    async def load(self, database: Database, moments: Sequence[datetime] = ()) -> None:  # noqa: ARG002  the past's
        """The newest of the archive; in short looks, between which others have their turns."""
        async with self._loading:
            if not self._is_loaded:
                await self._load(database)

    async def _load(self, database: Database) -> None:
        async with database.snapshot() as stores:
            heard = await stores.sketches.get_last_regrouped()
        window, looked_at, below, last = Window(Frequencies(), self._settings.closes_after), 0, None, 0
        while looked_at < MOST:
            async with database.snapshot() as stores:
                rows = await stores.sketches.get_newest(AT_ONCE, below)
            if not rows:
                break
            _put(window, rows)
            looked_at += len(rows)
            below, last = rows[-1].article_id, max(last, rows[0].article_id)
            await asyncio.sleep(0)
        window.weigh()
        async with database.snapshot() as stores:
            window.keep_apart(await stores.stories.get_apart())
        self._window, self._last, self._heard, self._is_loaded = window, last, heard, True

    async def learn_preferred(self, stores: Stores) -> None:
        """Which sources the settings name."""
        if self._settings.preferred:
            self._preferred = tuple(await stores.sources.get_ids_named(self._settings.preferred))

    async def begin(self, stores: Stores) -> None:
        """Bring the window up to date within the transaction in which articles are placed: with what others stored,
        what was merged, split or withdrawn, and without what a transaction that was rolled back had left.
        """
        await self.learn_preferred(stores)
        _put(self._window, [row for row in await self._get_new(stores) if self._touched.get(row.article_id) is None])
        heard = await stores.sketches.get_regrouped(self._heard)
        asked = self._touched.keys() | {article_id for _, article_id in heard}
        there = {row.article_id: row for row in await stores.sketches.get_of(list(asked))} if asked else {}
        for article_id in asked - there.keys():
            self._window.forget(article_id)
        _put(self._window, [row for one, row in there.items() if self._touched.get(one) != row.story_id])
        self._touched.clear()
        if heard:
            self._heard = heard[-1][0]
            self._window.keep_apart(await stores.stories.get_apart())

    async def place(
        self, stores: Stores, article: NewArticle, sketch: Sketch, now: datetime, *, may_be_copy: bool
    ) -> Place:
        """The story of an article that is about to be stored: an open one, or one that is opened for it at `now`.

        `may_be_copy`: its very text or its page is in the archive already. Stories that turn out to be one are merged.
        """
        if may_be_copy:
            copies = await stores.stories.get_copies(article, now, COPIES)
            if copies and article.fingerprint:
                return Place(min(story.id for story in copies))
            if await stores.articles.find_fingerprints({article.fingerprint}):
                # The same text under another title in one source: its pages all show a text that is not theirs.
                return Place(await stores.stories.open(now))
        found = self._window.place(sketch, article.source_id, min(article.published_at, now))
        if found.story_id is None:
            return Place(await stores.stories.open(now, follows_id=found.follows_id))
        for gone in found.merges:
            log.info("two stories are one", story=found.story_id, other=gone, article=found.nearest)
            await self._merge(stores, found.story_id, gone, now)
        return Place(found.story_id, is_turn=found.turn >= self._settings.turn and self._settings.turn < 1)

    async def keep(
        self, stores: Stores, article_id: int, article: NewArticle | Article, story_id: int, sketch: Sketch
    ) -> None:
        """The article is stored: later ones are compared with it. Also for a new revision of it."""
        await stores.sketches.keep(article_id, article.published_at, pack(sketch))
        self._window.add(Member(article_id, story_id, article.source_id, article.published_at, sketch))
        self._touched[article_id] = story_id

    def near(self, story_id: int, limit: int) -> list[int]:
        """Other open stories, the likest first."""
        return self._window.near(story_id, limit)

    async def _get_new(self, stores: Stores) -> list[SketchRow]:
        """What came since the last time, by whoever stored it."""
        rows = await stores.sketches.get_above(self._last, MOST)
        self._last = max((row.article_id for row in rows), default=self._last)
        self._make_room()
        return rows

    def _make_room(self) -> None:
        """Forget what is too old to be compared, and more of it day by day where there is too much."""
        kept = BACK
        self._window.drop_before(now_utc() - kept)
        while len(self._window) > MOST and kept > DAY:
            kept -= DAY
            self._window.drop_before(now_utc() - kept)

    async def _merge(self, stores: Stores, kept: int, gone: int, now: datetime) -> None:
        before = await stores.sketches.get_last_regrouped()
        await stores.stories.merge(kept, gone, now, self._preferred)
        self._window.merge(kept, gone)
        self._touched |= {article_id: kept for _, article_id in await stores.sketches.get_regrouped(before)}


class PastPlacing(Placing):
    """Places articles of the past, which come the oldest first: among those of the days around theirs."""

    def __init__(self, settings: StorySettings) -> None:
        super().__init__(settings)
        self._days: set[int] = set()

    async def load(self, database: Database, moments: Sequence[datetime] = ()) -> None:
        """The days around these moments, the later ones first, as far as MOST articles go."""
        if not moments:
            return
        oldest, newest = min(moments) - BACK, max(moments) + self._settings.closes_after
        self._window.drop_before(oldest)
        async with database.snapshot() as stores:
            if not self._heard:
                self._heard = await stores.sketches.get_last_regrouped()
                self._window.keep_apart(await stores.stories.get_apart())
            first, last = stores.sketches.day_of(oldest), stores.sketches.day_of(newest)
            self._days = {day for day in self._days if day >= first}
            for day in range(last, first - 1, -1):
                if day not in self._days and len(self._window) < MOST:
                    _put(self._window, await stores.sketches.get_of_days(day, day))
                    self._days.add(day)

    async def keep(
        self, stores: Stores, article_id: int, article: NewArticle | Article, story_id: int, sketch: Sketch
    ) -> None:
        """Of what came in the last days a bot that runs beside is told."""
        await super().keep(stores, article_id, article, story_id, sketch)
        if article.published_at > now_utc() - BACK:
            await stores.sketches.note_regrouped([article_id], now_utc())

    async def _get_new(self, stores: Stores) -> list[SketchRow]:  # noqa: ARG002  days are looked at once
        return []


class StoryDesk:
    """What admins do with stories. It is written down; each process's window hears of it before it places again."""

    def __init__(self, placing: Placing) -> None:
        self._placing = placing

    def near(self, story_id: int, limit: int) -> list[int]:
        """Open stories that this one may be, the likest first."""
        return self._placing.near(story_id, limit)

    async def split(self, stores: Stores, article_id: int, now: datetime) -> int:
        """The new story of a page and its exact copies, which the story that they were in is kept apart from."""
        await self._placing.learn_preferred(stores)
        copies = await stores.articles.find_copies(article_id)
        return await stores.stories.split(copies, now, self._placing.preferred)

    async def merge(self, stores: Stores, kept: int, gone: int, now: datetime) -> None:
        """Two stories are one from now on."""
        await self._placing.learn_preferred(stores)
        await stores.stories.merge(kept, gone, now, self._placing.preferred)

    async def withdraw(self, stores: Stores, article_id: int, now: datetime) -> bool:
        """Take a page back, as `stores.articles.withdraw` does; its story is led by a preferred source then."""
        await self._placing.learn_preferred(stores)
        return await stores.articles.withdraw(article_id, now, preferred=self._placing.preferred)


def _put(window: Window, rows: Iterable[SketchRow]) -> None:
    window.load((row.article_id, row.story_id, row.source_id, row.published_at, row.data) for row in rows)
