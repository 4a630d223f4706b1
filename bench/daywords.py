"""Words of a made-up day: its regions and towns with their cases, chance among words, forms of what is counted."""

from pathlib import Path
from random import Random

Facts = dict[str, str]


def _load() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for block in Path(__file__).with_name("newsday_words.txt").read_text("utf-8").split("\n= ")[1:]:
        name, _, items = block.partition("\n")
        found[name] = [" ".join(item.split()) for item in items.split(";")]
    return found


WORDS = _load()


def plural(number: int, forms: str) -> str:
    """`forms` for 1, 2 and 5, with bars: случай|случая|случаев."""
    one, few, many = forms.split("|")
    if number % 100 in range(11, 15) or number % 10 in {0, *range(5, 10)}:
        form = many
    else:
        form = one if number % 10 == 1 else few
    return f"{number} {form}"


def money(hundredths: int) -> str:
    """Roubles."""
    return f"{hundredths // 100},{hundredths % 100:02} рубля"


class Chance(Random):
    """Random choices among words."""

    def of(self, text: str, sign: str = "|") -> str:
        """One of several, whose line ends are no matter."""
        return self.choice([" ".join(one.split()) for one in text.split(sign)])

    def number(self, low: int, high: int, forms: str) -> str:
        return plural(self.randint(low, high), forms)

    def surname(self) -> str:
        return f"{self.choice(WORDS['names'])} {self.choice(WORDS['surnames'])}"


def regions() -> list[Facts]:
    """Names in the nominative, genitive, prepositional and dative."""
    found = [_region(f"{one}ая область", f"{one}ой области", f"{one}ой области") for one in WORDS["oblasts"]]
    found += [_region(f"{one}ий край", f"{one}ого края", f"{one}ом крае") for one in WORDS["krays"]]
    return found + [_region(*one.split()) for one in WORDS["republics"]]


def _region(name: str, genitive: str, prepositional: str) -> Facts:
    return {"reg": name, "regg": genitive, "regp": prepositional, "reg_d": prepositional.replace(" крае", " краю")}


def towns() -> list[Facts]:
    """Names in the nominative, genitive, prepositional and instrumental, with those of their regions."""
    found = []
    for one in WORDS["towns"]:
        name, _, stem = one.partition(":")
        found.append(decline(name) | next(region for region in regions() if region["reg"].startswith(stem)))
    return found


def decline(name: str) -> Facts:
    """A town."""
    stem = name[:-1]
    match name[-1]:
        case "а":
            cases = (stem + ("и" if stem[-1] in "гкч" else "ы"), stem + "е", stem + "ой")
        case "ь" if name in {"Ярославль", "Ставрополь"}:
            cases = (stem + "я", stem + "е", stem + "ем")
        case "ь":
            cases = (stem + "и", stem + "и", name + "ю")
        case "о" | "и":
            cases = (name, name, name)
        case "ы":
            cases = ((stem if name == "Чебоксары" else "Шахт"), stem + "ах", stem + "ами")
        case _ if name == "Череповец":
            cases = ("Череповца", "Череповце", "Череповцом")
        case _:
            cases = (name + "а", name + "е", name + "ом")
    return {"town": name, "town_t": name, "townp_t": name, "towng": cases[0], "townp": cases[1], "towni": cases[2]}
