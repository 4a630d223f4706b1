"""The one clock. Whoever decides is told the time; only those who act look at it."""

from datetime import UTC, datetime


def now_utc() -> datetime:
    """This moment, aware, in UTC."""
    return datetime.now(UTC)
