"""Fits what the signs of one event are worth (`bot.stories.likeness`) and prints the three rows.

    python -m bench.fitting [--pairs paraphraser.xml] [--newsday 4000] [--seed 1]

Pairs of articles of tests/data/stories, each file for itself: of one event, of events of one family, of others within
three days; of like events of the made-up day; of sentences on unrelated topics; of headlines, with `--pairs`. Each sort
of pairs has its mass (MASS), however many there are. Logistic regression that is drawn to what the signs are worth now;
no sign may turn against its sense, and what was chosen by hand stays: `days`, `other_outcome`. The sample
site is left for judging.
"""

import argparse
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench import daytelling
from bench.likeness import SOME_DAY, STORIES, Page, Pair, Reader, gold_pairs, headline_pairs, load_reader
from bot.stories.frequencies import Frequencies
from bot.stories.likeness import FOREIGN, HEADLINES, NATIVE, signs
from bot.stories.measures import Measures, Weighed, measure

SENTENCES = Path(__file__).parents[1] / "tests" / "data" / "gold" / "sentences.tsv"
MASS = {
    "gold same": 400.0, "gold near": 400.0, "gold far": 150.0, "day same": 60.0, "day near": 90.0,
    "sentences far": 30.0, "headlines same": 60.0, "headlines near": 60.0,
}  # fmt: skip
DRAWN = 2.0  # how strongly to what the signs are worth now
FIXED = 1e4  # the same for what stays
DRAWS = 150  # pairs of a kind of the made-up day
UNLIKE = 3_000  # pairs of sentences
ENOUGH = 1e-7  # less is no gain

Row = Mapping[str, float]
Numbers = NDArray[np.float64]
Judged = tuple[str, Measures, bool]  # the sort of a pair, what it has in common, whether it is in two languages


def main() -> None:
    """Read, measure, fit and print."""
    parser = argparse.ArgumentParser(description="What the signs of one event are worth.")
    parser.add_argument("--pairs", type=Path, help="paraphraser.xml")
    parser.add_argument("--newsday", type=int, default=4_000, help="pages of the made-up day")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    reader, chance = load_reader(), random.Random(options.seed)  # noqa: S311 — no secret
    judged = list(measured(sorted_pairs(chance, options.pairs), reader, Frequencies()))
    judged += measured_day(options.newsday, options.seed, chance, reader)
    for name, row, is_foreign, is_bare in (
        ("NATIVE", NATIVE, False, False), ("HEADLINES", HEADLINES, False, True), ("FOREIGN", FOREIGN, True, False)
    ):  # fmt: skip
        chosen = [one for one in judged if one[2] is is_foreign and (is_foreign or one[1].bare is is_bare)]
        if {sort.endswith("same") for sort, _, _ in chosen} == {True, False}:
            print(name, {sign: round(worth, 2) for sign, worth in fitted(row, chosen, is_foreign=is_foreign).items()})


def sorted_pairs(chance: random.Random, headlines: Path | None) -> Iterator[tuple[str, Pair]]:
    """All pairs but those of the made-up day, each with its sort."""
    for file in sorted(STORIES.glob("gold_*.jsonl")):
        for pair in gold_pairs(file):
            yield "gold same" if pair.is_same else "gold near" if pair.is_near else "gold far", pair
    lines = [line.split("\t") for line in SENTENCES.read_text(encoding="utf-8").splitlines() if line[:1] != "#"]
    told = [(set(topics.split()), page(text, "", language)) for language, topics, text, *_ in lines]
    for _ in range(UNLIKE):
        (topics, a), (others, b) = chance.sample(told, 2)
        if topics and others and topics.isdisjoint(others):
            yield "sentences far", Pair(a, b, is_same=False)
    for pair in headline_pairs(headlines, UNLIKE) if headlines else ():
        yield "headlines same" if pair.is_same else "headlines near", pair


def page(title: str, text: str, language: str = "ru", at: datetime | None = None) -> Page:
    return Page(title, text, language, at or datetime.fromisoformat(SOME_DAY).astimezone(UTC))


