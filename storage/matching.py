"""A question in FTS5's own language: what narrows the archive down and never loses an answer.

Words in a row and words near one another become NEAR groups, one for each choice of their keys, with distances that no
answer exceeds: a word stands in the index as all its keys side by side, so that nothing there tells words in a row from
words close by. Each key is quoted, so that none can be taken for an operator.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from math import prod
from operator import itemgetter

from storage.asking import Candidates, Clause, Form, Keys
from storage.terms import IN_TITLE, language_mark, source_mark

NEAR_WORDS = 24  # within so many the words of a question stand
# Keys of a word at most: of each of some in a row, and on average over NEAR_WORDS. There are 1.1 to 1.4 of them, and no
# more than 39 within NEAR_WORDS of texts in three languages; a longer reach would send the judge what is far apart.
KEYS, NEAR_KEYS = 4, 3
GROUPS = 24  # NEAR groups that one part of a question may become; beyond it order and nearness are left to the judge

Row = tuple[str, ...]  # one key for each word in a row


def match_expression(candidates: Candidates) -> str:
    """What FTS5 is asked; empty when nothing can answer."""
    alternatives = [_alternative(alternative) for alternative in candidates.alternatives]
    wanted = [_any([one for one in alternatives if one])]
    if candidates.sources is not None:
        wanted.append(_any([_quoted(source_mark(one)) for one in sorted(candidates.sources)]))
    if candidates.language is not None:
        wanted.append(_quoted(language_mark(candidates.language)) if _is_token(candidates.language) else "")
    unwanted = [_word(form[0]) for form in candidates.without if len(form) == 1]
    without = _any([one for one in unwanted if one])
    expression = _all(wanted)
    return f"({expression}) NOT ({without})" if expression and without else expression


def title_expression(candidates: Candidates) -> str:
    """The same for articles whose headlines hold all that is asked."""
    in_titles = [tuple(replace(one, in_title=True) for one in clauses) for clauses in candidates.alternatives]
    return match_expression(replace(candidates, alternatives=tuple(in_titles)))


def _alternative(clauses: tuple[Clause, ...]) -> str:
    """All of the clauses; empty when one of them cannot be found, or there is none."""
    parts = [_clause(clause) for clause in clauses if clause.in_title]
    for chunk in _chunks([clause for clause in clauses if not clause.in_title]):
        if len(chunk) > 1:
            parts.append(_near(chunk))
        # What stands in a row is closer than what is near; a single word of a NEAR group is asked for there.
        parts += [_clause(one) for one in chunk if len(chunk) == 1 or any(len(form) > 1 for form in one.forms)]
    return _all(parts)


def _chunks(clauses: list[Clause]) -> Iterator[list[Clause]]:
    """The clauses parted so that each part takes no more than GROUPS; those with few keys are joined first."""
    chunk: list[Clause] = []
    groups = 1
    for choices, clause in sorted(((_choices(one), one) for one in clauses), key=itemgetter(0)):
        if chunk and groups * choices > GROUPS:
            yield chunk
            chunk, groups = [], 1
        chunk.append(clause)
        groups *= choices
    if chunk:
        yield chunk


def _near(clauses: list[Clause]) -> str:
    """The clauses within NEAR_WORDS."""
    rows = [[row for form in clause.forms for row in _rows(form)] for clause in clauses]
    return _any([_group(sum(chosen, ()), NEAR_WORDS * NEAR_KEYS) for chosen in product(*rows)])


def _clause(clause: Clause) -> str:
    forms = [_form(form, IN_TITLE if clause.in_title else "") for form in clause.forms]
    return _any([form for form in forms if form])


def _form(form: Form, prefix: str) -> str:
    """Words in a row, as far as the index can tell."""
    return _all([_any([_group(row, len(run) * KEYS, prefix) for row in _rows(run)]) for run in _runs(form)])


def _runs(form: Form) -> Iterator[Form]:
    """The words of a form in their order, parted so that each part takes no more than GROUPS."""
    start, groups = 0, 1
    for place, keys in enumerate(form):
        groups *= len(_tokens(keys))
        if groups > GROUPS and place > start:
            yield form[start:place]
            start, groups = place, len(_tokens(keys))
    yield form[start:]


def _group(row: Row, distance: int, prefix: str = "") -> str:
    """These keys with no more than so many others between them."""
    keys = " ".join(_quoted(f"{prefix}{key}") for key in dict.fromkeys(row))
    return f"NEAR({keys}, {distance})" if " " in keys else keys


def _word(keys: Keys, prefix: str = "") -> str:
    return _any([_quoted(f"{prefix}{key}") for key in _tokens(keys)])


def _rows(form: Form) -> list[Row]:
    return list(product(*map(_tokens, form)))


def _ways(form: Form) -> int:
    """How many rows there are of it."""
    return prod(len(_tokens(keys)) for keys in form)


def _choices(clause: Clause) -> int:
    return sum(map(_ways, clause.forms))


def _any(parts: list[str]) -> str:
    return " OR ".join(parts) if len(parts) < 2 else f"({' OR '.join(parts)})"


def _all(parts: list[str]) -> str:
    return " AND ".join(parts) if all(parts) else ""


def _quoted(token: str) -> str:
    return f'"{token}"'


def _tokens(keys: Keys) -> list[str]:
    return sorted(filter(_is_token, keys))


def _is_token(key: str) -> bool:
    """Whether the index keeps this key as one word."""
    return bool(key) and all(letter.isalnum() or letter in "-_." for letter in key)
