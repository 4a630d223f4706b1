"""The base forms that a Russian word may have. The dictionary knows most words; names get rules of their own."""

import re
from collections.abc import Iterator
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pymorphy3 import MorphAnalyzer  # type: ignore[import-untyped]  # ships no types
    from pymorphy3.analyzer import Parse  # type: ignore[import-untyped]  # ships no types

_PROPER = frozenset({"Name", "Surn", "Patr", "Geox", "Orgn"})
_MANY = (frozenset({"plur", "gent"}), frozenset({"plur", "accs"}))
# The dictionary weighs the readings of a form by how often a corpus has them; of all together 1. Up to these weights
# the common readings give way to a name: of a word in its base form, as a question has it (Орлов, not "of eagles", but
# медиков may be "of medics"); of a word that a capital letter within a sentence shows to be a name, where the name is
# in its base form or a surname (Песков), and where it is in another (Северном may be of a river, Марта a woman's).
_ASKED = 0.6
_CAPITALISED = 0.9
_CAPITALISED_FORM = 0.6
_MOSTLY = 0.5  # of a word's use
# A guess about an unknown word counts when it has this share of the likeliest one's weight.
_LIKELY_GUESS = 0.1
_LIKELY_CROWD = 0.4

# Surnames in -ов, -ев, -ин, -ын of men and women, with their case endings, and places in -ово, -ино.
_SURNAME = re.compile(r"(\w{2,}(?:[ое]в|[иы]н))(?:а|у|ым|ом|е|ой|ою|ы|ых|ыми|о)?")
# Adjectives of places, which the dictionary rarely has and guesses to be surnames: Хатлонской.
# Surnames like adjectives: Ланового, Рудым.
_AS_ADJECTIVE = re.compile(r"(\w{3,})(?:ого|ому|ым|ом)")
# Places that have no singular, in the base form: Балканы, of the Балкан.
_PLURAL = re.compile(r"(\w{3,}[бвгджзклмнпрстфхцчшщ])[ыи]")
_ADJECTIVE = re.compile(r"(\w+[сцз]к)(?:ий|ая|ое|ие|ого|ой|ою|ому|ую|им|ом|их|ими)")
_ABBREVIATION = re.compile(r"([А-ЯЁ]{2,})(?:а|у|ом|е|ы|ов|ам|ами|ах)")
_LONGEST_ABBREVIATION = 6  # letters
# The regular declensions: an ending, the letters it follows, and what the base form has in its place.
_CONSONANT = frozenset("бвгджзйклмнпрстфхцчшщ")
_VOWEL = frozenset("аеиоуыэюя")
_HISSING = frozenset("жчшщц")
_VELAR = frozenset("гкхжчшщ")
_SOFT = _CONSONANT - _VELAR
_DECLENSIONS = (
    ("а", _CONSONANT, ("",)),
    ("я", _SOFT, ("ь",)),
    ("я", _VOWEL, ("й",)),
    ("у", _CONSONANT, ("", "а")),
    ("ю", _SOFT, ("ь", "я")),
    ("ю", _VOWEL, ("й", "я")),
    ("ью", _CONSONANT, ("ь",)),
    ("ом", _CONSONANT, ("",)),
    ("ем", _HISSING, ("",)),
    ("ем", _SOFT, ("ь",)),
    ("ем", _VOWEL, ("й",)),
    ("ой", _CONSONANT, ("а",)),
    ("ою", _CONSONANT, ("а",)),
    ("ей", _HISSING, ("а",)),
    ("ей", _SOFT | _VOWEL, ("я",)),
    ("ы", _CONSONANT, ("", "а")),
    ("и", _VELAR, ("", "а")),
    ("и", _SOFT, ("ь", "я")),
    ("и", _VOWEL, ("й", "я")),
    ("е", _CONSONANT, ("", "а")),
    ("е", _SOFT, ("ь", "я")),
    ("е", _VOWEL, ("й", "я")),
    ("ам", _CONSONANT, ("", "а", "ы")),
    ("ами", _CONSONANT, ("", "а", "ы")),
    ("ах", _CONSONANT, ("", "а", "ы")),
    ("ям", _SOFT | _VOWEL, ("я", "и")),
    ("ями", _SOFT | _VOWEL, ("я", "и")),
    ("ях", _SOFT | _VOWEL, ("я", "и")),
)
_SHORTEST_STEM = 2  # letters: Ына is of Ын
# An unknown word that ends so is most likely in its base form (АКДН, Бохтар); Рахмоном, Рахмонов, горах are not.
_BARE_ENDINGS = tuple("бгджзклнпрстфцчшщ")


class Place(Enum):
    """What the way a word is written tells of it."""

    COMMON = "lower case"
    NAME = "a capital letter within a sentence"
    EITHER = "a capital letter that says nothing, or a word of a question"
    LETTERS = "all capitals within a sentence"


