"""First names and the endings of surnames, by which people are told where no model reads: Tajik and English texts."""

import re

from bot.topics.entities.signs import signs
from bot.topics.words import fold

_SURNAME = re.compile(
    r"[\w-]{2,}(?:зода|зод|ов|ова|ев|ева|ёв|ёва|иён|пур|ниё|дӯст|нажод"
    r"|zoda|zod|zade|ov|ova|ev|eva|yev|yeva|enko|pour|shvili|ovich)",
    re.IGNORECASE,
)


def is_first_name(word: str) -> bool:
    """Whether people are called so, as far as the list goes; a name of several parts by the first of them too."""
    names = signs().first_names
    return fold(word) in names or ("-" in word and fold(word.split("-", maxsplit=1)[0]) in names)


def is_surname(word: str) -> bool:
    """Whether a word ends as surnames of our region do: Давлатзода, Karimova."""
    return bool(_SURNAME.fullmatch(word))
