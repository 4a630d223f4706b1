"""The articles of the window, packed: rows of numbers, sketches in one piece of memory a segment; and who is alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from bot.stories.frequencies import Frequencies
from bot.stories.hashing import Terms
from bot.stories.postings import SEGMENT, SHARED, Found, Growing, Sealed, amounts_of, lengths_of, starts_of
from bot.stories.sketch import LANGUAGES, Sketch, pack, unpack

GONE = -1  # in place of the story of an article that is no longer compared
ASKED = 48  # words of an article that are looked for, the rarest; and as many names and numbers
FEWEST = 8  # of them however common they are
ENTRIES = 10_000  # that are looked at of each, more or less: what bounds the time
MOST, MOST_FOREIGN = 48, 12  # articles found
MEASURED = 400  # articles whose cosine is worked out, those that share most
LEAST = 1e-6  # in place of a length of nothing

_ROW = np.dtype([
    ("article", np.int64),
    ("story", np.int64),
    ("source", np.int32),
    ("language", np.int32),
    ("moment", np.int64),  # seconds since 1970
    ("length", np.float32),
    ("shared", np.float32),  # the length of what all languages share
])  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Segment:
    """A full one. `starts` tells where each row's sketch begins in `data`."""

    postings: Sealed
    data: bytes
    starts: NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class _Likest:
    """Picks rows of that time by the products of the terms that they share with an article of that language."""

    rows: NDArray[np.void]
    language: int
    after: int
    before: int

    def own(self, at: NDArray[np.int64], products: NDArray[np.float32], length: float) -> list[tuple[int, float]]:
        """Of the same language, with their cosines; the likest first."""
        touched, sums = _sums(at, products)
        rows = self.rows[touched]
        cosines = sums / np.maximum(rows["length"] * length, LEAST)
        return self._pick(touched, rows, cosines, rows["language"] == self.language, MOST)

    def foreign(self, at: NDArray[np.int64], products: NDArray[np.float32], length: float) -> list[tuple[int, float]]:
        """Of other languages."""
        is_foreign = self.rows["language"][at] != self.language
        touched, sums = _sums(at[is_foreign], products[is_foreign])
        rows = self.rows[touched]
        cosines = sums / np.maximum(rows["shared"] * length, LEAST)
        return self._pick(touched, rows, cosines, np.ones(touched.size, np.bool_), MOST_FOREIGN)

    def _pick(
        self,
        touched: NDArray[np.int64],
        rows: NDArray[np.void],
        cosines: NDArray[np.float64],
        fits: NDArray[np.bool_],
        most: int,
    ) -> list[tuple[int, float]]:
        fits = fits & (rows["story"] != GONE) & (rows["moment"] > self.after) & (rows["moment"] < self.before)
        touched, cosines = touched[fits], cosines[fits]
        order = np.argsort(-cosines, kind="stable")[:most]
        return list(zip(touched[order].tolist(), cosines[order].tolist(), strict=True))


