"""Which articles are worth comparing with a new one, by the rarest terms that they share with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.stories.frequencies import Frequencies
from bot.stories.hashing import Terms
from bot.stories.postings import SHARED, Found, amounts_in, amounts_of, lengths_of, rows_of
from bot.stories.sketch import LANGUAGES, Sketch

GONE = -1  # in place of the story of an article that is no longer compared
ASKED = 48  # words of an article that are looked for, the rarest; and as many names and numbers
FEWEST = 8  # of them however common they are
ENTRIES = 4_000  # that are looked at of each, more or less: what bounds the time
MEASURED = 256  # articles whose cosines are worked out: those that share most words, and those that share most else
MOST = 48  # articles found
WORDS = 1.5  # what the cosine of words counts beside that of names and numbers
FOREIGN = 1.5  # what the latter counts in place of both where the languages differ
HALF_LIFE = 4 * 86_400.0  # seconds between two pages after which they are half as likely of one event
TINY = 1e-6  # in place of a length of nothing

ROW = np.dtype([
    ("article", np.int64),
    ("story", np.int64),
    ("language", np.int32),  # its place in LANGUAGES
    ("moment", np.int64),  # seconds since 1970
    ("words", np.float32),  # lengths of the article as a vector of its words,
    ("shared", np.float32),  # and of what all languages share
])  # fmt: skip


@dataclass(frozen=True, slots=True)
class Question:
    """An article as it asks for others: its rarest terms, each with what it is worth, and what they are a part of."""

    terms: Terms
    worths: NDArray[np.float32]
    language: int
    words: float
    shared: float
    moment: int

    def answer(self, rows: NDArray[np.void], parts: Sequence[tuple[int, Found]], within: int) -> list[int]:
        """Rows that may be alike, the likest first, of pages that came out within so many seconds.

        `parts` are what was found in segments, each with its first row.
        """
        entries = np.concatenate([found.entries for _, found in parts])
        asked = np.repeat(
            np.tile(np.arange(self.terms.size), len(parts)), np.concatenate([found.sizes for _, found in parts])
        )
        at = rows_of(entries) + np.repeat([first for first, _ in parts], [found.entries.size for _, found in parts])
        products = self.worths[asked] * amounts_in(entries)
        is_shared = (self.terms >= SHARED)[asked]
        words = np.bincount(at, np.where(is_shared, 0, products), rows.size)
        shared = np.bincount(at, np.where(is_shared, products, 0), rows.size)
        is_touched = np.zeros(rows.size, np.bool_)
        is_touched[at] = True
        touched = is_touched.nonzero()[0]
        touched = touched[_largest(words[touched] + shared[touched]) | _largest(shared[touched])]
        near = rows[touched]
        by_words = words[touched] / np.maximum(near["words"] * self.words, TINY)
        by_shared = shared[touched] / np.maximum(near["shared"] * self.shared, TINY)
        apart = np.abs(near["moment"] - self.moment)
        is_own = near["language"] == self.language
        score = np.where(is_own, WORDS * by_words + by_shared, FOREIGN * by_shared) * np.exp2(-apart / HALF_LIFE)
        score[(near["story"] == GONE) | (apart > within)] = 0
        likest = np.argsort(-score, kind="stable")[:MOST]
        answer: list[int] = touched[likest[score[likest] > 0]].tolist()
        return answer


def ask(sketch: Sketch, moment: int, articles: int, frequencies: Frequencies) -> Question:
    """What to look for among so many articles."""
    terms = sketch.terms
    weights = frequencies.weights(terms)
    worths = weights * amounts_of(sketch.counts)
    words, shared = lengths_of(terms, worths)
    split = int(terms.searchsorted(SHARED))
    asked = np.concatenate((_rarest(weights[:split], articles), split + _rarest(weights[split:], articles)))
    language = LANGUAGES.index(sketch.language)
    return Question(terms[asked], (weights * worths)[asked], language, words, shared, moment)


def _largest(sums: NDArray[Any]) -> NDArray[np.bool_]:
    """Which are the MEASURED largest."""
    if sums.size <= MEASURED:
        return np.ones(sums.size, np.bool_)
    least = np.partition(sums, -MEASURED)[-MEASURED]
    are_largest: NDArray[np.bool_] = sums >= max(least, TINY)
    return are_largest


def _rarest(weights: NDArray[np.float32], articles: int) -> NDArray[np.int64]:
    """The places of the terms that are looked for."""
    order = np.argsort(-weights, kind="stable")[:ASKED]
    # A weight is the logarithm of how many articles there are to one that holds the term.
    entries = (articles * np.exp(-weights[order])).cumsum()
    return order[: max(FEWEST, int(entries.searchsorted(ENTRIES)))]
