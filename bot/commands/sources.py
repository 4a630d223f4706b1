"""sources list and remove; OPML in and out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.clock import now_utc
from bot.commands.opml import OpmlError, Outlines, Subscription, read_opml, write_opml
from bot.commands.output import clean, is_terminal, note, plural, print_line, print_table, progress, without_passwords
from bot.commands.shell import DONE, CommandError, archive_if_any, archive_to_write
from bot.known import KnownSources, known_sources
from bot.rendering.rhythms import usual_of
from config.settings import Settings, SourceSettings
from config.values import format_duration
from storage.records import NewSource, Source

_COLUMNS = ("ID", "Name", "Address", "Every", "Fetched", "State", "Read as", "Stories a day", "Full text")
_BRIEF = ("ID", "Name", "Read as", "Fetched", "A day", "State")
_WIDEST = 28  # columns of one cell on a terminal
_MOST_REASONS = 50  # refused entries that are told one by one


async def list_sources(settings: Settings) -> int:
    """Every source with its rhythm, its health and its last error; the settings' that were never polled come last."""
    known = await look_up(settings)
    if not known.stored and not known.named:
        note("No sources yet: add one with `khabar sources add URL`, or [[source]] in khabar.toml.")
    lines = [_stored(one, settings) for one in known.stored]
    lines += [_named(one, settings) for one in known.named]
    if is_terminal():
        _show(lines)
    else:
        print_table(_COLUMNS, [one.row for one in lines])
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
        note(without_passwords(f"Refused: {clean(refused.name)}: {clean(refused.reason)}"))
    if len(outlines.refused) > _MOST_REASONS:
        note(f"… and {len(outlines.refused) - _MOST_REASONS} more for such reasons")
    print_line(f"{added} added, {len(outlines.subscriptions) - added} known already, {len(outlines.refused)} refused")
    return DONE


async def export_opml(settings: Settings, file: Path) -> int:
    """Write every source to an OPML file, as another reader needs them: passwords in addresses with them."""
    known = await look_up(settings)
    found = [Subscription(one.url, one.name, one.language, one.folder) for one in known.all]
    _write_file(file, write_opml(found, "Khabar"))
    print_line(f"{len(found)} written to {file}")
    if any(without_passwords(one.url) != one.url for one in found):
        note("The file holds the passwords of the sources' addresses as they are: keep it to yourself.")
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


@dataclass(frozen=True, slots=True)
class _Line:
    """A source of the list. `row` is what a pipe gets, `brief` the cells of a terminal's one line.

    `below` are the lines that stand beneath it there, unbroken: an address is copied, an error is read whole.
    """

    row: tuple[str, ...]
    brief: tuple[str, ...]
    below: tuple[str, ...]


def _stored(source: Source, settings: Settings) -> _Line:
    zone = ZoneInfo(settings.timezone)
    share, usual = source.health.full_text_share, usual_of(source.rhythm)
    kind = source.stand_in.kind if source.stand_in else source.kind
    address, state = without_passwords(source.address), without_passwords(_state(source, zone))
    a_day = f"{usual:.1f}" if usual is not None else ""
    fetched = source.succeeded_at
    row = (
        str(source.id),
        source.name,
        address,
        _every(source, settings),
        _moment(fetched, zone) if fetched else "never",
        state,
        kind,
        a_day,
        f"{share:.0%}" if share is not None else "",
    )
    word = _word(source)
    brief = (row[0], row[1], kind, f"{fetched.astimezone(zone):%d.%m %H:%M}" if fetched else "never", a_day, word)
    return _Line(row, brief, (address,) if state == word else (address, state))


def _named(source: SourceSettings, settings: Settings) -> _Line:
    address = without_passwords(source.url)
    row = ("-", source.name, address, _length(source.interval or settings.collect.interval), "never", "new", "", "", "")
    return _Line(row, ("-", source.name, "", "never", "", "new"), (address,))


def _show(lines: Sequence[_Line]) -> None:
    """The list as it fits a terminal of 80 columns."""
    from rich.cells import cell_len, set_cell_size
    from rich.console import Console
    from rich.text import Text

    console = Console(soft_wrap=True)
    cells = [_BRIEF, *([clean(cell) for cell in one.brief] for one in lines)]
    widths = [min(max(cell_len(row[place]) for row in cells), _WIDEST) for place in range(len(_BRIEF))]

    def told(row: Sequence[str]) -> str:
        return "  ".join(
            set_cell_size(cell, width) if cell_len(cell) <= width else f"{set_cell_size(cell, width - 1)}…"
            for cell, width in zip(row, widths, strict=True)
        ).rstrip()

    console.print(Text(told(_BRIEF), style="bold"))
    for row, line in zip(cells[1:], lines, strict=True):
        console.print(Text(told(row)))
        for below in line.below:
            console.print(Text(f"    {clean(below)}", style="dim"))


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
    if source.last_error and not source.is_paused:
        again = f", next try {_moment(source.due_at, zone)}" if source.due_at else ""
        return f"failed {plural(source.failures, 'time', 'times')}: {source.last_error}{again}"
    if source.stand_in and not source.is_paused:
        stand_in = source.stand_in
        return f"read from {stand_in.url} since {_moment(stand_in.since, zone)}, because {stand_in.reason}"
    return _word(source)


def _word(source: Source) -> str:
    """The state in one word or two, for a line that has no room for more."""
    if source.is_paused:
        return "paused"
    if source.last_error:
        return "failed"
    if source.stand_in:
        return "stand-in"
    if source.health.alerts:
        return ", ".join(one.replace("_", " ") for one in source.health.alerts)
    return "fine" if source.succeeded_at else "new"
