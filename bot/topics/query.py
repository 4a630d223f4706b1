"""Questions as people write them, and the matchers they become.

words           all of them, in any form and any order
"some words"    in this order, side by side; «» and “” too
-word -"words"  the article has none of these
source:NAME     only this source; several: any of them
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from bot.topics.lemmas import FUNCTION_WORDS, Keys, Lemmatiser, Reading
from bot.topics.words import fold, split_words, without_possessive
from storage.asking import Candidates
from storage.asking import Clause as Wanted

LONGEST_QUESTION = 200  # characters
MOST_WORDS = 12

T = TypeVar("T")
Phrase = tuple[str, ...]
Clause = tuple[Keys, ...]  # words in a row, each by its keys

_PIECE = re.compile(
    r"(?:(?<!\S)(?P<minus>-))?(?:(?P<source>source):\s*)?"
    r"(?:[\"“”„«](?P<quoted>[^\"“”„«»]*)[\"“”»]?|(?P<plain>[^\s\"“”„«»]+)|»)",
    re.IGNORECASE,
)


class QuestionFault(StrEnum):
    EMPTY = "empty"
    ONLY_WITHOUT = "only_without"
    ONLY_SOURCE = "only_source"
    TOO_LONG = "too_long"


class QuestionError(ValueError):
    """A question that cannot be asked; `kind` says why, whoever shows it picks the words."""

    def __init__(self, kind: QuestionFault) -> None:
        super().__init__(f"a question that cannot be asked: {kind}")
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a question as written: words between blanks, or what stands in one pair of quotes."""

    text: str
    is_without: bool
    is_source: bool


@dataclass(frozen=True, slots=True)
class Question:
    """A question in folded words. A phrase has two words at least; `without` and `sources` may have one."""

    words: tuple[str, ...]
    phrases: tuple[Phrase, ...] = ()
    without: tuple[Phrase, ...] = ()
    sources: tuple[Phrase, ...] = ()


@dataclass(frozen=True, slots=True)
class Matcher:
    """A question ready to be put to articles: any alternative, all clauses of it, nothing of `without`."""

    alternatives: tuple[tuple[Clause, ...], ...]
    without: tuple[Clause, ...] = ()
    sources: tuple[Phrase, ...] = ()

    @property
    def candidates(self) -> Candidates:
        """What the search index can tell. Every article that is accepted is among them."""
        return Candidates(tuple(tuple(Wanted((clause,)) for clause in clauses) for clauses in self.alternatives))

    def accepts(self, reading: Reading, source_name: str) -> bool:
        """Whether an article answers the question."""
        if not any(all(_holds(reading, clause) for clause in clauses) for clauses in self.alternatives):
            return False
        if any(_holds(reading, clause) for clause in self.without):
            return False
        return not self.sources or any(_is_called(source_name, name) for name in self.sources)

    def first_match(self, reading: Reading) -> int | None:
        """The position in `reading.words` where the first alternative found begins; None: none is there."""
        for clauses in self.alternatives:
            found = [_find(clause, reading) for clause in clauses if _may_hold(reading, clause)]
            positions = [position for position in found if position is not None]
            if len(positions) == len(clauses):
                return min(positions)
        return None


def parse_pieces(text: str) -> Iterator[Piece]:
    """The parts of a question. A quote that is never closed ends with the question."""
    for found in _PIECE.finditer(text):
        part = found["quoted"] if found["quoted"] is not None else found["plain"]
        if part:
            yield Piece(part, is_without=bool(found["minus"]), is_source=bool(found["source"]))


def parse_question(text: str) -> Question:
    """Read a question; QuestionError when it asks for nothing or for too much.

    A word with a hyphen or another sign inside (джиу-джитсу, 2,5) is a phrase, a quoted single word is a word.
    Words that say nothing (о, and) are left out unless they stand alone.
    """
    if len(text.strip()) > LONGEST_QUESTION:
        raise QuestionError(QuestionFault.TOO_LONG)
    wanted: list[Phrase] = []
    without: list[Phrase] = []
    sources: list[Phrase] = []
    for piece in parse_pieces(text):
        folded = fold_words(piece.text)
        if folded:
            (without if piece.is_without else sources if piece.is_source else wanted).append(folded)
    if sum(map(len, (*wanted, *without, *sources))) > MOST_WORDS:
        raise QuestionError(QuestionFault.TOO_LONG)
    if not wanted:
        raise QuestionError(_what_is_missing(without, sources))
    words = _unique([phrase[0] for phrase in wanted if len(phrase) == 1])
    phrases = _unique([phrase for phrase in wanted if len(phrase) > 1])
    telling = tuple(word for word in words if word not in FUNCTION_WORDS)
    return Question(telling or ((words[:1]) if not phrases else ()), phrases, _unique(without), _unique(sources))


