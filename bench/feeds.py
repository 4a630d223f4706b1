"""Fetches and parses every file of a folder of feeds, as the bot would: over HTTP on loopback, in worker processes.

    python -m bench.feeds FOLDER [--verbose]

Says how many were read, how many refused and why, how often the first entry's title is the one that the file's own
`Expect:` line states, and how often we find as many entries as feedparser does. The feeds of
feedparser's and miniflux's test suites are a good folder; without one it says so and leaves.
"""

import argparse
import ast
import asyncio
import io
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import feedparser
from aiohttp import web

from bot.ingest.blocks import html_text
from bot.ingest.errors import IngestError
from bot.ingest.fetch import Fetcher
from bot.ingest.stages import FetchedPage, ParsedFeed
from bot.ingest.text import plain_title
from bot.ingest.workers import Workers
from config.settings import CollectSettings

_EXPECT = re.compile(r"^\s*Expect:\s*(.+)$", re.MULTILINE)
_TITLE = re.compile(
    r"""^(?:not )?(?:bozo and )?entries\[0\]\['title'\] == (u?'(?:[^'\\]|\\.)*'|u?"(?:[^"\\]|\\.)*")$"""
)


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


def claims_of(text: str, feed: ParsedFeed) -> Iterator[tuple[str, object, object]]:
    """The simple claims of a file's Expect line: kind, what it states, what we have."""
    expect = _EXPECT.search(text[:3000])
    claim = expect[1].strip() if expect else ""
    if title := _TITLE.match(claim):
        # The suites want the markup of a title kept; a message wants plain text.
        yield (
            "title of the first entry",
            plain_title(ast.literal_eval(title[1])),
            feed.entries[0].title if feed.entries else "",
        )
    if expect:
        yield "number of entries (feedparser's)", entries_with_words(text), len(feed.entries)


def entries_with_words(text: str) -> int:
    """How many entries feedparser finds that say anything; the others are no articles, and we leave them out."""
    entries = feedparser.parse(io.BytesIO(text.encode()))["entries"]
    return sum(any(map(html_text, words_of(entry))) for entry in entries)


def words_of(entry: Mapping[str, Any]) -> list[str]:
    return [entry.get("title", ""), entry.get("summary", ""), *(part["value"] for part in entry.get("content", []))]


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
    for kind, stated, found in claims_of(page.body.decode(errors="replace"), feed):
        tally.claims[kind] += 1
        tally.right[kind] += stated == found
        if stated != found:
            tally.wrong.append(f"{path}: {kind}: {stated!r} is stated, {found!r} was read")


def main() -> int:
    parser = argparse.ArgumentParser(description="Fetch and parse every file of a folder of feeds.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--verbose", action="store_true", help="name the files whose claims do not hold")
    arguments = parser.parse_args()
    if not arguments.folder.is_dir():
        print(f"{arguments.folder} is not there: nothing was measured")
        return 0
    started = time.perf_counter()
    tally = asyncio.run(
        read_all(arguments.folder, sorted(path for path in arguments.folder.rglob("*") if path.is_file()))
    )
    seconds = time.perf_counter() - started
    total = tally.read + tally.refused.total()
    print(f"{total} files in {seconds:.1f} s: {tally.read} read, with {tally.entries} entries")
    print(f"refused: {tally.refused.total()}")
    for reason, number in tally.refused.most_common():
        print(f"  {number:5}  {reason}")
    for kind, number in tally.claims.items():
        print(f"{kind} as stated: {tally.right[kind]} of {number}")
    for line in tally.wrong if arguments.verbose else ():
        print(f"  {line}")
    print(f"hung or broke a library: {len(tally.broken)}", *tally.broken, sep="\n  ")
    return 1 if tally.broken else 0


if __name__ == "__main__":
    sys.exit(main())
