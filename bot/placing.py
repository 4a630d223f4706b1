"""Which story each article joins: the window of stories over the archive, and what admins say of them.

The window is memory alone. What it knows stands in the archive, so a process that starts, or whose transaction was
rolled back, or beside which others write, brings it up to date from there.
"""

import asyncio
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.clock import now_utc
from bot.stories.copies import oldest
from bot.stories.frequencies import Frequencies
from bot.stories.sketch import Sketch, pack
from bot.stories.window import Member, Placement, Window
from config.settings import StorySettings
from storage.chores import Chore
from storage.database import Database
from storage.records import Article, NewArticle, SketchRow
from storage.stores import Stores

log = structlog.get_logger("khabar.stories")

MOST = 100_000  # articles that the window holds
AT_ONCE = 200  # of them are loaded at once, some milliseconds
DAY = timedelta(days=1)
BACK = timedelta(days=15)  # how far back an article is compared: a story and its echo
COPIES = timedelta(days=3)  # a copy that comes later is a story of its own
STORIES = "stories"  # the chore whose version is another one whenever stories were merged, split or kept apart


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
        self._last = 0  # the newest article that is known to be committed
        self._fresh: dict[int, int] = {}  # stories by articles that were added since
        self._state: Chore | None = None
        self.preferred: tuple[int, ...] = ()  # sources that lead a story, by the settings

    async def load(self, database: Database) -> None:
        """The newest of the archive; in short looks, between which others have their turns."""
        async with self._loading:
            if not self._is_loaded:
                await self._load(database)

    async def _load(self, database: Database) -> None:
        window, looked_at, below, last = Window(Frequencies(), self._settings.closes_after), 0, None, 0
        async with database.snapshot() as stores:
            state = await stores.chores.get(STORIES)
            kept_apart = await stores.stories.get_apart()
        while looked_at < MOST:
            async with database.snapshot() as stores:
                rows = await stores.sketches.get_newest(AT_ONCE, below)
            if not rows:
                break
            _load(window, rows)
            looked_at += len(rows)
            below, last = rows[-1].article_id, max(last, rows[0].article_id)
            await asyncio.sleep(0)
        for one, other in kept_apart:
            window.keep_apart(one, other)
        self._window, self._last, self._state, self._is_loaded = window, last, state, True
        self._fresh.clear()

    async def begin(self, stores: Stores, ready: Iterable[NewArticle]) -> None:
        """Bring the window up to date within the transaction in which these articles are placed."""
        await self._catch_up(stores, ready)
        if await stores.chores.get(STORIES) != self._state:
            await self._learn_of_admins(stores)
        if self._settings.preferred:
            found = [await stores.sources.find_named(name) for name in self._settings.preferred]
            self.preferred = tuple(source.id for source in found if source is not None)

    async def place(
        self, stores: Stores, article: NewArticle, sketch: Sketch, now: datetime, *, may_be_copy: bool
    ) -> Place:
        """The story of an article that is about to be stored: an open one, or one that is opened for it at `now`.

        `may_be_copy`: its very text or its page is in the archive already. Stories that turn out to be one are merged.
        """
        if may_be_copy:
            story_id = oldest(article, await stores.stories.get_copies(article, now, COPIES))
            if story_id is not None:
                return Place(story_id)
            if await stores.articles.find_fingerprints({article.fingerprint}):
                # The same text under another title in one source: its pages all show a text that is not theirs.
                return Place(await stores.stories.open(now))
        found = self._window.place(sketch, article.source_id, min(article.published_at, now))
        if found.story_id is None:
            return Place(await stores.stories.open(now, follows_id=found.follows_id))
        for gone in found.merges:
            await self._merge(stores, found, gone, now)
        return Place(found.story_id, is_turn=found.turn >= self._settings.turn and self._settings.turn < 1)

    async def keep(
        self, stores: Stores, article_id: int, article: NewArticle | Article, story_id: int, sketch: Sketch
    ) -> None:
        """The article is stored: later ones are compared with it. Also for a new revision of it."""
        await stores.sketches.keep(article_id, article.published_at, pack(sketch))
        self._window.forget(article_id)
        moment = article.published_at
        self._window.add(Member(article_id, story_id, article.source_id, moment, sketch))
        if not 0 < article_id <= self._last:  # a revision that is rolled back leaves a sketch of tomorrow, no more
            self._fresh[article_id] = story_id

    def forget(self, article_id: int) -> None:
        """It was withdrawn."""
        self._window.forget(article_id)

    def near(self, story_id: int, limit: int) -> list[int]:
        """Other open stories, the likest first."""
        return self._window.near(story_id, limit)

    async def _catch_up(self, stores: Stores, _: Iterable[NewArticle]) -> None:
        """With what others stored; what a transaction that was rolled back had added goes."""
        there = {row.article_id: row for row in await stores.sketches.get_above(self._last, MOST)}
        known = {one for one, story_id in self._fresh.items() if one in there and there[one].story_id == story_id}
        self._forget(self._fresh.keys() - known)
        _load(self._window, [row for one, row in there.items() if one not in known])
        self._last = max(there, default=self._last)
        self._fresh.clear()
        self._make_room()

    def _make_room(self) -> None:
        """Forget what is too old to be compared, and more of it day by day where there is too much."""
        kept = BACK
        self._window.drop_before(now_utc() - kept)
        while len(self._window) > MOST and kept > DAY:
            kept -= DAY
            self._window.drop_before(now_utc() - kept)

    def _forget(self, articles: Iterable[int]) -> None:
        for article_id in articles:
            self._window.forget(article_id)

    async def _merge(self, stores: Stores, found: Placement, gone: int, now: datetime) -> None:
        if found.story_id is None:
            return
        log.info("two stories are one", story=found.story_id, other=gone, article=found.nearest)
        await stores.stories.merge(found.story_id, gone, now, self.preferred)
        self._window.merge(found.story_id, gone)
        self._state = await _note(stores)

    async def _learn_of_admins(self, stores: Stores) -> None:
        """Stories were merged, split or kept apart since, by an admin or by another process."""
        self._state = await stores.chores.get(STORIES)
        for article_id, story_id in (await stores.stories.get_placed(self._window.article_ids())).items():
            self._window.move(article_id, story_id)
        for one, other in await stores.stories.get_apart():
            self._window.keep_apart(one, other)


