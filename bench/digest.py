"""Digests by the million, and on the hour: the worker over a real file, with a clock of its own.

    python -m bench.digest [--chats 1000000] [--hours 24] [--parts day,zones]

A day: so many chats with a digest a day, their hours spread evenly over the day. Half of them follow everything, the
others two topics each; every half hour a story comes, and the clock goes on by a minute at a time. Every turn of the
worker is one transaction (eight messages settled, eight claimed): that is what is timed, and beside it the look of a
worker for whom there is nothing to do. What is sent stands at once, so nothing but the bot's own work is seen.

Zones: see `bench.zones`.
"""

import argparse
import asyncio
import math
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from bench.crash import kept
from bench.filling import ROWS, add_source, add_story
from bench.virtual import Office, open_office
from bench.zones import ZONES, measure_zones
from bot.delivery.schedule import next_due
from storage.records import Chat, ChatKind, ChatState, Rank, Schedule
from storage.tables import chat, follow

START = datetime(2026, 9, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
STORY_EVERY = 30  # minutes
TOPICS = 40
BEFORE = 48  # stories of the day before, which the first digests tell


@dataclass(slots=True)
class Day:
    """Seconds of each turn that sent digests, of each that took a story past the chats, and of looks at nothing."""

    turns: list[float] = field(default_factory=list)
    sweeps: list[float] = field(default_factory=list)
    looks: list[float] = field(default_factory=list)
    stories: int = 0
    seconds: float = 0.0  # of the minutes that sent
    sent: Counter[int] = field(default_factory=Counter)


def main() -> None:
    """Read the arguments, measure and print."""
    parser = argparse.ArgumentParser(description="Digests.")
    parser.add_argument("--chats", type=int, default=1_000_000)
    parser.add_argument("--hours", type=int, default=24, help="of the day, from its beginning")
    parser.add_argument("--parts", default="day,zones")
    given = parser.parse_args()
    if "day" in given.parts.split(","):
        asyncio.run(measure_day(given.chats, given.hours))
    if "zones" in given.parts.split(","):
        asyncio.run(measure_zones())


async def measure_day(chats: int, hours: int) -> None:
    """One day, or the first hours of it."""
    with tempfile.TemporaryDirectory(prefix="khabar-bench-") as folder:
        async with open_office(Path(folder), START - BEFORE * STORY_EVERY * MINUTE) as office:
            source_id, topics = await open_archive(office)
            await land_before(office, source_id, topics)
            due = await fill(office, chats, topics, START + timedelta(hours=hours))
            day = await live(office, hours, source_id, topics)
    report(day, chats, hours, due)


async def open_archive(office: Office) -> tuple[int, list[int]]:
    """A source and the topics."""
    source_id = await add_source(office.database, office.clock.now)
    async with office.database.transaction() as stores:
        topics = [(await stores.topics.add(f"Тема {number}", f"тема {number}")).id for number in range(TOPICS)]
    return source_id, topics


async def land_before(office: Office, source_id: int, topics: Sequence[int]) -> None:
    """The stories of the day before: nobody is there yet whom they could go out to, so they wait for digests."""
    for number in range(BEFORE):
        await land(office, source_id, topics, -number)
        office.clock.now += STORY_EVERY * MINUTE


async def land(office: Office, source_id: int, topics: Sequence[int], number: int) -> None:
    """A story about two topics."""
    about = [topics[number % TOPICS], topics[(number + 7) % TOPICS]]
    async with office.database.transaction() as stores:
        await add_story(stores, source_id, number, office.clock.now, about)


async def fill(office: Office, chats: int, topics: Sequence[int], until: datetime) -> int:
    """The chats and what they follow; how many of them have a digest until then."""
    due = 0
    async with office.database.writer.begin() as connection:
        for start in range(1, chats + 1, ROWS):
            rows = [chat_row(number) for number in range(start, min(start + ROWS, chats + 1))]
            due += sum(row["due_at"] <= until for row in rows)
            await connection.execute(sa.insert(chat), rows)
            await connection.execute(sa.insert(follow), list(follow_rows(rows, topics)))
    return due


def chat_row(number: int) -> dict[str, Any]:
    """A reader with a digest a day; every other follows everything."""
    hour, zone = number // 2 % 24, ZONES[number % len(ZONES)]
    rank = Rank.TOPIC if number % 2 else Rank.EVERYTHING
    return {
        "id": number, "kind": ChatKind.PRIVATE, "title": str(number), "state": ChatState.ACTIVE, "timezone": zone,
        "schedule": Schedule.DAILY, "hours": [hour], "rank": rank, "due_at": first_due(hour, zone),
    }  # fmt: skip


@cache
def first_due(hour: int, zone: str) -> datetime:
    """When a day of this hour has its first digest."""
    one = Chat(1, ChatKind.PRIVATE, "", schedule=Schedule.DAILY, hours=(hour,))
    due = next_due(one, START, ZoneInfo(zone))
    assert due is not None
    return due


def follow_rows(rows: Iterable[dict[str, Any]], topics: Sequence[int]) -> Iterable[dict[str, Any]]:
    """Everything, or two topics."""
    for row in rows:
        number = row["id"]
        if row["rank"] is Rank.EVERYTHING:
            yield {"chat_id": number, "topic_id": None}
        else:
            yield {"chat_id": number, "topic_id": topics[number // 2 % TOPICS]}
            yield {"chat_id": number, "topic_id": topics[(number // 2 + 1 + number // 80 % (TOPICS - 1)) % TOPICS]}


async def live(office: Office, hours: int, source_id: int, topics: Sequence[int]) -> Day:
    """Minute by minute."""
    day = Day()

    def note(to: Chat) -> None:
        day.sent[to.id] += 1

    worker = office.hire(note)
    for minute in range(60 * hours + 1):
        office.clock.now = START + minute * MINUTE
        office.database.took.clear()
        started = time.perf_counter()
        sent = await worker.drain()
        seconds = time.perf_counter() - started
        if sent:
            day.turns += office.database.took
            day.seconds += seconds
        elif office.database.took:
            day.sweeps += office.database.took
        else:
            day.looks.append(seconds)
        if minute % STORY_EVERY == 0:
            await land(office, source_id, topics, minute + 1)
            day.stories += 1
    return day


def report(day: Day, chats: int, hours: int, due: int) -> None:
    """What was seen."""
    sent = day.sent.total()
    is_kept = sent == due == len(day.sent)
    print(
        f"{chats} chats with a digest a day, {hours} hours: {due} due, {sent} sent to {len(day.sent)}  {kept(is_kept)}"
    )
    print(f"    a turn that sends: {told(day.turns)}")
    print(f"    {1000 * day.seconds / sent:.2f} ms a digest, {sent / day.seconds:.0f} a second")
    print(f"    a turn that takes a story past chats that wait: {told(day.sweeps)}")
    print(f"    {sum(day.sweeps) / day.stories:.1f} s of these for each of {day.stories} stories")
    print(f"    a look that finds nothing: {told(day.looks)}", flush=True)


def told(seconds: Sequence[float]) -> str:
    """A spread in milliseconds."""
    ordered = sorted(seconds)
    p50, p99 = (1000 * ordered[math.ceil(share * len(ordered)) - 1] for share in (0.5, 0.99))
    return f"{p50:.1f} ms (p50), {p99:.1f} ms (p99), {1000 * ordered[-1]:.1f} ms (max) of {len(ordered)}"


if __name__ == "__main__":
    main()
