"""What the files of feed readers' test suites state of themselves, and whether we read it so.

A file's first comment may hold a line `Expect: not bozo and entries[0]['title'] == 'Example'`. Nothing of it is ever
run: it is taken apart, and of its comparisons those with a literal are kept.
"""

import ast
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import feedparser

from bot.ingest.blocks import html_text
from bot.ingest.dates import read_date
from bot.ingest.decode import decode_feed
from bot.ingest.errors import HostileXml
from bot.ingest.prepare import prepare
from bot.ingest.rawfeed import RawEntry
from bot.ingest.stages import FetchedPage, ParsedFeed
from bot.ingest.text import plain_title
from bot.ingest.xmlfeed import read_xml

_EXPECT = re.compile(r"^\s*Expect:\s*(.+)$", re.MULTILINE)
_HEAD = 3000  # characters in which a file speaks of itself
_DATES = frozenset({"published_parsed", "updated_parsed"})


@dataclass(frozen=True, slots=True)
class Stated:
    """`entries[number][key] == value`."""

    number: int
    key: str
    value: object


@dataclass(frozen=True, slots=True)
class Claim:
    """Of what kind, what is stated, and what we have."""

    kind: str
    stated: object
    found: object


def claims_of(page: FetchedPage, feed: ParsedFeed) -> Iterator[Claim]:
    """All that can be compared. Titles and dates are the file's word, the rest is feedparser's."""
    parsed = feedparser.parse(io.BytesIO(page.body))["entries"]
    speaking = [entry for entry in parsed if any(map(html_text, words_of(entry)))]
    # Entries without a word are no articles, and left out.
    yield Claim("number of entries (feedparser's)", len(speaking), len(feed.entries))
    if len(speaking) == len(feed.entries):
        for entry, ours in zip(speaking, feed.entries, strict=True):
            if (moment := entry.get("published_parsed") or entry.get("updated_parsed")) is not None:
                yield Claim("date of an entry (feedparser's)", moment_of(moment), whole_second(ours.published_at))
    stated = list(read_stated(page.body))
    raw = raw_entries(page) if any(one.key in _DATES for one in stated) else ()
    for one in stated:
        if one.key == "title":
            # The suites want the markup of a title kept; a message wants plain text.
            found = feed.entries[one.number].title if len(feed.entries) > one.number else ""
            yield Claim("title of an entry, stated by the file", plain_title(str(one.value)), found)
        elif isinstance(one.value, tuple) and len(raw) > one.number:
            # Most of these files have nothing but dates in them, so it is looked at before such are left out.
            written = raw[one.number].published if one.key == "published_parsed" else raw[one.number].updated
            found_at = read_date(written, UTC) if written else None
            yield Claim("date of an entry, stated by the file", moment_of(one.value), found_at)


def raw_entries(page: FetchedPage) -> Sequence[RawEntry]:
    """What stands in a feed before it is cleaned."""
    try:
        raw = read_xml(prepare(decode_feed(page.body, page.charset), page.url), page.final_url)
    except HostileXml:
        return ()
    return raw.entries if raw is not None else ()


def words_of(entry: Mapping[str, Any]) -> list[str]:
    """The texts of one of feedparser's entries."""
    return [entry.get("title", ""), entry.get("summary", ""), *(part["value"] for part in entry.get("content", []))]


def moment_of(parts: Sequence[int]) -> datetime:
    """A moment in UTC from what feedparser makes of a date."""
    year, month, day, hour, minute, second = parts[:6]
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


def whole_second(moment: datetime | None) -> datetime | None:
    """feedparser knows no parts of a second."""
    return moment.replace(microsecond=0) if moment is not None else None


def read_stated(body: bytes) -> Iterator[Stated]:
    """The comparisons of a file's Expect line that say something of an entry's title or date."""
    expect = _EXPECT.search(body[:_HEAD].decode("utf-8", "replace"))
    if expect is None:
        return
    try:
        claim = ast.parse(expect[1].strip().removesuffix("-->").strip(), mode="eval").body
    except SyntaxError:
        return
    for one in claim.values if isinstance(claim, ast.BoolOp) and isinstance(claim.op, ast.And) else [claim]:
        if isinstance(one, ast.Compare) and all(isinstance(op, ast.Eq) for op in one.ops):
            sides = [one.left, *one.comparators]
            value = literal(sides[-1])
            places = [place_of(side) for side in sides[:-1]]
            if value is not None:
                yield from (Stated(number, key, value) for number, key in filter(None, places))


def literal(node: ast.expr) -> object:
    """A literal's value, one of several strings added up too; None where it is none."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        parts = [literal(node.left), literal(node.right)]
        return "".join(map(str, parts)) if all(isinstance(part, str) for part in parts) else None
    try:
        value: object = ast.literal_eval(node)
    except ValueError:
        return None
    return value


def place_of(node: ast.expr) -> tuple[int, str] | None:
    """The number and the key of `entries[0]['title']`, `entries[0].title` or `entries[0]['title_detail']['value']`."""
    keys: list[object] = []
    while isinstance(node, ast.Subscript | ast.Attribute):
        keys.append(node.attr if isinstance(node, ast.Attribute) else literal(node.slice))
        node = node.value
    match keys[::-1]:
        case [int(number), "title" | "published_parsed" | "updated_parsed" as key]:
            pass
        case [int(number), "title_detail", "value"]:
            key = "title"
        case _:
            return None
    return (number, key) if isinstance(node, ast.Name) and node.id == "entries" else None
