"""Endings of Russian names that no dictionary has: where a word may stand by its ending, and its base form there."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

CASES = ("Nom", "Gen", "Dat", "Acc", "Ins", "Loc")

_VOWELS = "аеёиоуыэюя"
_SURNAME = re.compile(r".+(?:[оеё]в|[иы]н)")
# Давлатзода, with a man and with a woman.
_CHILD_OF = re.compile(r"(.+з[оа]д)(а|ы|е|у|ой|ою)")
_CHILD_CASES = {"а": ("Nom",), "ы": ("Gen",), "е": ("Dat", "Loc"), "у": ("Acc",), "ой": ("Ins",), "ою": ("Ins",)}
_HUSHING = "жшчщц"
# The endings of adjectives, also of those that are names: Хатлонской, Достоевского.
_ADJECTIVE = re.compile(r"(.*[сц]к|.*н)(ий|ый|ого|ому|ым|им|ом|ая|ой|ую|ое|ие|ые|ых|их|ыми|ими)")
_ADJECTIVE_PLACES = {
    "ий": [("Nom", "Masc"), ("Acc", "Masc")],
    "ый": [("Nom", "Masc"), ("Acc", "Masc")],
    "ого": [("Gen", "Masc"), ("Acc", "Masc"), ("Gen", "Neut")],
    "ому": [("Dat", "Masc"), ("Dat", "Neut")],
    "ым": [("Ins", "Masc"), ("Ins", "Neut")],
    "им": [("Ins", "Masc"), ("Ins", "Neut")],
    "ом": [("Loc", "Masc"), ("Loc", "Neut")],
    "ая": [("Nom", "Fem")],
    "ой": [("Gen", "Fem"), ("Dat", "Fem"), ("Ins", "Fem"), ("Loc", "Fem")],
    "ую": [("Acc", "Fem")],
    "ое": [("Nom", "Neut"), ("Acc", "Neut")],
}
_ADJECTIVE_PLURAL = {
    "ие": ("Nom", "Acc"), "ые": ("Nom", "Acc"), "ых": ("Gen", "Loc", "Acc"), "их": ("Gen", "Loc", "Acc"),
    "ыми": ("Ins",), "ими": ("Ins",),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """Where a word can stand, in the letters of Universal Dependencies."""

    case: str
    gender: str
    number: str = "Sing"


def noun_places(word: str) -> Iterator[tuple[Place, str]]:
    """Where an unknown noun in lower case may stand by its ending, with its base form there."""
    if child := _CHILD_OF.fullmatch(word):
        for case in _CHILD_CASES[child[2]]:
            yield Place(case, "Masc"), f"{child[1]}а"
            yield Place(case, "Fem"), f"{child[1]}а"
        return
    stem, ending = word[:-1], word[-1:]
    if len(stem) < 2:
        return
    if ending in _MASCULINE_AND_FEMININE:
        masculine, feminine, tail = _MASCULINE_AND_FEMININE[ending]
        for case in masculine if stem[-1] not in _VOWELS or ending in "яюе" else ():
            yield Place(case, "Masc"), _closed(stem, is_soft=ending in "яю")
        for case in feminine:
            yield Place(case, "Fem"), stem + tail
    yield from _instrumental(word)


_MASCULINE_AND_FEMININE = {
    "а": (("Gen", "Acc"), ("Nom",), "а"),
    "я": (("Gen", "Acc"), ("Nom",), "я"),
    "у": (("Dat",), ("Acc",), "а"),
    "ю": (("Dat",), ("Acc",), "я"),
    "е": (("Loc",), ("Dat", "Loc"), "а"),
    "ы": ((), ("Gen",), "а"),
}


def _closed(stem: str, *, is_soft: bool) -> str:
    if not is_soft:
        return stem if stem[-1] not in _VOWELS else f"{stem}й"
    return f"{stem}й" if stem[-1] in _VOWELS else f"{stem}ь"


def _instrumental(word: str) -> Iterator[tuple[Place, str]]:
    stem, ending = word[:-2], word[-2:]
    if len(stem) < 2:
        return
    if ending == "ом":
        yield Place("Ins", "Masc"), stem
    elif ending in ("ем", "ём"):
        yield Place("Ins", "Masc"), stem if stem[-1] in _HUSHING else _closed(stem, is_soft=True)
    elif ending == "ым" and _SURNAME.fullmatch(stem):
        yield Place("Ins", "Masc"), stem
    elif ending == "ой":
        yield Place("Ins", "Fem"), f"{stem}а"
        if _SURNAME.fullmatch(stem):
            for case in ("Gen", "Dat", "Loc"):
                yield Place(case, "Fem"), f"{stem}а"
    elif ending == "ей" and stem[-1] not in _VOWELS:
        yield Place("Ins", "Fem"), f"{stem}{'а' if stem[-1] in _HUSHING else 'я'}"


def masculine_places(word: str) -> Iterator[tuple[Place, str]]:
    """Where it may stand as the name of a man that ends in -а or -я: Манделу, Устуфы."""
    for ending, case in (("ы", "Gen"), ("е", "Dat"), ("у", "Acc"), ("ой", "Ins"), ("е", "Loc")):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            yield Place(case, "Masc"), f"{word.removesuffix(ending)}а"


def adjective_places(word: str) -> Iterator[tuple[Place, str]]:
    """The same for an adjective: Хатлонской → Хатлонская."""
    found = _ADJECTIVE.fullmatch(word)
    if not found:
        return
    stem, ending = found[1], found[2]
    i = "и" if stem[-1] in "кгх" else "ы"
    bases = {"Masc": f"{stem}{i}й", "Fem": f"{stem}ая", "Neut": f"{stem}ое"}
    for case, gender in _ADJECTIVE_PLACES.get(ending, ()):
        yield Place(case, gender), bases[gender]
    for case in _ADJECTIVE_PLURAL.get(ending, ()):
        for gender in bases:
            yield Place(case, gender, "Plur"), f"{stem}{i}е"


def is_adjective(word: str) -> bool:
    """Whether a word in lower case ends as the adjectives of places do."""
    return bool(re.fullmatch(r".*[сц]к(?:ий|ая|ое|ие|ого|ой|ому|ую|им|ом|их|ими)", word))


def staying(word: str, place: Place) -> float:
    """How well an unknown name in lower case keeps its base form there, from 0 to 1: Эмомали, (с) Меркель."""
    last = word[-1:]
    if last not in _VOWELS:
        if place.case != "Nom" and sum(letter in _VOWELS for letter in word) == 1:
            return 1.0  # Си Цзиньпина, Ким Чен Ына
        is_oblique = word.endswith("ой") and len(word) > 4
        return 0.0 if is_oblique else float(place.case == "Nom" or place.gender == "Fem")
    if last not in "ая":
        return _STAYING.get(last, 1.0)
    if place.case != "Nom" or (place.gender == "Masc" and _SURNAME.fullmatch(word[:-1])):
        return 0.0
    return 1.0 if place.gender == "Fem" else 0.1


# Endings that are more often those of a case.
_STAYING = {"е": 0.3, "у": 0.5, "ю": 0.5, "ы": 0.7}
