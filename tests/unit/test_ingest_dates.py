import time
from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.ingest.dates import read_date

MORNING = datetime(2026, 10, 18, 7, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "Sun, 18 Oct 2026 07:00:00 GMT",
        "Sun, 18 Oct 2026 07:00:00 +0000",
        "Sun, 18 Oct 2026 07:00:00",
        "18 Oct 26 07:00 UT",
        "Sun, 18 Oct 2026 10:00:00 MSK",
        "Вс, 18 окт 2026 10:00:00 МСК",
        "Вс, 18 Окт 2026 10:00:00 +0300",
        "18 октября 2026 г., 10:00 МСК",
        "10:00 МСК, 18 октября 2026 года",
        "Якшанбе, 18 октябри соли 2026, 12:00 TJT",
        "18-уми октябри 2026 07:00",
        "Sun, 18 October, 2026 12:00:00 GMT+5",
        "Sun, 18 Oct 2026 02:00:00 CDT",
        "October 18th, 2026 at 7:00 a.m.",
        "Oct 18, 2026 3:00 AM EDT",
        "2026-10-18T07:00:00Z",
        "2026-10-18T12:00:00.123456789+05:00",
        "2026-10-18 12:00:00 +05:00",
        "2026-10-18 07:00",
        "18.10.2026 07:00",
        "18/10/2026 - 07:00",
        "20261018T070000Z",
        "1792306800",
        "1792306800000",
        "1792306800.25",
        "18.10.2026 10:00+03:00",
        "  Sun,\n 18 Oct\t2026 07:00:00 Z ",
    ],
)
def test_a_moment_is_read_however_it_is_written(text: str) -> None:
    moment = read_date(text)
    assert moment is not None
    assert moment.replace(microsecond=0) == MORNING
    assert moment.tzinfo is UTC


@pytest.mark.parametrize("word", ["янв", "фев", "мар", "апр", "май", "июн", "июл", "авг", "сен", "окт", "ноя", "дек"])
def test_every_month_has_its_number(word: str) -> None:
    number = ["янв", "фев", "мар", "апр", "май", "июн", "июл", "авг", "сен", "окт", "ноя", "дек"].index(word) + 1
    assert read_date(f"3 {word} 2026") == datetime(2026, number, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["", "вчера", "10:00", "Sunday", "31 ноября 2026", "0001-01-01T00:00:00Z", "Thu, 01 Jan 1970 00:00:00 GMT",
     "9999-12-31T23:59:59-23:00", "18 окт", "a" * 100_000, "1" * 60, "32.13.2026",
     "2026-10-18T25:00", "2026-10-18T25:00:00Z", "18 октября 2026, 25:00", "2026-10-18 10:61", "179230680"],
)  # fmt: skip
def test_what_names_no_moment_gives_none(text: str) -> None:
    started = time.monotonic()
    assert read_date(text) is None
    assert time.monotonic() - started < 0.5


def test_the_callers_zone_counts_where_the_text_has_none() -> None:
    dushanbe = timezone(timedelta(hours=5))
    assert read_date("18 октября 2026, 12:00", dushanbe) == MORNING
    assert read_date("18 октября 2026", dushanbe) == datetime(2026, 10, 17, 19, 0, tzinfo=UTC)
    assert read_date("18 октября 2026, 10:00 МСК", dushanbe) == MORNING
