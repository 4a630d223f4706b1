"""One digest a local date and hour: five zones over their changes of the clock, with and without an outage.

The clock goes on by a quarter of an hour, and at each of these moments the worker looks once, as it does four times a
second: every hour of these zones begins at one of them. When a digest is due is found by reading the local clock.
"""

import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bench.crash import kept
from bench.filling import add_source, add_story
from bench.virtual import Office, open_office
from bot.delivery.schedule import next_due
from storage.records import Chat, ChatKind, ChatState, Schedule

# Half an hour's change, changes at midnight, both hemispheres.
ZONES = ("Europe/Berlin", "America/New_York", "America/Santiago", "Asia/Beirut", "Australia/Lord_Howe")
YEARS = (2026, 2027)
SEVERAL = ((0, 1, 2, 3, 4), (2, 3), (0, 23), (9, 13, 19), tuple(range(24)))  # beside each hour alone
AROUND = timedelta(hours=36)  # before the change and after it
STEP = timedelta(minutes=15)
OUTAGE = (-timedelta(hours=1), timedelta(hours=2))  # of the change


@dataclass(slots=True)
class Count:
    """`digests` were due, at `moments` chats were to get one message; what was `sent`, and how that differs."""

    digests: int = 0
    moments: int = 0
    sent: int = 0
    missing: int = 0
    doubled: int = 0
    late: int = 0  # digests of an outage, which come with one message at its end

    def add(self, other: "Count") -> None:
        """Sum up."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(frozen=True, slots=True)
class Window:
    """Some days around a change of the clock; from `away` until `back` the bot does not run."""

    zone: ZoneInfo
    change: datetime
    away: datetime | None = None
    back: datetime | None = None
    moments: tuple[datetime, ...] = field(default=())


async def measure_zones() -> None:
    """All of them."""
    for has_outage in (False, True):
        total = Count()
        for name in ZONES:
            zone = ZoneInfo(name)
            for change in changes(zone):
                total.add(await pass_by(window(zone, change, has_outage=has_outage)))
        is_kept = not (total.missing or total.doubled) and total.sent == total.moments
        print(f"{len(ZONES)} zones, {len(YEARS)} years, {'with three hours away' if has_outage else 'always there'}:")
        print(f"    {total.digests} digests due, {total.late} of them while the bot was away; {total.sent} messages:")
        print(f"    {total.missing} missing, {total.doubled} too many  {kept(is_kept)}", flush=True)


def changes(zone: ZoneInfo) -> Iterator[datetime]:
    """The moments at which the zone's clocks change."""
    at, end = datetime(YEARS[0], 1, 1, tzinfo=UTC), datetime(YEARS[-1] + 1, 1, 1, tzinfo=UTC)
    while (later := at + STEP) < end:
        if at.astimezone(zone).utcoffset() != later.astimezone(zone).utcoffset():
            yield later
        at = later


def window(zone: ZoneInfo, change: datetime, *, has_outage: bool) -> Window:
    """The moments at which the worker is to look."""
    start = change - AROUND
    moments = tuple(start + number * STEP for number in range(1, 2 * AROUND // STEP + 1))
    away, back = (change + OUTAGE[0], change + OUTAGE[1]) if has_outage else (None, None)
    return Window(zone, change, away, back, moments)


async def pass_by(over: Window) -> Count:
    """Let these days pass; how that went."""
    sent: dict[int, list[datetime]] = defaultdict(list)
    with tempfile.TemporaryDirectory(prefix="khabar-bench-") as folder:
        async with open_office(Path(folder), over.moments[0] - STEP) as office:
            chats = await add_chats(office, over.zone)
            await live(office, over, sent)
    count = Count()
    for chat in chats:
        count.add(compare(chat, over, sent[chat.id]))
    return count


async def add_chats(office: Office, zone: ZoneInfo) -> list[Chat]:
    """One for each hour of the day, and some with several; they follow everything."""
    choices = [*((hour,) for hour in range(24)), *SEVERAL]
    chats = []
    async with office.database.transaction() as stores:
        for number, hours in enumerate(choices, 1):
            said = Chat(
                number, ChatKind.PRIVATE, str(number), state=ChatState.ACTIVE, timezone=zone.key,
                schedule=Schedule.DAILY, hours=hours,
            )  # fmt: skip
            await stores.chats.add(said)
            await stores.chats.follow(number)
            chats.append(await stores.chats.wake(number, next_due(said, office.clock.now, zone)))
    return chats


async def live(office: Office, over: Window, sent: Mapping[int, list[datetime]]) -> None:
    """At each moment the worker looks, and at every other a story comes: one before each hour that begins."""
    source_id = await add_source(office.database, office.clock.now)

    def note(chat: Chat) -> None:
        sent[chat.id].append(office.clock.now)

    worker = office.hire(note)
    for number, now in enumerate((over.moments[0] - STEP, *over.moments)):
        office.clock.now = now
        if over.away is not None and over.back is not None:
            if now == over.back:
                worker = office.hire(note)
            is_away = over.away <= now < over.back
        else:
            is_away = False
        if not is_away:
            await worker.drain()
        if number % 2 == 0:
            async with office.database.transaction() as stores:
                await add_story(stores, source_id, number, now)


def compare(chat: Chat, over: Window, sent: Sequence[datetime]) -> Count:
    """What the chat got beside what it was to get."""
    due = sorted(due_moments(chat, over))
    late = [at for at in due if is_late(at, over)]
    wanted = {over.back if over.back is not None and is_late(at, over) else at for at in due}
    return Count(
        digests=len(due),
        moments=len(wanted),
        sent=len(sent),
        missing=len(wanted - set(sent)),
        doubled=len(sent) - len(wanted & set(sent)),
        late=len(late),
    )


def is_late(at: datetime, over: Window) -> bool:
    """Whether the bot was away then."""
    return over.away is not None and over.back is not None and over.away <= at < over.back


def due_moments(chat: Chat, over: Window) -> Iterator[datetime]:
    """When the clock on the wall first shows each of the chat's hours of each day, or has jumped over it."""
    walls = [(at, at.astimezone(over.zone).replace(tzinfo=None)) for at in over.moments]
    began = (over.moments[0] - STEP).astimezone(over.zone).replace(tzinfo=None)
    for day in range(-1, 2 * AROUND // timedelta(days=1) + 2):
        for hour in chat.hours:
            wanted = datetime.combine(began.date(), datetime.min.time()) + timedelta(days=day, hours=hour)
            if wanted > began and (at := next((at for at, wall in walls if wall >= wanted), None)) is not None:
                yield at
