"""What two sketches have in common and in what they differ, as numbers."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bot.stories.facts import TOLLS, Axis, Kind, Where
from bot.stories.frequencies import Frequencies
from bot.stories.hashing import Terms
from bot.stories.sketch import HALVES, TITLE_WORTH, Sketch

_WORDS, _CONCEPTS, _NAMES, _NUMBERS, _ADDRESSES = range(5)
_RARE = 3  # shared words that tell most
_VALUE = 0xFF_FFFF
_STEADY = frozenset(Kind) - {Kind.SCORE, Kind.DAY, Kind.OUTCOME, Kind.PLACE, Kind.PERSON, *TOLLS}
LEAST_NAME = np.float32(4.0)  # Россия and Узбекистан are two countries, however often they are named
TYPICAL = 0.7  # cosine of the vectors of two articles that may be alike
_DAY = timedelta(days=1)
_NUMBERED = tuple(kind for kind in Kind if kind >= Kind.DEAD)

Weights = NDArray[np.float32]
_Places = dict[int, int]  # values of facts, and where each stands first
ByKind = dict[int, _Places]


@dataclass(frozen=True, slots=True)
class Facts:
    """What two articles say of the same: 1 where a title or a lead of theirs agrees with the other article, -1 where
    it does not, 0 where one says nothing of it.
    """

    score: int = 0
    day: int = 0
    place: int = 0
    title_day: int = 0  # -1: both titles name a day, not the same
    title_place: int = 0  # -1: both titles name places, and neither has one of the other article
    title_person: int = 0  # the same of persons
    title_counts: int = 0  # kinds of counted things of which both titles tell another number
    title_score: int = 0  # -1: both titles tell a score, not the same
    counts_agreed: int = 0  # kinds of counted things
    counts_denied: int = 0
    title_numbers: int = 0  # -1: both titles have numbers, and neither has one of the other article; tolls apart
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
    titles: float  # cosine of the words of the two titles
    title_least: float  # share of a title's weight that the other article has: of the title that has less there
    title_most: float
    rarest: float  # weight of the rarest word that both have
    rare: float  # the same of the three rarest
    foreign_names: float  # weight of the names of a title that the other article has not; the lesser of the two
    vector: float  # cosine; TYPICAL where one has none
    bare: bool  # both are headlines alone
    days: float  # between the two
    shared_words: int
    shared_others: int  # concepts, names and numbers
    facts: Facts


class Weighed:
    """A sketch with what can be worked out before it is compared; as good as the frequencies were then."""

    __slots__ = (
        "bounds",
        "facts",
        "heavy",
        "is_bare",
        "lengths",
        "sketch",
        "terms",
        "title",
        "title_length",
        "titled",
        "vector",
        "weights",
    )

    def __init__(self, sketch: Sketch, frequencies: Frequencies) -> None:
        in_title = sketch.in_title
        amounts = (in_title * np.float32(TITLE_WORTH) + sketch.in_text) * np.float32(1 / HALVES)
        self.sketch = sketch
        self.terms = sketch.terms
        self.bounds = (0, *sketch.sections, self.terms.size)
        self.weights: Weights = frequencies.weights(self.terms)
        self.heavy: Weights = self.weights * np.log1p(amounts)  # by how often each term stands in the article
        self.titled: Weights = self.weights * (in_title > 0)  # 0 for what is not in the title
        self.lengths = [dot(part, part) for part in map(self.heavy.__getitem__, self.sections)]  # squared
        self.title = float(self.titled[self.sections[_WORDS]].sum())
        title = self.titled[self.sections[_WORDS]]
        self.title_length = dot(title, title)  # squared
        self.is_bare = not sketch.in_text.any()
        self.facts = _by_kind(sketch.facts.tolist())
        self.vector = sketch.vector.astype(np.float32)

    @property
    def sections(self) -> list[slice]:
        return [slice(start, stop) for start, stop in pairwise(self.bounds)]


def measure(one: Weighed, other: Weighed, apart: timedelta) -> Measures:
    """Of two articles whose pages were published so long apart. Some 30 µs."""
    at, has = _find(one.terms, other.terms)
    place = at[has]
    words, concepts, names, numbers, addresses = one.sections
    aligned = np.zeros_like(one.heavy)
    aligned[has] = other.heavy[place]
    ours, theirs = has.astype(np.float32), np.zeros_like(other.heavy)
    theirs[place] = 1
    cosines = [
        dot(one.heavy[section], aligned[section]) / ((left * right) ** 0.5 or 1.0)
        for section, left, right in zip((words, concepts, names, numbers), one.lengths, other.lengths, strict=False)
    ]
    covered = sorted((_covered(one, ours), _covered(other, theirs)))
    rare = np.sort(one.weights[words][has[words]])[-_RARE:]
    return Measures(
        words=cosines[_WORDS],
        concepts=cosines[_CONCEPTS],
        names=cosines[_NAMES],
        numbers=cosines[_NUMBERS],
        addresses=dot(one.weights[addresses], ours[addresses]),
        titles=_titles(one, other, at, has),
        title_least=covered[0],
        title_most=covered[1],
        rarest=float(rare[-1]) if rare.size else 0.0,
        rare=float(rare.sum()),
        foreign_names=min(_foreign_names(one, ours), _foreign_names(other, theirs)),
        vector=dot(one.vector, other.vector) / 127**2 if one.vector.size and other.vector.size else TYPICAL,
        bare=one.is_bare and other.is_bare,
        days=abs(apart) / _DAY,
        shared_words=int(np.count_nonzero(has[words])),
        shared_others=int(np.count_nonzero(has[concepts.start : numbers.stop])),
        facts=compare_facts(one.facts, other.facts),
    )


def _find(ours: Terms, theirs: Terms) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Where in the terms of the other each term of the one would be, and whether it is there."""
    if not theirs.size:
        return np.zeros(ours.size, np.intp), np.zeros(ours.size, np.bool_)
    at = theirs.searchsorted(ours)
    at[at == theirs.size] = 0
    return at, theirs[at] == ours


