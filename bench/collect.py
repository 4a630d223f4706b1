"""What collecting costs: a thousand sources that say 304, changed feeds, whole articles; beside bare loops.

    python -m bench.collect [--sources 1000] [--rounds 3]

The sources are feeds of 30 entries on loopback, served by a process of its own. The bot's pipeline is the real one,
with its worker processes and a SQLite file; the bare loops do with aiohttp (and feedparser) what a script would, and
keep nothing. The site's process has made its texts before anything is measured; bare and ours take turns, each first in
every other round, and each number is the median of the rounds. A feed of which only lastBuildDate changed is told by
its bytes; one that counts comments anew has to be read.
"""

import argparse
import asyncio
import io
import os
import socket
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import feedparser

from bench.rest import environment
from bot.archive import Archive
from bot.clock import now_utc
from bot.ingest.parse import parse_feed
from bot.ingest.stages import FeedEntry, FetchedPage
from bot.metrics import Metrics
from bot.pipeline import Pipeline, open_pipeline
from bot.provision import apply_settings
from bot.topics.lemmas import Lemmatiser
from config.settings import Settings
from storage.addresses import page_key
from storage.database import Database
from storage.records import NewArticle, NewSource, Rhythm, Source, SourceCheck, SourceKind
from storage.schema import migrate

AT_ONCE = 16  # requests, as collect.concurrency
CLOCK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Room:
    """The pipeline with its sources, and the address of their site."""

    pipeline: Pipeline
    database: Database
    folder: Path
    site: str
    sources: int

    def make_due(self) -> None:
        """All at once, and none of them with the last visit's rhythm."""
        with closing(sqlite3.connect(self.folder / "khabar.db")) as database, database:
            database.execute("UPDATE source SET due_at = NULL")

    async def stored(self) -> list[Source]:
        """All sources."""
        async with self.database.snapshot() as stores:
            return await stores.sources.get_all()

    async def collect(self) -> None:
        """Visit all of them. An error of any ends the benchmark."""
        visits = await self.pipeline.collect()
        failed = [visit.error for visit in visits if visit.error]
        if failed or len(visits) != self.sources:
            raise SystemExit(f"{len(visits)} of {self.sources} sources visited, {len(failed)} failed: {failed[:1]}")


@dataclass(frozen=True, slots=True)
class Case:
    """What is compared: the address that changes the site before a round, and the aim in times of the bare loop."""

    name: str
    change: str
    aim: float


