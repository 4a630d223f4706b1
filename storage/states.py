"""How a source's row keeps its rhythm, its health and its stand-in: as JSON, read and written whole."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from storage.records import AlertKind, Passed, Rhythm, SourceHealth, SourceKind, StandIn


def pack_rhythm(rhythm: Rhythm) -> dict[str, Any]:
    """What is not known is not written."""
    packed: dict[str, Any] = {
        "recent": round(rhythm.recent, 6),
        "usual": round(rhythm.usual, 6),
        "as_of": _text(rhythm.as_of),
        "since": _text(rhythm.since),
        "newest_at": _text(rhythm.newest_at),
        "span": _seconds(rhythm.span),
        "wish": _seconds(rhythm.wish),
        "heard_at": _text(rhythm.heard_at),
        "landed_at": _text(rhythm.landed_at),
    }
    return {name: value for name, value in packed.items() if value is not None}


def unpack_rhythm(packed: Mapping[str, Any]) -> Rhythm:
    """The rhythm that `pack_rhythm` wrote."""
    return Rhythm(
        recent=packed.get("recent", 0.0),
        usual=packed.get("usual", 0.0),
        as_of=_moment(packed.get("as_of")),
        since=_moment(packed.get("since")),
        newest_at=_moment(packed.get("newest_at")),
        span=_length(packed.get("span")),
        wish=_length(packed.get("wish")),
        heard_at=_moment(packed.get("heard_at")),
        landed_at=_moment(packed.get("landed_at")),
    )


def pack_health(health: SourceHealth) -> dict[str, Any]:
    """Numbers rounded: they fade anyway."""
    return {
        "pages": round(health.pages, 4),
        "whole": round(health.whole, 4),
        "alerts": list(health.alerts),
        "gave_text": health.gave_text,
        "passed": [[one.kind, _text(one.at)] for one in health.passed],
    }


def unpack_health(packed: Mapping[str, Any]) -> SourceHealth:
    """The health that `pack_health` wrote."""
    alerts = tuple(AlertKind(one) for one in packed.get("alerts", ()))
    return SourceHealth(
        packed.get("pages", 0.0),
        packed.get("whole", 0.0),
        alerts,
        gave_text=packed.get("gave_text", False),
        passed=tuple(Passed(AlertKind(kind), datetime.fromisoformat(at)) for kind, at in packed.get("passed", ())),
    )


def pack_stand_in(stand_in: StandIn | None) -> dict[str, Any] | None:
    """None stays None."""
    if stand_in is None:
        return None
    return {
        "url": stand_in.url,
        "kind": stand_in.kind,
        "since": _text(stand_in.since),
        "reason": stand_in.reason,
        "retry_at": _text(stand_in.retry_at),
    }


def unpack_stand_in(packed: Mapping[str, Any] | None) -> StandIn | None:
    """The stand-in that `pack_stand_in` wrote."""
    if packed is None:
        return None
    return StandIn(
        packed["url"],
        SourceKind(packed["kind"]),
        datetime.fromisoformat(packed["since"]),
        packed["reason"],
        datetime.fromisoformat(packed["retry_at"]),
    )


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _seconds(length: timedelta | None) -> float | None:
    return length.total_seconds() if length is not None else None


def _length(seconds: float | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)
