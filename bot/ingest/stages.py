"""What passes between the stages of collecting, each named by the stage that made it.

Light on purpose: the worker processes import this and nothing of the network.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from bot.ingest.keeping import LongBody
from storage.records import Alert, Block, KnownArticle, SourceCheck, SourceKind


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """A body as it came, decompressed but not decoded.

    `moved_to` is the address after the leading run of permanent redirects (301, 308): what to ask next time.
    `charset` and `content_type` are the header's word, lower-case. `max_age` is how long the site says that the body
    stays fresh (Cache-Control, Expires). `hubs` and `self_url` are the header's links for WebSub.
    Of a long body the most stands in `begun`, and `body` is how it goes on: worker processes have it `whole`.
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
    max_age: timedelta | None = None
    hubs: tuple[str, ...] = ()
    self_url: str | None = None
    begun: LongBody | None = None

    def whole(self) -> "FetchedPage":
        """The page with all of its body in memory."""
        return self if self.begun is None else replace(self, body=self.begun.read() + self.body, begun=None)

    def bare(self) -> "FetchedPage":
        """What the answer said beside its body, which nobody needs any more."""
        return replace(self, body=b"", begun=None)

    def __reduce__(self) -> tuple[type["FetchedPage"], tuple[object, ...]]:
        whole = self.whole()
        return FetchedPage, tuple(getattr(whole, one.name) for one in fields(self))


@dataclass(frozen=True, slots=True)
class NotModified:
    """The site says that nothing changed since the validators it was given."""

    url: str
    final_url: str
    moved_to: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    max_age: timedelta | None = None


@dataclass(frozen=True, slots=True)
class SourceRules:
    """What an operator says of a source's pages, in CSS; "" where nothing is said, and it is found out.

    `links` tells where a page with headlines has its articles' links, `text` what holds an article's text, `remove`
    what is never the article. `proxy` is an address through which the source is fetched.
    """

    links: str = ""
    text: str = ""
    remove: str = ""
    proxy: str = field(default="", repr=False)


NO_RULES = SourceRules()
NOTHING_SEEN: Mapping[int, str] = MappingProxyType({})


class FeedKind(StrEnum):
    RSS = "rss"
    ATOM = "atom"
    RDF = "rdf"
    JSON = "json"
    SITEMAP = "sitemap"
    PAGE = "page"
    TELEGRAM = "telegram"


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One entry of a feed, cleaned: plain text, absolute addresses, dates in UTC.

    `body` may be empty. `feed_hash` covers title, lead, body and picture: as long as it stays, the feed says the same.
    `has_page` says that `url` is a page of this entry alone: false where the feed gives no link, its home page, or one
    page for several entries (a live text, a digest). `language` is what the feed says of itself, two or three letters.
    A sitemap may give no title, and a page with headlines no date: the article's own page tells then.
    `mark` tells what a feed says of it, as it came, from anything else; 0 where none is kept. `is_light`: that was seen
    before, so what it says (lead, body, picture, author, tags) was not read again.
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
    section: str | None = None
    mark: int = 0
    is_light: bool = False


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A source's list as it says of itself. `entries` stand in its own order; `ttl` is its wish between two visits.

    `hubs` and `self_url` are its links for WebSub. `more` are addresses where the rest of the list stands: the sitemaps
    of an index, the newest first. `is_same`: it says nothing but what was seen before, and its entries are left out.
    """

    title: str
    language: str | None
    kind: FeedKind
    ttl: timedelta | None
    entries: tuple[FeedEntry, ...]
    hubs: tuple[str, ...] = ()
    self_url: str | None = None
    more: tuple[str, ...] = ()
    is_same: bool = False


_SOURCE_KINDS = {
    FeedKind.SITEMAP: SourceKind.SITEMAP,
    FeedKind.PAGE: SourceKind.PAGE,
    FeedKind.TELEGRAM: SourceKind.TELEGRAM,
}


def kind_of(feed: ParsedFeed) -> SourceKind:
    """How a list that was read is to be read next time."""
    return _SOURCE_KINDS.get(feed.kind, SourceKind.FEED)


@dataclass(frozen=True, slots=True)
class Look:
    """One visit to a source's list: what came, and what it says. `imprint` tells its body; b"" where none was taken."""

    page: FetchedPage
    feed: ParsedFeed
    imprint: bytes = b""


@dataclass(frozen=True, slots=True)
class ExtractedPage:
    """The article of a page, without the page around it. The lead is not repeated in the body.

    `next_url` is where the same article goes on, on another page.
    """

    title: str
    lead: str
    body: tuple[Block, ...]
    image: str | None
    author: str | None
    published_at: datetime | None
    language: str
    canonical_url: str | None
    tags: tuple[str, ...]
    modified_at: datetime | None = None
    section: str | None = None
    next_url: str | None = None


@dataclass(frozen=True, slots=True)
class ChangedEntry:
    """An article that the archive has and of which the feed now says something else."""

    known: KnownArticle
    entry: FeedEntry


@dataclass(frozen=True, slots=True)
class Conditions:
    """Under which a visit was decided, to reckon its outcome anew when it is known what of it was stored.

    `jumped` is how many old stories came at once where admins are to know of it.
    """

    has_gap: bool = False
    is_pushed_by_hub: bool = False
    jitter: float = 0.0
    jumped: int = 0


@dataclass(frozen=True, slots=True)
class FeedUpdate:
    """What one visit to a source means. `new` stands oldest first, ready to be stored in this order.

    `held` are identities among the new ones that are stored and pushed to nobody: old stories that came all at once.
    """

    new: tuple[FeedEntry, ...]
    changed: tuple[ChangedEntry, ...]
    check: SourceCheck
    is_first: bool
    held: frozenset[str] = frozenset()
    alerts: tuple[Alert, ...] = ()
    conditions: Conditions = Conditions()


@dataclass(frozen=True, slots=True)
class FailedVisit:
    """What a visit that brought nothing means. `wants_stand_in`: its news should be looked for somewhere else."""

    check: SourceCheck
    alerts: tuple[Alert, ...] = ()
    wants_stand_in: bool = False
