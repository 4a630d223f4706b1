"""What else a thing is called, by what everybody knows, topics were told and articles taught; and what may be meant."""

import asyncio
from collections.abc import AsyncGenerator, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product

from bot.rendering.scripts import sound
from bot.topics.aliases import is_name
from bot.topics.known import key_of_name, known_words, other_names
from bot.topics.lemmas import Lemmatiser
from bot.topics.people import shorter_names
from bot.topics.query import (
    Matcher,
    Question,
    QuestionError,
    compile_question,
    fold_words,
    name_key,
    name_keys,
    parse_question,
    wanted_words,
)
from bot.topics.spelling import MOST_DOUBTFUL, Instead, corrections, long_words, one_letter_away, other_layouts
from storage.records import Topic
from storage.stores import Stores

MOST_NAMES = 24  # of one thing
TOGETHER = 20  # names that are looked up at once; others have their turn in between
LONGEST_READ = 3  # words of a name whose other readings are looked up: a longer one has words enough to be told by
MOST_READINGS = 8

_Names = dict[str, str]  # the names of one thing by their keys, in the order of their coming


async def names_for(stores: Stores, question: Question, lemmatiser: Lemmatiser) -> Mapping[str, tuple[str, ...]]:
    """For whatever in a question is a name of something, the other names of the same thing, by the name's key.

    They come from topics that one of them names, from what is known beforehand, and from what articles told; what
    these are called in turn counts too, but what articles told never leads on to more of it: an abbreviation may stand
    for several things.
    """
    shorter = shorter_names(question, lemmatiser)
    readings = {key: _readings(key, lemmatiser) for key in name_keys(question, lemmatiser)}
    for key in shorter.keys() & readings.keys():
        readings[key] += _readings(name_key(shorter[key], lemmatiser), lemmatiser)
    first = await _look_up(stores, {one for ones in readings.values() for one in ones}, lemmatiser)
    sure: dict[str, _Names] = {}
    learned: dict[str, _Names] = {}
    for key, ones in readings.items():
        told = [name for one in ones for name in first.of_topics.get(one, ())]
        also = [shorter[key]] if key in shorter else []
        sure[key] = _by_key((*told, *other_names(key, lemmatiser), *also), lemmatiser)
        learned[key] = _by_key([name for one in ones for name in first.learned.get(one, ())], lemmatiser)
    named = {key: {**sure[key], **learned[key]} for key in readings if sure[key] or learned[key]}
    second = await _look_up(stores, {one for names in named.values() for one in names}, lemmatiser)
    found: dict[str, tuple[str, ...]] = {}
    for key, names in named.items():
        known = [name for one in names for name in (*second.of_topics.get(one, ()), *other_names(one, lemmatiser))]
        more = [name for one in sure[key] for name in second.learned.get(one, ())]
        names.update(_by_key((*known, *more), lemmatiser) | names)
        names.pop(key, None)
        if names:
            found[key] = tuple(names.values())[:MOST_NAMES]
    return found


@dataclass(frozen=True, slots=True)
class Thing:
    """What some of several names mean: their places among those, the first one first, and what else it is called."""

    places: tuple[int, ...]
    others: tuple[str, ...]


async def things_named(stores: Stores, names: Sequence[str], lemmatiser: Lemmatiser) -> list[Thing]:
    """What these names mean, in their order: Душанбе and Dushanbe are one thing.

    Two names are of one thing where one is known as another name of the other, or is the same in other letters.
    """
    keys = [key_of_name(name, lemmatiser) for name in names]
    known = await _names_together(stores, names, lemmatiser)
    leads: list[int] = []
    of_own: dict[str, int] = {}  # the place of the first of its thing, by the name's own key or sound
    of_any: dict[str, int] = {}  # … and by any other name of the thing
    for place, (name, key) in enumerate(zip(names, keys, strict=True)):
        own = {key, f"~{sound(name)}"} - {"", "~"}
        anyhow = own.union(key_of_name(other, lemmatiser) for other in known.get(key, ()))
        met = [of_any[one] for one in own if one in of_any] + [of_own[one] for one in anyhow if one in of_own]
        lead = min(met, default=place)
        leads.append(lead)
        for one in own:
            of_own.setdefault(one, lead)
        for one in anyhow:
            of_any.setdefault(one, lead)
    places: dict[int, list[int]] = {}
    for place, lead in enumerate(leads):
        places.setdefault(lead, []).append(place)
    return [
        Thing(tuple(ones), tuple(dict.fromkeys(other for one in ones for other in known.get(keys[one], ()))))
        for ones in places.values()
    ]


