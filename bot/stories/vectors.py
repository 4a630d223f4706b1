"""What a title and an opening are about, as one direction in the space of navec's words."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bot.stories.hashing import Sort, hash_terms
from bot.stories.table import load_shares, places_of

_WORDS = 90  # of a text that count
_TITLE_WORTH = 3.0
_RARE = 1e-2  # a / (a + share): "a simple but tough-to-beat baseline for sentence embeddings" (Arora and others, 2017)


class Vectors(Protocol):
    """The vector of a word in lower case as it is written: float32, None where it is not known."""

    def __call__(self, word: str) -> NDArray[np.float32] | None: ...


def mean_vector(words: Sequence[frozenset[str]], title_words: int, vectors: Vectors | None) -> NDArray[np.int8]:
    """Of unit length times 127; empty without vectors, or where no word is known."""
    empty = np.empty(0, np.int8)
    if vectors is None:
        return empty
    read = [
        (key, (_TITLE_WORTH if at < title_words else 1.0) / len(keys))
        for at, keys in enumerate(words[: title_words + _WORDS])
        for key in keys
    ]
    if not read:
        return empty
    shares = load_shares()[places_of(hash_terms(Sort.WORD, [key for key, _ in read]))]
    total: NDArray[np.float32] | None = None
    for (key, worth), share in zip(read, shares, strict=True):
        if (known := vectors(key)) is not None:
            part = known * np.float32(worth * _RARE / (_RARE + share))
            total = part if total is None else total + part
    length = 0.0 if total is None else float(np.linalg.norm(total))
    if total is None or length == 0:
        return empty
    unit: NDArray[np.int8] = np.rint(total * np.float32(127 / length)).astype(np.int8)
    return unit
