"""What collecting costs: a thousand sources that say 304, changed feeds, whole articles; beside bare loops.

    python -m bench.collect [--sources 1000] [--rounds 3]

The sources are feeds of 30 entries on loopback, served by a process of its own. The bot's pipeline is the real one,
with its worker processes and a SQLite file; the bare loops do with aiohttp (and feedparser) what a script would, and
keep nothing. Each number is the median of the rounds; bare and ours take turns. Then the cost by the number of sources.
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


def main() -> None:
    """Read the arguments, measure and print."""
    parser = argparse.ArgumentParser(description="What collecting costs.")
    parser.add_argument("--sources", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    asyncio.run(measure(given.sources, given.rounds))


async def measure(sources: int, rounds: int) -> None:
    """All of it, at the number of sources asked for; then 304s at a tenth and a third of it."""
    async with open_room(sources, full_text=False) as room:
        await fill(room)
        await compare("unchanged (304)", room, rounds, "", bare_unchanged)
        await compare("changed feeds, nothing new", room, rounds, "/tick", bare_changed)
        await compare("changed feeds, a new story each", room, rounds, "/grow", bare_changed)
    for number in (sources // 10, sources // 3):
        async with open_room(number, full_text=False) as room:
            await fill(room)
            await compare(f"unchanged (304), {number} sources", room, rounds, "", bare_unchanged)
    async with open_room(20, full_text=True) as room:
        await measure_articles(room)


async def fill(room: Room) -> None:
    """The archive after a first visit to every source, without the minutes that reading so many texts takes."""
    async with aiohttp.ClientSession() as session:
        for source in await room.stored():
            async with session.get(source.url) as response:
                body, tag = await response.read(), response.headers["ETag"]
            feed = parse_feed(FetchedPage(source.url, source.url, 200, "application/rss+xml", None, body))
            now = now_utc()
            async with room.database.transaction() as stores:
                for entry in feed.entries:
                    story_id = await stores.stories.open(now)
                    await stores.articles.add(as_stored(source, entry), story_id, now, is_pushed=False)
                check = SourceCheck(source.id, now, now, kind=SourceKind.FEED, etag=tag, rhythm=Rhythm(since=now))
                await stores.sources.settle(check)


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


async def compare(
    what: str, room: Room, rounds: int, change: str, bare: Callable[[Room, dict[int, str]], Awaitable[None]]
) -> None:
    """Sources a second of the bare loop and of ours, in turns, and our processor time a poll."""
    theirs, ours, cost = [], [], []
    tags: dict[int, str] = {}
    await bare(room, tags)
    for _ in range(rounds):
        await ask(room.site + change if change else "")
        started = time.perf_counter()
        await bare(room, tags)
        theirs.append(room.sources / (time.perf_counter() - started))
        room.make_due()
        started, spent = time.perf_counter(), processor_time()
        await room.collect()
        ours.append(room.sources / (time.perf_counter() - started))
        cost.append((processor_time() - spent) / room.sources * 1000)
    bare_rate, our_rate = statistics.median(theirs), statistics.median(ours)
    print(
        f"{what:42} {our_rate:7.0f}/s, bare {bare_rate:7.0f}/s: {our_rate / bare_rate:5.2f} x;"
        f" {statistics.median(cost):6.2f} ms of processor a poll",
        flush=True,
    )


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
            port = site.rpartition(":")[2]
            collecting = {
                "allow_private": [f"127.0.0.1:{port}"],
                "full_text": full_text,
                "per_host": AT_ONCE,  # all sources of this benchmark stand on one host
            }
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
    """Change the site, if an address for that is given."""
    if url:
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
