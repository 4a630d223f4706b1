"""Topics near a question: those that share words with it, and those that are spelled alike."""

from collections.abc import Sequence
from functools import lru_cache

from bot.topics.aliases import name_words, topic_words
from bot.topics.lemmas import Lemmatiser
from storage.records import Topic

# Of 1; less is chance: вода and погода share two trigrams of five.
_SHARES_WORDS = 0.3
_SPELLED_ALIKE = 0.5


def nearest(question: str, topics: Sequence[Topic], lemmatiser: Lemmatiser, limit: int = 3) -> tuple[Topic, ...]:
    """The topics nearest to a question, best first; of equals the older one.

    A topic with just these words is the one that was asked for, not a near one. The cost grows with the number of
    topics (1,000: some 9 ms).
    """
    asked = name_words(question, lemmatiser)
    scored = [(score, topic) for topic in topics if (score := _nearness(asked, topic, lemmatiser))]
    scored.sort(key=lambda pair: (-pair[0], pair[1].id))
    return tuple(topic for _, topic in scored[:limit])


def _nearness(asked: tuple[str, ...], topic: Topic, lemmatiser: Lemmatiser) -> float:
    """The better of both measures over all names of a topic; 0 when it is not near, or is what was asked for."""
    words, trigrams = frozenset(asked), _trigrams(asked)
    best = 0.0
    for name in (topic_words(topic, lemmatiser), *(name_words(alias, lemmatiser) for alias in topic.aliases)):
        others = frozenset(name)
        if others == words:
            return 0.0
        shared_words, shared_trigrams = _share(words, others), _share(trigrams, _trigrams(name))
        if shared_words >= _SHARES_WORDS or shared_trigrams >= _SPELLED_ALIKE:
            best = max(best, shared_words, shared_trigrams)
    return best


def _share(left: frozenset[str], right: frozenset[str]) -> float:
    """Dice's measure: 0 nothing in common, 1 the same."""
    return 2 * len(left & right) / (len(left) + len(right)) if left and right else 0.0


@lru_cache(maxsize=32_768)
def _trigrams(words: tuple[str, ...]) -> frozenset[str]:
    """Three letters in a row of each word, with the word's edges: they outlive a typo."""
    padded = [f" {word} " for word in words]
    return frozenset(word[start : start + 3] for word in padded for start in range(len(word) - 2))
