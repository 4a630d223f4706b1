"""Which story a new article belongs to, decided at once among up to 100,000 articles of the last days.

Articles that may be alike are found by their rarest terms (`shelf`, `nearest`), the likest are compared in full
(`likeness`), and then the stories that they belong to are judged as a whole (`judging`).
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.stories.clusters import Clusters
from bot.stories.frequencies import Frequencies
from bot.stories.judging import Judge
from bot.stories.likeness import turn
from bot.stories.nearest import GONE
from bot.stories.shelf import Shelf
from bot.stories.sketch import Sketch, unpack

TURNED = 12  # earlier articles that a turn is measured by


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


class Window:
    """Articles of at most two weeks, by story. Not for several threads at once."""

    def __init__(self, frequencies: Frequencies, closes_after: timedelta) -> None:
        self._frequencies = frequencies
        self._shelf = Shelf(frequencies)
        self._clusters = Clusters()
        self._judge = Judge(self._shelf, self._clusters, frequencies, closes_after)
        self._slots: dict[int, int] = {}  # by article

    def __len__(self) -> int:
        return len(self._slots)

    def place(self, sketch: Sketch, source_id: int, moment: datetime) -> Placement:  # noqa: ARG002  sources may tell one event twice
        """Decide; nothing changes. About a millisecond."""
        asking = self._judge.ask(sketch, int(moment.timestamp()))
        if not asking.known:
            return Placement()
        slot, odds = max(asking.known.items(), key=lambda one: (one[1], -one[0]))
        nearest, likeness = self._shelf.article(slot), 1 / (1 + math.exp(-odds))
        fitting = self._judge.judge(asking)
        if joined := next((one for one in fitting if one.is_open), None):
            merges = self._judge.merges(joined, fitting)
            known = [self._shelf.sketch(one) for one in self._earlier(joined.story_id)]
            return Placement(joined.story_id, None, merges, nearest, likeness, turn(sketch, known, self._frequencies))
        echoed = next((one.story_id for one in fitting if one.ahead > 0), None)
        return Placement(None, echoed, (), nearest, likeness)

    def add(self, member: Member) -> None:
        """Compare later articles with it; one that is there already is taken anew."""
        self._frequencies.learn(member.sketch, member.moment)
        self._put(member.article_id, member.story_id, member.moment, member.sketch)

    def load(self, rows: Iterable[tuple[int, int, int, datetime, bytes]]) -> None:
        """Many at once: article, story, source, moment and the packed sketch of each; one that is there is taken anew.

        What was packed by another version is passed over. After a start, `weigh`.
        """
        for article_id, story_id, _, moment, data in rows:
            if sketch := unpack(data):
                self._frequencies.learn(sketch, moment)
                self._put(article_id, story_id, moment, sketch)

    def weigh(self) -> None:
        """Measure all articles by what is known of words now; some milliseconds a thousand of them."""
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

    def keep_apart(self, pairs: Iterable[tuple[int, int]]) -> None:
        """No article merges these stories any more, and no others are kept apart."""
        self._clusters.keep_apart(pairs)

    def forget(self, article_id: int) -> None:
        """The article was withdrawn, or not stored after all."""
        if (slot := self._slots.pop(article_id, None)) is not None:
            self._clusters.remove(self._shelf.story(slot), (slot,))
            self._shelf.assign((slot,), GONE)

    def near(self, story_id: int, limit: int) -> list[int]:
        """Other stories that were open at the same time and are not kept apart from it, the likest first."""
        return self._judge.near(story_id, limit)

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

    def _put(self, article_id: int, story_id: int, moment: datetime, sketch: Sketch) -> None:
        self.forget(article_id)
        slot = self._shelf.put(article_id, story_id, int(moment.timestamp()), sketch)
        self._slots[article_id] = slot
        self._clusters.add(story_id, slot)

    def _earlier(self, story_id: int) -> list[int]:
        """The slots of a story's first articles and of its last."""
        slots = sorted(self._clusters.slots(story_id), key=self._shelf.moment)
        return slots if len(slots) <= TURNED else slots[:2] + slots[2 - TURNED :]
