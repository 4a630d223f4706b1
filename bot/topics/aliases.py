"""Names for one thing: under which keys a topic may stand that a question means."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product

from bot.topics.lemmas import FUNCTION_WORDS, Lemmatiser
from bot.topics.query import Part, Question, name_key, parse_question, question_key, wanted_words
from storage.records import Topic

MOST_READINGS = 16  # of the words of a question, each of which may be a form of several
MOST_SUBSTITUTES = 32  # questions that ask for the same by other names

Names = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Rank:
    """Keys that are equally sure to mean a topic: its own key is that of a question, an alias's that of a name."""

    keys: tuple[str, ...]
    alias_keys: tuple[str, ...]


def topic_key(text: str, lemmatiser: Lemmatiser) -> str:
    """The key that a topic with this name has. Raises QuestionError as `parse_question` does."""
    return question_key(parse_question(text), lemmatiser)


def keys_of(topic: Topic, lemmatiser: Lemmatiser) -> tuple[str, dict[str, str]]:
    """A topic's key and those of its aliases, as the lemmatiser of today has them. Raises QuestionError."""
    return topic_key(topic.name, lemmatiser), {alias: name_key(alias, lemmatiser) for alias in topic.aliases}


def is_name(question: Question) -> bool:
    """Whether a question is nothing but words, so that they can be a name."""
    return (
        len(question.alternatives) == 1
        and not question.has_filters
        and not any(part.in_title for part in question.alternatives[0])
    )


def possible_keys(question: Question, lemmatiser: Lemmatiser, names: Names) -> tuple[Rank, ...]:
    """The keys under which a topic may stand that asks for the same, the surest first.

    They are the question's own, then what its words may be forms of (Рогуна can be of Рогун and of Рогуна), then the
    same by other names: `names` as `compile_question` takes them.
    """
    own = question_key(question, lemmatiser)
    if not is_name(question):
        return Rank((own,), ()), Rank(_by_names(own, names, lemmatiser), ())
    readings = list(_readings(question.alternatives[0], lemmatiser))
    as_names = [name_key(" ".join(word for part in parts for word in part.words), lemmatiser) for parts in readings]
    by_names = _by_names(own, names, lemmatiser)
    return (
        Rank((own,), tuple(as_names[:1])),
        Rank(tuple(question_key(Question((parts,)), lemmatiser) for parts in readings), tuple(as_names)),
        Rank(by_names, by_names),
    )


def choose(ranks: Sequence[Rank], topics: Iterable[Topic], lemmatiser: Lemmatiser) -> Topic | None:
    """Of topics that stand under some of these keys the one that is meant: the surest key, its own before an alias's,
    then the oldest.
    """
    least = len(ranks)
    own = {key: number for number, rank in reversed(list(enumerate(ranks))) for key in rank.keys}
    other = {key: number for number, rank in reversed(list(enumerate(ranks))) for key in rank.alias_keys}

    def surety(topic: Topic) -> tuple[int, bool, int]:
        by_name = own.get(topic.key, least)
        by_alias = min((other.get(name_key(alias, lemmatiser), least) for alias in topic.aliases), default=least)
        return min(by_name, by_alias), by_alias < by_name, topic.id

    return min(topics, key=surety, default=None)


def is_asked_for(name: str, words: str, names: Names, lemmatiser: Lemmatiser) -> bool:
    """Whether a name is of what a question asks for: it shares a word with it, or is another name in `names`."""
    key = name_key(name, lemmatiser)
    others = {name_key(other, lemmatiser) for ones in names.values() for other in ones}
    return key in others or not set(key.split()).isdisjoint(name_words(words, lemmatiser))


def name_words(name: str, lemmatiser: Lemmatiser) -> tuple[str, ...]:
    """The base forms of the words that a name asks for, each once, without those that say nothing (о, and)."""
    words = wanted_words(name)
    telling = tuple(word for word in words if word not in FUNCTION_WORDS) or words
    return tuple(dict.fromkeys(lemmatiser.base(word) for word in telling))


def topic_words(topic: Topic, lemmatiser: Lemmatiser) -> tuple[str, ...]:
    """The `name_words` of a topic's name, read off its key where that is plain words."""
    if any(mark in topic.key for mark in '-:"|'):
        return name_words(topic.name, lemmatiser)
    return tuple(topic.key.split())


def _readings(parts: Sequence[Part], lemmatiser: Lemmatiser) -> Iterator[tuple[Part, ...]]:
    """The question in base forms, each word as any that it may be a form of; the likeliest first."""
    words = [[word for word in part.words if word not in FUNCTION_WORDS] for part in parts]
    bases = [_bases(word, lemmatiser) for one in words for word in one]
    for reading in islice(product(*bases), MOST_READINGS):
        left = iter(reading)
        read = (
            Part(tuple(islice(left, len(one))), is_quoted=part.is_quoted)
            for part, one in zip(parts, words, strict=True)
            if one
        )
        yield tuple(read) or tuple(parts)


def _bases(word: str, lemmatiser: Lemmatiser) -> list[str]:
    base = lemmatiser.base(word)
    others = {lemmatiser.base(key) for key in lemmatiser.question_keys(word)}
    return [base, *sorted(others - {base})]


def _by_names(own: str, names: Names, lemmatiser: Lemmatiser) -> tuple[str, ...]:
    """The keys of the question with another name of the same thing in place of one that it has."""
    found: dict[str, None] = {}
    asked = own.split()
    for key, others in names.items():
        part = key.split()
        if key == own:
            rest: set[str] = set()
        elif any(mark in own for mark in '-:"|') or not set(part) < set(asked):
            continue
        else:
            rest = set(asked) - set(part)
        for other in others:
            substitute = name_key(other, lemmatiser)
            found[" ".join(sorted({*substitute.split(), *rest}))] = None
            if not rest:
                found[topic_key(other, lemmatiser)] = None
    return tuple(islice(found, MOST_SUBSTITUTES))