async def _names_together(stores: Stores, names: Sequence[str], lemmatiser: Lemmatiser) -> Mapping[str, Sequence[str]]:
    """The other names of what these names mean, by their keys."""
    known: dict[str, Sequence[str]] = {}
    for start in range(0, len(names), TOGETHER):
        questions = [_parsed(name) for name in names[start : start + TOGETHER]]
        asked = Question(tuple(parts for one in questions if one for parts in one.alternatives))
        known |= await names_for(stores, asked, lemmatiser)
        await asyncio.sleep(0)
    return known


async def matchers_of(stores: Stores, topics: Sequence[Topic], lemmatiser: Lemmatiser) -> list[Matcher]:
    """What each of these topics asks for, under all its names, which are looked up together.

    One whose question is understood no more asks for nothing.
    """
    questions = [_parsed(topic.name) for topic in topics]
    asked = Question(
        alternatives=tuple(parts for one in questions if one for parts in one.alternatives),
        without=tuple(phrase for one in questions if one for phrase in one.without),
    )
    names = await names_for(stores, asked, lemmatiser)
    matchers: list[Matcher] = []
    for topic, question in zip(topics, questions, strict=True):
        own = {topic.key: (*topic.aliases, *names.get(topic.key, ()))} if topic.aliases else {}
        matchers.append(compile_question(question, lemmatiser, {**names, **own}) if question else Matcher(()))
    return matchers


def _parsed(name: str) -> Question | None:
    try:
        return parse_question(name)
    except QuestionError:
        return None


def _readings(key: str, lemmatiser: Lemmatiser) -> list[str]:
    """The keys that a short name may have, each word as any that it may be a form of: Путина is of Путин too."""
    words = key.split()
    if len(words) > LONGEST_READ or any(mark in key for mark in '"|:-'):
        return [key]
    bases = [
        [word, *sorted({lemmatiser.base(one) for one in lemmatiser.question_keys(word)} - {word})] for word in words
    ]
    return list(dict.fromkeys(" ".join(sorted(set(one))) for one in islice(product(*bases), MOST_READINGS)))


async def other_questions(stores: Stores, words: str, lemmatiser: Lemmatiser) -> AsyncGenerator[Instead, None]:
    """What may be meant by a question that finds nothing, the likeliest first: other keys, then known words.

    Known are the words of the settings' topics, of what has a name everywhere, and of the archive's articles.
    """
    for instead in other_layouts(words):
        yield instead
    topics = await stores.topics.get_from_settings()
    names = {word for topic in topics for name in (topic.name, *topic.aliases) for word in fold_words(name)}
    names |= known_words()
    asked = long_words(set(wanted_words(words)) - names, lemmatiser)
    counts = await stores.names.count_words({key for keys in asked.values() for key in keys})
    unknown = [word for word, keys in asked.items() if not any(counts.get(key) for key in keys)]
    if not 0 < len(unknown) <= MOST_DOUBTFUL:
        return
    choices = {word: one_letter_away(word, lemmatiser) for word in unknown}
    edits = {key for found in choices.values() for keys in found.values() for key in keys}
    for instead in corrections(words, choices, await stores.names.count_words(edits), names):
        yield instead


@dataclass(frozen=True, slots=True)
class _Told:
    """Other names of the things that keys name: by topics, and by articles."""

    of_topics: Mapping[str, Sequence[str]]
    learned: Mapping[str, Sequence[str]]


async def _look_up(stores: Stores, keys: Collection[str], lemmatiser: Lemmatiser) -> _Told:
    if not keys:
        return _Told({}, {})
    return _Told(await _names_of_topics(stores, keys, lemmatiser), await stores.names.get(keys))


async def _names_of_topics(stores: Stores, keys: Collection[str], lemmatiser: Lemmatiser) -> dict[str, tuple[str, ...]]:
    """The other names of the topics that these keys name."""
    names: dict[str, tuple[str, ...]] = {}
    for topic in await stores.topics.find(keys, keys):
        if topic.aliases:
            for key in keys:
                names[key] = (*names.get(key, ()), *_other_names(topic, key, lemmatiser))
    return names


def _other_names(topic: Topic, key: str, lemmatiser: Lemmatiser) -> tuple[str, ...]:
    """A topic's names without the one under this key; none when no name of it stands there.

    What a topic asks for beside plain words (-without, source:) is nobody's name; its aliases stand in its place.
    """
    by_key = _by_key((*_plain_name(topic), *topic.aliases), lemmatiser)
    if key != topic.key and key not in by_key:
        return ()
    itself = {key, name_key(topic.name, lemmatiser)} if key == topic.key else {key}
    return tuple(name for one, name in by_key.items() if one not in itself)


def _plain_name(topic: Topic) -> tuple[str, ...]:
    question = _parsed(topic.name)
    return (topic.name,) if question and is_name(question) else ()


def _by_key(names: Iterable[str], lemmatiser: Lemmatiser) -> _Names:
    by_key: _Names = {}
    for name in names:
        by_key.setdefault(key_of_name(name, lemmatiser), name)
    return by_key
