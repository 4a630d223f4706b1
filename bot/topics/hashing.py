"""Keys as 64-bit numbers, the same in every process: those of a whole article at once."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]

LONGEST = 48  # letters of a key that count
_SEED = 0x4B6861626172  # any would do, as long as it stays
_STEP, _FIRST, _SECOND = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB


def hash_keys(keys: Sequence[str]) -> Hashes:
    """A number for each key.

    Its letters, each times a random number of its place (multilinear hashing), are summed, and the sum is scattered
    (the finaliser of splitmix64), so that sums of such numbers are as good as they are. Of a million keys two share
    theirs with a chance of 1 in 37 million, and then a topic would find too much.
    """
    letters = np.array(keys, f"U{LONGEST}").view(np.uint32).reshape(len(keys), LONGEST)
    return _scattered(letters.astype(np.uint64) @ _FACTORS)


def _scattered(numbers: NDArray[Any]) -> Hashes:
    numbers = (numbers ^ numbers >> np.uint64(30)) * np.uint64(_FIRST)
    numbers = (numbers ^ numbers >> np.uint64(27)) * np.uint64(_SECOND)
    scattered: Hashes = numbers ^ numbers >> np.uint64(31)
    return scattered


_FACTORS = _scattered(np.uint64(_SEED) + np.arange(1, LONGEST + 1, dtype=np.uint64) * np.uint64(_STEP)) | np.uint64(1)
