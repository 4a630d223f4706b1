"""Sitemaps (sitemaps.org 0.9), Google's news and image extensions, and indexes of sitemaps. Pure, in a worker.

A sitemap of 50,000 pages must cost little, and only its newest pages are news.
"""

import heapq
import html
import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from bot.ingest.addressing import is_bare_word, likeness
from bot.ingest.blocks import absolute_url
from bot.ingest.dates import read_date
from bot.ingest.decode import decode_feed
from bot.ingest.errors import HostileXml, NotAFeed
from bot.ingest.identity import identity_of, is_front_page
from bot.ingest.pointing import Pointer
from bot.ingest.stages import FeedEntry, FeedKind, FetchedPage, ParsedFeed
from bot.ingest.text import plain_title, tidy

MOST_ENTRIES = 300
RECENT = timedelta(days=14)  # before the newest page; what was last changed earlier is no news
MOST_SITEMAPS = 50  # of an index, the newest
_MOST_PAGES = 100_000  # of one sitemap; the standard allows 50,000
_MAX_TITLE = 500
_FEW, _MANY = 2, 10  # pages changed within one minute: a person's work, a program's
_AHEAD = timedelta(days=1)  # beyond the clock: such a date is a mistake, and must not make all others look old
_ROOT = re.compile(r"<(?:\w{1,20}:)?(urlset|sitemapindex)\b", re.IGNORECASE)
_SPACE = re.compile(r"""xmlns:(\w{1,20})\s{0,5}=\s{0,5}["'][^"'<>]{0,200}?sitemap-(news|image|video)""", re.IGNORECASE)
_ROOT_LENGTH = 4000  # characters in which name spaces are declared
_PAGE = re.compile(r"<(?:\w{1,20}:)?(?:url|sitemap)(?:\s[^<>]{0,500})?>", re.IGNORECASE)
_MAX_PAGE = 20_000  # characters of one page's entry
_FIELD = re.compile(
    r"<(?:(\w{1,20}):)?(\w{1,40})(?:\s[^<>]{0,300})?>\s{0,50}"
    r"(?:<!\[CDATA\[((?:[^\]]|\](?!\]>)){0,3000})|([^<]{0,4000}))"
)
_ELEMENT = re.compile(r"<(?![?!])")
_HEAD = 65_536  # characters before the first element
_NEWS = re.compile(r"news|novost|xabar", re.IGNORECASE)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class _Page:
    """One `<url>` or `<sitemap>`: the texts of its elements by their local names, news:* under `news`."""

    place: int = 0
    said: dict[str, str] = field(default_factory=dict)
    news: dict[str, str] = field(default_factory=dict)
    images: list[str] = field(default_factory=list)
    published_at: datetime | None = None
    updated_at: datetime | None = None

    @property
    def moment(self) -> datetime | None:
        return self.published_at or self.updated_at


def is_sitemap(text: str) -> bool:
    """Whether the first element of a document is a sitemap's or an index's."""
    first = _ELEMENT.search(text, 0, _HEAD)
    return first is not None and _ROOT.match(text, first.start()) is not None


def parse_sitemap(page: FetchedPage, zone: str, now: datetime) -> ParsedFeed:
    """The newest pages of a sitemap, at most `MOST_ENTRIES`, or the addresses of an index's sitemaps as `more`.

    Of a news sitemap every entry counts; of another those with a recent date, or with no dates at all those whose
    address is an article's. Raises NotAFeed and HostileXml. What is cut short or broken gives what stands before.
    """
    text = decode_feed(page.body, page.charset)
    root = _ROOT.search(text, 0, _HEAD)
    if root is None:
        raise NotAFeed(page.url, "the address answers with no sitemap")
    if re.search(r"<!ENTITY", text[: root.start()], re.IGNORECASE):
        raise HostileXml(page.url, "the sitemap declares entities of its own, which only an attack needs")
    clock = ZoneInfo(zone)
    pages = [_dated(one, clock) for one in _pages(text[root.start() :])]
    if root[1].lower() == "sitemapindex":
        return ParsedFeed("", None, FeedKind.SITEMAP, None, (), more=_sitemaps(pages, page.final_url))
    stamped = _stamped(pages, clock)
    entries = tuple(
        entry
        for one in _newest(pages, page.final_url, now)
        if (entry := _entry(one, page.final_url, stamped)) is not None
    )
    named = next((one.news for one in pages if one.news), {})
    return ParsedFeed(
        title=plain_title(named.get("name", ""))[:_MAX_TITLE],
        language=_language(named.get("language", "")),
        kind=FeedKind.SITEMAP,
        ttl=None,
        entries=entries,
    )


def _pages(text: str) -> Iterator[_Page]:
    """The pages of a sitemap one by one, each by the text between its own start and the next one's.

    No XML parser: libxml2's takes minutes for a long text that comes to it in pieces, and gives up on what real
    sitemaps get wrong. Each pattern here is bounded, and none reads a letter twice.
    """
    text = _without_comments(text)
    named = {match[1].lower(): match[2].lower() for match in _SPACE.finditer(text, 0, _ROOT_LENGTH)}
    starts = _PAGE.finditer(text)
    start = next(starts, None)
    for place in range(_MOST_PAGES):
        if start is None:
            return
        following = next(starts, None)
        end = following.start() if following is not None else len(text)
        yield _page(place, text[start.end() : min(end, start.end() + _MAX_PAGE)], named)
        start = following