def fold_words(text: str) -> Phrase:
    """The folded words of a plain text in order."""
    return tuple(folded for word in split_words(text) if (folded := fold(without_possessive(word))))


def wanted_words(text: str) -> Phrase:
    """The folded words that a question asks for, phrases taken apart; what it excludes and its sources left out."""
    wanted = " ".join(piece.text for piece in parse_pieces(text) if not (piece.is_without or piece.is_source))
    return fold_words(wanted)


def question_key(question: Question, lemmatiser: Lemmatiser) -> str:
    """The normal form of a question: the same for questions that ask for the same in other forms or order.

    It is a question itself, and its own normal form.
    """
    plain = sorted({lemmatiser.base(word) for word in question.words})
    phrases = sorted({_quoted(phrase, lemmatiser) for phrase in question.phrases})
    without = sorted({f"-{_quoted(phrase, lemmatiser)}" for phrase in question.without})
    sources = sorted({f"source:{_quote(phrase)}" for phrase in question.sources})
    return " ".join([*plain, *phrases, *without, *sources])


def compile_question(question: Question, lemmatiser: Lemmatiser, aliases: Sequence[str] = ()) -> Matcher:
    """The matcher of a question, or of any of the aliases in its place. An alias of several words is a phrase."""
    asked = [(word,) for word in question.words] + list(question.phrases)
    alternatives = [tuple(_clause(phrase, lemmatiser) for phrase in asked)]
    alternatives += [(_clause(folded, lemmatiser),) for alias in aliases if (folded := fold_words(alias))]
    return Matcher(
        alternatives=_unique(alternatives),
        without=tuple(_clause(phrase, lemmatiser) for phrase in question.without),
        sources=question.sources,
    )


def _what_is_missing(without: list[Phrase], sources: list[Phrase]) -> QuestionFault:
    if without:
        return QuestionFault.ONLY_WITHOUT
    return QuestionFault.ONLY_SOURCE if sources else QuestionFault.EMPTY


def _unique(items: list[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(items))


def _clause(phrase: Phrase, lemmatiser: Lemmatiser) -> Clause:
    return tuple(lemmatiser.question_keys(word) for word in phrase)


def _quoted(phrase: Phrase, lemmatiser: Lemmatiser) -> str:
    return _quote(tuple(lemmatiser.base(word) for word in phrase))


def _quote(phrase: Phrase) -> str:
    return phrase[0] if len(phrase) == 1 else f'"{" ".join(phrase)}"'


def _may_hold(reading: Reading, clause: Clause) -> bool:
    for keys in clause:  # noqa: SIM110 - all() takes twice as long, and an article is put to thousands of topics
        if keys.isdisjoint(reading.keys):
            return False
    return True


def _holds(reading: Reading, clause: Clause) -> bool:
    """Only a phrase whose words are all there costs a walk through the text."""
    return _may_hold(reading, clause) and (len(clause) == 1 or _find(clause, reading) is not None)


def _find(clause: Clause, reading: Reading) -> int | None:
    """Where the words of a clause stand in a row for the first time."""
    first, *rest = clause
    for position, keys in enumerate(reading.words):
        if first.isdisjoint(keys):
            continue
        following = reading.words[position + 1 : position + len(clause)]
        if len(following) == len(rest) and not any(a.isdisjoint(b) for a, b in zip(rest, following, strict=True)):
            return position
    return None


def _is_called(source_name: str, name: Phrase) -> bool:
    """Whether a source's name has these words in a row: source:азия finds Азия-Плюс."""
    words = fold_words(source_name)
    return any(words[start : start + len(name)] == name for start in range(len(words)))
