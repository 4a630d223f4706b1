"""Where news come from."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


class SourceKind(StrEnum):
    """How a source is read, as found at its last successful fetch."""

    FEED = "feed"
    SITEMAP = "sitemap"  # a news sitemap, or an index of sitemaps
    PAGE = "page"  # a page with headlines
    TELEGRAM = "telegram"  # a public channel's page, t.me/s/NAME


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often a source brings stories, from the moments at which they were published.

    `recent` is stories an hour as the last hours had them, `usual` stories a day as the last weeks had them; both as
    of `as_of`, and fading since. `since` is when counting began. `span` is how far back its list reaches: whoever
    looks in less often than that misses stories. `wish` is the wait that the site asks for (ttl, Cache-Control).
    `heard_at` is when a story came last, whatever its date says. `landed_at` is when all that the last good look at
    its list brought was stored: what arrived later is of a visit that was cut short.
    """

    recent: float = 0.0
    usual: float = 0.0
    as_of: datetime | None = None
    since: datetime | None = None
    newest_at: datetime | None = None
    span: timedelta | None = None
    wish: timedelta | None = None
    heard_at: datetime | None = None
    landed_at: datetime | None = None


class AlertKind(StrEnum):
    """What admins are told of a source, once each time it begins."""

    SILENT = "silent"  # nothing for far longer than it ever took
    NO_TEXT = "no_text"  # its pages no longer give the text: the layout changed
    REFUSED = "refused"  # 401, 403, 410, 429
    STAND_IN = "stand_in"  # its feed is gone, and it is read from somewhere else
    BACK = "back"  # its own address answers again after a stand-in
    JUMP = "jump"  # many old stories at once: stored, sent to nobody
    FAILING = "failing"  # nothing could be read for a day


@dataclass(frozen=True, slots=True)
class Passed:
    """A trouble that admins were told of and that is over since `at`; it may come again at once."""

    kind: AlertKind
    at: datetime


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """What is known of a source's pages and troubles.

    `pages` is how many of its stories' pages were asked for, older ones counting less, and `whole` how many of those
    gave the article; `gave_text` says that most of them did. `alerts` are the troubles that admins were told of and
    that have not passed, `passed` those that passed lately.
    """

    pages: float = 0.0
    whole: float = 0.0
    alerts: tuple[AlertKind, ...] = ()
    gave_text: bool = False
    passed: tuple[Passed, ...] = ()

    @property
    def full_text_share(self) -> float | None:
        """The share of stories with their full text, 0 to 1; None where no page was asked for."""
        return self.whole / self.pages if self.pages else None


@dataclass(frozen=True, slots=True)
class StandIn:
    """Where a source is read while its own address gives nothing: feed, then sitemap, then page."""

    url: str
    kind: SourceKind
    since: datetime
    reason: str  # a sentence: what its own address answers
    retry_at: datetime  # when its own address is asked again


@dataclass(frozen=True, slots=True)
class Source:
    """A place that news come from, with the state of its polling."""

    id: int
    url: str
    name: str
    kind: SourceKind = SourceKind.FEED
    language: str | None = None  # None: found out for each article
    interval: timedelta | None = None  # None: by its rhythm, around the settings' collect.interval
    full_text: bool | None = None  # None: the settings' collect.full_text
    folder: str = ""  # of an OPML file, "News/Tajikistan"; "" for none
    is_paused: bool = False
    etag: str | None = None
    last_modified: str | None = None
    due_at: datetime | None = None  # None: at once
    checked_at: datetime | None = None
    succeeded_at: datetime | None = None  # None: its first fetch has not come yet (backfill)
    failures: int = 0  # in a row
    last_error: str | None = None
    moved_to: str | None = None  # where a redirect or a site's own announcement led; `url` stays what people wrote
    stand_in: StandIn | None = None
    rhythm: Rhythm = field(default=Rhythm())
    health: SourceHealth = field(default=SourceHealth())

    @property
    def address(self) -> str:
        """Where its own news stand, whether they can be read or not."""
        return self.moved_to or self.url


@dataclass(frozen=True, slots=True)
class NewSource:
    """A source as settings, OPML or a person name it. `moved_to` is where its news were found to stand."""

    url: str
    name: str
    kind: SourceKind = SourceKind.FEED
    language: str | None = None
    interval: timedelta | None = None
    full_text: bool | None = None
    folder: str = ""
    moved_to: str | None = None


@dataclass(frozen=True, slots=True)
class SourceCheck:
    """What one poll taught about a source; its stand-in, rhythm and health are written as they stand here."""

    source_id: int
    checked_at: datetime
    due_at: datetime
    error: str | None = None  # None: it answered well (304 among it)
    kind: SourceKind | None = None
    etag: str | None = None
    last_modified: str | None = None
    moved_to: str | None = None
    stand_in: StandIn | None = None
    rhythm: Rhythm = field(default=Rhythm())
    health: SourceHealth = field(default=SourceHealth())


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that admins should know of a source. `detail` completes it: an error's sentence, an address, a number.

    `id` is the store's; 0 before it is stored.
    """

    source_id: int
    kind: AlertKind
    detail: str
    at: datetime
    id: int = 0


class HubState(StrEnum):
    """How far a subscription at a WebSub hub has come."""

    ASKED = "asked"  # the hub has not confirmed it yet
    LIVE = "live"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Subscription:
    """A feed's subscription at its hub (W3C WebSub).

    `token` is the last part of the address that the hub calls, `secret` what it signs its messages with; neither is
    ever shown. `asked_at` is the last request, `ends_at` the end of a live lease.
    """

    source_id: int
    hub: str
    topic: str
    token: str = field(repr=False)
    secret: str = field(repr=False)
    state: HubState = HubState.ASKED
    asked_at: datetime | None = None
    ends_at: datetime | None = None
    failures: int = 0
