"""Very many topics in a few arrays, and an article's way through them.

Keys, words (sets of keys, each once) and rows are numbers. A row stands under one of its words, its anchor: the one
that the fewest rows have. So an article looks at no more rows than stand under its own words, and these are few,
because under a common word stand only rows of words that are as common.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bot.topics.compiled import (
    ASKS,
    FORM_BEGINS,
    KIND,
    KIND_SHIFT,
    ROW_BEGINS,
    USE,
    USE_SHIFT,
    WORD_BEGINS,
    Columns,
)
from bot.topics.places import Flags, Hashes, Heard, Numbers, Places, ranges
from bot.topics.rows import Kind, Use

_NOT_HEARD = -1
_AT_ONCE = 1 << 16  # items, while all is put in order: that takes little more memory than there is afterwards
_PLACE_BITS = 32
_WEIGHTS = np.array([0, 1 << 28, 1 << 30])  # what a word has, by its use, above the number of its rows


@dataclass(frozen=True, slots=True)
class Hits:
    """The topics that an article matches, and those whose matchers are to be asked, with these packed.

    One may be told several times.
    """

    sure: list[int]
    unsure: list[tuple[int, bytes]]


@dataclass(frozen=True, slots=True)
class _Complete:
    """Rows that have what they want and nothing that they bar. `lines` are those of the words that are to be near."""

    rows: Numbers
    lines: Numbers
    sizes: Numbers
    begins: Flags  # for each of `lines` whether a form begins with it


class Segment:
    """Topics that stand together. Each can be taken out, none put in: for that a new segment is made."""

    def __init__(self, columns: Columns) -> None:
        """The columns have one key at least."""
        self._marks = np.frombuffer(bytes(columns.marks), np.uint8)
        self._ids = np.array(columns.ids, np.int64)
        self._by_id = np.argsort(self._ids)
        self._key_counts = np.array(columns.key_counts, np.uint16)
        self._details = bytes(columns.details)
        self._details_by_topic = _offsets(np.array(columns.detail_sizes, np.int32))
        self._stands = np.ones(len(self._ids), np.bool_)
        hashes = np.frombuffer(columns.keys, np.uint64)
        word_starts = _where(self._marks, WORD_BEGINS)
        self._table, self._key_of = _numbered(len(hashes), lambda part: hashes[part])
        self._arrange(self._number_words(hashes, word_starts), word_starts)

    def __len__(self) -> int:
        return int(np.count_nonzero(self._stands))

    def discard(self, topic_id: int) -> None:
        """Take a topic out; nothing happens when it is not here."""
        place = int(np.searchsorted(self._ids, topic_id, sorter=self._by_id))
        if place < len(self._ids) and self._ids[topic := self._by_id[place]] == topic_id:
            self._stands[topic] = False

    def pour(self, columns: Columns) -> None:
        """Write all topics down, those that were taken out left away."""
        kept = np.repeat(self._stands, self._key_counts)
        sizes = np.diff(self._details_by_topic)
        columns.ids.frombytes(self._ids[self._stands].tobytes())
        columns.key_counts.frombytes(self._key_counts[self._stands].tobytes())
        columns.keys += self._table[self._key_of[kept]].tobytes()
        columns.marks += self._marks[kept].tobytes()
        columns.detail_sizes.frombytes(sizes[self._stands].tobytes())
        columns.details += np.frombuffer(self._details, np.uint8)[np.repeat(self._stands, sizes)].tobytes()

    def look_up(self, heard: Heard) -> Hits:
        """What an article matches among these topics."""
        words, keys = self._words_of(heard)
        lines = np.unique(words)
        self._line_of[lines] = np.arange(len(lines))
        complete = self._complete_rows(lines)
        found = self._standing(complete, Places(heard, self._line_of[words], keys, len(lines)))
        self._line_of[lines] = _NOT_HEARD
        found = found[self._stands[self._topics[found]]]
        asks = self._asks[found]
        sure = self._ids[self._topics[found[~asks]]].tolist()
        return Hits(sure, [self._packed(topic) for topic in self._topics[found[asks]].tolist()])

    def _number_words(self, hashes: Hashes, starts: Numbers) -> Numbers:
        """The number of each word, the same for equal ones. A sum of random numbers is as good as any of them."""
        bounds = np.append(starts, np.int32(len(hashes)))

        def sums(part: slice) -> Hashes:
            first = bounds[part.start]
            added: Hashes = np.add.reduceat(hashes[first : bounds[part.stop]], bounds[part] - first)
            return added

        distinct, word_of = _numbered(len(starts), sums)
        any_of = np.zeros(len(distinct), np.int32)
        for part in _parts(len(starts)):
            any_of[word_of[part]] = np.arange(part.start, part.stop, dtype=np.int32)
        firsts, sizes = _spans(bounds, any_of)
        keys = self._key_of[ranges(firsts, sizes)]
        self._words = np.repeat(np.arange(len(distinct), dtype=np.int32), sizes)[np.argsort(keys, kind="stable")]
        self._words_by_key = _offsets(np.bincount(keys, minlength=len(self._table)))
        # Scratch for the article that is looked up: the lines of its words. Behind all words one that is always heard.
        self._line_of = np.full(len(distinct) + 1, _NOT_HEARD, np.int32)
        self._line_of[-1] = 0
        return word_of

    def _arrange(self, word_of: Numbers, word_starts: Numbers) -> None:
        """Put the rows in the order of their anchors."""
        marks = self._marks[word_starts]
        starts = _where(marks, ROW_BEGINS)
        bounds = np.append(starts, np.int32(len(word_of)))
        anchors, seconds = _rarest_two(word_of, marks >> USE_SHIFT & USE, bounds)
        order = np.argsort(anchors, kind="stable").astype(np.int32)
        self._rows_by_anchor = _offsets(np.bincount(anchors, minlength=len(self._line_of) - 1))
        self._seconds = seconds[order]
        topic_starts = np.cumsum(self._key_counts, dtype=np.int32) - self._key_counts
        self._topics = np.empty(len(order), np.int32)
        self._row_words = np.empty(len(word_of), np.int32)
        self._row_marks = np.empty(len(word_of), np.uint8)
        self._words_by_row = _offsets(np.diff(bounds)[order])
        for part in _parts(len(order)):
            self._topics[part] = np.searchsorted(topic_starts, word_starts[starts[order[part]]], "right") - 1
            moved = ranges(*_spans(bounds, order[part]))
            place = slice(self._words_by_row[part.start], self._words_by_row[part.stop])
            self._row_words[place], self._row_marks[place] = word_of[moved], marks[moved]
        self._kinds = marks[starts[order]] >> KIND_SHIFT & KIND
        self._asks = marks[starts[order]] & ASKS != 0

    def _words_of(self, heard: Heard) -> tuple[Numbers, Numbers]:
        """The words that topics ask for and the article has, each with a key of it (its place among the article's)."""
        at = np.minimum(np.searchsorted(self._table, heard.hashes), len(self._table) - 1)
        keys = np.flatnonzero(self._table[at] == heard.hashes)
        starts, counts = _spans(self._words_by_key, at[keys])
        return self._words[ranges(starts, counts)], np.repeat(keys, counts)

    def _complete_rows(self, words: Numbers) -> _Complete:
        """The rows of which all these words are there."""
        rows = ranges(*_spans(self._rows_by_anchor, words))
        rows = rows[self._line_of[self._seconds[rows]] != _NOT_HEARD]
        starts, counts = _spans(self._words_by_row, rows)
        at = ranges(starts, counts)
        lines, uses = self._line_of[self._row_words[at]], self._row_marks[at] >> USE_SHIFT & USE
        row_of = np.repeat(np.arange(len(rows), dtype=np.int32), counts)
        is_complete = np.ones(len(rows), np.bool_)
        is_complete[row_of[(lines == _NOT_HEARD) != (uses == Use.BARRED)]] = False
        are_near = (uses == Use.WANTED) & is_complete[row_of]
        sizes = np.bincount(row_of[are_near], minlength=len(rows))[is_complete]
        begins = self._row_marks[at[are_near]] & FORM_BEGINS != 0
        return _Complete(rows[is_complete], lines[are_near], sizes, begins)

    def _standing(self, complete: _Complete, places: Places) -> Numbers:
        """Those of the rows whose words stand as they are to."""
        kinds = self._kinds[complete.rows]
        is_found = kinds == Kind.PLAIN
        others = np.flatnonzero(~is_found)
        if not len(others):
            return complete.rows
        lines = complete.lines[np.repeat(~is_found, complete.sizes)]
        is_found[others] = places.are_near(lines, complete.sizes[others])
        ends = np.cumsum(complete.sizes)
        for row in np.flatnonzero(is_found & (kinds == Kind.PHRASE)):
            part = slice(ends[row] - complete.sizes[row], ends[row])
            is_found[row] = places.stand(_forms(complete.lines[part].tolist(), complete.begins[part].tolist()))
        found: Numbers = complete.rows[is_found]
        return found

    def _packed(self, topic: int) -> tuple[int, bytes]:
        start, stop = self._details_by_topic[topic : topic + 2].tolist()
        return int(self._ids[topic]), self._details[start:stop]


def _rarest_two(word_of: Numbers, uses: Numbers, bounds: Numbers) -> tuple[Numbers, Numbers]:
    """Of each row the word that the fewest rows have, and the next, which is behind all words where there is none.

    Words that are to be near one another come before loose ones; those that are barred do not count.
    """
    frequency = np.bincount(word_of)
    rarest = np.empty((2, len(bounds) - 1), np.int32)
    for part in _parts(len(bounds) - 1):
        words = slice(bounds[part.start], bounds[part.stop])
        places = np.arange(words.stop - words.start)
        weights = frequency[word_of[words]] + _WEIGHTS[uses[words]] << _PLACE_BITS | places
        for found in rarest:
            least = np.minimum.reduceat(weights, bounds[part] - words.start)
            at = least & (1 << _PLACE_BITS) - 1
            is_none = least >= _WEIGHTS[Use.BARRED] << _PLACE_BITS
            found[part] = np.where(is_none, len(frequency), word_of[words][at])
            weights[at] = _WEIGHTS[Use.BARRED] << _PLACE_BITS
    return rarest[0], rarest[1]


def _numbered(count: int, values: Callable[[slice], Hashes]) -> tuple[Hashes, Numbers]:
    """Of so many values the distinct ones in order, and the place of each value among them."""
    distinct = np.zeros(0, np.uint64)
    for part in _parts(count):
        distinct = np.union1d(distinct, values(part))
    numbers = np.empty(count, np.int32)
    for part in _parts(count):
        numbers[part] = np.searchsorted(distinct, values(part))
    return distinct, numbers


def _where(marks: Numbers, mark: int) -> Numbers:
    """The places of those that have this mark."""
    return np.concatenate(
        [part.start + np.flatnonzero(marks[part] & mark).astype(np.int32) for part in _parts(len(marks))]
    )


def _parts(count: int) -> Iterator[slice]:
    for start in range(0, count, _AT_ONCE):
        yield slice(start, min(start + _AT_ONCE, count))


def _offsets(counts: Numbers) -> Numbers:
    """Where the items of each begin, and after them where the last end."""
    return np.concatenate(([0], np.cumsum(counts))).astype(np.int32)


def _spans(offsets: Numbers, of: Numbers) -> tuple[Numbers, Numbers]:
    """Where the items of these begin, and how many they are."""
    return offsets[of], offsets[of + 1] - offsets[of]


def _forms(lines: Sequence[int], begins: Sequence[bool]) -> list[list[int]]:
    forms: list[list[int]] = []
    for line, is_first in zip(lines, begins, strict=True):
        if is_first:
            forms.append([])
        forms[-1].append(line)
    return forms
