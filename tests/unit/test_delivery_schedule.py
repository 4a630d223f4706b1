"""When chats may be told of news: every zone's clock, both clock changes, nights and outages."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.delivery.schedule import is_silent, next_due, quiet_until, serve_at
from storage.records import Chat, ChatKind, Night, Schedule

NAMES = (
    "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Dushanbe", "America/St_Johns", "Asia/Kathmandu",
    "America/Nuuk", "Africa/Cairo", "America/Havana",
)  # fmt: skip
BERLIN, NEW_YORK, LORD_HOWE, DUSHANBE, ST_JOHNS, KATHMANDU = (ZoneInfo(name) for name in NAMES[:6])
FIRST, LAST = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
QUARTER = timedelta(minutes=15)  # all offsets and changes of our zones are multiples of it


def at(text: str) -> datetime:
    """A moment in UTC: 2026-03-29 01:00."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def chat_with(
    schedule: Schedule = Schedule.INSTANT,
    hours: tuple[int, ...] = (9,),
    weekday: int = 0,
    night: Night = Night.OFF,
    between: tuple[int, int] = (22, 7),
) -> Chat:
    begin, end = between
    return Chat(
        1, ChatKind.PRIVATE, "", schedule=schedule, hours=hours, weekday=weekday,
        night=night, night_from=begin, night_until=end,
    )  # fmt: skip


@cache
def clock_of(name: str) -> Mapping[tuple[date, int], datetime]:
    """When each local date and hour is reached for the first time, or jumped over: found by watching the clock."""
    zone, reached = ZoneInfo(name), {}
    moment = FIRST - timedelta(days=2)
    furthest = moment.astimezone(zone).replace(minute=0, tzinfo=None)
    while moment < LAST + timedelta(days=10):
        wall = moment.astimezone(zone).replace(tzinfo=None)
        while furthest <= wall:
            reached[furthest.date(), furthest.hour] = moment
            furthest += timedelta(hours=1)
        moment += QUARTER
    return reached


@pytest.mark.parametrize(
    ("chat", "now", "zone", "expected"),
    [
        # 14:00 in Dushanbe (UTC+5): the next of 9 and 18 is today's 18:00.
        (chat_with(Schedule.DAILY, (9, 18)), at("2026-11-22 09:00"), DUSHANBE, at("2026-11-22 13:00")),
        (chat_with(Schedule.DAILY, (9,)), at("2026-11-22 09:00"), DUSHANBE, at("2026-11-23 04:00")),
        # Just at the hour the next one is tomorrow's: this one is being served.
        (chat_with(Schedule.DAILY, (14,)), at("2026-11-22 09:00"), DUSHANBE, at("2026-11-23 09:00")),
        (chat_with(Schedule.DAILY, (0,)), at("2026-11-22 09:00"), DUSHANBE, at("2026-11-22 19:00")),
        (chat_with(Schedule.DAILY, (8,)), at("2026-11-22 02:14"), KATHMANDU, at("2026-11-22 02:15")),
        # 02:00 is left out on this night: the digest comes at 03:00 by the new time, which is the moment of the change.
        (chat_with(Schedule.DAILY, (2,)), at("2026-03-28 12:00"), BERLIN, at("2026-03-29 01:00")),
        (chat_with(Schedule.DAILY, (2, 3)), at("2026-03-29 01:00"), BERLIN, at("2026-03-30 00:00")),
        # 02:00 comes twice on this night: the first counts, the second does not.
        (chat_with(Schedule.DAILY, (2,)), at("2026-10-24 12:00"), BERLIN, at("2026-10-25 00:00")),
        (chat_with(Schedule.DAILY, (2,)), at("2026-10-25 00:00"), BERLIN, at("2026-10-26 01:00")),
        (chat_with(Schedule.DAILY, (1,)), at("2026-11-01 04:00"), NEW_YORK, at("2026-11-01 05:00")),
        (chat_with(Schedule.DAILY, (1,)), at("2026-11-01 05:30"), NEW_YORK, at("2026-11-02 06:00")),
        # Half an hour is left out: 02:00 becomes 02:30.
        (chat_with(Schedule.DAILY, (2,)), at("2026-10-03 12:00"), LORD_HOWE, at("2026-10-03 15:30")),
        (chat_with(Schedule.DAILY, (2,)), at("2026-04-04 12:00"), LORD_HOWE, at("2026-04-04 15:30")),
        # 22 November 2026 is a Sunday.
        (chat_with(Schedule.WEEKLY, (9,), 6), at("2026-11-22 03:00"), DUSHANBE, at("2026-11-22 04:00")),
        (chat_with(Schedule.WEEKLY, (9,), 6), at("2026-11-22 04:00"), DUSHANBE, at("2026-11-29 04:00")),
        (chat_with(Schedule.WEEKLY, (9, 18), 6), at("2026-11-22 04:00"), DUSHANBE, at("2026-11-22 13:00")),
        # The weekday is the chat's own: Monday begins in Dushanbe while it is Sunday in UTC.
        (chat_with(Schedule.WEEKLY, (0,), 0), at("2026-11-22 09:00"), DUSHANBE, at("2026-11-22 19:00")),
        (chat_with(Schedule.WEEKLY, (20,), 6), at("2026-11-22 12:00"), ST_JOHNS, at("2026-11-22 23:30")),
    ],
)
def test_the_next_digest(chat: Chat, now: datetime, zone: ZoneInfo, expected: datetime) -> None:
    assert next_due(chat, now, zone) == expected


