"""The doctor's look at each source: where and how collecting reads it, and nothing is stored."""

import asyncio
from dataclasses import replace

from bot.clock import now_utc
from bot.commands.finding import Finding, Status
from bot.commands.output import plural, progress, without_passwords
from bot.commands.shell import archive
from bot.ingest.discover import Prospector
from bot.ingest.errors import ForbiddenAddress, IngestError, NotAFeed
from bot.ingest.faults import is_of_proxy
from bot.ingest.fetch import Fetcher
from bot.ingest.stages import Look, NotModified
from bot.ingest.workers import Workers
from bot.known import Known, KnownSources
from bot.scout import Scout, Sight, rules_of
from config.settings import Settings, SourceSettings
from storage.errors import StorageError
from storage.records import Source


async def look_at_sources(settings: Settings) -> list[Finding]:
    """Fetch and read each source of the settings and of the archive once."""
    wanted = await _sources(settings)
    if not wanted:
        advice = "add one: `khabar sources add URL`, or [[source]] in khabar.toml"
        return [Finding("sources", Status.WARNING, "there are no sources", advice)]
    with progress("Sources", len(wanted)) as advance:
        async with Fetcher(settings.collect) as fetcher, Workers(zone=settings.timezone) as workers:
            doctor = _Doctor(Scout(fetcher, workers, settings), Prospector(fetcher, workers))

            async def look_at(source: Known) -> Finding:
                try:
                    return await doctor.look_at(source)
                finally:
                    advance(1)

            return list(await asyncio.gather(*(look_at(one) for one in wanted)))


class _Doctor:
    """Looks at one source after another."""

    def __init__(self, scout: Scout, prospector: Prospector) -> None:
        self._scout = scout
        self._prospector = prospector

    async def look_at(self, source: Known) -> Finding:
        try:
            if isinstance(source, Source):
                return await self._look_at_stored(source)
            found = await self._prospector.find(source.url, rules_of(source))
        except IngestError as error:
            return _fault(source, error)
        return Finding(f"source {source.name}", Status.OK, _entries(found.look))

    async def _look_at_stored(self, source: Source) -> Finding:
        # Without validators: what it says now counts, not whether that is new.
        sight = await self._scout.look(replace(source, etag=None, last_modified=None), now_utc())
        stand_in = sight.source.stand_in
        if stand_in is None:
            return Finding(f"source {source.name}", Status.OK, _entries(sight.seen))
        return Finding(f"source {source.name}", Status.WARNING, *_of_stand_in(sight))


def _of_stand_in(sight: Sight) -> tuple[str, str]:
    stand_in, source = sight.source.stand_in, sight.source
    if stand_in is None:
        return _entries(sight.seen), ""
    place, reason = without_passwords(stand_in.url), without_passwords(stand_in.reason)
    return (
        f"{_entries(sight.seen)} from its stand-in, the {stand_in.kind} {place}; its own address: {reason}",
        f"its own address is tried by itself; `khabar sources test {without_passwords(source.address)}` tries it now",
    )


def _entries(seen: Look | NotModified) -> str:
    return "nothing new" if isinstance(seen, NotModified) else plural(len(seen.feed.entries), "entry", "entries")


def _fault(source: Known, error: IngestError) -> Finding:
    address = source.address if isinstance(source, Source) else source.url
    if isinstance(source, Source) and source.stand_in is not None:
        address = source.stand_in.url
    told = without_passwords(f"{address}: {error}")
    return Finding(f"source {source.name}", Status.ERROR, told, without_passwords(_advice(error)))


def _advice(error: IngestError) -> str:
    if is_of_proxy(error):
        return "see that the proxy runs and that collect.proxy, or the source's own proxy, names it right"
    if isinstance(error, NotAFeed) and error.feeds:
        return f"use the feed that the page announces: {error.feeds[0].url}"
    if isinstance(error, ForbiddenAddress):
        return "if you trust it, list its host in collect.allow_private"
    return f"open it in a browser; `khabar sources test {error.url}` tries again"


async def _sources(settings: Settings) -> list[Known]:
    """Those of the settings first, as stored where they are."""
    stored: list[Source] = []
    try:
        async with archive(settings) as database, database.snapshot() as stores:
            stored = await stores.sources.get_all()
    except StorageError:
        pass  # look_at_database tells of it
    known = KnownSources(stored, settings.sources)
    named = {one.url for one in settings.sources}
    return sorted(known.all, key=lambda one: not (isinstance(one, SourceSettings) or one.url in named))
