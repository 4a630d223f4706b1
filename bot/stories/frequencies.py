"""How common a term is in news: what makes two articles alike is what few others have."""

from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from bot.stories.hashing import Terms
from bot.stories.sketch import Sketch
from bot.stories.table import PLACES, UNKNOWN, load_shares, places_of

HALF_LIFE = timedelta(days=30)  # after which an article counts half
PRIOR = 3_000.0  # newest articles that the built-in table is worth
_GREATEST = 2.0**40  # worth of an article; beyond it all are made smaller, lest float32 ends


class Frequencies:
    """Shares of articles that hold a term, learnt and decayed; 4 MB, and not for several threads at once."""

    def __init__(self) -> None:
        self._counts = np.zeros(PLACES, np.float32)
        self._shares = load_shares()
        self._articles = 0.0
        self._newest = 1.0  # what the newest article was worth
        self._epoch: datetime | None = None  # of the article that is worth 1, at first the first one

    def learn(self, sketch: Sketch, at: datetime) -> None:
        """Take an article in; in any order of time."""
        self._epoch = self._epoch or at
        worth = 2.0 ** ((at - self._epoch) / HALF_LIFE)
        if worth > _GREATEST:
            self._counts /= np.float32(worth)
            self._articles, self._newest, self._epoch, worth = self._articles / worth, self._newest / worth, at, 1.0
        self._newest = max(self._newest, worth)
        self._articles += worth
        self._counts[places_of(sketch.terms)] += np.float32(worth)

    def weights(self, terms: Terms) -> NDArray[np.float32]:
        """The weight of each term, natural logarithm of one over its share: 0 for what every article has.

        What is rarer than UNKNOWN weighs no more than that, so that weights mean the same in every archive.
        """
        places = places_of(terms)
        prior = PRIOR * self._newest
        counted = self._counts[places] + np.float32(prior) * self._shares[places]
        shares = np.maximum(counted / np.float32(self._articles + prior), np.float32(UNKNOWN))
        weights: NDArray[np.float32] = -np.log(shares)
        return weights
