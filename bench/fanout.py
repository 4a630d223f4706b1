"""What a story costs when very many chats follow it: the real bot against the sandbox.

    python -m bench.fanout [--chats 10000,100000,1000000] [--seconds 60] [--behind 20]

So many chats follow everything, and the pace is Telegram's: the broadcast would take from six minutes to nine hours,
and is looked at for its first seconds. Stories are written into the bot's file from outside as its pipeline does;
when such a transaction is committed, the story has landed. Meanwhile people who follow nothing send /latest.
First one story, then `behind` more on top of it.

The sandbox knows the chats that can be reached in this time and the people who ask; nobody else is written to.
"""

import argparse
import asyncio
import math
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from aiohttp import ClientSession

from bench.crash import kept
from bench.filling import add_source, add_story, fill_chats
from bench.newsroom import Newsroom, Size, start_telegram, write_settings
from bot.clock import now_utc
from storage.database import Database
from storage.schema import migrate

PER_SECOND = 29
ARCHIVE = 30  # stories that everybody has been given
ASK_EVERY = 0.3  # seconds
REST = 5.0  # seconds without any work before the memory at rest is read
LAST_ANSWER = 2.0  # seconds for it to come
FIRST, ANSWERED, GROWTH, MEMORY = 1.0, 0.3, 2.0, 60.0  # promised: seconds, seconds, MiB, MiB
MIB = 1024**2


@dataclass(frozen=True, slots=True)
class Watch:
    """The bot, and people who have not asked yet."""

    room: Newsroom
    pid: int
    people: Iterator[int]


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen while stories went out; `first` and `answers` are seconds, the latter sorted."""

    first: float
    sent: int
    answers: list[float]
    growth: float  # MiB a story
    peak: float  # MiB of memory


def main() -> None:
    """Read the arguments, measure and print."""
    parser = argparse.ArgumentParser(description="One story to very many chats.")
    parser.add_argument("--chats", default="10000,100000,1000000")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--behind", type=int, default=20)
    given = parser.parse_args()
    for chats in given.chats.split(","):
        asyncio.run(measure(int(chats), given.seconds, given.behind))


async def measure(chats: int, seconds: float, behind: int) -> None:
    """One size: at rest, with one story, with more."""
    async with open_newsroom(chats, seconds) as room, room.bot() as bot:
        watch = Watch(room, bot.pid, iter(range(1, max(room.size.chats), 3)))
        answers = await answered(room, await ask(watch, seconds / 4))
        await asyncio.sleep(REST)
        Path(f"/proc/{bot.pid}/clear_refs").write_text("5")  # the kernel's peak begins anew
        resting = memory(bot.pid, "VmRSS")
        print(f"{chats} chats: the bot at rest {resting:.0f} MiB, the file {size_of(room) / MIB:.0f} MiB")
        print(f"    at rest {told(answers)}", flush=True)
        report("one story", await look(watch, 1, seconds), resting, is_first=True)
        report(f"{behind} more", await look(watch, behind, seconds), resting, is_first=False)
        await room.stop(bot)


@asynccontextmanager
async def open_newsroom(chats: int, seconds: float) -> AsyncIterator[Newsroom]:
    """Everything but the bot. The chats that follow have the ids 3, 6, 9 …: of those `fill_chats` says everything."""
    reached = min(chats, int(PER_SECOND * (2 * seconds + 30)))
    with tempfile.TemporaryDirectory(prefix="khabar-bench-") as name:
        folder = Path(name)
        size = Size(readers=3 * reached)
        telegram, url = await start_telegram(size, limits=True)
        database = Database(f"sqlite+aiosqlite:///{folder / 'khabar.db'}")
        try:
            write_settings(folder, url, {"messages_per_second": PER_SECOND})
            await migrate(database, now_utc())
            source_id = await add_source(database, now_utc())
            async with database.transaction() as stores:
                for number in range(ARCHIVE):
                    await add_story(stores, source_id, -number, now_utc())
            await fill_chats(database, range(3, 3 * chats + 1, 3), source_id)
            async with database.writer.begin() as connection:
                await connection.exec_driver_sql("UPDATE chat SET position = (SELECT max(id) FROM article)")
            async with ClientSession(url) as http:
                yield Newsroom(size, folder, http, telegram, database, source_id)
        finally:
            await database.close()
            with suppress(ProcessLookupError):
                telegram.kill()
            await telegram.wait()


async def look(watch: Watch, stories: int, seconds: float) -> Seen:
    """Stories land; then people ask for so many seconds."""
    room = watch.room
    growth = sum([await land(room) for _ in range(stories)]) / stories
    landed = time.time()
    answers = await answered(room, await ask(watch, seconds))
    sends = [send.at for send in await room.sends() if send.stands and send.chat_id % 3 == 0]
    of_stories = [at for at in sends if landed < at < landed + seconds]
    first = of_stories[0] - landed if of_stories else math.inf
    return Seen(first, len(of_stories), answers, growth, memory(watch.pid, "VmHWM"))


async def ask(watch: Watch, seconds: float) -> dict[int, float]:
    """One after another sends /latest, each once; when each of them did."""
    asked: dict[int, float] = {}
    until = time.time() + seconds
    while time.time() < until:
        person = next(watch.people)
        asked[person] = time.time()
        await watch.room.order(f"/chats/{person}/messages", **{"from": person, "text": "/latest"})
        await asyncio.sleep(ASK_EVERY)
    await asyncio.sleep(LAST_ANSWER)
    return asked


async def answered(room: Newsroom, asked: Mapping[int, float]) -> list[float]:
    """How long each waited for the answer to stand, sorted."""
    stands = {send.chat_id: send.at for send in await room.sends() if send.stands}
    return sorted(stands.get(person, math.inf) - at for person, at in asked.items())


async def land(room: Newsroom) -> float:
    """One story; by how many MiB the file and its log grow with it. The log is emptied before, or it would not grow."""
    async with room.database.writer.connect() as connection:
        raw = await connection.get_raw_connection()
        assert raw.driver_connection is not None
        await raw.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = size_of(room)
    await room.publish()
    return (size_of(room) - before) / MIB


def memory(pid: int, name: str) -> float:
    """A number of the kernel's about the process, in MiB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    [said] = [line for line in lines if line.startswith(f"{name}:")]
    return int(said.split()[1]) / 1024


