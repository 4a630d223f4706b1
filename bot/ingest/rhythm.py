"""How often a source brings stories, and how long to wait until the next look at it. Pure."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from config.settings import CollectSettings
from storage.records import Rhythm, Source

RECENT = timedelta(hours=6)  # in which a story's weight in `recent` falls to a third (1/e)
USUAL = timedelta(days=7)  # the same for `usual`
LEARNING = timedelta(days=1)  # in which the trust that an unknown source is an ordinary one falls to a third
# Rates over less time than this are guesses: one story in the first minute is not 1,440 a day.
_SHORTEST_RECENT, _SHORTEST_USUAL = timedelta(hours=1), timedelta(hours=6)

ORDINARY = 1.0  # stories an hour at which `collect.interval` is the right wait
ASLEEP = 1 / 12  # of its usual rate is expected of a source that brings nothing now
_RAREST = 1e-4  # stories an hour, one in a year: nothing is reckoned with less
_ENOUGH = 5  # dated entries from which a list's reach can be read
_PINNED = 10  # one of so many entries, or a part of them, may be an old one that a site keeps at the top
SPAN_SHARE = 0.5  # of a list's reach is the longest wait: what scrolls off is seen at least once
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


def learn(rhythm: Rhythm, moments_of_new: Sequence[datetime], now: datetime) -> Rhythm:
    """The rhythm after a look that found new stories, published at these moments.

    A moment that is not before `now` is only the look's own: it was given no date, or one that cannot be.

    The first look only sets the beginning: what stood there before tells nothing of how often it comes. Later a story
    counts from when it was published, at the earliest from the look before: it had not appeared then.
    """
    dated = [moment for moment in moments_of_new if moment < now]
    newest = max([*dated, *([rhythm.newest_at] if rhythm.newest_at else [])], default=None)
    if rhythm.since is None or rhythm.as_of is None:
        return replace(rhythm, recent=0.0, usual=0.0, as_of=now, since=now, newest_at=newest)
    appeared = [min(max(moment, rhythm.as_of), now) for moment in moments_of_new]
    recent = _count(
        rhythm.recent * _weight(rhythm.as_of - rhythm.since, RECENT, _SHORTEST_RECENT) * (RECENT / _HOUR),
        rhythm.as_of,
        appeared,
        now,
        RECENT,
    )
    usual = _count(learnt(rhythm), rhythm.as_of, appeared, now, USUAL)
    age = now - rhythm.since
    return replace(
        rhythm,
        recent=recent / (RECENT / _HOUR) / _weight(age, RECENT, _SHORTEST_RECENT),
        usual=usual / (USUAL / _DAY) / _weight(age, USUAL, _SHORTEST_USUAL),
        as_of=now,
        newest_at=newest,
        heard_at=max(appeared, default=rhythm.heard_at),
    )


def learnt(rhythm: Rhythm) -> float:
    """How many stories `usual` stands on, older ones counting less."""
    if rhythm.since is None or rhythm.as_of is None:
        return 0.0
    return rhythm.usual * (USUAL / _DAY) * _weight(rhythm.as_of - rhythm.since, USUAL, _SHORTEST_USUAL)


def expected(rhythm: Rhythm, start: datetime, now: datetime) -> float:
    """How many stories a source may bring between two moments without anyone being surprised."""
    return max(rate(rhythm, now), rhythm.usual / 24) * (max(now - start, timedelta()) / _HOUR)


def rate(rhythm: Rhythm, now: datetime) -> float:
    """Stories an hour to expect now. While little is known an ordinary source is assumed, and a busy one believed."""
    if rhythm.since is None or rhythm.as_of is None:
        return ORDINARY
    measured = max(rhythm.recent * _fading(rhythm.as_of, now, RECENT), rhythm.usual / 24 * ASLEEP)
    trust = math.exp(-max((now - rhythm.since) / LEARNING, 0.0))
    return max(measured + trust * max(ORDINARY - measured, 0.0), _RAREST)


def next_wait(
    source: Source,
    rhythm: Rhythm,
    settings: CollectSettings,
    *,
    has_gap: bool = False,
    is_pushed_by_hub: bool = False,
) -> timedelta:
    """How long to wait after a look, before the visits are spread.

    A source's own interval is the operator's word, and shortened only where stories would scroll off unseen. Else the
    wait grows with the root of the time between stories: for a given number of looks that makes the delay of all
    stories of all sources together the shortest. `has_gap`: none of the list's entries was known.
    """
    if source.interval is not None:
        wait, shortest = source.interval, min(settings.shortest, source.interval)
    else:
        wait, shortest = _by_rhythm(rhythm, settings), settings.shortest
        if is_pushed_by_hub and not has_gap:
            wait = settings.longest
    if rhythm.span is not None:
        wait = min(wait, rhythm.span * SPAN_SHARE)
    return max(wait / 2 if has_gap else wait, shortest)


def _by_rhythm(rhythm: Rhythm, settings: CollectSettings) -> timedelta:
    now = rhythm.as_of
    stories = ORDINARY if now is None else rate(rhythm, now)
    wait = settings.interval * math.sqrt(ORDINARY / stories)
    return min(max(wait, rhythm.wish or wait, settings.shortest), settings.longest)


def span_of(moments: Sequence[datetime | None], rhythm: Rhythm, now: datetime) -> timedelta | None:
    """How far back a list of these dates reaches: whoever looks in less often misses stories. None: not known.

    Old entries that are pinned to its top do not count; of a list without dates its length and the rate tell.
    """
    dated = sorted(min(moment, now) for moment in moments if moment is not None)
    if len(dated) >= _ENOUGH and len(dated) * 2 > len(moments):
        return now - dated[-(-len(dated) // _PINNED)]
    return len(moments) / rate(rhythm, now) * _HOUR if moments else None


def _count(counted: float, since: datetime, moments: Sequence[datetime], now: datetime, fading: timedelta) -> float:
    return counted * _fading(since, now, fading) + sum(_fading(moment, now, fading) for moment in moments)


def _fading(moment: datetime, now: datetime, fading: timedelta) -> float:
    return math.exp(-max((now - moment) / fading, 0.0))


def _weight(age: timedelta, fading: timedelta, shortest: timedelta) -> float:
    """How much of all that would be counted in the end can have been counted in so short a time."""
    return 1.0 - math.exp(-(max(age, shortest) / fading))
