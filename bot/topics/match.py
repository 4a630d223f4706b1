"""All topics as one index: a new article finds its topics at a cost that depends on its own words."""

from collections.abc import Iterable

from bot.topics.lemmas import Keys, Lemmatiser, Reading
from bot.topics.query import Clause, Matcher, compile_question, parse_question
from storage.records import Topic


class TopicIndex:
    """Topics by one word of each of their alternatives: the one that the fewest other topics stand under.

    An article looks up its own keys, and what it finds is put to the topic's matcher.
    """

    def __init__(self, topics: Iterable[Topic], lemmatiser: Lemmatiser) -> None:
        self._lemmatiser = lemmatiser
        self._matchers: dict[int, Matcher] = {}
        self._anchors: dict[int, tuple[Keys, ...]] = {}
        self._by_key: dict[str, set[int]] = {}
        for topic in topics:
            self.add(topic)

    def __len__(self) -> int:
        return len(self._matchers)

    def add(self, topic: Topic) -> None:
        """Count a topic from now on, in place of what had its id. QuestionError when its name is no question."""
        matcher = compile_question(parse_question(topic.name), self._lemmatiser, topic.aliases)
        self.discard(topic.id)
        anchors = tuple(self._rarest(clauses) for clauses in matcher.alternatives)
        self._matchers[topic.id] = matcher
        self._anchors[topic.id] = anchors
        for anchor in anchors:
            for key in anchor:
                self._by_key.setdefault(key, set()).add(topic.id)

    def discard(self, topic_id: int) -> None:
        """Forget a topic; nothing happens when it is not here."""
        if self._matchers.pop(topic_id, None) is None:
            return
        for anchor in self._anchors.pop(topic_id):
            for key in anchor:
                topic_ids = self._by_key.get(key, set())
                topic_ids.discard(topic_id)
                if not topic_ids:
                    self._by_key.pop(key, None)

    def match(self, reading: Reading, source_name: str) -> tuple[int, ...]:
        """The ids of all topics that an article matches, the oldest first."""
        found: set[int] = set()
        for key in reading.keys & self._by_key.keys():
            found |= self._by_key[key]
        return tuple(sorted(topic_id for topic_id in found if self._matchers[topic_id].accepts(reading, source_name)))

    def _rarest(self, clauses: tuple[Clause, ...]) -> Keys:
        terms = [keys for clause in clauses for keys in clause]
        return min(terms, key=lambda keys: (sum(len(self._by_key.get(key, ())) for key in keys), -max(map(len, keys))))
