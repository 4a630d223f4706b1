"""Whether two articles tell one event."""

import math
from collections.abc import Mapping
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


# What each sign is worth (`signs`), fitted by logistic regression that no sign may turn against its sense, for articles
# in one language, for headlines alone and for articles in two languages. Fitted on pairs of tests/data/stories (of one
# event, of events of one family and, lighter, of others), of the sample site, of like events of bench.newsday, of
# tests/data/gold/sentences.tsv (all unlike) and, for headlines, of paraphraser.ru. What a sign was worth before, chosen
# by hand, is where the fit starts from and is drawn to; by hand alone: `days`, in one language `other_outcome`, and
# `always`, 0.6 less than fitted: pairs that nothing was fitted on are told apart best there.
# `python -m bench.fitting` fits them anew, without the site. Vectors of words count for nothing here: without
# them unseen pairs were told apart as well.
NATIVE: Mapping[str, float] = {
    "always": -5.16,
    "words": 1.14,
    "titles": 0.22,
    "title_least": 1.00,
    "title_most": 1.23,
    "rarest": 2.53,
    "rare": 1.07,
    "names": 0.33,
    "numbers": 1.54,
    "foreign_names": 0.99,
    "other_names": 0.32,
    "same_score": 0.70,
    "other_score": 1.12,
    "other_day": 0.90,
    "other_day_in_title": 3.38,
    "other_number_in_title": 2.12,
    "same_place": 0.44,
    "other_place_in_title": 0.45,
    "other_person_in_title": 0.98,
    "other_counts_in_title": 1.06,
    "same_counts": 0.91,
    "other_counts": 0.61,
    "same_outcome": 0.12,
    "other_outcome": 3.50,
    "days": 1.20,
    "thin": 0.75,
}
HEADLINES: Mapping[str, float] = {
    "always": -2.11,
    "words": 0.59,
    "titles": 0.52,
    "title_least": 0.55,
    "title_most": 0.59,
    "rarest": 0.23,
    "rare": 0.36,
    "names": 0.07,
    "numbers": 0.18,
    "foreign_names": 0.15,
    "other_names": 0.27,
    "other_number_in_title": 0.06,
    "other_place": 0.07,
    "other_place_in_title": 0.07,
    "other_person_in_title": 0.08,
    "other_counts_in_title": 0.11,
    "same_counts": 0.28,
    "other_counts": 0.11,
    "same_outcome": 0.37,
    "other_outcome": 0.08,
    "thin": 0.54,
}
FOREIGN: Mapping[str, float] = {
    "always": -2.51,
    "words": 1.09,
    "concepts": 5.60,
    "names": 2.45,
    "numbers": 1.71,
    "foreign_names": 0.38,
    "other_names": 0.06,
    "same_score": 3.25,
    "other_score": 2.74,
    "other_day": 1.56,
    "other_day_in_title": 3.00,
    "other_number_in_title": 0.58,
    "same_place": 0.62,
    "other_place": 0.80,
    "same_counts": 1.02,
    "same_outcome": 1.04,
    "days": 1.30,
    "thin": 1.19,
    "shared": 0.17,
}
_HEAVY = 8.0  # weight of a very rare term
_ENOUGH, _MANY = 4, 12  # terms that two pages share: fewer prove nothing, more prove no more
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
            contradicted=facts.outcome_denied > 0
            or facts.title_counts > 0
            or -1 in {facts.title_day, facts.title_numbers, facts.title_place, facts.title_person, facts.score},
        )


def compare(a: Sketch, b: Sketch, apart: timedelta, frequencies: Frequencies) -> Likeness:
    """Two articles whose pages were published so long apart. Some 80 µs; less by a Comparer, for one against many."""
    return Comparer(a, frequencies).compare(b, apart)


def log_odds(found: Measures, *, is_foreign: bool) -> float:
    """Of one event: 0 as likely as not, of two pages that a newsroom might take for one; in one language, or in two."""
    row = FOREIGN if is_foreign else HEADLINES if found.bare else NATIVE
    told = signs(found, is_foreign=is_foreign)
    odds = sum(worth * told[name] for name, worth in row.items())
    return odds + min(_PER_ADDRESS * found.addresses, _MOST_ADDRESSES)


def signs(found: Measures, *, is_foreign: bool) -> dict[str, float]:
    """By name what speaks for one event, from 0 up, and what speaks against it, from 0 down."""
    facts = found.facts
    shared = found.shared_others if is_foreign else found.shared_words
    return {
        "always": 1.0,
        "words": found.words,
        "titles": found.titles,
        "concepts": found.concepts,
        "title_least": found.title_least,
        "title_most": found.title_most,
        "rarest": found.rarest / _HEAVY,
        "rare": found.rare / _HEAVY,
        "names": found.names,
        "numbers": found.numbers,
        "vector": found.vector,
        "foreign_names": -min(found.foreign_names / _HEAVY, 2.0),
        "other_names": -(found.foreign_names > 0),
        "same_score": facts.score > 0,
        "other_score": -(facts.score < 0),
        "same_day": facts.day > 0,
        "other_day": -(facts.day < 0),
        "other_day_in_title": -(facts.title_day < 0),
        "other_number_in_title": -(facts.title_numbers < 0),
        "same_place": facts.place > 0,
        "other_place": -(facts.place < 0),
        "other_place_in_title": -(facts.title_place < 0),
        "other_person_in_title": -(facts.title_person < 0),
        "other_counts_in_title": -facts.title_counts,
        "same_counts": facts.counts_agreed,
        "other_counts": -facts.counts_denied,
        "same_outcome": facts.outcome_agreed,
        "other_outcome": -facts.outcome_denied,
        "days": -min(found.days, _LONGEST),
        "thin": -max(_ENOUGH - shared, 0),
        "shared": min(shared, _MANY) / _MANY,
    }
