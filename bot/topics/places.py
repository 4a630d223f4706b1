"""Where the words of an article stand, and which of very many sets of words stand near one another there."""

from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.topics.compiled import hash_key
from bot.topics.lemmas import Reading
from bot.topics.query import NEAR_WORDS

Numbers = NDArray[np.integer[Any]]
Hashes = NDArray[np.uint64]
Flags = NDArray[np.bool_]

# A word that stands at p is in the windows that begin from p - NEAR_WORDS + 1 to p: so many bits in a row.
_WINDOWS = np.uint64((1 << NEAR_WORDS) - 1)
_CELL = 64  # bits
MOST_CELLS = 1 << 18  # in a matrix: 2 MiB


class Heard:
    """An article by the hashes of its keys. Where they stand is looked up when it is asked for."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._keys = tuple(reading.keys)
        self._flat: Numbers | None = None
        self._counts: Numbers = np.zeros(0, np.int64)
        self.hashes: Hashes = np.fromiter(map(hash_key, self._keys), np.uint64, len(self._keys))

    @property
    def length(self) -> int:
        """Positions in the text."""
        return len(self._reading.words)

    def places(self, keys: Numbers) -> tuple[Numbers, Numbers]:
        """The positions of these keys (by their place in `hashes`), one key's after another's; how many each has."""
        if self._flat is None:
            spots = [self._reading.positions[key] for key in self._keys]
            self._counts = np.fromiter(map(len, spots), np.int64, len(spots))
            self._flat = np.fromiter(chain.from_iterable(spots), np.int64)
        counts = self._counts[keys]
        return self._flat[ranges((np.cumsum(self._counts) - self._counts)[keys], counts)], counts


def ranges(starts: Numbers, counts: Numbers) -> Numbers:
    """start, start + 1 … as many as its count says, for each of them."""
    ends = np.cumsum(counts, dtype=np.int64)
    total = int(ends[-1]) if len(ends) else 0
    return np.repeat(starts - (ends - counts), counts) + np.arange(total)


def stand_near(rows: Numbers, sizes: Numbers, words: Numbers, keys: Numbers, heard: Heard) -> Flags:
    """For each set of words whether NEAR_WORDS positions in a row have all of them.

    `rows` are the sets' words, one set's after another's, in `sizes`. `words` are those of the article with the keys
    that are theirs there, and have each of `rows` among them.
    """
    width = (heard.length + NEAR_WORDS) // _CELL + 2
    at_once = max(1, MOST_CELLS // (width * int(sizes.max(initial=1))))  # sets, so that a long text costs no memory
    found = np.zeros(len(sizes), np.bool_)
    ends = np.cumsum(sizes)
    for start in range(0, len(sizes), at_once):
        stop = min(start + at_once, len(sizes))
        part = rows[ends[start] - sizes[start] : ends[stop - 1]]
        distinct, lines = np.unique(part, return_inverse=True)
        windows = _windows(distinct, words, keys, heard, width)
        firsts = np.cumsum(sizes[start:stop]) - sizes[start:stop]
        found[start:stop] = np.bitwise_and.reduceat(windows[lines], firsts, axis=0).any(axis=1)
    return found


def _windows(wanted: Numbers, words: Numbers, keys: Numbers, heard: Heard, width: int) -> Hashes:
    """A line for each of the wanted words: a bit for each window that has it."""
    line = np.minimum(np.searchsorted(wanted, words), len(wanted) - 1)
    is_wanted = wanted[line] == words
    positions, counts = heard.places(keys[is_wanted])
    lines = np.repeat(line[is_wanted], counts)
    cells = lines * width + positions // _CELL
    shift = (positions % _CELL).astype(np.uint64)
    windows = np.zeros(len(wanted) * width, np.uint64)
    np.bitwise_or.at(windows, cells, _WINDOWS << shift)
    # What is beyond the cell; a shift by 64 is none at all, so it is made in two steps.
    np.bitwise_or.at(windows, cells + 1, _WINDOWS >> np.uint64(1) >> (np.uint64(_CELL - 1) - shift))
    return windows.reshape(len(wanted), width)
