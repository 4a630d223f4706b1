"""What a new article costs by the number of follows: the index of topics beside a plain dictionary of objects.

    python -m bench.match [--follows 1000,10000,100000,1000000] [--articles 1000] [--seed 1]

Follows of one to three words, each as often as a language has it (50,000 nouns in all their forms), some with phrases,
exclusions, headlines or names of two words; what many ask is one topic. The topics stand in a database, compiled
as they are when they are saved. Two processes, each with nothing but this in it, then do the same:

index    `TopicIndex`, loaded from the database's rows
plain    a dictionary of `Matcher` objects, each under its rarest word, as a bot without compiled terms would have them

Memory is what the process has more than before it read the first row: now, and at its highest. The articles come
pickled, as from the process that reads them, so nothing about them is known before they are matched.
"""

import argparse
import asyncio
import gc
import json
import os
import pickle
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path

import sqlalchemy as sa

from bench.crash import kept
from bench.fanout import memory, quantile
from bench.questions import Vocabulary, draw_article, draw_follows, known_names, read_vocabulary
from bot.clock import now_utc
from bot.topics.compiled import encode
from bot.topics.lemmas import Lemmatiser, Reading
from bot.topics.match import TopicIndex
from bot.topics.query import Facts, Matcher, compile_question, name_key, parse_question, question_key
from bot.topics.rows import rows
from storage.database import Database
from storage.records import Topic
from storage.schema import migrate
from storage.tables import topic

WORDS = 50_000
ROWS = 10_000  # written at once
WARMED = 50  # articles before those that count
NEW = 3_000  # follows that come while the index stands: enough for it to be put in order
P50, P99, MEMORY, START = 0.001, 0.005, 100.0, 5.0  # promised at 10^6 follows: seconds, seconds, MB, seconds
MB = 1024**2 / 1e6  # the kernel's MiB


@dataclass(frozen=True, slots=True)
class Seen:
    """What a process saw; seconds and MB. `times` and `adds` are sorted, `matches` is told to compare."""

    start: float
    held: float
    peak: float
    times: list[float]
    adds: list[float]
    matches: int


class PlainIndex:
    """The baseline."""

    def __init__(self, topics: Iterable[Topic], names: Mapping[str, tuple[str, ...]], lemmatiser: Lemmatiser) -> None:
        self._matchers: dict[int, Matcher] = {}
        for one in topics:
            self._matchers[one.id] = compile_question(parse_question(one.name), lemmatiser, names)
        needed = {
            topic_id: [[*chain.from_iterable(row.forms), *row.in_title] for row in rows(matcher)]
            for topic_id, matcher in self._matchers.items()
        }
        common = Counter(key for found in needed.values() for words in found for word in words for key in word)
        self._by_key: dict[str, set[int]] = {}
        for topic_id, found in needed.items():
            for words in found:
                for key in min(words, key=lambda word: sum(common[key] for key in word)):
                    self._by_key.setdefault(key, set()).add(topic_id)

    def match(self, reading: Reading, facts: Facts) -> tuple[int, ...]:
        """The ids of all topics that an article matches."""
        found: set[int] = set()
        for key in reading.keys & self._by_key.keys():
            found |= self._by_key[key]
        return tuple(sorted(one for one in found if self._matchers[one].accepts(reading, facts)))


