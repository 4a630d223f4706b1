"""Made-up news for benchmarks of stories: events that several articles tell in partly different words."""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from bot.stories.sketch import Material, Sketch, make_sketch
from storage.naming import EntityKind, NewEntity

START = datetime(2026, 3, 2, tzinfo=UTC)
TIME = timedelta(days=14)
WORDS, NAMES = 60_000, 12_000
FLATTENED, EXPONENT = 10, 1.05  # the k-th word's share is 1 / (k + FLATTENED) ** EXPONENT (Zipf and Mandelbrot)
MOST, SIZES = 40, 2.0  # articles of an event: from 1 on, n of them as often as n ** -SIZES
LASTS = 6.0  # hours from the first article of an event to the others, on average
TITLE, OPENING, SENTENCE = 9, 110, 14  # words
OF_EVENT = 26  # words that belong to an event
FROM_EVENT = 0.3  # of an article's words; of those of a title 0.75
SECOND_KEY = 0.17  # of words, as pymorphy3 reads them
LETTERS = "бвгджзклмнпрстфхцчшщ"
KNOWN = 8_192  # vectors
PARTS = 2
EVENTS = 10_000_000  # of a part at most; events of two parts have numbers of their own


@dataclass(frozen=True, slots=True)
class Told:
    """An article: which event it tells, who and when."""

    event: int
    source_id: int
    moment: datetime
    sketch: Sketch


def tell_all(articles: int, seed: int) -> list[Told]:
    """So many articles, made by two processes, in the order of their moments."""
    with ProcessPoolExecutor(PARTS) as pool:
        parts = list(pool.map(_tell_part, [articles // PARTS + 1] * PARTS, range(seed * PARTS, seed * PARTS + PARTS)))
    return sorted((one for part in parts for one in part), key=lambda one: one.moment)[:articles]


def _tell_part(articles: int, seed: int) -> list[Told]:
    return News(seed).tell(articles)


class News:
    """Endless events, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._chance = np.random.default_rng(seed)
        shares = (np.arange(WORDS) + FLATTENED) ** -EXPONENT
        self._words = np.cumsum(shares / shares.sum())
        shares = (np.arange(NAMES) + FLATTENED) ** -EXPONENT
        self._names = np.cumsum(shares / shares.sum())
        sizes = np.arange(1, MOST + 1) ** -SIZES
        self._sizes = np.cumsum(sizes / sizes.sum())
        self._vectors = self._chance.standard_normal((KNOWN, 300)).astype(np.float32)
        self._events = seed * EVENTS

    def tell(self, articles: int) -> list[Told]:
        """At least so many articles within TIME, in the order of their moments."""
        told: list[Told] = []
        while len(told) < articles:
            told += self._event()
        return sorted(told, key=lambda one: one.moment)[:articles]

    def _event(self) -> Iterator[Told]:
        self._events += 1
        event = self._events
        began = START + TIME * float(self._chance.random())
        # What an event is about is seldom among the commonest words.
        words = self._draw(self._words, OF_EVENT * 3)
        words = words[words > 200][:OF_EVENT]
        names = self._draw(self._names, 4)
        numbers = self._chance.integers(2, 900, 3)
        for number in range(1 + int(self._sizes.searchsorted(self._chance.random()))):
            later = timedelta(hours=float(self._chance.exponential(LASTS))) if number else timedelta()
            moment = began + later
            material = self._material(words, names, numbers, moment)
            yield Told(event, int(self._chance.integers(1, 200)), moment, make_sketch(material, self._vector))

    def _material(
        self, words: NDArray[np.int64], names: NDArray[np.int64], numbers: NDArray[np.int64], moment: datetime
    ) -> Material:
        own = self._draw(self._words, TITLE + OPENING)
        is_event = self._chance.random(own.size) < np.where(np.arange(own.size) < TITLE, 0.75, FROM_EVENT)
        own[is_event] = self._chance.choice(words, int(is_event.sum()))
        texts = [spell(number) for number in own.tolist()]
        told = self._chance.choice(names, 3, replace=False).tolist()
        for place, name in zip(self._chance.integers(TITLE, own.size, 6).tolist(), told * 2, strict=True):
            texts[place] = spell(name + WORDS).capitalize()
        for place, amount in zip(self._chance.integers(TITLE, own.size, 3).tolist(), numbers.tolist(), strict=True):
            texts[place] = f"{amount} {texts[place]}"
        keys = [frozenset(text.lower().split()[-1:]) for text in texts]
        seconds = np.flatnonzero(self._chance.random(own.size) < SECOND_KEY)
        for place in seconds.tolist():
            keys[place] |= {f"{texts[place].lower()}ь"}
        sentences = [texts[start : start + SENTENCE] for start in range(TITLE, len(texts), SENTENCE)]
        return Material(
            title=" ".join(texts[:TITLE]),
            text=". ".join(" ".join(sentence).capitalize() for sentence in sentences),
            language="ru",
            published_at=moment,
            words=keys,
            title_words=TITLE,
            entities=[NewEntity(EntityKind.PERSON, spell(name + WORDS).capitalize(), "") for name in told],
        )

    def _vector(self, word: str) -> NDArray[np.float32]:
        vector: NDArray[np.float32] = self._vectors[crc32(word.encode()) % KNOWN]
        return vector

    def _draw(self, shares: NDArray[np.float64], count: int) -> NDArray[np.int64]:
        return shares.searchsorted(self._chance.random(count))


def spell(number: int) -> str:
    """A word of its own for each number, that no stem is cut off."""
    letters = []
    for _ in range(4):
        number, rest = divmod(number, len(LETTERS))
        letters.append(LETTERS[rest])
    return "".join(letters)
