"""Whether pairs of articles tell one event: what the likeness of sketches reaches, and what each part of it gives.

    python -m bench.likeness [--gold FILE …] [--pairs paraphraser.xml] [--jsonl FILE] [--tsv FILE] [--sample 3000]

Without options: the pairs of articles of tests/data/stories, each file for itself, in one language and in two: those of
one event, against near misses (articles of one family of events) and against all others within three days. With
`--pairs` also headlines of paraphraser.ru (classes 1 and 0 against -1), with `--jsonl` and `--tsv` pages of anybody's:

    {"a": {"title": …, "text": …, "published_at": "2026-03-12T09:00:00Z", "language": "ru"}, "b": {…}, "same": true}
    same <TAB> title of a <TAB> text of a <TAB> title of b <TAB> text of b, with 1 or 0 for `same`

a line each; `published_at` and `language` (Russian) may be left out. For each set: the area under the curve, F1 at the
threshold of the bot, the best F1 that any threshold gives, and that threshold (log-odds for the bot's own, 0 is the one
it uses). The baseline of the same run is plain TF-IDF: the cosine of title x 3 and the first 80 words by their lemmas,
with document frequencies of the articles of the set.
"""

import argparse
import csv
import json
import math
import random
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from bot.stories.frequencies import Frequencies
from bot.stories.likeness import log_odds
from bot.stories.measures import Facts, Measures, Weighed, measure
from bot.tasks import ReadArticle, load_tasks
from storage.records import Block, BlockKind

STORIES = Path(__file__).parents[1] / "tests" / "data" / "stories"
NEAR = timedelta(days=3)
PLAIN_WORDS = 80  # of the text, for the baseline
SOME_DAY = "2026-03-12T09:00:00+00:00"  # of pages without a date


@dataclass(frozen=True, slots=True)
class Page:
    """What is compared."""

    title: str
    text: str
    language: str
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Pair:
    """Two pages, and whether they tell one event; `is_near`: of one family of events."""

    a: Page
    b: Page
    is_same: bool
    is_near: bool = True


Reader = Callable[[Page], ReadArticle]
Scores = NDArray[np.float64]


def main() -> None:
    """Judge all that was asked for."""
    parser = argparse.ArgumentParser(description="What the likeness of articles reaches on labelled pairs.")
    parser.add_argument("--gold", type=Path, nargs="*", default=sorted(STORIES.glob("gold_*.jsonl")))
    parser.add_argument("--pairs", type=Path, help="paraphraser.xml")
    parser.add_argument("--jsonl", type=Path)
    parser.add_argument("--tsv", type=Path)
    parser.add_argument("--sample", type=int, default=3_000, help="headline pairs, drawn with seed 1")
    options = parser.parse_args()
    reader = load_reader()
    for file in options.gold:
        pairs = list(gold_pairs(file))
        for name, fits in (("one language", True), ("two languages", False)):
            chosen = [pair for pair in pairs if (pair.a.language == pair.b.language) is fits]
            judge(f"{file.name}, {name}, near misses", [p for p in chosen if p.is_same or p.is_near], reader)
            judge(f"{file.name}, {name}, all within three days", chosen, reader)
    if options.pairs:
        judge("headlines", headline_pairs(options.pairs, options.sample), reader)
    if options.jsonl:
        judge(options.jsonl.name, list(jsonl_pairs(options.jsonl)), reader)
    if options.tsv:
        judge(options.tsv.name, list(tsv_pairs(options.tsv)), reader)


def load_reader() -> Reader:
    """Articles as the bot's worker process reads them; none twice."""
    annotate = load_tasks()["annotate"]

    @cache
    def read(page: Page) -> ReadArticle:
        body = tuple(Block(BlockKind.PARAGRAPH, part) for part in page.text.split("\n") if part.strip())
        found = annotate(page.title, "", body, page.language, True, 100_000, page.published_at, None)
        return cast("ReadArticle", found)

    return read


def judge(name: str, pairs: Sequence[Pair], reader: Reader) -> None:
    """Print what each way of comparing reaches on a set of pairs."""
    same = np.array([pair.is_same for pair in pairs])
    if not same.any() or same.all():
        print(f"\n{name}: nothing to tell apart")
        return
    frequencies = Frequencies()
    weighed = {page: Weighed(reader(page).sketch, frequencies) for pair in pairs for page in (pair.a, pair.b)}
    found = [measure(weighed[p.a], weighed[p.b], p.a.published_at - p.b.published_at) for p in pairs]
    foreign = [pair.a.language != pair.b.language for pair in pairs]
    print(f"\n{name}: {same.sum()} pairs of one event, {(~same).sum()} of two")
    print(f"  {'':34} {'AUC':>6} {'F1':>6} {'best':>6}  at")
    report("plain TF-IDF", plain(pairs, reader), same, None)
    for way, change in WAYS.items():
        odds = np.array([log_odds(change(m), is_foreign=f) for m, f in zip(found, foreign, strict=True)])
        report(way, odds, same, 0.0)


