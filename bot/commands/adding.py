"""sources add: look at an address, show what was found there, and save it."""

from contextlib import AsyncExitStack
from dataclasses import replace
from zoneinfo import ZoneInfo

import typer

from bot.clock import now_utc
from bot.commands.output import clean, is_terminal, note, print_line, without_passwords
from bot.commands.shell import DONE, CommandError, archive_to_write
from bot.commands.sources import look_up
from bot.commands.trial import check_address, excerpt
from bot.ingest.candidates import readable
from bot.ingest.discover import Found, Prospector, Way
from bot.ingest.errors import BadAddress, FetchError, ForbiddenAddress, HttpError
from bot.ingest.fetch import Fetcher
from bot.ingest.reading import EntryReader
from bot.ingest.visit import newest
from bot.ingest.workers import Workers
from bot.known import KnownSources, known_sources, new_source
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


async def add_source(settings: Settings, written: str, name: str | None, *, is_sure: bool) -> int:
    """A new source, polled from now on; on a terminal its stories are shown first, and a person says yes.

    What cannot be reached now is saved with a word about that; on a terminal a person is asked first. Raises
    IngestError where there is nothing to read, CommandError where nothing ever may be fetched.
    """
    url = check_address(written)
    _refuse_known(await look_up(settings), url, name)
    found = await _look(settings, written, url)
    if is_terminal() and not is_sure and not typer.confirm("Add it?", default=found is not None, err=True):
        note("Nothing was added.")
        return DONE
    new = new_source(url, found) if found is not None else NewSource(url, name_from_url(url))
    async with archive_to_write(settings) as database, database.transaction() as stores:
        known = await known_sources(stores, settings)
        _refuse_known(known, new.url, name)
        if new.moved_to is not None:
            _refuse_known(known, new.moved_to, None)
        added = await stores.sources.add(replace(new, name=name or known.free_name(new.name, new.url)))
    print_line(f"{added.id}\t{clean(added.name)}\t{without_passwords(added.url)}")
    note(f"Added. `khabar sources test {without_passwords(added.url)}` shows all that it gives.")
    return DONE


async def _look(settings: Settings, written: str, url: str) -> Found | None:
    """What stands there, with a preview; None where nobody answers now. A bare host is tried without https, too."""
    async with AsyncExitStack() as stack:
        fetcher = await stack.enter_async_context(Fetcher(settings.collect))
        workers = await stack.enter_async_context(Workers(zone=settings.timezone))
        try:
            found = await Prospector(fetcher, workers).find(written if readable(written) == url else url)
        except ForbiddenAddress as error:
            raise CommandError(f"{error}: if you trust it, list it in collect.allow_private") from None
        except (HttpError, BadAddress):
            raise
        except FetchError as error:
            told = without_passwords(str(error))
            note(f"It cannot be looked at now: {told}. If it is added all the same, it is tried again and again.")
            return None
        address = without_passwords(clean(found.address))
        note(f"Found: {found.look.feed.kind} at {address} ({_WAYS[found.way]})")
        reader = EntryReader(fetcher, workers, settings.language, settings.timezone)
        for entry in newest(found.look.feed, PREVIEW):
            read = await reader.read(entry, now_utc(), language=None, full_text=settings.collect.full_text)
            note(excerpt(read, ZoneInfo(settings.timezone)))
    return found


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
