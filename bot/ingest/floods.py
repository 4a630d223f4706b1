"""Old stories that come all at once, since a feed gave new guids or another list is read: stored, not pushed. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.ingest.rhythm import expected
from bot.ingest.stages import FeedEntry
from storage.records import Rhythm

FEWEST = 5  # stories that make a flood
MARGIN = timedelta(hours=2)  # by which a story may come late without being an old one
_SPAN_SHARE = 0.25  # of a list's reach: the margin for a list that tells only of the last hour
_SURPRISE = 4  # times as many as its rhythm lets expect are far beyond it


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is known of a source before a look at its list."""

    rhythm: Rhythm
    succeeded_at: datetime | None
    has_gap: bool  # none of the list's entries is known
    is_switch: bool  # another list is read than the last time
    is_flooded: bool = False  # the last look brought a flood: what else comes of it is as old


def find_held(new: Sequence[FeedEntry], before: Expectation, now: datetime) -> frozenset[str]:
    """Identities among the new entries that nobody is told of.

    What was published since the last look is news, however long that is ago. Older entries should have been seen then:
    a few are late, many at once are old. A story that is older than the newest one known is measured by that, since
    some lists tell of everything with the same delay. `new` has also what was stored of a visit that was cut short.
    """
    if before.succeeded_at is None:
        return frozenset()
    if before.is_switch:
        return _named(entry for entry in new if not _is_since(entry, before.succeeded_at))
    seen_until = min(before.succeeded_at, before.rhythm.newest_at or before.succeeded_at)
    margin = MARGIN if before.rhythm.span is None else min(MARGIN, before.rhythm.span * _SPAN_SHARE)
    old = [entry for entry in new if entry.published_at is not None and entry.published_at < seen_until - margin]
    if len(old) >= FEWEST and len(old) * 2 > len(new):
        return _named(
            entry
            for entry in new
            if (before.has_gap if entry.published_at is None else entry.published_at <= seen_until)
        )
    if before.is_flooded and old:
        return _named(old)
    undated = [entry for entry in new if entry.published_at is None]
    usual = _SURPRISE * expected(before.rhythm, before.succeeded_at, now)
    if before.has_gap and len(undated) == len(new) >= FEWEST and len(new) > usual:
        return _named(new)
    return frozenset()


def _is_since(entry: FeedEntry, moment: datetime) -> bool:
    return entry.published_at is not None and entry.published_at > moment


def _named(entries: Iterable[FeedEntry]) -> frozenset[str]:
    return frozenset(entry.identity for entry in entries)
