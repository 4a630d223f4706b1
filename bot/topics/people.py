"""What a person is called after having been introduced: Владимир Петрович Ткачёв, then Ткачёв alone."""

import re
from collections.abc import Iterable, Sequence

from bot.topics.lemmas import Lemmatiser, Reading
from bot.topics.query import Question, name_key
from storage.naming import EntityKind, NamePair, NewEntity

_PATRONYMIC = re.compile(r"\w+(?:[ое]в[иы]ч|[ое]вн[аыуе]|[иы]чн[аыуе]|ич)(?:а|у|ем|ой|ою|е)?", re.IGNORECASE)
# What stands before a last name and belongs to it: фон дер Хейден, Ле Гуин, бин Талал.
# fmt: off
_PARTICLES = frozenset(
    (
        "де", "да", "ди", "дю", "дель", "делла", "дос", "дас", "ле", "ля", "ла", "лос", "ван", "вон", "фон", "дер",
        "ден", "тер", "цу", "цур", "аф", "эль", "аль", "бин", "ибн", "бен", "бинт", "абу",
    )
)
# fmt: on


def person_pairs(
    entities: Iterable[NewEntity], lemmatiser: Lemmatiser, reading: Reading | None = None
) -> tuple[NamePair, ...]:
    """The people of an article by their first and by their last name, as pairs with the whole name.

    What the archive counts of them tells whether a last name alone means one person there, or one of many, or is the
    first name of others (Эмомали). Whom the article, by its `reading`, calls by the last name alone has that for sure;
    nobody is known by a word that everybody uses (Садовник).
    """
    pairs: dict[tuple[str, str], NamePair] = {}
    for entity in entities:
        words = without_patronymic(entity.name.split())
        if entity.kind is EntityKind.PERSON and len(words) > 1:
            last = last_name(words)
            names = [words[:1], *([last] if _is_own(last, lemmatiser) else [])]
            long = " ".join(words)
            long_key = name_key(long, lemmatiser)
            for name in names:
                short = " ".join(name)
                short_key = name_key(short, lemmatiser)
                if short_key and short_key != long_key:
                    is_sure = name is last and reading is not None and _stands_alone(words, last, reading, lemmatiser)
                    pairs[short_key, long_key] = NamePair(short, long, short_key, long_key, weight=2 if is_sure else 1)
    return tuple(pairs.values())


def last_name(words: Sequence[str]) -> Sequence[str]:
    """The last name among a person's words, with the particles before it."""
    start = len(words) - 1
    while start > 1 and (words[start - 1].islower() or words[start - 1].lower() in _PARTICLES):
        start -= 1
    return words[start:]


def without_patronymic(words: Sequence[str]) -> Sequence[str]:
    """A person's words without the middle one, where that is a patronymic."""
    if len(words) == 3 and _PATRONYMIC.fullmatch(words[1]):
        return words[0], words[2]
    return words


def shorter_names(question: Question, lemmatiser: Lemmatiser) -> dict[str, str]:
    """For each name with a patronymic in a question, by its key, the same without it."""
    shorter: dict[str, str] = {}
    for parts in question.alternatives:
        words = [word for part in parts for word in part.words]
        for start in range(len(words) - 2):
            whole = words[start : start + 3]
            if len(name := without_patronymic(whole)) < len(whole):
                shorter[name_key(" ".join(whole), lemmatiser)] = " ".join(name)
    return shorter


def _is_own(last: Sequence[str], lemmatiser: Lemmatiser) -> bool:
    return len(last) > 1 or not lemmatiser.is_common(last[0])


def _stands_alone(words: Sequence[str], last: Sequence[str], reading: Reading, lemmatiser: Lemmatiser) -> bool:
    """Whether a text has the last name somewhere without the word that stands before it in the whole name."""
    before, first = lemmatiser.question_keys(words[-len(last) - 1]), lemmatiser.question_keys(last[0])
    starts = {place for key in first for place in reading.positions.get(key, ())}
    return any(place == 0 or before.isdisjoint(reading.words[place - 1]) for place in starts)
