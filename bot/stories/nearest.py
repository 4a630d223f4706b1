"""Which articles are worth comparing with a new one, by the rarest terms that they share with it."""

from collections.abc import Sequence
from dataclasses import dataclass

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
        is_touched = np.zeros(rows.size, np.bool_)
        is_touched[at] = True
        touched = is_touched.nonzero()[0]
        places = np.empty(rows.size, np.int64)
        places[touched] = np.arange(touched.size)
        at = places[at]
        is_word = (self.terms < SHARED)[asked]
        words = np.bincount(at, products * is_word, touched.size)
        shared = np.bincount(at, products * ~is_word, touched.size)
        by_words = words / np.maximum(rows["words"][touched] * self.words, TINY)
        by_shared = shared / np.maximum(rows["shared"][touched] * self.shared, TINY)
        apart = np.abs(rows["moment"][touched] - self.moment)
        is_own = rows["language"][touched] == self.language
        score = np.where(is_own, WORDS * by_words + by_shared, FOREIGN * by_shared) * np.exp2(-apart / HALF_LIFE)
        score[(rows["story"][touched] == GONE) | (apart > within)] = 0
        likest = (score > 0).nonzero()[0]
        if likest.size > MOST:
            likest = likest[score[likest].argpartition(-MOST)[-MOST:]]
        answer: list[int] = touched[likest[np.lexsort((likest, -score[likest]))]].tolist()
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


def _rarest(weights: NDArray[np.float32], articles: int) -> NDArray[np.int64]:
    """The places of the terms that are looked for."""
    order = np.argsort(-weights, kind="stable")[:ASKED]
    # A weight is the logarithm of how many articles there are to one that holds the term.
    entries = (articles * np.exp(-weights[order])).cumsum()
    return order[: max(FEWEST, int(entries.searchsorted(ENTRIES)))]