def _page(place: int, text: str, named: Mapping[str, str]) -> _Page:
    page = _Page(place)
    for match in _FIELD.finditer(text):
        prefix, name = (match[1] or "").lower(), match[2].lower()
        said = match[3] if match[3] is not None else html.unescape(match[4])
        space = named.get(prefix, prefix)
        if not said.strip():
            continue
        if "news" in space:
            page.news.setdefault(name, said.strip())
        elif "image" in space:
            page.images.extend([said.strip()] if name == "loc" else [])
        elif "video" not in space:
            page.said.setdefault(name, said.strip())
    return page


def _without_comments(text: str) -> str:
    kept, position = [], 0
    while (start := text.find("<!--", position)) >= 0:
        kept.append(text[position:start])
        end = text.find("-->", start)
        if end < 0:
            return "".join(kept)
        position = end + len("-->")
    return "".join([*kept, text[position:]])


def _dated(page: _Page, zone: tzinfo) -> _Page:
    page.published_at = read_date(page.news.get("publication_date", ""), zone)
    page.updated_at = read_date(page.said.get("lastmod", ""), zone)
    return page


def _stamped(pages: Iterable[_Page], zone: tzinfo) -> frozenset[datetime]:
    """Minutes that tell of no edit: so many pages were changed then that it was a program's doing.

    A day without an hour is shared by all that was changed on it, and says nothing only where most pages have the same.
    """
    minutes = Counter(_minute(one.updated_at) for one in pages if one.updated_at is not None)
    half = max(_FEW, minutes.total() // 2)
    return frozenset(
        minute
        for minute, count in minutes.items()
        if count > min(half, _MANY) and (count > half or not _is_day(minute, zone))
    )


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _is_day(moment: datetime, zone: tzinfo) -> bool:
    return any((one.hour, one.minute) == (0, 0) for one in (moment, moment.astimezone(zone)))


def _newest(pages: list[_Page], here: str, now: datetime) -> list[_Page]:
    """The pages that may be news, the newest first; those of one moment keep the document's order."""
    news = [one for one in pages if one.news]
    chosen = news or pages
    dated = [one for one in chosen if one.moment is not None and one.moment <= now + _AHEAD]
    if not dated:
        # Nobody says which end is the newer one.
        articles = news or [one for one in pages if not _is_section(one.said.get("loc", ""), here)]
        half = MOST_ENTRIES // 2
        return articles if len(articles) <= MOST_ENTRIES else articles[:half] + articles[-half:]
    latest = max(one.moment for one in dated if one.moment is not None)
    recent = [one for one in dated if (one.moment or _LONG_AGO) >= latest - RECENT]
    undated = [one for one in news if one.moment is None]
    # More than are wanted, since sections are told apart last: to look at every address would cost most of the time.
    newest = heapq.nlargest(MOST_ENTRIES * 4, recent + undated, key=lambda one: (one.moment or _LONG_AGO, -one.place))
    return [one for one in newest if news or not _is_section(one.said.get("loc", ""), here)][:MOST_ENTRIES]


def _is_section(address: str, here: str) -> bool:
    score = likeness(address)
    return score < 0 or (score == 0 and is_bare_word(address)) or is_front_page(address, here)


def _entry(page: _Page, here: str, stamped: Container[datetime]) -> FeedEntry | None:
    url = absolute_url(page.said.get("loc"), here)
    if url is None:
        return None
    title = plain_title(page.news.get("title", ""))[:_MAX_TITLE]
    image = next((found for found in (absolute_url(one, here) for one in page.images) if found), None)
    edited_at = page.updated_at if page.updated_at and _minute(page.updated_at) not in stamped else None
    tags = (plain_title(one)[:100] for one in page.news.get("keywords", "").split(","))
    return FeedEntry(
        identity=identity_of(None, url, title, page.published_at),
        guid=None,
        url=url,
        title=title,
        lead="",
        body=(),
        published_at=page.published_at,
        updated_at=page.updated_at,
        image=image,
        author=None,
        tags=tuple(dict.fromkeys(tag for tag in tags if tag))[:30],
        feed_hash=str(Pointer.of(url, title, edited_at)),
        language=_language(page.news.get("language", "")),
    )


def _sitemaps(pages: list[_Page], here: str) -> tuple[str, ...]:
    """An index's sitemaps: those of news first, then the newest; without dates the last named, where archives end."""

    def rank(page: _Page) -> tuple[bool, datetime, int]:
        is_news = _NEWS.search(page.said.get("loc", "").rpartition("/")[2]) is not None
        return is_news, page.updated_at or _LONG_AGO, page.place

    ordered = heapq.nlargest(MOST_SITEMAPS, pages, key=rank)
    found = (absolute_url(one.said.get("loc"), here) for one in ordered)
    return tuple(dict.fromkeys(one for one in found if one and one != here))


def _language(text: str) -> str | None:
    match = re.match(r"[a-z]{2,3}(?=[-_]|$)", tidy(text).lower())
    return match[0] if match else None
