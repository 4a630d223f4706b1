"""Whether two articles tell one event, and how far a later one takes it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from bot.stories.frequencies import Frequencies
from bot.stories.sketch import Sketch


@dataclass(frozen=True, slots=True)
class Likeness:
    """`score` from 0 to 1, one event from 0.5 on; the rest tells why."""

    score: float
    cosine: float = 0.0
    vector: float = 0.0
    names: float = 0.0
    numbers: float = 0.0
    contradicted: bool = False


def compare(a: Sketch, b: Sketch, apart: timedelta, frequencies: Frequencies) -> Likeness:
    """Two articles whose pages were published so long apart. Some 30 µs."""
    cosine = _cosine(a, b, frequencies)
    vector = (
        float(a.vector.astype(np.float32) @ b.vector.astype(np.float32)) / 127**2
        if a.vector.size and b.vector.size
        else 0.0
    )
    days = abs(apart) / timedelta(days=1)
    weighed = 9.0 * cosine - 2.7 - 0.3 * max(days - 1.0, 0.0)
    return Likeness(float(1 / (1 + np.exp(-weighed))), cosine=cosine, vector=vector)


def turn(new: Sketch, known: Sequence[Sketch], frequencies: Frequencies) -> float:
    """From 0, nothing new, to 1: how much of its facts the earlier articles of the story did not have."""
    if not known:
        return 0.0
    seen = np.unique(np.concatenate([sketch.terms for sketch in known]))
    weights = frequencies.weights(new.terms)
    fresh = ~np.isin(new.terms, seen)
    total = float(weights.sum())
    return float(weights[fresh].sum()) / total if total else 0.0


def _cosine(a: Sketch, b: Sketch, frequencies: Frequencies) -> float:
    one, other = a.terms, b.terms
    if not one.size or not other.size:
        return 0.0
    left = frequencies.weights(one) * np.log1p(a.counts.astype(np.float32))
    right = frequencies.weights(other) * np.log1p(b.counts.astype(np.float32))
    at = np.minimum(np.searchsorted(other, one), other.size - 1)
    shared = other[at] == one
    length = float(np.sqrt((left @ left) * (right @ right)))
    return float(left[shared] @ right[at[shared]]) / length if length else 0.0
