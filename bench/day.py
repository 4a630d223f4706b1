"""A whole day of real pages, streamed through the window as the bot would; judged by people who look at the stories."""

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from bench.fanout import memory
from bot.stories.fingerprint import fingerprint
from bot.stories.frequencies import Frequencies
from bot.stories.sketch import Sketch, pack
from bot.stories.window import Member, Window

CLOSES = timedelta(days=3)
AT_ONCE = 32  # pages that a worker process is given
SHOWN, TITLES = 25, 6  # stories, and titles of each
LONGEST = 100_000  # characters
LARGE = 60  # pages; a larger story had better be one event


@dataclass(frozen=True, slots=True)
class Page:
    """A line of the file."""

    title: str
    text: str
    url: str
    source: str
    language: str
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Read:
    """What a worker process made of it."""

    sketch: Sketch
    mark: str


def tell_day(file: Path, workers: int) -> None:
    """Read the pages, place them, print what came of it."""
    pages = sorted(read_pages(file), key=lambda page: page.published_at)
    print(f"{len(pages)} pages from {pages[0].published_at} to {pages[-1].published_at}")
    started = time.perf_counter()
    reads = list(read_all(pages, workers))
    took = time.perf_counter() - started
    size = sum(len(pack(one.sketch)) for one in reads) / len(reads)
    print(
        f"read in {took:.1f} s by {workers} processes, {len(pages) / took:.0f} pages/s; a sketch has {size:.0f} bytes"
    )
    held = memory(os.getpid(), "VmRSS")
    started = time.perf_counter()
    stories, slowest = place_all(pages, reads)
    took = time.perf_counter() - started
    grown = memory(os.getpid(), "VmRSS") - held
    print(
        f"placed in {took:.1f} s, {len(pages) / took:.0f} pages/s, the slowest {1000 * slowest:.1f} ms; {grown:.0f} MiB"
    )
    show(pages, stories)


def read_pages(file: Path) -> Iterator[Page]:
    """Lines of JSON: title, text, published_at; url, source and language if they are known."""
    for number, line in enumerate(file.read_text("utf-8").splitlines()):
        if line.strip():
            given: dict[str, Any] = json.loads(line)
            url = given.get("url") or f"urn:line:{number}"
            moment = datetime.fromisoformat(str(given["published_at"]))
            yield Page(
                title=given.get("title") or "",
                text=given.get("text") or "",
                url=url,
                source=given.get("source") or url.removeprefix("https://").removeprefix("http://").split("/")[0],
                language=given.get("language") or "ru",
                published_at=moment if moment.tzinfo else moment.replace(tzinfo=UTC),
            )


def read_all(pages: list[Page], workers: int) -> Iterator[Read]:
    """In worker processes, as the bot reads; in their order."""
    with ProcessPoolExecutor(workers) as pool:
        for number, read in enumerate(pool.map(read_page, pages, chunksize=AT_ONCE), 1):
            if number % 500 == 0:
                print(f"{number} of {len(pages)} read", file=sys.stderr, flush=True)
            yield read


def read_page(page: Page) -> Read:
    """By the very task of the bot's own worker process."""
    from storage.records import Block, BlockKind

    body = tuple(Block(BlockKind.PARAGRAPH, text=part) for part in page.text.split("\n") if part.strip())
    read = tasks()["annotate"](page.title, "", body, page.language, True, LONGEST, page.published_at, None)
    return Read(read.sketch, fingerprint(page.title, page.text))


@cache
def tasks() -> dict[str, Any]:
    """The worker's; its models are loaded once a process."""
    from bot.tasks import load_tasks

    return dict(load_tasks())


def place_all(pages: list[Page], reads: list[Read]) -> tuple[dict[int, int], float]:
    """The story of each page by its number, and the slowest decision in seconds. Copies go with their first page."""
    window = Window(Frequencies(), CLOSES)
    members: dict[int, list[int]] = {}
    stories: dict[int, int] = {}
    sources: dict[str, int] = {}
    firsts: dict[str, int] = {}
    slowest = 0.0
    for number, (page, read) in enumerate(zip(pages, reads, strict=True), 1):
        source = sources.setdefault(page.source, len(sources) + 1)
        started = time.perf_counter()
        if read.mark and read.mark in firsts:
            story = stories[firsts[read.mark]]
        else:
            placement = window.place(read.sketch, source, page.published_at)
            story = number if placement.story_id is None else placement.story_id
            for gone in placement.merges:
                window.merge(story, gone)
                moved = members.pop(gone)
                members[story] += moved
                stories |= dict.fromkeys(moved, story)
        window.add(Member(number, story, source, page.published_at, read.sketch))
        slowest = max(slowest, time.perf_counter() - started)
        stories[number] = story
        members.setdefault(story, []).append(number)
        firsts.setdefault(read.mark, number)
    copies = len(pages) - len({read.mark or number for number, read in enumerate(reads)})
    print(f"{copies} copies found exactly, {len(members)} stories")
    return stories, slowest


def show(pages: list[Page], stories: dict[int, int]) -> None:
    """Sizes, and the titles of the largest."""
    sizes = Counter(stories.values())
    by_size = Counter(sizes.values())
    print("stories by size: " + ", ".join(f"{size}: {count}" for size, count in sorted(by_size.items())))
    print(f"over {LARGE} pages: {sum(size > LARGE for size in sizes.values())}")
    for story, size in sizes.most_common(SHOWN):
        numbers = [number for number, one in stories.items() if one == story]
        hosts = len({pages[number - 1].source for number in numbers})
        print(f"{size} pages of {hosts} sources")
        step = max(1, len(numbers) // TITLES)
        for number in numbers[::step][:TITLES]:
            print(f"    {pages[number - 1].published_at:%H:%M} {pages[number - 1].title}")
