"""What articles may share, as 32-bit numbers that are the same in every process."""

import zlib
from collections.abc import Sequence
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Terms = NDArray[np.uint32]

_SHORT_WORD, _SHORT_STEM, _LONG_STEM = 8, 5, 6  # letters
_MIX = np.uint32(0x9E37_79B1)  # 2³² over the golden ratio: scatters what CRC leaves alike


class Sort(IntEnum):
    """What a term is: its highest bits. All but words mean the same in every language."""

    WORD = 0
    CONCEPT = 0x8000_0000
    NAME = 0xA000_0000
    NUMBER = 0xC000_0000
    ADDRESS = 0xE000_0000  # of a page that is linked, of a picture


_BITS = {sort: np.uint32(0x7FFF_FFFF if sort is Sort.WORD else 0x1FFF_FFFF) for sort in Sort}


def hash_terms(sort: Sort, texts: Sequence[str]) -> Terms:
    """A term for each text."""
    sums = np.fromiter(
        (zlib.crc32(text.encode("utf-8", "surrogatepass"), sort) for text in texts), np.uint32, len(texts)
    )
    scattered: Terms = (sums ^ sums >> np.uint32(15)) * _MIX
    scattered ^= scattered >> np.uint32(13)
    terms: Terms = scattered & _BITS[sort] | np.uint32(sort)
    return terms


def stem(key: str) -> str:
    """The beginning of a word's key, which one-rooted words share: задержать and задержание.

    Of headline pairs it tells more than the key does, and of our own pages far more (bench/likeness.py).
    """
    return key[:_SHORT_STEM] if len(key) <= _SHORT_WORD else key[:_LONG_STEM]