WAYS: Mapping[str, Callable[[Measures], Measures]] = {
    "likeness": lambda found: found,
    "without names": lambda found: replace(found, names=0.0, foreign_names=0.0, facts=replace(found.facts, place=0)),
    "without numbers": lambda found: replace(
        found, numbers=0.0, facts=replace(found.facts, counts_agreed=0, counts_denied=0, title_numbers=0)
    ),
    "without what contradicts or agrees": lambda found: replace(found, facts=Facts()),
    "without concepts": lambda found: replace(found, concepts=0.0),
    "without days between": lambda found: replace(found, days=0.0),
}


def report(way: str, scores: Scores, same: NDArray[np.bool_], threshold: float | None) -> None:
    """A line: area, F1 at the threshold, best F1 and where."""
    best, at = best_f1(scores, same)
    used = f"{f1(scores >= threshold, same):6.3f}" if threshold is not None else "     –"
    print(f"  {way:34} {area(scores, same):6.3f} {used} {best:6.3f}  {at:+.2f}")


def area(scores: Scores, same: NDArray[np.bool_]) -> float:
    """Under the ROC curve: how often a pair of one event scores higher than one of two; ties count half."""
    values, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    del values
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    positive = int(same.sum())
    total = float(ranks[same].sum()) - positive * (positive + 1) / 2
    return total / (positive * (len(same) - positive))


def f1(joined: NDArray[np.bool_], same: NDArray[np.bool_]) -> float:
    """Of pairs that were taken for one event."""
    return 2 * int((joined & same).sum()) / max(int(joined.sum()) + int(same.sum()), 1)


def best_f1(scores: Scores, same: NDArray[np.bool_]) -> tuple[float, float]:
    """The best that any threshold gives, and that threshold."""
    order = np.argsort(-scores, kind="stable")
    values = 2 * np.cumsum(same[order]) / (np.arange(1, len(same) + 1) + same.sum())
    at = int(values.argmax())
    return float(values[at]), float(scores[order][at])


def plain(pairs: Sequence[Pair], reader: Reader) -> Scores:
    """The baseline: cosines of TF-IDF."""
    bags = {page: bag(page, reader) for pair in pairs for page in (pair.a, pair.b)}
    documents = Counter(word for words in bags.values() for word in words)
    weights = {word: math.log(1 + len(bags) / count) for word, count in documents.items()}
    vectors = {page: {word: count * weights[word] for word, count in words.items()} for page, words in bags.items()}
    lengths = {page: math.sqrt(sum(value**2 for value in words.values())) or 1.0 for page, words in vectors.items()}
    return np.array(
        [
            sum(value * vectors[pair.b].get(word, 0.0) for word, value in vectors[pair.a].items())
            / (lengths[pair.a] * lengths[pair.b])
            for pair in pairs
        ]
    )


def bag(page: Page, reader: Reader) -> Counter[str]:
    """A lemma of each word, those of the title three times."""
    reading = reader(page).annotation.reading
    title = [min(keys) for keys in reading.words[: reading.title_words] if keys]
    text = [min(keys) for keys in reading.words[reading.title_words :] if keys]
    return Counter(title * 3 + text[:PLAIN_WORDS])


def gold_pairs(file: Path) -> Iterator[Pair]:
    """All pairs of one event, and those within NEAR of two."""
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    pages = [(row["event"], row["family"], page_of(row)) for row in rows]
    for (event, family, a), (other_event, other_family, b) in combinations(pages, 2):
        if event == other_event or abs(a.published_at - b.published_at) <= NEAR:
            yield Pair(a, b, event == other_event, family == other_family)


def page_of(row: Mapping[str, str]) -> Page:
    return Page(
        row["title"],
        row["text"],
        row.get("language", "ru"),
        datetime.fromisoformat(row.get("published_at", SOME_DAY)).astimezone(UTC),
    )


def headline_pairs(file: Path, sample: int) -> list[Pair]:
    """Headlines alone."""
    at = datetime.fromisoformat(SOME_DAY)
    pairs = []
    for element in ET.parse(file).iter("paraphrase"):  # noqa: S314 — a file that the operator names
        values = {value.get("name"): value.text or "" for value in element}
        a, b = (Page(values[name], "", "ru", at) for name in ("text_1", "text_2"))
        pairs.append(Pair(a, b, values["class"] != "-1"))
    random.Random(1).shuffle(pairs)  # noqa: S311 — no secret
    return pairs[:sample]


def jsonl_pairs(file: Path) -> Iterator[Pair]:
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.strip():
            row = json.loads(line)
            yield Pair(page_of(row["a"]), page_of(row["b"]), bool(row["same"]))


def tsv_pairs(file: Path) -> Iterator[Pair]:
    with file.open(encoding="utf-8", newline="") as lines:
        for same, *texts in csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            if same in {"0", "1"}:
                a, b = ({"title": texts[start], "text": texts[start + 1]} for start in (0, 2))
                yield Pair(page_of(a), page_of(b), same == "1")


if __name__ == "__main__":
    main()
