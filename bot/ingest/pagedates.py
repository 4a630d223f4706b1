"""When an article was published and changed: as the page's head says, else as it is stamped beside the headline.

The last resort is the address, /2026/10/18/: it gives the day.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from itertools import islice
from typing import Any

from lxml.html import HtmlElement

from bot.ingest.addressing import date_of
from bot.ingest.dates import read_date
from bot.ingest.linkeddata import string
from bot.ingest.shape import short_line

_PUBLISHED = (
    "article:published_time", "og:article:published_time", "og:published_time", "datepublished", "dc.date.issued",
    "dcterms.issued", "dcterms.created", "dc.date.created", "dc.date", "dcterms.date", "pubdate", "publishdate",
    "publish-date", "publish_date",
    "publication_date", "published_time",
    "citation_publication_date", "citation_date", "parsely-pub-date", "sailthru.date", "mediator_published_time",
    "article.published", "datecreated", "date",
    "cxenseparse:recs:publishtime", "article_date_original", "rnews:datepublished",
)  # fmt: skip
_MODIFIED = (
    "article:modified_time", "og:article:modified_time", "og:modified_time", "datemodified", "og:updated_time",
    "article:updated_time", "dcterms.modified",
    "dc.date.modified", "last-modified", "lastmod", "revised", "modified_time",
)  # fmt: skip
_NAMED = re.compile(
    r"(?:^|[\s_-])(?:dates?|datetime|times?|timestamp|pub-?date|published|posted(?:-on)?|created|updated|modified"
    r"|info|meta|data|sana|дата)(?:$|[\s_-])"
    r"|(?:date|time|publish)(?:$|[\s_])",
    re.IGNORECASE,
)
_LABELLED = re.compile(
    r"\W*(?:дата (?:публикации|размещения|добавления|создания)|опубликовано|размещено|добавлено"
    r"|published|posted|нашр(?: шуд)?)"
    r"(?: on)?\W{1,3}\d",
    re.IGNORECASE,
)
_UPDATED = re.compile(r"обновл|измен[её]н|исправлен|update|modif|correct|навсоз|тағйир|нав карда", re.IGNORECASE)
_OFFSET = re.compile(r"T\d\d:\d\d(?::\d\d)?(?:\.\d+)?([+-])(\d\d):?(\d\d)$")
_HAS_DAY = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{1,2}\W{1,3}[^\W\d_]{3,}|[^\W\d_]{3,}\W{1,3}\d{1,2}")
_MAX_STAMP = 80  # characters
_CLIMB = 6  # elements over the headline, among which its stamp stands
_MOST_LOOKED = 400  # elements, in each of them
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PageDates:
    published_at: datetime | None = None
    modified_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Stamp:
    moment: datetime
    is_update: bool
    has_time: bool


def find_dates(
    root: HtmlElement, named: Mapping[str, str], article: Mapping[str, Any], *, url: str, zone: tzinfo, title: str
) -> PageDates:
    """Both dates in UTC. `zone` is that of dates which name none, unless another date of the page names one."""
    told = [string(article.get(key)) for key in ("datePublished", "dateCreated", "uploadDate")]
    told = told[:1] + [named.get(key, "") for key in _PUBLISHED] + told[1:]
    changed = [string(article.get("dateModified")), *(named.get(key, "") for key in _MODIFIED)]
    marked, marked_changed = _itemprop(root, "datepublished"), _itemprop(root, "datemodified")
    zone = (
        _zone_of([*told, *changed, *marked, *(one.get("datetime") or "" for one in islice(root.iter("time"), 20))])
        or zone
    )
    published = _first([*told, *marked], zone)
    modified = _first([*changed, *marked_changed], zone)
    stamps = [] if published is not None and _has_time(told, marked) else list(_stamps(root, zone, title))
    own = [one for one in stamps if not one.is_update]
    if published is None:
        published = (own or stamps)[0].moment if stamps else _from_address(url, zone)
    else:  # a day alone: the hour may stand beside the headline
        published = next(
            (one.moment for one in own if one.has_time and timedelta(0) <= one.moment - published < _DAY), published
        )
    updates = [one.moment for one in stamps if one.is_update]
    modified = modified or (updates[0] if updates and own else None)
    return PageDates(published, modified if modified and published and modified >= published else None)


def _first(texts: list[str], zone: tzinfo) -> datetime | None:
    return next((moment for text in texts if text and (moment := read_date(text, zone))), None)


def _has_time(*texts: list[str]) -> bool:
    first = next((text for part in texts for text in part if text and read_date(text)), "")
    return ":" in first or first.isdecimal()


def _zone_of(texts: list[str]) -> tzinfo | None:
    """The zone of a page that writes one in some of its dates; UTC is what programs write, and says nothing."""
    for text in texts:
        found = _OFFSET.search(text.strip()[-40:])
        if found and int(found[2]) + int(found[3]) > 0 and int(found[2]) < 15:
            span = timedelta(hours=int(found[2]), minutes=int(found[3]))
            return timezone(-span if found[1] == "-" else span)
    return None


def _itemprop(root: HtmlElement, name: str) -> list[str]:
    found = (one for one in root.iterfind(".//*[@itemprop]") if name in one.get("itemprop", "").lower().split())
    return [one.get("content") or one.get("datetime") or one.text_content()[:_MAX_STAMP] for one in islice(found, 3)]


def _stamps(root: HtmlElement, zone: tzinfo, title: str) -> Iterator[_Stamp]:
    """What is dated around the headline, the nearest element first; without a headline, in the whole page."""
    seen: set[HtmlElement] = set()
    heading = _headline(root, title)
    holders = [root] if heading is None else [heading, *islice(heading.iterancestors(), _CLIMB)]
    for holder in holders:
        elements = islice((one for one in holder.iter() if isinstance(one.tag, str)), _MOST_LOOKED)
        found = [stamp for one in elements if one not in seen and (stamp := _stamp(one, zone, seen))]
        yield from found
        if any(not stamp.is_update for stamp in found):
            return


def _headline(root: HtmlElement, title: str) -> HtmlElement | None:
    headings = list(islice(root.iter("h1"), 5))
    bare = re.sub(r"\W+", "", title).casefold()
    own = next((one for one in headings if re.sub(r"\W+", "", one.text_content()).casefold() == bare), None)
    if own is not None or not bare:
        return own if own is not None else next(iter(headings), None)
    spoken = (one for one in root.iter("h2", "h3", "span", "div", "b", "font", "td") if len(one) == 0 and one.text)
    return next(
        (one for one in spoken if re.sub(r"\W+", "", one.text[:500]).casefold() == bare), next(iter(headings), None)
    )


def _stamp(element: HtmlElement, zone: tzinfo, seen: set[HtmlElement]) -> _Stamp | None:
    seen.add(element)
    name = f"{element.get('class') or ''} {element.get('id') or ''}"
    written = (element.get("datetime") or "") if element.tag == "time" else ""
    is_leaf = len(element) == 0
    text = short_line(element, _MAX_STAMP)
    is_named = _NAMED.search(name) or _LABELLED.match(text)
    if not written and not (is_leaf or is_named):
        return None
    if not text and not written and _NAMED.search(name):
        text = next((part for part in _own_texts(element) if _HAS_DAY.search(part) and _is_stamp_alone(part)), "")
    if not written and not (4 < len(text) <= _MAX_STAMP and _HAS_DAY.search(text)):
        return None
    if not written and not (is_named or _is_stamp_alone(text)):
        return None
    moment = read_date(written, zone) if written else None
    moment = moment or read_date(text, zone)
    if moment is None:
        return None
    seen.update(element.iterdescendants())
    return _Stamp(moment, bool(_UPDATED.search(f"{name} {text}")), ":" in (written or text))


def _own_texts(element: HtmlElement) -> Iterator[str]:
    """The pieces of an element's own text, between its children and between bars."""
    for text in (element.text, *(child.tail for child in islice(element, 20))):
        yield from (part.strip() for part in re.split(r"[|•·]", (text or "")[:500]) if len(part) <= _MAX_STAMP)


def _is_stamp_alone(text: str) -> bool:
    """Whether a line is a date and hardly anything else, so that no name is needed to know it for a stamp."""
    rest = re.sub(r"\d|\W", "", text)
    return len(rest) <= 25 and len(text) <= 50


def _from_address(url: str, zone: tzinfo) -> datetime | None:
    day = date_of(url)
    return day.replace(tzinfo=zone).astimezone(UTC) if day else None
