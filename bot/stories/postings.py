"""Which articles hold a term: an inverted index of one segment, growing and then sealed."""

import math
from array import array
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.stories.frequencies import Frequencies
from bot.stories.hashing import Sort, Terms

SEGMENT = 8_192  # articles: thirteen bits of an entry
SHARED = np.uint32(Sort.CONCEPT)  # the first of the terms that all languages share
MANY = 64  # articles from which on they are put in order together
_LAST = np.uint32(0xFFFF_FFFF)
_COUNT_BITS = 3
_MOST = (1 << _COUNT_BITS) - 1  # times a term stands in an article that are told apart


class Found(NamedTuple):
    """The entries of the terms that were asked for, one term after another, and how many each has."""

    entries: NDArray[np.uint16]
    sizes: NDArray[np.int64]


class Growing:
    """The newest segment. A term costs an array of two bytes an article; what came since the last question waits."""

    def __init__(self) -> None:
        self._lists: dict[int, array[int]] = {}
        self._waiting: list[tuple[Terms, NDArray[np.uint16]]] = []

    def add(self, row: int, terms: Terms, counts: NDArray[np.uint8]) -> None:
        """Take in the article that stands in this row."""
        self._waiting.append((terms, np.minimum(counts, _MOST) | np.uint16(row << _COUNT_BITS)))

    def find(self, terms: Terms) -> Found:
        """The articles that hold any of these terms."""
        self._settle()
        held = [self._lists.get(term, b"") for term in terms.tolist()]
        return Found(np.frombuffer(b"".join(held), np.uint16), np.array([len(one) for one in held], np.int64))

    def seal(self) -> "Sealed":
        """The same for good: some milliseconds."""
        if not self._lists:
            return Sealed(*_grouped(self._waiting))
        self._settle()
        terms = np.fromiter(self._lists, np.uint32, len(self._lists))
        sizes = np.fromiter(map(len, self._lists.values()), np.int64, terms.size)
        entries = np.frombuffer(b"".join(self._lists.values()), np.uint16)
        order = terms.argsort()
        begins = (sizes.cumsum() - sizes)[order]
        return Sealed(terms[order], starts_of(sizes[order]), entries[_places(begins, sizes[order])])

    def _settle(self) -> None:
        lists = self._lists
        if len(self._waiting) < MANY:
            for terms, entries in self._waiting:
                for term, entry in zip(terms.tolist(), entries.tolist(), strict=True):
                    if term in lists:
                        lists[term].append(entry)
                    else:
                        lists[term] = array("H", (entry,))
        else:
            grouped, starts, entries = _grouped(self._waiting)
            data, ends = entries.tobytes(), (2 * starts).tolist()
            for term, start, end in zip(grouped.tolist(), ends, ends[1:], strict=False):
                lists.setdefault(term, array("H")).frombytes(data[start:end])
        self._waiting.clear()


class Sealed:
    """A full segment: sorted terms, where the entries of each begin, and the entries."""

    def __init__(self, terms: Terms, starts: NDArray[np.uint32], entries: NDArray[np.uint16]) -> None:
        # A last term without entries, so that every place that a search gives is one.
        self._terms, self._starts = np.append(terms, _LAST), np.append(starts, starts[-1])
        self._entries = entries

    def find(self, terms: Terms) -> Found:
        """The articles that hold any of these terms."""
        at = self._terms.searchsorted(terms)
        begins = self._starts[at]
        sizes = (self._starts[at + 1] - begins) * (self._terms[at] == terms)
        return Found(self._entries[_places(begins, sizes)], sizes.astype(np.int64))

    def lengths(self, frequencies: Frequencies) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Of all articles of the segment, by what is known of the terms now: see `lengths_of`."""
        sizes = np.diff(self._starts)
        worths = (np.repeat(frequencies.weights(self._terms), sizes) * _AMOUNTS[self._entries & _MOST]) ** 2
        rows = self._entries >> _COUNT_BITS
        split = self._starts[self._terms.searchsorted(SHARED)]
        words = np.bincount(rows[:split], worths[:split], SEGMENT)
        shared = np.bincount(rows[split:], worths[split:], SEGMENT)
        return np.sqrt(words).astype(np.float32), np.sqrt(shared).astype(np.float32)


def lengths_of(terms: Terms, worths: NDArray[np.float32]) -> tuple[float, float]:
    """The length of an article as a vector of its words, and of what all languages share."""
    squares = worths * worths
    split = terms.searchsorted(SHARED)
    return math.sqrt(float(squares[:split].sum())), math.sqrt(float(squares[split:].sum()))


def rows_of(entries: NDArray[np.uint16]) -> NDArray[np.int64]:
    """The articles' rows in their segment."""
    return (entries >> _COUNT_BITS).astype(np.int64)


def amounts_in(entries: NDArray[np.uint16]) -> NDArray[np.float32]:
    """What the times that each article holds its term are worth against a single one."""
    amounts: NDArray[np.float32] = _AMOUNTS[entries & _MOST]
    return amounts


def amounts_of(counts: NDArray[np.uint8]) -> NDArray[np.float32]:
    """What several occurrences of a term are worth against a single one."""
    return _AMOUNTS[np.minimum(counts, _MOST)]


def starts_of(sizes: Sequence[int] | NDArray[np.int64]) -> NDArray[np.uint32]:
    """Where each of several pieces begins when they stand in a row, and where the last ends."""
    starts = np.zeros(len(sizes) + 1, np.uint32)
    np.cumsum(sizes, out=starts[1:])
    return starts


def _grouped(
    articles: Sequence[tuple[Terms, NDArray[np.uint16]]],
) -> tuple[Terms, NDArray[np.uint32], NDArray[np.uint16]]:
    """What `Sealed` holds, of the terms and entries of each article."""
    terms = np.concatenate([np.empty(0, np.uint32), *(terms for terms, _ in articles)])
    entries = np.concatenate([np.empty(0, np.uint16), *(entries for _, entries in articles)])
    order = terms.argsort(kind="stable")
    terms, sizes = np.unique_counts(terms[order])
    return terms, starts_of(sizes), entries[order]


def _places(begins: NDArray[Any], sizes: NDArray[Any]) -> NDArray[np.int64]:
    """All places of pieces that begin there and are so long, one piece after another."""
    places: NDArray[np.int64] = np.repeat(begins.astype(np.int64) - sizes.cumsum(dtype=np.int64) + sizes, sizes)
    places += np.arange(places.size)
    return places


_AMOUNTS = np.log1p(np.arange(_MOST + 1, dtype=np.float32))
