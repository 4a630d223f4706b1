"""What is published at the sample site, when, and what comes next. No I/O and no clock: `now` is passed in."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from .texts import Correction, Story

FIRST_STORIES = 24
"""Stories that stand on the site when it opens."""

FIRST_AGE = timedelta(minutes=6)
"""Age of the newest of them."""

FIRST_GAP = timedelta(minutes=19)
"""Between two of them: 24 stories reach back about seven hours and a half."""


class NotPublished(LookupError):
    """A correction was asked for a story that is not on the site; the message names it."""


@dataclass(frozen=True, slots=True)
class Published:
    """A story as it stands on the site. `updated_at` differs from `published_at` once it was corrected."""

    story: Story
    published_at: datetime
    updated_at: datetime

    @property
    def is_corrected(self) -> bool:
        return self.updated_at != self.published_at


class Newsroom:
    """Publishes a fixed programme in order, and corrects what stands.

    A correction is due once every story of a smaller order is out.
    """

    def __init__(self, stories: Iterable[Story], now: datetime) -> None:
        ordered = sorted(stories, key=lambda story: story.order)
        first, later = ordered[:FIRST_STORIES], ordered[FIRST_STORIES:]
        self._published: dict[str, Published] = {}
        for place, story in enumerate(first):
            moment = now.replace(microsecond=0) - FIRST_AGE - FIRST_GAP * (len(first) - 1 - place)
            self._published[story.path] = Published(story, moment, moment)
        self._to_publish = deque(later)
        self._to_correct = deque(
            sorted((s.correction.order, s.path, s.correction) for s in ordered if s.correction is not None)
        )

    @property
    def is_finished(self) -> bool:
        return not self._to_publish and not self._to_correct

    def find(self, path: str) -> Published | None:
        return self._published.get(path)

    def newest(self, edition: str) -> list[Published]:
        """Everything of one edition, newest first."""
        return [one for one in reversed(self._published.values()) if one.story.edition == edition]

    def step(self, now: datetime) -> Published | None:
        """Do what the programme says next: a correction that is due, else a publication; None at its end."""
        if self._to_correct and not (self._to_publish and self._to_publish[0].order < self._to_correct[0][0]):
            _order, path, correction = self._to_correct.popleft()
            return self._correct(path, correction, now)
        return self.publish_next(now)

    def publish_next(self, now: datetime) -> Published | None:
        """Publish the next story at once, whatever corrections are due; None when all are out."""
        if not self._to_publish:
            return None
        story = self._to_publish.popleft()
        moment = now.replace(microsecond=0)
        return self._put(Published(story, moment, moment))

    def correct(
        self, path: str, now: datetime, title: str, lead: str | None, replacements: tuple[tuple[str, str], ...] = ()
    ) -> Published:
        """Change the words of a published story, now. Raises NotPublished."""
        return self._correct(path, Correction(0, title, lead, replacements), now)

    def _correct(self, path: str, correction: Correction, now: datetime) -> Published:
        found = self._published.get(path)
        if found is None:
            raise NotPublished(path)
        # Feeds tell time in whole seconds; a correction in the second of its publication must still be later.
        moment = max(now.replace(microsecond=0), found.updated_at + timedelta(seconds=1))
        return self._put(replace(found, story=found.story.corrected(correction), updated_at=moment))

    def _put(self, published: Published) -> Published:
        self._published[published.story.path] = published
        return published
