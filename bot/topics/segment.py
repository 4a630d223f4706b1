"""Very many topics in a few arrays, and an article's way through them.

Keys, words (sets of keys, each once) and rows are numbers. A row stands under one of its words, its anchor: the one
that the fewest rows have. So an article looks at no more rows than stand under its own words, and these are few,
because under a common word stand only rows of words that are as common. Most rows are short: up to three single words,
and no more than one that is barred.
"""

from collections.abc import Callable, Iterator
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
from bot.topics.hashing import Hashes
from bot.topics.places import Flags, Heard, Numbers, Places, ranges
from bot.topics.rows import Kind, Use

_SHORT = 3  # words
_ALWAYS, _NEVER = -2, -1  # words that every article has, and that none has
_AT_ONCE = 1 << 16  # items, while all is put in order: that takes little more memory than there is afterwards
_PLACE_BITS = 32
_WEIGHTS = np.array([0, 1 << 28, 1 << 30])  # what a word has, by its use, above the number of its rows


@dataclass(frozen=True, slots=True)
class Hits:
    """The ids of topics that an article matches, some told more than once, and those whose matchers are to be asked."""

    sure: Numbers
    unsure: dict[int, bytes]


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
        self._is_heard[words] = True
        lines = np.flatnonzero(self._is_heard)  # the last is that of _ALWAYS
        self._line_of[lines] = np.arange(len(lines))
        places = Places(heard, self._line_of[words], keys, len(lines) - 1)
        found = self._standing(lines[:-1], places)
        self._is_heard[lines[:-1]] = False
        topics, asks, kinds = self._topics.take(found), self._asks.take(found), self._kinds.take(found)
        stands = self._stands.take(topics)
        if (vetoes := kinds == Kind.VETO).any():
            stands &= ~np.isin(topics, topics[vetoes])
        unsure = {int(self._ids[topic]): self._packed(topic) for topic in topics[stands & asks].tolist()}
        return Hits(self._ids.take(topics[stands & ~asks]), unsure)

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
        # Scratch for the article that is looked up: its words, and the line of each. Behind all stand two that are
        # none: one that every article has, and one that none has.
        self._is_heard = np.zeros(len(distinct) + 2, np.bool_)
        self._is_heard[_ALWAYS] = True
        self._line_of = np.zeros(len(distinct) + 2, np.int32)
        return word_of

    def _arrange(self, word_of: Numbers, word_starts: Numbers) -> None:
        """Put the rows in the order of their anchors."""
        marks = self._marks[word_starts]
        starts = _where(marks, ROW_BEGINS)
        bounds = np.append(starts, np.int32(len(word_of)))
        uses = marks >> USE_SHIFT & USE
        anchors, *others = _rarest(word_of, uses, bounds)
        order = np.argsort(anchors, kind="stable").astype(np.int32)
        self._rows_by_anchor = _offsets(np.bincount(anchors, minlength=len(self._line_of) - 2))
        self._others = tuple(words[order] for words in others)
        first_marks = marks[starts[order]]
        self._kinds = first_marks >> KIND_SHIFT & KIND
        self._asks = first_marks & ASKS != 0
        sizes = np.diff(bounds)[order]
        is_barred = uses == Use.BARRED
        has_barred = np.logical_or.reduceat(is_barred, starts)[order]
        self._barred = np.full(len(order), _NEVER, np.int32)
        # A row has one barred word at most, its last.
        self._barred[has_barred] = word_of[bounds[1:][order[has_barred]] - 1]
        self._is_short = (sizes - has_barred <= _SHORT) & (self._kinds < Kind.PHRASE)
        longer = order[~self._is_short]
        self._words_by_row = _offsets(np.where(self._is_short, 0, sizes))
        moved = ranges(*_spans(bounds, longer))
        self._row_words, self._row_marks = word_of[moved], marks[moved]
        topic_starts = np.cumsum(self._key_counts, dtype=np.int32) - self._key_counts
        self._topics = np.empty(len(order), np.int32)
        for part in _parts(len(order)):
            self._topics[part] = np.searchsorted(topic_starts, word_starts[starts[order[part]]], "right") - 1

    def _words_of(self, heard: Heard) -> tuple[Numbers, Numbers]:
        """The words that topics ask for and the article has, each with a key of it (its place among the article's)."""
        at = np.minimum(np.searchsorted(self._table, heard.hashes), len(self._table) - 1)
        keys = np.flatnonzero(self._table[at] == heard.hashes)
        starts, counts = _spans(self._words_by_key, at[keys])
        return self._words[ranges(starts, counts)], np.repeat(keys, counts)

    def _standing(self, words: Numbers, places: Places) -> Numbers:
        """The rows that want these words, and have what they want."""
        firsts, counts = _spans(self._rows_by_anchor, words)
        rows, anchors = ranges(firsts, counts), np.repeat(np.arange(len(words), dtype=np.int32), counts)
        for others in self._others:
            are_heard = self._is_heard.take(others.take(rows))
            rows, anchors = rows[are_heard], anchors[are_heard]
        is_open = ~self._is_heard.take(self._barred.take(rows))
        rows, anchors = rows[is_open], anchors[is_open]
        is_short = self._is_short.take(rows)
        short, longer = rows[is_short], rows[~is_short]
        lines = [anchors[is_short], *(self._line_of.take(others.take(short)) for others in self._others)]
        found = short[places.are_near(np.stack(lines))], longer[self._stand(longer, places)]
        return np.concatenate(found)

    def _stand(self, rows: Numbers, places: Places) -> Flags:
        """Which of any rows, with nothing that they bar, have what they want."""
        starts, sizes = _spans(self._words_by_row, rows)
        at = ranges(starts, sizes)
        row_of = np.repeat(np.arange(len(rows), dtype=np.int32), sizes)
        words, is_wanted = self._row_words[at], self._row_marks[at] >> USE_SHIFT & USE != Use.BARRED
        is_heard = self._is_heard[words]
        stand = np.ones(len(rows), np.bool_)
        stand[row_of[is_wanted & ~is_heard]] = False
        lines = np.full((int(sizes.max(initial=1)), len(rows)), places.anywhere, np.int32)
        lines[at - starts[row_of], row_of] = np.where(is_wanted & is_heard, self._line_of[words], places.anywhere)
        candidates = np.flatnonzero(stand)
        stand[candidates] = places.are_near(lines[:, candidates])
        for row in np.flatnonzero(stand & (self._kinds[rows] >= Kind.PHRASE)).tolist():
            stand[row] = places.stand(self._forms(int(rows[row])))
        return stand

    def _forms(self, row: int) -> list[list[int]]:
        """The lines of a row's words, form by form."""
        forms: list[list[int]] = []
        part = slice(*self._words_by_row[row : row + 2])
        for line, mark in zip(
            self._line_of[self._row_words[part]].tolist(), self._row_marks[part].tolist(), strict=True
        ):
            if mark & FORM_BEGINS:
                forms.append([])
            if mark >> USE_SHIFT & USE == Use.WANTED:
                forms[-1].append(line)
        return forms

    def _packed(self, topic: int) -> bytes:
        start, stop = self._details_by_topic[topic : topic + 2].tolist()
        return self._details[start:stop]


def _rarest(word_of: Numbers, uses: Numbers, bounds: Numbers) -> Numbers:
    """Of each row the words that the fewest rows have, the rarest first; _ALWAYS where there are no more.

    Words that are to be near one another come before loose ones; those that are barred do not count.
    """
    frequency = np.bincount(word_of)
    rarest = np.empty((_SHORT, len(bounds) - 1), np.int32)
    for part in _parts(len(bounds) - 1):
        words = slice(bounds[part.start], bounds[part.stop])
        places = np.arange(words.stop - words.start)
        weights = frequency[word_of[words]] + _WEIGHTS[uses[words]] << _PLACE_BITS | places
        for found in rarest:
            least = np.minimum.reduceat(weights, bounds[part] - words.start)
            at = least & (1 << _PLACE_BITS) - 1
            is_none = least >= _WEIGHTS[Use.BARRED] << _PLACE_BITS
            found[part] = np.where(is_none, _ALWAYS, word_of[words][at])
            weights[at] |= _WEIGHTS[Use.BARRED] << _PLACE_BITS
    return rarest


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
