"""What an article needs to answer a question, in rows that very many questions can be judged by at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import product
from math import prod

from bot.topics.lemmas import Keys
from bot.topics.query import Matcher
from storage.asking import Clause, Form

MOST_ROWS = 16  # of an alternative: a clause of several forms makes one for each of them


class Kind(IntEnum):
    """What a row wants beside all its words."""

    PLAIN = 0  # nothing
    NEAR = 1  # that they stand near one another
    PHRASE = 2  # that the words of each form stand side by side, and the forms near one another
    VETO = 3  # that they stand side by side; then the article does not answer, whatever other rows say


class Use(IntEnum):
    """What a word is to a row."""

    WANTED = 0
    LOOSE = 1  # wanted, but not near the others
    BARRED = 2  # none of its keys may be there


@dataclass(frozen=True, slots=True)
class Row:
    """One way to answer: these forms in the text, these words in the headline, nothing of `barred`.

    `asks`: the question wants more than that, which the matcher knows. `vetoes`: who has this form does not answer.
    """

    forms: tuple[Form, ...]
    in_title: tuple[Keys, ...] = ()
    barred: Keys = frozenset()
    asks: bool = False
    vetoes: bool = False

    @property
    def kind(self) -> Kind:
        """How the forms are to stand."""
        if self.vetoes:
            return Kind.VETO
        if any(len(form) > 1 for form in self.forms):
            return Kind.PHRASE
        return Kind.NEAR if len(self.forms) > 1 else Kind.PLAIN


def rows(matcher: Matcher) -> Iterator[Row]:
    """The rows of a question. An article answers if it has one that does not ask, or one that does and the matcher
    accepts it; otherwise, and where it has one that vetoes, it does not.
    """
    barred = frozenset[str]().union(*(form[0] for form in matcher.without if len(form) == 1))
    for form in matcher.without:
        if len(form) > 1 and all(form):
            yield Row((form,), vetoes=True)
    has_filters = bool(matcher.sources or matcher.language or matcher.after)
    for clauses in matcher.alternatives:
        headline = [_forms(clause) for clause in clauses if clause.in_title]
        text = [_forms(clause) for clause in clauses if not clause.in_title]
        if not clauses or not all(headline) or not all(text):
            continue  # nothing is asked, or what nothing answers
        is_whole = all(len(forms) == 1 and len(forms[0]) == 1 for forms in headline)
        in_title = tuple(word for forms in headline for word in _needed(forms))
        if prod(map(len, text)) > MOST_ROWS:
            is_whole = False
            text = [forms if len(forms) == 1 else [_needed(forms)] for forms in text]
        for forms in product(*text):
            yield Row(forms, in_title, barred, has_filters or not is_whole)


def _forms(clause: Clause) -> list[Form]:
    """The forms of a clause, single words put into one, and without those that have one of these within."""
    forms = [form for form in clause.forms if all(form)]
    single = frozenset[str]().union(*(form[0] for form in forms if len(form) == 1))
    longer = [form for form in forms if len(form) > 1 and not any(word <= single for word in form)]
    return [(single,), *longer] if single else longer


def _needed(forms: Sequence[Form]) -> Form:
    """Words without which none of the forms stands: of several each gives its most telling one to a single word."""
    if len(forms) == 1:
        return forms[0]
    # A long word is a rare one.
    return (frozenset[str]().union(*(max(form, key=lambda keys: max(map(len, keys))) for form in forms)),)
