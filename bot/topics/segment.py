"""Very many topics in a few arrays, and an article's way through them.

Keys, words (sets of keys, each once) and rows are numbers. A row stands under one of its words, its anchor: the one
that the fewest rows have. So an article looks at no more rows than stand under its own words, and these are few,
because under a common word stand only rows of words that are as common.
"""

from collections.abc import Sequence
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
_AT_ONCE = 1 << 16  # while all is put in order, so that this takes no more memory than there will be afterwards
_PLACE_BITS = 32
_WEIGHTS = np.array([0, 1 << 28, 1 << 30])  # what a word has, by its use, above the number of its rows


@dataclass(frozen=True, slots=True)
class Hits:
    """The topics that an article matches, and those whose matchers are to be asked, with these packed."""

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
        self._table, self._key_of = _numbered(hashes)
        word_starts = np.flatnonzero(self._marks & WORD_BEGINS).astype(np.int32)
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
        topics = self._topics[found]
        is_sure = ~self._asks[found]
        sure = np.unique(topics[is_sure & self._stands[topics]])
        unsure = np.setdiff1d(topics[~is_sure & self._stands[topics]], sure)
        return Hits(self._ids[sure].tolist(), [(int(self._ids[topic]), self._detail(topic)) for topic in unsure])

    def _number_words(self, hashes: Hashes, starts: Numbers) -> Numbers:
        """The number of each word, the same for equal ones. A sum of random numbers is as good as any of them."""
        sums, word_of = _numbered(np.add.reduceat(hashes, starts))
        any_of = np.zeros(len(sums), np.int32)
        any_of[word_of] = np.arange(len(word_of), dtype=np.int32)
        sizes = np.diff(starts, append=len(hashes))[any_of]
        keys = self._key_of[ranges(starts[any_of], sizes)]
        self._words = np.repeat(np.arange(len(sums), dtype=np.int32), sizes)[np.argsort(keys, kind="stable")]
        self._words_by_key = _offsets(np.bincount(keys, minlength=len(self._table)))
        # Scratch for the article that is looked up: the lines of its words. Behind all words one that is always heard.
        self._line_of = np.full(len(sums) + 1, _NOT_HEARD, np.int32)
        self._line_of[-1] = 0
        return word_of

    def _arrange(self, word_of: Numbers, word_starts: Numbers) -> None:
        """Put the rows in the order of their anchors."""
        marks = self._marks[word_starts]
        starts = np.flatnonzero(marks & ROW_BEGINS).astype(np.int32)
        sizes = np.diff(starts, append=len(word_of)).astype(np.int32)
        anchors, seconds = _rarest_two(word_of, marks >> USE_SHIFT & USE, starts, sizes)
        order = np.argsort(anchors, kind="stable").astype(np.int32)
        self._rows_by_anchor = _offsets(np.bincount(anchors, minlength=len(self._line_of) - 1))
        self._seconds = seconds[order]
        topic_starts = np.cumsum(self._key_counts, dtype=np.int32) - self._key_counts
        topics = np.searchsorted(topic_starts, word_starts[starts], "right") - 1
        self._topics = topics.astype(np.int32)[order]
        self._kinds = (marks[starts] >> KIND_SHIFT & KIND)[order]
        self._asks = (marks[starts] & ASKS != 0)[order]
        in_order = ranges(starts[order], sizes[order])
        self._row_words = word_of[in_order]
        self._row_marks = marks[in_order]
        self._words_by_row = _offsets(sizes[order])

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

    def _detail(self, topic: int) -> bytes:
        return self._details[self._details_by_topic[topic] : self._details_by_topic[topic + 1]]


def _rarest_two(word_of: Numbers, uses: Numbers, starts: Numbers, sizes: Numbers) -> tuple[Numbers, Numbers]:
    """Of each row the word that the fewest rows have, and the next, which is behind all words where there is none.

    Words that are to be near one another come before loose ones; those that are barred do not count.
    """
    behind = int(word_of.max()) + 1
    frequency = np.bincount(word_of)
    found: list[list[Numbers]] = [[], []]
    for first in range(0, len(starts), _AT_ONCE):
        part = slice(first, first + _AT_ONCE)
        begin, end = int(starts[first]), int(starts[part][-1] + sizes[part][-1])
        places = np.arange(end - begin)
        weights = frequency[word_of[begin:end]] + _WEIGHTS[uses[begin:end]] << _PLACE_BITS | places
        for words in found:
            least = np.minimum.reduceat(weights, starts[part] - begin)
            at = least & (1 << _PLACE_BITS) - 1
            is_none = least >= _WEIGHTS[Use.BARRED] << _PLACE_BITS
            words.append(np.where(is_none, behind, word_of[begin:end][at]).astype(np.int32))
            weights[at] = _WEIGHTS[Use.BARRED] << _PLACE_BITS
    return np.concatenate(found[0]), np.concatenate(found[1])


def _numbered(values: Hashes) -> tuple[Hashes, Numbers]:
    """The distinct values in order, and the place of each value among them."""
    table = np.unique(values)
    numbers = np.empty(len(values), np.int32)
    for start in range(0, len(values), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        numbers[part] = np.searchsorted(table, values[part])
    return table, numbers


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
