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
    bases = frozenset(lemmatiser.base(word) for word in words)
    for topic in oldest_first:
        if any(name_words(name, lemmatiser) == bases for name in topic.aliases):
            return topic
    asked = [lemmatiser.question_keys(word) for word in words]
    for topic in oldest_first:
        names = (topic.key, *topic.aliases) if _is_alike(topic.key, question) else topic.aliases
        if any(_may_be_forms(asked, _telling(wanted_words(name)), lemmatiser) for name in names):
            return topic
    return None


def _is_alike(key: str, question: Question) -> bool:
    """Whether a key asks in the way of a question that has no -without and no source: words, or phrases."""
    return not any(mark in key for mark in "-:") and ('"' in key) == bool(question.phrases)


def name_words(name: str, lemmatiser: Lemmatiser) -> frozenset[str]:
    """The base forms of a name's words, without those that say nothing (о, and)."""
    return frozenset(lemmatiser.base(word) for word in _telling(wanted_words(name)))


def _telling(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for word in words if word not in FUNCTION_WORDS) or words


def _may_be_forms(asked: list[Keys], words: tuple[str, ...], lemmatiser: Lemmatiser) -> bool:
    """Whether each asked word can be a form of another word of a name, and none is left over."""
    if len(asked) != len(words):
        return False
    left = [lemmatiser.question_keys(word) for word in words]
    for keys in asked:
        fitting = next((other for other in left if not keys.isdisjoint(other)), None)
        if fitting is None:
            return False
        left.remove(fitting)
    return True
