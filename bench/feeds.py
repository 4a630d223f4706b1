"""Fetches and parses every file of a folder of feeds, as the bot would: over HTTP on loopback, in worker processes.

    python -m bench.feeds FOLDER [--opml FOLDER] [--verbose]

Says how many were read and how many refused and why; how often titles and dates are those that a file's own `Expect:`
line states; and how often there are as many entries, and of the same dates, as feedparser finds. With `--opml` also how
many of the addresses in a folder of OPML files are recovered. The feeds of feedparser's and miniflux's test suites are
a good folder; a folder that is not there is said and passed over.
"""

import argparse
import asyncio
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

from aiohttp import web

from bench.claims import claims_of
from bench.outlines import read_outlines, report
from bot.ingest.errors import IngestError
from bot.ingest.fetch import Fetcher
from bot.ingest.stages import FetchedPage
from bot.ingest.workers import Workers
from config.settings import CollectSettings


@dataclass
class Tally:
    """What came of the files. `claims` counts the right ones of the claims that were checked, by kind."""

    read: int = 0
    entries: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    claims: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


async def serve(folder: Path) -> tuple[web.AppRunner, int]:
    app = web.Application()
    app.router.add_static("/", folder)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner, int(runner.addresses[0][1])


async def read_all(folder: Path, files: Sequence[Path]) -> Tally:
    tally = Tally()
    runner, port = await serve(folder)
    settings = CollectSettings(timeout=timedelta(seconds=30), allow_private=(f"127.0.0.1:{port}",))
    try:
        async with Fetcher(settings) as fetcher, Workers(2) as workers, asyncio.TaskGroup() as group:
            for path in files:
                url = f"http://127.0.0.1:{port}/{quote(str(path.relative_to(folder)))}"
                group.create_task(read_one(path, url, fetcher, workers, tally))
    finally:
        await runner.cleanup()
    return tally


async def read_one(path: Path, url: str, fetcher: Fetcher, workers: Workers, tally: Tally) -> None:
    try:
        page = await fetcher.fetch(url)
        assert isinstance(page, FetchedPage)
        feed = await workers.parse(page)
    except IngestError as error:
        tally.refused[f"{type(error).__name__}: {str(error).partition(';')[0]}"] += 1
        if getattr(error, "__notes__", None) or "took longer" in str(error) or "died" in str(error):
            tally.broken.append(f"{path}: {error}")
        return
    tally.read += 1
    tally.entries += len(feed.entries)
    for claim in claims_of(page, feed):
        tally.claims[claim.kind] += 1
        tally.right[claim.kind] += claim.stated == claim.found
        if claim.stated != claim.found:
            tally.wrong.append(f"{path}: {claim.kind}: {claim.stated!r} is stated, {claim.found!r} was read")


def main() -> int:
    """Read the arguments, measure and print; 1 when a file hung or broke a library."""
    parser = argparse.ArgumentParser(description="Fetch and parse every file of a folder of feeds.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--opml", type=Path, metavar="FOLDER", help="read the OPML files of this folder too")
    parser.add_argument("--verbose", action="store_true", help="name the files whose claims do not hold")
    given = parser.parse_args()
    broken = measure_feeds(given.folder, files_of(given.folder), is_verbose=given.verbose)
    if given.opml is not None:
        outlines = [path for path in files_of(given.opml) if path.suffix == ".opml"]
        report(read_outlines(outlines), is_verbose=given.verbose)
    return 1 if broken else 0


def files_of(folder: Path) -> list[Path]:
    """All of a folder, in an order that stays."""
    if not folder.is_dir():
        print(f"{folder} is not there: nothing was measured")
    return sorted(path for path in folder.rglob("*") if path.is_file())


def measure_feeds(folder: Path, files: Sequence[Path], *, is_verbose: bool) -> bool:
    """Read them and tell what came; whether any hung or broke a library."""
    started = time.perf_counter()
    tally = asyncio.run(read_all(folder, files))
    seconds = time.perf_counter() - started
    total = tally.read + tally.refused.total()
    print(f"{total} files in {seconds:.1f} s: {tally.read} read, with {tally.entries} entries")
    print(f"refused: {tally.refused.total()}")
    for reason, number in tally.refused.most_common():
        print(f"  {number:5}  {reason}")
    for kind, number in tally.claims.items():
        print(f"{kind}: {tally.right[kind]} of {number}")
    for line in tally.wrong if is_verbose else ():
        print(f"  {line}")
    print(f"hung or broke a library: {len(tally.broken)}", *tally.broken, sep="\n  ")
    return bool(tally.broken)


if __name__ == "__main__":
    sys.exit(main())
