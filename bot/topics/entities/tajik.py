"""The names of a Tajik text: by known names, by the words that bodies and places are called by, by first names.

In Tajik a name follows what it is of, joined to it by -и (изофат): вазорати корҳои хориҷии Тоҷикистон, шаҳри Хуҷанд.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.topics.entities.first_names import is_first_name, is_surname
from bot.topics.entities.gazetteer import known
from bot.topics.entities.mentions import Mention
from bot.topics.entities.shapes import Shape, are_initials, find_known, folded_set, run, shapes, without_endings
from bot.topics.words import fold
from storage.naming import EntityKind

# Endings that a known name may have: of the object, of what follows, of possession, "and", "is".
_ENDINGS = ("ро", "и", "у", "ю", "ҳо", "е", "аш", "ам", "ат", "яш", "ву", "ест", "аст")
ENDINGS = tuple(fold(ending) for ending in _ENDINGS)
# Bodies by their first word. The strong ones begin a name even where no word of it has a capital.
_STRONG_BODIES = folded_set("вазорати кумитаи агентии созмони прокуратураи сафорати")
_BODIES = _STRONG_BODIES | folded_set(
    """
    ширкати бонки донишгоҳи донишкадаи ҳизби иттиҳоди иттиҳодияи федератсияи академияи маркази театри осорхонаи
    китобхонаи бемористони хадамоти шӯрои маҷлиси фонди хазинаи клуби дастаи додгоҳи суди идораи раёсати комиссияи
    палатаи ассотсиатсияи муассисаи корхонаи институти паритети парлумони ҳукумати бунёди корпоратсияи холдинги
    омбудсмени консулгарии дафтари коллеҷи литсейи гимназияи пажӯҳишгоҳи пойгоҳи гурӯҳи шабакаи телевизиони радиои
    рӯзномаи ҳафтаномаи
    """
)
# Places by the word before their name. Of the first only what follows is the name: шаҳри Хуҷанд is Хуҷанд.
_TOWNS = folded_set("шаҳри шаҳраки деҳаи кишвари давлати")
_PLACES = folded_set(
    """
    ноҳияи вилояти дарёи кӯҳи кӯли водии ҷамоати хиёбони кӯчаи майдони фурудгоҳи нерӯгоҳи обанбори ағбаи пайроҳаи
    ҷазираи баҳри уқёнуси қаторкӯҳи пиряхи маҳаллаи биёбони штати музофоти
    """
)
_TITLES = folded_set(
    """
    президент президенти раис раиси вазир вазири сафир сафири муовин муовини ҷаноби хонуми устод устоди профессор
    академик шоир шоири нависанда нависандаи пешвои миллат генерал полковник сардор сардори директор директори
    ректор ректори сарвазир сарвазири котиб котиби мушовир мушовири намоянда намояндаи сухангӯ сухангӯи варзишгар
    варзишгари мураббӣ мураббии сароянда ҳунарпеша рӯзноманигор ҳуқуқшинос ҳуқуқшиноси иқтисоддон шаҳрванди сокини
    шоҳ подшоҳи амири
    """
)
_NO_NAMES = folded_set(
    """
    дар аз ба бо барои ки ва вале аммо ин он инҳо онҳо мо шумо ман ӯ имрӯз дирӯз фардо соли моҳи рӯзи баъди баъд
    пеш пас ҳамин ҳамчунин ҳоло то агар чун чаро кай куҷо ҳар ҳама тибқи бино мувофиқи дирӯза имсол порсол зеро
    бояд аксар низ январи феврали марти апрели майи июни июли августи сентябри октябри ноябри декабри душанбеи
    сешанбе чоршанбе панҷшанбе ҷумъа шанбе якшанбе наврӯз наврӯзи рамазон рамазони истиқлол истиқлоли ваҳдат ватан
    ҷумҳурии тоҷик тоҷики тоҷикони ӯзбек рус руси англис исломӣ худо худованд
    """
)
_MOST_IN_PERSON = 3
_LONGEST_CHAIN = 7  # words after the first


@dataclass(frozen=True, slots=True)
class _Found:
    kind: EntityKind
    name: str
    stop: int


def find_tajik(title: str, text: str) -> list[Mention]:
    """The mentions of a text in order."""
    in_title = shapes(title)
    found = [(one, True) for one in _mentions(in_title)] + [(one, False) for one in _mentions(shapes(text))]
    return [
        Mention(one.kind, one.name, position, is_in_title=is_in_title)
        for position, (one, is_in_title) in enumerate(found)
    ]


def _mentions(words: Sequence[Shape]) -> Iterator[_Found]:
    index = 0
    heard: dict[str, _Found] = {}  # surnames and abbreviations of what was named before
    while index < len(words):
        found = _at(words, index, heard)
        if found is None:
            index += 1
            continue
        if found.kind is EntityKind.PERSON:
            surname = found.name.split()[-1]
            heard[fold(surname)] = _Found(found.kind, surname, 0)
        elif found.stop < len(words) and are_initials(words[found.stop], words[index : found.stop]):
            heard[words[found.stop].folded] = _Found(found.kind, words[found.stop].text, 0)
        yield found
        index = found.stop


def _at(words: Sequence[Shape], index: int, heard: dict[str, _Found]) -> _Found | None:
    """What begins with this word: of several readings the one that takes in most."""
    stop = run(words, index)
    if found := _town(words, index, stop):
        return found
    readings = [
        _famous(words, index, stop),
        _body(words, index, stop) or _place(words, index, stop),
        _person(words, index, stop) or _heard(words[index], index, heard),
    ]
    return max((found for found in readings if found), key=lambda found: found.stop, default=None)


def _famous(words: Sequence[Shape], index: int, stop: int) -> _Found | None:
    """A known name; an office with the country it is of: Вазорати корҳои хориҷии Тоҷикистон."""
    named = find_known(words, index, stop, ENDINGS)
    if named is None:
        return None
    if not named.thing.is_office:
        return _Found(named.thing.kind, named.name, named.stop)
    country = find_known(words, named.stop, stop, ENDINGS) if named.stop < stop else None
    end = country.stop if country and _has_izofat(words[named.stop - 1]) else named.stop
    return _Found(EntityKind.ORGANISATION, _name(words, index, end), end)


def _heard(word: Shape, index: int, heard: dict[str, _Found]) -> _Found | None:
    """The surname or the abbreviation of what was named before."""
    if not word.is_capital or (word.is_first and not word.is_abbreviation):
        return None
    named = next((heard[each] for each in without_endings(word.folded, ENDINGS) if each in heard), None)
    return _Found(named.kind, named.name, index + 1) if named else None


def _town(words: Sequence[Shape], index: int, stop: int) -> _Found | None:
    """шаҳри Хуҷанд: the name is what follows; деҳаи Навобод."""
    if words[index].folded not in _TOWNS or index + 1 == stop or not words[index + 1].is_capital:
        return None
    if named := find_known(words, index + 1, stop, ENDINGS):
        is_place = named.thing.kind is EntityKind.PLACE
        return _Found(EntityKind.PLACE, named.name, named.stop) if is_place else None
    if words[index + 1].folded in _BODIES or words[index + 1].folded in _PLACES:
        return None
    return _Found(EntityKind.PLACE, _without_ending(words, index + 1), index + 2)


def _place(words: Sequence[Shape], index: int, stop: int) -> _Found | None:
    """Вилояти Хатлон, дарёи Панҷ: the name with what it is."""
    word = words[index]
    if word.folded not in _PLACES:
        return None
    end = index + 1
    while (
        end < stop and end - index < 3 and words[end].is_capital and (end == index + 1 or _has_izofat(words[end - 1]))
    ):
        end += 1
    if end == index + 1:
        return None
    return _Found(EntityKind.PLACE, _name(words, index, end), end)


def _body(words: Sequence[Shape], index: int, stop: int) -> _Found | None:
    """Вазорати маориф ва илм, Бонки миллии Тоҷикистон; ширкати «Барқи тоҷик» by what stands in the quotes."""
    word = words[index]
    if word.folded not in _BODIES:
        return None
    if index + 1 < len(words) and words[index + 1].is_quoted and words[index + 1].is_capital:
        return _quoted(words, index + 1)
    end = _chain(words, index, stop)
    has_capital = any(each.is_capital for each in words[index + 1 : end])
    is_marked = word.is_capital and (not word.is_first or word.folded in _STRONG_BODIES)
    if end == index + 1 or not (has_capital or is_marked):
        return None
    return _Found(EntityKind.ORGANISATION, _name(words, index, end), end)


def _chain(words: Sequence[Shape], index: int, stop: int) -> int:
    """Where the words end that -и joins to one another."""
    end = index + 1
    while end < stop and end - index <= _LONGEST_CHAIN and _has_izofat(words[end - 1]):
        if words[end].folded in _NO_NAMES and words[end].folded != "чумхурии":
            break
        end += 1
    # What a conjunction adds is told to belong by the capital that it leads to: маориф ва илми Тоҷикистон.
    is_joined = end + 2 < stop and words[end].text == "ва" and _has_izofat(words[end + 1])
    if is_joined and not any(words[end + 1].folded in heads for heads in (_BODIES, _PLACES, _TOWNS, _TITLES)):
        further = _chain(words, end + 1, stop)
        if words[further - 1].is_capital:
            return further
    return end


def _quoted(words: Sequence[Shape], index: int) -> _Found | None:
    stop = index + 1
    while stop < len(words) and words[stop].is_next and stop - index < 5:
        stop += 1
    name = " ".join(word.text for word in words[index:stop])
    return _Found(EntityKind.ORGANISATION, name, stop)


def _person(words: Sequence[Shape], index: int, stop: int) -> _Found | None:
    """A first name with a surname, two words of which one ends as surnames do, or two after a title."""
    end = index
    while end < stop and end - index < _MOST_IN_PERSON and _may_be_person(words[end]):
        end += 1
    if end == index:
        return None
    if end - index > 2 and not is_first_name(words[index].text) and is_first_name(words[index + 1].text):
        return None  # what somebody is, with the capital of a sentence: Ҳунарманд Дилноза Каримова
    last = _without_ending(words, end - 1)
    length = end - index
    has_title = index > 0 and words[index].is_next and words[index - 1].folded in _TITLES
    is_named = is_first_name(words[index].text) or is_surname(last)
    if length >= 2 and (is_named or (has_title and not words[index].is_first)):
        return _Found(EntityKind.PERSON, " ".join([*(word.text for word in words[index : end - 1]), last]), end)
    if length == 1 and is_surname(last) and last.lower().endswith(("зода", "зод")) and not known((fold(last),)):
        return _Found(EntityKind.PERSON, last, end)
    return None


def _may_be_person(word: Shape) -> bool:
    folded = word.folded
    return (
        word.is_capital
        and len(folded) > 1
        and not word.is_abbreviation
        and not any(folded in names for names in (_NO_NAMES, _TITLES, _BODIES, _PLACES, _TOWNS))
        and not any(known((each,)) for each in without_endings(folded, ENDINGS))
    )


def _has_izofat(word: Shape) -> bool:
    """Whether -и joins the word to the next; -ӣ is no such ending."""
    return word.text.endswith("и") and len(word.text) > 2


def _name(words: Sequence[Shape], start: int, stop: int) -> str:
    text = " ".join([*(word.text for word in words[start : stop - 1]), _without_ending(words, stop - 1)])
    return text[0].upper() + text[1:]


def _without_ending(words: Sequence[Shape], index: int) -> str:
    """The last word of a name without -ро, and without the -и that joins a word of no name to it."""
    text = words[index].text
    if known((words[index].folded,)):
        return text
    if text.endswith("ро") and len(text) > 4:
        return text[:-2]
    is_joined = index + 1 < len(words) and words[index + 1].is_next and not words[index + 1].is_capital
    if is_joined and text.endswith("и") and len(text) > 4 and text[-2] not in "аеёиоуӯэюяӣ":
        return text[:-1]
    if is_joined and text.endswith("ии") and len(text) > 4:
        return f"{text[:-2]}ӣ"
    return text
