"""What is known by name in any article: countries, cities, international bodies, in Russian, Tajik and English.

Countries and some 400 cities come from Unicode's CLDR by way of Babel, the rest from known.toml and
signs.toml, the latter beside this file.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from babel import Locale

from bot.topics.words import fold, split_words, without_possessive
from storage.naming import EntityKind

Words = tuple[str, ...]

_LANGUAGES = ("ru", "tg", "en")
_COUNTRY = re.compile(r"[A-Z]{2}")
# CLDR's own regions, and two unions that are bodies.
_NO_COUNTRIES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})
_PARTS_OF_THE_WORLD = ("002", "003", "005", "019", "142", "143", "145", "150")
_ZONE = re.compile(r"(?:Africa|America|Asia|Australia|Europe)/(?P<city>[A-Z][A-Za-z_-]+)")
_BRACKETS = re.compile(r"\s*\([^()]*\)|\s+SAR China$")
# Named in known.toml for their other names, and neither anybody nor anywhere.
_NO_ENTITIES = frozenset(
    {"СМИ", "ВВП", "НДС", "ДТП", "ГЭС", "АЭС", "ТЭЦ", "Голубой поток", "Пояс и путь", "Великая Отечественная война"}
)


@dataclass(frozen=True, slots=True)
class Thing:
    """What has names; `number` is the same for all names of one thing. `is_office`: every country has its own."""

    number: int
    kind: EntityKind
    name: str
    is_office: bool = False


def known(words: Words) -> Thing | None:
    """The thing with a name of these folded words."""
    return _table().get(words)


def starts_known(word: str) -> bool:
    """Whether some known name begins with this folded word."""
    return word in _beginnings()


def folded_words(name: str) -> Words:
    """A name's words as `known` wants them."""
    return tuple(folded for word in split_words(name) if (folded := fold(without_possessive(word))))


@lru_cache(maxsize=1)
def _table() -> dict[Words, Thing]:
    table: dict[Words, Thing] = {}
    for number, (kind, is_office, names) in enumerate(_groups()):
        for name in () if names[0] in _NO_ENTITIES else names:
            words = folded_words(name)
            if words and words not in table:
                table[words] = Thing(number, kind, name, is_office)
    return table


@lru_cache(maxsize=1)
def _beginnings() -> frozenset[str]:
    return frozenset(words[0] for words in _table())


def _groups() -> Iterator[tuple[EntityKind, bool, Sequence[str]]]:
    said, more = _read("bot.topics", "known.toml"), _read("bot.topics.entities", "signs.toml")
    locales = [Locale(language) for language in _LANGUAGES]
    for names in [*said["organisations"], *more["bodies"]]:
        yield EntityKind.ORGANISATION, False, names
    for names in said["offices"]:
        yield EntityKind.ORGANISATION, True, names
    for code in sorted(locales[0].territories):
        if (_COUNTRY.fullmatch(code) and code not in _NO_COUNTRIES) or code in _PARTS_OF_THE_WORLD:
            in_cldr = [_BRACKETS.sub("", locale.territories.get(code, "")) for locale in locales]
            yield EntityKind.PLACE, False, [*said["countries"].get(code, ()), *in_cldr]
    for names in [*said["places"], *said["states"], *more["places"]]:
        yield EntityKind.PLACE, False, names
    for names in _cities(locales):
        yield EntityKind.PLACE, False, names


def _read(package: str, name: str) -> dict[str, Any]:
    return tomllib.loads(files(package).joinpath(name).read_text(encoding="utf-8"))


def _cities(locales: Sequence[Locale]) -> Iterator[list[str]]:
    """The cities that time zones are named after."""
    for zone in sorted(locales[0].time_zones):
        if city := _ZONE.fullmatch(zone):
            said: list[Any] = [locale.time_zones.get(zone, {}).get("city") for locale in locales]
            yield [city["city"].replace("_", " "), *(name for name in said if isinstance(name, str))]
