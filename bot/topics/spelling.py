"""What may be meant where a question finds nothing: the same keys in another layout, a long word with one typo."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.topics.lemmas import Keys, Lemmatiser
from bot.topics.words import fold, is_cyrillic

LONG_WORD = 6  # letters; a typo in a shorter one makes too many other words of it
MOST_DOUBTFUL = 3  # words of one question that are corrected
MOST_TRIED = 3  # corrections of a question

# The same keys in both layouts, with Shift and without.
_LATIN_KEYS = "`qwertyuiop[]asdfghjkl;'zxcvbnm,.~QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>"
_RUSSIAN_KEYS = "ёйцукенгшщзхъфывапролджэячсмитьбюЁЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ"
_TO_RUSSIAN = str.maketrans(_LATIN_KEYS, _RUSSIAN_KEYS)
_TO_LATIN = str.maketrans(_RUSSIAN_KEYS, _LATIN_KEYS)
_LETTERS_TO_RUSSIAN = {key: letter for key, letter in _TO_RUSSIAN.items() if chr(key).isalpha()}
_UNQUOTED_TO_RUSSIAN = {key: letter for key, letter in _TO_RUSSIAN.items() if chr(key) != '"'}
_QUOTED = re.compile(r"\s*[\"“”„«](?P<words>[^\"“”„«»]+)[\"“”»]\s*")
_LATIN_LETTER = re.compile("[A-Za-z]")
_RUSSIAN_LETTER = re.compile("[А-Яа-яЁё]")
_WORD = re.compile(r"\w+")
# As `fold` leaves them: ё and the Tajik letters are folded.
_CYRILLIC_LETTERS = "абвгдежзийклмнопрстуфхцчшщъыьэюя"
_LATIN_LETTERS = "abcdefghijklmnopqrstuvwxyz"


class InsteadKind(StrEnum):
    """Why something else than what was written was understood."""

    LAYOUT = "layout"  # typed with the keyboard switched to another script: JLR< is ОДКБ
    TYPO = "typo"


@dataclass(frozen=True, slots=True)
class Instead:
    """What was understood in place of what was asked."""

    kind: InsteadKind
    text: str


def other_layouts(text: str) -> tuple[Instead, ...]:
    """A question as its keys read in the other layout, the likeliest first.

    Russian letters stand on keys that are signs in the Latin layout (JLR< is ОДКБ), so signs are first taken for
    letters, then all but quotes, and then for themselves. Where a whole question is in quotes, the words may also stand
    apart: what nobody could read is no wording to insist on.
    """
    typed: list[str] = []
    if _LATIN_LETTER.search(text) and not _RUSSIAN_LETTER.search(text):
        typed = [text.translate(table) for table in (_TO_RUSSIAN, _UNQUOTED_TO_RUSSIAN, _LETTERS_TO_RUSSIAN)]
        if found := _QUOTED.fullmatch(text):
            typed.append(found["words"].translate(_TO_RUSSIAN))
    elif _RUSSIAN_LETTER.search(text) and not _LATIN_LETTER.search(text):
        typed = [text.translate(_TO_LATIN)]
    return tuple(Instead(InsteadKind.LAYOUT, other) for other in dict.fromkeys(typed))


def long_words(words: Collection[str], lemmatiser: Lemmatiser) -> dict[str, Keys]:
    """Of folded words those in which one wrong letter can be told, with their keys."""
    found = [word for word in dict.fromkeys(words) if len(word) >= LONG_WORD and word.isalpha()]
    return {word: lemmatiser.question_keys(word) for word in found}


def one_letter_away(word: str, lemmatiser: Lemmatiser) -> dict[str, Keys]:
    """What a folded word becomes by one letter more, less, other, or by two that change places; with the keys.

    Of a Russian form the base forms are looked up only where the dictionary has it: of these hundreds of words nearly
    all are none, and guessing at them would take a tenth of a second.
    """
    return {edit: _keys(edit, lemmatiser) for edit in _edits(word)}


def corrections(
    text: str, choices: Mapping[str, Mapping[str, Keys]], counts: Mapping[str, int], names: Collection[str]
) -> Iterator[Instead]:
    """The question with another word in place of each that nobody writes, the likeliest first.

    `choices` are what those words may be, `counts` how often a key stands in the archive, `names` folded words of
    names, which count even where no article has them. Nothing where one of the words is like no known one.
    """
    ranked = [_rank(found, counts, names) for found in choices.values()]
    if not ranked or not all(ranked):
        return
    for number in range(min(MOST_TRIED, max(map(len, ranked)))):
        chosen = [found[min(number, len(found) - 1)] for found in ranked]
        yield Instead(InsteadKind.TYPO, _replace(text, dict(zip(choices, chosen, strict=True))))


def _edits(word: str) -> set[str]:
    """After Peter Norvig, "How to Write a Spelling Corrector": all that one edit makes of a word."""
    letters = _CYRILLIC_LETTERS if is_cyrillic(word) else _LATIN_LETTERS
    splits = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    shorter = {left + right[1:] for left, right in splits if right}
    swapped = {left + right[1] + right[0] + right[2:] for left, right in splits if len(right) > 1}
    other = {left + letter + right[1:] for left, right in splits if right for letter in letters}
    longer = {left + letter + right for left, right in splits for letter in letters}
    return {edit for edit in shorter | swapped | other | longer if fold(edit) == edit} - {word}


def _keys(edit: str, lemmatiser: Lemmatiser) -> Keys:
    is_cheap = not is_cyrillic(edit) or lemmatiser.is_known(edit)
    return lemmatiser.question_keys(edit) if is_cheap else frozenset({edit})


def _rank(found: Mapping[str, Keys], counts: Mapping[str, int], names: Collection[str]) -> list[str]:
    weights = {
        word: (max((counts.get(key, 0) for key in keys), default=0), word in names) for word, keys in found.items()
    }
    known = [word for word, weight in weights.items() if any(weight)]
    return sorted(known, key=lambda word: (*weights[word], word), reverse=True)


def _replace(text: str, words: Mapping[str, str]) -> str:
    """The text with other words in place of those that are folded so; a capital stays one."""

    def other(found: re.Match[str]) -> str:
        word = words.get(fold(found[0]))
        if word is None:
            return found[0]
        return word.capitalize() if found[0][0].isupper() else word

    return _WORD.sub(other, text)