@pytest.mark.parametrize("schedule", [Schedule.INSTANT, Schedule.HOURLY])
def test_only_a_story_makes_a_chat_without_digests_due(schedule: Schedule) -> None:
    assert next_due(chat_with(schedule), FIRST, DUSHANBE) is None


@settings(max_examples=40, deadline=None)
@given(
    name=st.sampled_from(NAMES),
    hours=st.sets(st.integers(0, 23), min_size=1, max_size=4),
    weekday=st.none() | st.integers(0, 6),
)
def test_each_chosen_hour_of_two_years_has_its_one_digest(name: str, hours: set[int], weekday: int | None) -> None:
    chosen = tuple(sorted(hours))
    is_weekly = weekday is not None
    chat = chat_with(Schedule.WEEKLY if is_weekly else Schedule.DAILY, chosen, weekday or 0)
    expected = {
        moment
        for (on, hour), moment in clock_of(name).items()
        if hour in hours and weekday in {None, on.weekday()} and FIRST < moment <= LAST
    }
    walked, moment = [], next_due(chat, FIRST, ZoneInfo(name))
    while moment is not None and moment <= LAST:
        walked.append(moment)
        moment = next_due(chat, moment, ZoneInfo(name))
    assert walked == sorted(expected)


@settings(max_examples=60, deadline=None)
@given(
    name=st.sampled_from(NAMES),
    hour=st.integers(0, 23),
    begin=st.integers(0, 700 * 24 * 60),
    minutes=st.integers(1, 10 * 24 * 60),
)
def test_after_an_outage_one_late_digest_and_then_the_usual_ones(
    name: str, hour: int, begin: int, minutes: int
) -> None:
    zone, chat = ZoneInfo(name), chat_with(Schedule.DAILY, (hour,))
    digests = sorted({moment for (_, at_hour), moment in clock_of(name).items() if at_hour == hour})
    down = FIRST + timedelta(minutes=begin)
    back = down + timedelta(minutes=minutes)
    due = next_due(chat, down, zone)
    served = []
    for tick in (back, *(digest for digest in digests if back < digest <= back + timedelta(days=3))):
        if due is not None and due <= tick:
            served.append(tick)
            due = next_due(chat, tick, zone)
    missed = bisect_right(digests, back) - bisect_right(digests, down)
    usual = [digest for digest in digests if back < digest <= back + timedelta(days=3)]
    assert served == ([back] if missed else []) + usual


