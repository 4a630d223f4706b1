"""Names of one thing that need no learning: countries, international bodies, places, in the languages of our readers.

Countries come from Unicode's CLDR by way of Babel, the rest from known.toml beside this file. All of it is read with
the first question, and of some 2,500 names only those are put into base forms whose words begin like those asked for.
"""

import re
import tomllib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from babel import Locale

from bot.topics.lemmas import FUNCTION_WORDS, Lemmatiser
from bot.topics.query import fold_words, name_key

LANGUAGES = ("ru", "tg", "en")

_STEM = 3  # letters that no ending changes
_COUNTRY = re.compile("[A-Z]{2}")
# CLDR's pseudo-regions, and a code that is another country's nickname.
_NO_COUNTRIES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})
# Мьянма (Бирма) are two names; in Гонконг (САР) the second tells a kind, as in Hong Kong SAR China.
_IN_BRACKETS = re.compile(r"(?P<name>[^()]+?)\s*\((?P<other>[^()]+)\)")
_KIND = re.compile(r"[A-ZА-ЯҒӢҚӮҲҶ]{2,}| SAR ")
_ISLANDS = re.compile(r"\bо-ва?\b")


@dataclass(frozen=True, slots=True)
class KnownName:
    """A name and the number of the thing that it names."""

    name: str
    thing: int


@dataclass(frozen=True, slots=True)
class _Table:
    things: tuple[tuple[str, ...], ...]  # the names that are searched for, by the thing's number
    by_stems: dict[tuple[str, ...], list[KnownName]]


def other_names(key: str, lemmatiser: Lemmatiser) -> tuple[str, ...]:
    """What else the thing is called whose name has this key (`name_key`); empty where no such thing is known.

    Names that also mean something else are understood, but never among the others.
    """
    words = key.split()
    table = _table()
    for one in table.by_stems.get(_stems(words), ()):
        if _is_name(words, one.name, lemmatiser):
            return tuple(name for name in table.things[one.thing] if key_of_name(name, lemmatiser) != key)
    return ()


@lru_cache(maxsize=8_192)
def key_of_name(name: str, lemmatiser: Lemmatiser) -> str:
    """`name_key`, remembered: the names of a thing are asked for again and again."""
    return name_key(name, lemmatiser)


def known_words() -> frozenset[str]:
    """All folded words of all names: what somebody who mistyped a word may have meant."""
    return _words()


def _is_name(words: Sequence[str], name: str, lemmatiser: Lemmatiser) -> bool:
    """Whether the base forms in a key are those of a name, or can be: Рогуна may be of Рогун and of Рогуна."""
    left = _telling(name)
    for word in words:
        readings = lemmatiser.question_keys(word) | {word}
        found = next((one for one in left if lemmatiser.base(one) in readings), None)
        if found is None:
            return False
        left.remove(found)
    return not left


def _telling(name: str) -> list[str]:
    """The folded words of a name, each once, without those that say nothing."""
    words = list(dict.fromkeys(fold_words(name)))
    return [word for word in words if word not in FUNCTION_WORDS] or words


def _stems(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted(word[:_STEM] for word in words))


@lru_cache(maxsize=1)
def _table() -> _Table:
    said = tomllib.loads(files("bot.topics").joinpath("known.toml").read_text(encoding="utf-8"))
    unsearched = {fold_words(name) for name in said["ambiguous"]}
    things: list[tuple[str, ...]] = []
    by_stems: dict[tuple[str, ...], list[KnownName]] = {}
    listed = (*said["organisations"], *said["offices"], *said["places"], *said["states"])
    for names in (*listed, *_countries(said["countries"], _NO_COUNTRIES.union(said["mixed"]))):
        for name in names:
            by_stems.setdefault(_stems(_telling(name)), []).append(KnownName(name, len(things)))
        things.append(tuple(name for name in names if fold_words(name) not in unsearched))
    return _Table(tuple(things), by_stems)


@lru_cache(maxsize=1)
def _words() -> frozenset[str]:
    table = _table()
    return frozenset(word for names in table.by_stems.values() for one in names for word in fold_words(one.name))


def _countries(more: dict[str, list[str]], without: Collection[str]) -> Iterator[list[str]]:
    territories = [Locale(language).territories for language in LANGUAGES]
    for code in sorted(territories[0]):
        if _COUNTRY.fullmatch(code) and code not in without:
            named = [name for names in territories for name in _cldr_names(names.get(code, ""))]
            # One spelling a name: Соединенные Штаты and Соединённые Штаты are folded alike.
            yield list({fold_words(name): name for name in (*more.get(code, ()), *named) if name}.values())


def _cldr_names(text: str) -> list[str]:
    text = _ISLANDS.sub("острова", text)
    found = _IN_BRACKETS.fullmatch(text)
    names = [found["name"], found["other"]] if found else [text]
    return [name for name in names if not _KIND.search(name) or (" " not in name and not found)]
