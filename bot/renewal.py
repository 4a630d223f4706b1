"""What is done in the background, in steps: the archive is read anew, and topics are given their past.

It is read anew once the way of reading has changed: words, or whom and what texts speak of. Newest first, a few
articles a step; a step that is cut off is taken again.
"""

import time

import structlog

from bot.archive import Archive
from bot.landing import READING, Landing
from bot.topics.annotate import VERSION
from storage.chores import Chore
from storage.database import Database
from storage.stores import Stores

log = structlog.get_logger("khabar.archive")

STEP = 25  # articles: the database's one writer is held for a tenth of a second
PATIENCE = 0.1  # seconds that the writer may take to come; others are writing when it takes longer
PAUSE = 10.0  # seconds that are left to them then


class Renewal:
    """Brings the archive to the version of today. One a process."""

    def __init__(self, database: Database, landing: Landing) -> None:
        self._database = database
        self._landing = landing
        self._is_done = False
        self._resume_at = 0.0

    async def step(self) -> None:
        """Read the next articles anew, if there are any. Faults of the database are raised."""
        if self._is_done or time.monotonic() < self._resume_at:
            return
        async with self._database.snapshot() as stores:
            begun = await stores.chores.get(READING)
            if begun == Chore(VERSION):
                self._is_done = True
                return
            position = begun.position if begun and begun.version == VERSION else None
            articles = await stores.articles.get_below(position, limit=STEP)
        read = await self._landing.reread(articles)
        asked = time.monotonic()
        async with self._database.transaction() as stores:
            if time.monotonic() - asked > PATIENCE:
                self._resume_at = time.monotonic() + PAUSE
            await self._landing.renew(stores, read)
            await stores.chores.keep(READING, Chore(VERSION, articles[-1].id if articles else None))
        if not articles:
            log.info("the archive has been read anew", version=VERSION)


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
