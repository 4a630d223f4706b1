"""What two sketches have in common and in what they differ, as numbers."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from bot.stories.facts import Axis, Kind, Where
from bot.stories.frequencies import Frequencies
from bot.stories.sketch import HALVES, TITLE_WORTH, Sketch

_WORDS, _CONCEPTS, _NAMES, _NUMBERS, _ADDRESSES = range(5)
_RARE = 3  # shared words that tell most
_VALUE = 0xFF_FFFF
_NUMBERED = tuple(kind for kind in Kind if kind >= Kind.DEAD)

Weights = NDArray[np.float32]
_Places = dict[int, int]  # values of facts, and where each stands first


@dataclass(frozen=True, slots=True)
class Facts:
    """What two articles say of the same: 1 where a title or a lead of theirs agrees with the other article, -1 where
    it does not, 0 where one says nothing of it.
    """

    score: int = 0
    day: int = 0
    place: int = 0
    title_day: int = 0  # -1: both titles name a day, not the same
    counts_agreed: int = 0  # kinds of counted things
    counts_denied: int = 0
    outcome_agreed: bool = False
    outcome_denied: float = 0.0  # 1: the titles tell opposite outcomes; 0.5: a title or a lead against the other's lead


@dataclass(frozen=True, slots=True)
class Measures:
    """Cosines and shares are from 0 to 1; weights are sums of what `Frequencies.weights` gives."""

    words: float  # cosine
    concepts: float  # cosine
    names: float  # cosine
    numbers: float  # cosine
    addresses: float  # weight of the pages and pictures that both show
    title_least: float  # share of a title's weight that the other article has: of the title that has less there
    title_most: float
    rarest: float  # weight of the rarest word that both have
    rare: float  # the same of the three rarest
    foreign_names: float  # weight of the names of a title that the other article has not; the lesser of the two
    vector: float  # cosine; 0 where one has none
    days: float  # between the two
    facts: Facts


@dataclass(frozen=True, slots=True)
class _Side:
    """A sketch with its weights."""

    bounds: tuple[int, ...]  # of the sections of its terms
    weights: Weights
    heavy: Weights  # weights by how often each term stands in the article
    titled: Weights  # weights of the title's terms, 0 for others
    has: NDArray[np.bool_]  # which of its terms the other has, too

    def sums(self, values: Weights) -> list[float]:
        """The sum of the values of each section."""
        running = np.concatenate((_NOTHING, values.cumsum()))[list(self.bounds)]
        return list(np.diff(running).tolist())

    def of(self, section: int) -> slice:
        return slice(self.bounds[section], self.bounds[section + 1])

    @property
    def covered(self) -> float:
        """The share of the weight of the title's words that the other has."""
        titled = self.titled[self.of(_WORDS)]
        total = float(titled.sum())
        return float(titled[self.has[self.of(_WORDS)]].sum()) / total if total else 0.0

    @property
    def foreign_names(self) -> float:
        """The weight of the title's names that the other has not."""
        return float(self.titled[self.of(_NAMES)][~self.has[self.of(_NAMES)]].sum())


_NOTHING = np.zeros(1, np.float32)


def measure(a: Sketch, b: Sketch, apart: timedelta, frequencies: Frequencies) -> Measures:
    """Of two articles whose pages were published so long apart. Some 60 µs."""
    at, has = _find(a, b)
    place = at[has]
    is_found = np.zeros(len(b.terms), np.bool_)
    is_found[place] = True
    one, other = _side(a, frequencies, has), _side(b, frequencies, is_found)
    products = np.zeros_like(one.heavy)
    products[has] = one.heavy[has] * other.heavy[place]
    shared, lengths = (
        one.sums(products),
        zip(one.sums(one.heavy * one.heavy), other.sums(other.heavy * other.heavy), strict=True),
    )
    cosines = [
        product / (left * right) ** 0.5 if product > 0 else 0.0
        for product, (left, right) in zip(shared, lengths, strict=True)
    ]
    covered = sorted((one.covered, other.covered))
    rare = np.sort(one.weights[one.of(_WORDS)][has[one.of(_WORDS)]])[-_RARE:]
    return Measures(
        words=cosines[_WORDS],
        concepts=cosines[_CONCEPTS],
        names=cosines[_NAMES],
        numbers=cosines[_NUMBERS],
        addresses=float(one.weights[one.of(_ADDRESSES)][has[one.of(_ADDRESSES)]].sum()),
        title_least=covered[0],
        title_most=covered[1],
        rarest=float(rare[-1]) if rare.size else 0.0,
        rare=float(rare.sum()),
        foreign_names=min(one.foreign_names, other.foreign_names),
        vector=_cosine(a.vector, b.vector),
        days=abs(apart) / timedelta(days=1),
        facts=compare_facts(a.facts.tolist(), b.facts.tolist()),
    )


