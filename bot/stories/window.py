"""Which story a new article belongs to, decided at once among up to 100,000 articles of the last days.

Articles that may be alike are found by their rarest terms (`shelf`), the likest are compared in full (`likeness`), and
then the stories that they belong to are judged as a whole, so that no chain of likenesses grows into a giant.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.stories.clusters import Clusters
from bot.stories.frequencies import Frequencies
from bot.stories.likeness import compare, turn
from bot.stories.nearest import GONE
from bot.stories.shelf import Shelf
from bot.stories.sketch import Sketch, unpack

LONGEST = timedelta(days=14)  # from the first page of a story to its last
COMPARED = 12  # articles in full
OF_ONE_STORY = 3  # of these
JUDGED = 6  # articles that speak for a story
TURNED = 12  # earlier articles that a turn is measured by
ALIKE = 0.5  # likeness of two articles on one event
MERGED = 0.6  # likeness to a second story from which on the two may be one
HINT = 0.3  # likeness to an article below which its story is not asked
FAIR = 0.3  # mean likeness to a story of two articles; more is asked of larger and of older ones
FAIR_BY_SIZE = 0.04  # more for each doubling
FAIR_BY_DAY = 0.04  # more for each day without news

_DAY = 86_400  # seconds


@dataclass(frozen=True, slots=True)
class Member:
    """An article of a story. `moment`: when its page was published."""

    article_id: int
    story_id: int
    source_id: int
    moment: datetime
    sketch: Sketch


@dataclass(frozen=True, slots=True)
class Placement:
    """What was decided of a new article.

    `story_id`: the open story that it joins; None: it opens one. `follows_id`: only then, the closed story whose echo
    it is. `merges`: other open stories that turn out to be the one it joins. `nearest`: the article that it is most
    like, and how much, from 0 to 1. `turn`: how much of it the story did not tell yet, from 0 to 1.
    """

    story_id: int | None = None
    follows_id: int | None = None
    merges: tuple[int, ...] = ()
    nearest: int | None = None
    likeness: float = 0.0
    turn: float = 0.0


@dataclass(frozen=True, slots=True)
class _Verdict:
    """A story beside a new article: likeness of the likest page, of the pages that speak for it, and what is asked."""

    story_id: int
    best: float
    mean: float
    asked: float
    ahead: int  # seconds from its last page to the article; negative: the article is earlier
    is_open: bool

    @property
    def is_one(self) -> bool:
        return self.best >= ALIKE and self.mean >= self.asked

    @property
    def rank(self) -> tuple[float, int]:
        return self.best + self.mean, -self.story_id


class Window:
    """Articles of at most two weeks, by story. Not for several threads at once."""

    def __init__(self, frequencies: Frequencies, closes_after: timedelta) -> None:
        self._frequencies = frequencies
        self._closes_after = int(closes_after.total_seconds())
        self._shelf = Shelf(frequencies)
        self._clusters = Clusters()
        self._slots: dict[int, int] = {}  # by article

    def __len__(self) -> int:
        return len(self._slots)

    def article_ids(self) -> list[int]:
        """All that it holds."""
        return list(self._slots)

    def place(self, sketch: Sketch, source_id: int, moment: datetime) -> Placement:  # noqa: ARG002  sources may tell one event twice
        """Decide; nothing changes. About a millisecond."""
        at = int(moment.timestamp())
        likest = self._compare(sketch, at)
        if not likest:
            return Placement()
        slot = max(likest, key=lambda one: (likest[one], -one))
        nearest, likeness = self._shelf.article(slot), likest[slot]
        verdicts = self._judge(sketch, at, likest)
        fitting = sorted((one for one in verdicts if one.is_one), key=lambda one: one.rank, reverse=True)
        if joined := next((one for one in fitting if one.is_open), None):
            merges = self._merges(joined, fitting)
            known = [self._shelf.sketch(one) for one in self._earlier(joined.story_id)]
            turned = turn(sketch, known, self._frequencies)
            return Placement(joined.story_id, None, merges, nearest, likeness, turned)
        echoed = next((one.story_id for one in fitting if one.ahead > 0), None)
        return Placement(None, echoed, (), nearest, likeness)

    def add(self, member: Member) -> None:
        """Compare later articles with it; one that is there already is taken anew."""
        self._frequencies.learn(member.sketch, member.moment)
        self._put(member.article_id, member.story_id, member.source_id, member.moment, member.sketch)

    def load(self, rows: Iterable[tuple[int, int, int, datetime, bytes]]) -> None:
        """Many at once, at the start: article, story, source, moment and the packed sketch of each.

        What was packed by another version is passed over.
        """
        for article_id, story_id, source_id, moment, data in rows:
            if sketch := unpack(data):
                self._frequencies.learn(sketch, moment)
                self._put(article_id, story_id, source_id, moment, sketch)
        self._shelf.weigh()

    def move(self, article_id: int, story_id: int) -> None:
        """The article belongs to another story now."""
        if (slot := self._slots.get(article_id)) is not None:
            self._clusters.remove(self._shelf.story(slot), (slot,))
            self._clusters.add(story_id, slot)
            self._shelf.assign((slot,), story_id)

    def merge(self, kept: int, gone: int) -> None:
        """Two stories are one; what was kept apart from either is kept apart from it."""
        if kept != gone:
            self._shelf.assign(self._clusters.merge(kept, gone), kept)

    def keep_apart(self, one: int, other: int) -> None:
        """No article merges them any more."""
        self._clusters.keep_apart(one, other)

    def forget(self, article_id: int) -> None:
        """The article was withdrawn, or not stored after all."""
        if (slot := self._slots.pop(article_id, None)) is not None:
            self._clusters.remove(self._shelf.story(slot), (slot,))
            self._shelf.assign((slot,), GONE)

    def near(self, story_id: int, limit: int) -> list[int]:
        """Other stories that were open at the same time and are not kept apart from it, the likest first."""
        first, last = self._span(self._clusters.slots(story_id))
        found: dict[int, float] = {}
        for slot in self._speakers(story_id):
            for other, likeness in self._compare(self._shelf.sketch(slot), self._shelf.moment(slot), story_id).items():
                story = self._shelf.story(other)
                found[story] = max(found.get(story, 0.0), likeness)
        is_open = {story: self._gap(story, first, last) <= self._closes_after for story in found}
        likest = sorted(found, key=lambda story: (-found[story], story))
        return [one for one in likest if is_open[one] and not self._clusters.is_apart(story_id, one)][:limit]

    def drop_before(self, moment: datetime) -> None:
        """Forget what was published earlier. Its time goes with how much that is: ask often."""
        slots = self._shelf.before(int(moment.timestamp()))
        by_story: dict[int, list[int]] = {}
        for slot in slots:
            by_story.setdefault(self._shelf.story(slot), []).append(slot)
            del self._slots[self._shelf.article(slot)]
        for story_id, gone in by_story.items():
            self._clusters.remove(story_id, gone)
        self._shelf.assign(slots, GONE)
        self._shelf.trim()

    def _put(self, article_id: int, story_id: int, source_id: int, moment: datetime, sketch: Sketch) -> None:
        self.forget(article_id)
        slot = self._shelf.put(article_id, story_id, source_id, int(moment.timestamp()), sketch)
        self._slots[article_id] = slot
        self._clusters.add(story_id, slot)

    def _compare(self, sketch: Sketch, at: int, but: int = GONE) -> dict[int, float]:
        """Likeness by slot of the articles that are most worth comparing, a few of each story."""
        longest = int(LONGEST.total_seconds())
        likeness: dict[int, float] = {}
        taken: dict[int, int] = {}
        for slot in self._shelf.nearest(sketch, at, longest):
            story = self._shelf.story(slot)
            if story != but and taken.setdefault(story, 0) < OF_ONE_STORY:
                taken[story] += 1
                likeness[slot] = self._likeness(sketch, at, slot)
                if len(likeness) == COMPARED:
                    break
        return likeness

    def _likeness(self, sketch: Sketch, at: int, slot: int) -> float:
        apart = timedelta(seconds=at - self._shelf.moment(slot))
        return compare(sketch, self._shelf.sketch(slot), apart, self._frequencies).score

    def _judge(self, sketch: Sketch, at: int, likest: dict[int, float]) -> list[_Verdict]:
        """The stories of the likest articles."""
        best: dict[int, float] = {}
        for slot, likeness in likest.items():
            story = self._shelf.story(slot)
            best[story] = max(best.get(story, 0.0), likeness)
        return [self._verdict(sketch, at, story, likest) for story in best if best[story] >= HINT]

    def _verdict(self, sketch: Sketch, at: int, story_id: int, likest: dict[int, float]) -> _Verdict:
        slots = self._clusters.slots(story_id)
        known = {slot: likest[slot] for slot in slots if slot in likest}
        speak = [
            known[slot] if slot in known else self._likeness(sketch, at, slot) for slot in self._speakers(story_id)
        ]
        first, last = self._span(slots)
        gap = max(first - at, at - last, 0)
        is_open = gap <= self._closes_after and max(last, at) - min(first, at) <= LONGEST.total_seconds()
        asked = FAIR + FAIR_BY_SIZE * math.log2(len(slots)) + FAIR_BY_DAY * gap / _DAY
        best = max(*known.values(), *speak)
        return _Verdict(story_id, best, sum(speak) / len(speak), asked, at - last, is_open)

    def _merges(self, joined: _Verdict, fitting: Sequence[_Verdict]) -> tuple[int, ...]:
        """Other open stories that the article shows to be the one that it joins."""
        merged = [joined.story_id]
        for other in fitting:
            if other.is_open and other.best >= MERGED and all(self._are_one(one, other.story_id) for one in merged):
                merged.append(other.story_id)
        return tuple(merged[1:])

    def _are_one(self, one: int, other: int) -> bool:
        """Whether the articles of two stories are alike on the whole."""
        if one == other or self._clusters.is_apart(one, other):
            return False
        slots = (*self._clusters.slots(one), *self._clusters.slots(other))
        first, last = self._span(slots)
        if last - first > LONGEST.total_seconds():
            return False
        likeness = [
            self._likeness(self._shelf.sketch(slot), self._shelf.moment(slot), second)
            for slot in self._speakers(one)[:3]
            for second in self._speakers(other)[:3]
        ]
        return sum(likeness) / len(likeness) >= FAIR + FAIR_BY_SIZE * math.log2(len(slots))

    def _speakers(self, story_id: int) -> list[int]:
        """The slots of a few of its articles, from its first to its last."""
        slots = sorted(self._clusters.slots(story_id), key=self._shelf.moment)
        if len(slots) <= JUDGED:
            return slots
        return [slots[round(place * (len(slots) - 1) / (JUDGED - 1))] for place in range(JUDGED)]

    def _earlier(self, story_id: int) -> list[int]:
        """The slots of its first articles and of its last."""
        slots = sorted(self._clusters.slots(story_id), key=self._shelf.moment)
        return slots if len(slots) <= TURNED else slots[:2] + slots[2 - TURNED :]

    def _span(self, slots: Sequence[int]) -> tuple[int, int]:
        """The moments of the first and the last of these."""
        moments = [self._shelf.moment(slot) for slot in slots]
        return min(moments, default=0), max(moments, default=0)

    def _gap(self, story_id: int, first: int, last: int) -> int:
        """Seconds between a story and a time."""
        begin, end = self._span(self._clusters.slots(story_id))
        return max(begin - last, first - end, 0)
