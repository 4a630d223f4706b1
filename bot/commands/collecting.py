"""collect: fetch every due source once and tell what came."""

from bot.archive import Archive
from bot.clock import now_utc
from bot.commands.output import note, print_table, progress
from bot.commands.shell import DONE, FAILED, archive_to_write
from bot.metrics import Metrics
from bot.pipeline import Collected, open_pipeline
from bot.provision import apply_settings
from bot.topics.lemmas import Lemmatiser
from config.settings import Settings


async def collect(settings: Settings) -> int:
    """Visit what is due; FAILED when every visit failed."""
    lemmatiser = Lemmatiser()
    async with (
        archive_to_write(settings) as database,
        open_pipeline(settings, database, lemmatiser, Metrics()) as pipeline,
    ):
        async with database.transaction() as stores:
            await apply_settings(settings, stores, Archive(lemmatiser), now_utc())
            total = await stores.sources.count_due(now_utc())
            known = len(await stores.sources.get_all())
        with progress("Sources", total) as advance:
            visits = await pipeline.collect(lambda _visit: advance(1))
    if not visits:
        note("No source is due." if known else "No sources yet: add one with `khabar sources add URL`.")
        return DONE
    print_table(("Source", "New", "Changed", "Outcome"), [_row(visit) for visit in visits])
    return FAILED if all(visit.error for visit in visits) else DONE


def _row(visit: Collected) -> tuple[str, ...]:
    return (visit.source.name, str(visit.new), str(visit.changed), visit.error or "fine")
