"""How like a new article is to the stories of the window, each judged as a whole lest chains of likenesses grow."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.stories.clusters import Clusters, Slots
from bot.stories.frequencies import Frequencies
from bot.stories.likeness import Comparer
from bot.stories.nearest import GONE
from bot.stories.shelf import Shelf
from bot.stories.sketch import Sketch

LONGEST = int(timedelta(days=14).total_seconds())  # from the first page of a story to its last
COMPARED = 8  # articles in full
OF_ONE_STORY = 2  # of these
IN_VAIN = 3  # of these, one after another, from which on those that share less are not looked at
SPEAKERS = 6  # articles that speak for a story
OF_TWO = 4  # of these where two stories are held against one another

# Likeness is weighed as the logarithm of its odds, 0 where a single pair is as likely of one event as not: so a page
# that contradicts counts as much as one that agrees. A little less is asked here than of a single pair, for a whole
# story speaks. The numbers were chosen on tests/data/stories in many orders.
ALIKE = -0.5  # to the likest page
HINT = -2.0  # to any page, below which its story is not judged
FAIR = -0.95  # to the story on the whole
FAIR_BY_SIZE = 0.05  # more for each doubling of its pages
SECOND = -0.1  # to the likest page of another story that may be the same
ONE = -1.0  # of two stories on the whole
# Where a page is like many stories it is of a genre, a rate of an hour, a warning of a region: more is asked of the one
# that it joins, by as much as the story after so many others is like it beyond CROWD.
CROWD, CROWD_AFTER = -2.5, 3
SUMMED_UP = 3  # stories unlike one another that a page is like, from which on it belongs to none
MEANWHILE = 6 * 3_600  # seconds in which no story grows old
CLEAR = 4.0  # beyond it no likeness counts for more


@dataclass(frozen=True, slots=True)
class Verdict:
    """A story beside a new article: odds of the likest page, the mean of all that speak for it, and what is asked."""

    story_id: int
    best: float
    mean: float
    asked: float
    ahead: int  # seconds from its last page to the article; negative: the article is earlier
    is_open: bool
    crowd: float = 0.0  # what is asked beside that, for there are many stories like it

    @property
    def is_one(self) -> bool:
        return self.best >= ALIKE + self.crowd and self.mean >= self.asked + self.crowd

    @property
    def rank(self) -> tuple[float, int]:
        """Of several stories that an article may join, it joins the one with the greatest."""
        return self.best + self.mean, -self.story_id


class Asking:
    """An article that is compared with others, with each once."""

    def __init__(self, sketch: Sketch, moment: int, shelf: Shelf, frequencies: Frequencies) -> None:
        self.sketch, self.moment = sketch, moment
        self.known: dict[int, float] = {}  # odds by slot
        self._shelf = shelf
        self._comparer = Comparer(sketch, frequencies)

    def odds(self, slot: int) -> float:
        """The logarithm of the odds that it tells the same event."""
        if slot not in self.known:
            self.known[slot] = self._odds(slot, abs(self.moment - self._shelf.moment(slot)))
        return self.known[slot]

    def odds_within(self, slot: int, gap: int) -> float:
        """The same for a page of a story that came that near to the article: what it went on with is as new as it."""
        if abs(self.moment - self._shelf.moment(slot)) <= gap + MEANWHILE:
            return self.odds(slot)
        return self._odds(slot, gap)

    def _odds(self, slot: int, apart: int) -> float:
        score = self._comparer.compare(self._shelf.sketch(slot), timedelta(seconds=apart)).score
        return math.log(score / (1 - score)) if 0 < score < 1 else math.copysign(CLEAR, score - 0.5)


class Judge:
    """Knows articles and stories; changes neither."""

    def __init__(self, shelf: Shelf, clusters: Clusters, frequencies: Frequencies, closes_after: timedelta) -> None:
        self._shelf, self._clusters, self._frequencies = shelf, clusters, frequencies
        self._closes_after = int(closes_after.total_seconds())

    def ask(self, sketch: Sketch, moment: int, but: int = GONE) -> Asking:
        """An article, compared with those that are most worth it; with none of the story `but`, a few of each other."""
        asking = Asking(sketch, moment, self._shelf, self._frequencies)
        taken: Counter[int] = Counter()
        in_vain = 0
        for slot in self._shelf.nearest(sketch, moment, LONGEST):
            story = self._shelf.story(slot)
            if story == but or taken[story] == OF_ONE_STORY:
                continue
            taken[story] += 1
            in_vain = in_vain + 1 if asking.odds(slot) < HINT else 0
            if in_vain == IN_VAIN or taken.total() == COMPARED:
                break
        return asking

    def judge(self, asking: Asking) -> list[Verdict]:
        """The stories that the article belongs to, the likest first; none for a page that sums up many stories."""
        fitting = self._fitting(asking)
        if self._sums_up(fitting):
            return []
        return [one for one in fitting if not self._is_summary(one.story_id)]

    def merges(self, joined: Verdict, fitting: Sequence[Verdict]) -> tuple[int, ...]:
        """Other open stories that the article shows to be the one that it joins."""
        one = [joined.story_id]
        for other in fitting:
            if other.story_id in one or not other.is_open or other.best < SECOND + other.crowd:
                continue
            if all(self._are_one(story, other.story_id) for story in one):
                one.append(other.story_id)
        return tuple(one[1:])

    def near(self, story_id: int, limit: int) -> list[int]:
        """Other stories that were open at the same time and are not kept apart from it, the likest first."""
        slots = self._clusters.slots(story_id)
        found: dict[int, float] = {}
        for slot in self._speakers(slots):
            for other, odds in self.ask(self._shelf.sketch(slot), self._shelf.moment(slot), story_id).known.items():
                story = self._shelf.story(other)
                found[story] = max(found.get(story, odds), odds)
        span = self._span(slots)
        near = [story for story in found if self._may_be_one(story_id, story, span)]
        return sorted(near, key=lambda story: (-found[story], story))[:limit]

    def _fitting(self, asking: Asking) -> list[Verdict]:
        stories = {self._shelf.story(slot) for slot, odds in asking.known.items() if odds >= HINT}
        crowd = self._crowd(asking)
        verdicts = [replace(self._verdict(asking, story), crowd=crowd) for story in stories]
        return sorted((one for one in verdicts if one.is_one), key=lambda one: one.rank, reverse=True)

    def _crowd(self, asking: Asking) -> float:
        """How much the stories that an article is like but does not belong to raise what is asked; 0 where few are."""
        best: dict[int, float] = {}
        for slot, odds in asking.known.items():
            story = self._shelf.story(slot)
            best[story] = max(best.get(story, odds), odds)
        ranked = sorted(best.values(), reverse=True)
        return max(ranked[CROWD_AFTER] - CROWD, 0.0) if len(ranked) > CROWD_AFTER else 0.0

    def _sums_up(self, fitting: Sequence[Verdict]) -> bool:
        """Whether a page is like several stories of which none is like another: the main news of a day, a live blog."""
        unlike: list[Slots] = []
        for one in fitting:
            slots = self._clusters.slots(one.story_id)
            if not any(self._are_alike(slots, others) for others in unlike):
                unlike.append(slots)
            if len(unlike) == SUMMED_UP:
                return True
        return False

    def _is_summary(self, story_id: int) -> bool:
        """Whether all that there is of a story is a page that sums up others."""
        slots = self._clusters.slots(story_id)
        if len(slots) > 1:
            return False
        asking = self.ask(self._shelf.sketch(slots[0]), self._shelf.moment(slots[0]), story_id)
        return self._sums_up(self._fitting(asking))

    def _verdict(self, asking: Asking, story_id: int) -> Verdict:
        slots = self._clusters.slots(story_id)
        near = min(abs(asking.moment - self._shelf.moment(slot)) for slot in slots)
        mean = _mean([asking.odds_within(slot, near) for slot in self._speakers(slots)])
        best = max(asking.known[slot] for slot in slots if slot in asking.known)
        first, last = self._span(slots)
        gap = max(first - asking.moment, asking.moment - last)
        length = max(last, asking.moment) - min(first, asking.moment)
        is_open = gap <= self._closes_after and length <= LONGEST
        asked = FAIR + FAIR_BY_SIZE * math.log2(len(slots))
        return Verdict(story_id, best, mean, asked, asking.moment - last, is_open)

    def _are_one(self, story_id: int, other_id: int) -> bool:
        """Whether two stories are one."""
        slots, others = self._clusters.slots(story_id), self._clusters.slots(other_id)
        return self._may_be_one(story_id, other_id, self._span(slots)) and self._are_alike(slots, others)

    def _are_alike(self, slots: Slots, others: Slots) -> bool:
        """Whether the articles of two stories are alike on the whole."""
        odds = []
        for slot in self._speakers(slots, OF_TWO):
            asking = Asking(self._shelf.sketch(slot), self._shelf.moment(slot), self._shelf, self._frequencies)
            odds += [asking.odds(other) for other in self._speakers(others, OF_TWO)]
        return _mean(odds) >= ONE + FAIR_BY_SIZE * math.log2(len(slots) + len(others))

    def _may_be_one(self, story_id: int, other_id: int, span: tuple[int, int]) -> bool:
        """Whether time and people let two stories be one."""
        first, last = span
        begin, end = self._span(self._clusters.slots(other_id))
        is_near = max(begin - last, first - end) <= self._closes_after
        is_short = max(last, end) - min(first, begin) <= LONGEST
        return is_near and is_short and not self._clusters.is_apart(story_id, other_id)

    def _speakers(self, slots: Sequence[int], most: int = SPEAKERS) -> list[int]:
        """A few articles of a story, from its first to its last."""
        ordered = sorted(slots, key=self._shelf.moment)
        if len(ordered) <= most:
            return ordered
        return [ordered[round(place * (len(ordered) - 1) / (most - 1))] for place in range(most)]

    def _span(self, slots: Sequence[int]) -> tuple[int, int]:
        """The moments of the first and the last of these."""
        moments = [self._shelf.moment(slot) for slot in slots]
        return min(moments, default=0), max(moments, default=0)


def _mean(odds: Sequence[float]) -> float:
    return sum(max(-CLEAR, min(CLEAR, one)) for one in odds) / len(odds)