def dot(one: Weights, other: Weights) -> float:
    return float(np.dot(one, other))


def _titles(one: Weighed, other: Weighed, at: NDArray[np.intp], has: NDArray[np.bool_]) -> float:
    """The cosine of the words of two titles, each as often as it stands there once."""
    words = one.sections[_WORDS]
    if not other.titled.size:
        return 0.0
    theirs = np.where(has[words], other.titled[at[words]], np.float32(0))
    return dot(one.titled[words], theirs) / ((one.title_length * other.title_length) ** 0.5 or 1.0)


def _covered(weighed: Weighed, has: Weights) -> float:
    """The share of the weight of the title's words that the other has."""
    words = weighed.bounds[1]
    return dot(weighed.titled[:words], has[:words]) / (weighed.title or 1.0)


def _foreign_names(weighed: Weighed, has: Weights) -> float:
    """The weight of the title's names that the other has not, none less than LEAST_NAME."""
    names = weighed.sections[_NAMES]
    titled = weighed.titled[names]
    return dot(np.where(titled > 0, np.maximum(titled, LEAST_NAME), np.float32(0)), 1 - has[names])


def compare_facts(ours: ByKind, theirs: ByKind) -> Facts:
    kinds = ours.keys() & theirs.keys()
    counts = [_agree(ours[kind], theirs[kind], Where.LEAD) for kind in _NUMBERED if kind in kinds]
    sides = (ours.get(Kind.OUTCOME, {}), theirs.get(Kind.OUTCOME, {}))
    return Facts(
        score=_agree(ours[Kind.SCORE], theirs[Kind.SCORE], Where.FURTHER) if Kind.SCORE in kinds else 0,
        day=_agree(ours[Kind.DAY], theirs[Kind.DAY], Where.LEAD) if Kind.DAY in kinds else 0,
        place=_agree(ours[Kind.PLACE], theirs[Kind.PLACE], Where.LEAD) if Kind.PLACE in kinds else 0,
        title_day=_agree(ours[Kind.DAY], theirs[Kind.DAY], Where.TITLE) if Kind.DAY in kinds else 0,
        title_score=_agree(ours[Kind.SCORE], theirs[Kind.SCORE], Where.TITLE) if Kind.SCORE in kinds else 0,
        title_place=_agree(ours[Kind.PLACE], theirs[Kind.PLACE], Where.TITLE) if Kind.PLACE in kinds else 0,
        title_person=_agree(ours[Kind.PERSON], theirs[Kind.PERSON], Where.TITLE) if Kind.PERSON in kinds else 0,
        title_counts=sum(_agree(ours[kind], theirs[kind], Where.TITLE) < 0 for kind in _NUMBERED if kind in kinds),
        counts_agreed=counts.count(1),
        counts_denied=counts.count(-1),
        title_numbers=_agree(_numbers(ours), _numbers(theirs), Where.TITLE),
        outcome_agreed=not sides[0].keys().isdisjoint(sides[1]),
        outcome_denied=max((_denied(side, where, sides[1]) for side, where in sides[0].items()), default=0.0),
    )


def _by_kind(facts: list[int]) -> ByKind:
    found: ByKind = {}
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


def _numbers(facts: ByKind) -> _Places:
    """All numbers but those that grow within hours."""
    return {value: where for kind, found in facts.items() if kind in _STEADY for value, where in found.items()}


def _denied(side: int, where: int, theirs: _Places) -> float:
    if side >> 1 == Axis.STAGE or side ^ 1 not in theirs:  # what is planned may be done an hour later
        return 0.0
    return 1.0 if where == theirs[side ^ 1] == Where.TITLE else 0.5
