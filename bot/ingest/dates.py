"""Dates as feeds and pages write them: RFC 822 and 3339, zones by name, months in Russian, Tajik and English.

No library reads «Вс, 18 окт 2026 10:00 МСК»: feedparser takes MSK for UTC, the others give up. Ours reads these, and
dateutil the rest, with our zones and only where a whole year is written (it would fill in today's).
"""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from dateutil import parser as dateutil_parser  # type: ignore[import-untyped]  # it ships no types

_MAX_TEXT = 80  # characters; no date is longer, and patterns on strangers' text need a bound
_FIRST_YEAR = 1990  # "0001-01-01" and 1970 are how programs write that they do not know

# Hours from UTC. RFC 822's own, then those that feeds of our part of the world use.
_HOURS = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 1, "bst": 1, "cet": 1, "cest": 2, "mez": 1, "mesz": 2,
    "eet": 2, "eest": 3, "trt": 3, "msk": 3, "мск": 3, "msd": 4, "samt": 4, "azt": 4, "get": 4, "gst": 4, "irst": 3.5,
    "aft": 4.5, "tjt": 5, "душ": 5, "uzt": 5, "tmt": 5, "pkt": 5, "yekt": 5, "kzt": 5, "ist": 5.5, "kgt": 6, "omst": 6,
    "novt": 7, "krat": 7, "irkt": 8, "hkt": 8, "sgt": 8, "yakt": 9, "jst": 9, "kst": 9, "vlat": 10, "magt": 11,
    "pett": 12, "aest": 10, "aedt": 11, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8,
    "pdt": -7,
}  # fmt: skip
_ZONES: dict[str, tzinfo] = {name: timezone(timedelta(hours=hours)) for name, hours in _HOURS.items()}

# A month by the shortest start that names it alone, in the order of the year; Russian | Tajik | English.
_MONTHS = (
    "янв|jan", "фев|феб|feb", "мар|mar", "апр|apr", "май|мая|may", "июн|jun", "июл|jul", "авг|aug", "сен|sep",
    "окт|oct", "ноя|ноё|nov", "дек|dec",
)  # fmt: skip
_MONTH_WORD = {start: number for number, starts in enumerate(_MONTHS, 1) for start in starts.split("|")}
_MONTH = r"(?P<month>(?:янв|фев|феб|мар|апр|ма[йя]|июн|июл|авг|сен|окт|но[яё]|дек)[а-яёӣ]*"
_MONTH += r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*)\.?"
_DAY = r"(?<!\d)(?P<day>\d{1,2})(?:-?(?:го|уми|st|nd|rd|th))?"
_DATES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_DAY}[\s.,/-]*{_MONTH}(?:[\s.,/'-]*|\s*соли\s*)(?P<year>\d{{4}}|\d{{2}})(?![\d:])",
        rf"{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})",
        r"(?<!\d)(?P<day>\d{1,2})[./-](?P<month>\d{1,2})[./-](?P<year>\d{4})",
        r"(?<!\d)(?P<year>\d{4})[./-](?P<month>\d{1,2})[./-](?P<day>\d{1,2})(?!\d)",
    )
)
_TIME = re.compile(r"(?<![\d:])(\d{1,2}):(\d{2})(?::(\d{2}))?(?:[.,]\d+)?(?:\s*([ap])\.?m\b\.?)?")
_CLOCK = re.compile(r"(?<![\d:+-])(\d{1,2}):(\d{2})")
_EPOCH = re.compile(r"(\d{10})(?:\d{3}|\.\d{1,9})?")
_OFFSET = re.compile(r"(?:gmt|utc|(?<=[\d\s]))([+-])(\d{1,2}):?(\d{2})?(?!\d)")
_ZONE_WORD = re.compile(r"[a-zа-яё]{1,5}")
_FIRST_DAY = datetime(2000, 1, 1)  # noqa: DTZ001  gives month and day where a text has none; the zone comes from elsewhere
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
_SPACED = re.compile(r"\s+")


def read_date(text: str, zone: tzinfo = UTC) -> datetime | None:
    """The moment that a text names, in UTC; None when it names none that can be trusted.

    `zone` is taken where the text gives none. A day without a time is its midnight in that zone.
    """
    cleaned = _SPACED.sub(" ", text).strip()
    if not 4 <= len(cleaned) <= _MAX_TEXT:
        return None
    moment = _epoch(cleaned) or _iso(cleaned)
    if moment is None and _is_possible(cleaned):
        moment = _worded(cleaned.lower()) or _loose(cleaned)
    if moment is None:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    try:
        moment = moment.astimezone(UTC)
    except (OverflowError, ValueError):
        return None
    return moment if moment.year >= _FIRST_YEAR else None


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _epoch(text: str) -> datetime | None:
    """Seconds or milliseconds since 1970, as programs write them."""
    match = _EPOCH.fullmatch(text)
    if match is None:
        return None
    return datetime.fromtimestamp(int(match[1]), UTC)


def _is_possible(text: str) -> bool:
    """Whether every time of day in a text is one: where it says 25:00, its day is not to be trusted either."""
    return all(int(hour) <= 24 and int(minute) < 60 for hour, minute in _CLOCK.findall(text))


def _worded(text: str) -> datetime | None:
    """A day, a month by name or number and a year, with a time before or after it."""
    for pattern in _DATES:
        found = pattern.search(text)
        if found:
            break
    else:
        return None
    rest = f"{text[: found.start()]} ; {text[found.end() :]}"
    time = _TIME.search(rest)
    hour, minute, second = (int(part or 0) for part in time.group(1, 2, 3)) if time else (0, 0, 0)
    if time and time[4]:
        hour = hour % 12 + (12 if time[4] == "p" else 0)
    try:
        day = datetime(_year(found["year"]), _month(found["month"]), int(found["day"]))  # noqa: DTZ001  zone comes below
        moment = day + timedelta(hours=hour, minutes=minute, seconds=min(second, 59))
    except (ValueError, OverflowError):
        return None
    return moment.replace(tzinfo=_zone(" " + rest[time.end() :])) if time else moment


def _month(word: str) -> int:
    return int(word) if word.isdigit() else _MONTH_WORD[word[:3]]


def _year(digits: str) -> int:
    return int(digits) if len(digits) == 4 else (2000 if int(digits) < 70 else 1900) + int(digits)


def _zone(tail: str) -> tzinfo | None:
    """The zone written after a time, None if there is none or nobody knows it."""
    offset = _OFFSET.search(tail)
    if offset:
        hours, minutes = int(offset[2]), int(offset[3] or 0)
        span = timedelta(hours=hours, minutes=minutes)
        return timezone(-span if offset[1] == "-" else span) if span < timedelta(hours=24) else None
    return next((_ZONES[word] for word in _ZONE_WORD.findall(tail) if word in _ZONES), None)


def _loose(text: str) -> datetime | None:
    if not _YEAR.search(text):
        return None
    try:
        moment: datetime = dateutil_parser.parse(text, dayfirst=True, tzinfos=_ZONES, default=_FIRST_DAY)
    except (ValueError, OverflowError):
        return None
    return moment
