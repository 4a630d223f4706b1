"""Where news come from."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class SourceKind(StrEnum):
    """What stands at a source's address, as found at its last successful fetch."""

    FEED = "feed"
    PAGE = "page"


@dataclass(frozen=True, slots=True)
class Source:
    """A place that news come from, with the state of its polling."""

    id: int
    url: str
    name: str
    kind: SourceKind = SourceKind.FEED
    language: str | None = None  # None: found out for each article
    interval: timedelta | None = None  # None: the settings' collect.interval
    full_text: bool | None = None  # None: the settings' collect.full_text
    is_paused: bool = False
    etag: str | None = None
    last_modified: str | None = None
    due_at: datetime | None = None  # None: at once
    checked_at: datetime | None = None
    succeeded_at: datetime | None = None  # None: its first fetch has not come yet (backfill)
    failures: int = 0  # in a row
    last_error: str | None = None
    moved_to: str | None = None  # where a permanent redirect led; `url` stays what people wrote

    @property
    def address(self) -> str:
        """Where to fetch it."""
        return self.moved_to or self.url


@dataclass(frozen=True, slots=True)
class NewSource:
    """A source as settings, OPML or a person name it."""

    url: str
    name: str
    kind: SourceKind = SourceKind.FEED
    language: str | None = None
    interval: timedelta | None = None
    full_text: bool | None = None


@dataclass(frozen=True, slots=True)
class SourceCheck:
    """What one poll taught about a source."""

    source_id: int
    checked_at: datetime
    due_at: datetime
    error: str | None = None  # None: it answered well (304 among it)
    kind: SourceKind | None = None
    etag: str | None = None
    last_modified: str | None = None
    moved_to: str | None = None  # the address of a permanent redirect
