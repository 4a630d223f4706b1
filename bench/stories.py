"""What deciding a new article's story costs by the size of the window, and a whole day of real pages.

    python -m bench.stories [--articles 1000,10000,100000] [--new 5000] [--seed 1]
    python -m bench.stories --day FILE.jsonl [--workers 2]

The first makes up two weeks of news (Zipf's words, events of 1 to 40 articles, names, numbers) and lets each window,
in a process of its own, read its articles from their packed sketches as at a start; then new ones come, are placed and
added. Beside it stands the plain way: the cosine of the same weights with every article of the window, in numpy.

The second reads a day's pages as the bot does, and tells which stories they made: see `bench.day`.
"""

import argparse
import gc
import json
import os
import pickle
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from bench.crash import kept
from bench.day import tell_day
from bench.events import tell_all
from bench.fanout import memory, quantile
from bot.stories.frequencies import Frequencies
from bot.stories.sketch import Sketch, pack, unpack
from bot.stories.window import Member, Window

CLOSES = timedelta(days=3)
COMPARED = 40  # new articles that are looked for the plain way too
P50, P99, MEMORY, START = 0.002, 0.010, 150.0, 10.0  # promised up to 10^5 articles: seconds, seconds, MB, seconds
MB = 1024**2 / 1e6  # the kernel's MiB

Row = tuple[int, int, datetime, bytes]  # event, source, moment, packed sketch


@dataclass(slots=True)
class Seen:
    """What a process saw; seconds and MB."""

    start: float
    held: float
    peak: float
    both: list[float] = field(default_factory=list)
    places: list[float] = field(default_factory=list)
    adds: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)  # of the processor, for both
    plain: list[float] = field(default_factory=list)
    agreed: int = 0  # times that the plain way finds an article of the same event to be the nearest
    right: int = 0  # articles that joined the story of their event
    wrong: int = 0  # … another
    missed: int = 0  # … none, though there was one
    drop: float = 0.0


class Plain:
    """The baseline: all terms of all articles in a row, and their weights as long as nothing is learnt."""

    def __init__(self, sketches: Sequence[Sketch], frequencies: Frequencies) -> None:
        self._terms = np.concatenate([one.terms for one in sketches])
        sizes = [one.terms.size for one in sketches]
        self._starts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
        counts = np.concatenate([one.counts for one in sketches]).astype(np.float32)
        self._worths = frequencies.weights(self._terms) * np.log1p(counts)
        self._lengths = np.sqrt(np.add.reduceat(self._worths**2, self._starts))
        self._frequencies = frequencies

    def nearest(self, sketch: Sketch) -> int:
        """Which article has the greatest cosine."""
        own = self._frequencies.weights(sketch.terms) * np.log1p(sketch.counts.astype(np.float32))
        at = np.minimum(sketch.terms.searchsorted(self._terms), sketch.terms.size - 1)
        products = np.where(sketch.terms[at] == self._terms, own[at] * self._worths, np.float32(0))
        return int((np.add.reduceat(products, self._starts) / self._lengths).argmax())


