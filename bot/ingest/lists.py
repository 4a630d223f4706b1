"""A source's list, of whatever kind: a feed, a sitemap, a page with headlines, a channel's page."""

from bot.ingest.parse import parse_feed
from bot.ingest.stages import FetchedPage, ParsedFeed
from storage.records import SourceKind


def parse_list(page: FetchedPage, kind: SourceKind, links: str, zone: str = "UTC") -> ParsedFeed:  # noqa: ARG001
    """Read what came, as its own form tells; `kind` decides only what a web page is taken for."""
    return parse_feed(page, zone)
