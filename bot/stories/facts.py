"""What articles of one event agree on and those of two events do not: what was counted, how it ended, which day."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

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


# fmt: off
_COUNTED: tuple[tuple[Kind, str], ...] = (
    (Kind.DEAD, r"погиб|умер|умир|скончал|жертв|убит|смерт|летальн|халок|фавт|кушта|курбон|марг|die[ds]?\b|dead|death|toll|kill|fatalit|lives"),
    (Kind.HURT, r"ранен|ранил|пострада|травм|госпитализ|ожог|мачрух|захм|осеб|чарохат|бистари|injur|wound|hurt|hospitali"),
    (Kind.MISSING, r"пропа[лв]|пропаж|вести|гумшуда|гум шуд|бедарак|missing"),
    (Kind.HELD, r"задерж|аресто|боздошт|дастгир|хабс|detain|arrest|custod"),
    (Kind.RESCUED, r"спас|эвакуир|начот|тахлия|rescue|evacuat|saved"),
    (Kind.MAGNITUDE, r"магнитуд|балл|magnitude|richter"),
    (Kind.PERCENT, r"%|процент|фоиз|дарсад|per ?cent"),
    (Kind.DEGREES, r"°|градус|дарача|degree"),
    (Kind.MONEY, r"[$€₽]|долл|руб|сомон|евро|тенге|сум\b|сумов|dollar|somoni|rouble|ruble|euro|\busd"),
    (Kind.HOMES, r"дом(?:ов|а|ах)?\b|домохоз|хона|манзил|house|homes?\b"),
    (Kind.DISTANCE, r"км\b|километр|km\b|kilomet"),
    (Kind.TONNES, r"тонн(?!ел)|tons?\b|tonnes?\b"),
    (Kind.POWER, r"мвт|мегаватт|megawatt|mw\b"),
    (Kind.YEARS, r"лет\b|летн|года?\b|годам|сол(?:а|и)?\b|years?\b|year-old"),
    (Kind.PEOPLE, r"человек|люд|граждан|жител|пассажир|ребен|дет(?:ей|и)\b|женщин|мужчин|нафар|\bкас|одам|people|person|passenger|child|resident|men\b|women\b"),
)
_SIDES: tuple[tuple[Axis, str, str], ...] = (
    (Axis.DECISION,
     r"\b(?<!не )(?:одобр|утверд|принял|принят|поддержа|ратифиц|согласова)|тасдик кард|тасдик шуд|тасвиб|\b(?<!not )(?:approv|adopt|passed|ratif|backed|endors)",
     r"отклон|отверг|отказал|не поддержа|не одобр|не принял|не утвер|провалил|заблокир|\bвето|рад (?:кард|намуд|шуд)|reject|veto|refus|turned? down|voted? down"),
    (Axis.LIBERTY,
     r"освобо(?:д|жд)|отпусти|отпущен|оправда(?:л|н)|вышел на свобод|озод (?:шуд|кард|намуд)|бегунох|freed?\b|releas|acquit",
     r"задержан|задержал|арест|приговор|осуди|осужд|под страж|боздошт|дастгир|хабс|махкум|detain|arrest|sentenc|convict|jail"),
    (Axis.WAY,
     r"возобнов|открыл|открыт|открыва|запусти|запуск|введен|кушода|ифтитох|аз нав огоз|reopen|opens?\b|opened|resum|launch",
     r"закры|приостан|перекры|прекра[тщ]|баста|пушида|катъ (?:шуд|кард)|clos(?:e|ed|es|ing|ure)|suspend|halt|shut"),
    (Axis.LEVEL,
     r"вырос|выраст|повы[сш]|увелич|подорож|\bрост\b|роста\b|ростом|укреп|афзуд|афзоиш|зиёд шуд|боло рафт|\brise|\brose|rising|increas|grow|grew|higher|climb",
     r"сниз|сниж|упал|упад|сократ|уменьш|подешев|паден|ослаб|паст (?:шуд|рафт)|кам шуд|кохиш|арзон|\bfell|\bfall|drop|decreas|declin|lower|\bcut"),
    (Axis.TIMING,
     r"состоял|стартов|началс|начали|прош(?:ел|ла|ло|ли)\b|баргузор (?:шуд|гардид)|огоз (?:шуд|ёфт|ефт)|took place|was held|began|kicked off|started",
     r"перенес|перенос|отлож|отмен|сорва|таъхир|бекор|postpon|cancel|called? off|delay"),
    (Axis.WORD, r"подтверд|тасдик мекун|confirm", r"опроверг|опроверж|отрица|такзиб|инкор|den(?:y|ied|ies)"),
    (Axis.POST,
     r"назнач|избран|избрал|таъин|интихоб шуд|appoint|elected|named as",
     r"уволен|уволил|отставк|освобожден от|снят с|истеъфо|аз вазифа озод|dismiss|resign|sacked|ousted"),
    (Axis.STAGE,
     r"подписал|подписан|имзо (?:шуд|кард|намуд|расид)|signed|завершил|завершен|сдан\b|анчом ёфт|completed|finished",
     r"проект\b|подпишут|планиру|намерен|готов[ия]т|предлож|собира[ею]т|лоиха|накша|тарх|\bdraft|propos|\bplan[sn]?\b|intend|will sign"),
)
# fmt: on
_COUNT_PATTERNS = tuple((kind, re.compile(pattern)) for kind, pattern in _COUNTED)
_SIDE_PATTERNS = tuple((axis, re.compile(done), re.compile(undone)) for axis, done, undone in _SIDES)
_SCORE = re.compile(r"(?<![\d.,:/-])(\d{1,3})\s?([:–-])\s?(\d{1,3})(?![\d.,]?\d|[:/–-]\d|-?[а-яa-z])")
_SCORE_NEAR = re.compile(
    r"сч[её]т|матч|побед|выигр|обыгр|ничь|проигр|гол|хисоб|бози|галаба|мусови|score|win|won|beat|draw|drew|lost|defeat|match|victory"
)
_NOT_BEFORE = re.compile(r"(?:\bв|\bк|\bдо|\bс|около|после|\bat|\bfrom|соати?|соат|by|until)\s+$")
_BACKGROUND = re.compile(
    r"^[ \t]*(?:напомн|напомина|ранее|как (?:ранее )?сообщал|читайте|подпис|ёдовар|қаблан|пештар|earlier|read (?:also|more)"
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


def _kind(word: str) -> Kind | None:
    return next((kind for kind, pattern in _COUNT_PATTERNS if pattern.match(word)), None)


def _sides(title: str, lead: str) -> Iterator[Fact]:
    """How it ended, where the title tells just one side, or the opening does."""
    for axis, done, undone in _SIDE_PATTERNS:
        for where, text in ((Where.TITLE, title), (Where.LEAD, f"{title}\n{lead}")):
            is_done, is_undone = done.search(text) is not None, undone.search(text) is not None
            if is_done != is_undone:
                yield Fact(Kind.OUTCOME, where, axis * 2 + is_done)
                break
            if is_done and is_undone:
                break


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
