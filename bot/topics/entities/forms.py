"""Russian names in their base form: Эмомали Рахмона → Эмомали Рахмон, Хатлонской области → Хатлонская область.

Each word of a name tells in which cases and genders it can stand: by the dictionary, by its ending when the dictionary
does not have it, and by what the model read in the sentence. The name stands where its words agree best.
"""

import re
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING

from bot.topics.entities.endings import (
    CASES,
    Place,
    adjective_places,
    is_adjective,
    masculine_places,
    noun_places,
    staying,
)
from bot.topics.entities.gazetteer import known
from bot.topics.entities.model import Grammar
from bot.topics.words import fold

if TYPE_CHECKING:
    from pymorphy3 import MorphAnalyzer  # type: ignore[import-untyped]  # ships no types
    from pymorphy3.analyzer import Parse  # type: ignore[import-untyped]  # ships no types

# How much a reading counts. A form that the dictionary has beats one that an ending suggests, and a whole name that
# agrees beats a word that the model read otherwise.
_KNOWN, _KNOWN_FIRST, _SUGGESTED, _BY_ENDING = 3.0, 4.0, 1.5, 1.5
_IN_A = 0.8
_AGAINST_SUGGESTION, _AGAINST_DICTIONARY, _UNCHANGED = 1.0, 0.3, 0.6
_READ_CASE, _READ_GENDER, _READ_NUMBER = 2.0, 1.6, 1.0
_FIRST_NAME = _FAMOUS = 1.0  # more for what is known to be a name
_FITTING_KIND = 0.4  # a place name for a place
_MISSING = -3.0

_CASES = {
    "nomn": "Nom", "gent": "Gen", "gen1": "Gen", "gen2": "Gen", "datv": "Dat", "accs": "Acc", "acc2": "Acc",
    "ablt": "Ins", "loct": "Loc", "loc1": "Loc", "loc2": "Loc",
}  # fmt: skip
_GENDERS = {"masc": "Masc", "femn": "Fem", "neut": "Neut"}
_PERSONAL = frozenset({"Name", "Surn", "Patr"})
_PLACES_AND_BODIES = frozenset({"Geox", "Orgn"})
_NOUNS = frozenset({"NOUN"})
_ADJECTIVES = frozenset({"ADJF", "PRTF"})
_CYRILLIC_WORD = re.compile(r"[А-Яа-яЁё]+(?:-[А-Яа-яЁё]+)*")
# МИДа, ТАССом: an abbreviation with the ending of a noun.
_DECLINED_ABBREVIATION = re.compile(r"([А-ЯЁ]{2,})(?:ами|ов|ом|ах|а|у|е|ы)")


@dataclass(frozen=True, slots=True)
class _Form:
    base: str
    weight: float


Forms = Mapping[Place, _Form]


