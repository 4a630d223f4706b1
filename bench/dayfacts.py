"""What happens on a made-up day: the facts of each kind of event, as the words that `newsday.txt` puts them into."""

from collections.abc import Callable, Iterator, Mapping
from itertools import repeat

from bench import dayaffairs
from bench.daywords import WORDS, Chance, Facts, decline, money, plural, regions, towns

DAY, DAY_NUMBER = "22 июня", 22


def make_facts(kind: str, seed: int) -> Iterator[Facts]:
    """Events of a kind, each another one; they end where there is no more to tell."""
    chance = Chance(f"{kind} {seed}")
    known, everywhere = towns(), regions()
    told = _SUBJECTS.get(kind, [""])
    places = everywhere if kind in {"virus", "weather", "prices"} else known if kind in {"memorial", "city"} else [{}]
    subjects = [(place, one) for place in places for one in told]
    chance.shuffle(subjects)
    for place, subject in subjects if len(subjects) > 1 else repeat(({}, "")):
        facts = chance.choice(known) | place
        if "reg" in place and "town" not in place:  # its own town, or one that stands on no map
            own = [town for town in known if town["reg"] == place["reg"]]
            facts |= chance.choice(own) if own else decline(chance.choice(WORDS["districts"]))
        yield (
            _common(chance)
            | facts
            | {"place": chance.choice([facts["townp"], _district(chance)])}
            | _MAKERS[kind](chance, subject)
        )


def _district(chance: Chance) -> str:
    return f"{chance.choice(WORDS['districts'])}ом районе"


def _common(chance: Chance) -> Facts:
    first = f"{DAY_NUMBER - 1} июня" if chance.random() < 0.3 else DAY
    return {
        "day": DAY,
        "distp": _district(chance),
        "age": chance.number(18, 90, "год|года|лет"),
        "when": chance.of(f"утром {DAY}|вечером {first}|в ночь на {DAY}|днем {first}|около полуночи"),
        "expert": chance.surname(),
        "mayor": chance.surname(),
        "hour": f"{chance.randint(9, 22)}:{chance.randint(0, 5)}0",
        "few": str(chance.randint(2, 4)),
        "sum": f"{chance.randint(11, 990) / 10:.1f} {chance.of('млн рублей|млрд рублей')}".replace(".", ","),
        "years": str(chance.randint(3, 15)),
        "percent": f"{chance.randint(2, 199) / 10:.1f}%".replace(".", ","),
        "deadline": chance.of("1 июля|15 июля|1 августа|20 августа|1 сентября|октября|конца года"),
        "people_at": chance.number(12, 140, "человек|человека|человек"),
        "many": f"{chance.randint(2, 900)} тысяч",
        "later": chance.of("1 июля|10 июля|25 июня|28 июня|начале июля"),
    }


