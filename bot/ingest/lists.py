"""A source's list, of whatever kind: a feed, a sitemap, a page with headlines, a channel's page."""

import re
from collections.abc import Mapping
from dataclasses import replace

from bot.clock import now_utc
from bot.ingest.decode import decode_feed
from bot.ingest.errors import ParseError
from bot.ingest.headlines import parse_headlines
from bot.ingest.inflate import BrokenBodyError, OverCapError, decoder_for
from bot.ingest.parse import parse_feed
from bot.ingest.prepare import find_root
from bot.ingest.sitemap import is_sitemap, parse_sitemap
from bot.ingest.stages import NOTHING_SEEN, FetchedPage, ParsedFeed
from bot.ingest.telegrampage import is_channel_page, parse_channel
from storage.records import SourceKind

UNPACKED = 16_000_000  # bytes of a file of gzip; a sitemap of 50,000 pages with their dates has half of that
_GZIP = b"\x1f\x8b"
_HTML = re.compile(r"<(?:!doctype\s{1,20}html|html|head|body)\b", re.IGNORECASE)
_START = 65_536  # bytes in which a document says what it is


def parse_list(
    page: FetchedPage, kind: SourceKind, links: str, zone: str = "UTC", seen: Mapping[int, str] = NOTHING_SEEN
) -> ParsedFeed:
    """Read what came, as its own form tells; `kind` decides only what a web page is taken for.

    `links` is an operator's CSS selector for a page's headlines, `zone` that of dates which name none, `seen` what
    `parse_feed` need not read again. Raises NotAFeed (with the feeds that a web page announces), HostileXml and
    ParseError.
    """
    page = _unpacked(page)
    start = decode_feed(_start(page.body), page.charset).lstrip("\ufeff \t\r\n")
    if is_sitemap(start):
        return parse_sitemap(page, zone, now_utc())
    if not _is_web_page(start, kind):
        return parse_feed(page, zone, seen)
    if kind is SourceKind.TELEGRAM or is_channel_page(page):
        return parse_channel(page, zone)
    if kind is SourceKind.PAGE:
        return parse_headlines(page, links, zone, now_utc())
    return parse_feed(page, zone)


def _start(body: bytes) -> bytes:
    """The first elements, whole: a letter that is cut in two would look like another encoding."""
    start = body[:_START]
    return start[: start.rfind(b">") + 1] if len(body) > _START and b">" in start else start


def _is_web_page(start: str, kind: SourceKind) -> bool:
    """Whether a body is HTML: by what it opens with, or in doubt by what stood at the address before."""
    html, feed = _HTML.search(start), find_root(start)
    if html is not None:
        return feed < 0 or html.start() < feed
    return kind in {SourceKind.PAGE, SourceKind.TELEGRAM} and feed < 0 and start.startswith("<")


def _unpacked(page: FetchedPage) -> FetchedPage:
    """A body that is a file of gzip (`sitemap.xml.gz` as application/gzip), which no header announced."""
    if not page.body.startswith(_GZIP):
        return page
    decoder = decoder_for("gzip")
    try:
        body = decoder.feed(page.body, UNPACKED)
        decoder.finish()
    except OverCapError as error:
        raise ParseError(page.url, f"the file, unpacked, is longer than {UNPACKED:,} bytes") from error
    except BrokenBodyError as error:
        raise ParseError(page.url, str(error)) from error
    return replace(page, body=body)
