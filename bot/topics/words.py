"""Words as they are written, before any grammar: folding letters, cutting a text into words."""

import re
import unicodedata
from collections.abc import Iterator

TAJIK_LETTERS = frozenset("ғӣқӯҳҷ")

# The letters people type for Tajik ones on a Russian keyboard, so that both spellings meet.
_FOLDED = str.maketrans({"ё": "е", "ғ": "г", "ӣ": "и", "қ": "к", "ӯ": "у", "ҳ": "х", "ҷ": "ч"})
# ӣ is also typed as й, and in Russian й never follows a consonant.
_TYPED_LONG_I = re.compile(r"(?<=[бвгджзклмнпрстфхцчшщ])й")
# Marks that text carries inside words and that no one types: stress, soft hyphens, zero-width characters.
_INVISIBLE = re.compile("[\u0300\u0301\u00ad\u200b-\u200f\u2060\ufeff]")
_WORD = re.compile(r"[^\W_]+(?:['’ʼ‘][^\W_]+)*")
_APOSTROPHE = re.compile(r"['’ʼ‘]")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_LINES = re.compile(r"[\n\r\v\f\u2028\u2029]+")
# The end of a sentence inside a paragraph; what stands before a plain dot decides with SHORT.
_STOP = re.compile(r"(?P<end>[.!?…]+)(?P<closing>[\"”»)\]]*)\s+(?=[\"“„«(]?[A-ZА-ЯЁҒӢҚӮҲҶ])")
# A dot after so few letters may belong to an abbreviation: г. Душанбе, им. Айни, Mr. Smith.
_SHORT = 3


def clean(text: str) -> str:
    """The text in composed characters, without what is not seen."""
    return unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))


def fold(word: str) -> str:
    """A word's letters as all its spellings share them: lower case, ё = е, no Tajik letters, no accents in Latin.

    Only letters and digits are left, so that the result is a safe token of the search index; "" when none are.
    """
    folded = clean(word).casefold()
    if _CYRILLIC.search(folded):
        folded = _TYPED_LONG_I.sub("и", unicodedata.normalize("NFC", folded).translate(_FOLDED))
    else:
        folded = unicodedata.normalize("NFKD", folded)
    return "".join(letter for letter in folded if letter.isalnum())


def is_tajik(word: str) -> bool:
    """Whether a word is spelled with letters that Russian does not have."""
    return not TAJIK_LETTERS.isdisjoint(word.lower())


def is_cyrillic(word: str) -> bool:
    return bool(_CYRILLIC.search(word))


def split_words(text: str) -> list[str]:
    """The words of a text as written. A hyphen parts words: what asks for джиу-джитсу asks for two in a row."""
    return _WORD.findall(clean(text))


def segments(text: str) -> Iterator[list[str]]:
    """The words of each sentence of a text: no phrase reaches over its end, nor over the end of a line."""
    for line in _LINES.split(clean(text)):
        words: list[str] = []
        start = 0
        for stop in _STOP.finditer(line):
            words += _WORD.findall(line, start, stop.start())
            start = stop.end()
            if words and (stop["end"] != "." or stop["closing"] or len(words[-1]) > _SHORT):
                yield words
                words = []
        words += _WORD.findall(line, start)
        if words:
            yield words


def without_possessive(word: str) -> str:
    """Tajikistan's → Tajikistan; other apostrophes only close up: O'zbekiston → Ozbekiston."""
    bare = _APOSTROPHE.sub("'", word)
    if bare.lower().endswith("'s"):
        bare = bare[:-2]
    return bare.replace("'", "")
