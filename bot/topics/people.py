"""What a person is called after having been introduced: Владимир Петрович Ткачёв, then Ткачёв alone."""

import re
from collections.abc import Iterable, Sequence

from bot.topics.lemmas import Lemmatiser
from bot.topics.query import Question, name_key
from storage.naming import EntityKind, NamePair, NewEntity

_PATRONYMIC = re.compile(r"\w+(?:[ое]в[иы]ч|[ое]вн[аыуе]|[иы]чн[аыуе]|ич)(?:а|у|ем|ой|ою|е)?", re.IGNORECASE)


def person_pairs(entities: Iterable[NewEntity], lemmatiser: Lemmatiser) -> tuple[NamePair, ...]:
    """The people of an article by their first and by their last name, as pairs with the whole name.

    What the archive counts of them tells whether a last name alone means one person there, or one of many, or is the
    first name of others (Эмомали).
    """
    pairs: dict[tuple[str, str], NamePair] = {}
    for entity in entities:
        words = without_patronymic(entity.name.split())
        if entity.kind is EntityKind.PERSON and len(words) > 1:
            long = " ".join(words)
            long_key = name_key(long, lemmatiser)
            for short in (words[0], words[-1]):
                short_key = name_key(short, lemmatiser)
                if short_key and short_key != long_key:
                    pairs[short_key, long_key] = NamePair(short, long, short_key, long_key)
    return tuple(pairs.values())


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
