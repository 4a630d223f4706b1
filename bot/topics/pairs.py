"""Names that an article explains: «Организация Договора о коллективной безопасности (далее — ОДКБ)».

What stands before a bracket and what stands in it are one thing when the abbreviation fits the initials; so every
expansion is checked by the text itself, and nothing is known beforehand.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from bot.topics.entities.model import Grammar
from bot.topics.lemmas import FUNCTION_WORDS, Lemmatiser
from bot.topics.query import name_key
from bot.topics.russian import load_dictionary
from bot.topics.words import clean, fold
from storage.naming import EntityKind, NamePair, NewEntity

if TYPE_CHECKING:
    from bot.topics.entities.forms import BaseForms

MOST_PAIRS = 20  # of one article; a glossary is no news
MOST_BRACKETS = 100  # of one article that are looked at
LONGEST_NAME = 12  # words
_LONGEST_ABBREVIATION = 10  # letters
_SHORTEST_SURE = 3  # letters; two fit by chance
_LONGEST_PART = 3  # letters that one word gives to an abbreviation: МАГАТЭ
_MOST_TRAILING = 4  # words that a name has beyond its abbreviation: … иностранных дел Республики Таджикистан (МИД)

_CAPITAL = "A-ZА-ЯЁҒӢҚӮҲҶ"
# Two capitals at least. Минобороны is a word made of two, and no abbreviation of letters.
_SHORT = rf"[{_CAPITAL}][a-zа-яё]{{0,2}}(?:[{_CAPITAL}][a-zа-яё]{{0,2}}){{1,9}}(?:\s[{_CAPITAL}]{{2,4}})?"
# In brackets an abbreviation may be introduced: hereinafter, минбаъд, сокращённо.
_BRACKET = re.compile(
    r"\((?:(?:[Дд]алее|сокращ[её]нно|сокр\.|минбаъд|ихтисор(?:ан|а)?|hereinafter|hereafter|or|или|ё)\s*[-–—:,]?\s*)?"
    rf"[«\"“„]?(?P<short>{_SHORT})[»\"”“]?(?:\s*[,;][^()]*)?\)",
)
_EXPLAINED = re.compile(rf"(?<!\w)(?P<short>{_SHORT})[»\"”“]?\s*\((?P<long>[^()]{{5,160}})\)")
_CAPITALS = re.compile(rf"(?<![\w-])[{_CAPITAL}]{{3,8}}(?![\w-])")
_WORD = re.compile(r"[^\W_]+(?:[-‐’'ʼ][^\W_]+)*")
# A name does not reach over these.
_BORDER = re.compile(r"[.,;:!?()\[\]\n\r…|/]|\s[-–—]\s")
# Written in capitals an abbreviation, else a word that every other sentence has: a name that finds everything.
# fmt: off
_LITTLE_WORDS = frozenset(
    (
        "who", "us", "it", "is", "as", "am", "are", "he", "she", "his", "her", "all", "can", "may",
        "вот", "как", "так", "он", "они", "мы", "вы", "ты", "то", "та", "те", "их", "мол", "ман", "ту", "мо", "ин",
    )
)
# fmt: on
_QUOTES = '«»"“”„ '
_REACH = 200  # characters before a bracket


def find_pairs(text: str, lemmatiser: Lemmatiser, entities: Iterable[NewEntity] = ()) -> tuple[NamePair, ...]:
    """The pairs of an abbreviation and its expansion that a text tells, each once.

    An explanation proves enough alone where it leaves no doubt. An abbreviation that only stands in the same article
    as an organisation (one of the `entities`) with just these initials has to do so once more.
    """
    found: dict[tuple[str, str], NamePair] = {}
    text = clean(text)
    told = dict.fromkeys((short, tuple(words), is_strict(short, words)) for short, words in _explanations(text))
    for short, words, is_sure in (*told, *_side_by_side(text, entities)):
        pair = _pair(short, words, lemmatiser, weight=2 if is_sure else 1)
        if pair is not None:
            found.setdefault((pair.short_key, pair.long_key), pair)
        if len(found) == MOST_PAIRS:
            break
    return tuple(found.values())


def expand(short: str, words: Sequence[str]) -> Sequence[str] | None:
    """Of words that stand before an abbreviation those that it stands for; None when it fits none of them.

    The nearest that fit; after them a country may stand (Министерство иностранных дел Таджикистана), which is no
    part of the name then.
    """
    for trailing in range(min(_MOST_TRAILING, len(words) - 1) + 1):
        stop = len(words) - trailing
        if not all(map(_may_trail, words[stop:])):
            break
        for start in range(stop - 1, max(stop - LONGEST_NAME, 0) - 1, -1):
            if is_abbreviation(short, words[start:stop]):
                return words[start:stop]
    return None


def is_abbreviation(short: str, words: Sequence[str]) -> bool:
    """Whether an abbreviation is made of the beginnings of all these words in their order.

    Words such as «о», "of" may give a letter or none; parts of a compound word (научно-исследовательский) may, the
    first one must. Most words give one letter: of АзТВ, МАГАТЭ some give two or three.
    """
    letters = _letters(short)
    if not 2 <= len(letters) <= _LONGEST_ABBREVIATION or len(words) < 1:
        return False
    if _is_silent(words[0]) or _is_silent(words[-1]) or not words[0][0].isupper():
        return False
    parts = [[_letters(part) for part in re.split("[-‐]", word)] for word in words]
    telling = sum(not _is_silent(word) for word in words)
    if telling + sum(len(part) - 1 for part in parts) < 2:
        return False
    return _fits(letters, [(part, _is_silent(word)) for word, part in zip(words, parts, strict=True)])


def is_strict(short: str, words: Sequence[str]) -> bool:
    """Whether an abbreviation has just the initials of all words that say something, three at least: no coincidence."""
    telling = [part for word in words if not _is_silent(word) for part in re.split("[-‐]", word)]
    all_words = [part for word in words for part in re.split("[-‐]", word)]
    letters = _letters(short)
    return len(letters) >= _SHORTEST_SURE and letters in {_initials(telling), _initials(all_words)}


def _initials(words: Sequence[str]) -> str:
    return "".join(_letters(word[0]) for word in words if word)


def _side_by_side(text: str, entities: Iterable[NewEntity]) -> Iterator[tuple[str, tuple[str, ...], bool]]:
    """Abbreviations and organisations of one text whose initials they are."""
    shorts = dict.fromkeys(_CAPITALS.findall(text))
    if not shorts or text.isupper():
        return
    for entity in entities:
        words = tuple(_WORD.findall(entity.name))
        if entity.kind is EntityKind.ORGANISATION and len(words) > 1:
            yield from ((short, words, False) for short in shorts if is_strict(short, words))


def _fits(letters: str, words: list[tuple[list[str], bool]]) -> bool:
    if not words:
        return not letters
    parts, is_silent = words[0]
    if is_silent and _fits(letters, words[1:]):
        return True
    return any(_fits(letters[given:], words[1:]) for given in _givings(letters, parts))


def _givings(letters: str, parts: list[str]) -> Iterator[int]:
    """How many letters a word may give to the beginning of an abbreviation, the fewest first."""
    for length in range(1, min(_LONGEST_PART, len(letters), len(parts[0])) + 1):
        if not letters.startswith(parts[0][:length]):
            return
        yield length
        if len(parts) > 1:
            yield from (length + more for more in _givings(letters[length:], parts[1:]))


def _explanations(text: str) -> Iterator[tuple[str, Sequence[str]]]:
    """Abbreviations with the words that they may stand for."""
    for bracket in islice(_BRACKET.finditer(text), MOST_BRACKETS):
        before = text[max(0, bracket.start() - _REACH) : bracket.start()].rstrip(_QUOTES)
        borders = [border.end() for border in _BORDER.finditer(before)]
        words = _WORD.findall(before, borders[-1] if borders else 0)
        if (long := expand(bracket["short"], words)) is not None:
            yield bracket["short"], long
    for explained in islice(_EXPLAINED.finditer(text), MOST_BRACKETS):
        first = _BORDER.split(explained["long"].strip(_QUOTES), maxsplit=1)[0]
        words = _WORD.findall(first)[:LONGEST_NAME]
        if words and (long := _from_start(explained["short"], words)) is not None:
            yield explained["short"], long


def _from_start(short: str, words: Sequence[str]) -> Sequence[str] | None:
    """Of words in a bracket those that an abbreviation before it stands for: from the first on, a country left out."""
    words = [words[0][0].upper() + words[0][1:], *words[1:]]
    stops = range(len(words), max(len(words) - _MOST_TRAILING, 1) - 1, -1)
    return next((words[:stop] for stop in stops if is_abbreviation(short, words[:stop])), None)


def _pair(short: str, words: Sequence[str], lemmatiser: Lemmatiser, *, weight: int) -> NamePair | None:
    long = " ".join(_base_form(words))
    short_key, long_key = name_key(short, lemmatiser), name_key(long, lemmatiser)
    if not short_key or not long_key or short_key == long_key or fold(short) in _LITTLE_WORDS:
        return None
    return NamePair(short, long, short_key, long_key, weight)


def _base_form(words: Sequence[str]) -> Sequence[str]:
    """A Russian name in the nominative; of other languages as it stands."""
    if not all(re.fullmatch(r"[А-Яа-яЁё-]+", word) for word in words):
        return words
    return _base_forms().name(words, [Grammar("PROPN")] * len(words))


@lru_cache(maxsize=1)
def _base_forms() -> "BaseForms":
    from bot.topics.entities.forms import BaseForms

    return BaseForms(load_dictionary())


def _may_trail(word: str) -> bool:
    """Whether a word can be a country's after a name: Таджикистана, of Tajikistan."""
    return word[0].isupper() or _is_silent(word)


def _is_silent(word: str) -> bool:
    return word.lower() in FUNCTION_WORDS and not word.isupper()


def _letters(word: str) -> str:
    return "".join(fold(letter) for letter in word.replace(" ", "") if letter.isalnum())
