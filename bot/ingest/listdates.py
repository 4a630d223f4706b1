"""Dates as lists of headlines write them: beside `read_date`'s, "сегодня, 14:20", "23 ноября", "2 часа назад". Pure."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from bot.ingest.dates import read_date

MAX_STAMP = 60  # characters; a longer line tells more than a date
_CLOCK = re.compile(r"(?<![\d:.])([01]?\d|2[0-3])[:.]([0-5]\d)(?::[0-5]\d)?(?![\d:.])")
_DAY_WORDS = {
    "сегодня": 0, "today": 0, "имрӯз": 0, "имруз": 0, "вчера": 1, "yesterday": 1, "дирӯз": 1, "дируз": 1,
    "позавчера": 2, "парерӯз": 2,
}  # fmt: skip
_DAY_WORD = re.compile(rf"\b({'|'.join(_DAY_WORDS)})\b")
_NOW = re.compile(r"^(?:только что|just now|ҳозир|ҳозиракак)$")
_AGO = re.compile(
    r"\b(?P<count>\d{1,3}|an?|час|минуту)\s{0,3}(?P<unit>мин|час|ч\b|дн|день|ден|min|hour|hr|h\b|m\b|day|d\b|дақ|соат|рӯз|назад)"
    r"[а-яёӣӯa-z]{0,8}\.?\s{0,3}(?:назад|ago|пеш|қабл)?",
)
_IS_AGO = re.compile(r"(?:назад|ago|пеш|қабл)\W*$")
_SINCE = {
    "мин": timedelta(minutes=1), "min": timedelta(minutes=1), "m": timedelta(minutes=1), "дақ": timedelta(minutes=1),
    "час": timedelta(hours=1), "ч": timedelta(hours=1), "hour": timedelta(hours=1), "hr": timedelta(hours=1),
    "h": timedelta(hours=1), "соат": timedelta(hours=1), "дн": timedelta(days=1), "день": timedelta(days=1),
    "ден": timedelta(days=1), "day": timedelta(days=1), "d": timedelta(days=1), "рӯз": timedelta(days=1),
}  # fmt: skip
_MONTHS = (
    "янв|jan", "фев|феб|feb", "мар|mar", "апр|apr", "май|мая|may", "июн|jun", "июл|jul", "авг|aug", "сен|sep",
    "окт|oct", "ноя|ноё|nov", "дек|dec",
)  # fmt: skip
_MONTH_OF = {start: number for number, starts in enumerate(_MONTHS, 1) for start in starts.split("|")}
_MONTH = rf"(?P<month>{'|'.join(_MONTH_OF)})[а-яёӣӯa-z]{{0,8}}\.?"
_DAY_MONTH = re.compile(rf"(?<![\d:.])(?P<day>\d{{1,2}})(?:-?(?:го|уми|st|nd|rd|th))?\s{{1,3}}{_MONTH}(?!\w)")
_MONTH_DAY = re.compile(rf"\b{_MONTH}\s{{1,3}}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:])")
_DOTTED = re.compile(r"(?<![\d.:])(?P<day>\d{1,2})\.(?P<month>0[1-9]|1[0-2])(?![\d.:])")
# What a line may hold beside digits and still be a date and nothing else.
_DATE_WORD = re.compile(
    rf"(?:{'|'.join(_MONTH_OF)})[а-яёӣӯa-z]{{0,8}}|{'|'.join(_DAY_WORDS)}"
    r"|(?:пн|вт|ср|чт|пт|сб|вс|mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}"
    r"|понедельник|вторник|сред[аы]|четверг|пятниц[аы]|суббот[аы]|воскресень[ея]|душанбе|сешанбе|чоршанбе|панҷшанбе"
    r"|ҷумъа|шанбе|якшанбе|г|год|года|в|во|от|соли|соати|at|on|am|pm|a|p|m|utc|gmt|msk|мск|душ|tjt|st|nd|rd|th|го|уми"
    r"|назад|ago|пеш|қабл|мин[а-я]{0,5}|час[а-я]{0,3}|ч|дн[а-я]{0,2}|день|ден[а-я]{0,2}|min[a-z]{0,5}|hours?|hrs?|h"
    r"|days?|d|an|дақиқа|соат|рӯз|только|что|just|now|ҳозир|ҳозиракак|z|t|опубликовано|published|обновлено|updated|нашр|шуд"
)
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a line says of when: the whole moment, a day alone, an hour alone, a day with its hour."""

    day: date | None = None
    clock: time | None = None
    moment: datetime | None = None

    def resolve(self, zone: tzinfo, day: date | None = None) -> datetime | None:
        """The moment in UTC; `day` is what is known of it elsewhere. None where no day is known."""
        if self.moment is not None:
            return self.moment
        known = self.day or day
        if known is None:
            return None
        return datetime.combine(known, self.clock or time(), tzinfo=zone).astimezone(UTC)


