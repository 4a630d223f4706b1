"""What rises: whom and what today's articles speak of more than those of the days before. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import sqrt

from storage.naming import Entity

FORTNIGHT = 14  # days that today is compared with
FEWEST = 3  # articles of today; fewer are chance
_RISE = 1.5  # times what is usual by this hour, at least
_SURPRISE = 1.0  # of the deviation that counts of chance have (Poisson's, one article added)
_EARLIEST = 0.25  # of a day: before its first six hours hardly anything is known of it


@dataclass(frozen=True, slots=True)
class Counted:
    """An entity with its articles day by day, FORTNIGHT days and today, the oldest first."""

    entity: Entity
    days: tuple[int, ...]

    @property
    def today(self) -> int:
        return self.days[-1]

    @property
    def usual(self) -> float:
        """Articles on an average day of those before today."""
        before = self.days[:-1]
        return sum(before) / len(before) if before else 0.0


def as_one(counted: Sequence[Counted], name: str) -> Counted:
    """Entities that are names of one thing, counted together under this name; a press on it opens the first."""
    days = tuple(map(sum, zip(*(one.days for one in counted), strict=True)))
    return Counted(replace(counted[0].entity, name=name), days)


def rising(counted: Iterable[Counted], share_of_day: float, limit: int) -> Sequence[Counted]:
    """Those that rise, the most surprising first. `share_of_day`: how much of today has passed, 0 to 1."""
    passed = min(max(share_of_day, _EARLIEST), 1.0)
    scored = [(_surprise(one, passed), one) for one in counted if one.today >= FEWEST]
    risen = [(score, one) for score, one in scored if score > _SURPRISE and one.today >= _RISE * one.usual * passed]
    risen.sort(key=lambda pair: (-pair[0], -pair[1].today, pair[1].entity.id))
    return [one for _, one in risen[:limit]]


def _surprise(one: Counted, passed: float) -> float:
    expected = one.usual * passed
    return (one.today - expected) / sqrt(expected + 1)
