"""First names and the endings of surnames, by which people are told where no model reads: Tajik and English texts."""

import re
import tomllib
from functools import lru_cache
from importlib.resources import files

from bot.topics.words import fold

_SURNAME = re.compile(
    r"[\w-]{2,}(?:зода|зод|ов|ова|ев|ева|ёв|ёва|иён|пур|ниё|дӯст|нажод"
    r"|zoda|zod|zade|ov|ova|ev|eva|yev|yeva|enko|pour|shvili|ovich)",
    re.IGNORECASE,
)


def is_first_name(word: str) -> bool:
    """Whether people are called so, as far as the list goes; a name of several parts by the first of them too."""
    names = _first_names()
    return fold(word) in names or ("-" in word and fold(word.split("-", maxsplit=1)[0]) in names)


def is_surname(word: str) -> bool:
    """Whether a word ends as surnames of our region do: Давлатзода, Karimova."""
    return bool(_SURNAME.fullmatch(word))


@lru_cache(maxsize=1)
def _first_names() -> frozenset[str]:
    said = tomllib.loads(files("bot.topics").joinpath("signs.toml").read_text(encoding="utf-8"))
    return frozenset(fold(name) for key in ("cyrillic", "latin") for name in said[f"first_names_in_{key}"].split())
