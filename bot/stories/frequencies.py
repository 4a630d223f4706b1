"""How common a word is in news: what makes two articles alike is what few others have."""

from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from bot.stories.hashing import Terms
from bot.stories.sketch import Sketch

HALF_LIFE = timedelta(days=30)  # after which an article counts half
_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
_PLACES = 1 << 20  # terms share a place with a chance of some percent; 4 MB
_PRIOR = 3_000.0  # articles that the built-in table is worth
_UNKNOWN = 1e-4  # share of articles that have a word of which nothing is known


class Frequencies:
    """Shares of articles that hold a term, learnt and decayed; not for several threads at once."""

    def __init__(self) -> None:
        self._counts = np.zeros(_PLACES, np.float32)
        self._shares = np.full(_PLACES, _UNKNOWN, np.float32)
        self._articles = 0.0
        self._newest = 1.0  # what the newest article was worth

    def learn(self, sketch: Sketch, at: datetime) -> None:
        """Take an article in; in any order of time."""
        worth = 2.0 ** ((at - _EPOCH) / HALF_LIFE)
        self._newest = max(self._newest, worth)
        self._articles += worth
        self._counts[sketch.terms & np.uint32(_PLACES - 1)] += np.float32(worth)

    def weights(self, terms: Terms) -> NDArray[np.float32]:
        """The weight of each term, from 0 for what every article has."""
        places = terms & np.uint32(_PLACES - 1)
        prior = np.float32(_PRIOR * self._newest)
        share = (self._counts[places] + prior * self._shares[places]) / np.float32(self._articles + prior)
        weights: NDArray[np.float32] = -np.log(np.minimum(share, np.float32(1)))
        return weights