def size_of(room: Newsroom) -> int:
    """Bytes of the database's file and its log."""
    return sum(path.stat().st_size for path in room.folder.glob("khabar.db*"))


def report(what: str, seen: Seen, resting: float, *, is_first: bool) -> None:
    """What was seen, and whether that was promised."""
    is_soon, more = quantile(seen.answers, 0.99) <= ANSWERED, seen.peak - resting
    print(f"  {what}: {seen.sent} messages")
    if is_first:
        print(f"    the first left {seen.first:.2f} s after the story had landed  {kept(seen.first <= FIRST)}")
    print(f"    {told(seen.answers)}  {kept(is_soon)}")
    print(f"    the database grew by {seen.growth:.3f} MiB a story  {kept(seen.growth <= GROWTH)}")
    print(f"    at most {more:.1f} MiB above the memory at rest  {kept(more <= MEMORY)}", flush=True)


def told(answers: Sequence[float]) -> str:
    """How long people waited."""
    p50, p99, longest = (1000 * quantile(answers, share) for share in (0.5, 0.99, 1))
    return f"{len(answers)} x /latest, answered after {p50:.0f} ms (p50), {p99:.0f} ms (p99), {longest:.0f} ms (max)"


def quantile(values: Sequence[float], share: float) -> float:
    """Of sorted values the smallest that so large a share does not exceed."""
    return values[math.ceil(share * len(values)) - 1]


if __name__ == "__main__":
    main()
