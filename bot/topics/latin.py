"""Latin words in a row, in a text of Cyrillic letters: parts of one longer name, as in The New York Times.

There their keys end with a sign, another one at the ends of the row than within it. Whoever asks for the word itself
asks for all three; another name of what is asked for has to be the whole row.
"""

import re
from itertools import pairwise

from bot.topics.words import find_words

Keys = frozenset[str]

AT_END, BETWEEN = "ъ", "ь"  # no Latin word has such a letter, and the search index takes them for letters
_LANGUAGES = frozenset({"ru", "tg"})
_IN_ROW = re.compile(r"[A-Za-z]['’.]?[ \u00a0-][A-Za-z]")
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_JOINTS = " \u00a0-'’.&"


def has_rows(text: str, language: str | None) -> bool:
    """Whether a text of Cyrillic letters has Latin words in a row."""
    return language in _LANGUAGES and _IN_ROW.search(text) is not None


def mark_rows(found: list[Keys], sentence: str) -> list[Keys]:
    """The keys of a sentence's words, with a sign for those Latin ones that stand beside others.

    A sentence of Latin words alone is prose of its own.
    """
    if not (_IN_ROW.search(sentence) and _CYRILLIC.search(sentence)):
        return found
    spans = list(find_words(sentence))
    joined = [
        is_latin(keys) and is_latin(others) and not sentence[one[1] : other[0]].strip(_JOINTS)
        for (keys, others), (one, other) in zip(pairwise(found), pairwise(spans), strict=True)
    ]
    sides = zip(found, [False, *joined], [*joined, False], strict=True)
    return [
        marked(keys, BETWEEN if left and right else AT_END) if left or right else keys for keys, left, right in sides
    ]


def of_whole_row(keys: Keys, *, at: int, length: int) -> Keys:
    """Of all keys of a Latin word in a question those that it has as the word at a place of a name of so many words."""
    others = (AT_END, BETWEEN) if length == 1 else (BETWEEN,) if at in {0, length - 1} else (AT_END,)
    return frozenset(key for key in keys if not key.endswith(others))


def anywhere(keys: Keys) -> Keys:
    """The keys of a Latin word in a question: as it stands alone, and as a part of a longer name."""
    return keys | marked(keys, AT_END) | marked(keys, BETWEEN)


def is_latin(keys: Keys) -> bool:
    """Whether these are the keys of a word of Latin letters alone."""
    return any(key.isascii() and key.isalpha() for key in keys)


def marked(keys: Keys, sign: str) -> Keys:
    """The keys with a sign behind each."""
    return frozenset(key + sign for key in keys)
