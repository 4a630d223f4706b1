"""The articles of the window, packed: rows of numbers, sketches in one piece of memory a segment; and who is alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from bot.stories.frequencies import Frequencies
from bot.stories.nearest import GONE, ROW, ask
from bot.stories.postings import SEGMENT, Growing, Sealed, amounts_of, lengths_of, starts_of
from bot.stories.sketch import LANGUAGES, Sketch, pack, unpack


@dataclass(frozen=True, slots=True)
class _Segment:
    """A full one. `starts` tells where each row's sketch begins in `data`."""

    postings: Sealed
    data: bytes
    starts: NDArray[np.uint32]


class Shelf:
    """Articles by slot, a number in the order in which they came; slots of what was dropped are not used again."""

    def __init__(self, frequencies: Frequencies) -> None:
        self._frequencies = frequencies
        self._first = 0  # the slot of the first row
        self._size = 0  # rows in use
        self._rows = np.zeros(SEGMENT, ROW)
        self._sealed: list[_Segment | None] = []  # None: all of it is gone
        self._growing = Growing()
        self._packed: list[bytes] = []  # of the growing segment

    def put(self, article_id: int, story_id: int, moment: int, sketch: Sketch) -> int:
        """The slot that the article has from now on. Every SEGMENT articles it takes a few milliseconds longer."""
        if len(self._packed) == SEGMENT:
            self._seal()
        if self._size == self._rows.size:
            self._rows = np.concatenate((self._rows, np.zeros(4 * SEGMENT, ROW)))
        terms, counts = sketch.terms, sketch.counts
        lengths = lengths_of(terms, self._frequencies.weights(terms) * amounts_of(counts))
        language = LANGUAGES.index(sketch.language)
        self._rows[self._size] = (article_id, story_id, language, moment, *lengths)
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
                rows["words"], rows["shared"] = segment.postings.lengths(self._frequencies)

    def nearest(self, sketch: Sketch, moment: int, within: int) -> list[int]:
        """Slots of articles that may be alike, the likest first, of pages that came out within so many seconds."""
        question = ask(sketch, moment, self._size, self._frequencies)
        parts = [
            (SEGMENT * number, one.postings.find(question.terms)) for number, one in enumerate(self._sealed) if one
        ]
        parts.append((SEGMENT * len(self._sealed), self._growing.find(question.terms)))
        return [self._first + row for row in question.answer(self._rows[: self._size], parts, within)]

    def _seal(self) -> None:
        starts = starts_of([len(one) for one in self._packed])
        self._sealed.append(_Segment(self._growing.seal(), b"".join(self._packed), starts))
        self._growing, self._packed = Growing(), []
