"""When a chat may be told of news, in its own zone. Pure; moments are aware and in UTC.

One digest a local date and hour, whatever the clocks do: an hour that the autumn change repeats counts once, its first
time; one that the spring change leaves out comes when the clock has jumped over it. HOURLY is all hours of the day.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from storage.records import Chat, Night, Schedule


def next_due(chat: Chat, now: datetime, zone: ZoneInfo) -> datetime | None:
    """The chat's first digest after `now`; None for INSTANT and HOURLY, which only a story makes due."""
    if not _has_digests(chat):
        return None
    return min(moment for moment in _digests(chat, now, zone) if moment > now)


def serve_at(chat: Chat, now: datetime, zone: ZoneInfo, *, is_urgent: bool = False) -> datetime:
    """When the chat may be told of a story that comes at `now`: then or later, never before."""
    if is_urgent and chat.takes_urgent:
        return now
    digest = next_due(chat, now, zone)
    if digest is not None:
        return digest
    earliest = _full_hour(now, zone) if chat.schedule is Schedule.HOURLY else now
    return quiet_until(chat, earliest, zone) or earliest


def quiet_until(chat: Chat, now: datetime, zone: ZoneInfo) -> datetime | None:
    """The end of the quiet night that `now` is in; None outside, and for digests: their hours the reader chose."""
    if chat.night is not Night.QUIET or _has_digests(chat) or not _is_night(chat, now, zone):
        return None
    today = now.astimezone(zone).date()
    ends = (
        _moment(today + timedelta(days=day), chat.night_until, zone, fold=fold) for day in range(3) for fold in (0, 1)
    )
    # Where clocks go back by two hours, a night may end twice; where they jump over its end, one reading is too early.
    return min(end for end in ends if end > now and not _is_night(chat, end, zone))


def is_silent(chat: Chat, now: datetime, zone: ZoneInfo) -> bool:
    """Whether a message to the chat makes no sound at `now`."""
    return chat.is_silent or (chat.night is Night.SILENT and _is_night(chat, now, zone))


def _has_digests(chat: Chat) -> bool:
    return chat.schedule in {Schedule.DAILY, Schedule.WEEKLY}


def _is_night(chat: Chat, now: datetime, zone: ZoneInfo) -> bool:
    """Whether the clock on the wall shows [night_from, night_until); the two are equal where there is no night."""
    hour = now.astimezone(zone).hour
    if chat.night_from <= chat.night_until:
        return chat.night_from <= hour < chat.night_until
    return hour >= chat.night_from or hour < chat.night_until


def _digests(chat: Chat, now: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """The chat's digests of some days around `now`, in no order: enough to hold the next one."""
    today = now.astimezone(zone).date()
    is_weekly = chat.schedule is Schedule.WEEKLY
    # A day back for an hour that was jumped over at midnight, one more ahead for clocks that went back over it.
    for day in range(-1, 10 if is_weekly else 3):
        on = today + timedelta(days=day)
        if not is_weekly or on.weekday() == chat.weekday:
            yield from (_moment(on, hour, zone) for hour in chat.hours)


def _full_hour(now: datetime, zone: ZoneInfo) -> datetime:
    """The next moment when an hour begins on the local clock; `now` itself when that is one."""
    began = now.astimezone(zone).replace(minute=0, second=0, microsecond=0, tzinfo=None)
    walls = (began + timedelta(hours=later) for later in count())
    return next(moment for wall in walls if (moment := _moment(wall.date(), wall.hour, zone)) >= now)


def _moment(on: date, hour: int, zone: ZoneInfo, *, fold: int = 0) -> datetime:
    """When a local hour begins.

    With `fold` 0 (PEP 495) an hour that comes twice is its first time, and one that was jumped over is read with the
    offset before the jump, which is after it on the new clock.
    """
    return datetime.combine(on, time(hour, fold=fold), zone).astimezone(UTC)
