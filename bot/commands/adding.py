"""sources add: look at an address, show what was found there, and save it."""

from contextlib import AsyncExitStack
from zoneinfo import ZoneInfo

import typer

from bot.clock import now_utc
from bot.commands.output import clean, is_terminal, note, print_line
from bot.commands.shell import DONE, CommandError, archive_to_write
from bot.commands.sources import look_up
from bot.commands.trial import check_address, excerpt
from bot.ingest.discover import Found, Prospector, Way
from bot.ingest.errors import FetchError, HttpError
from bot.ingest.fetch import Fetcher
from bot.ingest.reading import EntryReader
from bot.ingest.visit import newest
from bot.ingest.workers import Workers
from bot.known import KnownSources, known_sources
from config.settings import Settings
from config.values import name_from_url
from storage.records import NewSource, Source

PREVIEW = 3  # stories
_WAYS = {
    Way.ITSELF: "it is read as it stands",
    Way.ANNOUNCED: "the site announces it",
    Way.COMMON_PATH: "it stands where feeds mostly do",
    Way.SITEMAP: "the site has no feed that can be read, but a sitemap",
    Way.HEADLINES: "the site has no feed that can be read; its headlines will be",
    Way.CHANNEL: "a public Telegram channel",
}


async def add_source(settings: Settings, url: str, name: str | None, *, is_sure: bool) -> int:
    """A new source, polled from now on; on a terminal its stories are shown first, and a person says yes.

    What cannot be reached now is saved with a word about that. Raises IngestError where there is nothing to read.
    """
    url = check_address(url)
    _refuse_known(await look_up(settings), url, name)
    found = await _look(settings, url)
    if found is not None and is_terminal() and not is_sure and not typer.confirm("Add it?", default=True, err=True):
        note("Nothing was added.")
        return DONE
    async with archive_to_write(settings) as database, database.transaction() as stores:
        known = await known_sources(stores, settings)
        _refuse_known(known, url, name)
        if found is not None:
            _refuse_known(known, found.address, None)
        added = await stores.sources.add(_new_source(url, name or known.free_name(name_from_url(url), url), found))
    print_line(f"{added.id}\t{added.name}\t{added.url}")
    note(f"Added. `khabar sources test {url}` shows all that it gives.")
    return DONE


async def _look(settings: Settings, url: str) -> Found | None:
    """What stands there, with a preview; None where nobody answers now."""
    async with AsyncExitStack() as stack:
        fetcher = await stack.enter_async_context(Fetcher(settings.collect))
        workers = await stack.enter_async_context(Workers(zone=settings.timezone))
        try:
            found = await Prospector(fetcher, workers).find(url)
        except HttpError:
            raise
        except FetchError as error:
            note(f"It cannot be looked at now: {error}. It is added all the same, and tried again and again.")
            return None
        note(f"Found: {found.look.feed.kind} at {clean(found.address)} ({_WAYS[found.way]})")
        reader = EntryReader(fetcher, workers, settings.language)
        for entry in newest(found.look.feed, PREVIEW):
            read = await reader.read(entry, now_utc(), language=None, full_text=settings.collect.full_text)
            note(excerpt(read, ZoneInfo(settings.timezone)))
    return found


def _new_source(url: str, name: str, found: Found | None) -> NewSource:
    if found is None:
        return NewSource(url, name)
    return NewSource(url, name, kind=found.kind, moved_to=found.address if found.address != url else None)


def _refuse_known(known: KnownSources, url: str, name: str | None) -> None:
    source = known.find(url)
    if isinstance(source, Source):
        raise CommandError(f"this address is source {source.id} already, {source.name}")
    if source is not None:
        raise CommandError(f"this address stands in the settings already, as {source.name}")
    called = known.find_called(name) if name else None
    if isinstance(called, Source):
        raise CommandError(f"source {called.id} is called {called.name} already: choose another --name")
    if called is not None:
        raise CommandError(f"a source of the settings is called {called.name} already: choose another --name")
