"""Tells a made-up news day: pages of a hundred outlets, in words of their own, with the event of each known."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from bench.dayfacts import make_facts
from bench.daywords import Chance, Facts

MIDNIGHT = datetime(2026, 6, 22, tzinfo=UTC) - timedelta(hours=3)  # Moscow's
OUTLETS = 100
COPIED = 0.10  # of the pages: word for word what another outlet wrote
SAME_WORDS = 0.6  # how often an outlet keeps a word of the first text where it could take another
WITH_BACKGROUND = 0.55
LATER = 1.5  # hours from the first page of an event to the others, on average
DIGESTS = 0.01  # of the pages
NAMED = 5  # stories of a digest

_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_SLOT = re.compile(r"\{(\w+)\}")
_START = re.compile(r"(^|[.!?] )([а-яё])")


@dataclass(frozen=True, slots=True)
class Page:
    """A page and which event it tells."""

    title: str
    text: str
    url: str
    source: str
    published_at: datetime
    event: str


@dataclass(slots=True)
class Kind:
    """How events of a kind are told. `share`: of the pages, in thousandths."""

    name: str
    share: int
    fewest: int
    most: int
    told: int
    lines: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


@dataclass(slots=True)
class _Event:
    """An event, its first text, and what pages told it so far."""

    name: str
    kind: Kind
    facts: Facts
    outlets: int
    began: datetime
    titles: list[str]
    leads: list[str]
    details: list[str]
    words: dict[tuple[str, int], int] = field(default_factory=dict)


def pages(count: int, seed: int) -> Iterator[Page]:
    """So many pages of one day, in the order of time; the same for the same seed."""
    chance = Chance(f"day {seed}")
    found = [page for event in _events(count, seed, chance) for page in _tell(event, chance)]
    chance.shuffle(found)
    found = found[: count - round(count * DIGESTS)]
    found += [_digest(number, found, chance) for number in range(count - len(found))]
    yield from sorted(found, key=lambda page: (page.published_at, page.url))


@cache
def kinds() -> tuple[Kind, ...]:
    """What `newsday.txt` has."""
    found: list[Kind] = []
    for line in Path(__file__).with_name("newsday.txt").read_text("utf-8").splitlines():
        mark, _, rest = line.partition(" ")
        if mark == "=":
            name, share, fewest, most, told = rest.split()
            found.append(Kind(name, int(share), int(fewest), int(most), int(told)))
        elif mark in {"t", "l", "d", "b"}:
            found[-1].lines[mark].append(rest)
    return tuple(found)


def _events(count: int, seed: int, chance: Chance) -> Iterator[_Event]:
    """Until there are enough; kinds of which there is no more leave their room to the others."""
    total = sum(kind.share for kind in kinds())
    open_kinds = [(kind, enumerate(make_facts(kind.name, seed))) for kind in kinds()]
    left = float(count)
    while left > 0:
        room = left
        for kind, facts in list(open_kinds):
            share = max(room * kind.share / total, 1)
            for number, one in facts:
                event = _begin(f"{kind.name}-{number}", kind, one, chance)
                share, left = share - event.outlets, left - event.outlets
                yield event
                if share <= 0:
                    break
            else:
                open_kinds.remove((kind, facts))


def _begin(name: str, kind: Kind, facts: Facts, chance: Chance) -> _Event:
    # Most events have few pages: the logarithm of their number is even, so to say.
    outlets = round(kind.fewest * (kind.most / kind.fewest) ** chance.random())
    details = kind.lines["d"]
    return _Event(
        name,
        kind,
        facts,
        outlets,
        MIDNIGHT + timedelta(hours=_hour(kind, facts, chance)),
        chance.sample(kind.lines["t"], min(3, len(kind.lines["t"]))),
        chance.sample(kind.lines["l"], min(2, len(kind.lines["l"]))),
        chance.sample(details, min(kind.told + 1, len(details))),
    )


def _hour(kind: Kind, facts: Facts, chance: Chance) -> float:
    if kind.name in {"rates", "oil"}:
        hour, minute = facts["hour"].split(":")
        return int(hour) + int(minute) / 60
    return chance.triangular(5, 22, 11)


def _tell(event: _Event, chance: Chance) -> Iterator[Page]:
    told: list[Page] = []
    for number, outlet in enumerate(chance.sample(range(OUTLETS), min(event.outlets, OUTLETS))):
        later = timedelta(hours=chance.expovariate(1 / LATER)) if number else timedelta()
        source = f"outlet{outlet:02}.example"
        if told and chance.random() < COPIED / (1 - 1 / max(event.outlets, 2)):
            first = chance.choice(told)
            title, text = first.title, first.text
        else:
            title, text = _write(event, chance)
        url = f"https://{source}/{event.name}"
        told.append(Page(title, text, url, source, event.began + later, event.name))
    yield from told


def _write(event: _Event, chance: Chance) -> tuple[str, str]:
    """A title and a text of paragraphs."""
    kept = event.details if chance.random() < 0.3 else chance.sample(event.details, max(1, len(event.details) - 1))
    details = [_say(one, event, chance) for one in kept]
    middle = len(details) // 2 or 1
    parts = [_say(chance.choice(event.leads), event, chance), " ".join(details[:middle]), " ".join(details[middle:])]
    if event.kind.lines["b"] and chance.random() < WITH_BACKGROUND:
        parts.append(_say(chance.choice(event.kind.lines["b"]), event, chance))
    return _say(chance.choice(event.titles), event, chance), "\n\n".join(part for part in parts if part)


def _say(line: str, event: _Event, chance: Chance) -> str:
    """A line with its facts, and those of its words that the outlet likes."""

    def choose(match: re.Match[str]) -> str:
        options = match[1].split("|")
        first = event.words.setdefault((line, match.start()), chance.randrange(len(options)))
        return options[first] if chance.random() < SAME_WORDS else chance.choice(options)

    filled = _SLOT.sub(lambda match: _fact(event.facts, match[1]), _CHOICE.sub(choose, line))
    plain = " ".join(filled.split()).replace(" .", ".").replace(" ,", ",")
    return _START.sub(lambda match: match[1] + match[2].upper(), plain)


def _fact(facts: Mapping[str, str], name: str) -> str:
    if name in facts:
        return facts[name]
    value = facts[name.lower()]
    return value[:1].upper() + value[1:]


def _digest(number: int, told: Sequence[Page], chance: Chance) -> Page:
    """«Главное к этому часу»: stories of other events, an event of its own."""
    named = chance.sample(told, NAMED)
    moment = max(page.published_at for page in named) + timedelta(minutes=chance.randint(5, 90))
    source = f"outlet{chance.randrange(OUTLETS):02}.example"
    title = chance.of("Главное к этому часу|Что произошло за день: пять новостей|Итоги дня|Главные новости к вечеру")
    text = "\n\n".join(f"{page.title}. {page.text.split('. ')[0]}." for page in named)
    return Page(
        f"{title}: {named[0].title}" if number % 2 else title,
        text,
        f"https://{source}/digest-{number}",
        source,
        moment,
        f"digest-{number}",
    )
