"""Names in one alphabet: what Рахмон, Раҳмон and Rahmon have in common."""

import re
from functools import lru_cache

# Sounds that languages write differently are one sign; vowels, and what one of them writes as a vowel, are none.
_CYRILLIC = {
    "дж": "j", "кс": "ks", "б": "b", "в": "v", "г": "g", "ғ": "g", "д": "d", "ж": "j", "ҷ": "j", "з": "z", "к": "k",
    "қ": "k", "л": "l", "м": "m", "н": "n", "п": "p", "р": "r", "с": "s", "т": "t", "ф": "f", "х": "h", "ҳ": "h",
    "ц": "s", "ч": "c", "ш": "x", "щ": "x",
}  # fmt: skip
_LATIN = {
    "shch": "x", "sch": "x", "kh": "h", "zh": "j", "dzh": "j", "dj": "j", "gh": "g", "ch": "c", "sh": "x", "ts": "s",
    "tz": "s", "ph": "f", "ck": "k", "th": "t", "x": "ks", "c": "k", "q": "k", "w": "v", "b": "b", "v": "v", "g": "g",
    "d": "d", "j": "j", "z": "z", "k": "k", "l": "l", "m": "m", "n": "n", "p": "p", "r": "r", "s": "s", "t": "t",
    "f": "f", "h": "h",
}  # fmt: skip
_SOUNDS = _CYRILLIC | _LATIN
_SOUND = re.compile("|".join(sorted(_SOUNDS, key=len, reverse=True)))
_TWICE = re.compile(r"(.)\1+")


@lru_cache(8192)
def skeleton(word: str) -> str:
    """The consonants of a name in signs that are the same for all languages; "" where fewer than two are left."""
    signs = "".join(_SOUNDS[found] for found in _SOUND.findall(word.lower()))
    signs = _TWICE.sub(r"\1", signs)
    return signs if len(signs) > 1 else ""
