"""The names of an English text: by known names, by what bodies and places are called, by titles and first names."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.topics.entities.first_names import is_first_name, is_surname
from bot.topics.entities.mentions import Mention
from bot.topics.entities.shapes import Shape, are_initials, find_known, folded_set, run, shapes
from storage.naming import EntityKind

_BODIES = folded_set(
    """
    academy agency airlines airways alliance assembly association authority bank bureau cabinet center centre
    chamber club college commission committee company confederation congress corporation council court department
    directorate embassy federation forum foundation fund group hospital inc institute institution league library
    llc ltd ministry museum network office organisation organization parliament party plc police programme
    secretariat senate service services society theater theatre trust union university
    """
)
# What begins the name of a body, with "of" or "for" after it.
_BODIES_OF = _BODIES - folded_set("inc llc ltd plc group office services service cabinet club company")
_PLACES = folded_set(
    """
    airport avenue canal canyon city dam desert district glacier gorge governorate island islands lake mountain
    mountains oasis oblast ocean pass peninsula plateau province region reservoir river sea square strait street
    valley village waterfall
    """
)
_PLACES_BEFORE = folded_set("bay cape gulf lake mount port")
_PLACES_OF = folded_set("city district lake province region river town valley village")
_TITLES = folded_set(
    """
    academician ambassador captain chair chairman chairwoman champion chancellor coach colonel commissioner
    coordinator director dr emperor envoy general governor head judge king lady lieutenant major mayor minister
    miss mr mrs ms poet pope premier president prince princess prof professor queen rector representative
    secretary senator sheikh singer sir speaker spokesman spokesperson spokeswoman striker writer
    """
)
# They stand within or before titles, and alone tell of nobody: Deputy Prime Minister, Foreign Secretary.
_PARTS_OF_TITLES = folded_set(
    """
    acting attorney chief crown defence defense deputy education energy executive finance first foreign former
    head health interior justice lead managing national press prime secretarygeneral security senior special state
    vice vicepresident
    """
)
# Capitals that are no names: at the beginning of a sentence, of days and months, of peoples and languages.
_NO_NAMES = folded_set(
    """
    a about after all also an and another any apr april are as at aug august before both but by can dec december
    despite did do does during each earlier every feb february few following for friday from had has have he her
    here his how however i if in inside is it its jan january jul july jun june last later many mar march may
    meanwhile monday more most new next no not nov november now oct october of on once one only or other our over
    photo saturday sep sept september several she since so some such sunday that the their then there these they
    this those through thursday to today tomorrow tuesday two under until was we wednesday were what when where
    which while who why with within without would yesterday you your
    """
)
_PEOPLES = re.compile(
    r"(?:Tajik|Uzbek|Kyrgyz|Kazakh|Turkmen|Afghan|Russian|Chinese|Iranian|American|British|French|German|Indian"
    r"|Pakistani|Turkish|Ukrainian|European|Asian|Western|Soviet|Muslim|Islamic|Belarusian|Japanese|Korean|Arab|Saudi)s?"
)
_LINKS = folded_set("and for of on the to")
_MOST_IN_PERSON = 3


@dataclass(frozen=True, slots=True)
class _Found:
    kind: EntityKind
    start: int
    stop: int


def find_english(title: str, text: str) -> list[Mention]:
    """The mentions of a text in order. A title in capitals, as headlines often are, tells only known names."""
    words = shapes(text)
    in_title = shapes(title)
    found = list(_mentions(in_title, is_headline=_is_headline(in_title)))
    return [
        Mention(one.kind, _name(words_of[one.start : one.stop]), position, is_in_title=words_of is in_title)
        for position, (words_of, one) in enumerate(
            [(in_title, one) for one in found] + [(words, one) for one in _mentions(words, is_headline=False)]
        )
    ]


def _mentions(words: Sequence[Shape], *, is_headline: bool) -> Iterator[_Found]:
    index = 0
    heard: dict[str, EntityKind] = {}  # surnames and abbreviations of what was named before
    while index < len(words):
        found = _at(words, index, is_headline=is_headline)
        if found is None and words[index].is_capital and (kind := heard.get(words[index].folded)):
            found = _Found(kind, index, index + 1)
        if found is None:
            index += 1
            continue
        if found.kind is EntityKind.PERSON:
            heard[words[found.stop - 1].folded] = found.kind
        elif found.stop < len(words) and are_initials(words[found.stop], words[index : found.stop]):
            heard[words[found.stop].folded] = found.kind
        yield found
        index = found.stop


def _at(words: Sequence[Shape], index: int, *, is_headline: bool) -> _Found | None:
    """What begins with this word: of several readings the one that takes in most."""
    word = words[index]
    if not word.is_capital:
        return None
    stop = run(words, index)
    readings: list[_Found | None] = []
    if named := find_known(words, index, stop):
        end = _linked(words, named.stop, stop) if named.thing.is_office else named.stop
        readings.append(_Found(named.thing.kind, index, end))
    if not is_headline:
        readings.append(_body(words, index, stop) or _place(words, index, stop) or _person(words, index, stop))
    return max((found for found in readings if found), key=lambda found: found.stop, default=None)


def _body(words: Sequence[Shape], index: int, stop: int) -> _Found | None:
    """Ministry of Health of Tajikistan, Asian Development Bank, Tajik National University."""
    if words[index].folded in _NO_NAMES or words[index].folded in _TITLES:
        return None
    end = index
    while end < stop and words[end].is_capital and not (words[end].folded in _NO_NAMES and end > index):
        end += 1
        if words[end - 1].folded in _BODIES and end - index > 1:
            return _Found(EntityKind.ORGANISATION, index, _linked(words, end, stop))
        if words[end - 1].folded in _BODIES_OF:
            linked = _linked(words, end, stop)
            return _Found(EntityKind.ORGANISATION, index, linked) if linked > end else None
        if words[end - 1].folded in _TITLES:
            return None
    return None


def _linked(words: Sequence[Shape], end: int, stop: int) -> int:
    """Where a name ends that goes on: of Foreign Affairs of Tajikistan, for Health and Sport."""
    is_open = False
    while end < stop:
        links = end
        while links < stop and words[links].folded in _LINKS and not words[links].is_capital:
            links += 1
        between = [word.folded for word in words[end:links]]
        is_joined = between in (["of"], ["for"], ["of", "the"], ["for", "the"]) or (between == ["and"] and is_open)
        if not is_joined or links == stop or not _goes_on(words, links):
            return end
        is_open = True
        end = links
        while end < stop and _goes_on(words, end):
            end += 1
    return end


def _goes_on(words: Sequence[Shape], index: int) -> bool:
    word = words[index]
    return (
        word.is_capital and word.folded not in _TITLES and word.folded not in _NO_NAMES and not is_first_name(word.text)
    )


def _place(words: Sequence[Shape], index: int, stop: int) -> _Found | None:
    """Khatlon Region, Lake Karakul, (city of) Norak."""
    word = words[index]
    if word.folded in _NO_NAMES:
        return None
    if word.folded in _PLACES_BEFORE and index + 1 < stop and _goes_on(words, index + 1):
        return _Found(EntityKind.PLACE, index, index + 2)
    end = index
    while end < stop and end - index < 4 and words[end].is_capital:
        end += 1
        if words[end - 1].folded in _PLACES and end - index > 1 and not _PEOPLES.fullmatch(word.text):
            return _Found(EntityKind.PLACE, index, end)
        if words[end - 1].folded in _TITLES or words[end - 1].folded in _BODIES:
            return None
    before = [each.folded for each in words[max(0, index - 2) : index]]
    if len(before) == 2 and before[0] in _PLACES_OF and before[1] == "of" and word.is_next:
        return _Found(EntityKind.PLACE, index, index + 1)
    return None


def _person(words: Sequence[Shape], index: int, stop: int) -> _Found | None:
    """A first name with a surname, or any two words after a title, or one after President and its like."""
    end = index
    while end < stop and end - index < _MOST_IN_PERSON and _may_be_person(words[end]):
        end += 1
    length = end - index
    has_title = _follows_title(words, index)
    if length >= 2 and (has_title or is_first_name(words[index].text) or is_surname(words[end - 1].text)):
        return _Found(EntityKind.PERSON, index, end)
    if length == 1 and has_title and not _PEOPLES.fullmatch(words[index].text):
        return _Found(EntityKind.PERSON, index, end)
    return None


def _may_be_person(word: Shape) -> bool:
    folded = word.folded
    return (
        word.is_capital
        and not word.is_abbreviation
        and word.text.replace("-", "").replace("'", "").isalpha()
        and not any(folded in names for names in (_NO_NAMES, _TITLES, _PARTS_OF_TITLES, _BODIES, _PLACES))
        and not _PEOPLES.fullmatch(word.text)
    )


def _follows_title(words: Sequence[Shape], index: int) -> bool:
    return index > 0 and words[index].is_next and words[index - 1].is_capital and words[index - 1].folded in _TITLES


def _is_headline(words: Sequence[Shape]) -> bool:
    """Whether its words begin with capitals whatever they are."""
    long = [word for word in words if len(word.text) > 3]
    return len(long) > 2 and sum(word.is_capital for word in long) > 0.7 * len(long)


def _name(words: Sequence[Shape]) -> str:
    text = " ".join(word.text for word in words)
    return re.sub(r"['’]s?$", "", text)
