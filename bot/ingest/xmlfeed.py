"""RSS, Atom and RDF to raw entries.

fastfeedparser reads a feed in a hundredth of feedparser's time, but knows no xml:base, no base64 and gives up on what
is not well-formed; there feedparser takes over. Both get bytes in memory: a str that starts with "http" makes the first
one fetch it, and a body that is a path makes the second one open that file.
"""

import html
import io
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import fastfeedparser
import feedparser

from bot.ingest.rawfeed import RawEntry, RawFeed
from bot.ingest.stages import FeedKind

# What fastfeedparser reads wrongly: bases, base64, elements of HTML that stand bare in a text.
_FOR_FEEDPARSER = re.compile(
    r"<(?:description|summary|content(?::encoded)?(?![^<>]{0,200}xhtml))(?:\s[^<>]{0,200})?(?<!/)>[^<]{0,2000}<[A-Za-z]"
)
_RARE = re.compile(r"""\sxml:base\s*=|\smode\s*=\s*["']base64|application/octet-stream|<media:title\b""")
_RARE_WORDS = ("xml:base", "base64", "application/octet-stream", "<media:title")  # found in a tenth of the time
_ENTRY = re.compile(r"<(?:\w{1,20}:)?(?:item|entry)[\s>/]")
_DATED = re.compile(
    r"<(?:\w{1,20}:)?(?:pubDate|published|issued|date|lastBuildDate|updated|modified)[\s>]", re.IGNORECASE
)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_TTL = re.compile(r"<ttl>\s*(\d{1,6})\s*</ttl>", re.IGNORECASE)
_LANGUAGE = re.compile(r"<(?:dc:)?language>(?:<!\[CDATA\[)?\s*([A-Za-z][\w-]{1,20})", re.IGNORECASE)
_XML_LANG = re.compile(r"""<(?:rss|feed|rdf:RDF|channel)\b[^<>]{0,2000}?\sxml:lang\s*=\s*["']([A-Za-z][\w-]{1,20})""")
# atom:link in the feed's own head, under whatever prefix; fastfeedparser drops those of RSS.
_LINK = re.compile(r"<(?:\w{1,20}:)?link\s([^<>]{1,4000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""\b(rel|href)\s{0,5}=\s{0,5}(?:"([^"]{0,2000})"|'([^']{0,2000})')""", re.IGNORECASE)
_MOST_HUBS = 5
_HEAD = 20_000  # characters in which a feed speaks of itself
_PICTURE = re.compile(r"\.(?:jpe?g|png|webp|gif|avif)(?:\?|$)", re.IGNORECASE)


def read_xml(text: str, url: str) -> RawFeed | None:
    """Read a prepared feed; None when neither parser finds one in it."""
    body = text.encode("utf-8", "replace")
    fast = None if _is_for_feedparser(text) else _fast(body)
    is_whole = fast is not None and all(map(_says_something, fast["entries"])) and _is_complete(fast, text)
    if fast is not None and is_whole and not _guesses_dates(fast, text):
        return _raw_feed(fast, _kind(text), text, url)
    slow = _slow(body, url)
    found = fast if fast is not None and len(fast["entries"]) > len(slow["entries"]) else slow
    if not found["entries"] and not found["feed"].get("title") and not slow.get("version"):
        return None
    return _raw_feed(found, _kind(text), text, url)


def _is_for_feedparser(text: str) -> bool:
    is_rare = any(word in text for word in _RARE_WORDS) and _RARE.search(text)
    return bool(is_rare or _FOR_FEEDPARSER.search(text))


def _fast(body: bytes) -> Mapping[str, Any] | None:
    try:
        feed: Mapping[str, Any] = fastfeedparser.parse(body)
    except Exception:  # noqa: BLE001  its own, lxml's, plain TypeErrors: whatever it is, feedparser reads on
        return None
    return feed


def _slow(body: bytes, url: str) -> Mapping[str, Any]:
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": url}
    feed: Mapping[str, Any] = feedparser.parse(
        io.BytesIO(b'<?xml version="1.0" encoding="utf-8"?>\n' + body), response_headers=headers, sanitize_html=False
    )
    return feed


def _says_something(entry: Mapping[str, Any]) -> bool:
    return any(entry.get(key) for key in ("title", "description", "content"))


def _is_complete(feed: Mapping[str, Any], text: str) -> bool:
    """Whether as many entries were read as the text opens; those in comments do not count."""
    found = len(feed["entries"])
    return found >= len(_ENTRY.findall(text)) or found >= len(_ENTRY.findall(_COMMENT.sub("", text)))


def _guesses_dates(feed: Mapping[str, Any], text: str) -> bool:
    """Whether entries have dates that stand nowhere: to fastfeedparser the guid "17" is the 17th of this month."""
    dated = sum(1 for entry in feed["entries"] if entry.get("published"))
    return dated > len(_DATED.findall(text))


def _kind(text: str) -> FeedKind:
    start = text[:200].lower()
    if start.startswith("<rdf"):
        return FeedKind.RDF
    return FeedKind.ATOM if re.match(r"<(?:\w{1,20}:)?feed\b", start) else FeedKind.RSS


def _raw_feed(feed: Mapping[str, Any], kind: FeedKind, text: str, url: str) -> RawFeed:
    head = text[:_HEAD]
    first = _ENTRY.search(head)
    head = head[: first.start()] if first else head
    language = _LANGUAGE.search(head) or _XML_LANG.search(head)
    ttl = _TTL.search(head)
    about = feed["feed"]
    links = _links(head)
    return RawFeed(
        kind=kind,
        title=_string(about.get("title")),
        home=_string(about.get("link")) or None,
        language=language[1] if language else None,
        ttl=timedelta(minutes=int(ttl[1])) if ttl else None,
        entries=tuple(_raw_entry(entry, url) for entry in feed["entries"]),
        hubs=tuple(dict.fromkeys(address for relation, address in links if relation == "hub"))[:_MOST_HUBS],
        self_url=next((address for relation, address in links if relation == "self"), None),
    )


def _links(head: str) -> list[tuple[str, str]]:
    """Relation and address of each link that a feed's head has, in its order."""
    found: list[tuple[str, str]] = []
    for link in _LINK.finditer(head):
        said = {match[1].lower(): html.unescape(match[2] or match[3] or "") for match in _ATTRIBUTE.finditer(link[1])}
        if said.get("href", "").strip():
            found.extend((relation, said["href"].strip()) for relation in said.get("rel", "").lower().split())
    return found


def _raw_entry(entry: Mapping[str, Any], url: str) -> RawEntry:
    contents = [part for part in _list(entry, "content") if _string(part.get("value"))]
    longest = max(contents, key=lambda part: len(_string(part.get("value"))), default={})
    links = _list(entry, "links")
    return RawEntry(
        guid=_guid(entry),
        link=_alternate(links) or _string(entry.get("link")),
        title=_string(entry.get("title")),
        summary=_string(entry.get("description") or entry.get("summary")),
        content=_string(longest.get("value")),
        published=_string(entry.get("published")) or None,
        # feedparser answers for a missing `updated` with `published`, and warns of it.
        updated=(_string(entry["updated"]) if "updated" in entry else "") or None,
        author=_author(entry),
        tags=tuple(tag for part in _list(entry, "tags") if (tag := _string(part.get("term") or part.get("label")))),
        images=tuple(_images(entry, links)),
        base=_string(longest.get("base")) or url,
    )


def _guid(entry: Mapping[str, Any]) -> str | None:
    """What the feed calls the entry. fastfeedparser puts the link where there is none: that is no guid."""
    guid = _string(entry.get("id"))
    return guid if guid and guid != _string(entry.get("link")) else None


def _author(entry: Mapping[str, Any]) -> str | None:
    detail = entry.get("author_detail")
    name = _string(detail.get("name")) if isinstance(detail, Mapping) else ""
    return name or _string(entry.get("author")) or None


def _alternate(links: Sequence[Mapping[str, Any]]) -> str | None:
    """Atom's link to the page itself; fastfeedparser's `link` may be the one to the feed."""
    for link in links:
        if link.get("rel") in {None, "", "alternate"} and link.get("href"):
            return _string(link["href"])
    return None


def _images(entry: Mapping[str, Any], links: Sequence[Mapping[str, Any]]) -> list[str]:
    """Pictures that the entry names outside of its text: media, enclosures, its own image element."""
    media = [part for part in _list(entry, "media_content") if _is_picture(part)]
    thumbnails = _list(entry, "media_thumbnail") or _list(entry, "media_thumbnails")
    enclosures = [part for part in _list(entry, "enclosures") if _is_picture(part)]
    enclosed = [part for part in links if part.get("rel") == "enclosure" and _is_picture(part)]
    image = entry.get("image")
    named = [image] if isinstance(image, Mapping) else []
    parts = [*sorted(media, key=_width, reverse=True), *enclosures, *enclosed, *named, *thumbnails]
    return [address for part in parts if (address := _string(part.get("url") or part.get("href")))]


def _is_picture(part: Mapping[str, Any]) -> bool:
    kind = _string(part.get("type")) or _string(part.get("medium"))
    return kind.startswith("image") or (
        not kind and bool(_PICTURE.search(_string(part.get("url") or part.get("href"))))
    )


def _width(part: Mapping[str, Any]) -> int:
    width = _string(part.get("width"))
    return int(width) if width.isdecimal() and len(width) < 6 else 0


def _list(entry: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    value = entry.get(key)
    return [part for part in value if isinstance(part, Mapping)] if isinstance(value, list | tuple) else []


def _string(value: object) -> str:
    return value.strip() if isinstance(value, str) else str(value) if isinstance(value, int) else ""
