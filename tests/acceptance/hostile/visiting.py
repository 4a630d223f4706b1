"""One visit to many hostile sites by the real route: fetched, parsed, read and landed in a real database."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.annotator import Annotator
from bot.ingest.fetch import Fetcher
from bot.ingest.workers import Workers
from bot.landing import Landing
from bot.metrics import Metrics
from bot.pipeline import Collected, Pipeline
from bot.topics.lemmas import Lemmatiser
from config.settings import CollectSettings, Settings
from storage.database import Database
from storage.records import NewSource
from storage.schema import migrate
from tests.acceptance.hostile.serve import served
from tests.acceptance.hostile.site import Canary, Case, HostileSites

TIMEOUT = timedelta(seconds=2)  # for a page
TIME_LIMIT = timedelta(seconds=3)  # for a text
LONGEST = 240.0  # seconds for all of them, on a machine that has other work
LOOK = 0.01  # seconds between two looks at whether the loop is held


@dataclass(slots=True)
class Visited:
    """What one visit to all the sites brought, by the names of their cases."""

    canary: Canary
    results: dict[str, Collected] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    held: list[float] = field(default_factory=list)  # seconds that the loop answered nobody, the longest first


async def visit(folder: Path, cases: Sequence[Case]) -> Visited:
    """Visit the sites of these cases all at once."""
    async with served(folder) as site, _open_pipeline(folder, cases, site.sites) as (pipeline, database):
        visited = Visited(site.sites.canary)
        began = time.monotonic()

        def note(done: Collected) -> None:
            visited.results[done.source.name] = done
            visited.seconds[done.source.name] = time.monotonic() - began

        watching = asyncio.create_task(_watch(visited.held))
        try:
            async with asyncio.timeout(LONGEST):
                await pipeline.collect(note)
        finally:
            watching.cancel()
        visited.held.sort(reverse=True)
        async with database.snapshot() as stores:
            visited.texts += [repr(one) for one in await stores.articles.get_below(None, limit=100_000)]
        visited.canary = await site.look()
        return visited


async def _watch(held: list[float]) -> None:
    loop = asyncio.get_running_loop()
    while True:
        before = loop.time()
        await asyncio.sleep(LOOK)
        late = loop.time() - before - LOOK
        if late > LOOK:
            held.append(late)


@asynccontextmanager
async def _open_pipeline(
    folder: Path, cases: Sequence[Case], sites: HostileSites
) -> AsyncIterator[tuple[Pipeline, Database]]:
    collect = CollectSettings(timeout=TIMEOUT, allow_private=tuple(sites.allowed), concurrency=64, per_host=8)
    settings = Settings(collect=collect)
    lemmatiser, metrics = Lemmatiser(), Metrics()
    database = Database(f"sqlite+aiosqlite:///{folder / 'khabar.db'}")
    try:
        await migrate(database, datetime.now(UTC))
        async with database.transaction() as stores:
            for case in cases:
                await stores.sources.add(NewSource(sites.address(case), case.name))
        async with (
            Fetcher(collect) as fetcher,
            Workers(time_limit=TIME_LIMIT) as workers,
            Annotator(lemmatiser) as annotator,
        ):
            yield (
                Pipeline(
                    database=database,
                    fetcher=fetcher,
                    workers=workers,
                    landing=Landing(database, annotator, lemmatiser, settings, metrics),
                    settings=settings,
                    metrics=metrics,
                ),
                database,
            )
    finally:
        await database.close()
