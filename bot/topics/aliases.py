"""Names for one thing: which topic a question means."""

from collections.abc import Sequence

from bot.topics.lemmas import FUNCTION_WORDS, Keys, Lemmatiser
from bot.topics.query import Question, parse_question, question_key, wanted_words
from storage.records import Topic


def topic_key(text: str, lemmatiser: Lemmatiser) -> str:
    """The key that a topic with this name has. Raises QuestionError as `parse_question` does."""
    return question_key(parse_question(text), lemmatiser)


def resolve(question_text: str, topics: Sequence[Topic], lemmatiser: Lemmatiser) -> Topic | None:
    """The topic that a question names, by its name or an alias, in any form; None when it names none.

    The same key comes first, then an alias, then a name of which the words may be forms of one another
    (Рогуна can be of Рогун and of Рогуна). Of several the oldest. Raises QuestionError as `parse_question` does.
    """
    question = parse_question(question_text)
    key = question_key(question, lemmatiser)
    oldest_first = sorted(topics, key=lambda topic: topic.id)
    for topic in oldest_first:
        if topic.key == key:
            return topic
    if question.without or question.sources:
        return None
    words = _telling(wanted_words(question_text))
    bases = sorted({lemmatiser.base(word) for word in words})
    asked = [lemmatiser.question_keys(word) for word in words]
    by_aliases = [(topic, [name_words(name, lemmatiser) for name in topic.aliases]) for topic in oldest_first]
    for topic, aliases in by_aliases:
        if any(sorted(alias) == bases for alias in aliases):
            return topic
    for topic, aliases in by_aliases:
        names = [*aliases, _words_of_key(topic.key)] if _is_alike(topic.key, question) else aliases
        if any(_may_be_forms(asked, name) for name in names):
            return topic
    return None


def name_words(name: str, lemmatiser: Lemmatiser) -> tuple[str, ...]:
    """The base forms of the words that a name asks for, each once, without those that say nothing (о, and)."""
    return tuple(dict.fromkeys(lemmatiser.base(word) for word in _telling(wanted_words(name))))


def topic_words(topic: Topic, lemmatiser: Lemmatiser) -> tuple[str, ...]:
    """The `name_words` of a topic's name, read off its key where that is plain words."""
    if any(mark in topic.key for mark in '-:"'):
        return name_words(topic.name, lemmatiser)
    return tuple(topic.key.split())


def _words_of_key(key: str) -> tuple[str, ...]:
    return _telling(tuple(key.replace('"', "").split()))


def _is_alike(key: str, question: Question) -> bool:
    """Whether a key asks in the way of a question that has no -without and no source: words, or phrases."""
    return not any(mark in key for mark in "-:") and ('"' in key) == bool(question.phrases)


def _telling(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for word in words if word not in FUNCTION_WORDS) or words


def _may_be_forms(asked: list[Keys], bases: tuple[str, ...]) -> bool:
    """Whether each asked word can be a form of another base, and none is left over."""
    if len(asked) != len(bases):
        return False
    left = list(bases)
    for keys in asked:
        fitting = next((base for base in left if base in keys), None)
        if fitting is None:
            return False
        left.remove(fitting)
    return True
