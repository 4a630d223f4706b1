from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.ingest.decide import decide_failure, decide_unchanged, with_pages, with_stand_in
from bot.ingest.errors import (
    ForbiddenAddress,
    HttpError,
    IngestError,
    NotAFeed,
    ParseError,
    TimedOut,
    TooManyRedirects,
    Unreachable,
)
from bot.ingest.rhythm import learn
from bot.ingest.stages import FeedUpdate, NotModified
from config.settings import CollectSettings
from storage.records import Alert, AlertKind, Rhythm, Source, SourceCheck, SourceHealth, SourceKind, StandIn

NOW = datetime(2026, 10, 18, 12, tzinfo=UTC)
URL = "https://vesti.example/rss"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SETTINGS = CollectSettings()
SOURCE = Source(7, URL, "Вести", succeeded_at=NOW - HOUR)
STAND_IN = StandIn("https://vesti.example/sitemap.xml", SourceKind.SITEMAP, NOW - HOUR, "gone", NOW + HOUR)


def http(status: int) -> HttpError:
    return HttpError(URL, f"the site answered {status}", status)


def busy(stories: int, silence: timedelta) -> Rhythm:
    """Two weeks of so many stories a day, and then none."""
    end = NOW - silence
    rhythm = learn(Rhythm(), (), end - 14 * DAY)
    for step in range(1, 14 * stories + 1):
        moment = end - 14 * DAY + step * DAY / stories
        rhythm = learn(rhythm, [moment], moment)
    return rhythm


def unchanged(source: Source, now: datetime = NOW) -> FeedUpdate:
    return decide_unchanged(source, NotModified(URL, URL), now, SETTINGS)


def kinds(alerts: Sequence[Alert]) -> list[AlertKind]:
    return [alert.kind for alert in alerts]


@pytest.mark.parametrize(
    ("stories", "silence", "is_silent"),
    [
        (100, 12 * HOUR, False),  # a night
        (100, 17 * HOUR, True),
        (20, 20 * HOUR, False),
        (20, 26 * HOUR, True),
        (4, 4 * DAY, False),
        (4, 6 * DAY, True),
    ],
)
def test_a_source_is_silent_against_its_own_rhythm(stories: int, silence: timedelta, is_silent: bool) -> None:
    update = unchanged(replace(SOURCE, rhythm=busy(stories, silence)))
    assert kinds(update.alerts) == [AlertKind.SILENT] * is_silent


def test_a_source_of_which_little_is_known_is_not_called_silent() -> None:
    rhythm = learn(learn(Rhythm(), (), NOW - 9 * DAY), [NOW - 9 * DAY + HOUR] * 8, NOW - 9 * DAY + 2 * HOUR)
    assert unchanged(replace(SOURCE, rhythm=rhythm)).alerts == ()


def test_stories_with_dates_of_long_ago_are_no_silence() -> None:
    rhythm = learn(Rhythm(), (), NOW - 2 * DAY)
    for step in range(1, 49):
        rhythm = learn(rhythm, [datetime(1970, 1, 1, tzinfo=UTC)], NOW - 2 * DAY + step * HOUR)
    assert rhythm.newest_at == datetime(1970, 1, 1, tzinfo=UTC)
    assert unchanged(replace(SOURCE, rhythm=rhythm)).alerts == ()


def test_years_of_silence_are_nothing_to_stumble_over() -> None:
    rhythm = learn(busy(100, DAY), (), NOW)
    source = replace(SOURCE, rhythm=rhythm, health=SourceHealth(alerts=(AlertKind.SILENT,)))
    assert unchanged(source, NOW + 9000 * DAY).check.due_at > NOW + 9000 * DAY


def test_silence_is_told_once_and_again_when_it_comes_again() -> None:
    source = replace(SOURCE, rhythm=busy(100, DAY))
    first = unchanged(source)
    assert [alert.detail for alert in first.alerts] == ["24"]
    source = replace(source, health=first.check.health, rhythm=first.check.rhythm)
    again = unchanged(source, NOW + HOUR)
    assert again.alerts == ()
    spoken = replace(source, rhythm=learn(again.check.rhythm, [NOW + 2 * HOUR], NOW + 2 * HOUR))
    assert unchanged(spoken, NOW + 3 * HOUR).check.health.alerts == ()