def main() -> None:
    """Read the arguments, measure and print."""
    parser = argparse.ArgumentParser(description="Stories by the size of the window.")
    parser.add_argument("--articles", default="1000,10000,100000")
    parser.add_argument("--new", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--day", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--process", nargs=2, metavar=("ARTICLES", "FILE"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.process:
        print(json.dumps(asdict(watch(int(given.process[0]), Path(given.process[1])))))
    elif given.day:
        tell_day(given.day, given.workers)
    else:
        sizes = sorted(map(int, given.articles.split(",")))
        with tempfile.TemporaryDirectory(prefix="khabar-bench-") as folder:
            compare_sizes(Path(folder) / "told", sizes, given.new, given.seed)


def compare_sizes(file: Path, sizes: list[int], new: int, seed: int) -> None:
    """Each size, and how the cost grows."""
    started = time.perf_counter()
    told = tell_all(sizes[-1] + new, seed)
    each = (time.perf_counter() - started) / len(told)
    size = sum(len(pack(one.sketch)) for one in told) / len(told)
    events = len({one.event for one in told})
    print(f"{len(told)} articles on {events} events, made in {1e3 * each:.2f} ms each; a sketch has {size:.0f} bytes")
    medians = []
    for articles in sizes:
        # The window holds the last of them, so that what comes has the newest events of each size.
        file.write_bytes(pickle.dumps([
            (one.event, one.source_id, one.moment, pack(one.sketch)) for one in told[sizes[-1] - articles :]
        ]))  # fmt: skip
        command = [sys.executable, "-m", "bench.stories", "--process", str(articles), str(file)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 — this very file
        seen = Seen(**json.loads(done.stdout))
        report(articles, seen)
        medians.append(quantile(seen.both, 0.5))
    for smaller, larger, before, after in zip(sizes, sizes[1:], medians, medians[1:], strict=False):
        print(f"from {smaller} to {larger} articles: {after / before:.2f} x the time of a decision")


def watch(articles: int, file: Path) -> Seen:
    """Read the window, place what is new, do the same the plain way."""
    rows: list[Row] = pickle.loads(file.read_bytes())  # noqa: S301 — written above
    old = [(number, *row) for number, row in enumerate(rows[:articles], 1)]
    gc.collect()
    before = memory(os.getpid(), "VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the kernel's peak begins anew
    started = time.perf_counter()
    frequencies = Frequencies()
    window = Window(frequencies, CLOSES)
    window.load(old)
    window.weigh()
    start = time.perf_counter() - started
    gc.collect()
    gc.freeze()  # as the bot does once it is ready
    held, peak = (MB * (memory(os.getpid(), name) - before) for name in ("VmRSS", "VmHWM"))
    seen = Seen(start, held, peak)
    place_new(window, rows, articles, seen)
    compare_plainly(window, frequencies, rows, seen)
    started = time.perf_counter()
    window.drop_before(rows[0][2] + timedelta(hours=1))
    seen.drop = time.perf_counter() - started
    return seen


def place_new(window: Window, rows: Sequence[Row], articles: int, seen: Seen) -> None:
    """What comes is added to the story of its event, wherever it was placed: errors do not add up."""
    known = {event for event, *_ in rows[:articles]}
    for number, (event, source_id, moment, data) in enumerate(rows[articles:], articles + 1):
        sketch = unpacked(data)
        busy, started = time.thread_time(), time.perf_counter()
        placement = window.place(sketch, source_id, moment)
        placed = time.perf_counter()
        window.add(Member(number, event, source_id, moment, sketch))
        seen.adds.append(time.perf_counter() - placed)
        seen.busy.append(time.thread_time() - busy)
        seen.places.append(placed - started)
        seen.both.append(seen.places[-1] + seen.adds[-1])
        seen.right += placement.story_id == event
        seen.wrong += placement.story_id not in {event, None}
        seen.missed += event in known and placement.story_id is None
        known.add(event)


def compare_plainly(window: Window, frequencies: Frequencies, rows: Sequence[Row], seen: Seen) -> None:
    """The last of the new articles once more, beside the cosine with every article of the window."""
    plain = Plain([unpacked(row[3]) for row in rows[:-COMPARED]], frequencies)
    for number, (_, source_id, moment, data) in enumerate(rows[-COMPARED:], len(rows) - COMPARED + 1):
        window.forget(number)
        sketch = unpacked(data)
        started = time.perf_counter()
        best = plain.nearest(sketch)
        seen.plain.append(time.perf_counter() - started)
        nearest = window.place(sketch, source_id, moment).nearest
        seen.agreed += nearest is not None and rows[nearest - 1][0] == rows[best][0]


def unpacked(data: bytes) -> Sketch:
    """Of this very version."""
    sketch = unpack(data)
    assert sketch
    return sketch


def report(articles: int, seen: Seen) -> None:
    """What was seen, beside what was promised."""
    both, places, adds, plain, busy = map(sorted, (seen.both, seen.places, seen.adds, seen.plain, seen.busy))
    p50, p99 = quantile(both, 0.5), quantile(both, 0.99)
    print(f"{articles} articles: ready after {seen.start:.2f} s {kept(seen.start <= START)}")
    print(
        f"    {seen.held:.0f} MB, at its highest {seen.peak:.0f} MB {kept(max(seen.held, seen.peak) <= MEMORY)},"
        f" {1e6 * seen.held / articles:.0f} bytes an article"
    )
    print(f"    a decision {shown(both)} {kept(p50 <= P50 and p99 <= P99)}")
    print(f"    of it placing {shown(places)}; adding {shown(adds)}")
    print(f"    of the processor a decision takes {shown(busy)}")
    ratio = quantile(plain, 0.5) / quantile(places, 0.5)
    print(f"    every article's cosine {shown(plain)}: {ratio:.1f} x placing", end="; ")
    print(f"its nearest is of the same event as ours {seen.agreed} times of {len(plain)}")
    print(
        f"    of {len(both)} new articles {seen.right} joined their event, {seen.wrong} another, {seen.missed} none",
        end="",
    )
    print(f"; dropping an hour {1000 * seen.drop:.1f} ms", flush=True)


def shown(seconds: Sequence[float]) -> str:
    """Sorted times."""
    p50, p99, longest = (1000 * quantile(seconds, share) for share in (0.5, 0.99, 1))
    return f"{p50:.2f} ms (p50), {p99:.2f} ms (p99), {longest:.2f} ms (max)"


if __name__ == "__main__":
    main()