def main() -> None:
    """Read the arguments, measure and print."""
    parser = argparse.ArgumentParser(description="What collecting costs.")
    parser.add_argument("--sources", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    asyncio.run(measure(given.sources, given.rounds))


async def measure(sources: int, rounds: int) -> None:
    """All of it, at the number of sources asked for; then 304s at a tenth and a third of it."""
    print(f"load at the start: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    async with open_room(max(sources // 5, 1), full_text=False) as room:
        await fill(room)
        await compare(Case("changed: only the feed's own moment", "/tick", 5.0), room, rounds, bare_changed)
        await compare(Case("changed: comments counted anew", "/count", 5.0), room, rounds, bare_changed)
        await compare(Case("changed: a new story each", "/grow", 5.0), room, rounds, bare_changed)
    for number in (sources, sources // 3, sources // 10):
        async with open_room(number, full_text=False) as room:
            await visited(room)
            await compare(Case("unchanged (304)", "", 0.5), room, rounds, bare_unchanged)
    async with open_room(10, full_text=True) as room:
        await measure_articles(room)


async def fill(room: Room) -> None:
    """The archive after a first visit to every source, without the minutes that reading so many texts takes."""
    async with aiohttp.ClientSession() as session:
        for source in await room.stored():
            async with session.get(source.url) as response:
                page = FetchedPage(source.url, source.url, 200, "application/rss+xml", None, await response.read())
            now = now_utc()
            async with room.database.transaction() as stores:
                for entry in parse_feed(page).entries:
                    story_id = await stores.stories.open(now)
                    await stores.articles.add(as_stored(source, entry), story_id, now, is_pushed=False)
    await visited(room)


async def visited(room: Room) -> None:
    """All sources as after a good visit, with the tag of what their site says now."""
    now = now_utc()
    checks = [
        SourceCheck(one.id, now, now, kind=SourceKind.FEED, etag='"0"', rhythm=Rhythm(since=now))
        for one in await room.stored()
    ]
    async with room.database.transaction() as stores:
        await stores.sources.settle(*checks)


def as_stored(source: Source, entry: FeedEntry) -> NewArticle:
    """An entry as the archive has it, without what only search and topics ask for."""
    return NewArticle(
        source_id=source.id,
        identity=entry.identity,
        url=entry.url,
        title=entry.title,
        lead=entry.lead,
        body=entry.body,
        language="ru",
        published_at=entry.published_at or now_utc(),
        lemmas="",
        fingerprint=entry.identity,
        feed_hash=entry.feed_hash,
        page_key=page_key(entry.url),
    )


async def compare(case: Case, room: Room, rounds: int, bare: Callable[[Room, dict[int, str]], Awaitable[None]]) -> None:
    """Sources a second of the bare loop and of ours, in turns, and the processor time of both a poll."""
    tags: dict[int, str] = {}
    theirs: list[tuple[float, float]] = []
    ours: list[tuple[float, float]] = []
    await bare(room, tags)  # so that the site's process has made its texts, and the bot knows what it is to know
    room.make_due()
    await room.collect()
    for turn in range(rounds):
        if case.change:
            await ask(room.site + case.change)
            await bare_unchanged(room, {})  # so that neither side waits for the texts to be made
        room.make_due()
        sides = [(theirs, bare(room, tags)), (ours, room.collect())]
        for taken, run in sides if turn % 2 else reversed(sides):
            taken.append(await timed(run, room.sources))
    bare_rate, bare_cost, rate, cost = map(statistics.median, [*zip(*theirs, strict=True), *zip(*ours, strict=True)])
    print(
        f"{case.name:36} {room.sources:5} sources {rate:6.0f}/s, bare {bare_rate:6.0f}/s: {rate / bare_rate:5.2f} x"
        f" (aim {case.aim} x); processor a poll {cost:.2f} ms, bare {bare_cost:.2f} ms",
        flush=True,
    )


async def timed(run: Awaitable[None], polls: int) -> tuple[float, float]:
    """Polls a second, and milliseconds of processor time each."""
    started, spent = time.perf_counter(), processor_time()
    await run
    return polls / (time.perf_counter() - started), (processor_time() - spent) / polls * 1000


async def measure_articles(room: Room) -> None:
    """From page to database: the first visit brings 30 stories of each source with their pages."""
    started, spent = time.perf_counter(), processor_time()
    await room.collect()
    seconds, processor = time.perf_counter() - started, processor_time() - spent
    with closing(sqlite3.connect(room.folder / "khabar.db")) as database:
        [(articles,)] = database.execute("SELECT count(*) FROM article")
    print(
        f"{articles} articles from page to database: {articles / seconds:.1f}/s, "
        f"{processor / articles * 1000:.1f} ms of processor each, {processor / seconds:.2f} cores busy"
    )


async def bare_unchanged(room: Room, tags: dict[int, str]) -> None:
    """Conditional GETs, sixteen at a time, with the tags of the last time."""
    await bare_loop(room, tags, lambda _body: None)


async def bare_changed(room: Room, tags: dict[int, str]) -> None:
    """The same, and feedparser reads what came."""
    await bare_loop(room, tags, lambda body: feedparser.parse(io.BytesIO(body)))


async def bare_loop(room: Room, tags: dict[int, str], read: Callable[[bytes], object]) -> None:
    """What a script does."""
    waiting = iter(range(room.sources))
    async with aiohttp.ClientSession() as session:

        async def work() -> None:
            for number in waiting:
                headers = {"If-None-Match": tags[number]} if number in tags else {}
                async with session.get(f"{room.site}/feed/{number}", headers=headers) as response:
                    body = await response.read()
                    tags[number] = response.headers["ETag"]
                if response.status == 200:
                    read(body)

        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(work())


@asynccontextmanager
async def open_room(sources: int, *, full_text: bool) -> AsyncIterator[Room]:
    """A site, a database that knows its feeds, and the pipeline."""
    with tempfile.TemporaryDirectory(prefix="khabar-bench-") as name:
        folder = Path(name)
        async with open_site() as site:
            host = site.rpartition("/")[2]
            # All sources of this benchmark stand on one host.
            collecting = {"allow_private": [host], "full_text": full_text, "per_host": AT_ONCE}
            settings = Settings.model_validate({"collect": collecting})
            database = Database(f"sqlite+aiosqlite:///{folder / 'khabar.db'}")
            lemmatiser = Lemmatiser()
            await migrate(database, now_utc())
            async with database.transaction() as stores:
                await apply_settings(settings, stores, Archive(lemmatiser), now_utc())
                for number in range(sources):
                    await stores.sources.add(NewSource(f"{site}/feed/{number}", f"Лента {number}"))
            async with open_pipeline(settings, database, lemmatiser, Metrics()) as pipeline:
                yield Room(pipeline, database, folder, site, sources)
            await database.close()


@asynccontextmanager
async def open_site() -> AsyncIterator[str]:
    """The site's process, and its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.site", str(port), cwd=Path(__file__).parent.parent, env=environment()
    )
    site = f"http://127.0.0.1:{port}"
    try:
        async with asyncio.timeout(20):
            while True:
                if await is_up(port):
                    break
                await asyncio.sleep(0.05)
        yield site
    finally:
        process.kill()
        await process.wait()


async def is_up(port: int) -> bool:
    """Whether somebody listens there."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


async def ask(url: str) -> None:
    """Change the site."""
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        await response.read()


def processor_time() -> float:
    """Seconds of processor time of this process and of its children that live."""
    children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    ticks = 0
    for number in children:
        if Path(f"/proc/{number}/cmdline").read_bytes().find(b"bench.site") < 0:
            fields = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
    return time.process_time() + ticks / CLOCK


if __name__ == "__main__":
    main()
