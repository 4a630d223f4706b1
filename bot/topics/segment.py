"""Very many topics in a few arrays, and an article's way through them.

Keys, words (sets of keys, each once) and rows (words that an article needs all of) are numbers. A row stands under
one of its words, its anchor: the one that the fewest rows have. So an article looks at no more rows than stand under
its own words, and these are few, because under a common word stand only rows of words that are as common.
"""

from dataclasses import dataclass

import numpy as np

from bot.topics.compiled import KIND_SHIFT, ROW_BEGINS, WORD_BEGINS, Columns, Kind
from bot.topics.places import Hashes, Heard, Numbers, ranges, stand_near


@dataclass(frozen=True, slots=True)
class Hits:
    """The topics that an article matches, and those whose matchers are to be asked, with these packed."""

    sure: list[int]
    unsure: list[tuple[int, bytes]]


class Segment:
    """Topics that stand together. Each can be taken out, none put in: for that a new segment is made."""

    def __init__(self, columns: Columns) -> None:
        """The columns have one key at least."""
        hashes = np.frombuffer(columns.keys, np.uint64)
        self._marks = np.frombuffer(bytes(columns.marks), np.uint8)
        self._ids = np.array(columns.ids, np.int64)
        self._by_id = np.argsort(self._ids).astype(np.uint32)
        self._key_counts = np.array(columns.key_counts, np.uint16)
        self._details = bytes(columns.details)
        self._details_by_topic = _offsets(np.array(columns.detail_sizes, np.int64))
        self._stands = np.ones(len(self._ids), np.bool_)
        self._table, key_of = np.unique(hashes, return_inverse=True)
        self._key_of = key_of.astype(np.uint32)
        word_starts = np.flatnonzero(self._marks & WORD_BEGINS)
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
        rows, anchors = self._complete_rows(words)
        kinds = self._row_kinds[rows]
        is_sure = kinds == Kind.PLAIN
        near = np.flatnonzero(kinds == Kind.NEAR)
        if len(near):
            is_sure[near] = stand_near(*self._spell(rows[near], anchors[near]), words, keys, heard)
        topics = self._row_topics[rows]
        stand = self._stands[topics]
        sure = np.unique(topics[is_sure & stand])
        unsure = np.setdiff1d(topics[(kinds == Kind.EXACT) & stand], sure)
        return Hits(self._ids[sure].tolist(), [(int(self._ids[topic]), self._detail(topic)) for topic in unsure])

    def _number_words(self, hashes: Hashes, starts: Numbers) -> Numbers:
        """The number of each word, the same for equal ones. A sum of random numbers is as good as any of them."""
        sums = np.add.reduceat(hashes, starts)
        _, firsts, word_of = np.unique(sums, return_index=True, return_inverse=True)
        sizes = np.diff(starts, append=len(hashes))[firsts]
        keys = self._key_of[ranges(starts[firsts], sizes)]
        self._words = np.repeat(np.arange(len(firsts)), sizes)[np.argsort(keys, kind="stable")].astype(np.uint32)
        self._words_by_key = _offsets(np.bincount(keys, minlength=len(self._table)))
        self._is_heard = np.zeros(len(firsts), np.bool_)  # scratch: the words of the article that is looked up
        return word_of

    def _arrange(self, word_of: Numbers, word_starts: Numbers) -> None:
        """Put the rows in the order of their anchors."""
        starts = np.flatnonzero(self._marks[word_starts] & ROW_BEGINS)
        sizes = np.diff(starts, append=len(word_of))
        rows_of_word = np.bincount(word_of)
        anchor_places = np.minimum.reduceat(rows_of_word[word_of] << 32 | np.arange(len(word_of)), starts) & 0xFFFFFFFF
        anchors = word_of[anchor_places]
        order = np.argsort(anchors, kind="stable")
        self._rows_by_anchor = _offsets(np.bincount(anchors, minlength=len(rows_of_word)))
        self._row_kinds = (self._marks[word_starts[starts]] >> KIND_SHIFT)[order]
        topic_starts = np.cumsum(self._key_counts, dtype=np.int64) - self._key_counts
        topics = np.searchsorted(topic_starts, word_starts[starts], "right") - 1
        self._row_topics = topics[order].astype(np.uint32)
        is_other = np.ones(len(word_of), np.bool_)
        is_other[anchor_places] = False
        in_order = ranges(starts[order], sizes[order])
        self._others = word_of[in_order[is_other[in_order]]].astype(np.uint32)
        self._others_by_row = _offsets(sizes[order] - 1)

    def _words_of(self, heard: Heard) -> tuple[Numbers, Numbers]:
        """The words that topics ask for and the article has, each with a key of it (its place among the article's)."""
        at = np.minimum(np.searchsorted(self._table, heard.hashes), len(self._table) - 1)
        keys = np.flatnonzero(self._table[at] == heard.hashes)
        starts, counts = _spans(self._words_by_key, at[keys])
        return self._words[ranges(starts, counts)].astype(np.int64), np.repeat(keys, counts)

    def _complete_rows(self, words: Numbers) -> tuple[Numbers, Numbers]:
        """The rows of which all these words are there, each with its anchor."""
        anchors = np.unique(words)
        self._is_heard[anchors] = True
        starts, counts = _spans(self._rows_by_anchor, anchors)
        rows, anchors_of_rows = ranges(starts, counts), np.repeat(anchors, counts)
        starts, counts = _spans(self._others_by_row, rows)
        is_missing = ~self._is_heard[self._others[ranges(starts, counts)]]
        self._is_heard[anchors] = False
        is_complete = np.ones(len(rows), np.bool_)
        is_complete[np.repeat(np.arange(len(rows)), counts)[is_missing]] = False
        return rows[is_complete], anchors_of_rows[is_complete]

    def _spell(self, rows: Numbers, anchors: Numbers) -> tuple[Numbers, Numbers]:
        """The words of these rows, one row's after another's, and how many each has."""
        starts, counts = _spans(self._others_by_row, rows)
        sizes = counts + 1
        is_anchor = np.zeros(int(sizes.sum()), np.bool_)
        is_anchor[np.cumsum(sizes) - sizes] = True
        words = np.empty(len(is_anchor), np.int64)
        words[is_anchor] = anchors
        words[~is_anchor] = self._others[ranges(starts, counts)]
        return words, sizes

    def _detail(self, topic: int) -> bytes:
        return self._details[self._details_by_topic[topic] : self._details_by_topic[topic + 1]]


def _offsets(counts: Numbers) -> Numbers:
    """Where the items of each begin, and after them where the last end."""
    return np.concatenate(([0], np.cumsum(counts))).astype(np.uint32)


def _spans(offsets: Numbers, of: Numbers) -> tuple[Numbers, Numbers]:
    """Where the items of these begin, and how many they are."""
    starts = offsets[of].astype(np.int64)
    return starts, offsets[of + 1] - starts