@lru_cache(maxsize=1)
def load_dictionary() -> "MorphAnalyzer":
    """The Russian dictionary: one for all of a process that ask for it, 26 MB and half a second."""
    from pymorphy3 import MorphAnalyzer  # late: not for those who only want --help

    return MorphAnalyzer()


class Russian:
    """The dictionary with its rules. It is loaded with the first word."""

    def __init__(self) -> None:
        self._morph: MorphAnalyzer | None = None
        self._dictionary: type[object] = object

    def is_known(self, folded: str) -> bool:
        """Whether the dictionary has a word, in this form."""
        return bool(self._load().word_is_known(folded))

    def is_common(self, folded: str) -> bool:
        """Whether a base form is one of the dictionary's that is used for something else more often than as a name."""
        parses, is_known = self._parse(folded)
        common: list[float] = [p.score for p in parses if not _is_proper(p) and _base(p, folded) == folded]
        return is_known and sum(common) > _MOSTLY

    def forms(self, folded: str, place: Place) -> frozenset[str]:
        """The base forms of a folded word, of each reading that its place allows.

        A surname's base is the man's; the unknown have several, because only their ending tells.
        """
        parses, is_known = self._parse(folded)
        if not is_known:
            return self._guesses(folded, parses, place)
        if place is Place.LETTERS and len(folded) <= _LONGEST_ABBREVIATION:
            if any("Abbr" in parse.tag for parse in parses):
                return frozenset({folded})
            return frozenset({folded, *(_base(parse, folded) for parse in parses)})
        forms = {_base(parse, folded) for parse in _allowed(parses, folded, place)}
        if place is Place.COMMON:
            forms |= {_plain(parse.normal_form) for parse in _allowed(parses, folded, place)}
            if not _is_crowd(parses) and _names_itself(parses, folded, _ASKED):
                forms.add(folded)
        elif not any(_is_proper(parse) for parse in parses):
            forms |= set(_surname(folded))
            if place is Place.NAME:
                forms |= _declined(folded)
        return frozenset(forms)

    def asked(self, folded: str) -> frozenset[str]:
        """The base forms that a word of a question may have, however it is written.

        Whoever asks for Песков, in its base form, asks for the man, not "of sands".
        """
        parses, is_known = self._parse(folded)
        if not (is_known and _names_itself(parses, folded, _ASKED)):
            return self.forms(folded, Place.EITHER) | _without_ending(parses, folded, is_known)
        bases = {_base(parse, folded) for parse in parses if _is_proper(parse)}
        return frozenset({folded, *bases, *_without_ending(parses, folded, is_known)})

    def name(self, folded: str) -> frozenset[str]:
        """The base forms of a surname that is known to be one: Песков; none of what the dictionary has as none."""
        parses, is_known = self._parse(folded)
        if not (is_known and any("Surn" in parse.tag and _base(parse, folded) == folded for parse in parses)):
            return frozenset()
        return frozenset({folded, *(_base(parse, folded) for parse in parses if _is_proper(parse))})

    def likeliest(self, folded: str) -> str:
        """The one base form of a folded word, if its letters are all that is known; one of those it has when asked."""
        parses, is_known = self._parse(folded)
        if is_known:
            if _names_itself(parses, folded, _ASKED):
                return folded
        elif guess := next(_surname(folded), None) or next(_adjective(folded), None):
            return guess
        elif folded.endswith(_BARE_ENDINGS) or any(_plain(parse.normal_form) == folded for parse in parses):
            return folded
        weights = _weights(parses, folded)
        return max(weights, key=lambda form: (weights[form], form == folded, form), default=folded) or folded

    def _guesses(self, folded: str, parses: "list[Parse]", place: Place) -> frozenset[str]:
        if place is Place.LETTERS and len(folded) <= _LONGEST_ABBREVIATION:
            return frozenset({folded})
        forms = {folded, *_adjective(folded)}
        if place is not Place.COMMON and (adjective := _AS_ADJECTIVE.fullmatch(folded)):
            forms |= {f"{adjective[1]}ой", f"{adjective[1]}ый"}
        if place is not Place.COMMON and (surname := set(_surname(folded))):
            crowd = _crowd(parses) if place is Place.EITHER else set()
            if folded.endswith("не"):
                crowd.add(f"{folded[:-1]}ь")  # Тяньцзине is of Тяньцзинь
            return frozenset(forms | surname | crowd)
        weights = _weights(parses, folded)
        enough = max(weights.values(), default=0.0) * _LIKELY_GUESS
        return frozenset(forms | _declined(folded) | {form for form, weight in weights.items() if weight >= enough})

    def _parse(self, folded: str) -> "tuple[list[Parse], bool]":
        """The readings of a word, and whether they are the dictionary's: a guess has a way of several steps."""
        parses = self._load().parse(folded)
        ways = [parse.methods_stack for parse in parses]
        return parses, any(len(way) == 1 and isinstance(way[0][0], self._dictionary) for way in ways)

    def _load(self) -> "MorphAnalyzer":
        if self._morph is None:
            from pymorphy3.units import DictionaryAnalyzer  # type: ignore[import-untyped]  # ships no types

            self._dictionary = DictionaryAnalyzer
            self._morph = load_dictionary()
        return self._morph


