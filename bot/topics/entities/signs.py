"""The lists of signs.toml, read with the first text that needs them."""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from bot.topics.entities.gazetteer import Words, folded_words
from bot.topics.words import fold


@dataclass(frozen=True, slots=True)
class Signs:
    """Agencies and abbreviations by their folded words, names of people folded."""

    agencies: frozenset[Words]
    abbreviations: frozenset[Words]
    first_names: frozenset[str]
    surnames: frozenset[str]


@lru_cache(maxsize=1)
def signs() -> Signs:
    said = tomllib.loads(files("bot.topics.entities").joinpath("signs.toml").read_text(encoding="utf-8"))
    names = f"{said['first_names_in_cyrillic']} {said['first_names_in_latin']}".split()
    return Signs(
        agencies=frozenset(map(folded_words, said["agencies"])),
        abbreviations=frozenset(map(folded_words, said["common_abbreviations"].split())),
        first_names=frozenset(map(fold, names)),
        surnames=frozenset(map(fold, said["surnames"].split())),
    )
