"""What reading an article costs: its language, its words, whom and what it speaks of, on one core.

    python -m bench.annotate [--articles 120] [--characters 2000] [--seed 1]

Articles are drawn from the sentences that the tests of topics and entities are held by, in three languages, without
repeats within one article as far as they reach. All is measured in one process with one thread of NumPy, as in the
worker of the bot. The baseline of the same run: pymorphy3's first reading of each word, without any cache.

A word that was read before is in the cache, as in a process that has been up for a day; the first pass tells what a
new process pays. Memory is what the process holds after each step, and the highest of its address space, which the
bot limits to 1,536 MiB.
"""

import argparse
import csv
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.fanout import memory, quantile
from bot.ingest.language import detect
from bot.topics.annotate import annotate
from bot.topics.entities.finder import LONGEST_TEXT, EntityFinder
from bot.topics.lemmas import Lemmatiser
from bot.topics.words import split_words
from storage.records import Block, BlockKind

DATA = Path(__file__).parents[1] / "tests" / "data"
LENGTHS = (500, 1_000, 2_000, 4_000, 8_000, 16_000)  # characters
SHARES = {"ru": 0.7, "tg": 0.2, "en": 0.1}  # of articles
PASSES = 3


@dataclass(frozen=True, slots=True)
class Article:
    """What the collector hands over."""

    title: str
    text: str
    language: str


def main() -> None:
    """Measure in a process of its own, because NumPy reads its number of threads as it is imported."""
    parser = argparse.ArgumentParser(description="Articles a second through language, words and entities.")
    parser.add_argument("--articles", type=int, default=120)
    parser.add_argument("--characters", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if os.environ.get("OPENBLAS_NUM_THREADS") != "1":
        command = [sys.executable, "-m", "bench.annotate", *sys.argv[1:]]
        subprocess.run(command, check=True, env={**os.environ, "OPENBLAS_NUM_THREADS": "1"})  # noqa: S603 — this very file
        return
    chance = random.Random(options.seed)  # noqa: S311 — no secret
    sentences = read_sentences()
    articles = [draw(sentences, options.characters, chance) for _ in range(options.articles)]
    print(f"{len(articles)} articles of {options.characters} characters, seed {options.seed}")
    measure(articles)
    print(f"\nentities of Russian articles by length (the models read the first {LONGEST_TEXT} characters)")
    measure_lengths(sentences, chance)


def read_sentences() -> Mapping[str, Sequence[str]]:
    """The sentences by language."""
    found: dict[str, list[str]] = {language: [] for language in SHARES}
    for name, column in (("entities.tsv", 1), ("gold/sentences.tsv", 2)):
        with (DATA / name).open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                if row[0] in found:
                    found[row[0]].append(row[column])
    return found


def draw(sentences: Mapping[str, Sequence[str]], characters: int, chance: random.Random, language: str = "") -> Article:
    """An article, in a language drawn by its share unless it is told."""
    language = language or chance.choices(list(SHARES), list(SHARES.values()))[0]
    title, *rest = chance.sample(sentences[language], len(sentences[language]))
    text = ""
    while len(text) < characters:
        text += " ".join(rest) + "\n"
    return Article(title.rstrip("."), text[:characters], language)


def measure(articles: Sequence[Article]) -> None:
    """Each part alone, then all of them, with the memory that each adds."""
    show_memory("Python and the modules")
    parts: list[tuple[str, Callable[[Article], object]]] = []
    parts.append(("language", lambda article: detect(f"{article.title}\n{article.text}")))
    lemmatiser = Lemmatiser()
    parts.append(("words", lambda article: lemmatiser.read_article(article.title, article.text, article.language)))
    finder = EntityFinder(lemmatiser)
    parts.append(("entities", lambda article: finder.find(article.title, article.text, article.language)))
    parts.append(("all", lambda article: read_all(article, lemmatiser, finder)))
    baseline = measure_baseline(articles)
    for name, work in parts:
        started = time.perf_counter()
        work(Article("Душанбе", "Мост в Худжанде открыли утром.", "ru"))
        loaded = time.perf_counter() - started
        first, *later = [timed(work, articles) for _ in range(PASSES)]
        show(name, first, later, baseline)
        show_memory(f"  after it; loading took {loaded:.2f} s")


def read_all(article: Article, lemmatiser: Lemmatiser, finder: EntityFinder) -> None:
    """As the bot does, pairs of names included."""
    language = detect(f"{article.title}\n{article.text}")
    body = [Block(BlockKind.PARAGRAPH, line) for line in article.text.splitlines()]
    annotate(article.title, "", body, language, lemmatiser, finder)


def measure_baseline(articles: Sequence[Article]) -> float:
    """Seconds an article that pymorphy3's first readings take."""
    from pymorphy3 import MorphAnalyzer  # type: ignore[import-untyped]  # ships no types

    morph = MorphAnalyzer()
    morph.parse("душанбе")
    started = time.perf_counter()
    for article in articles:
        for word in split_words(f"{article.title}\n{article.text}"):
            morph.parse(word)[0]
    seconds = (time.perf_counter() - started) / len(articles)
    print(f"{'pymorphy3 alone, uncached':26} {1 / seconds:7.0f} articles/s   baseline")
    return seconds


def measure_lengths(sentences: Mapping[str, Sequence[str]], chance: random.Random) -> None:
    """What a longer text costs; the models see no more than the beginning."""
    lemmatiser = Lemmatiser()
    finder = EntityFinder(lemmatiser)
    for characters in LENGTHS:
        articles = [draw(sentences, characters, chance, "ru") for _ in range(20)]
        times = sorted(
            min(timed(lambda one: finder.find(one.title, one.text, one.language), [article]) for _ in range(PASSES))
            for article in articles
        )
        print(f"{characters:7} characters   {quantile(times, 0.5) * 1e3:6.1f} ms, at most {times[-1] * 1e3:6.1f} ms")


def timed(work: Callable[[Article], object], articles: Sequence[Article]) -> float:
    """Seconds an article."""
    started = time.perf_counter()
    for article in articles:
        work(article)
    return (time.perf_counter() - started) / len(articles)


def show(name: str, first: float, later: Sequence[float], baseline: float) -> None:
    median = sorted(later)[len(later) // 2]
    speed = f"{1 / median:7.0f} articles/s ({1 / max(later):.0f} to {1 / min(later):.0f}; first pass {1 / first:.0f})"
    print(f"{name:26} {speed}   {median / baseline:.2f} x the baseline's time")


def show_memory(what: str) -> None:
    held, highest = (memory(os.getpid(), name) for name in ("VmRSS", "VmPeak"))
    print(f"{what:50} {held:5.0f} MiB held, address space {highest:5.0f} MiB", flush=True)


if __name__ == "__main__":
    main()