def abbreviation(word: str) -> str | None:
    """The letters of an abbreviation with a case ending, as written: МИДом → МИД."""
    found = _ABBREVIATION.fullmatch(word)
    return found[1] if found else None


def _allowed(parses: "list[Parse]", folded: str, place: Place) -> "list[Parse]":
    """The readings that the place of a word allows; all, where it tells nothing."""
    proper = [parse for parse in parses if _is_proper(parse)]
    common = [parse for parse in parses if not _is_proper(parse)]
    if not (proper and common) or place not in {Place.COMMON, Place.NAME}:
        return parses
    if place is Place.COMMON:
        return common
    is_likely = any("Surn" in parse.tag or _base(parse, folded) == folded for parse in proper)
    if sum(parse.score for parse in common) >= (_CAPITALISED if is_likely else _CAPITALISED_FORM):
        return parses
    is_place = any("Geox" in parse.tag for parse in proper)  # Ленинском: of Ленинск, or of the Ленинский district
    return proper + [parse for parse in common if is_place and "ADJF" in parse.tag]


def _names_itself(parses: "list[Parse]", folded: str, most: float) -> bool:
    """Whether a word is the base form of a name, and less than so much of its use is as another word's form."""
    if not any(_is_proper(parse) and _base(parse, folded) == folded for parse in parses):
        return False
    common: list[float] = [p.score for p in parses if not _is_proper(p) and _base(p, folded) != folded]
    return sum(common) < most


def _is_proper(parse: "Parse") -> bool:
    return not _PROPER.isdisjoint(parse.tag.grammemes)


def _base(parse: "Parse", folded: str) -> str:
    """The base form of one reading. Рахмонов is a man's name, not "of several Rahmons"; Эмиратов has no singular."""
    if folded.endswith(("ов", "ев")) and _is_proper(parse) and "Orgn" not in parse.tag:
        grammemes = parse.tag.grammemes
        if "Pltm" not in grammemes and any(case <= grammemes for case in _MANY):
            return folded
    return _plain(parse.normal_form)


def _plain(normal_form: str) -> str:
    """A normal form of the dictionary in folded letters; `fold` would give the same, ten times slower."""
    return normal_form.replace("ё", "е")


def _weights(parses: "list[Parse]", folded: str) -> dict[str, float]:
    """How likely each base form is; of all together 1, about."""
    weights: dict[str, float] = {}
    for parse in parses:
        form = _base(parse, folded)
        weights[form] = weights.get(form, 0.0) + parse.score
    return weights


def _is_crowd(parses: "list[Parse]") -> bool:
    """Whether a word that is no name where it stands is several of something: стая волков."""
    return any(not _is_proper(parse) and any(case <= parse.tag.grammemes for case in _MANY) for parse in parses)


def _without_ending(parses: "list[Parse]", folded: str, is_known: bool) -> set[str]:
    """What the genitive of a place that has no singular is, where the dictionary does not tell: Бермуды, of Бермуд."""
    found = _PLURAL.fullmatch(folded)
    is_place = not is_known or any({"Geox", "plur", "nomn"} <= set(parse.tag.grammemes) for parse in parses)
    return {found[1]} if found and is_place else set()


def _crowd(parses: "list[Parse]") -> set[str]:
    """What an unknown word that may be a surname may be the plural of instead: Хуситов, where a sentence begins."""
    weights: dict[str, float] = {}
    for parse in parses:
        if not _is_proper(parse) and any(case <= parse.tag.grammemes for case in _MANY):
            form = _plain(parse.normal_form)
            weights[form] = weights.get(form, 0.0) + parse.score
    return {form for form, weight in weights.items() if weight >= _LIKELY_CROWD}


def _surname(folded: str) -> Iterator[str]:
    if surname := _SURNAME.fullmatch(folded):
        yield surname[1]


def _adjective(folded: str) -> Iterator[str]:
    if adjective := _ADJECTIVE.fullmatch(folded):
        yield f"{adjective[1]}ий"


def _declined(folded: str) -> set[str]:
    """What an unknown name may be a form of, by the regular declensions; the name itself is not among them."""
    return {
        folded[: -len(ending)] + base
        for ending, before, bases in _DECLENSIONS
        if folded.endswith(ending) and len(folded) >= len(ending) + _SHORTEST_STEM
        if folded[-len(ending) - 1] in before
        for base in bases
    }