class PastPlacing(Placing):
    """Places articles of the past, which come the oldest first: among those of the days around theirs."""

    def __init__(self, settings: StorySettings) -> None:
        super().__init__(settings)
        self._days: set[int] = set()

    async def load(self, database: Database) -> None:
        """Days are loaded as articles of them come."""

    async def _catch_up(self, stores: Stores, ready: Iterable[NewArticle]) -> None:
        placed = await stores.stories.get_placed(list(self._fresh))
        self._forget(one for one, story_id in self._fresh.items() if placed.get(one) != story_id)
        self._fresh.clear()
        moments = [one.published_at for one in ready]
        if not moments:
            return
        around = self._settings.closes_after
        first, last = stores.sketches.day_of(min(moments) - around), stores.sketches.day_of(max(moments) + around)
        for day in set(range(first, last + 1)) - self._days:
            _load(self._window, await stores.sketches.get_of_days(day, day))
            self._days.add(day)
        self._days = {day for day in self._days if day >= first}
        self._window.drop_before(min(moments) - around - DAY)


class StoryDesk:
    """What admins do with stories. It is written down; each process's window hears of it before it places again."""

    def __init__(self, placing: Placing) -> None:
        self._placing = placing

    def near(self, story_id: int, limit: int) -> list[int]:
        """Open stories that this one may be, the likest first."""
        return self._placing.near(story_id, limit)

    async def split(self, stores: Stores, article_id: int, now: datetime) -> int:
        """The new story of a page and its exact copies, which the story that they were in is kept apart from."""
        copies = await stores.articles.find_copies(article_id)
        story_id = await stores.stories.split(copies, now, self._placing.preferred)
        await _note(stores)
        return story_id

    async def merge(self, stores: Stores, kept: int, gone: int, now: datetime) -> None:
        """Two stories are one from now on."""
        await stores.stories.merge(kept, gone, now, self._placing.preferred)
        await _note(stores)


async def _note(stores: Stores) -> Chore:
    state = Chore(secrets.token_hex(8))
    await stores.chores.keep(STORIES, state)
    return state


def _load(window: Window, rows: Sequence[SketchRow]) -> None:
    window.load((row.article_id, row.story_id, row.source_id, row.published_at, row.data) for row in rows)