class Shelf:
    """Articles by slot, a number in the order in which they came; slots of what was dropped are not used again."""

    def __init__(self, frequencies: Frequencies) -> None:
        self._frequencies = frequencies
        self._first = 0  # the slot of the first row
        self._size = 0  # rows in use
        self._rows = np.zeros(SEGMENT, _ROW)
        self._sealed: list[_Segment | None] = []  # None: all of it is gone
        self._growing = Growing()
        self._packed: list[bytes] = []  # of the growing segment

    def put(self, article_id: int, story_id: int, source_id: int, moment: int, sketch: Sketch) -> int:
        """The slot that the article has from now on. Every SEGMENT articles it takes a few milliseconds longer."""
        if len(self._packed) == SEGMENT:
            self._seal()
        if self._size == self._rows.size:
            self._rows = np.concatenate((self._rows, np.zeros(self._size // 2 + SEGMENT, _ROW)))
        terms, counts = sketch.terms, sketch.counts
        lengths = lengths_of(terms, self._frequencies.weights(terms) * amounts_of(counts))
        language = LANGUAGES.index(sketch.language)
        self._rows[self._size] = (article_id, story_id, source_id, language, moment, *lengths)
        self._growing.add(len(self._packed), terms, counts)
        self._packed.append(pack(sketch))
        self._size += 1
        return self._first + self._size - 1

    def sketch(self, slot: int) -> Sketch:
        """What is kept of an article that is not gone."""
        number, row = divmod(slot - self._first, SEGMENT)
        if number == len(self._sealed):
            data = self._packed[row]
        elif segment := self._sealed[number]:
            data = segment.data[segment.starts[row] : segment.starts[row + 1]]
        else:
            raise LookupError(f"the article in slot {slot} is gone")
        return cast("Sketch", unpack(data))  # packed by this very version

    def article(self, slot: int) -> int:
        return int(self._rows["article"][slot - self._first])

    def story(self, slot: int) -> int:
        return int(self._rows["story"][slot - self._first])

    def moment(self, slot: int) -> int:
        """Seconds since 1970."""
        return int(self._rows["moment"][slot - self._first])

    def assign(self, slots: Sequence[int], story_id: int) -> None:
        """They belong to this story now; to GONE: they are compared with nothing any more."""
        self._rows["story"][np.asarray(slots, np.int64) - self._first] = story_id

    def before(self, moment: int) -> list[int]:
        """The slots of what was published earlier and is not gone."""
        rows = self._rows[: self._size]
        found = ((rows["moment"] < moment) & (rows["story"] != GONE)).nonzero()[0]
        return [self._first + row for row in found.tolist()]

    def trim(self) -> None:
        """Give back the memory of segments of which all is gone."""
        for number, segment in enumerate(self._sealed):
            rows = self._rows[number * SEGMENT : (number + 1) * SEGMENT]
            if segment and (rows["story"] == GONE).all():
                self._sealed[number] = None
        empty = 0
        while empty < len(self._sealed) and self._sealed[empty] is None:
            empty += 1
        if empty:
            self._sealed = self._sealed[empty:]
            self._rows = self._rows[empty * SEGMENT :].copy()
            self._first += empty * SEGMENT
            self._size -= empty * SEGMENT

    def weigh(self) -> None:
        """Measure all lengths anew: after a start frequencies are learnt from later articles too."""
        for number, segment in enumerate(self._sealed):
            if segment:
                rows = self._rows[number * SEGMENT : (number + 1) * SEGMENT]
                rows["length"], rows["shared"] = segment.postings.lengths(self._frequencies)

    def nearest(self, sketch: Sketch, after: int, before: int) -> list[tuple[int, float]]:
        """Slots of articles of that time that may be alike, with the cosine of the rarest terms; the likest first.

        Those of other languages are found by what all languages share alone, and stand at the end.
        """
        terms = sketch.terms
        weights = self._frequencies.weights(terms)
        worths = weights * amounts_of(sketch.counts)
        length, shared = lengths_of(terms, worths)
        asked = _rarest(terms, weights, self._size)
        found = self._find(terms[asked])
        products = (weights * worths)[asked][found.asked] * found.amounts
        is_shared = (terms >= SHARED)[asked][found.asked]
        likest = _Likest(self._rows, LANGUAGES.index(sketch.language), after, before)
        own = likest.own(found.rows, products, length)
        foreign = likest.foreign(found.rows[is_shared], products[is_shared], shared)
        return [(self._first + row, cosine) for row, cosine in own + foreign]

    def _find(self, terms: Terms) -> Found:
        """In all segments; rows are those of the shelf."""
        parts = [(number, one.postings.find(terms)) for number, one in enumerate(self._sealed) if one]
        parts.append((len(self._sealed), self._growing.find(terms)))
        return Found(
            np.concatenate([found.rows + number * SEGMENT for number, found in parts]),
            np.concatenate([found.asked for _, found in parts]),
            np.concatenate([found.amounts for _, found in parts]),
        )

    def _seal(self) -> None:
        starts = starts_of([len(one) for one in self._packed])
        self._sealed.append(_Segment(self._growing.seal(), b"".join(self._packed), starts))
        self._growing, self._packed = Growing(), []


def _sums(at: NDArray[np.int64], products: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Rows with the sum of their products, the largest MEASURED of them."""
    sums = np.bincount(at, products).astype(np.float64, copy=False)
    touched = sums.nonzero()[0]
    if touched.size > MEASURED:
        touched = touched[sums[touched].argpartition(-MEASURED)[-MEASURED:]]
    return touched, sums[touched]


def _rarest(terms: Terms, weights: NDArray[np.float32], articles: int) -> NDArray[np.int64]:
    """The places of the terms that are looked for: of words and of what languages share the rarest of each."""
    split = int(terms.searchsorted(SHARED))
    return np.concatenate((_rarer(weights[:split], articles), split + _rarer(weights[split:], articles)))


def _rarer(weights: NDArray[np.float32], articles: int) -> NDArray[np.int64]:
    order = np.argsort(-weights, kind="stable")[:ASKED]
    # A weight is the logarithm of how many articles there are to one that holds the term.
    entries = (articles * np.exp(-weights[order])).cumsum()
    return order[: max(FEWEST, int(entries.searchsorted(ENTRIES)))]
