"""Questions as people write them, read into what they ask for.

words           all of them, in any form and any order, near one another
"some words"    in this order, side by side, and by no other name; «» and “” too
one | other     any of them; binds weakest
-word -"words"  the article has none of these
title:word      in the headline; title:"some words"
source:NAME     only this source; several: any of them
after:DATE      published on this day (of UTC) or later
language:tg     in this language

Filters and -words hold for the whole question. Fields have names in Russian and Tajik too; foo:bar is plain words.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

from babel import Locale

from bot.topics.words import clean, fold, split_words, without_possessive

LONGEST_QUESTION = 200  # characters
MOST_WORDS = 12
_LONGEST_DETAIL = 60  # characters

Phrase = tuple[str, ...]


class Field(StrEnum):
    TITLE = "title"
    SOURCE = "source"
    AFTER = "after"
    LANGUAGE = "language"


_NAMES = {
    Field.TITLE: "title|заголовок|сарлав[ҳх]а",
    Field.SOURCE: "source|источник|манбаъ",
    Field.AFTER: "after|после|баъд",
    Field.LANGUAGE: "language|язык|забон",
}
_NAME = {field: re.compile(names, re.IGNORECASE) for field, names in _NAMES.items()}
_FIELD = f"(?:{'|'.join(_NAMES.values())}):"
# A telephone's keyboard makes a real minus or a short dash of a hyphen.
_MINUS = "[-‐−–]"
_PIECE = re.compile(
    rf"(?P<bar>\|)|(?:(?<![^\s|])(?P<minus>{_MINUS})(?=[^\s|]))?"
    rf"(?P<field>{_FIELD}(?:\s+(?!{_MINUS}|{_FIELD}))?)?"
    r"(?:[\"“”„«](?P<quoted>[^\"“”„«»]*)[\"“”»]?|(?P<plain>[^\s|\"“”„«»]+))?",
    re.IGNORECASE,
)
_ISO_DATE = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})", re.ASCII)
_LOCAL_DATE = re.compile(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})", re.ASCII)


class QuestionFault(StrEnum):
    """What is wrong with a question."""

    EMPTY = "empty"
    ONLY_WITHOUT = "only_without"
    ONLY_FILTERS = "only_filters"
    TOO_LONG = "too_long"
    TOO_MANY_WORDS = "too_many_words"
    WRONG_DATE = "wrong_date"
    UNKNOWN_LANGUAGE = "unknown_language"
    TWO_LANGUAGES = "two_languages"
    NO_VALUE = "no_value"  # title: and nothing behind it
    FIELD_WITHOUT = "field_without"  # -source:NAME
    EMPTY_ALTERNATIVE = "empty_alternative"  # a | | b
    NOTHING_WANTED = "nothing_wanted"  # a | -b


class QuestionError(ValueError):
    """A question that cannot be asked; whoever shows it picks the words.

    `detail` is the part that is wrong, as it was written and at most 60 characters of it; "" where nothing was.
    """

    def __init__(self, kind: QuestionFault, detail: str = "") -> None:
        detail = " ".join(detail.split())
        self.kind = kind
        self.detail = detail if len(detail) <= _LONGEST_DETAIL else detail[: _LONGEST_DETAIL - 1] + "…"
        super().__init__(f"a question that cannot be asked: {kind} {self.detail!r}")


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that is asked for in folded words: a word, or several that stand side by side.

    Several that stand in quotes are asked for just so, by none of their other names.
    """

    words: Phrase
    in_title: bool = False
    is_quoted: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """A question in folded words.

    `alternatives` hold their parts as they were asked for, in order, with the words that say nothing (о, and): they
    may belong to a name. `after` is a day of UTC.
    """

    alternatives: tuple[tuple[Part, ...], ...]
    without: tuple[Part, ...] = ()
    sources: tuple[Phrase, ...] = ()
    language: str | None = None
    after: date | None = None

    @property
    def has_filters(self) -> bool:
        """Whether it says more than what to find: -words, a source, a language or a day."""
        return bool(self.without or self.sources or self.language or self.after)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a question as written: a word between blanks, what stands in one pair of quotes, or a bar.

    `text` is without quotes, minus and field; `start` and `end` say where all of it stands.
    """

    text: str
    start: int
    end: int
    field: Field | None = None
    is_without: bool = False
    is_bar: bool = False
    is_quoted: bool = False


def split_pieces(text: str) -> Iterator[Piece]:
    """The pieces of a question in order. A quote that is never closed ends with the question."""
    for found in _PIECE.finditer(text):
        if found[0]:
            value = found["quoted"] or found["plain"] or ""
            named = _field(found["field"]) if found["field"] else None
            is_without, is_bar = bool(found["minus"]), bool(found["bar"])
            is_quoted = found["quoted"] is not None
            yield Piece(value, *found.span(), named, is_without=is_without, is_bar=is_bar, is_quoted=is_quoted)


def parse_question(text: str) -> Question:
    """Read a question; QuestionError where it asks for nothing, for too much, or for what cannot be.

    A word with a hyphen or another sign inside (джиу-джитсу, 2,5) is a phrase, a quoted single word is a word.
    """
    text = text.strip()
    if len(text) > LONGEST_QUESTION:
        raise QuestionError(QuestionFault.TOO_LONG, text[LONGEST_QUESTION:])
    text = clean(text)
    draft = _Draft(text)
    for piece in split_pieces(text):
        draft.take(piece)
    return draft.finish()


def fold_words(text: str) -> Phrase:
    """The folded words of a plain text in order."""
    return tuple(folded for word in split_words(text) if (folded := fold(without_possessive(word))))


def wanted_words(text: str) -> Phrase:
    """The folded words that a question asks for, phrases taken apart; its -words and filters left out."""
    wanted = [one for one in split_pieces(text) if not one.is_without and one.field in {None, Field.TITLE}]
    return fold_words(" ".join(piece.text for piece in wanted))


class _Draft:
    """A question while it is read, piece after piece."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._alternatives: list[list[Part]] = [[]]
        self._bars: list[Piece] = []
        self._without: list[Part] = []
        self._sources: list[Phrase] = []
        self._language: str | None = None
        self._after: date | None = None
        self._words_left = MOST_WORDS

    def take(self, piece: Piece) -> None:
        """Read the next piece. Raises QuestionError."""
        written = self._text[piece.start : piece.end]
        if piece.is_without and piece.field:
            raise QuestionError(QuestionFault.FIELD_WITHOUT, written)
        if piece.is_bar:
            self._bars.append(piece)
            self._alternatives.append([])
        elif piece.field is Field.AFTER:
            day = _read_day(piece.text, written)
            self._after = max(day, self._after or day)
        elif piece.field is Field.LANGUAGE:
            self._take_language(piece.text, written)
        else:
            self._take_words(piece, written)

    def finish(self) -> Question:
        """All of it. Raises QuestionError."""
        if not any(self._alternatives):
            raise QuestionError(self._what_is_missing())
        for number, parts in enumerate(self._alternatives):
            if not parts:
                raise self._nothing_in(number)
        return Question(
            alternatives=tuple(tuple(parts) for parts in self._alternatives),
            without=tuple(dict.fromkeys(self._without)),
            sources=tuple(dict.fromkeys(self._sources)),
            language=self._language,
            after=self._after,
        )

    def _take_words(self, piece: Piece, written: str) -> None:
        words = fold_words(piece.text)
        if not words:
            if piece.field:
                raise QuestionError(QuestionFault.NO_VALUE, written)
            return
        self._words_left -= len(words)
        if self._words_left < 0:
            raise QuestionError(QuestionFault.TOO_MANY_WORDS, self._text[piece.start :])
        is_quoted = piece.is_quoted and len(words) > 1
        if piece.is_without:
            self._without.append(Part(words, is_quoted=is_quoted))
        elif piece.field is Field.SOURCE:
            self._sources.append(words)
        else:
            self._alternatives[-1].append(Part(words, in_title=piece.field is Field.TITLE, is_quoted=is_quoted))

    def _take_language(self, text: str, written: str) -> None:
        code = fold(text)
        if not code:
            raise QuestionError(QuestionFault.NO_VALUE, written)
        if code not in _language_codes():
            raise QuestionError(QuestionFault.UNKNOWN_LANGUAGE, written)
        if self._language not in {None, code}:
            raise QuestionError(QuestionFault.TWO_LANGUAGES, written)
        self._language = code

    def _what_is_missing(self) -> QuestionFault:
        if self._without:
            return QuestionFault.ONLY_WITHOUT
        return QuestionFault.ONLY_FILTERS if self._sources or self._language or self._after else QuestionFault.EMPTY

    def _nothing_in(self, number: int) -> QuestionError:
        """What to say of an alternative that asks for nothing: of `a | -b` the -b, of an empty one what is around."""
        start = self._bars[number - 1].end if number else 0
        end = self._bars[number].start if number < len(self._bars) else len(self._text)
        within = self._text[start:end]
        if any(fold_words(piece.text) for piece in split_pieces(within)):
            return QuestionError(QuestionFault.NOTHING_WANTED, within)
        around = [*self._text[:start].split()[-2:], *within.split(), *self._text[end:].split()[:2]]
        return QuestionError(QuestionFault.EMPTY_ALTERNATIVE, " ".join(around))


def _field(written: str) -> Field:
    name = written.strip().rstrip(":")
    return next(field for field, pattern in _NAME.items() if pattern.fullmatch(name))


def _read_day(text: str, written: str) -> date:
    text = text.strip(" .,;")
    if not text:
        raise QuestionError(QuestionFault.NO_VALUE, written)
    found = _ISO_DATE.fullmatch(text) or _LOCAL_DATE.fullmatch(text)
    if found is None:
        raise QuestionError(QuestionFault.WRONG_DATE, written)
    try:
        return date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        raise QuestionError(QuestionFault.WRONG_DATE, written) from None


@lru_cache(maxsize=1)
def _language_codes() -> frozenset[str]:
    """The codes of the languages that Unicode's CLDR names in English."""
    return frozenset(Locale("en").languages)
