"""What a question becomes: the judge of single articles."""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import chain

from bot.topics.grammar import Phrase, fold_words
from bot.topics.lemmas import Keys, Reading
from storage.asking import Candidates, Clause, Form

NEAR_WORDS = 24  # positions of a text, the ends of sentences among them, within which a question's words stand

Occurrence = tuple[int, int]  # the first position, and the one after the last


@dataclass(frozen=True, slots=True)
class Facts:
    """What filters ask of an article beside its words."""

    source_name: str
    language: str
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Matcher:
    """A question ready to be put to articles: any alternative, nothing of `without`, all that the filters say.

    An alternative holds when its clauses stand near one another; those `in_title` stand in the headline, anywhere.
    """

    alternatives: tuple[tuple[Clause, ...], ...]
    without: tuple[Form, ...] = ()
    sources: tuple[Phrase, ...] = ()
    language: str | None = None
    after: datetime | None = None

    @property
    def is_words_alone(self) -> bool:
        """Whether single words decide, any of them: then a word's standing in an article tells everything."""
        clauses = [clause for alternative in self.alternatives for clause in alternative]
        return (
            not (self.without or self.sources or self.language or self.after)
            and len(clauses) == len(self.alternatives)
            and not any(clause.in_title or len(form) > 1 for clause in clauses for form in clause.forms)
        )

    @property
    def keys(self) -> Keys:
        """All that it looks for."""
        forms = [form for clauses in self.alternatives for clause in clauses for form in clause.forms]
        return frozenset().union(*(keys for form in (*forms, *self.without) for keys in form))

    def candidates(self, source_ids: frozenset[int] | None = None) -> Candidates:
        """What the search index can tell. Every article that is accepted is among them.

        `source_ids` are those of the sources that `takes_source`; None where the question names none.
        """
        return Candidates(self.alternatives, self.without, source_ids, self.language, self.after)

    def takes_source(self, name: str) -> bool:
        """Whether articles of this source may answer: source:азия takes Азия-Плюс."""
        return not self.sources or any(_is_called(name, asked) for asked in self.sources)

    def accepts(self, reading: Reading, facts: Facts) -> bool:
        """Whether an article answers the question."""
        return (
            self.holds(reading)
            and (self.language is None or facts.language == self.language)
            and (self.after is None or facts.published_at >= self.after)
            and self.takes_source(facts.source_name)
        )

    def holds(self, reading: Reading) -> bool:
        """Whether the words of an article answer the question, whatever its filters say."""
        return any(holds_near(clauses, reading) for clauses in self.alternatives) and not any(
            may_stand(form, reading) and find_form(form, reading) for form in self.without
        )


def may_stand(form: Form, reading: Reading) -> bool:
    """Whether all words of a form are in a text, in whatever order."""
    for keys in form:  # noqa: SIM110 - all() takes twice as long, and an article is put to hundreds of topics
        if keys.isdisjoint(reading.keys):
            return False
    return True


def holds_near(clauses: tuple[Clause, ...], reading: Reading) -> bool:
    """Whether an alternative holds: all its clauses, those of the text within NEAR_WORDS positions of one another."""
    for clause in clauses:
        if not any(may_stand(form, reading) for form in clause.forms):
            return False
    if len(clauses) == 1 and not clauses[0].in_title and all(len(form) == 1 for form in clauses[0].forms):
        return True
    near: list[list[Occurrence]] = []
    for clause in clauses:
        found = find_clause(clause, reading)
        if not found:
            return False
        if not clause.in_title:
            near.append(found)
    return len(near) < 2 or _fit_together(near)


def find_clause(clause: Clause, reading: Reading) -> list[Occurrence]:
    """Where any form of a clause stands, in order; of one `in_title` only what the headline says."""
    found = [one for form in clause.forms if may_stand(form, reading) for one in find_form(form, reading)]
    if len(clause.forms) > 1:
        found.sort()
    return [one for one in found if one[1] <= reading.title_words] if clause.in_title else found


def find_form(form: Form, reading: Reading) -> list[Occurrence]:
    """Where the words of a form stand in a row within one sentence; `may_stand` is cheaper and comes first."""
    first, *rest = form
    positions = [reading.positions[key] for key in first if key in reading.positions]
    starts = positions[0] if len(positions) == 1 else sorted(set(chain.from_iterable(positions)))
    if not rest:
        return [(start, start + 1) for start in starts]
    return [(start, start + len(form)) for start in starts if _follow(rest, reading.words, start + 1)]


def _follow(rest: list[Keys], words: tuple[Keys, ...], start: int) -> bool:
    """Whether these words stand from `start` on; the end of a sentence has no keys that could be theirs."""
    following = words[start : start + len(rest)]
    return len(following) == len(rest) and not any(map(frozenset.isdisjoint, rest, following))


def _fit_together(found: list[list[Occurrence]]) -> bool:
    """Whether NEAR_WORDS positions in a row hold an occurrence of each clause: looked for around the rarest one's."""
    rarest, *others = sorted(found, key=len)
    for start, end in rarest:
        reach = end - NEAR_WORDS, start + NEAR_WORDS
        around = [one[bisect_left(one, (reach[0],)) : bisect_left(one, (reach[1],))] for one in others]
        if all(around) and _share_window([[(start, end)], *around]):
            return True
    return False


def _share_window(found: list[list[Occurrence]]) -> bool:
    """The same, of few: for each occurrence in the order of ends, the best company is the last of each other clause."""
    starts = [-NEAR_WORDS] * len(found)
    occurrences = sorted((end, start, number) for number, ones in enumerate(found) for start, end in ones)
    for end, start, number in occurrences:
        starts[number] = max(starts[number], start)
        if end - min(starts) <= NEAR_WORDS:
            return True
    return False


@lru_cache(maxsize=1024)
def _name_words(source_name: str) -> Phrase:
    return fold_words(source_name)


def _is_called(source_name: str, asked: Phrase) -> bool:
    """Whether a source's name has these words in a row."""
    words = _name_words(source_name)
    return any(words[start : start + len(asked)] == asked for start in range(len(words)))
