"""How far an article takes the story that it joins: a toll that grew, a verdict after an arrest, a match that ended."""

from collections.abc import Iterator, Sequence
from math import prod

import numpy as np

from bot.stories.facts import Axis, Fact, Kind, Where, decode
from bot.stories.frequencies import Frequencies
from bot.stories.sketch import Sketch

# How much it means that a number has grown manifold, by what it counts; of the rest little.
_TOLLS = {Kind.DEAD: 1.0, Kind.HURT: 0.7, Kind.MISSING: 0.6, Kind.HELD: 0.6, Kind.RESCUED: 0.4, Kind.HOMES: 0.4}
_OTHER_COUNT = 0.15
_FIRST_TOLL = 0.6  # of that: nothing was counted before
_SCORE, _FIRST_SCORE = 0.7, 0.4
_DAY = 0.15  # another day is named
_REVERSED, _NEW_OUTCOME = 0.75, 0.2
_STEADY = frozenset({Axis.LEVEL, Axis.WORD})  # what rises falls again, and words are denied: no turn by itself
_OF_LEAD = 0.7  # of what the title would mean
_WORDS = 0.4  # a title of which no word was read before


def turn(new: Sketch, known: Sequence[Sketch], frequencies: Frequencies) -> float:
    """From 0, nothing that was not told, to 1. 0 too where nothing was told before.

    What speaks for a turn adds up as independent chances do.
    """
    if not known:
        return 0.0
    before: dict[Kind, set[float]] = {}
    for sketch in known:
        for fact in map(decode, sketch.facts.tolist()):
            before.setdefault(fact.kind, set()).add(fact.value)
    signs = [sign for sign in _signs(new, before) if sign > 0]
    signs.append(_WORDS * _fresh(new, known, frequencies))
    return 1.0 - prod(1.0 - sign for sign in signs)


def _signs(new: Sketch, before: dict[Kind, set[float]]) -> Iterator[float]:
    """What each fact of title and lead is worth."""
    for fact in map(decode, new.facts.tolist()):
        told = before.get(fact.kind, set())
        if fact.where is Where.FURTHER or fact.value in told:
            continue
        worth = 1.0 if fact.where is Where.TITLE else _OF_LEAD
        if fact.kind is Kind.OUTCOME:
            yield worth * _outcome(fact, told)
        elif fact.kind is Kind.SCORE:
            yield worth * (_SCORE if told else _FIRST_SCORE)
        elif fact.kind is Kind.DAY:
            yield worth * _DAY
        elif fact.kind >= Kind.DEAD:
            yield worth * _TOLLS.get(fact.kind, _OTHER_COUNT) * _growth(fact.value, told)


def _outcome(fact: Fact, told: set[float]) -> float:
    """Worth of an outcome that was not told: more where the opposite was."""
    side = int(fact.value)
    axis, is_done = Axis(side >> 1), side & 1
    if axis in _STEADY or (axis is Axis.STAGE and not is_done):  # plans come before deeds
        return 0.0
    return _REVERSED if side ^ 1 in told else _NEW_OUTCOME


def _growth(value: float, told: set[float]) -> float:
    """1 for a number manifold what was told, 0 for less than was told."""
    if not told:
        return _FIRST_TOLL
    most = max(told)
    return 0.0 if value <= most else 1.0 - most / value


def _fresh(new: Sketch, known: Sequence[Sketch], frequencies: Frequencies) -> float:
    """The share of the title's weight that no earlier article has; words are those of its language alone."""
    terms, words = new.terms, new.sections[0]
    weights = frequencies.weights(terms) * (new.in_title > 0)
    if all(sketch.language != new.language for sketch in known):
        terms, weights = terms[words:], weights[words:]
    total = float(weights.sum())
    if total == 0:
        return 0.0
    seen = np.isin(terms, np.concatenate([sketch.terms for sketch in known]))
    return max(1.0 - float(weights[seen].sum()) / total, 0.0)