@pytest.mark.parametrize(
    ("status", "is_told"), [(401, True), (403, True), (410, True), (429, True), (404, False), (503, False)]
)
def test_a_refusal_is_told_at_once_with_its_sentence(status: int, is_told: bool) -> None:
    failed = decide_failure(SOURCE, http(status), NOW, SETTINGS)
    assert [(one.kind, one.detail) for one in failed.alerts] == [
        (AlertKind.REFUSED, f"the site answered {status}")
    ] * is_told
    again = decide_failure(replace(SOURCE, health=failed.check.health, failures=1), http(status), NOW, SETTINGS)
    assert again.alerts == ()


def test_a_refusal_is_over_with_the_next_good_answer() -> None:
    source = replace(SOURCE, health=SourceHealth(alerts=(AlertKind.REFUSED, AlertKind.FAILING)), failures=3)
    assert unchanged(source).check.health.alerts == ()


@pytest.mark.parametrize(
    ("since", "failures", "is_told"),
    [
        (23 * HOUR, 20, False),
        (25 * HOUR, 20, True),
        (9 * DAY, 2, False),  # the bot itself was away
        (None, 20, True),  # it never answered
        (None, 2, False),
    ],
)
def test_a_day_without_an_answer_is_told(since: timedelta | None, failures: int, is_told: bool) -> None:
    source = replace(SOURCE, succeeded_at=None if since is None else NOW - since, failures=failures)
    failed = decide_failure(source, TimedOut(URL, "slow"), NOW, SETTINGS)
    assert kinds(failed.alerts) == [AlertKind.FAILING] * is_told


@pytest.mark.parametrize(
    ("error", "failures", "since", "wants"),
    [
        (http(410), 0, HOUR, True),
        (http(404), 0, HOUR, False),
        (http(404), 1, HOUR, True),
        (NotAFeed(URL, "a web page"), 0, HOUR, False),
        (NotAFeed(URL, "a web page"), 1, HOUR, True),
        (ParseError(URL, "took too long"), 1, HOUR, True),
        (http(403), 9, HOUR, False),
        (http(403), 12, 2 * DAY, True),
        (http(500), 12, 2 * DAY, True),
        (http(429), 12, 9 * DAY, False),
        (TooManyRedirects(URL, "redirects"), 12, 2 * DAY, True),
        (TimedOut(URL, "slow"), 12, 2 * DAY, False),
        (TimedOut(URL, "slow"), 30, 4 * DAY, True),
        (Unreachable(URL, "no host"), 30, 4 * DAY, True),
        (Unreachable(URL, "no host"), 3, 40 * DAY, False),  # the bot itself was away
        (ForbiddenAddress(URL, "private"), 12, 2 * DAY, False),
        (IngestError(URL, "unexpected KeyError, see the log"), 99, 40 * DAY, False),
    ],
)
def test_when_a_source_is_looked_for_somewhere_else(
    error: IngestError, failures: int, since: timedelta, wants: bool
) -> None:
    source = replace(SOURCE, succeeded_at=NOW - since, failures=failures)
    assert decide_failure(source, error, NOW, SETTINGS).wants_stand_in is wants


def test_a_stand_in_is_read_at_once_and_told_of() -> None:
    failed = decide_failure(SOURCE, http(410), NOW, SETTINGS)
    moved = with_stand_in(failed, SOURCE, STAND_IN.url, STAND_IN.kind, "the site answered 410", NOW)
    assert moved.check.due_at == NOW
    assert moved.check.stand_in == replace(STAND_IN, since=NOW, reason="the site answered 410")
    assert kinds(moved.alerts) == [AlertKind.REFUSED, AlertKind.STAND_IN]
    assert "410" in moved.alerts[1].detail
    assert STAND_IN.url in moved.alerts[1].detail


def test_its_own_address_is_asked_hourly_at_first_and_later_every_six_hours() -> None:
    for age, retry in ((2 * HOUR, HOUR), (DAY, 6 * HOUR)):
        stand_in = replace(STAND_IN, since=NOW - age, retry_at=NOW)
        found = unchanged(replace(SOURCE, stand_in=stand_in)).check.stand_in
        assert found == replace(stand_in, retry_at=NOW + retry)
    assert unchanged(replace(SOURCE, stand_in=STAND_IN)).check.stand_in == STAND_IN


