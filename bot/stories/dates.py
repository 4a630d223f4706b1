"""The days that a text names, seen from the day on which it was published."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

_MONTHS = (
    "январ|jan|янв", "феврал|feb|фев", "март|mar", "апрел|apr", "ма[йяие]|may", "июн|jun", "июл|jul", "август|aug",
    "сентябр|sep", "октябр|oct", "ноябр|nov", "декабр|dec",
)  # fmt: skip
_MONTH = "|".join(f"(?:{names})" for names in _MONTHS)
_DAY_MONTH = re.compile(
    rf"\b(?P<day>[0-3]?\d)(?:-?(?:го|е|уми|юми|ум|th|st|nd|rd))?\s+(?:of\s+)?(?P<month>{_MONTH})[а-яa-z]{{0,6}}\b(?:\.?,?\s+(?:соли\s+)?(?P<year>20\d\d))?"
)
_MONTH_DAY = re.compile(
    r"\b(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?\s+(?P<day>[0-3]?\d)(?:th|st|nd|rd)?\b(?:,?\s+(?P<year>20\d\d))?"
)
_NUMERIC = re.compile(r"\b(?P<day>[0-3]?\d)\.(?P<month>[01]\d)\.(?P<year>20\d\d)\b")
_ORDINAL_WORDS = (
    "первого второго третьего четвертого пятого шестого седьмого восьмого девятого десятого одиннадцатого двенадцатого"
    " тринадцатого четырнадцатого пятнадцатого шестнадцатого семнадцатого восемнадцатого девятнадцатого двадцатого"
)
_ORDINALS = {word: number for number, word in enumerate(_ORDINAL_WORDS.split(), 1)} | {"тридцатого": 30}
_TENS = {"двадцать": 20, "тридцать": 30}
_SPELT = re.compile(
    rf"\b(?:(?P<tens>{'|'.join(_TENS)})\s+)?(?P<day>{'|'.join(_ORDINALS)})\s+(?P<month>{_MONTH})[а-я]{{0,6}}\b"
)
_MONTH_OF = [re.compile(names) for names in _MONTHS]

# Душанбе is Monday, too, and the capital far more often: only «рӯзи душанбе» is a day.
_WEEKDAYS = (
    r"понедельник|monday|рузи душанбе", r"вторник|tuesday|сешанбе", r"\bсред[уы]\b|wednesday|чоршанбе|чахоршанбе",
    r"четверг|thursday|панчшанбе", r"пятниц|friday|\bчумъа",
    r"суббот|saturday|(?<!як)(?<!ду)(?<!се)(?<!чор)(?<!панч)\bшанбе",
    r"воскресен|\bsunday|якшанбе",
)  # fmt: skip
_WEEKDAY = re.compile("|".join(f"(?P<d{number}>{names})" for number, names in enumerate(_WEEKDAYS)))
_NEAR = re.compile(
    r"(?P<today>\bсегодня|\btoday\b|\bимруз)|(?P<yesterday>\bвчера|\byesterday|\bдируз)|(?P<tomorrow>\bзавтра\b|\btomorrow|\bпагох|\bфардо)"
)
# In such a sentence a day of the week is still to come.
_AHEAD = re.compile(
    r"пройдет|состоится|начнется|начнутся|откроется|откроют|будет|будут|планиру|намечен|предсто|ожидается|следующ|запланирован"
    r"|\bwill\b|\bnext\b|scheduled|due to|upcoming|meeting is set"
    r"|мегузарад|мешавад|хохад|хоханд|оянда|барномарези|дар назар"
)
_STEPS = {"today": 0, "yesterday": -1, "tomorrow": 1}  # days
_AHEAD_BY = 2  # days
_FORTNIGHT = timedelta(days=14)
_SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?](?=\S)[^.!?\n]*)*")


@dataclass(frozen=True, slots=True)
class Named:
    """A day, and the letters `start` to `stop` of the folded text that name it."""

    day: date
    start: int
    stop: int


def find_days(folded: str, published: date) -> list[Named]:
    """The days that a folded text names."""
    dated = [
        Named(day, match.start(), match.end())
        for pattern in (_NUMERIC, _DAY_MONTH, _MONTH_DAY)
        for match in pattern.finditer(folded)
        if (day := _calendar_day(match, published))
    ]
    near = [
        Named(published + timedelta(days=_STEPS[match.lastgroup or ""]), match.start(), match.end())
        for match in _NEAR.finditer(folded)
    ]
    dated += _spelt(folded, published)
    return dated + near + list(_weekdays(folded, published, [named.day for named in dated + near]))


def _spelt(folded: str, published: date) -> list[Named]:
    """Первого июля, двадцать шестого июля."""
    found = []
    for match in _SPELT.finditer(folded):
        number = _TENS.get(match["tens"], 0) + _ORDINALS[match["day"]]
        month = next(number for number, pattern in enumerate(_MONTH_OF, 1) if pattern.match(match["month"]))
        if day := (_nearest(number, month, published)):
            found.append(Named(day, match.start(), match.end()))
    return found


def _weekdays(folded: str, published: date, told: Sequence[date]) -> Iterator[Named]:
    for sentence in _SENTENCE.finditer(folded):
        is_ahead = _AHEAD.search(sentence[0]) is not None
        for match in _WEEKDAY.finditer(sentence[0]):
            number = int((match.lastgroup or "d0")[1:])
            day = next(
                (day for day in told if day.weekday() == number and abs(day - published) < _FORTNIGHT),
                _weekday(number, published, is_ahead=is_ahead),
            )
            yield Named(day, sentence.start() + match.start(), sentence.start() + match.end())


def _weekday(number: int, published: date, *, is_ahead: bool) -> date:
    """The nearest such day: today or before, or today or later where the sentence looks ahead.

    Of a day that was five or six days ago no news is told; its next one is meant.
    """
    days = (number - published.weekday()) % 7
    return published + timedelta(days=days if is_ahead or days <= _AHEAD_BY else days - 7)


def _calendar_day(match: re.Match[str], published: date) -> date | None:
    name = match["month"]
    month = (
        int(name)
        if name.isdigit()
        else next(number for number, pattern in enumerate(_MONTH_OF, 1) if pattern.match(name))
    )
    if not match["year"]:
        return _nearest(int(match["day"]), month, published)
    try:
        return date(int(match["year"]), month, int(match["day"]))
    except ValueError:
        return None


def _nearest(day: int, month: int, published: date) -> date | None:
    """Such a day of this year, of the one before or after; None where there is none."""
    try:
        days = [date(published.year + years, month, day) for years in (-1, 0, 1)]
    except ValueError:
        return None
    return min(days, key=lambda one: abs(one - published))
