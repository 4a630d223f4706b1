"""Which of the articles that answer are the best: a headline counts most, then how often, how early and how lately."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from math import exp2

from storage.asking import Candidates, Clause, Keys
from storage.terms import Terms, keys_in

OFTEN = 3.0  # words that count half of what very many would
EARLY = 60.0  # a word that stands so far down, in keys of the index, counts half of one at the beginning
LATELY = timedelta(days=30)  # in which being new loses half of what it counts


def weigh(candidates: Candidates, terms: Terms, *, is_titled: bool, age: timedelta) -> float:
    """What an article weighs: 0 to 1 each for how often, how early and how lately, and 3 for a headline with the words.

    `age` is counted from the newest that may answer. Of several words the one that stands least decides.
    """
    forms = [form for clauses in candidates.alternatives for clause in clauses for form in clause.forms]
    wanted = frozenset[str]().union(*(keys for form in forms for keys in form))
    places: dict[str, list[int]] = {}
    for place, key in enumerate(keys_in(terms.body)):
        if key in wanted:
            places.setdefault(key, []).append(place)
    spoken = max(
        (min((_of_clause(clause, places) for clause in clauses), default=0.0) for clauses in candidates.alternatives),
        default=0.0,
    )
    return 3.0 * is_titled + spoken + exp2(-age / LATELY)


def _of_clause(clause: Clause, places: Mapping[str, Sequence[int]]) -> float:
    """How often and how early an article speaks of it, by the name that it uses most."""
    return max(
        (min((_of_word(keys, places) for keys in form), default=0.0) for form in clause.forms),
        default=0.0,
    )


def _of_word(keys: Keys, places: Mapping[str, Sequence[int]]) -> float:
    standing = [place for key in keys for place in places.get(key, ())]
    if not standing:
        return 0.0
    return len(standing) / (len(standing) + OFTEN) + 1 / (1 + min(standing) / EARLY)
