"""Texts as 32-bit numbers, the same in every process."""

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Terms = NDArray[np.uint32]

_MIX = np.uint32(0x9E37_79B1)  # 2³² over the golden ratio: scatters what CRC leaves alike


def hash_texts(texts: Sequence[str]) -> Terms:
    """A number for each text."""
    sums = np.fromiter((zlib.crc32(text.encode("utf-8", "surrogatepass")) for text in texts), np.uint32, len(texts))
    scattered: Terms = (sums ^ sums >> np.uint32(15)) * _MIX
    scattered ^= scattered >> np.uint32(13)
    return scattered
