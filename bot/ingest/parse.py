"""A fetched body to a feed of clean entries. Runs in a worker process: strangers' text can cost minutes of CPU."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import lxml.html
from lxml import etree

from bot.ingest.blocks import Piece, absolute_url, html_pieces, html_text, join_text, whole_blocks
from bot.ingest.bounds import within_bounds
from bot.ingest.cleaning import article_alone, opening_of, without_empty_headings
from bot.ingest.dates import read_date
from bot.ingest.decode import decode_feed, decode_html
from bot.ingest.errors import AnnouncedFeed, NotAFeed
from bot.ingest.identity import canonical_url, identity_of, is_front_page
from bot.ingest.jsonfeed import read_json
from bot.ingest.prepare import find_root, prepare
from bot.ingest.rawfeed import RawEntry, RawFeed
from bot.ingest.stages import NOTHING_SEEN, FeedEntry, FetchedPage, ParsedFeed
from bot.ingest.text import first_words, plain_title, tidy
from bot.ingest.xmlfeed import read_xml
from storage.records import Block, BlockKind

LEAD = 600  # characters; a longer summary is the text itself, and its first paragraph is the lead
MOST_ENTRIES = 1000  # of one feed that are read; a longer one is an archive or an attack
_MAX_TITLE = 500
_TITLE_FROM_TEXT = 120  # characters of the text that stand in for a missing title
_LANGUAGE = re.compile(r"[a-z]{2,3}(?=[-_]|$)")
_FEED_TYPES = re.compile(
    r"application/(?:rss\+xml|atom\+xml|rdf\+xml|feed\+json|json)(?=\s{0,5}(?:;|$))|(?:application|text)/xml(?=\s{0,5}(?:;|$))"
)
_HTML_START = re.compile(
    r"\s*(?:<!--.{0,2000}?-->\s*)*(?:<!doctype\s+html|<html|<head|<body)", re.IGNORECASE | re.DOTALL
)


def parse_feed(page: FetchedPage, zone: str = "UTC", seen: Mapping[int, str] = NOTHING_SEEN) -> ParsedFeed:
    """Read RSS 0.9-2.0, Atom, RDF or JSON Feed. Dates that name no zone are in `zone`, by its IANA name.

    `seen` gives the marks of entries that were read before with their hashes: what such an entry says is not read
    again, and where the feed has these and no others, it is the same.

    Raises NotAFeed (with the feeds that a web page announces) and HostileXml. An entry without a single word is
    left out; one without an address gets the feed's home page, and `has_page` says so.
    """
    clock = ZoneInfo(zone)
    raw = _read(page, clock)
    home = absolute_url(raw.home, page.final_url) or tidy(page.final_url)
    language = _language(raw.language)
    raw_entries = _newest(raw.entries, clock)
    marks = [_mark(entry, home, language) for entry in raw_entries]
    is_same = bool(marks) and seen.keys() == set(marks)
    entries = [
        _entry(entry, home, language, clock, mark, seen.get(mark))
        for entry, mark in zip(raw_entries, marks, strict=True)
        if not is_same
    ]
    hubs = (absolute_url(address, page.final_url) for address in raw.hubs)
    return ParsedFeed(
        title=plain_title(raw.title)[:_MAX_TITLE],
        language=language,
        kind=raw.kind,
        ttl=raw.ttl,
        entries=tuple(
            _with_sections(_with_pages(_told_apart([entry for entry in entries if entry is not None], home), home))
        ),
        hubs=tuple(hub for hub in hubs if hub),
        self_url=absolute_url(raw.self_url, page.final_url),
        is_same=is_same,
    )


def _read(page: FetchedPage, zone: ZoneInfo) -> RawFeed:
    text = decode_feed(page.body, page.charset)
    start = text.lstrip("\ufeff \t\r\n")
    if start.startswith(("{", "[")):
        raw = read_json(start, page.final_url)
        if raw is None:
            raise NotAFeed(page.url, "the address answers with JSON that is no JSON Feed")
        return raw
    if not start:
        raise NotAFeed(page.url, "the address answers with nothing at all")
    if _HTML_START.match(start):
        raise _web_page(page)
    prepared = prepare(text, page.url, zone)
    raw = read_xml(prepared, page.final_url) if find_root(prepared) == 0 else None
    if raw is None:
        raise (
            _web_page(page)
            if "<html" in start[:2000].lower()
            else NotAFeed(page.url, "the address answers with no feed")
        )
    return raw


def announced_feeds(page: FetchedPage) -> tuple[AnnouncedFeed, ...]:
    """The feeds that a web page names by `<link rel="alternate">`, in its order, each once."""
    try:
        root = lxml.html.document_fromstring(
            decode_html(page.body, page.charset).encode("utf-8"), parser=_utf8_parser()
        )
    except (etree.ParserError, ValueError):
        return ()
    found: dict[str, AnnouncedFeed] = {}
    for link in root.iter("link"):
        relations = (link.get("rel") or "").lower().split()
        url = absolute_url(link.get("href"), page.final_url)
        if "alternate" in relations and url and _FEED_TYPES.match((link.get("type") or "").lower()):
            found.setdefault(url, AnnouncedFeed(url, tidy(link.get("title") or "")))
    return tuple(found.values())


def _utf8_parser() -> lxml.html.HTMLParser:
    return lxml.html.HTMLParser(encoding="utf-8", no_network=True)


def _web_page(page: FetchedPage) -> NotAFeed:
    feeds = announced_feeds(page)
    sentence = "the address answers with a web page, not a feed"
    if feeds:
        sentence += "; feeds it announces: " + ", ".join(feed.url for feed in feeds[:5])
    return NotAFeed(page.url, sentence, feeds)


def _newest(entries: tuple[RawEntry, ...], zone: ZoneInfo) -> tuple[RawEntry, ...]:
    """At most MOST_ENTRIES, from the end at which the newest stand: the first, unless the dates say otherwise."""
    if len(entries) <= MOST_ENTRIES:
        return entries
    first, last = (read_date(one.published or one.updated or "", zone) for one in (entries[0], entries[-1]))
    is_turned = first is not None and last is not None and first < last
    return entries[-MOST_ENTRIES:] if is_turned else entries[:MOST_ENTRIES]


def _mark(raw: RawEntry, home: str, language: str | None) -> int:
    """What tells an entry as it came from any other, in every process; 63 bits that are never 0."""
    said = repr((raw, home, language)).encode("utf-8", "replace")
    return int.from_bytes(hashlib.blake2b(said, digest_size=8).digest(), "big") >> 1 | 1


def _entry(  # noqa: PLR0917  what is known of an entry, from its feed to itself
    raw: RawEntry, home: str, language: str | None, zone: ZoneInfo, mark: int, seen_hash: str | None
) -> FeedEntry | None:
    title = plain_title(raw.title)[:_MAX_TITLE]
    is_light = seen_hash is not None and bool(title)
    pieces = () if is_light else _pieces(raw, raw.content or raw.summary)
    lead, body = ("", ()) if is_light else _lead(raw, _body(raw, pieces))
    # Where the only words look like a site's own line (a link alone, say), they are still what the entry says.
    title = title or first_words(lead or join_text(body) or join_text(whole_blocks(pieces)), _TITLE_FROM_TEXT)
    url = absolute_url(raw.link, raw.base) or _permalink(raw.guid)
    if not title:
        return None
    published, updated = (read_date(text, zone) if text else None for text in (raw.published, raw.updated))
    image = next((found for found in (absolute_url(address, raw.base) for address in raw.images) if found), None)
    said = image or _first_said(pieces, body)
    image = image or next((block.url for block in body if block.kind is BlockKind.IMAGE), None)
    guid = tidy(raw.guid) if raw.guid else None
    return FeedEntry(
        identity=identity_of(guid, url or "", title, published),
        guid=guid,
        url=url or home,
        title=title,
        lead=lead,
        body=within_bounds(body),
        published_at=published or updated,
        updated_at=updated,
        image=image,
        author=_author(raw.author),
        tags=_tags(raw.tags),
        feed_hash=seen_hash if is_light and seen_hash else feed_hash(title, lead, body, said),
        language=language,
        mark=mark,
        is_light=is_light,
    )


def _pieces(raw: RawEntry, html: str) -> tuple[Piece, ...]:
    if raw.is_plain:
        paragraphs = (tidy(part) for part in re.split(r"\n\s*\n", html))
        return tuple(Piece(Block(BlockKind.PARAGRAPH, part)) for part in paragraphs if part)
    return html_pieces(html, raw.base)


def _body(raw: RawEntry, pieces: tuple[Piece, ...]) -> tuple[Block, ...]:
    return whole_blocks(pieces) if raw.is_plain else article_alone(pieces, plain_title(raw.title))


def _first_said(pieces: Iterable[Piece], body: Iterable[Block]) -> str | None:
    """The first picture of a body by the address that the feed names first: our choice of a size is no news of it."""
    said = {piece.block.url: piece.first_url for piece in pieces if piece.first_url is not None}
    urls = (said.get(block.url, block.url) for block in body if block.kind is BlockKind.IMAGE)
    return next((url for url in urls if url), None)


def _lead(raw: RawEntry, body: tuple[Block, ...]) -> tuple[str, tuple[Block, ...]]:
    """The summary where it is one, else the first paragraph; and the body without that paragraph."""
    summary = join_text(_body(raw, _pieces(raw, raw.summary))) if raw.summary and raw.content else ""
    first = opening_of(body)
    if first is None:
        return summary, body
    opening = body[first].text.partition("\n")[0]  # of a table, its first row
    if summary and len(summary) <= LEAD and not opening.startswith(summary.rstrip("….[] ")):
        return summary, body
    if body[first].kind is not BlockKind.PARAGRAPH or len(opening) > LEAD:
        return first_words(summary or opening, LEAD), body
    return opening, without_empty_headings(body[:first] + body[first + 1 :])


def feed_hash(title: str, lead: str, body: Iterable[Block], image: str | None) -> str:
    """A mark of what the feed says. The picture's query is left out (it is often signed anew), and so are dates.

    Where links lead and how words are laid out in paragraphs or tables is no part of it.
    """
    said = [title, lead, join_text(body), (image or "").split("?", 1)[0]]
    return hashlib.sha256("\x1f".join(said).encode("utf-8", "replace")).hexdigest()


def _told_apart(entries: list[FeedEntry], home: str) -> list[FeedEntry]:
    """Some feeds give all their entries one guid; there the address is the better name.

    And some give all of them one address, or the site's front page, with no guid or the address as guid: there only
    title and date are left.
    """
    pages: defaultdict[str, set[str]] = defaultdict(set)
    for entry in entries:
        pages[entry.identity].add(canonical_url(entry.url))
    named = [
        replace(entry, identity=identity_of(None, entry.url, entry.title, entry.published_at))
        if entry.guid and len(pages[entry.identity]) > 1
        else entry
        for entry in entries
    ]
    stories: defaultdict[str, set[tuple[str, datetime | None]]] = defaultdict(set)
    for entry in named:
        if _is_named_by_address(entry):
            stories[entry.identity].add((entry.title, entry.published_at))
    return [
        replace(entry, identity=identity_of(None, "", entry.title, entry.published_at), has_page=False)
        if (told := stories.get(entry.identity)) and (len(told) > 1 or is_front_page(entry.url, home))
        else entry
        for entry in named
    ]


def _is_named_by_address(entry: FeedEntry) -> bool:
    return entry.identity in {entry.url, identity_of(None, entry.url, "", None)}


def _with_pages(entries: list[FeedEntry], home: str) -> list[FeedEntry]:
    """Mark the entries whose address is no page of their own: the site's front page, or another entry's too."""
    sharing: defaultdict[str, set[str]] = defaultdict(set)
    for entry in entries:
        sharing[canonical_url(entry.url)].add(entry.identity)
    return [
        replace(entry, has_page=False)
        if len(sharing[canonical_url(entry.url)]) > 1 or is_front_page(entry.url, home)
        else entry
        for entry in entries
    ]


def _with_sections(entries: list[FeedEntry]) -> list[FeedEntry]:
    """A feed whose every entry has one category, and some share theirs, names its sections; others name tags."""
    named = [entry.tags[0] for entry in entries if len(entry.tags) == 1]
    if len(named) < len(entries) or len(set(named)) == len(named):
        return entries
    return [replace(entry, section=entry.tags[0]) for entry in entries]


def _permalink(guid: str | None) -> str | None:
    return absolute_url(guid, "") if guid and guid.startswith(("http://", "https://")) else None


def _author(text: str | None) -> str | None:
    """A name; RSS 2.0 wants "mail@host (Name)", and many write only the mail, which is nobody's business."""
    plain = html_text(text)[:200] if text else ""
    in_brackets = re.search(r"\(([^()@]{2,100})\)\s*$", plain) if "@" in plain else None
    name = in_brackets[1] if in_brackets else re.sub(r"\S{1,100}@\S{1,100}", "", plain)
    return name.strip(" ,;<>()") or None


def _tags(raw: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tag for text in raw if (tag := plain_title(text)[:100])))[:30]


def _language(text: str | None) -> str | None:
    match = _LANGUAGE.match((text or "").strip().lower())
    return match[0] if match else None
