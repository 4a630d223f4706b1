"""What a word is known by: the keys under which all its forms and spellings meet."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache
from importlib.metadata import version
from typing import TYPE_CHECKING

from bot.topics.words import (
    OPENING_SIGNS,
    find_sentences,
    find_tokens,
    find_words,
    fold,
    is_cyrillic,
    is_tajik,
    without_possessive,
)

if TYPE_CHECKING:
    from pymorphy3 import MorphAnalyzer  # type: ignore[import-untyped]  # ships no types
    from pymorphy3.analyzer import Parse  # type: ignore[import-untyped]  # ships no types

Keys = frozenset[str]

BREAK: Keys = frozenset()

# Grows whenever words get other keys than before: what was indexed under the old ones has to be read again.
VERSION = f"2+{version('pymorphy3-dicts-ru')}"

_PROPER = frozenset({"Name", "Surn", "Patr", "Geox", "Orgn"})
_PLURAL_SURNAME_LIKE = ({"plur", "gent"}, {"plur", "accs"})
# Surnames in -ов, -ев, -ин, -ын and their case endings; group 1 is the base form.
_SURNAME = re.compile(r"(\w{2,}(?:[ое]в|[иы]н))(?:а|у|ым|ом|е|ой|ы|ых|ыми)?")
# Adjectives of places, which the dictionary rarely has and guesses to be surnames: Хатлонской.
_ADJECTIVE = re.compile(r"(\w+[сц]к)(?:ий|ая|ое|ие|ого|ой|ому|ую|им|ом|их|ими)")
# An unknown word that ends so is most likely in its base form (АКДН, Бохтар); Рахмоном, Рахмонов, горах are not.
_BARE_ENDINGS = tuple("бгджзклнпрстфцчшщ")
_LONGEST_ABBREVIATION = 6  # letters
# Words that say nothing of a subject: a question of several words does not insist on them.
# fmt: off
FUNCTION_WORDS = frozenset(
    (
        "а", "без", "в", "во", "для", "до", "за", "и", "из", "или", "к", "ко", "на", "над", "но", "о", "об",
        "обо", "от", "по", "под", "при", "про", "с", "со", "у",
        "аз", "ба", "барои", "бо", "ва", "ки", "то",
        "a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with",
    )
)
# fmt: on


class Shape(IntEnum):
    """How a word is written: capitals hint at names and abbreviations."""

    LOWER = 0
    CAPITALISED = 1
    CAPITALS = 2


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as topics see it.

    `words` holds the keys of each word in order, with BREAK after each sentence. `keys` are all of them.
    The first `title_words` of `words`, breaks counted, are those of the title.
    """

    words: tuple[Keys, ...]
    keys: Keys
    title_words: int = 0
    _positions: dict[str, list[int]] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def positions(self) -> Mapping[str, Sequence[int]]:
        """Where in `words` each key stands, in order. Made when first asked for."""
        if not self._positions:
            for position, keys in enumerate(self.words):
                for key in keys:
                    self._positions.setdefault(key, []).append(position)
        return self._positions

    @property
    def title_terms(self) -> str:
        """The keys of the title's words in order, parted by blanks: for the search index."""
        return _terms(self.words[: self.title_words])

    @property
    def body_terms(self) -> str:
        """The keys of all words in order, the title's too, so that a word of the headline is near the lead."""
        return _terms(self.words)

    @property
    def lemmas(self) -> str:
        """All distinct keys, sorted and parted by blanks."""
        return " ".join(sorted(self.keys))


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a sentence. `start` and `end` are code points of the sentence's text."""

    keys: Keys
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence as it stands in a text, with its words in order."""

    text: str
    words: tuple[Word, ...]


class Lemmatiser:
    """Gives words their keys; one for the whole application, because its cache is what makes it fast.

    Two words are forms of one when their keys overlap. A form often fits several words (банка: банк, банка), and for
    the names of Central Asia the likeliest guess is wrong one time in six, so all readings count. The dictionary
    (26 MB) is loaded with the first Russian word.
    """

    def __init__(self, cache_size: int = 65_536) -> None:
        self._morph: MorphAnalyzer | None = None
        self._written: Callable[[str, bool], Keys] = lru_cache(cache_size)(self._keys_as_written)
        self._asked: Callable[[str], Keys] = lru_cache(cache_size // 4)(self._keys_when_asked)
        self._base: Callable[[str], str] = lru_cache(cache_size // 4)(self._find_base)

    def keys(self, word: str, language: str | None = None) -> Keys:
        """The keys of a word in a text, as it is written there; none for what has no letter and no digit."""
        return self._written(word, language == "tg")

    def question_keys(self, word: str) -> Keys:
        """The keys of a word in a question, where capitals cannot be relied on."""
        return self._asked(fold(without_possessive(word)))

    def base(self, word: str) -> str:
        """The one form that stands for a word in a topic's key; the base of a base is itself."""
        return self._base(fold(without_possessive(word)))

    def read(self, text: str, language: str | None = None) -> Reading:
        """All the words of a text by position."""
        return _reading(self._walk(text, language), title_words=0)

    def read_article(self, title: str, text: str, language: str | None = None) -> Reading:
        """The words of an article's title, then those of its text."""
        heading = self._walk(title, language)
        return _reading(heading + self._walk(text, language), title_words=len(heading))

    def sentences(self, text: str, language: str | None = None) -> list[Sentence]:
        """The sentences of a text that have words; the same words in the same order as `read` finds."""
        is_in_tajik = language == "tg"
        found: list[Sentence] = []
        for start, end in find_sentences(text):
            sentence = text[start:end].strip()
            tokens = find_tokens(sentence, 0, len(sentence))
            read = [
                Word(keys, *span)
                for token, span in zip(tokens, find_words(sentence), strict=True)
                if (keys := self._written(token, is_in_tajik))
            ]
            if read:
                found.append(Sentence(sentence, tuple(read)))
        return found

    def _walk(self, text: str, language: str | None) -> list[Keys]:
        is_in_tajik = language == "tg"
        words: list[Keys] = []
        for start, end in find_sentences(text):
            if read := [keys for token in find_tokens(text, start, end) if (keys := self._written(token, is_in_tajik))]:
                words += read
                words.append(BREAK)
        return words

    def _keys_as_written(self, word: str, is_in_tajik: bool) -> Keys:
        word = without_possessive(word).lstrip(OPENING_SIGNS)
        folded = fold(word)
        # pymorphy3 makes Russian verbs of Tajik nouns: it never sees them.
        if not folded or is_tajik(word) or (is_in_tajik and is_cyrillic(folded)):
            return frozenset({folded} if folded else ())
        return self._analyse(folded, _shape(word))

    def _keys_when_asked(self, folded: str) -> Keys:
        if not folded:
            return BREAK
        return self._analyse(folded, Shape.LOWER) | self._analyse(folded, Shape.CAPITALISED) | {folded}

    def _analyse(self, folded: str, shape: Shape) -> Keys:
        if folded.isdecimal():
            return frozenset({folded})
        if not is_cyrillic(folded):
            return frozenset(_english_forms(folded))
        return frozenset(self._russian_forms(folded, shape))

    def _russian_forms(self, folded: str, shape: Shape) -> Iterator[str]:
        morph = self._load()
        parses = morph.parse(folded)
        is_known = morph.word_is_known(folded)
        if shape is Shape.CAPITALS and len(folded) <= _LONGEST_ABBREVIATION:
            yield folded
            if not is_known or any("Abbr" in parse.tag for parse in parses):
                return
        yield from _reading_forms(parses, folded, is_known=is_known, shape=shape)
        if not is_known:
            yield folded
            if adjective := _ADJECTIVE.fullmatch(folded):
                yield f"{adjective[1]}ий"
        if shape is not Shape.LOWER and not (is_known and any(_is_proper(parse) for parse in parses)):
            yield folded
            if surname := _SURNAME.fullmatch(folded):
                yield surname[1]

    def _find_base(self, folded: str) -> str:
        """Follow base forms until they repeat; guesses about unknown words can go round in a circle."""
        seen: list[str] = []
        while folded not in seen:
            seen.append(folded)
            folded = self._step_to_base(folded)
        base = min(seen[seen.index(folded) :])
        return seen[0] if base in FUNCTION_WORDS else base

    def _step_to_base(self, folded: str) -> str:
        if not folded or folded.isdecimal():
            return folded
        if not is_cyrillic(folded):
            return _english_forms(folded)[-1]
        morph = self._load()
        is_known = morph.word_is_known(folded)
        if not is_known and (base := _guess_base(folded)):
            return base
        parses = morph.parse(folded)
        forms = list(_reading_forms(parses, folded, is_known=is_known, shape=Shape.LOWER))
        if not is_known and folded in forms:
            return folded
        scores: Counter[str] = Counter()
        for form, parse in zip(forms, parses, strict=True):
            scores[form] += parse.score
        return max(scores, key=lambda form: (scores[form], form == folded, form)) or folded

    def _load(self) -> "MorphAnalyzer":
        if self._morph is None:
            from pymorphy3 import MorphAnalyzer  # half a second: not for those who only want --help

            self._morph = MorphAnalyzer()
        return self._morph


