"""What articles of one event agree on and those of two events do not: what was counted, how it ended, which day."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from functools import lru_cache
from pathlib import Path

from bot.stories.dates import find_days
from bot.stories.numerals import Token, fold, tokens

LEAD = 260  # characters of the text that tell what the article is about: two sentences or three
READ = 900  # characters of the text whose numbers count
MOST = 24  # facts of an article


class Kind(IntEnum):
    """What a fact says; from DEAD on it is a number and what it counts."""

    SCORE = 1
    DAY = 2
    OUTCOME = 3
    PLACE = 4
    PERSON = 5
    NUMBER = 6  # of something that has no kind here
    READING = 7  # of a bill
    DEAD = 10
    HURT = 11
    MISSING = 12
    HELD = 13
    RESCUED = 14
    YEARS = 15
    MONEY = 16
    PERCENT = 17
    MAGNITUDE = 18
    DEGREES = 19
    HOMES = 20
    DISTANCE = 21
    TONNES = 22
    POWER = 23
    PEOPLE = 24


TOLLS = (Kind.DEAD, Kind.HURT, Kind.MISSING, Kind.HELD, Kind.RESCUED)


class Where(IntEnum):
    TITLE = 0
    LEAD = 1
    FURTHER = 2


class Axis(IntEnum):
    """Something that can end in one of two ways."""

    DECISION = 0  # approved, rejected
    LIBERTY = 1  # released, held
    WAY = 2  # opened, closed
    LEVEL = 3  # rose, fell
    TIMING = 4  # took place, put off
    WORD = 5  # confirmed, denied
    POST = 6  # appointed, dismissed
    STAGE = 7  # done, planned


@dataclass(frozen=True, slots=True)
class Fact:
    """`value` is a number for what counts, else: a score as its greater and smaller part, a day since 1970, an axis
    and its side (1 the first, 0 the second), or a hash.
    """

    kind: Kind
    where: Where
    value: float


_SCORE = re.compile(r"(?<![\d.,:/-])(\d{1,3})\s?([:–-])\s?(\d{1,3})(?![\d.,]?\d|[:/–-]\d|-?[а-яa-z])")
_SCORE_NEAR = re.compile(
    r"сч[её]т|матч|побед|выигр|обыгр|ничь|проигр|гол|хисоб|бози|галаба|мусови|score|win|won|beat|draw|drew|lost|defeat|match|victory"
)
_READING = re.compile(r"\b(?:(перв\w+|1-м)|(втор\w+|2-м)|(треть\w+|3-м)) (?:и [а-я]+ )?чтени")
_NOT_BEFORE = re.compile(r"(?:\bв|\bк|\bдо|\bс|около|после|\bat|\bfrom|соати?|соат|by|until)\s+$")
_SIGNS = Path(__file__).with_name("facts.toml")
_Sign = re.Pattern[str]
_BACKGROUND = re.compile(
    r"^[ \t]*(?:напомн|напомина|ранее|как (?:ранее )?сообщал|читайте|подпи(?:сывай|ши)|ёдовар|қаблан|пештар|earlier"
    r"|read (?:also|more)"
    r"|as (?:previously )?reported|background:)[^\n]*\n?",
    re.IGNORECASE | re.MULTILINE,
)
_YEARS = range(1900, 2101)
_EPOCH = date(1970, 1, 1)
_VALUE = 0xFF_FFFF
_LEAST = 8  # powers of ten below one that are told apart
_REACH = {1: 4, -1: 8}  # words behind a number, and before it, in which it is told what it counts
_FARTHEST = 9.0
_WHOLE = frozenset({Kind.DEAD, Kind.HURT, Kind.MISSING, Kind.HELD, Kind.RESCUED, Kind.HOMES, Kind.PEOPLE})


def find_facts(title: str, text: str, language: str, published: date) -> list[Fact]:
    """The facts of an article, at most MOST, those of the title first and none twice."""
    found: dict[tuple[Kind, float], Fact] = {}
    text = without_background(text)
    for where, piece in ((Where.TITLE, title), (Where.LEAD, text[:LEAD]), (Where.FURTHER, text[LEAD:READ])):
        for fact in _of_piece(fold(piece), language, published, where):
            found.setdefault((fact.kind, fact.value), fact)
    sides = list(_sides(fold(title), fold(text[:LEAD])))
    return (sides + list(found.values()))[:MOST]


def without_background(text: str) -> str:
    """The text without paragraphs that tell what was before, or lead elsewhere."""
    return _BACKGROUND.sub("", text)


def _of_piece(folded: str, language: str, published: date, where: Where) -> Iterator[Fact]:
    taken = []
    for start, stop, score in _scores(folded):
        taken.append((start, stop))
        yield Fact(Kind.SCORE, where, score)
    for named in find_days(folded, published):
        taken.append((named.start, named.stop))
        yield Fact(Kind.DAY, where, (named.day - _EPOCH).days)
    for start, stop in taken:
        folded = folded[:start] + " " * (stop - start) + folded[stop:]
    for match in _READING.finditer(folded):
        yield Fact(Kind.READING, where, float(match.lastindex or 0))
    yield from _counted(tokens(folded, language), where)


def _scores(folded: str) -> Iterator[tuple[int, int, float]]:
    """3:2, but not 15:30, which is a time; 3-2 only where the words are those of sport."""
    for match in _SCORE.finditer(folded):
        left, right = int(match[1]), int(match[3])
        around = folded[max(match.start() - 60, 0) : match.end() + 60]
        is_sport = _SCORE_NEAR.search(around) is not None
        if match[2] != ":" and not (is_sport and max(left, right) < 200 and len(match[1]) < 3):
            continue
        is_time = left < 25 and len(match[3]) == 2 and right < 60
        if is_time and (not is_sport or _NOT_BEFORE.search(folded[: match.start()])):
            continue
        if max(left, right) < 256:
            yield match.start(), match.end(), max(left, right) * 256.0 + min(left, right)


def _counted(read: Sequence[Token], where: Where) -> Iterator[Fact]:
    for at, token in enumerate(read):
        if token.value is None:
            continue
        kind = _kind_of(read, at)
        if kind is Kind.YEARS and token.value in _YEARS:
            continue
        if kind in _WHOLE and token.value % 1:
            kind = Kind.NUMBER
        if kind is Kind.NUMBER and (token.text != "#" or token.value in _YEARS):
            continue
        yield Fact(kind, where, token.value)


def _kind_of(read: Sequence[Token], at: int) -> Kind:
    """What a number counts: the nearest word that tells, those behind it rather than those before."""
    best, cost = Kind.NUMBER, _FARTHEST
    for step, start in ((1, 0.0), (-1, 0.7)):
        price = start
        for distance in range(1, _REACH[step] + 1):
            place = at + step * distance
            if not 0 <= place < len(read) or read[place].text == "." or price >= cost:
                break
            if read[place].text in {"-", "–"}:
                continue
            price += 2.5 if read[place].text in {",", ";"} or read[place].value is not None else 1.0
            kind = _kind(read[place].text)
            if kind is None:
                continue
            # Twelve people died: the deaths are counted, not the people.
            worth = price + (2.0 if kind is Kind.PEOPLE else 0.0)
            if worth < cost:
                best, cost = kind, worth
            if kind is not Kind.PEOPLE:
                break
    return best


@lru_cache(8192)
def _kind(word: str) -> Kind | None:
    return next((kind for kind, pattern in _load_signs()[0] if pattern.match(word)), None)


def _sides(title: str, lead: str) -> Iterator[Fact]:
    """How it ended, where the title tells just one side, or the opening does."""
    for axis, done, undone in _load_signs()[1]:
        for where, text in ((Where.TITLE, title), (Where.LEAD, f"{title}\n{lead}")):
            is_done, is_undone = done.search(text) is not None, undone.search(text) is not None
            if is_done != is_undone:
                yield Fact(Kind.OUTCOME, where, axis * 2 + is_done)
                break
            if is_done and is_undone:
                break


@lru_cache(1)
def _load_signs() -> tuple[tuple[tuple[Kind, _Sign], ...], tuple[tuple[Axis, _Sign, _Sign], ...]]:
    """By what words it is known what is counted, and how something ended."""
    with _SIGNS.open("rb") as file:
        signs = tomllib.load(file)
    counted = tuple((Kind[name.upper()], _any_of(beginnings)) for name, beginnings in signs["counted"].items())
    sides = tuple(
        (Axis[name.upper()], _any_of(side["done"]), _any_of(side["undone"])) for name, side in signs["sides"].items()
    )
    return counted, sides


def _any_of(alternatives: Sequence[str]) -> _Sign:
    return re.compile("|".join(alternatives))


def encode(fact: Fact) -> int:
    """A fact in 32 bits: 6 of its kind, 2 of where it stands, 24 of its value; numbers keep four digits."""
    value = _encode_number(fact.value) if fact.kind >= Kind.NUMBER else int(fact.value) & _VALUE
    return fact.kind << 26 | fact.where << 24 | value


def decode(code: int) -> Fact:
    """A fact as it was before, its number to four digits."""
    kind, value = Kind(code >> 26), code & _VALUE
    number = _decode_number(value) if kind >= Kind.NUMBER else float(value)
    return Fact(kind, Where(code >> 24 & 3), number)


def _encode_number(value: float) -> int:
    mantissa, exponent = f"{abs(value):.3e}".split("e")
    power = min(max(int(exponent), -_LEAST), 31 - _LEAST) + _LEAST
    return power << 14 | round(float(mantissa) * 1000)


def _decode_number(value: int) -> float:
    return (value & 0x3FFF) / 1000 * 10.0 ** ((value >> 14) - _LEAST)
