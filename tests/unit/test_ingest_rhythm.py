import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from bot.ingest.rhythm import learn, next_wait, span_of
from config.settings import CollectSettings
from storage.records import Rhythm, Source

START = datetime(2026, 10, 5, 6, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SETTINGS = CollectSettings()  # 5 minutes: from one to sixty
SOURCE = Source(1, "https://vesti.example/rss", "Вести")
OWN = Source(1, "https://vesti.example/rss", "Вести", interval=20 * MINUTE)


def lived(
    stories_a_day: float, days: float, *, silent: timedelta = timedelta(), look: timedelta = 5 * MINUTE
) -> Rhythm:
    """The rhythm of a source that brings stories evenly for so many days and is silent then, looked at every `look`."""
    chance = random.Random(1)  # noqa: S311  the same stories each time
    rhythm = learn(Rhythm(), (), START)
    now, end = START, START + days * DAY + silent
    while now + look <= end:
        now += look
        is_awake = now <= end - silent
        rhythm = learn(rhythm, [now] * (is_awake and chance.random() < stories_a_day * (look / DAY)), now)
    return rhythm


def waits(rhythm: Rhythm) -> timedelta:
    return next_wait(SOURCE, rhythm, SETTINGS)


@pytest.mark.parametrize("stories", [2.0, 20.0, 100.0])
@pytest.mark.parametrize("days", [1.0, 5.0, 30.0])
def test_both_rates_are_near_the_truth_from_the_first_day_on(stories: float, days: float) -> None:
    rhythm = lived(stories, days)
    spread = 4 / (stories * min(days, 7)) ** 0.5  # of a count of so many
    assert rhythm.usual == pytest.approx(stories, rel=max(spread, 0.1))


def test_recent_follows_the_hours_and_usual_the_weeks() -> None:
    rhythm = lived(48, 7, silent=12 * HOUR)
    assert rhythm.recent < 0.5
    assert rhythm.usual > 30


def test_the_first_look_sets_the_beginning_and_what_stood_there_counts_for_nothing() -> None:
    rhythm = learn(Rhythm(), [START - DAY, START - HOUR, START - 9 * HOUR], START)
    assert (rhythm.recent, rhythm.usual) == (0.0, 0.0)
    assert (rhythm.since, rhythm.as_of, rhythm.newest_at) == (START, START, START - HOUR)


def test_a_story_counts_from_the_look_before_however_old_its_date_is() -> None:
    begun = learn(Rhythm(), (), START)
    fresh, dated_back = (learn(begun, [moment], START + MINUTE) for moment in (START, START - 30 * DAY))
    assert fresh.usual == dated_back.usual > 0
    assert dated_back.newest_at == START - 30 * DAY


def test_dates_that_cannot_be_say_nothing_of_the_newest_story() -> None:
    rhythm = learn(learn(Rhythm(), [START - HOUR], START), [START + MINUTE, START - MINUTE / 2], START + MINUTE)
    assert (rhythm.newest_at, rhythm.heard_at) == (START - MINUTE / 2, START + MINUTE)


@pytest.mark.parametrize(
    ("rhythm", "shortest", "longest"),
    [
        (Rhythm(), 5 * MINUTE, 5 * MINUTE),  # nothing is known
        (lived(800, 2, look=MINUTE), MINUTE, 70 * SECOND),  # busy
        (lived(24, 3), 4 * MINUTE, 7 * MINUTE),
        (lived(24, 7, silent=10 * HOUR), 9 * MINUTE, 40 * MINUTE),  # by night
        (lived(24, 7, silent=14 * DAY), 55 * MINUTE, 60 * MINUTE),  # asleep for good
        (lived(0, 0.5), 5 * MINUTE, 8 * MINUTE),  # silent from the first: only slowly
        (lived(0, 1), 7 * MINUTE, 12 * MINUTE),
        (lived(0, 6), 60 * MINUTE, 60 * MINUTE),
    ],
)
def test_the_wait_goes_by_the_rhythm(rhythm: Rhythm, shortest: timedelta, longest: timedelta) -> None:
    assert shortest <= waits(rhythm) <= longest


def test_after_years_of_silence_it_is_asked_hourly() -> None:
    years = START + 4000 * DAY
    for rhythm in (learn(Rhythm(), (), START), lived(50, 2)):
        silent = learn(rhythm, (), years)
        assert waits(silent) == 60 * MINUTE
        assert span_of([None] * 20, silent, years) is not None


def test_the_wait_never_jumps_within_the_first_day() -> None:
    before = waits(learn(Rhythm(), (), START))
    for quarters in range(1, 97):
        after = waits(lived(0, quarters / 96))
        assert before <= after <= before * 1.1
        before = after


@pytest.mark.parametrize("rhythm", [Rhythm(), lived(600, 2), lived(0, 6), Rhythm(wish=DAY)])
def test_with_an_interval_of_a_second_nothing_waits_longer_than_twelve(rhythm: Rhythm) -> None:
    quick = CollectSettings(interval=SECOND)
    assert SECOND / 5 <= next_wait(SOURCE, rhythm, quick) <= 12 * SECOND


@pytest.mark.parametrize(
    ("wish", "wait"),
    [(MINUTE, 5 * MINUTE), (30 * MINUTE, 30 * MINUTE), (DAY, 60 * MINUTE)],
)
def test_the_sites_wish_makes_the_wait_longer_within_bounds(wish: timedelta, wait: timedelta) -> None:
    assert waits(Rhythm(wish=wish)) == wait
    assert next_wait(OWN, Rhythm(wish=wish), SETTINGS) == 20 * MINUTE


@pytest.mark.parametrize(
    ("source", "span", "has_gap", "wait"),
    [
        (SOURCE, 4 * MINUTE, False, 2 * MINUTE),
        (SOURCE, SECOND, False, MINUTE),
        (SOURCE, DAY, False, 5 * MINUTE),
        (SOURCE, None, True, 2.5 * MINUTE),
        (SOURCE, 4 * MINUTE, True, MINUTE),
        (OWN, DAY, False, 20 * MINUTE),  # the operator's word
        (OWN, 30 * MINUTE, False, 15 * MINUTE),  # but for what would scroll off
        (OWN, None, True, 10 * MINUTE),
    ],
)
def test_what_would_scroll_off_makes_the_wait_shorter(
    source: Source, span: timedelta | None, has_gap: bool, wait: timedelta
) -> None:
    assert next_wait(source, Rhythm(span=span), SETTINGS, has_gap=has_gap) == wait


def test_a_wish_gives_way_to_what_would_scroll_off() -> None:
    assert waits(Rhythm(wish=HOUR, span=10 * MINUTE)) == 5 * MINUTE


def test_a_hub_that_brings_the_news_is_trusted_until_it_leaves_a_gap() -> None:
    assert next_wait(SOURCE, Rhythm(), SETTINGS, is_pushed_by_hub=True) == 60 * MINUTE
    assert next_wait(OWN, Rhythm(), SETTINGS, is_pushed_by_hub=True) == 20 * MINUTE
    assert next_wait(SOURCE, Rhythm(span=20 * MINUTE), SETTINGS, is_pushed_by_hub=True) == 10 * MINUTE
    assert next_wait(SOURCE, Rhythm(), SETTINGS, is_pushed_by_hub=True, has_gap=True) == 2.5 * MINUTE


def test_an_interval_below_the_shortest_is_the_operators_word_too() -> None:
    often = Source(1, "https://vesti.example/rss", "Вести", interval=10 * SECOND)
    assert next_wait(often, Rhythm(span=SECOND), SETTINGS, has_gap=True) == 10 * SECOND


def ago(*hours: float) -> list[datetime | None]:
    return [START - hour * HOUR for hour in hours]


@pytest.mark.parametrize(
    ("moments", "rhythm", "span"),
    [
        (ago(1, 2, 3, 4, 5, 6, 7, 8, 9, 10), Rhythm(), 9 * HOUR),
        (ago(0.1, 1, 2, 3, 4, 5, 6, 7, 8, 9_000), Rhythm(), 8 * HOUR),  # one is pinned
        (ago(-9, -8, -7, -6, 2), Rhythm(), timedelta()),  # dates in the future are now
        ([None] * 10, Rhythm(recent=5.0, as_of=START, since=START - 99 * DAY), 2 * HOUR),
        (ago(0.01), Rhythm(recent=0.5, as_of=START, since=START - 99 * DAY), 2 * HOUR),  # too few dates
        ([], Rhythm(), None),
    ],
)
def test_a_lists_reach_is_read_from_its_dates_else_from_its_length(
    moments: Sequence[datetime | None], rhythm: Rhythm, span: timedelta | None
) -> None:
    found = span_of(moments, rhythm, START)
    assert found == (None if span is None else pytest.approx(span, abs=SECOND))
