"""Events that several articles tell, in our own words, become the stories that a person would make of them."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import combinations
from math import comb
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from bot.stories.frequencies import Frequencies
from bot.stories.sketch import Sketch
from bot.stories.window import Member, Window
from bot.tasks import load_tasks
from storage.records import Block, BlockKind

# The models are loaded and 340 articles read before the first test: half a minute on a quiet machine.
pytestmark = pytest.mark.timeout(400)

GOLD = Path(__file__).parent.parent / "data" / "stories"
CLOSES_AFTER = timedelta(days=3)
LONGEST = 100_000  # characters that are read

# Two avalanches of one day, two calls of one president on one day, two bouts of one wrestler on two days.
STILL_MERGED = {frozenset(pair) for pair in (("E27", "E28"), ("E34", "E35"), ("E60", "E61"))}
MOST_MERGED = 6  # of 30 pairs of events that must not be, in any order
AIM = 0.9  # pairwise F1 in the order in which the pages came out
WORST = 0.8  # … in any other order
SAME = 0.85  # pairwise F1 between any two orders


@dataclass(frozen=True, slots=True)
class Told:
    """An article of the gold set. What one file tells and what another does never happened in one world."""

    world: str
    name: str
    event: str
    source: str
    moment: datetime
    fatal: frozenset[str]  # events with which its own must not be merged
    sketch: Sketch = field(repr=False)


class Gold(list[Told]):
    """All of them; a failure shows what went wrong instead."""

    def __repr__(self) -> str:
        return f"{len(self)} articles"


class Stories(dict[str, str]):
    """The story of each article by their names."""

    def __repr__(self) -> str:
        return f"{len(set(self.values()))} stories"


@pytest.fixture(scope="module")
def gold() -> Gold:
    """By the moment of publication; read as the bot reads."""
    read = load_tasks()["annotate"]
    articles = [
        told(file.stem, json.loads(line), read)
        for file in sorted(GOLD.glob("*.jsonl"))
        for line in file.read_text("utf-8").splitlines()
    ]
    return Gold(sorted(articles, key=lambda one: one.moment))


@pytest.fixture(scope="module")
def in_order(gold: Gold) -> Stories:
    """When the pages come as they came out."""
    return stream(gold)


def told(world: str, line: Mapping[str, Any], read: Callable[..., Any]) -> Told:
    moment = datetime.fromisoformat(line["published_at"])
    body = tuple(Block(BlockKind.PARAGRAPH, text=text) for text in line["text"].split("\n\n"))
    article = read(line["title"], "", body, line["language"], True, LONGEST, moment, None)
    fatal = frozenset(line.get("fatal", ()))
    return Told(world, line["id"], line["event"], line["source"], moment, fatal, article.sketch)


def stream(articles: Sequence[Told]) -> Stories:
    """The story of each article when they come in this order, each world to a window of its own."""
    worlds = sorted({one.world for one in articles})
    return Stories(
        {
            name: f"{world} {story}"
            for world in worlds
            for name, story in stream_one([one for one in articles if one.world == world]).items()
        }
    )


def stream_one(articles: Sequence[Told]) -> dict[str, int]:
    """As the bot keeps them."""
    window = Window(Frequencies(), CLOSES_AFTER)
    stories: dict[str, int] = {}
    sources: dict[str, int] = {}
    for number, one in enumerate(articles, 1):
        source = sources.setdefault(one.source, len(sources) + 1)
        placement = window.place(one.sketch, source, one.moment)
        story = number if placement.story_id is None else placement.story_id
        for gone in placement.merges:
            window.merge(story, gone)
            stories = {name: story if known == gone else known for name, known in stories.items()}
        window.add(Member(number, story, source, one.moment, one.sketch))
        stories[one.name] = story
    return stories


def agreement(one: Mapping[str, object], other: Mapping[str, object]) -> tuple[float, float, float]:
    """Of pairs of articles: F1, precision and recall of the first against the second."""
    together = pairs((one[name], other[name]) for name in one)
    mine, theirs = pairs(one.values()), pairs(other[name] for name in one)
    return 2 * together / max(mine + theirs, 1), together / max(mine, 1), together / max(theirs, 1)


def pairs(labels: Iterable[object]) -> int:
    """How many pairs bear the same label."""
    counts: dict[object, int] = defaultdict(int)
    for label in labels:
        counts[label] += 1
    return sum(comb(count, 2) for count in counts.values())


def unforgivable(gold: Gold, stories: Mapping[str, str]) -> list[tuple[str, str]]:
    """Events in one story that must not be merged; as often as there are pairs of their articles."""
    fatal = {(one.event, other) for one in gold for other in one.fatal}
    fatal |= {(other, one) for one, other in fatal}
    members: dict[str, list[Told]] = defaultdict(list)
    for one in gold:
        members[stories[one.name]].append(one)
    return [
        (one.event, other.event)
        for held in members.values()
        for one, other in combinations(held, 2)
        if (one.event, other.event) in fatal
    ]


def told_of(gold: Gold, stories: Mapping[str, str]) -> str:
    """What a failure shows."""
    f1, precision, recall = agreement(stories, {one.name: one.event for one in gold})
    merged = sorted(set(unforgivable(gold, stories)))
    return f"F1 {f1:.3f}, precision {precision:.3f}, recall {recall:.3f}; unforgivable: {merged}"


def test_the_gold_set_is_as_large_as_was_promised(gold: Gold) -> None:
    sizes: dict[str, int] = defaultdict(int)
    for one in gold:
        sizes[one.event] += 1
    assert len(sizes) >= 60
    assert all(3 <= size <= 8 for size in sizes.values()), sizes
    assert {one.sketch.language for one in gold} == {"ru", "tg", "en"}
    assert sum(bool(one.fatal) for one in gold) >= 20, "events that are nearly another"


def test_articles_become_the_stories_that_a_person_would_make(gold: Gold, in_order: Stories) -> None:
    f1, _, _ = agreement(in_order, {one.name: one.event for one in gold})
    assert f1 >= AIM, told_of(gold, in_order)
    assert {frozenset(pair) for pair in unforgivable(gold, in_order)} <= STILL_MERGED, told_of(gold, in_order)


@pytest.mark.xfail(strict=True, reason="three pairs of events are still taken for one: STILL_MERGED")
def test_events_that_must_not_be_merged_are_not(gold: Gold, in_order: Stories) -> None:
    assert not unforgivable(gold, in_order), told_of(gold, in_order)


@settings(max_examples=10, deadline=None, derandomize=True, phases=[Phase.generate])
@given(seed=st.integers(0, 2**32), delay=st.sampled_from([timedelta(hours=1), timedelta(hours=12), timedelta(days=30)]))
def test_the_order_of_arrival_hardly_matters(gold: Gold, in_order: Stories, seed: int, delay: timedelta) -> None:
    chance = Random(seed)  # noqa: S311 — no secret
    stories = stream(sorted(gold, key=lambda one: one.moment + delay * chance.random()))
    f1, _, _ = agreement(stories, {one.name: one.event for one in gold})
    same, _, _ = agreement(stories, in_order)
    assert f1 >= WORST, told_of(gold, stories)
    assert same >= SAME, f"{same:.3f} as in order; {told_of(gold, stories)}"
    assert len({frozenset(pair) for pair in unforgivable(gold, stories)}) <= MOST_MERGED, told_of(gold, stories)