@pytest.mark.parametrize(
    ("chat", "now", "zone", "expected"),
    [
        (chat_with(), at("2026-11-22 20:15"), DUSHANBE, at("2026-11-22 20:15")),
        # 01:15 in Dushanbe: a quiet night ends at 07:00, a silent one holds nothing back.
        (chat_with(night=Night.QUIET), at("2026-11-22 20:15"), DUSHANBE, at("2026-11-23 02:00")),
        (chat_with(night=Night.SILENT), at("2026-11-22 20:15"), DUSHANBE, at("2026-11-22 20:15")),
        (chat_with(night=Night.QUIET), at("2026-11-23 02:00"), DUSHANBE, at("2026-11-23 02:00")),
        (chat_with(Schedule.HOURLY), at("2026-11-22 20:15"), DUSHANBE, at("2026-11-22 21:00")),
        (chat_with(Schedule.HOURLY), at("2026-11-22 20:00"), DUSHANBE, at("2026-11-22 20:00")),
        (chat_with(Schedule.HOURLY), at("2026-11-22 20:00:00.000001"), DUSHANBE, at("2026-11-22 21:00")),
        (chat_with(Schedule.HOURLY), at("2026-11-22 20:00"), KATHMANDU, at("2026-11-22 20:15")),
        (chat_with(Schedule.HOURLY), at("2026-11-22 20:31"), ST_JOHNS, at("2026-11-22 21:30")),
        # 21:40 in Dushanbe: 22:00 is in the quiet night, so it waits for its end.
        (chat_with(Schedule.HOURLY, night=Night.QUIET), at("2026-11-22 16:40"), DUSHANBE, at("2026-11-23 02:00")),
        (chat_with(Schedule.HOURLY, night=Night.QUIET), at("2026-11-23 01:40"), DUSHANBE, at("2026-11-23 02:00")),
        # The hour that comes twice counts once.
        (chat_with(Schedule.HOURLY), at("2026-10-25 00:30"), BERLIN, at("2026-10-25 02:00")),
        (chat_with(Schedule.HOURLY), at("2026-03-29 00:30"), BERLIN, at("2026-03-29 01:00")),
        (chat_with(Schedule.HOURLY), at("2026-10-03 15:10"), LORD_HOWE, at("2026-10-03 15:30")),
        # A digest's hours are the reader's choice: a quiet night does not move them.
        (chat_with(Schedule.DAILY, (5,), night=Night.QUIET), at("2026-11-22 20:15"), DUSHANBE, at("2026-11-23 00:00")),
        (chat_with(Schedule.WEEKLY, (5,), 0, Night.QUIET), at("2026-11-22 20:15"), DUSHANBE, at("2026-11-23 00:00")),
    ],
)
def test_when_a_chat_may_be_told_of_a_story(chat: Chat, now: datetime, zone: ZoneInfo, expected: datetime) -> None:
    assert serve_at(chat, now, zone) == expected


@pytest.mark.parametrize("schedule", list(Schedule))
def test_an_urgent_story_comes_at_once_where_the_chat_allows_it(schedule: Schedule) -> None:
    now = at("2026-11-22 20:15")
    chat = chat_with(schedule, night=Night.QUIET)
    assert serve_at(chat, now, DUSHANBE, is_urgent=True) == now
    patient = Chat(1, ChatKind.PRIVATE, "", schedule=schedule, night=Night.QUIET, takes_urgent=False)
    assert serve_at(patient, now, DUSHANBE, is_urgent=True) == serve_at(chat, now, DUSHANBE) > now


@settings(max_examples=200, deadline=None)
@given(name=st.sampled_from(NAMES), minute=st.integers(0, 729 * 24 * 60))
def test_hourly_is_the_next_hour_of_the_local_clock(name: str, minute: int) -> None:
    now = FIRST + timedelta(minutes=minute)
    hours = sorted(clock_of(name).values())
    assert serve_at(chat_with(Schedule.HOURLY), now, ZoneInfo(name)) == hours[bisect_left(hours, now)]


