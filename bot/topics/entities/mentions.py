"""Names as they stand in a text, and how those that mean the same come together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from bot.topics.entities.gazetteer import Thing, Words, folded_words, known
from bot.topics.lemmas import FUNCTION_WORDS, Keys
from storage.naming import EntityKind

_LONGEST_ABBREVIATION = 8  # letters


@dataclass(frozen=True, slots=True)
class Mention:
    """A name once in a text, in its base form.

    `position` grows through the text. `is_certain`: it stood in its base form, so no ending had to be guessed.
    """

    kind: EntityKind
    name: str
    position: int
    is_in_title: bool = False
    is_certain: bool = True


@dataclass(slots=True)
class Group:
    """All mentions of what is one thing, under the name that stands for it."""

    name: str
    words: Words
    thing: Thing | None
    mentions: list[Mention] = field(default_factory=list)

    @property
    def kind(self) -> EntityKind:
        """What the list of known names says, else what most mentions do; of as many the earliest."""
        if self.thing:
            return self.thing.kind
        kinds = [mention.kind for mention in self.mentions]
        return max(kinds, key=kinds.count)

    @property
    def is_certain(self) -> bool:
        return self.thing is not None or any(mention.is_certain for mention in self.mentions)

    @property
    def is_in_title(self) -> bool:
        return any(mention.is_in_title for mention in self.mentions)

    @property
    def weight(self) -> tuple[bool, int, int]:
        """In the title, then how often, then how early."""
        return self.is_in_title, len(self.mentions), -min(mention.position for mention in self.mentions)


def bring_together(title: str, mentions: Sequence[Mention], keys: Callable[[str], Keys]) -> list[Group]:
    """The groups of mentions, the weightiest first. `keys` gives a word's keys, by which its forms meet.

    A name of the text that the title has too is of the title, even if nothing told it there (TITLES IN CAPITALS).
    """
    groups = _group(mentions)
    groups = _settle_forms(groups, keys)
    groups = _join_persons(groups, keys)
    groups = _join_offices(groups)
    groups = _join_abbreviations(groups)
    in_title = folded_words(title)
    for group in groups:
        if not group.is_in_title and _holds(in_title, group.words):
            group.mentions.append(replace(group.mentions[0], is_in_title=True))
    return sorted(groups, key=lambda group: group.weight, reverse=True)


def _holds(text: Words, words: Words) -> bool:
    return any(text[start : start + len(words)] == words for start in range(len(text) - len(words) + 1))


def _group(mentions: Sequence[Mention]) -> list[Group]:
    """Those of one thing or of one name; the name that is used most stands for all."""
    groups: dict[Words | int, Group] = {}
    for mention in mentions:
        words = folded_words(mention.name)
        if words:
            thing = known(words)
            key: Words | int = thing.number if thing else words
            groups.setdefault(key, Group(mention.name, words, thing)).mentions.append(mention)
    for group in groups.values():
        names = [mention.name for mention in group.mentions]
        group.name = max(names, key=lambda name: (names.count(name), -len(name)))
        group.words = folded_words(group.name)
    return list(groups.values())


def _settle_forms(groups: Sequence[Group], keys: Callable[[str], Keys]) -> list[Group]:
    """A form whose ending was guessed belongs to the one group that stood in its base form: Айдина to Айдин."""
    certain = [group for group in groups if group.is_certain]
    kept = list(certain)
    for group in groups:
        if group.is_certain:
            continue
        fitting = [other for other in kept if other.kind is group.kind and _are_forms(group.words, other.words, keys)]
        _join_or_keep(group, fitting, kept)
    return sorted(kept, key=lambda group: -group.weight[2])


def _are_forms(first: Words, second: Words, keys: Callable[[str], Keys]) -> bool:
    return len(first) == len(second) and all(
        one == other or not keys(one).isdisjoint(keys(other)) for one, other in zip(first, second, strict=True)
    )


def _join_persons(groups: Sequence[Group], keys: Callable[[str], Keys]) -> list[Group]:
    """A surname alone belongs to the person with that surname; where there are two such, it is nobody's."""
    persons = [group for group in groups if group.kind is EntityKind.PERSON]
    full = sorted((group for group in persons if len(group.words) > 1), key=lambda group: len(group.words))
    kept: list[Group] = []
    for group in full:
        _join_or_keep(group, [other for other in kept if _is_part(other.words, group.words, keys)], kept)
    for group in persons:
        if len(group.words) == 1:
            fitting = [other for other in kept if len(other.words) > 1 and _is_part(group.words, other.words, keys)]
            if len(fitting) < 2:
                _join_or_keep(group, fitting, kept)
    return [group for group in groups if group.kind is not EntityKind.PERSON or any(group is one for one in kept)]


def _is_part(part: Words, whole: Words, keys: Callable[[str], Keys]) -> bool:
    """Эмомали Рахмон of Эмомали Шарипович Рахмон."""
    return all(word in whole or any(not keys(word).isdisjoint(keys(other)) for other in whole) for word in part)


def _join_offices(groups: Sequence[Group]) -> list[Group]:
    """МИД is МИД Таджикистана where no other country's stands; so is Министерство иностранных дел."""
    kept: list[Group] = []
    for group in sorted(groups, key=lambda group: -len(group.words)):
        fitting = [
            other
            for other in kept
            if group.kind is other.kind is EntityKind.ORGANISATION and _is_with_country(other, group)
        ]
        _join_or_keep(group, fitting, kept)
    return [group for group in groups if any(group is one for one in kept)]


def _is_with_country(long: Group, short: Group) -> bool:
    """Whether the first is the second of some country, by whichever of its names."""
    length = len(short.words)
    if len(long.words) > length and long.words[:length] == short.words:
        return True
    if short.thing is None or not short.thing.is_office:
        return False
    beginnings = (known(long.words[:end]) for end in range(1, len(long.words)))
    return any(thing is not None and thing.number == short.thing.number for thing in beginnings)


def _join_abbreviations(groups: Sequence[Group]) -> list[Group]:
    """ОДКБ and Организация Договора о коллективной безопасности, under the short name."""
    kept = [group for group in groups if not _is_spelled_out(group)]
    for group in groups:
        if _is_spelled_out(group):
            _join_or_keep(group, [other for other in kept if _fits(other, group)], kept)
    return kept


def _is_spelled_out(group: Group) -> bool:
    return group.kind is EntityKind.ORGANISATION and len(group.words) > 1


def _fits(short: Group, long: Group) -> bool:
    if short.kind is not long.kind or not _is_abbreviation(short.name):
        return False
    initials = "".join(word[0] for word in long.words)
    telling = "".join(word[0] for word in long.words if word not in FUNCTION_WORDS)
    return short.words[0] in (initials, telling)


def _is_abbreviation(name: str) -> bool:
    return name.isupper() and name.isalpha() and 2 <= len(name) <= _LONGEST_ABBREVIATION


def _join_or_keep(group: Group, fitting: Sequence[Group], kept: list[Group]) -> None:
    """Give its mentions to the only group that fits; where none does or several do it stands for itself."""
    if len(fitting) == 1:
        fitting[0].mentions += group.mentions
    else:
        kept.append(group)
