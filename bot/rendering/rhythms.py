"""How often something happens, in words that need no counting: stories of a source, and the looks at it."""

from datetime import timedelta
from typing import TYPE_CHECKING

from storage.records import Rhythm

if TYPE_CHECKING:  # the words bring all of Telegram's types along, which a list in the terminal need not wait for
    from bot.rendering.locales import Words

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400  # seconds
_ONE_A_DAY = 0.75  # stories; fewer are told by the days between them
_YOUNG = timedelta(days=1)  # of counting: before, an hour's rush would be told as a day's


def usual_of(rhythm: Rhythm) -> float | None:
    """Stories a day; None while they have been counted for less than a day."""
    if rhythm.since is None or rhythm.as_of is None or rhythm.as_of - rhythm.since < _YOUNG:
        return None
    return rhythm.usual


def stories_a_day(number: float | None, words: "Words") -> str:
    """«24 новости в сутки», «одна новость в 3 дня»; of None or nothing, that it is not known yet."""
    if number is None or number <= 0:
        return words.text("rhythm.unknown")
    if number >= _ONE_A_DAY:
        return words.plural("rhythm.a_day", max(1, round(number)))
    return words.plural("rhythm.one_in_days", max(2, round(1 / number)))


def every(wait: timedelta, words: "Words") -> str:
    """«раз в 5 минут»: the unit is the largest that tells it well."""
    seconds = wait.total_seconds()
    if seconds < _MINUTE:
        return words.text("rhythm.every_moment")
    if seconds < 1.5 * _HOUR:
        return words.plural("rhythm.every_minutes", round(seconds / _MINUTE))
    if seconds < 1.5 * _DAY:
        return words.plural("rhythm.every_hours", round(seconds / _HOUR))
    return words.plural("rhythm.every_days", round(seconds / _DAY))