def _reading(words: list[Keys], *, title_words: int) -> Reading:
    return Reading(words=tuple(words), keys=frozenset().union(*words), title_words=title_words)


def _terms(words: Iterable[Keys]) -> str:
    return " ".join(" ".join(sorted(keys)) for keys in words if keys)


def _shape(word: str) -> Shape:
    if len(word) > 1 and word.isupper():
        return Shape.CAPITALS
    return Shape.CAPITALISED if word[0].isupper() else Shape.LOWER


def _is_proper(parse: "Parse") -> bool:
    return not _PROPER.isdisjoint(parse.tag.grammemes)


def _guess_base(folded: str) -> str | None:
    """The base form of a word that the dictionary does not have, where its ending tells."""
    if adjective := _ADJECTIVE.fullmatch(folded):
        return f"{adjective[1]}ий"
    if surname := _SURNAME.fullmatch(folded):
        return surname[1]
    return folded if folded.endswith(_BARE_ENDINGS) else None


def _reading_forms(parses: "list[Parse]", folded: str, *, is_known: bool, shape: Shape) -> Iterator[str]:
    """The base form of each reading. Рахмонов is a man's name, not "of several Rahmons"; Эмиратов has no singular."""
    for parse in parses:
        is_plural = any(case <= parse.tag.grammemes for case in _PLURAL_SURNAME_LIKE) and "Pltm" not in parse.tag
        is_guess = not is_known and shape is Shape.CAPITALISED
        if is_plural and folded.endswith(("ов", "ев")) and (_is_proper(parse) or is_guess):
            yield folded
        else:
            yield fold(parse.normal_form)


def _english_forms(word: str) -> list[str]:
    """The word and what it may be the plural of, the likeliest last: taxes, taxe, tax."""
    forms = [word]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        forms.append(word[:-1])
        if word.endswith("ies"):
            forms.append(f"{word[:-3]}y")
        elif word.endswith(("xes", "ches", "shes", "sses")):
            forms.append(word[:-2])
    return forms
