"""Words as they are written, before any grammar: folding letters, cutting a text into sentences and words."""

import re
import unicodedata
from collections.abc import Iterator

LONGEST_WORD = 64  # letters
TAJIK_LETTERS = frozenset("ғӣқӯҳҷ")
# What the same letters are in texts that were made with the fonts of the nineties.
LEGACY_LETTERS = frozenset("ѓїќўњљ")

# The letters people type for Tajik ones on a Russian keyboard, so that all spellings meet.
_FOLDED = str.maketrans(
    {"ё": "е"}
    | {"ғ": "г", "ӣ": "и", "қ": "к", "ӯ": "у", "ҳ": "х", "ҷ": "ч"}
    | {"ѓ": "г", "ї": "и", "ќ": "к", "ў": "у", "њ": "х", "љ": "ч"}
)
# Latin letters that stand among Cyrillic ones because they look the same: CНГ.
_LOOKALIKES = str.maketrans("aceopxykmhtb", "асеорхукмнтв")
_LATIN = re.compile(r"[a-z]")
# ӣ is also typed as й, and in Russian й never follows a consonant.
_TYPED_LONG_I = re.compile(r"(?<=[бвгджзклмнпрстфхцчшщ])й")
# What text carries inside words and no one types: stress, soft hyphens, zero-width characters.
_INVISIBLE = re.compile("[\u0300\u0301\u00ad\u200b-\u200f\u2060\ufeff]")
_APOSTROPHES = "'’ʼʻ‘`´"
_WITHIN = "\u0300-\u036f\u00ad\u200b-\u200f\u2060\ufeff"
# 2,5 is one word, and so is 12.03.2026.
_LETTERS = rf"[^\W_]+(?:(?:[{_WITHIN}]+|[{_APOSTROPHES}](?=[^\W_])|(?<=\d)[.,](?=\d))[^\W_]*)*"
_WORD = re.compile(_LETTERS)
# After these a word is capitalised whatever it is.
OPENING_SIGNS = '«"“„(:—–• '
_OPENER = "«"
_TOKEN = re.compile(rf"(?:[:—–•] +|[«\"“„(])?{_LETTERS}")
_POINT = re.compile(r"(?<=\d)[.,](?=\d)")
_APOSTROPHE = re.compile(f"[{_APOSTROPHES}]")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_ALL_CYRILLIC = re.compile(r"[\u0400-\u04ff]+")
_LINE = re.compile(r"[^\n\r\v\f\u2028\u2029]+")
# The end of a sentence inside a line; what stands before a plain dot decides with _ABBREVIATED.
_STOP = re.compile(
    r"(?P<end>[.!?…][.!?…]*)(?P<closing>[\"”»)\]]*)\s+(?=(?:[—–]\s+)?[\"“„«(]?[0-9A-ZÀ-ÖØ-ÞА-ЯЁҒӢҚӮҲҶЃЇЌЎЊЉ])"
)
# fmt: off
_ABBREVIATED = frozenset(
    (
        "гг", "вв", "ул", "пр", "просп", "пл", "кв", "обл", "им", "св", "ср", "см", "стр", "ст", "гл", "пп", "тт",
        "др", "проч", "акад", "проф", "доц", "ген", "полк", "чл", "корр", "зам", "гос", "тыс", "млн", "млрд", "трлн",
        "руб", "коп", "долл", "сом", "дж", "вл", "ал", "дм", "юр",
        "mr", "mrs", "ms", "dr", "st", "jr", "sr", "gen", "col", "lt", "sen", "rep", "gov", "prof", "hon", "rev", "inc",
        "ltd", "co", "corp", "vs", "no", "etc", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct",
        "nov", "dec",
    )
)
# fmt: on


def clean(text: str) -> str:
    """The text in composed characters, without what is not seen."""
    return unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))


def fold(word: str) -> str:
    """A word's letters as all its spellings share them: lower case, ё = е, no Tajik letters, no accents in Latin.

    Only letters and digits are left, so that the result is a safe token of the search index; "" when none are.
    What is longer than any word is cut. The point within a number becomes a letter: 2,5 → 2p5, which is not 25.
    """
    folded = clean(word).casefold()
    if _CYRILLIC.search(folded):
        if 2 * len(_LATIN.findall(folded)) <= len(folded):
            folded = folded.translate(_LOOKALIKES)
        folded = _TYPED_LONG_I.sub("и", unicodedata.normalize("NFC", folded).translate(_FOLDED))
    else:
        folded = unicodedata.normalize("NFKD", _POINT.sub("p", folded))
    return "".join(letter for letter in folded if letter.isalnum())[:LONGEST_WORD]


def is_tajik(word: str) -> bool:
    """Whether a word is spelled with letters that Russian does not have."""
    letters = unicodedata.normalize("NFC", word.lower())
    return not (TAJIK_LETTERS.isdisjoint(letters) and LEGACY_LETTERS.isdisjoint(letters))


def is_cyrillic(word: str) -> bool:
    return bool(_CYRILLIC.search(word))


def is_all_cyrillic(folded: str) -> bool:
    """Whether a folded word has nothing but Cyrillic letters; dictionaries know no other, and may fall over them."""
    return bool(_ALL_CYRILLIC.fullmatch(folded))


def split_words(text: str) -> list[str]:
    """The words of a text as written. A hyphen parts words: what asks for джиу-джитсу asks for two in a row."""
    return _WORD.findall(text)


def find_sentences(text: str) -> Iterator[tuple[int, int]]:
    """Where each sentence of a text begins and ends, as code points. None goes over the end of a line."""
    for line in _LINE.finditer(text):
        start, end = line.span()
        for stop in _STOP.finditer(text, start, end):
            if stop["end"] == "." and not stop["closing"] and _is_abbreviated(text, start, stop.start()):
                continue
            yield start, stop.end("closing")
            start = stop.end()
        yield start, end


def find_tokens(text: str, start: int, end: int) -> list[str]:
    """The words of one sentence. A token that begins with a sign is a word whose capital letter tells nothing:

    it opens the sentence or a quotation, or all of the sentence is in capitals.
    """
    tokens: list[str] = _TOKEN.findall(text, start, end)
    if not tokens:
        return tokens
    if len(tokens) > 1 and text[start:end].isupper():
        return [token if token[0] == _OPENER else _OPENER + token for token in tokens]
    if tokens[0][0] != _OPENER:
        tokens[0] = _OPENER + tokens[0]
    return tokens


def find_words(text: str) -> Iterator[tuple[int, int]]:
    """Where each word of a sentence begins and ends: as many as `find_tokens` gives."""
    return (found.span() for found in _WORD.finditer(text))


def without_possessive(word: str) -> str:
    """Tajikistan's → Tajikistan; other apostrophes only close up: O'zbekiston → Ozbekiston."""
    bare = _APOSTROPHE.sub("'", word)
    if bare.lower().endswith("'s"):
        bare = bare[:-2]
    return bare.replace("'", "")


def _is_abbreviated(text: str, start: int, end: int) -> bool:
    """Whether the dot behind a text belongs to its last word: г. Душанбе, им. Айни, Э. Рахмон, Mr. Smith."""
    last = re.search(r"[^\W_]*\Z", text[max(start, end - 12) : end])
    word = last[0] if last else ""
    return (len(word) == 1 and not word.isdecimal()) or word.lower() in _ABBREVIATED
