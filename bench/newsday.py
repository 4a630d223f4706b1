"""A made-up Russian news day that is full of what glues stories together, and what the window of stories makes of it.

    python -m bench.newsday [--pages 14000] [--seed 1] [--workers 2] [--cache FILE]

Eighty regions tell their daily figures and their weather, a hundred outlets tell the same accidents, matches, orders of
one office and rates of each hour; one page in ten is another's word for word, digests name five stories. Each page's
event is known. The pages are read by the task of the bot's own worker processes and then placed in the order of time,
as `bot.placing` does. `--cache`: where what was read is kept, for the next run of the same pages and the same readers.
"""

import argparse
import hashlib
import os
import pickle
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from bench import day
from bench.daytelling import Page, pages
from bench.fanout import memory, quantile
from bot.stories.frequencies import Frequencies
from bot.stories.window import Member, Window

SHOWN, LARGE = 10, 60  # stories; pages from which on a story had better be one event
IMPURE = 0.9  # the share of its main event below which a story mixes


@dataclass(slots=True)
class Outcome:
    """What came of placing: the story of each page by its number, seconds of each decision, and what went wrong."""

    stories: dict[int, int] = field(default_factory=dict)
    decisions: list[float] = field(default_factory=list)
    copies: int = 0
    wrong_joins: list[tuple[float, int, int]] = field(default_factory=list)  # likeness, page, nearest page
    wrong_merges: list[tuple[float, int, int, int]] = field(default_factory=list)  # likeness, page, kept, gone


def place(told: Sequence[Page], reads: Sequence[day.Read]) -> Outcome:
    """As the bot places: copies go with their first page, the others where the window says."""
    window = Window(Frequencies(), day.CLOSES)
    outcome, members, firsts = Outcome(), defaultdict[int, list[int]](list), dict[str, int]()
    sources = {name: number for number, name in enumerate(sorted({page.source for page in told}), 1)}
    for number, (page, read) in enumerate(zip(told, reads, strict=True), 1):
        source = sources[page.source]
        started = time.perf_counter()
        if read.mark and read.mark in firsts:
            story = outcome.stories[firsts[read.mark]]
            outcome.copies += 1
        else:
            placement = window.place(read.sketch, source, page.published_at)
            story = placement.story_id or number
            if placement.story_id and placement.nearest and told[placement.nearest - 1].event != page.event:
                outcome.wrong_joins.append((placement.likeness, number, placement.nearest))
            for gone in placement.merges:
                if _main(told, members[story]) != _main(told, members[gone]):
                    outcome.wrong_merges.append((placement.likeness, number, story, gone))
                window.merge(story, gone)
                moved = members.pop(gone)
                members[story] += moved
                outcome.stories |= dict.fromkeys(moved, story)
        window.add(Member(number, story, source, page.published_at, read.sketch))
        outcome.decisions.append(time.perf_counter() - started)
        outcome.stories[number] = story
        members[story].append(number)
        firsts.setdefault(read.mark, number)
    return outcome


def _main(told: Sequence[Page], numbers: Sequence[int]) -> str:
    return Counter(told[number - 1].event for number in numbers).most_common(1)[0][0]


