"""What rises: today against the fortnight before, by surprise and not by size."""

import pytest

from bot.topics.trends import FORTNIGHT, Counted, as_one, rising
from storage.naming import Entity, EntityKind


def counted(number: int, before: int | list[int], today: int) -> Counted:
    """An entity with so many articles on each of the days before, and today."""
    days = [before] * FORTNIGHT if isinstance(before, int) else before
    return Counted(Entity(number, EntityKind.PLACE, f"Место {number}"), (*days, today))


def names(found: list[Counted]) -> list[int]:
    return [one.entity.id for one in found]


def test_the_most_surprising_stand_first() -> None:
    doubled, from_nothing, steady = counted(1, 10, 22), counted(2, 0, 8), counted(3, 30, 31)
    assert names(list(rising([steady, doubled, from_nothing], 1.0, 5))) == [2, 1]


@pytest.mark.parametrize(
    ("one", "share", "rises"),
    [
        (counted(1, 0, 2), 1.0, False),  # two articles are chance
        (counted(1, 0, 3), 1.0, True),
        (counted(1, 8, 8), 0.5, True),  # by noon there are as many as on a whole day
        (counted(1, 8, 8), 1.0, False),
        (counted(1, 8, 3), 0.01, False),  # just after midnight a quarter of a day is taken to have passed
        (counted(1, [0] * 13 + [42], 4), 1.0, False),  # yesterday's wave goes down
    ],
)
def test_what_counts_as_rising(one: Counted, share: float, rises: bool) -> None:
    assert bool(list(rising([one], share, 5))) is rises


def test_two_names_of_one_thing_rise_together() -> None:
    halves = [counted(1, 1, 2), counted(2, 0, 2)]
    assert not rising(halves, 1.0, 5)
    [risen] = rising([as_one(halves, "Место")], 1.0, 5)
    assert (risen.entity.id, risen.entity.name, risen.days) == (1, "Место", (*[1] * FORTNIGHT, 4))


def test_no_more_than_asked_for() -> None:
    assert len(rising([counted(number, 0, 10) for number in range(9)], 1.0, 5)) == 5
