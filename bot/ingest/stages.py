"""What passes between the stages of collecting, each named by the stage that made it.

Light on purpose: the worker processes import this and nothing of the network.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from storage.records import Block, KnownArticle, SourceCheck


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """A body as it came, decompressed but not decoded.

    `moved_to` is the address after the leading run of permanent redirects (301, 308): what to ask next time.
    `charset` and `content_type` are the header's word, lower-case.
    """

    url: str
    final_url: str
    status: int
    content_type: str
    charset: str | None
    body: bytes
    moved_to: str | None = None
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class NotModified:
    """The site says that nothing changed since the validators it was given."""

    url: str
    final_url: str
    moved_to: str | None = None
    etag: str | None = None
    last_modified: str | None = None


class FeedKind(StrEnum):
    RSS = "rss"
    ATOM = "atom"
    RDF = "rdf"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One entry of a feed, cleaned: plain text, absolute addresses, dates in UTC.

    `body` may be empty. `feed_hash` covers title, lead, body and picture: as long as it stays, the feed says the same.
    `has_page` says that `url` is a page of this entry alone: false where the feed gives no link, its home page, or one
    page for several entries (a live text, a digest). `language` is what the feed says of itself, two or three letters.
    """

    identity: str
    guid: str | None
    url: str
    title: str
    lead: str
    body: tuple[Block, ...]
    published_at: datetime | None
    updated_at: datetime | None
    image: str | None
    author: str | None
    tags: tuple[str, ...]
    feed_hash: str
    has_page: bool = True
    language: str | None = None


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A feed as it says of itself. `entries` stand in its own order; `ttl` is its wish between two visits."""

    title: str
    language: str | None
    kind: FeedKind
    ttl: timedelta | None
    entries: tuple[FeedEntry, ...]


@dataclass(frozen=True, slots=True)
class ExtractedPage:
    """The article of a page, without the page around it. The lead is not repeated in the body."""

    title: str
    lead: str
    body: tuple[Block, ...]
    image: str | None
    author: str | None
    published_at: datetime | None
    language: str
    canonical_url: str | None
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChangedEntry:
    """An article that the archive has and of which the feed now says something else."""

    known: KnownArticle
    entry: FeedEntry


@dataclass(frozen=True, slots=True)
class FeedUpdate:
    """What one visit to a source means. `new` stands oldest first, ready to be stored in this order."""

    new: tuple[FeedEntry, ...]
    changed: tuple[ChangedEntry, ...]
    check: SourceCheck
    is_first: bool
