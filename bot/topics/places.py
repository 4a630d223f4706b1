"""An article's words by number, where they stand, and which of very many sets of words stand near one another."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.topics.compiled import in_title
from bot.topics.hashing import Hashes, hash_keys
from bot.topics.lemmas import Reading
from bot.topics.query import NEAR_WORDS

Numbers = NDArray[np.integer[Any]]
Flags = NDArray[np.bool_]

# A word that stands at p is in the windows that begin from p - NEAR_WORDS + 1 to p: so many bits in a row.
_WINDOWS = np.uint64((1 << NEAR_WORDS) - 1)
_CELL = 64  # bits
MOST_CELLS = 1 << 17  # that are looked at together: 1 MiB


class Heard:
    """An article by the hashes of its keys, in their order, and those of its headline once more as such."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        headline = frozenset[str]().union(*reading.words[: reading.title_words])
        self._keys = tuple(reading.keys)
        hashes = hash_keys([*self._keys, *map(in_title, headline)])
        self._order = np.argsort(hashes)  # what is looked up in order is found sooner
        self.hashes: Hashes = hashes[self._order]

    @property
    def length(self) -> int:
        """Positions in the text."""
        return len(self._reading.words)

    def places(self, keys: Numbers) -> tuple[Numbers, Numbers]:
        """The positions of these keys (by their place in `hashes`), one key's after another's; how many each has.

        A key of the headline as such has none.
        """
        starts, counts, positions = self._positions
        return positions[ranges(starts[keys], counts[keys])], counts[keys]

    @cached_property
    def _positions(self) -> tuple[Numbers, Numbers, Numbers]:
        places = np.argsort(self._order).tolist()
        number = dict(zip(self._keys, places, strict=False))  # those of the headline come behind
        words = self._reading.words
        keys = np.array([number[key] for word in words for key in word], np.int32)
        sizes = np.fromiter(map(len, words), np.int32, len(words))
        positions = np.repeat(np.arange(len(words), dtype=np.int32), sizes)
        counts = np.bincount(keys, minlength=len(self.hashes))
        return np.cumsum(counts) - counts, counts, positions[np.argsort(keys, kind="stable")]


class Places:
    """Where words stand that are told by lines: each word of the article that topics ask for has one."""

    def __init__(self, heard: Heard, lines: Numbers, keys: Numbers, count: int) -> None:
        """Of `count` lines these have these keys of the article. The one after them, `anywhere`, stands everywhere;
        so does a line that has no place in the text, as those of the headline have none.
        """
        self._positions, counts = heard.places(keys)
        self._lines = np.repeat(lines, counts)
        self._width = (heard.length + NEAR_WORDS) // _CELL + 2
        self.anywhere = count
        self._masks: dict[int, int] = {}

    def are_near(self, lines: Numbers) -> Flags:
        """For each column of lines whether NEAR_WORDS positions in a row have all of them."""
        found = np.zeros(lines.shape[1], np.bool_)
        at_once = max(1, MOST_CELLS // self._width)  # columns
        for start in range(0, lines.shape[1], at_once):
            part = slice(start, start + at_once)
            windows = self._windows.take(lines[0, part], axis=0)
            for others in lines[1:, part]:
                windows &= self._windows.take(others, axis=0)
            found[part] = windows.any(axis=1)
        return found

    def stand(self, forms: Sequence[Sequence[int]]) -> bool:
        """Whether forms of lines stand near one another, the words of each side by side. One alone only stands."""
        windows = -1
        for form in forms:
            starts = self._mask(form[0])
            for place, line in enumerate(form[1:], 1):
                starts &= self._mask(line) >> place
            if not starts:
                return False
            windows &= _spread(starts, NEAR_WORDS - len(form) + 1) << len(form)
        return len(forms) == 1 or bool(windows)

    @cached_property
    def _windows(self) -> Hashes:
        """A row for each line: a bit for each window that has it."""
        cells = self._lines.astype(np.int64) * self._width + self._positions // _CELL
        shift = (self._positions % _CELL).astype(np.uint64)
        windows = np.zeros((self.anywhere + 1) * self._width, np.uint64)
        np.bitwise_or.at(windows, cells, _WINDOWS << shift)
        # What is beyond the cell; a shift by 64 is none at all, so it is made in two steps.
        np.bitwise_or.at(windows, cells + 1, _WINDOWS >> np.uint64(1) >> (np.uint64(_CELL - 1) - shift))
        by_line = windows.reshape(-1, self._width)
        has_places = np.zeros(self.anywhere + 1, np.bool_)
        has_places[self._lines] = True
        by_line[~has_places] = ~np.uint64(0)
        return by_line

    def _mask(self, line: int) -> int:
        """A bit for each position of a line."""
        if (mask := self._masks.get(line)) is None:
            mask = 0
            for position in self._positions[self._lines == line].tolist():
                mask |= 1 << position
            self._masks[line] = mask
        return mask


def ranges(starts: Numbers, counts: Numbers) -> Numbers:
    """start, start + 1 … as many as its count says, for each of them."""
    ends = np.cumsum(counts, dtype=np.int32)
    steps = np.arange(ends[-1] if len(ends) else 0, dtype=np.int32)
    steps += np.repeat((starts - (ends - counts)).astype(np.int32), counts)
    return steps


def _spread(bits: int, width: int) -> int:
    """Each bit, and the `width` - 1 above it."""
    spread = 1
    while spread < width:
        step = min(spread, width - spread)
        bits |= bits << step
        spread += step
    return bits