class BaseForms:
    """Turns names into their base form. Pure: the same words with the same grammar give the same name."""

    def __init__(self, morph: "MorphAnalyzer", first_names: Container[str] = frozenset()) -> None:
        """`first_names` in lower case: more than the dictionary has."""
        self._parse: Callable[[str], list[Parse]] = lru_cache(8_192)(morph.parse)
        self._is_in_dictionary: Callable[[str], bool] = lru_cache(8_192)(morph.word_is_known)
        self._first_names = first_names
        self._personal = lru_cache(8_192)(self._find_personal)
        self._common = lru_cache(8_192)(self._find_common)

    def person(self, words: Sequence[str], grammar: Sequence[Grammar]) -> tuple[str, ...]:
        """The words of a person's name in the nominative of the person's gender."""
        forms = [self._personal(word) if _CYRILLIC_WORD.fullmatch(word) else {} for word in words]
        places = [Place(case, gender) for case, gender in product(CASES, ("Masc", "Fem"))]
        return _agree(words, forms, grammar, places)

    def name(self, words: Sequence[str], grammar: Sequence[Grammar]) -> tuple[str, ...]:
        """The words of a place's or an organisation's name.

        What agrees with its first noun, and the noun, come into the nominative of their number; what follows them
        stays: Организации Договора → Организация Договора. A name in quotes stays as it is.
        """
        stop = self._head(words, grammar)
        if abbreviation := _DECLINED_ABBREVIATION.fullmatch(words[stop - 1]) if stop else None:
            words = [*words[: stop - 1], abbreviation[1], *words[stop:]]
        if not stop:
            return tuple(words)
        forms = [self._common(word, is_head=index == stop - 1) for index, word in enumerate(words[:stop])]
        places = sorted({place for form in forms for place in form}, key=_order)
        return (*_agree(words[:stop], forms, grammar[:stop], places), *words[stop:])

    def is_common(self, word: str) -> bool:
        """Whether the dictionary has the word, and none of its readings is a name or an abbreviation."""
        if not self._is_in_dictionary(word.lower()):
            return False
        names = {"Name", "Surn", "Patr", "Geox", "Orgn", "Abbr", "Trad"}
        return all(names.isdisjoint(parse.tag.grammemes) for parse in self._parse(word))

    def is_common_noun(self, word: str) -> bool:
        return self.is_common(word) and self._parse(word)[0].tag.POS in _NOUNS

    def is_title(self, word: str) -> bool:
        """Whether the word is what somebody is, not a name: посол, дзюдоист."""
        return self.is_common_noun(word) and self._parse(word)[0].tag.animacy == "anim"

    def title_cases(self, word: str) -> frozenset[str]:
        """The cases in which a word that is_title can be; none of another word."""
        if not self.is_title(word.lower()):
            return frozenset()
        animate = (parse for parse in self._parse(word) if parse.tag.animacy == "anim" and parse.tag.number == "sing")
        return frozenset(case for parse in animate if (case := _CASES.get(parse.tag.case or "")))

    def is_first_name(self, word: str) -> bool:
        """Whether the word is a first name or a patronymic and no surname."""
        parses = [parse for parse in self._parse(word) if not _PERSONAL.isdisjoint(parse.tag.grammemes)]
        return bool(parses) and not any("Surn" in parse.tag for parse in parses)

    def _head(self, words: Sequence[str], grammar: Sequence[Grammar]) -> int:
        """The number of words up to the first noun; 0: there is nothing to put into the nominative."""
        for index, (word, read) in enumerate(zip(words, grammar, strict=True)):
            if not _CYRILLIC_WORD.fullmatch(word):
                return index
            if read.part != "ADJ" and not self._is_adjective(word, read):
                return index + 1
        return len(words)

    def _is_adjective(self, word: str, read: Grammar) -> bool:
        """The model takes the adjectives of names for nouns: Объединённых Наций."""
        if read.part not in ("PROPN", "NOUN", "VERB", "DET"):
            return False
        parses = self._parse(word)
        return parses[0].tag.POS in _ADJECTIVES or is_adjective(word.lower())

    def _find_personal(self, word: str) -> Forms:
        lower = word.lower()
        head, hyphen, last = lower.rpartition("-")
        is_known = self._is_in_dictionary(word)
        if hyphen and not is_known:
            first, second = self._find_personal(head), self._find_personal(last)
            return {
                place: _Form(f"{_certain(first, place) or head}-{form.base}", form.weight)
                for place, form in second.items()
            }
        forms = self._personal_readings(word, is_known=is_known)
        against = _AGAINST_DICTIONARY if is_known else _AGAINST_SUGGESTION
        weight = against if forms else _BY_ENDING
        for place, base in (*noun_places(lower), *adjective_places(lower)):
            _put(forms, place, base, weight)
        for place, base in masculine_places(lower):
            _put(forms, place, base, min(weight, _IN_A))
        if not is_known:
            forms = {
                place: _Form(form.base, form.weight + _FIRST_NAME * (form.base in self._first_names))
                for place, form in forms.items()
            }
        for case, gender in product(CASES, ("Masc", "Fem")):
            place = Place(case, gender)
            if stays := staying(lower, place):
                _put(forms, place, lower, _UNCHANGED * stays)
        return forms

    def _personal_readings(self, word: str, *, is_known: bool) -> dict[Place, _Form]:
        forms: dict[Place, _Form] = {}
        for parse in self._parse(word):
            if _PERSONAL.isdisjoint(parse.tag.grammemes) or parse.tag.number != "sing":
                continue
            weight = _SUGGESTED if not is_known else _KNOWN if "Surn" in parse.tag else _KNOWN_FIRST
            for place in _places(parse, ("Masc", "Fem")):
                _put(forms, place, _nominative(parse), weight)
        return forms

    def _find_common(self, word: str, *, is_head: bool) -> Forms:
        lower = word.lower()
        genders = ("Masc", "Fem", "Neut")
        everywhere = [Place(case, gender) for case, gender in product(CASES, genders)]
        if word.isupper() and len(word) > 1:
            return {place: _Form(lower, _UNCHANGED) for place in everywhere}
        is_known = self._is_in_dictionary(word)
        forms: dict[Place, _Form] = {}
        for parse in self._parse(word):
            is_guessed_plural = is_head and not is_known and parse.tag.number == "plur"
            if parse.tag.POS not in (_NOUNS if is_head else _ADJECTIVES) or is_guessed_plural:
                continue
            weight = (_KNOWN if is_known else _SUGGESTED) + parse.score / 10
            weight += 0.0 if _PLACES_AND_BODIES.isdisjoint(parse.tag.grammemes) else _FITTING_KIND
            for place in _places(parse, genders):
                _put(forms, place, _nominative(parse), weight)
        guessed = [*adjective_places(lower)] if not is_head or not forms else []
        if is_head and not is_known:
            head, hyphen, last = lower.rpartition("-")
            guessed += [(place, f"{head}{hyphen}{base}") for place, base in noun_places(last)]
            for place in everywhere:
                if (stays := staying(lower, place)) and (place.gender == "Fem" or lower[-1] not in "ая"):
                    _put(forms, place, lower, _UNCHANGED * stays)
        for place, base in guessed:
            _put(forms, place, base, _BY_ENDING)
        return {place: _with_fame(form) for place, form in forms.items()}


