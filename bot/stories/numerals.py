"""Numbers as texts write them, in digits and in words of three languages."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

# fmt: off
_RUSSIAN = (
    (2, "два две двух двум двумя двое двоих двоим двоими"), (3, "три трех трем тремя трое троих троим троими"),
    (4, "четыре четырех четырем четырьмя четверо четверых четверым"), (5, "пять пяти пятью пятеро пятерых пятерым"),
    (6, "шесть шести шестью шестеро шестерых шестерым"), (7, "семь семи семью семеро семерых семерым"),
    (8, "восемь восьми восемью восьмеро восьмерых"), (9, "девять девяти девятью девятеро девятерых"),
    (10, "десять десяти десятью десятеро десятерых"), (11, "одиннадцать одиннадцати"), (12, "двенадцать двенадцати"),
    (13, "тринадцать тринадцати"), (14, "четырнадцать четырнадцати"), (15, "пятнадцать пятнадцати"),
    (16, "шестнадцать шестнадцати"), (17, "семнадцать семнадцати"), (18, "восемнадцать восемнадцати"),
    (19, "девятнадцать девятнадцати"), (20, "двадцать двадцати"), (30, "тридцать тридцати"), (40, "сорок сорока"),
    (50, "пятьдесят пятидесяти"), (60, "шестьдесят шестидесяти"), (70, "семьдесят семидесяти"),
    (80, "восемьдесят восьмидесяти"), (90, "девяносто девяноста"), (100, "сто ста"), (200, "двести двухсот"),
    (300, "триста трехсот"), (400, "четыреста четырехсот"), (500, "пятьсот пятисот"), (600, "шестьсот шестисот"),
    (700, "семьсот семисот"), (800, "восемьсот восьмисот"), (900, "девятьсот девятисот"),
)
_TAJIK = (
    (2, "ду"), (3, "се"), (4, "чор чахор"), (5, "панч"), (6, "шаш"), (7, "хафт"), (8, "хашт"), (9, "нух"), (10, "дах"),
    (11, "ёздах ездах"), (12, "дувоздах"), (13, "сездах"), (14, "чордах чахордах"), (15, "понздах"), (16, "шонздах"),
    (17, "хабдах хафдах"), (18, "хаждах"), (19, "нуздах"), (20, "бист"), (30, "си"), (40, "чил"), (50, "панчох"),
    (60, "шаст"), (70, "хафтод"), (80, "хаштод"), (90, "навад"), (100, "сад"),
)
_ENGLISH = (
    (2, "two"), (3, "three"), (4, "four"), (5, "five"), (6, "six"), (7, "seven"), (8, "eight"), (9, "nine"),
    (10, "ten"), (11, "eleven"), (12, "twelve dozen"), (13, "thirteen"), (14, "fourteen"), (15, "fifteen"),
    (16, "sixteen"), (17, "seventeen"), (18, "eighteen"), (19, "nineteen"), (20, "twenty"), (30, "thirty"),
    (40, "forty"), (50, "fifty"), (60, "sixty"), (70, "seventy"), (80, "eighty"), (90, "ninety"), (100, "hundred"),
)
_ONE = {
    "ru": frozenset(("один", "одного", "одному", "одна", "одной", "одну")),
    "tg": frozenset(("як",)),
    "en": frozenset(("one",)),
}
_TIMES = (
    (1e3, ("тыс", "тысяч", "хазор", "thousand")), (1e6, ("млн", "миллион", "million", "mln")),
    (1e9, ("млрд", "миллиард", "billion", "bn")), (1e12, ("трлн", "триллион", "trillion")),
)
# fmt: on
_WORDS = {
    language: {word: float(value) for value, words in table for word in words.split()}
    for language, table in (("ru", _RUSSIAN), ("tg", _TAJIK), ("en", _ENGLISH))
}
# Letters that Tajik and Russian write in two ways are one here, as they are in the keys of words.
_FOLDED = str.maketrans("ёғӣқӯҳҷ", "егикухч")
_TOKEN = re.compile(
    r"(?P<number>\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?![\d])(?:,\d+)?|\d+(?:[.,]\d+)*)(?P<tail>-?[^\W\d_]{1,3}\b)?"
    r"|(?P<word>[^\W\d_]+(?:['’-][^\W\d_]+)*)|(?P<stop>[.!?…\n]+)|(?P<sign>[%°$€₽:,;—–-])"
)


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a sentence: a word in folded lower case, or a number; `text` is "." where a sentence ends."""

    text: str
    value: float | None = None
    start: int = 0


def fold(text: str) -> str:
    """Lower case, with the letters that have two spellings written in one; as long as before."""
    return text.lower().translate(_FOLDED) if len(text.lower()) == len(text) else text.translate(_FOLDED)


def tokens(folded: str, language: str) -> list[Token]:
    """The words, numbers and signs of a folded text; 3,5 тыс. is one number, and so is двадцать пять."""
    found: list[Token] = []
    for token in _read(folded, language):
        if found and (value := _together(found[-1], token)):
            found[-1] = Token(found[-1].text, value, found[-1].start)
        else:
            found.append(token)
    return found


def _together(last: Token, token: Token) -> float | None:
    """The number that two tokens are in one: двадцать, then пять; 3,5, then тыс."""
    if last.value is None:
        return None
    if token.value is None:
        times = _times(token.text)
        return last.value * times if times else None
    are_words = "#" not in {last.text, token.text}
    is_round = last.value >= 20 and last.value % 10 == 0
    return (
        last.value + token.value
        if are_words and is_round and token.value < (100 if last.value >= 100 else 10)
        else None
    )


def _read(folded: str, language: str) -> Iterator[Token]:
    words, one = _WORDS.get(language, {}), _ONE.get(language, frozenset())
    for match in _TOKEN.finditer(folded):
        if number := match["number"]:
            value = _value(number)
            yield Token("#", value, match.start()) if value is not None else Token(number, None, match.start())
            if match["tail"]:
                yield Token(match["tail"].lstrip("-"), None, match.start("tail"))
        elif word := match["word"]:
            value = words.get(word)
            if value is None and word in one:
                yield Token("1", 1.0, match.start())
            else:
                yield Token(word, value, match.start())
        elif match["stop"]:
            yield Token(".", None, match.start())
        else:
            yield Token(match["sign"], None, match.start())


def _times(word: str) -> float | None:
    return next((times for times, stems in _TIMES if word.startswith(stems)), None)


def _value(number: str) -> float | None:
    """None for what is no amount: 12.03.2026."""
    plain = re.sub(r"[ \u00a0\u202f]", "", number)
    if re.fullmatch(r"\d{1,3}(,\d{3})+", plain):  # 12,500 in English; a Russian 12,500 is rarer than that
        plain = plain.replace(",", "")
    plain = plain.replace(",", ".")
    if plain.count(".") > 1 or len(plain) > 15:
        return None
    return float(plain)
