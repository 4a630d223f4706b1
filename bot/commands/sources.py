"""sources list and remove; OPML in and out."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.clock import now_utc
from bot.commands.opml import OpmlError, Outlines, Subscription, read_opml, write_opml
from bot.commands.output import clean, note, print_line, print_table, progress
from bot.commands.shell import DONE, CommandError, archive_if_any, archive_to_write
from bot.known import KnownSources, known_sources
from config.settings import Settings
from config.values import format_duration
from storage.records import NewSource, Source

_MOST_REASONS = 50  # refused entries that are told one by one


async def list_sources(settings: Settings) -> int:
    """Every source with its rhythm, its health and its last error; the settings' that were never polled come last."""
    known = await look_up(settings)
    if not known.stored and not known.named:
        note("No sources yet: add one with `khabar sources add URL`, or [[source]] in khabar.toml.")
    zone = ZoneInfo(settings.timezone)
    columns = ("ID", "Name", "Address", "Every", "Fetched", "State", "Read as", "Stories a day", "Full text")
    rows = [_row(one, settings, zone) for one in known.stored]
    rows += [
        ("-", one.name, one.url, _length(one.interval or settings.collect.interval), "never", "new", "", "", "")
        for one in known.named
    ]
    print_table(columns, rows)
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
    """Add the feeds of an OPML file with their folders; those that are known already stay as they are."""
    outlines = _read_file(file)
    added = 0
    async with archive_to_write(settings) as database, database.transaction() as stores:
        known = await known_sources(stores, settings)
        with progress("Sources", len(outlines.subscriptions)) as advance:
            for one in outlines.subscriptions:
                if not known.has(one.url):
                    known.add(await stores.sources.add(_new(one, known)))
                    added += 1
                advance(1)
    for refused in outlines.refused[:_MOST_REASONS]:
        note(f"Refused: {clean(refused.name)}: {clean(refused.reason)}")
    if len(outlines.refused) > _MOST_REASONS:
        note(f"… and {len(outlines.refused) - _MOST_REASONS} more for such reasons")
    print_line(f"{added} added, {len(outlines.subscriptions) - added} known already, {len(outlines.refused)} refused")
    return DONE


async def export_opml(settings: Settings, file: Path) -> int:
    """Write every source to an OPML file."""
    known = await look_up(settings)
    found = [Subscription(one.url, one.name, one.language, one.folder) for one in known.all]
    _write_file(file, write_opml(found, "Khabar"))
    print_line(f"{len(found)} written to {file}")
    return DONE


async def look_up(settings: Settings) -> KnownSources:
    """All of them; where there is no database yet, those of the settings."""
    async with archive_if_any(settings) as database:
        if database is None:
            return KnownSources([], settings.sources)
        async with database.snapshot() as stores:
            return await known_sources(stores, settings)


def _new(one: Subscription, known: KnownSources) -> NewSource:
    return NewSource(one.url, known.free_name(one.name, one.url), language=one.language, folder=one.folder)


def _read_file(file: Path) -> Outlines:
    try:
        return read_opml(file.read_bytes())
    except OpmlError as error:
        raise CommandError(f"{file} is no OPML: {error}") from None


def _write_file(file: Path, body: bytes) -> None:
    file.write_bytes(body)


def _row(source: Source, settings: Settings, zone: ZoneInfo) -> tuple[str, ...]:
    share = source.health.full_text_share
    return (
        str(source.id),
        source.name,
        source.address,
        _every(source, settings),
        _moment(source.succeeded_at, zone) if source.succeeded_at else "never",
        _state(source, zone),
        source.stand_in.kind if source.stand_in else source.kind,
        f"{source.rhythm.usual:.1f}" if source.rhythm.as_of else "",
        f"{share:.0%}" if share is not None else "",
    )


def _every(source: Source, settings: Settings) -> str:
    """Its own interval, else as long as it waits now."""
    if source.interval is None and source.due_at and source.checked_at and not source.failures:
        return _length(source.due_at - source.checked_at)
    return _length(source.interval or settings.collect.interval)


def _length(length: timedelta) -> str:
    """To the second, and from five minutes on to the minute."""
    unit = 60 if length >= timedelta(minutes=5) else 1
    return format_duration(timedelta(seconds=max(round(length.total_seconds() / unit), 1) * unit))


def _moment(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"


def _state(source: Source, zone: ZoneInfo) -> str:
    if source.is_paused:
        return "paused"
    if source.last_error:
        again = f", next try {_moment(source.due_at, zone)}" if source.due_at else ""
        return f"failed {source.failures} times: {source.last_error}{again}"
    if source.stand_in:
        stand_in = source.stand_in
        return f"read from {stand_in.url} since {_moment(stand_in.since, zone)}, because {stand_in.reason}"
    if source.health.alerts:
        return ", ".join(one.replace("_", " ") for one in source.health.alerts)
    return "fine" if source.succeeded_at else "new"