def compare_facts(one: list[int], other: list[int]) -> Facts:
    """Of two articles' facts as `facts.encode` gives them."""
    ours, theirs = _by_kind(one), _by_kind(other)
    kinds = ours.keys() & theirs.keys()
    counts = [_agree(ours[kind], theirs[kind], Where.LEAD) for kind in _NUMBERED if kind in kinds]
    sides = (ours.get(Kind.OUTCOME, {}), theirs.get(Kind.OUTCOME, {}))
    return Facts(
        score=_agree(ours[Kind.SCORE], theirs[Kind.SCORE], Where.FURTHER) if Kind.SCORE in kinds else 0,
        day=_agree(ours[Kind.DAY], theirs[Kind.DAY], Where.LEAD) if Kind.DAY in kinds else 0,
        place=_agree(ours[Kind.PLACE], theirs[Kind.PLACE], Where.LEAD) if Kind.PLACE in kinds else 0,
        title_day=_agree(ours[Kind.DAY], theirs[Kind.DAY], Where.TITLE) if Kind.DAY in kinds else 0,
        counts_agreed=counts.count(1),
        counts_denied=counts.count(-1),
        outcome_agreed=not sides[0].keys().isdisjoint(sides[1]),
        outcome_denied=max((_denied(side, where, sides[1]) for side, where in sides[0].items()), default=0.0),
    )


def _by_kind(facts: list[int]) -> dict[int, _Places]:
    found: dict[int, _Places] = {}
    for code in facts:
        found.setdefault(code >> 26, {}).setdefault(code & _VALUE, code >> 24 & 3)
    return found


def _agree(ours: _Places, theirs: _Places, farthest: Where) -> int:
    """Whether what stands up to there in the one stands anywhere in the other; 0 where one has nothing up to there."""
    ours_near = {value for value, where in ours.items() if where <= farthest}
    theirs_near = {value for value, where in theirs.items() if where <= farthest}
    if not ours_near or not theirs_near:
        return 0
    return -1 if ours_near.isdisjoint(theirs) and theirs_near.isdisjoint(ours) else 1


def _denied(side: int, where: int, theirs: _Places) -> float:
    if side >> 1 == Axis.STAGE or side ^ 1 not in theirs:  # what is planned may be done an hour later
        return 0.0
    return 1.0 if where == theirs[side ^ 1] == Where.TITLE else 0.5


def _find(a: Sketch, b: Sketch) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Where in the terms of the other each term of the one would be, and whether it is there."""
    ours, theirs = a.terms, b.terms
    if not theirs.size:
        return np.zeros(ours.size, np.intp), np.zeros(ours.size, np.bool_)
    at = np.minimum(np.searchsorted(theirs, ours), theirs.size - 1)
    return at, theirs[at] == ours


def _side(sketch: Sketch, frequencies: Frequencies, has: NDArray[np.bool_]) -> _Side:
    weights = frequencies.weights(sketch.terms)
    in_title = sketch.in_title
    amounts = (in_title * np.float32(TITLE_WORTH) + sketch.in_text) / np.float32(HALVES)
    return _Side(
        bounds=(0, *sketch.sections, weights.size),
        weights=weights,
        heavy=weights * np.log1p(amounts),
        titled=weights * (in_title > 0),
        has=has,
    )


def _cosine(one: NDArray[np.int8], other: NDArray[np.int8]) -> float:
    """Of two vectors of unit length times 127."""
    if not one.size or not other.size:
        return 0.0
    return float(one.astype(np.float32) @ other.astype(np.float32)) / 127**2
