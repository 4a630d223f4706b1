"""Names in the scripts of our readers: which are one name spelled twice, and which a reader reads most easily."""

import re
from collections.abc import Iterable
from itertools import chain
from unicodedata import combining, normalize

# How the letters of Russian and Tajik are spelled in Latin, as far as spellings agree: Хуҷанд, Худжанд, Khujand.
_LATIN = str.maketrans(
    {
        **dict(zip("абвгғдезиӣйкқлмнопрстуӯфхҳ", "abvggdeziiikklmnoprstuufhh", strict=True)),
        "ё": "e",
        "ж": "j",
        "ҷ": "j",
        "ц": "ts",
        "ч": "ch",
        "ш": "sh",
        "щ": "sh",
        "ы": "i",
        "э": "e",
        "ю": "iu",
        "я": "ia",
        "ъ": "",
        "ь": "",
        "q": "k",
        "w": "v",
        "y": "i",
        "’": "",
        "'": "",
        "ʼ": "",
    }
)
_ALIKE = (("shch", "sh"), ("dzh", "j"), ("kh", "h"), ("gh", "g"), ("zh", "j"), ("dj", "j"), ("tz", "ts"), ("ie", "e"))
_TWICE = re.compile(r"(\w)\1")
_WORD = re.compile(r"[^\W_]+")
_CYRILLIC = re.compile("[а-яёғӣқӯҳҷ]", re.IGNORECASE)
_TAJIK = re.compile("[ғӣқӯҳҷ]", re.IGNORECASE)


def sound(name: str) -> str:
    """The same for a name in Cyrillic and in Latin letters, however it is put into these; "" for no words."""
    letters = "".join(one for one in normalize("NFKD", name.lower()) if not combining(one))
    return " ".join(_sound(word) for word in _WORD.findall(letters.translate(_LATIN)))


def best_name(names: Iterable[str], others: Iterable[str], language: str) -> str:
    """Of a thing's names the first that is in a reader's language, as far as letters tell.

    One of `others` only where it suits better than each of `names`, of which there is at least one.
    """
    return min(chain(names, others), key=lambda name: _strangeness(name, language))


def _sound(word: str) -> str:
    word = _TWICE.sub(r"\1", word)
    for spelled, heard in _ALIKE:
        word = word.replace(spelled, heard)
    return _TWICE.sub(r"\1", word)


def _strangeness(name: str, language: str) -> int:
    """0 where the letters are those of a language, more the harder they are for who reads it."""
    if not _CYRILLIC.search(name):
        return 0 if language == "en" else 2
    if language == "en":
        return 2
    return 0 if (language == "tg") == bool(_TAJIK.search(name)) else 1
