"""The facts of a made-up day's sport, business, offices and everyday: see `bench.dayfacts`."""

from bench.daywords import WORDS, Chance, Facts, money, plural


def match(chance: Chance, subject: str) -> Facts:
    home, guest = subject.split()
    left, right = chance.randint(1, 4), chance.randint(0, 3)
    left += left == right
    winner, loser = (home, guest) if left > right else (guest, home)
    scorer = chance.choice(WORDS["surnames"])
    minutes = sorted(chance.sample(range(3, 92), 3))
    return {
        "home": home,
        "guest": guest,
        "winner": winner,
        "loser": loser,
        "next": chance.choice(WORDS["clubs"]),
        "score": f"{left}:{right}",
        "round": str(chance.randint(23, 25)),
        "league_g": chance.choice(WORDS["leagues"]),
        "scorer": scorer,
        "scorer_g": f"{scorer}а",
        "scorer2": chance.choice(WORDS["surnames"]),
        "minute": str(minutes[0]),
        "minute2": str(minutes[1]),
        "minute3": str(minutes[2]),
        "sent_off": chance.of("Защитник|Вратарь|Полузащитник"),
        "points": chance.number(15, 60, "очко|очка|очков"),
        "place": str(chance.randint(1, 16)),
        "coach": chance.surname(),
        "fans": str(chance.randint(300, 4000)),
    }


def transfer(chance: Chance, _: str) -> Facts:
    club, old = chance.sample(WORDS["clubs"], 2)
    post = chance.of("защитник|нападающий|полузащитник")
    genitive = {"защитник": "защитника", "нападающий": "нападающего", "полузащитник": "полузащитника"}[post]
    player = chance.surname()
    return {
        "club": club,
        "from": old,
        "player": player,
        "player_g": f"{player.split()[1]}а",
        "post": post,
        "post_t": post,
        "post_g": genitive,
        "term": chance.of("два года|три года|один сезон|пять лет"),
        "goals": plural(chance.randint(2, 30), "мяч|мяча|мячей"),
        "number": str(chance.randint(2, 99)),
        "sum": f"{chance.randint(3, 90) / 10:.1f} млн евро".replace(".", ","),
    }


def order(chance: Chance, subject: str) -> Facts:
    return {
        "office": chance.choice(WORDS["offices"]),
        "what": subject,
        "what_t": subject,
        "meeting": chance.of("с губернаторами|правительства|по экономическим вопросам|оперативного штаба"),
        "who": chance.of("губернаторы|Минфин и Минтруд|Минздрав|главы регионов и Роспотребнадзор|Минпромторг"),
        "quote": chance.choice(WORDS["quotes"]),
    }


def bill(chance: Chance, subject: str) -> Facts:
    return {
        "about": subject,
        "about_of": f"о {subject}",
        "reading": chance.of("первом|втором|третьем"),
        "votes": str(chance.randint(290, 430)),
        "quote_bill": chance.of(
            "Штраф составит до 5 тысяч рублей.|Порядок определит правительство.|Бизнес просил отсрочки."
        ),
    }


