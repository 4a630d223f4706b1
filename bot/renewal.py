"""What is done in the background, in steps: the archive is read anew, stories of the last days can be compared anew,
and topics are given their past.

It is read anew once the way of reading has changed: words, or whom and what texts speak of. Newest first, a few
articles a step; a step that is cut off is taken again.
"""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot.archive import Archive
from bot.clock import now_utc
from bot.landing import COMPARED_BY, COMPARING, READING, Landing
from bot.placing import BACK
from bot.tasks import ReadArticle
from bot.topics.annotate import VERSION
from storage.chores import Chore
from storage.database import Database
from storage.records import Article
from storage.stores import Stores

log = structlog.get_logger("khabar.archive")

STEP = 25  # articles: the database's one writer is held for a tenth of a second
PATIENCE = 0.1  # seconds that the writer may take to come; others are writing when it takes longer
PAUSE = 10.0  # seconds that are left to them then

Read = Sequence[tuple[Article, ReadArticle]]


@dataclass(frozen=True, slots=True)
class Work:
    """A chore that goes through articles, the newest first: all of them, or those that came `since` so long ago and
    were published since then.
    """

    name: str
    version: str
    perform: Callable[[Stores, Read], Awaitable[None]]
    since: timedelta | None = None


class Renewal:
    """Brings the archive to the version of today. One a process."""

    def __init__(self, database: Database, landing: Landing) -> None:
        self._database = database
        self._landing = landing
        # What new articles are compared with is wanted first.
        comparing = Work(COMPARING, COMPARED_BY, landing.compare_anew, BACK)
        self._left = [comparing, Work(READING, VERSION, landing.renew)]
        self._resume_at = 0.0

    async def step(self) -> None:
        """Read the next articles anew, if there are any. Faults of the database are raised."""
        await self._landing.placing.load(self._database)  # admins may ask for it before the first article comes
        while self._left and time.monotonic() >= self._resume_at and await self._is_done(self._left[0]):
            del self._left[0]

    async def _is_done(self, work: Work) -> bool:
        async with self._database.snapshot() as stores:
            begun = await stores.chores.get(work.name)
            if begun == Chore(work.version):
                return True
            position = begun.position if begun and begun.version == work.version else None
            articles = await stores.articles.get_below(position, limit=STEP)
        since = None if work.since is None else now_utc() - work.since
        articles = [one for one in articles if since is None or (one.id > 0 and one.arrived_at > since)]
        read = await self._landing.reread([one for one in articles if since is None or one.published_at > since])
        asked = time.monotonic()
        async with self._database.transaction() as stores:
            if time.monotonic() - asked > PATIENCE:
                self._resume_at = time.monotonic() + PAUSE
            await work.perform(stores, read)
            await stores.chores.keep(work.name, Chore(work.version, articles[-1].id if articles else None))
        if not articles:
            log.info("the archive has been read anew", work=work.name, version=work.version)
        return not articles


class Pasts:
    """Gives topics their past, one after another: what a new or renamed one finds in the archive. One a process.

    While the archive is read anew the index does not know all of it: what it does not find then is not gone.
    """

    def __init__(self, database: Database, archive: Archive) -> None:
        self._database = database
        self._archive = archive

    async def step(self) -> None:
        """Find the past of every topic that waits for it. Faults of the database are raised."""
        while await self._find_next():
            pass

    async def _find_next(self) -> bool:
        """Whether there was one. Found beside all writing, and written down unless it was named anew meanwhile."""
        async with self._database.snapshot() as stores:
            topic_id = await stores.pasts.next_waiting()
            if topic_id is None or not await is_read(stores):
                return False
            topic = await stores.topics.get(topic_id)
            past = await self._archive.find_past(stores, topic)
        async with self._database.transaction() as stores:
            if await stores.topics.get(topic_id) == topic:
                await stores.pasts.keep(topic_id, past)
        return True


async def is_read(stores: Stores) -> bool:
    """Whether the index knows the whole archive, as today's version reads it."""
    begun = await stores.chores.get(READING)
    return begun == Chore(VERSION) or (begun is None and await stores.articles.is_indexed())