def pairwise(told: Sequence[Page], stories: Mapping[int, int]) -> tuple[float, float, float]:
    """Precision, recall and F1 of pairs of pages that are in one story."""
    both = Counter((told[number - 1].event, story) for number, story in stories.items())
    events, found = Counter(page.event for page in told), Counter(stories.values())
    right, true, claimed = (sum(n * (n - 1) // 2 for n in one.values()) for one in (both, events, found))
    precision, recall = right / max(claimed, 1), right / max(true, 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def report(told: Sequence[Page], outcome: Outcome) -> None:
    """Figures, and what went wrong first."""
    precision, recall, score = pairwise(told, outcome.stories)
    sizes = Counter(outcome.stories.values())
    by_story = defaultdict[int, Counter[str]](Counter)
    for number, story in outcome.stories.items():
        by_story[story][told[number - 1].event] += 1
    pure = {story: events.most_common(1)[0][1] / sizes[story] for story, events in by_story.items()}
    impure = [story for story, size in sizes.items() if size > LARGE and pure[story] < IMPURE]
    print(f"{len(sizes)} stories of {len({page.event for page in told})} events", end="; ")
    print(f"pairs: precision {precision:.4f}, recall {recall:.4f}, F1 {score:.4f}")
    exact = len(told) - len({(page.title, page.text) for page in told})
    print(f"{outcome.copies} copies found exactly of {exact}; over {LARGE} pages and impure: {len(impure)}")
    for story, size in sizes.most_common(SHOWN):
        events = by_story[story]
        print(f"    {size} pages of {len(events)} events, {pure[story]:.0%} of one: {told[story - 1].title}")
    by_kind = Counter(_kinds(told, one) for one in outcome.wrong_joins)
    print(f"joined by a page of another event: {len(outcome.wrong_joins)}; " + _counts(by_kind))
    for likeness, number, nearest in sorted(outcome.wrong_joins, reverse=True)[:SHOWN]:
        print(f"    {likeness:.2f} {told[number - 1].title}\n         {told[nearest - 1].title}")
    print(f"merges of two events: {len(outcome.wrong_merges)}")
    for likeness, number, kept, gone in outcome.wrong_merges[:SHOWN]:
        print(f"    {likeness:.2f} {told[number - 1].title}\n         {told[kept - 1].title} + {told[gone - 1].title}")


def _kinds(told: Sequence[Page], join: tuple[float, int, int]) -> str:
    return " + ".join(sorted(told[number - 1].event.split("-")[0] for number in join[1:]))


def _counts(counted: Counter[str]) -> str:
    return ", ".join(f"{name}: {number}" for name, number in counted.most_common(15))


def read_cached(told: Sequence[Page], workers: int, file: Path | None) -> list[day.Read]:
    """What the worker processes make of the pages; from the file, if it holds the same pages read by the same code."""
    mark = _mark(told)
    if file and file.exists():
        kept, reads = pickle.loads(file.read_bytes())  # noqa: S301  our own file
        if kept == mark:
            return list(reads)
    given = [day.Page(one.title, one.text, one.url, one.source, "ru", one.published_at) for one in told]
    started = time.perf_counter()
    reads = list(day.read_all(given, workers))
    took = time.perf_counter() - started
    print(f"read in {took:.1f} s by {workers} processes, {len(told) / took:.0f} pages/s")
    if file:
        file.write_bytes(pickle.dumps((mark, reads)))
    return reads


def _mark(told: Sequence[Page]) -> str:
    """Of the pages and of the code that reads them."""
    digest = hashlib.sha256(repr(told).encode())
    root = Path(__file__).parents[1] / "bot"
    for file in sorted([*root.glob("stories/*"), *root.glob("topics/**/*.py"), root / "tasks.py"]):
        if file.is_file() and file.stem not in {"likeness", "window", "shelf", "postings", "clusters", "cluster"}:
            digest.update(file.read_bytes())
    return digest.hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=14_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--cache", type=Path)
    given = parser.parse_args()
    told = list(islice(pages(given.pages, given.seed), given.pages))
    reads = read_cached(told, given.workers, given.cache)
    started = time.perf_counter()
    outcome = place(told, reads)
    took = time.perf_counter() - started
    decisions = sorted(outcome.decisions)
    p50, p99 = (1000 * quantile(decisions, share) for share in (0.5, 0.99))
    print(f"placed in {took:.1f} s, {len(told) / took:.0f} pages/s; a decision {p50:.2f} ms (p50), {p99:.2f} ms (p99)")
    report(told, outcome)
    print(f"peak memory {memory(os.getpid(), 'VmHWM'):.0f} MiB")


if __name__ == "__main__":
    main()