def memorial(chance: Chance, _: str) -> Facts:
    went = chance.randint(9, 120) * 1000
    return {
        "square": chance.of("Победы|Ленина|Памяти|Мира|Героев"),
        "went": str(went),
        "lost": str(went // 3 + chance.randint(1, 400)),
        "veteran": chance.surname(),
        "candles": str(chance.randint(3, 20) * 100 + 18),
        "age": chance.number(92, 100, "год|года|лет"),
    }


def city(chance: Chance, subject: str) -> Facts:
    return {
        "thing": subject,
        "done": chance.of("отремонтируют|построят|откроют|закроют на ремонт|продадут|обследуют|благоустроят"),
        "done_pass": chance.of("отремонтируют|построят|откроют|передадут городу|приведут в порядок"),
        "firm": f"ООО «{chance.choice(WORDS['surnames'])[:5]}строй»",
        "deputy": chance.choice(WORDS["surnames"]) + "а",
        "street": chance.of("Садовой|Заводской|Гагарина|Лесной|Кирова|Набережной|Чехова|Школьной"),
        "quote_city": chance.of("Сроки жесткие, но реальные|Люди ждали этого давно|Денег хватит|Мы услышали горожан"),
    }


def gadget(chance: Chance, _: str) -> Facts:
    model = f"{chance.choice(WORDS['models'])} {chance.randint(3, 40)} {chance.of('Pro|Lite|Plus|Max')}"
    return {
        "firm": chance.choice(WORDS["firms"]),
        "product": f"{chance.of('смартфон|планшет|ноутбук|умные часы|наушники')} {model}",
        "screen": chance.of("6,5-дюймовый|изогнутый|безрамочный|10-дюймовый"),
        "battery": plural(chance.randint(20, 90) * 100, "мАч|мАч|мАч"),
        "price": f"{chance.randint(5, 120)} 990 рублей",
        "chip": f"{chance.of('Kirin|Helio|Snap|Core')} {chance.randint(400, 999)}",
        "memory": plural(chance.choice([4, 6, 8, 12, 16]), "Гб|Гб|Гб"),
        "mpix": str(chance.choice([12, 16, 48, 64, 108])),
    }


def star(chance: Chance, _: str) -> Facts:
    return {
        "star": chance.surname(),
        "who": chance.of("актер|певец|телеведущий|комик|блогер|режиссер"),
        "did": chance.choice(WORDS["deeds"]),
        "quote_star": chance.of(
            "Это мое решение|Я счастлив, и точка|Не верьте слухам|Так уж вышло|Спасибо всем, кто рядом"
        ),
        "likes": str(chance.randint(2, 40) * 100),
        "film": chance.choice(WORDS["films"]),
        "films": plural(chance.randint(9, 90), "фильме|фильмах|фильмах"),
    }


def prices(chance: Chance, subject: str) -> Facts:
    cheaper = chance.of("капуста и морковь|бананы|куриное мясо|помидоры|молоко и масло")
    return {
        "goods": subject,
        "price": money(chance.randint(3000, 18_000)),
        "before": money(chance.randint(2500, 15_000)),
        "cheaper": cheaper,
    }


def missing(chance: Chance, _: str) -> Facts:
    age = chance.randint(3, 85)
    who = "мальчик" if age < 15 else chance.of("мужчина|пенсионер|грибник|рыбак")
    return {
        "age_t": f"{age}-летнего",
        "lost_who": {"мальчик": "мальчика", "мужчина": "мужчину", "рыбак": "рыбака"}.get(who, who + "а"),
        "lost_who_n": f"{age}-летний {who}",
        "clothes": chance.of("синяя куртка, черные брюки|серый спортивный костюм|красная кепка|камуфляж и сапоги"),
        "river": chance.of("Быстрой|Каменки|Ольховки|Светлой|Черной"),
    }


def quake(chance: Chance, subject: str) -> Facts:
    at, genitive = subject.split("|")
    return {
        "at": at,
        "at_g": genitive,
        "magnitude": f"{chance.randint(31, 62) / 10:.1f}".replace(".", ","),
        "depth": str(chance.randint(8, 190)),
        "away": str(chance.randint(20, 300)),
        "from_town": chance.of("ближайшего города|районного центра|столицы региона"),
    }


def company(chance: Chance, _: str) -> Facts:
    return {
        "firm": f"«{chance.choice(WORDS['firms'])}{chance.of('|-Инвест|-Банк|-Нефть|-Авиа')}»",
        "staff": str(chance.randint(1, 90) * 100),
        "moved": chance.of("выросла|снизилась|упала"),
        "income": f"{chance.randint(20, 900)} млрд рублей",
        "dividend": f"{chance.randint(3, 300) / 10:.1f} рубля на акцию".replace(".", ","),
        "index_moved": chance.of("подорожали|подешевели"),
        "percent2": f"{chance.randint(2, 60) / 10:.1f}%".replace(".", ","),
    }
