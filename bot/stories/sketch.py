"""What is kept of an article to compare it with others: some 600 bytes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from bot.stories.hashing import Terms, hash_texts
from bot.stories.latin import skeleton
from bot.stories.vectors import Vectors, mean_vector
from storage.naming import NewEntity

VERSION = 1  # of the layout and of everything that is hashed; grows with each change
LANGUAGES = ("", "ru", "tg", "en")

OPENING = 90  # words of the text that count
TITLE_WORTH = 3  # times that a word of the title counts

NAME = np.uint32(0x8000_0000)  # from here on terms are not words of a language
_WORD_BITS = np.uint32(0x7FFF_FFFF)
_NAME_BITS = np.uint32(0x1FFF_FFFF)

_HEADER = 4  # bytes: version, language, number of terms, number of facts


@dataclass(frozen=True, slots=True)
class Material:
    """An article as its reading gives it.

    `words` are the keys of each word of title and text, an empty set at the end of a sentence; the first
    `title_words` of them are those of the title. `links` are addresses in the body.
    """

    title: str
    text: str
    language: str
    published_at: datetime
    words: Sequence[frozenset[str]]
    title_words: int = 0
    entities: Sequence[NewEntity] = ()
    links: Sequence[str] = ()
    pictures: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Sketch:
    """An article as numbers, in one piece of memory that its arrays look into.

    `terms` are sorted hashes: words of the language below NAME, what all languages share above. `counts` tells how
    often each stands in the article, one for one. `vector` is of unit length times 127, or empty.
    """

    data: bytes

    @property
    def language(self) -> str:
        return LANGUAGES[self.data[1]]

    @property
    def terms(self) -> Terms:
        return np.frombuffer(self.data, np.uint32, self.data[2], _HEADER)

    @property
    def counts(self) -> NDArray[np.uint8]:
        return np.frombuffer(self.data, np.uint8, self.data[2], _HEADER + 4 * self.data[2])

    @property
    def vector(self) -> NDArray[np.int8]:
        start = _HEADER + 5 * self.data[2]
        return np.frombuffer(self.data, np.int8, len(self.data) - start, start)


def make_sketch(material: Material, vectors: Vectors | None) -> Sketch:
    """Pure; some tenths of a millisecond."""
    counts = _count_words(material)
    for entity in material.entities:
        for word in entity.name.split():
            if letters := skeleton(word):
                counts[f"\x01{letters}"] = 2
    terms = _hashes(list(counts))
    order = np.argsort(terms, kind="stable")
    amounts = np.fromiter(counts.values(), np.uint8, len(counts))
    vector = mean_vector(material.title, material.text, vectors)
    language = LANGUAGES.index(material.language) if material.language in LANGUAGES else 0
    header = bytes((VERSION, language, len(terms), 0))
    return Sketch(header + terms[order].tobytes() + amounts[order].tobytes() + vector.tobytes())


def pack(sketch: Sketch) -> bytes:
    """For the archive; begins with the version."""
    return sketch.data


def unpack(data: bytes) -> Sketch | None:
    """What was packed; None: by another version, the article has to be read again."""
    return Sketch(data) if data and data[0] == VERSION else None


def _count_words(material: Material) -> dict[str, int]:
    """Keys of title and opening with what they count, at most 200 of them."""
    counts: dict[str, int] = {}
    for at, keys in enumerate(material.words[: material.title_words + OPENING]):
        worth = TITLE_WORTH if at < material.title_words else 1
        for key in keys:
            if key in counts or len(counts) < 160:
                counts[key] = min(counts.get(key, 0) + worth, 255)
    return counts


def _hashes(keys: list[str]) -> Terms:
    hashes = hash_texts(keys)
    is_name = np.fromiter((key.startswith("\x01") for key in keys), np.bool_, len(keys))
    return np.where(is_name, NAME | (hashes & _NAME_BITS), hashes & _WORD_BITS)
