"""sources list, add, remove; OPML in and out.

The sources of the settings are stored by what collects (`khabar run`, `khabar collect`). Here they are looked at in the
settings themselves: a look at the list must not change it, and another settings file may stand behind the database.
"""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from bot.clock import now_utc
from bot.commands.opml import OpmlError, Subscription, read_opml, write_opml
from bot.commands.output import note, print_line, print_table
from bot.commands.shell import DONE, CommandError, UsageError, archive_if_any, archive_to_write
from bot.ingest.identity import canonical_url
from config.settings import Settings, SourceSettings
from config.values import check_url, format_duration, name_from_url
from storage.records import NewSource, Source
from storage.stores import Stores


async def list_sources(settings: Settings) -> int:
    """Every source with its state and its last error; those of the settings that were never polled come last."""
    known = await _look_up(settings)
    if not known.stored and not known.named:
        note("No sources yet: add one with `khabar sources add URL`, or [[source]] in khabar.toml.")
    zone = ZoneInfo(settings.timezone)
    columns = ("ID", "Name", "Address", "Every", "Fetched", "State")
    rows = [_row(one, settings, zone) for one in known.stored]
    rows += [("-", one.name, one.url, _every(one.interval, settings), "never", "new") for one in known.named]
    print_table(columns, rows)
    return DONE


async def add_source(settings: Settings, url: str, name: str | None) -> int:
    """A new source, polled from now on."""
    try:
        check_url(url)
    except ValueError as error:
        raise UsageError(f"{url}: {error}") from None
    async with archive_to_write(settings) as database, database.transaction() as stores:
        known = await _known(stores, settings)
        _refuse_known(known, url, name)
        added = await stores.sources.add(NewSource(url, name or known.free_name(name_from_url(url), url)))
    print_line(f"{added.id}\t{added.name}\t{added.url}")
    note(f"Added. `khabar sources test {url}` shows what it gives.")
    return DONE


async def remove_source(settings: Settings, source_id: int) -> int:
    """Its articles stay, it is polled no more."""
    async with archive_to_write(settings) as database, database.transaction() as stores:
        found = await stores.sources.get(source_id)
        if any(named.url == found.url for named in settings.sources):
            raise CommandError(f"{found.name} stands in the settings file: take its [[source]] out there")
        await stores.sources.remove(source_id, now_utc())
    note(f"Removed {found.name}; its stories stay in the archive.")
    return DONE


async def import_opml(settings: Settings, file: Path) -> int:
    """Add the feeds of an OPML file; those that are known already stay as they are."""
    subscriptions = _read_file(file)
    added = 0
    async with archive_to_write(settings) as database, database.transaction() as stores:
        known = await _known(stores, settings)
        for one in subscriptions:
            if not known.has(one.url):
                name = known.free_name(one.name, one.url)
                known.stored.append(await stores.sources.add(NewSource(one.url, name, language=one.language)))
                added += 1
    print_line(f"{added} added, {len(subscriptions) - added} known already")
    return DONE


async def export_opml(settings: Settings, file: Path) -> int:
    """Write every source to an OPML file."""
    known = await _look_up(settings)
    found = [Subscription(one.url, one.name, one.language) for one in known.stored]
    found += [Subscription(one.url, one.name, one.language) for one in known.named]
    _write_file(file, write_opml(found, "Khabar"))
    print_line(f"{len(found)} written to {file}")
    return DONE


@dataclass(frozen=True, slots=True)
class KnownSources:
    """What is stored, and what the settings name beside it because the bot has not started with them yet."""

    stored: list[Source]
    named: tuple[SourceSettings, ...]

    def has(self, url: str) -> bool:
        """Whether a source of this address is known."""
        known = {address for one in self.stored for address in (one.url, one.address)}
        known |= {one.url for one in self.named}
        return canonical_url(url) in map(canonical_url, known)

    def free_name(self, name: str, url: str) -> str:
        """The name, told apart by the address where another source has it: source:NAME must mean one."""
        taken = {one.name.casefold() for one in self.stored} | {one.name.casefold() for one in self.named}
        parts = urlsplit(url)
        host = name_from_url(url)
        wider = (name, f"{name} ({host})", f"{name} ({host}{parts.path})", f"{name} ({url})")
        return next(one for one in wider if one.casefold() not in taken)


async def _known(stores: Stores, settings: Settings) -> KnownSources:
    stored = await stores.sources.get_all()
    urls = {one.url for one in stored}
    return KnownSources(stored, tuple(one for one in settings.sources if one.url not in urls))


async def _look_up(settings: Settings) -> KnownSources:
    async with archive_if_any(settings) as database:
        if database is None:
            return KnownSources([], settings.sources)
        async with database.snapshot() as stores:
            return await _known(stores, settings)


def _read_file(file: Path) -> list[Subscription]:
    try:
        return read_opml(file.read_bytes())
    except OpmlError as error:
        raise CommandError(f"{file} is no OPML: {error}") from None


def _write_file(file: Path, body: bytes) -> None:
    file.write_bytes(body)


def _refuse_known(known: KnownSources, url: str, name: str | None) -> None:
    called = name.casefold() if name else None
    for source in known.stored:
        if canonical_url(url) in {canonical_url(source.url), canonical_url(source.address)}:
            raise CommandError(f"this address is source {source.id} already, {source.name}")
        if source.name.casefold() == called:
            raise CommandError(f"source {source.id} is called {source.name} already: choose another --name")
    for named in known.named:
        if canonical_url(url) == canonical_url(named.url):
            raise CommandError(f"this address stands in the settings already, as {named.name}")
        if named.name.casefold() == called:
            raise CommandError(f"a source of the settings is called {named.name} already: choose another --name")


def _row(source: Source, settings: Settings, zone: ZoneInfo) -> tuple[str, ...]:
    fetched = f"{source.succeeded_at.astimezone(zone):%Y-%m-%d %H:%M}" if source.succeeded_at else "never"
    every = _every(source.interval, settings)
    return (str(source.id), source.name, source.address, every, fetched, _state(source, zone))


def _every(interval: timedelta | None, settings: Settings) -> str:
    return format_duration(interval or settings.collect.interval)


def _state(source: Source, zone: ZoneInfo) -> str:
    if source.is_paused:
        return "paused"
    if source.last_error:
        again = f", next try {source.due_at.astimezone(zone):%Y-%m-%d %H:%M}" if source.due_at else ""
        return f"failed {source.failures} times: {source.last_error}{again}"
    return "fine" if source.succeeded_at else "new"