def _virus(chance: Chance, _: str) -> Facts:
    fresh = chance.randint(8, 420)
    total = fresh * chance.randint(25, 60) + chance.randint(0, 90)
    women = fresh * chance.randint(40, 60) // 100
    return {
        "fresh": str(fresh),
        "cases": plural(fresh, "случай|случая|случаев"),
        "total": str(total),
        "cured": str(total * chance.randint(30, 75) // 100),
        "cured_now": str(chance.randint(5, 300)),
        "died": str(max(2, total * chance.randint(3, 25) // 1000)),
        "died_now": str(chance.randint(3, 700)),
        "in_town": str(fresh * chance.randint(30, 70) // 100),
        "tests": str(chance.randint(20, 400) * 1000 + chance.randint(1, 999)),
        "watched": str(chance.randint(900, 22_000)),
        "beds": str(chance.randint(200, 3000)),
        "lungs": str(chance.randint(4, 90)),
        "women": str(women),
        "men": str(fresh - women),
        "chief": chance.surname(),
        "country": "580",
    }


def _abroad(chance: Chance, subject: str) -> Facts:
    return _virus(chance, "") | dict(zip(("land", "landp"), subject.split(), strict=True))


def _weather(chance: Chance, _: str) -> Facts:
    warm = chance.randint(9, 34)
    return {
        "sky": chance.of("ясно|облачно с прояснениями|небольшой дождь|ливни с грозой|жара|переменная облачность|дожди"),
        "warm": plural(warm, "градуса|градусов|градусов"),
        "town_warm": plural(warm - 2, "градуса|градусов|градусов"),
        "cold": plural(warm - chance.randint(6, 11), "градуса|градусов|градусов"),
        "wind": chance.of("северный|южный|западный|северо-западный|юго-восточный"),
        "gust": str(chance.randint(7, 22)),
        "pressure": str(chance.randint(738, 765)),
    }


def _horoscope(chance: Chance, subject: str) -> Facts:
    start = chance.randint(8, 16)
    return {
        "sign": subject,
        "seer": f"{chance.of('Вера|Инга|Лилия|Тамара')} {chance.choice(WORDS['surnames'])}а",
        "hours": f"с {start} до {start + chance.randint(1, 4)} часов",
        "color": chance.of("синий|желтый|бордовый|белый|зеленый"),
        "lucky": str(chance.randint(1, 40)),
    }


def _rates(chance: Chance, subject: str) -> Facts:
    currency, hour = subject.split()
    dollar, euro = (money(low + chance.randint(0, 140)) for low in (6850, 7700))
    step = plural(chance.randint(2, 60), "копейку|копейки|копеек")
    names = [("доллар", "доллара", "евро"), ("евро", "евро", "доллар")]
    one, genitive, other = names[currency == "евро"]
    rates = (dollar, euro) if currency == "доллар" else (euro, dollar)
    return {
        "currency": one,
        "currency_g": genitive,
        "other": other.capitalize(),
        "rate": rates[0],
        "other_rate": rates[1],
        "hour": hour,
        "moved": chance.of("вырос|поднялся|укрепился|снизился|упал|опустился"),
        "step": step,
        "before": money(6900 + chance.randint(0, 900)),
        "official": money(6900 + chance.randint(0, 900)),
        "index": str(chance.randint(2650, 2790)),
        "index_moved": chance.of("вырос|снизился"),
    }


def _oil(chance: Chance, subject: str) -> Facts:
    price = 41 + chance.randint(0, 200) / 100
    return {
        "hour": subject,
        "price": f"{price:.2f} доллара".replace(".", ","),
        "wti": f"{price - 2.4:.2f} доллара".replace(".", ","),
        "before": f"{price + 0.3:.2f} доллара".replace(".", ","),
        "moved": chance.of("выросла|подешевела|поднялась|упала"),
        "percent": f"{chance.randint(11, 290) / 100:.2f}%".replace(".", ","),
    }


def _accident(chance: Chance, _: str) -> Facts:
    dead, killed, victims = chance.choice([
        ("один человек погиб", "погиб", "водитель"), ("двое погибли", "погибли", "двое мужчин"),
        ("трое погибли", "погибла", "семья из трех человек"), ("четверо погибли", "погибли", "четыре человека"),
        ("погиб пенсионер", "погиб", "пенсионер"), ("погибла девушка", "погибла", "20-летняя девушка"),
    ])  # fmt: skip
    car = chance.choice(WORDS["cars"])
    return {
        "car": car,
        "carg": car,
        "truck": f"{chance.of('КамАЗ|автобус|лесовоз|внедорожник|такси|трактор')}",
        "dead_t": dead,
        "dead_s": f"{dead}, {plural(chance.randint(1, 9), 'человек ранен|человека ранены|человек ранены')}",
        "hurt_s": chance.of("Двое пассажиров|Трое пострадавших|Водитель|Ребенок и женщина|Пятеро пассажиров"),
        "killed": killed,
        "victims": victims,
        "driver": chance.of("19-летний|43-летний|57-летний|28-летний|35-летний|61-летний") + " житель " + "района",
        "driver_t": chance.of("Пьяный водитель|Лихач|Водитель без прав|Таксист|Уснувший водитель"),
        "road": f"{chance.of('М|Р|А')}-{chance.randint(4, 420)}",
        "km": str(chance.randint(3, 1900)),
        "hours_shut": chance.of("час|два часа|три часа|четыре часа"),
        "crews": chance.of("спасатели|пожарные и спасатели|сотрудники полиции"),
        "year_crashes": str(chance.randint(240, 2600)),
    }


def _fire(chance: Chance, _: str) -> Facts:
    dead = chance.of("погиб мужчина|погибла пенсионерка|двое погибли|пострадавших нет|ребенок в больнице|трое погибли")
    return {
        "what": chance.choice(WORDS["burns"]),
        "area": plural(
            chance.choice([30, 60, 120, 200, 450, 800, 1500]), "квадратный метр|квадратных метра|квадратных метров"
        ),
        "engines": plural(chance.randint(3, 30), "единица|единицы|единиц"),
        "dead_s": dead,
        "dead_t": dead,
        "evac": str(chance.randint(2, 60)),
    }


def _detained(chance: Chance, _: str) -> Facts:
    crime, crime_t = chance.choice(WORDS["crimes"]).split("|")
    who, genitive = chance.choice([
        ("подросток", "подростка"), ("чиновник", "чиновника"), ("безработный", "безработного"), ("таксист", "таксиста"),
        ("бизнесмен", "бизнесмена"), ("врач", "врача"), ("студент", "студента"), ("рецидивист", "рецидивиста"),
    ])  # fmt: skip
    age = chance.randint(18, 66)
    return {
        "crime_p": crime,
        "crime_t": crime_t,
        "suspect": f"{age}-летнего {genitive}",
        "suspect_n": f"{age}-летнего {genitive}",
        "suspect_t": f"{age}-летний {who}",
        "found": chance.of("пять телефонов|деньги и документы|поддельные печати|охотничье ружье|два ноутбука"),
        "years_t": chance.number(2, 14, "год|года|лет"),
        "asked": chance.number(3, 16, "год|года|лет"),
        "moral": f"{chance.randint(1, 30) * 50} тысяч рублей",
    }


def _fraud(chance: Chance, _: str) -> Facts:
    amount = f"{chance.randint(60, 4900)} тысяч рублей"
    return {"sum": amount, "sum_s": amount, "age_t": f"{chance.randint(58, 88)}-летняя"}


_SUBJECTS = {  # each is told once, or once of a place
    "abroad": WORDS["lands"],
    "horoscope": WORDS["signs"],
    "rates": [
        f"{one} {hour}" for one in ("доллар", "евро") for hour in ("10:00", "11:15", "12:30", "14:00", "16:15", "18:45")
    ],
    "oil": [f"{hour}:00" for hour in range(9, 21, 2)],
    "order": WORDS["orders"],
    "bill": WORDS["bills"],
    "city": WORDS["things"],
    "quake": WORDS["quakes"],
    "prices": WORDS["goods"],
    "match": [f"{one} {other}" for one, other in zip(WORDS["clubs"][::2], WORDS["clubs"][1::2], strict=True)],
}
_MAKERS: Mapping[str, Callable[[Chance, str], Facts]] = {
    "virus": _virus,
    "abroad": _abroad,
    "weather": _weather,
    "horoscope": _horoscope,
    "rates": _rates,
    "oil": _oil,
    "accident": _accident,
    "fire": _fire,
    "detained": _detained,
    "fraud": _fraud,
    "court": _detained,
    "match": dayaffairs.match,
    "transfer": dayaffairs.transfer,
    "order": dayaffairs.order,
    "bill": dayaffairs.bill,
    "memorial": dayaffairs.memorial,
    "city": dayaffairs.city,
    "gadget": dayaffairs.gadget,
    "star": dayaffairs.star,
    "prices": dayaffairs.prices,
    "missing": dayaffairs.missing,
    "quake": dayaffairs.quake,
    "company": dayaffairs.company,
}
