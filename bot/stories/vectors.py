"""What a title and an opening are about, as one direction in the space of navec's words."""

import re
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

DIMENSIONS = 300
_WORDS = 100  # of a text that count
_WORD = re.compile(r"[^\W\d_]{3,}")


class Vectors(Protocol):
    """The vector of a word in lower case as it is written: float32, None where it is not known."""

    def __call__(self, word: str) -> NDArray[np.float32] | None: ...


def mean_vector(title: str, text: str, vectors: Vectors | None) -> NDArray[np.int8]:
    """Of unit length times 127; empty without vectors, or where no word is known."""
    empty = np.empty(0, np.int8)
    if vectors is None:
        return empty
    total, found = np.zeros(DIMENSIONS, np.float32), 0
    words = [(word, 3.0) for word in _WORD.findall(title.lower())]
    words += [(word, 1.0) for word in _WORD.findall(text[: _WORDS * 12].lower())[:_WORDS]]
    for word, worth in words:
        if (known := vectors(word)) is not None:
            total += np.float32(worth) * known
            found += 1
    length = float(np.linalg.norm(total))
    if not found or length == 0:
        return empty
    unit: NDArray[np.int8] = np.rint(total * np.float32(127 / length)).astype(np.int8)
    return unit
