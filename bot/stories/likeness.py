"""Whether two articles tell one event."""

import math
from dataclasses import dataclass
from datetime import timedelta

from bot.stories.frequencies import Frequencies
from bot.stories.measures import Measures, Weighed, measure
from bot.stories.sketch import Sketch
from bot.stories.turns import turn

__all__ = ["Comparer", "Likeness", "compare", "log_odds", "turn"]


@dataclass(frozen=True, slots=True)
class Likeness:
    """`score` from 0 to 1, one event from 0.5 on; the rest tells why."""

    score: float
    cosine: float = 0.0  # of words, of concepts where the languages differ
    vector: float = 0.0
    names: float = 0.0
    numbers: float = 0.0
    contradicted: bool = False  # a fact of theirs speaks against it


# Both rows were fitted by logistic regression: on pairs of articles of tests/data/stories (of one event, of events of
# one family, and a share of all others), at a tenth of their weight on the headline pairs of paraphraser.ru, and on a
# few pages of real newsrooms that tell of like events; held by leaving whole families of events out.
# What these pages are too few to teach was set by hand: cosine of words, numbers and scores of titles, addresses; and
# what agrees is held back, for pages of one newsroom's genre agree in much.
_START, _START_FOREIGN = -5.70, -2.81
# One organisation that two short pages name proves nothing: asked for is some number of things shared, each one that is
# missing counts against (tests/data/gold/sentences.tsv, sentences on unrelated things, held against each other).
_ENOUGH, _THIN, _THIN_FOREIGN = 4, 1.0, 1.5
_PER_ADDRESS = 0.4  # of weight; chosen by hand: the fitted pages show neither links nor pictures
_MOST_ADDRESSES = 3.0
_LONGEST = 3.0  # days apart that count


class Comparer:
    """Compares one article with others, all at one time."""

    def __init__(self, sketch: Sketch, frequencies: Frequencies) -> None:
        self._frequencies = frequencies
        self._weighed = Weighed(sketch, frequencies)

    def compare(self, other: Sketch, apart: timedelta) -> Likeness:
        """With one whose page was published so long before or after. Some 60 µs."""
        found = measure(self._weighed, Weighed(other, self._frequencies), apart)
        is_foreign = self._weighed.sketch.language != other.language
        facts = found.facts
        return Likeness(
            score=1 / (1 + math.exp(-log_odds(found, is_foreign=is_foreign))),
            cosine=found.concepts if is_foreign else found.words,
            vector=found.vector,
            names=found.names,
            numbers=found.numbers,
            contradicted=facts.outcome_denied > 0 or -1 in {facts.title_day, facts.title_numbers, facts.score},
        )


def compare(a: Sketch, b: Sketch, apart: timedelta, frequencies: Frequencies) -> Likeness:
    """Two articles whose pages were published so long apart. Some 80 µs; less by a Comparer, for one against many."""
    return Comparer(a, frequencies).compare(b, apart)


def log_odds(found: Measures, *, is_foreign: bool) -> float:
    """Of one event: 0 as likely as not; for articles in one language, or in two."""
    odds = _foreign(found) if is_foreign else _native(found)
    shared = found.shared_others if is_foreign else found.shared_words
    odds -= (_THIN_FOREIGN if is_foreign else _THIN) * max(_ENOUGH - shared, 0)
    return odds + min(_PER_ADDRESS * found.addresses, _MOST_ADDRESSES)


def _native(found: Measures) -> float:
    """For two articles in one language."""
    facts = found.facts
    return (
        _START
        + 1.50 * found.words
        + 0.50 * found.title_least
        + 1.09 * found.title_most
        + 0.29 * found.rarest
        + 0.16 * found.rare
        - 0.14 * found.foreign_names
        + 1.17 * found.numbers
        + 1.05 * found.vector
        + (0.0, 0.91, -0.90)[facts.score]
        + (0.0, 0.0, -1.50)[facts.title_score]
        + (0.0, 0.10, -0.54)[facts.day]
        + (0.0, 0.0, -5.30)[facts.title_day]
        + (0.0, 0.0, -2.00)[facts.title_numbers]
        + (0.0, 0.30, 0.0)[facts.place]
        + 0.87 * facts.counts_agreed
        - 0.85 * facts.counts_denied
        + 0.45 * facts.outcome_agreed
        - 2.25 * facts.outcome_denied
        - 1.29 * min(found.days, _LONGEST)
    )


def _foreign(found: Measures) -> float:
    """The same for two languages: what they share are concepts, names and facts."""
    facts = found.facts
    return (
        _START_FOREIGN
        + 5.65 * found.concepts
        + 3.13 * found.names
        - 0.05 * found.foreign_names
        + 2.27 * found.numbers
        + 1.40 * found.words
        + (0.0, 3.00, -2.25)[facts.score]
        + (0.0, 0.05, -0.82)[facts.day]
        + (0.0, 0.0, -3.00)[facts.title_day]
        + (0.0, 0.0, -1.00)[facts.title_numbers]
        + (0.0, 0.70, -0.31)[facts.place]
        + 1.10 * facts.counts_agreed
        + 0.70 * facts.outcome_agreed
        - 1.35 * min(found.days, _LONGEST)
    )