def main() -> None:
    """Read the arguments, measure and print."""
    parser = argparse.ArgumentParser(description="Matching by the number of follows.")
    parser.add_argument("--follows", default="1000,10000,100000,1000000")
    parser.add_argument("--articles", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--process", nargs=2, metavar=("CONTENDER", "FOLDER"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.process:
        contender, folder = given.process
        print(json.dumps(asdict(asyncio.run(watch(contender, Path(folder))))))
        return
    chance = random.Random(given.seed)  # noqa: S311 — no secret
    vocabulary = read_vocabulary(WORDS, chance)
    for follows in map(int, given.follows.split(",")):
        with tempfile.TemporaryDirectory(prefix="khabar-bench-") as name:
            compare(Path(name), vocabulary, follows, given.articles, chance)


def compare(folder: Path, vocabulary: Vocabulary, follows: int, articles: int, chance: random.Random) -> None:
    """One size."""
    lemmatiser = Lemmatiser()
    names = {name_key(word, lemmatiser): others for word, others in known_names(vocabulary).items()}
    started = time.perf_counter()
    topics = asyncio.run(fill_topics(folder, list(draw_follows(vocabulary, follows, chance)), names, lemmatiser))
    each = (time.perf_counter() - started) / topics
    readings = [lemmatiser.read_article(*draw_article(vocabulary, chance), "ru") for _ in range(WARMED + articles)]
    (folder / "articles").write_bytes(pickle.dumps([pickle.dumps(reading) for reading in readings]))
    (folder / "names").write_bytes(pickle.dumps(names))
    median = quantile(sorted(len(reading.words) for reading in readings), 0.5)
    print(
        f"{follows} follows, {topics} topics, saved in {1e6 * each:.0f} us each; {articles} articles of {median} words"
    )
    seen = {contender: in_a_process(contender, folder) for contender in ("index", "plain")}
    for contender, one in seen.items():
        report(contender, one, seen["plain"], is_promised=contender == "index" and follows == 10**6)
    assert seen["index"].matches == seen["plain"].matches


async def fill_topics(
    folder: Path, follows: Sequence[str], names: Mapping[str, tuple[str, ...]], lemmatiser: Lemmatiser
) -> int:
    """Save what is asked; how many topics that makes."""
    questions = {question_key(question := parse_question(text), lemmatiser): (text, question) for text in follows}
    database = Database(url(folder))
    try:
        await migrate(database, now_utc())
        waiting = []
        async with database.writer.begin() as connection:
            for key, (text, question) in questions.items():
                terms = encode(compile_question(question, lemmatiser, names))
                waiting.append({"name": text, "key": key, "terms": terms})
                if len(waiting) == ROWS:
                    await connection.execute(sa.insert(topic), waiting)
                    waiting.clear()
            if waiting:
                await connection.execute(sa.insert(topic), waiting)
    finally:
        await database.close()
    return len(questions)


def in_a_process(contender: str, folder: Path) -> Seen:
    """What a process of its own sees."""
    command = [sys.executable, "-m", "bench.match", "--process", contender, str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 — this very file
    return Seen(**json.loads(done.stdout))


async def watch(contender: str, folder: Path) -> Seen:
    """Load the topics, match the articles, let new follows come."""
    lemmatiser = Lemmatiser()
    encode(compile_question(parse_question("словарь"), lemmatiser))  # reads the dictionary
    articles: list[bytes] = pickle.loads((folder / "articles").read_bytes())  # noqa: S301 — written above
    names = pickle.loads((folder / "names").read_bytes())  # noqa: S301 — written above
    facts = Facts("Вестник перевала", "ru", now_utc())
    database = Database(url(folder))
    async with database.snapshot() as stores:
        await stores.topics.get_stored(limit=1)
    gc.collect()
    before = memory(os.getpid(), "VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the kernel's peak begins anew
    started = time.perf_counter()
    if contender == "index":
        index: TopicIndex | PlainIndex = await load(database, lemmatiser)
    else:
        async with database.snapshot() as stores:
            index = PlainIndex(await stores.topics.get_all(), names, lemmatiser)
    index.match(lemmatiser.read("начало"), facts)
    start = time.perf_counter() - started
    await database.close()
    gc.collect()
    gc.freeze()  # as the bot does once it is ready
    held, peak = (MB * (memory(os.getpid(), name) - before) for name in ("VmRSS", "VmHWM"))
    times, matches = [], 0
    for article in articles:
        reading = pickle.loads(article)  # noqa: S301 — written above
        started = time.perf_counter()
        found = index.match(reading, facts)
        times.append(time.perf_counter() - started)
        matches += len(found)
    adds = follow_one_by_one(index, lemmatiser, facts) if isinstance(index, TopicIndex) else []
    return Seen(start, held, peak, sorted(times[WARMED:]), sorted(adds), matches)


async def load(database: Database, lemmatiser: Lemmatiser) -> TopicIndex:
    """The index from the database's rows."""
    index, above = TopicIndex(lemmatiser), 0
    async with database.snapshot() as stores:
        while page := await stores.topics.get_stored(above=above):
            assert not index.load(page)
            above = page[-1].id
    return index


def follow_one_by_one(index: TopicIndex, lemmatiser: Lemmatiser, facts: Facts) -> list[float]:
    """Topics that nobody asked for yet, each followed by an article that speaks of it; how long each took to count."""
    adds = []
    for number in range(1, NEW + 1):
        text = f"новость{number} сегодня"
        new = Topic(10**9 + number, text, text)
        reading = lemmatiser.read(text)
        started = time.perf_counter()
        index.add(new)
        adds.append(time.perf_counter() - started)
        assert new.id in index.match(reading, facts)
    return adds


def url(folder: Path) -> str:
    """The database's."""
    return f"sqlite+aiosqlite:///{folder / 'khabar.db'}"


def report(contender: str, seen: Seen, plain: Seen, *, is_promised: bool) -> None:
    """What was seen, beside the baseline, and whether that was promised."""

    def told(is_kept: bool) -> str:
        return f"  {kept(is_kept)}" if is_promised else ""

    p50, p99 = (quantile(seen.times, share) for share in (0.5, 0.99))
    of_p50, of_p99 = p50 / quantile(plain.times, 0.5), p99 / quantile(plain.times, 0.99)
    is_fast = p50 <= P50 and p99 <= P99
    print(f"  {contender}: {shown(seen.times)} an article; {of_p50:.3f} and {of_p99:.3f} x plain{told(is_fast)}")
    print(f"    {seen.matches / (len(seen.times) + WARMED):.0f} topics an article", end="; ")
    print(f"ready after {seen.start:.2f} s{told(seen.start <= START)}")
    print(f"    {seen.held:.0f} MB, at its highest {seen.peak:.0f} MB, {seen.held / plain.held:.3f} x plain", end="")
    print(told(max(seen.held, seen.peak) <= MEMORY))
    if seen.adds:
        print(f"    a new follow counts after {shown(seen.adds)}", flush=True)


def shown(seconds: Sequence[float]) -> str:
    """Sorted times."""
    p50, p99, longest = (1000 * quantile(seconds, share) for share in (0.5, 0.99, 1))
    return f"{p50:.2f} ms (p50), {p99:.2f} ms (p99), {longest:.2f} ms (max)"


if __name__ == "__main__":
    main()
