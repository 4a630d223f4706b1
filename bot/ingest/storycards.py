"""What stands around a headline: its date, its lead, its picture. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import islice

from lxml import etree

from bot.ingest.blocks import absolute_url
from bot.ingest.headlinks import Mention, Places
from bot.ingest.linktext import HEADINGS, TITLE_CLASS, is_headline, joined, lines
from bot.ingest.listdates import MAX_STAMP, Stamp, read_stamp

_MOST_PARTS = 300  # elements of a card that are looked at
_BESIDE = 3  # elements before and after a headline that has no card of its own
_LEAD = 50  # letters; less is a label
_PICTURES = ("data-src", "data-original", "data-lazy-src", "data-lazy", "src")
_BACKGROUND = re.compile(r"background(?:-image)?:[^;]{0,50}?url\(\s{0,5}['\"]?([^'\")]{1,2000})", re.IGNORECASE)
_NO_PICTURE = re.compile(r"avatar|logo|icon|spacer|blank|pixel|placeholder|loader|1x1", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Card:
    """`heading` stands in it outside of its links. `is_bare`: there is nothing but the link itself."""

    stamp: Stamp | None
    image: str | None
    lead: str
    heading: str
    is_bare: bool


def read_cards(
    stories: Mapping[str, Sequence[Mention]], places: Places, zone: tzinfo, now: datetime
) -> dict[str, Card]:
    """The card of each story, by its key."""
    found: dict[str, Card] = {}
    before: dict[str, Stamp | None] = {}
    after: dict[str, Stamp | None] = {}
    for key, mentions in stories.items():
        holders = list(dict.fromkeys(places.card(one) for one in mentions))
        found[key] = _card(holders, mentions, zone, now)
        if found[key].stamp is None:
            before[key] = _beside(holders, places, zone, now, is_before=True)
            after[key] = _beside(holders, places, zone, now, is_before=False)
    # In a flat list each date stands between two headlines: only its ends tell whose it is.
    is_after = sum(one is not None for one in after.values()) > sum(one is not None for one in before.values())
    for key, stamp in (after if is_after else before).items():
        if stamp is not None:
            card = found[key]
            found[key] = Card(stamp, card.image, card.lead, card.heading, card.is_bare)
    return found


def _card(holders: Sequence[etree._Element], mentions: Sequence[Mention], zone: tzinfo, now: datetime) -> Card:
    stamp, image, lead, heading = None, None, "", ""
    titles = {one.text for one in mentions}
    for holder in holders:
        stamp = stamp or _stamp(holder, zone, now)
        image = image or _image(holder, mentions[0].url)
        heading = heading or _heading(holder)
        lead = lead or _lead(holder, titles | {heading})
    links = {one.element for one in mentions}
    return Card(stamp, image, lead, heading, is_bare=all(holder in links for holder in holders))


def _stamp(holder: etree._Element, zone: tzinfo, now: datetime) -> Stamp | None:
    """The date that a card states: its time element's, else that of a line which is nothing but a date."""
    worded: Stamp | None = None
    for part in islice(holder.iter(etree.Element), _MOST_PARTS):
        if part.tag == "time" and (said := part.get("datetime")) and (stamp := read_stamp(said, zone, now)):
            return stamp
        if worded is None:
            worded = next((found for text in _texts(part, holder) if (found := read_stamp(text, zone, now))), None)
    return worded


def _texts(part: etree._Element, holder: etree._Element) -> Iterator[str]:
    if part.text and len(part.text) <= MAX_STAMP * 2:
        yield part.text
    if part is not holder and part.tail and len(part.tail) <= MAX_STAMP * 2:
        yield part.tail


def _beside(
    holders: Sequence[etree._Element], places: Places, zone: tzinfo, now: datetime, *, is_before: bool
) -> Stamp | None:
    """The date beside a headline that stands alone in its list: before it or after it, up to the next headline."""
    for holder in holders:
        here: etree._Element | None = holder
        for _ in range(_BESIDE):
            if here is None:
                break
            following = here.getprevious() if is_before else here.getnext()
            above = here.getparent()
            text = (
                (following.tail if following is not None else above.text if above is not None else "")
                if is_before
                else here.tail
            )
            stamp = read_stamp(text, zone, now) if text and len(text) <= MAX_STAMP * 2 else None
            if stamp is not None:
                return stamp
            if following is None or not isinstance(following.tag, str) or places.holds(following) is not None:
                break
            if following.tag == "a" and is_headline(joined(following)):
                break
            stamp = _stamp(following, zone, now)
            if stamp is not None:
                return stamp
            here = following
    return None


def _heading(holder: etree._Element) -> str:
    titled = ""
    for part in islice(holder.iter(etree.Element), _MOST_PARTS):
        if part.tag in HEADINGS and (text := joined(part)):
            return text
        if not titled and TITLE_CLASS.search(part.get("class") or "") and is_headline(text := joined(part)):
            titled = text
    return titled


def _lead(holder: etree._Element, titles: set[str]) -> str:
    for line in lines(holder):
        is_title = any(line.startswith(title) or title.startswith(line) for title in titles if title)
        if len(line) >= _LEAD and not is_title:
            return line
    return ""


def _image(holder: etree._Element, base: str) -> str | None:
    for part in islice(holder.iter(etree.Element), _MOST_PARTS):
        if part.tag == "img":
            if _NO_PICTURE.search(part.get("class") or ""):
                continue
            named = [part.get(name) or "" for name in _PICTURES]
            named.append((part.get("srcset") or part.get("data-srcset") or "")[:4000].partition(",")[0].split(" ")[0])
        else:
            found = _BACKGROUND.search((part.get("style") or "")[:4000])
            named = [found[1]] if found else []
        for address in named:
            url = absolute_url(address, base) if address and not _NO_PICTURE.search(address[-200:]) else None
            if url:
                return url
    return None
