"""Troubles of sources: admins are told once when one begins, and it is forgotten when it has passed. Pure."""

import math
from dataclasses import replace
from datetime import datetime, timedelta
from http import HTTPStatus

from bot.ingest.errors import FetchError, HttpError, IngestError, ParseError, TooManyRedirects
from bot.ingest.rhythm import USUAL, learnt
from storage.records import Alert, AlertKind, Passed, Rhythm, Source, SourceHealth

# Working days and nights: a newsroom of 40 stories a day may sleep for 15 hours, one of 10 a day over a Sunday.
SHORTEST_SILENCE = timedelta(hours=16)
SILENT_STORIES = 20  # that should have come meanwhile
_LONGEST_FADING = 52  # weeks: what is left of a rhythm after that is nothing
LEARNT = 12  # stories from which a source's rhythm is known
PAGES = 8  # after so many pages an older one counts a third (1/e)
_FEWEST_PAGES = 5.0  # of that weight: eight pages at least
GAVE_TEXT, GIVES_NONE = 0.5, 0.25  # shares of pages with their text
FAILING_AFTER = timedelta(days=1)
UNREACHABLE_AFTER = timedelta(days=3)  # a host that does not answer at all: it often comes back
_REFUSALS = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.GONE, HTTPStatus.TOO_MANY_REQUESTS})
_PASSING = (AlertKind.REFUSED, AlertKind.FAILING)  # over with the next good answer
QUIET = timedelta(hours=6)  # within which a trouble that comes again is the same one
BACK_AFTER = timedelta(hours=2)  # of its own address answering again

Told = tuple[SourceHealth, tuple[Alert, ...]]


def after_answer(source: Source, rhythm: Rhythm, now: datetime, *, held: int) -> Told:
    """What a good answer means: refusals are over, silence may begin or end, `held` old stories came at once.

    `source` is as it stands now: without a stand-in where its own address answered. It is back when it has answered for
    some time: many fail by turns.
    """
    health = _pass(source.health, now, *_PASSING)
    alerts: list[Alert] = []
    if source.stand_in is None:
        health = _pass(health, now, AlertKind.STAND_IN)
        if any(one.kind is AlertKind.STAND_IN and now - one.at >= BACK_AFTER for one in health.passed):
            health = _without_passed(health, AlertKind.STAND_IN)
            alerts.append(Alert(source.id, AlertKind.BACK, source.address, now))
    if held:
        health, more = begin(health, source, AlertKind.JUMP, str(held), now)
        alerts += more
    else:
        health = end(health, AlertKind.JUMP)
    silence = silent_for(rhythm, now)
    if silence is None:
        return end(health, AlertKind.SILENT), tuple(alerts)
    health, more = begin(health, source, AlertKind.SILENT, str(round(silence / timedelta(hours=1))), now)
    return health, (*alerts, *more)


def after_failure(source: Source, error: IngestError, ailing: timedelta, now: datetime) -> Told:
    """What a failure means for its admins, when it has failed for `ailing` by now."""
    health, alerts = _failing_again(source.health, now), tuple[Alert, ...]()
    if isinstance(error, HttpError) and error.status in _REFUSALS:
        health, alerts = begin(health, source, AlertKind.REFUSED, str(error), now)
    if ailing >= FAILING_AFTER:
        health, more = begin(health, source, AlertKind.FAILING, str(error), now)
        alerts += more
    return health, alerts


def after_pages(health: SourceHealth, source: Source, asked: int, whole: int, now: datetime) -> Told:
    """What its pages gave this time. A source whose pages never gave text is no news."""
    if not asked:
        return health, ()
    fading = pow(1 - 1 / PAGES, asked)
    fresh = PAGES * (1 - fading)  # the weight of so many pages of the latest
    pages, text = health.pages * fading + fresh, health.whole * fading + fresh * whole / asked
    health = replace(health, pages=pages, whole=text)
    share = text / pages
    if pages < _FEWEST_PAGES:
        return health, ()
    if share > GAVE_TEXT:
        return replace(end(health, AlertKind.NO_TEXT), gave_text=True), ()
    if share < GIVES_NONE and health.gave_text:
        return begin(replace(health, gave_text=False), source, AlertKind.NO_TEXT, f"{round(share * 100)} %", now)
    return health, ()


def begin(health: SourceHealth, source: Source, kind: AlertKind, detail: str, now: datetime) -> Told:
    """A trouble that admins are told of, unless they were and it goes on, or was over for a short while only."""
    if kind in health.alerts:
        return health, ()
    known = [one for one in health.passed if one.kind is kind]
    health = _without_passed(health, kind)
    if any(kind is AlertKind.STAND_IN or now - one.at < QUIET for one in known):  # nobody was told that it is back
        return replace(health, alerts=(*health.alerts, kind)), ()
    return replace(health, alerts=(*health.alerts, kind)), (Alert(source.id, kind, detail, now),)


def end(health: SourceHealth, *kinds: AlertKind) -> SourceHealth:
    """The troubles have passed: admins are told when they begin again."""
    if not health.alerts:
        return health
    left = tuple(one for one in health.alerts if one not in kinds)
    return health if left == health.alerts else replace(health, alerts=left)


def _pass(health: SourceHealth, now: datetime, *kinds: AlertKind) -> SourceHealth:
    """End troubles that may come again at once; those that passed long ago are forgotten."""
    over = tuple(Passed(kind, now) for kind in kinds if kind in health.alerts)
    old = tuple(one for one in health.passed if one.kind is AlertKind.STAND_IN or now - one.at < QUIET)
    if not over and len(old) == len(health.passed):
        return health
    return replace(end(health, *kinds), passed=(*old, *over))


def _without_passed(health: SourceHealth, kind: AlertKind) -> SourceHealth:
    return replace(health, passed=tuple(one for one in health.passed if one.kind is not kind))


def _failing_again(health: SourceHealth, now: datetime) -> SourceHealth:
    """Its own address has answered for no time yet."""
    passed = tuple(replace(one, at=now) if one.kind is AlertKind.STAND_IN else one for one in health.passed)
    return health if passed == health.passed else replace(health, passed=passed)


def silent_for(rhythm: Rhythm, now: datetime) -> timedelta | None:
    """For how long it has brought nothing, where that is far longer than it ever took; else None.

    Its rhythm is taken as it was when it was heard last: it fades with the silence.
    """
    if rhythm.heard_at is None or rhythm.as_of is None:
        return None
    growth = math.exp(min((rhythm.as_of - rhythm.heard_at) / USUAL, _LONGEST_FADING))
    if learnt(rhythm) * growth < LEARNT:
        return None
    silence = now - rhythm.heard_at
    usual = rhythm.usual * growth
    return silence if silence > max(SHORTEST_SILENCE, timedelta(days=SILENT_STORIES / usual)) else None


def is_gone(error: IngestError, failures: int, ailing: timedelta) -> bool:
    """Whether its news should be looked for somewhere else, after `failures` failures in a row before this one."""
    if isinstance(error, HttpError):
        if error.status == HTTPStatus.GONE:
            return True
        if error.status == HTTPStatus.NOT_FOUND:
            return failures >= 1
        # A site that is asked too often is not asked for more.
        return error.status != HTTPStatus.TOO_MANY_REQUESTS and ailing >= FAILING_AFTER
    if isinstance(error, ParseError):
        return failures >= 1
    if isinstance(error, TooManyRedirects):
        return ailing >= FAILING_AFTER
    return isinstance(error, FetchError) and ailing >= UNREACHABLE_AFTER
