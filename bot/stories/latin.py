"""Names in one alphabet: what Рахмон, Раҳмон and Rahmon have in common."""

import re
from functools import lru_cache

SHORTEST = 2  # consonants of a name that tell it from others

# Sounds that languages write differently are one sign; vowels, and what one of them writes as a vowel, are none.
# fmt: off
_CYRILLIC = {
    "дж": "j", "б": "b", "в": "v", "г": "g", "ғ": "g", "д": "d", "ж": "j", "ҷ": "j", "з": "z", "к": "k", "қ": "k",
    "л": "l", "м": "m", "н": "n", "п": "p", "р": "r", "с": "s", "т": "t", "ф": "f", "х": "h", "ҳ": "h", "ц": "s",
    "ч": "c", "ш": "x", "щ": "x",
}
_LATIN = {
    "shch": "x", "sch": "x", "dzh": "j", "kh": "h", "zh": "j", "dj": "j", "gh": "g", "ch": "c", "sh": "x", "ts": "s",
    "tz": "s", "ph": "f", "ck": "k", "th": "t", "x": "ks", "c": "k", "q": "k", "w": "v", "b": "b", "v": "v", "g": "g",
    "d": "d", "j": "j", "z": "z", "k": "k", "l": "l", "m": "m", "n": "n", "p": "p", "r": "r", "s": "s", "t": "t",
    "f": "f", "h": "h",
}
# fmt: on
_SOUNDS = _CYRILLIC | _LATIN
_SOUND = re.compile("|".join(sorted(_SOUNDS, key=len, reverse=True)))
_TWICE = re.compile(r"(.)\1+")
# Хатлонская and Хатлонский are of Хатлон.
_OF_PLACE = re.compile(r"(?<=[а-я]{3})(?:ск(?:ая|ий|ое|ой|ого|ую|ом|им)|цк(?:ая|ий|ое|ой))$")


@lru_cache(16_384)
def skeleton(word: str) -> str:
    """The consonants of a name in signs that are the same for all languages; "" where too few are left."""
    folded = _OF_PLACE.sub("", word.lower())
    signs = _TWICE.sub(r"\1", "".join(_SOUNDS[found] for found in _SOUND.findall(folded)))
    return signs if len(signs) >= SHORTEST else ""