def measured_day(count: int, seed: int, chance: random.Random, reader: Reader) -> Iterator[Judged]:
    """Pairs of like events of the made-up day, by frequencies that know it."""
    events: dict[str, dict[str, list[Page]]] = defaultdict(lambda: defaultdict(list))
    for one in daytelling.pages(count, seed):
        kind = one.event.split("-")[0]
        if kind != "digest":
            events[kind][one.event].append(page(one.title, one.text, at=one.published_at))
    frequencies = Frequencies()
    for told in (one for kind in events.values() for pages in kind.values() for one in pages):
        frequencies.learn(reader(told).sketch, told.published_at)
    yield from measured(day_pairs(list(events.values()), chance), reader, frequencies)


def day_pairs(kinds: Sequence[Mapping[str, Sequence[Page]]], chance: random.Random) -> Iterator[tuple[str, Pair]]:
    for events in kinds:
        told = list(events.values())
        several = [pages for pages in told if len(pages) > 1]
        for _ in range(DRAWS):
            if several:
                a, b = chance.sample(chance.choice(several), 2)
                if (a.title, a.text) != (b.title, b.text):
                    yield "day same", Pair(a, b, is_same=True)
            if len(told) > 1:
                one, other = chance.sample(told, 2)
                yield "day near", Pair(chance.choice(one), chance.choice(other), is_same=False)


def measured(pairs: Iterator[tuple[str, Pair]], reader: Reader, frequencies: Frequencies) -> Iterator[Judged]:
    weighed: dict[Page, Weighed] = {}
    for sort, pair in pairs:
        for told in (pair.a, pair.b):
            if told not in weighed:
                weighed[told] = Weighed(reader(told).sketch, frequencies)
        apart = pair.a.published_at - pair.b.published_at
        yield sort, measure(weighed[pair.a], weighed[pair.b], apart), pair.a.language != pair.b.language


def fitted(row: Row, judged: Sequence[Judged], *, is_foreign: bool) -> Row:
    """What each sign of a row is worth."""
    told = [signs(found, is_foreign=is_foreign) for _, found, _ in judged]
    values = np.array([[float(one[name]) for name in row] for one in told])
    same = np.array([sort.endswith("same") for sort, _, _ in judged], np.float64)
    counts = {sort: sum(one[0] == sort for one in judged) for sort in MASS}
    masses = np.array([MASS[sort] / counts[sort] for sort, _, _ in judged])
    pulls = np.array([{"always": 1e-6, "days": FIXED, "other_outcome": FIXED}.get(name, DRAWN) for name in row])
    worths = descend(values, same, masses, np.array(list(row.values())), pulls)
    return dict(zip(row, worths.tolist(), strict=True))


def descend(values: Numbers, same: Numbers, masses: Numbers, drawn: Numbers, pulls: Numbers) -> Numbers:
    """The worths that lose least, none of a sign (all but the first) below 0; by Newton's method."""

    def loss(worths: Numbers) -> float:
        odds = values @ worths
        return float(masses @ (np.logaddexp(0, odds) - same * odds) + 0.5 * pulls @ (worths - drawn) ** 2)

    is_free = np.ones(len(drawn), np.bool_)
    worths = drawn.copy()
    while True:
        worths[~is_free] = 0
        gain = 1.0
        while gain > ENOUGH:
            chances = 1 / (1 + np.exp(-values @ worths))
            slope = (values.T @ (masses * (same - chances)) - pulls * (worths - drawn))[is_free]
            bend = (values[:, is_free].T * (masses * chances * (1 - chances))) @ values[:, is_free]
            step = np.zeros(len(worths))
            step[is_free] = np.linalg.solve(bend + np.diag(pulls[is_free]), slope)
            before = loss(worths)
            while loss(worths + step) > before and np.abs(step).max() > ENOUGH:
                step /= 2
            gain = before - loss(worths + step)
            worths = worths + step if gain > 0 else worths
        wrong = np.flatnonzero(is_free & (worths < 0) & (np.arange(len(worths)) > 0))
        if not wrong.size:
            return worths
        is_free[wrong[worths[wrong].argmin()]] = False


if __name__ == "__main__":
    main()