def _with_fame(form: _Form) -> _Form:
    return _Form(form.base, form.weight + _FAMOUS) if known((fold(form.base),)) else form


def _agree(
    words: Sequence[str], forms: Sequence[Forms], grammar: Sequence[Grammar], places: Sequence[Place]
) -> tuple[str, ...]:
    """The base form of each word at the place where they agree best; what has no form there stays."""
    best = max(places, key=lambda place: _score(place, forms, grammar), default=None)
    if best is None:
        return tuple(words)
    bases = [_certain(form, best, 0.0) for form in forms]
    return tuple(_shaped(base, word) if base else word for base, word in zip(bases, words, strict=True))


def _score(place: Place, forms: Sequence[Forms], grammar: Sequence[Grammar]) -> float:
    """How well the words of a name can stand there. What the model read counts once, not with each of them."""
    standing = [form[place].weight if place in form else _MISSING for form in forms if form]
    read = [
        _READ_CASE * (each.case == place.case)
        + _READ_GENDER * (each.gender == place.gender)
        + _READ_NUMBER * (each.number == place.number)
        for each in grammar
    ]
    return sum(standing) + sum(read) / len(read)


def _order(place: Place) -> tuple[int, int, str, str]:
    return CASES.index(place.case), place.number != "Sing", place.gender, place.number


def _certain(forms: Forms, place: Place, least: float = _KNOWN) -> str | None:
    form = forms.get(place)
    return form.base if form and form.weight >= least else None


def _put(forms: dict[Place, _Form], place: Place, base: str, weight: float) -> None:
    if place not in forms or forms[place].weight < weight:
        forms[place] = _Form(base, weight)


def _places(parse: "Parse", genders: Sequence[str]) -> Iterator[Place]:
    case = _CASES.get(parse.tag.case or "")
    if case is None:
        return
    number = "Plur" if parse.tag.number == "plur" else "Sing"
    gender = _GENDERS.get(parse.tag.gender or "")
    for each in [gender] if gender and number == "Sing" else genders:
        yield Place(case, each, number)


def _nominative(parse: "Parse") -> str:
    kept = (parse.tag.number, parse.tag.gender if parse.tag.POS in _ADJECTIVES else None)
    wanted = {"nomn", *(grammeme for grammeme in kept if grammeme)}
    inflected = parse.inflect(wanted)
    return str(inflected.word if inflected else parse.word)


def _shaped(base: str, word: str) -> str:
    """The base form in the letters of the word as far as they agree; each part of Римского-Корсакова for itself."""
    bases, parts = base.split("-"), word.split("-")
    if len(bases) != len(parts):
        bases, parts = [base], [word]
    return "-".join(_shape_part(*pair) for pair in zip(bases, parts, strict=True))


def _shape_part(base: str, word: str) -> str:
    same = 0
    for letter, written in zip(base, word.lower(), strict=False):
        if letter.replace("ё", "е") != written.replace("ё", "е"):
            break
        same += 1
    rest = base[same:]
    return word[:same] + (rest.upper() if word.isupper() and len(word) > 1 else rest)
