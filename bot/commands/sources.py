"""sources list, add, remove; OPML in and out."""

from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from bot.commands.opml import OpmlError, Subscription, read_opml, write_opml
from bot.commands.output import note, print_line, print_table
from bot.commands.shell import DONE, CommandError, UsageError, archive_to_write, now_utc
from bot.ingest.identity import canonical_url
from config.settings import Settings
from config.values import check_url, name_from_url
from storage.records import NewSource, Source
from storage.stores import Stores


async def list_sources(settings: Settings) -> int:
    """Every source with its state and its last error."""
    async with archive_to_write(settings) as database, database.transaction() as stores:
        await keep_settings(stores, settings)
        found = await stores.sources.get_all()
    if not found:
        note("No sources yet: add one with `khabar sources add URL`, or [[source]] in khabar.toml.")
    zone = ZoneInfo(settings.timezone)
    columns = ("ID", "Name", "Address", "Every", "Fetched", "State")
    print_table(columns, [_row(one, settings, zone) for one in found])
    return DONE


async def add_source(settings: Settings, url: str, name: str | None) -> int:
    """A new source, polled from now on."""
    try:
        check_url(url)
    except ValueError as error:
        raise UsageError(f"{url}: {error}") from None
    async with archive_to_write(settings) as database, database.transaction() as stores:
        await keep_settings(stores, settings)
        known = await stores.sources.get_all()
        _refuse_known(known, url, name)
        added = await stores.sources.add(NewSource(url, name or _free_name(name_from_url(url), url, known)))
    print_line(f"{added.id}\t{added.name}\t{added.url}")
    note(f"Added. `khabar sources test {url}` shows what it gives.")
    return DONE


async def remove_source(settings: Settings, source_id: int) -> int:
    """Its articles stay, it is polled no more."""
    async with archive_to_write(settings) as database, database.transaction() as stores:
        await keep_settings(stores, settings)
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
        await keep_settings(stores, settings)
        known = await stores.sources.get_all()
        for one in subscriptions:
            if not any(_is_same(one.url, source) for source in known):
                name = _free_name(one.name, one.url, known)
                known.append(await stores.sources.add(NewSource(one.url, name, language=one.language)))
                added += 1
    print_line(f"{added} added, {len(subscriptions) - added} known already")
    return DONE


async def export_opml(settings: Settings, file: Path) -> int:
    """Write every source to an OPML file."""
    async with archive_to_write(settings) as database, database.transaction() as stores:
        await keep_settings(stores, settings)
        found = await stores.sources.get_all()
    _write_file(file, write_opml([Subscription(one.url, one.name, one.language) for one in found], "Khabar"))
    print_line(f"{len(found)} written to {file}")
    return DONE


def _read_file(file: Path) -> list[Subscription]:
    try:
        return read_opml(file.read_bytes())
    except OpmlError as error:
        raise CommandError(f"{file} is no OPML: {error}") from None


def _write_file(file: Path, body: bytes) -> None:
    file.write_bytes(body)


async def keep_settings(stores: Stores, settings: Settings) -> None:
    """Make the stored sources what the settings say now, as the bot does when it starts."""
    named = [
        NewSource(one.url, one.name, language=one.language, interval=one.interval, full_text=one.full_text)
        for one in settings.sources
    ]
    await stores.sources.keep_settings(named, now_utc())


def _is_same(url: str, source: Source) -> bool:
    return canonical_url(url) in {canonical_url(source.url), canonical_url(source.address)}


def _refuse_known(known: list[Source], url: str, name: str | None) -> None:
    for source in known:
        if _is_same(url, source):
            raise CommandError(f"this address is source {source.id} already, {source.name}")
        if name and source.name.casefold() == name.casefold():
            raise CommandError(f"source {source.id} is called {source.name} already: choose another --name")


def _free_name(name: str, url: str, known: list[Source]) -> str:
    """The name, told apart by the address where another source has it: source:NAME must mean one."""
    taken = {source.name.casefold() for source in known}
    parts = urlsplit(url)
    host = name_from_url(url)
    wider = (name, f"{name} ({host})", f"{name} ({host}{parts.path})", f"{name} ({url})")
    return next(one for one in wider if one.casefold() not in taken)


def _row(source: Source, settings: Settings, zone: ZoneInfo) -> tuple[str, ...]:
    from config.values import format_duration

    fetched = f"{source.succeeded_at.astimezone(zone):%Y-%m-%d %H:%M}" if source.succeeded_at else "never"
    every = format_duration(source.interval or settings.collect.interval)
    return (str(source.id), source.name, source.address, every, fetched, _state(source, zone))


def _state(source: Source, zone: ZoneInfo) -> str:
    if source.is_paused:
        return "paused"
    if source.last_error:
        again = f", next try {source.due_at.astimezone(zone):%Y-%m-%d %H:%M}" if source.due_at else ""
        return f"failed {source.failures} times: {source.last_error}{again}"
    return "fine" if source.succeeded_at else "new"
