"""Topics near a question: those that share words with it, and those that are spelled alike."""

from collections.abc import Sequence

from bot.topics.aliases import name_words
from bot.topics.lemmas import Lemmatiser
from bot.topics.query import wanted_words
from storage.records import Topic, TopicView

# Of 1; less is chance: вода and погода share two trigrams of five.
_SHARES_WORDS = 0.3
_SPELLED_ALIKE = 0.5


def nearest(
    question: str, topics: Sequence[TopicView], lemmatiser: Lemmatiser, limit: int = 3
) -> tuple[TopicView, ...]:
    """The topics nearest to a question, best first; of equals the one with more stories.

    A topic with just these words is the one that was asked for, not a near one. The cost grows with the number of
    topics (some 10 µs for each name).
    """
    words = name_words(question, lemmatiser)
    trigrams = _trigrams(question)
    scored = [(score, view) for view in topics if (score := _nearness(words, trigrams, view.topic, lemmatiser))]
    scored.sort(key=lambda pair: (-pair[0], -pair[1].stories, pair[1].topic.id))
    return tuple(view for _, view in scored[:limit])


def _nearness(words: frozenset[str], trigrams: frozenset[str], topic: Topic, lemmatiser: Lemmatiser) -> float:
    """The better of both measures over all names of a topic; 0 when it is not near, or is what was asked for."""
    best = 0.0
    for name in (topic.name, *topic.aliases):
        others = name_words(name, lemmatiser)
        if others == words:
            return 0.0
        for share, least in (
            (_share(words, others), _SHARES_WORDS),
            (_share(trigrams, _trigrams(name)), _SPELLED_ALIKE),
        ):
            best = max(best, share if share >= least else 0.0)
    return best


def _share(left: frozenset[str], right: frozenset[str]) -> float:
    """Dice's measure: 0 nothing in common, 1 the same."""
    return 2 * len(left & right) / (len(left) + len(right)) if left and right else 0.0


def _trigrams(text: str) -> frozenset[str]:
    """Three letters in a row of each word, with the word's edges: they outlive a typo."""
    padded = (f" {word} " for word in wanted_words(text))
    return frozenset(word[start : start + 3] for word in padded for start in range(len(word) - 2))