@pytest.mark.parametrize(
    ("between", "local", "is_night"),
    [
        ((22, 7), "21:59", False),
        ((22, 7), "22:00", True),
        ((22, 7), "00:00", True),
        ((22, 7), "06:59", True),
        ((22, 7), "07:00", False),
        ((1, 5), "00:59", False),
        ((1, 5), "01:00", True),
        ((1, 5), "05:00", False),
        ((22, 0), "23:59", True),
        ((22, 0), "00:00", False),
        ((0, 6), "00:00", True),
        ((7, 7), "07:00", False),  # no night at all
        ((7, 7), "12:00", False),
    ],
)
def test_the_night_is_between_its_hours(between: tuple[int, int], local: str, is_night: bool) -> None:
    now = datetime.fromisoformat(f"2026-11-22 {local}").replace(tzinfo=DUSHANBE).astimezone(UTC)
    quiet, silent = (chat_with(night=night, between=between) for night in (Night.QUIET, Night.SILENT))
    off = chat_with(night=Night.OFF, between=between)
    assert (quiet_until(quiet, now, DUSHANBE) is not None) is is_night
    assert is_silent(silent, now, DUSHANBE) is is_night
    assert [quiet_until(chat, now, DUSHANBE) for chat in (silent, off)] == [None, None]
    assert [is_silent(chat, now, DUSHANBE) for chat in (quiet, off)] == [False, False]


def test_a_chat_without_sound_is_silent_by_day_too() -> None:
    chat = Chat(1, ChatKind.PRIVATE, "", is_silent=True, night=Night.SILENT)
    assert is_silent(chat, at("2026-11-22 09:00"), DUSHANBE)


@pytest.mark.parametrize(
    ("between", "now", "zone", "expected"),
    [
        # The night's end is left out: it ends with the jump to 03:00.
        ((22, 2), at("2026-03-29 00:30"), BERLIN, at("2026-03-29 01:00")),
        ((22, 7), at("2026-03-29 00:30"), BERLIN, at("2026-03-29 05:00")),
        ((22, 2), at("2026-10-03 15:00"), LORD_HOWE, at("2026-10-03 15:30")),
        # 02:00 comes twice: the night that ends with it ends with the first, one until 03:00 lasts an hour longer.
        ((22, 2), at("2026-10-24 23:30"), BERLIN, at("2026-10-25 00:00")),
        ((22, 3), at("2026-10-25 00:30"), BERLIN, at("2026-10-25 02:00")),
        ((22, 2), at("2026-04-04 15:10"), LORD_HOWE, at("2026-04-04 15:30")),
        # Clocks at Troll go back by two hours, from 03:00 to 01:00: a night until 02:00 has ended once and begins anew.
        ((22, 2), at("2026-10-25 01:30"), ZoneInfo("Antarctica/Troll"), at("2026-10-25 02:00")),
    ],
)
def test_a_quiet_night_ends_once_its_hour_is_there(
    between: tuple[int, int], now: datetime, zone: ZoneInfo, expected: datetime
) -> None:
    assert quiet_until(chat_with(night=Night.QUIET, between=between), now, zone) == expected


@settings(max_examples=300, deadline=None)
@given(
    name=st.sampled_from(NAMES),
    minute=st.integers(0, 729 * 24 * 60),
    between=st.tuples(st.sampled_from([20, 21, 22, 23, 0, 1]), st.integers(5, 10)),
)
def test_a_quiet_night_holds_a_story_until_morning_and_never_beyond(
    name: str, minute: int, between: tuple[int, int]
) -> None:
    zone, now = ZoneInfo(name), FIRST + timedelta(minutes=minute)
    chat = chat_with(night=Night.QUIET, between=between)
    served = serve_at(chat, now, zone)
    assert quiet_until(chat, served, zone) is None
    assert timedelta() <= served - now <= timedelta(hours=15)
    if served > now:
        assert (served.astimezone(zone).hour, served.minute % 15) == (between[1], 0)
        assert quiet_until(chat, served - timedelta(microseconds=1), zone) == served
