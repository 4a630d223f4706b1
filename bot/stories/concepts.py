"""Words of three languages that mean the same: землетрясение, заминҷунбӣ, earthquake."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from bot.stories.numerals import fold

_FILE = Path(__file__).with_name("concepts.txt")
_LANGUAGES = ("ru", "tg", "en")


@lru_cache(1)
def load_concepts() -> Mapping[str, Mapping[str, str]]:
    """By language, the concept that each key of a word stands for: its first English word."""
    found: dict[str, dict[str, str]] = {language: {} for language in _LANGUAGES}
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        columns = [[fold(word) for word in column.split()] for column in line.split("|")]
        concept = columns[-1][0]
        for language, words in zip(_LANGUAGES, columns, strict=True):
            for word in words:
                found[language].setdefault(word, concept)
    return found


def concepts_of(language: str) -> Mapping[str, str]:
    """The concepts of a language's words; none of a language that is not known."""
    return load_concepts().get(language, {})
