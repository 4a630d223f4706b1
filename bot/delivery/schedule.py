"""When a chat is next due, in its own zone. Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from storage.records import Chat, Schedule


def next_due(chat: Chat, now: datetime, zone: ZoneInfo) -> datetime | None:
    """The chat's next digest; None for a chat that gets stories as they come, which only a story makes due."""
    if chat.schedule is Schedule.INSTANT:
        return None
    return next_digest(chat.hours, now, zone)


def next_digest(hours: Sequence[int], now: datetime, zone: ZoneInfo) -> datetime:
    """The first moment after `now` (UTC) when one of these local hours begins.

    One a local date and hour: an hour that the autumn change repeats counts once, its first time; one that the
    spring change leaves out comes when the clock has jumped over it.
    """
    today = now.astimezone(zone).date()
    moments = (
        datetime.combine(today + timedelta(days=day), time(hour), zone).astimezone(UTC)
        for day in range(-1, 3)
        for hour in hours
    )
    return min(moment for moment in moments if moment > now)
