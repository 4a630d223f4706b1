"""How common terms are in news, before any article was read."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.stories.concepts import load_concepts
from bot.stories.hashing import Sort, Terms, hash_terms, stem
from bot.stories.latin import skeleton

_PLACE = np.uint32((1 << 20) - 1)
PLACES = 1 << 20  # terms share a place with a chance of some percent; 4 MB
UNKNOWN = 4e-4  # share of articles that have a term of which nothing is known
_PER = 10_000  # articles that a number of the file is of
_MOST = 0.98  # the greatest share
_FILE = Path(__file__).with_name("frequencies.txt")
_NAMES = "names"
_SMALL = 200  # numbers up to here are met often


@lru_cache(1)
def load_shares() -> NDArray[np.float32]:
    """The share of articles that have a term, by its place. About 50 ms, once."""
    shares = np.full(PLACES, UNKNOWN, np.float32)
    words = {word: share for sort, word, share in _read() if sort is Sort.WORD}
    names = {name: share for sort, name, share in _read() if sort is Sort.NAME}
    concepts: dict[str, float] = {}
    for meanings in load_concepts().values():
        for word, concept in meanings.items():
            share = concepts.get(concept, 0.0)
            concepts[concept] = share + (1 - share) * words.get(stem(word), UNKNOWN) * 0.5
    numbers = {f"{number:g}": 0.08 / number**0.7 for number in range(1, _SMALL + 1)}
    for sort, known in (
        (Sort.WORD, words), (Sort.NAME, names | concepts), (Sort.CONCEPT, concepts), (Sort.NUMBER, numbers)
    ):  # fmt: skip
        places = places_of(hash_terms(sort, list(known)))
        shares[places] = np.minimum(np.fromiter(known.values(), np.float32, len(known)), np.float32(_MOST))
    shares.setflags(write=False)
    return shares


def places_of(terms: Terms) -> Terms:
    """Where in an array of PLACES each term is counted."""
    places: Terms = terms & _PLACE
    return places


def _read() -> Iterator[tuple[Sort, str, float]]:
    sort = Sort.WORD
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        if line == _NAMES:
            sort = Sort.NAME
            continue
        number, *words = line.split()
        for word in words:
            yield sort, skeleton(word) if sort is Sort.NAME else word, int(number) / _PER
