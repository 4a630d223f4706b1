"""collect: fetch every due source once and tell what came. Also the pipeline for other commands that store articles."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.commands.output import note, print_table, progress
from bot.commands.shell import DONE, FAILED, archive_to_write
from bot.commands.sources import keep_settings
from bot.ingest.fetch import Fetcher
from bot.ingest.workers import Workers
from bot.metrics import Metrics
from bot.pipeline import Collected, Pipeline
from bot.topics.lemmas import Lemmatiser
from config.settings import Settings
from storage.database import Database


async def collect(settings: Settings) -> int:
    """Visit what is due; FAILED when every visit failed."""
    async with archive_to_write(settings) as database, open_pipeline(settings, database) as pipeline:
        async with database.transaction() as stores:
            await keep_settings(stores, settings)
            total = len(await stores.sources.get_all())
        with progress("Sources", total) as advance:
            visits = await pipeline.collect(lambda _visit: advance(1))
    if not visits:
        note("No source is due." if total else "No sources yet: add one with `khabar sources add URL`.")
        return DONE
    print_table(("Source", "New", "Changed", "Outcome"), [_row(visit) for visit in visits])
    return FAILED if all(visit.error for visit in visits) else DONE


@asynccontextmanager
async def open_pipeline(settings: Settings, database: Database) -> AsyncIterator[Pipeline]:
    """A pipeline of its own for one command, with its session and worker processes."""
    async with Fetcher(settings.collect) as fetcher, Workers() as workers:
        yield Pipeline(
            database=database,
            fetcher=fetcher,
            workers=workers,
            lemmatiser=Lemmatiser(),
            settings=settings,
            metrics=Metrics(),
        )


def _row(visit: Collected) -> tuple[str, ...]:
    return (visit.source.name, str(visit.new), str(visit.changed), visit.error or "fine")