def read_stamp(text: str, zone: tzinfo, now: datetime) -> Stamp | None:
    """Read a line that is a date and nothing else; None for any other line. `now` is aware."""
    said = " ".join(text[: MAX_STAMP * 4].split()).lower()
    if not 3 <= len(said) <= MAX_STAMP or not _is_only_date(said):
        return None
    if _NOW.match(said):
        return Stamp(moment=now.replace(second=0, microsecond=0))
    clock = _clock(said)
    day = _day(said, now.astimezone(zone))
    if day is not None:
        return Stamp(day=day, clock=clock)
    if _IS_AGO.search(said):
        since = _since(said)
        return Stamp(moment=(now - since).replace(second=0, microsecond=0)) if since is not None else None
    moment = read_date(said, zone)
    if moment is not None:
        local = moment.astimezone(zone)
        return Stamp(moment=moment) if clock or "t" in said else Stamp(day=local.date())
    day = _day_without_year(said, now.astimezone(zone).date())
    return Stamp(day=day, clock=clock) if day or clock else None


def is_stamp(text: str) -> bool:
    """Whether a line is a date or an hour and nothing else."""
    said = " ".join(text[: MAX_STAMP * 4].split()).lower()
    return 3 <= len(said) <= MAX_STAMP and _is_only_date(said)


def _is_only_date(said: str) -> bool:
    return bool(re.search(r"\d", said) or any(sign.search(said) for sign in (_DAY_WORD, _NOW, _IS_AGO))) and all(
        _DATE_WORD.fullmatch(word) for word in _WORD.findall(said)
    )


def _clock(said: str) -> time | None:
    without_days = _DOTTED.sub(" ", said) if ":" in said else said
    found = _CLOCK.search(without_days)
    if found is None or (":" not in found[0] and (_DOTTED.search(said) or len(said) > len(found[0]))):
        return None
    return time(int(found[1]), int(found[2]))


def _day(said: str, now: datetime) -> date | None:
    found = _DAY_WORD.search(said)
    return now.date() - timedelta(days=_DAY_WORDS[found[1]]) if found else None


def _since(said: str) -> timedelta | None:
    found = _AGO.search(said)
    if found is None:
        return None
    count = int(found["count"]) if found["count"].isdigit() else 1
    unit = found["unit"] if found["unit"] in _SINCE else {"час": "час", "минуту": "мин"}.get(found["count"], "")
    return _SINCE[unit] * count if unit else None


def _day_without_year(said: str, today: date) -> date | None:
    """The last such day: nobody announces in a list what comes in eleven months."""
    found = _DAY_MONTH.search(said) or _MONTH_DAY.search(said) or _DOTTED.search(said)
    if found is None:
        return None
    month = int(found["month"]) if found["month"].isdigit() else _MONTH_OF[found["month"]]
    for year in (today.year, today.year - 1):
        try:
            day = date(year, month, int(found["day"]))
        except ValueError:
            continue
        if day <= today + timedelta(days=1):
            return day
    return None