def test_when_its_own_address_answers_for_two_hours_it_is_back() -> None:
    update = unchanged(replace(SOURCE, health=SourceHealth(alerts=(AlertKind.STAND_IN,))))
    assert (update.check.stand_in, update.check.health.alerts, update.alerts) == (None, (), ())
    source = replace(SOURCE, health=update.check.health)
    assert unchanged(source, NOW + 1.9 * HOUR).alerts == ()
    back = unchanged(source, NOW + 2 * HOUR)
    assert [(one.kind, one.detail) for one in back.alerts] == [(AlertKind.BACK, URL)]
    assert unchanged(replace(source, health=back.check.health), NOW + 3 * HOUR).alerts == ()
    failed = decide_failure(source, TimedOut(URL, "slow"), NOW + HOUR, SETTINGS)
    assert unchanged(replace(source, health=failed.check.health), NOW + 2.5 * HOUR).alerts == ()


def test_an_address_that_fails_by_turns_is_told_of_once() -> None:
    source, told = SOURCE, list[AlertKind]()
    for step in range(48):
        now = NOW + step * HOUR / 6
        is_down = step % 12 < 4
        if is_down and source.stand_in is None:
            failed = decide_failure(source, http(410), now, SETTINGS)
            failed = with_stand_in(failed, source, STAND_IN.url, STAND_IN.kind, "gone", now)
            check, alerts = failed.check, failed.alerts
        else:
            update = unchanged(source if is_down else replace(source, stand_in=None), now)
            check, alerts = update.check, update.alerts
        told += kinds(alerts)
        source = replace(source, health=check.health, stand_in=check.stand_in)
    assert told == [AlertKind.REFUSED, AlertKind.STAND_IN]


@pytest.mark.parametrize(("quiet", "is_told"), [(5 * HOUR, False), (6 * HOUR, True)])
def test_a_refusal_that_comes_again_within_hours_is_the_same_one(quiet: timedelta, is_told: bool) -> None:
    first = decide_failure(SOURCE, http(403), NOW, SETTINGS)
    well = unchanged(replace(SOURCE, health=first.check.health), NOW + HOUR)
    assert well.check.health.alerts == ()
    again = decide_failure(replace(SOURCE, health=well.check.health), http(403), NOW + HOUR + quiet, SETTINGS)
    assert kinds(again.alerts) == [AlertKind.REFUSED] * is_told
    assert again.check.health.alerts == (AlertKind.REFUSED,)
    later = unchanged(replace(SOURCE, health=well.check.health), NOW + 9 * HOUR)
    assert later.check.health.passed == ()


@pytest.mark.parametrize(("error", "is_kept"), [(TimedOut(URL, "slow"), True), (http(410), False)])
def test_a_stand_in_that_fails_is_kept_unless_it_is_gone_too(error: IngestError, is_kept: bool) -> None:
    source = replace(SOURCE, stand_in=STAND_IN, health=SourceHealth(alerts=(AlertKind.STAND_IN,)))
    failed = decide_failure(source, error, NOW, SETTINGS)
    assert failed.check.stand_in == (STAND_IN if is_kept else None)
    assert (AlertKind.STAND_IN in failed.check.health.alerts) is is_kept
    assert not failed.wants_stand_in


def read(*pages: tuple[int, int]) -> tuple[SourceHealth, list[AlertKind]]:
    """What visits with so many pages, so many of them whole, leave behind."""
    check = SourceCheck(7, NOW, NOW)
    told: list[AlertKind] = []
    for asked, whole in pages:
        check, alerts = with_pages(check, SOURCE, asked=asked, whole=whole, now=NOW)
        told += kinds(alerts)
    return check.health, told


@pytest.mark.parametrize(
    ("pages", "told"),
    [
        ([(20, 20), (5, 0)], []),  # a few may fail
        ([(20, 20), (12, 0)], [AlertKind.NO_TEXT]),
        ([(1, 1)] * 20 + [(1, 0)] * 40, [AlertKind.NO_TEXT]),  # told once
        ([(1, 0)] * 40, []),  # it never gave any
        ([(10, 3)] * 4 + [(10, 0)], []),  # not half of its pages ever did
        ([(20, 20), (20, 0), (20, 20), (20, 0)], [AlertKind.NO_TEXT] * 2),
        ([(0, 0)] * 9, []),
    ],
)
def test_pages_that_stop_giving_text_are_told_of(pages: list[tuple[int, int]], told: list[AlertKind]) -> None:
    assert read(*pages)[1] == told


def test_the_share_with_full_text_is_that_of_the_latest_pages() -> None:
    health, _ = read((40, 0), (40, 40))
    assert health.full_text_share == pytest.approx(1.0, abs=0.01)
    assert read()[0].full_text_share is None
