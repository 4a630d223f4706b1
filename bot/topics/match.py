"""All topics as one index: a new article finds its topics at a cost that depends on its own words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from bot.topics.compiled import Columns, encode, unpack
from bot.topics.lemmas import Keys, Lemmatiser, Reading
from bot.topics.places import Heard
from bot.topics.query import Facts, Matcher, compile_question, parse_question, question_key
from bot.topics.rows import Row, rows
from bot.topics.segment import Segment
from storage.asking import StoredTopic
from storage.records import Topic

MOST_FRESH = 1_024  # topics that stand as objects, 2 KB each; then they become arrays
# A segment is merged with the one before it when that is less than so many times as large: the largest, which takes
# most of a second, is made anew once in a hundred thousand new topics, and there are never more than half a dozen.
GROWTH = 4


@dataclass(frozen=True, slots=True)
class _Fresh:
    """A topic since it was added; it stands under its anchors."""

    terms: bytes
    matcher: Matcher
    anchors: tuple[Keys, ...]


class TopicIndex:
    """Topics by one word of each of their alternatives: the one that the fewest other topics stand under.

    An article looks up its own keys. What it finds has a word of its; single words and words near one another are
    judged at once for all topics, and only what a question asks beyond that is put to the topic's matcher.
    Those that were loaded stand in arrays, those that came since as objects, until there are many.
    """

    def __init__(self, lemmatiser: Lemmatiser) -> None:
        self._lemmatiser = lemmatiser
        self._loaded = Columns()
        self._segments: list[Segment] = []
        self._fresh: dict[int, _Fresh] = {}
        self._by_key: dict[str, set[int]] = {}

    def __len__(self) -> int:
        self._settle()
        return len(self._fresh) + sum(map(len, self._segments))

    def load(self, stored: Iterable[StoredTopic]) -> tuple[int, ...]:
        """Take in topics that are not here yet by what `add` made of them; a page after another may be loaded.

        The ids of those whose terms are of another version: they are not counted, and are to be added instead.
        """
        return tuple(topic.id for topic in stored if not self._loaded.append(topic.id, topic.terms))

    def add(self, topic: Topic, names: Mapping[str, Sequence[str]] | None = None) -> bytes:
        """Count a topic from now on, in place of what had its id; its terms, to be stored with it.

        `names` are those that `compile_question` takes; the topic's aliases are added to them.
        QuestionError when its name is no question.
        """
        matcher = self._compile(topic, names or {})
        terms = encode(matcher)
        self.discard(topic.id)
        self._stand(topic.id, terms, matcher)
        if len(self._fresh) >= MOST_FRESH:
            self._compact()
        return terms

    def discard(self, topic_id: int) -> None:
        """Forget a topic; nothing happens when it is not here."""
        self._settle()
        for segment in self._segments:
            segment.discard(topic_id)
        if (gone := self._fresh.pop(topic_id, None)) is None:
            return
        for key in {key for anchor in gone.anchors for key in anchor}:
            self._by_key[key].discard(topic_id)
            if not self._by_key[key]:
                del self._by_key[key]

    def match(self, reading: Reading, facts: Facts) -> tuple[int, ...]:
        """The ids of all topics that an article matches, the oldest first."""
        self._settle()
        sure = []
        found = self._match_fresh(reading, facts)
        if self._segments:
            heard = Heard(reading)
            for segment in self._segments:
                hits = segment.look_up(heard)
                sure.append(hits.sure)
                found += [one for one, packed in hits.unsure.items() if unpack(packed).accepts(reading, facts)]
        return tuple(np.unique(np.concatenate([*sure, np.array(found, np.int64)])).tolist())

    def _compile(self, topic: Topic, names: Mapping[str, Sequence[str]]) -> Matcher:
        question = parse_question(topic.name)
        if topic.aliases:
            key = question_key(question, self._lemmatiser)
            names = {**names, key: (*names.get(key, ()), *topic.aliases)}
        return compile_question(question, self._lemmatiser, names)

    def _stand(self, topic_id: int, terms: bytes, matcher: Matcher) -> None:
        anchors = tuple(self._rarest(row) for row in rows(matcher) if not row.vetoes)
        self._fresh[topic_id] = _Fresh(terms, matcher, anchors)
        for anchor in anchors:
            for key in anchor:
                self._by_key.setdefault(key, set()).add(topic_id)

    def _rarest(self, row: Row) -> Keys:
        def weigh(keys: Keys) -> tuple[int, int]:
            return sum(len(self._by_key.get(key, ())) for key in keys), -max(map(len, keys))

        return min((*chain.from_iterable(row.forms), *row.in_title), key=weigh)

    def _match_fresh(self, reading: Reading, facts: Facts) -> list[int]:
        looked_at: set[int] = set()
        for key in reading.keys & self._by_key.keys():
            looked_at |= self._by_key[key]
        return [topic_id for topic_id in looked_at if self._fresh[topic_id].matcher.accepts(reading, facts)]

    def _settle(self) -> None:
        """What was loaded becomes one segment when it is first asked for."""
        if self._loaded.keys:
            loaded, self._loaded = self._loaded, Columns()
            self._segments.append(Segment(loaded))

    def _compact(self) -> None:
        """The fresh topics become a segment, and the last segments one."""
        columns = Columns()
        for topic_id, fresh in self._fresh.items():
            columns.append(topic_id, fresh.terms)
        self._fresh, self._by_key = {}, {}
        while self._segments and len(self._segments[-1]) < GROWTH * len(columns):
            self._segments.pop().pour(columns)
        if columns.keys:
            self._segments.append(Segment(columns))
