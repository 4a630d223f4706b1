"""A feed as its document says, in one shape whatever read it: strings as they came, nothing cleaned yet."""

from dataclasses import dataclass
from datetime import timedelta

from bot.ingest.stages import FeedKind


@dataclass(frozen=True, slots=True)
class RawEntry:
    """`summary` and `content` are HTML unless `is_plain`; addresses are relative to `base`."""

    guid: str | None
    link: str | None
    title: str
    summary: str
    content: str
    published: str | None
    updated: str | None
    author: str | None
    tags: tuple[str, ...]
    images: tuple[str, ...]  # the likeliest first
    base: str
    is_plain: bool = False


@dataclass(frozen=True, slots=True)
class RawFeed:
    """`hubs` and `self_url` are its links for WebSub (atom:link), relative to where the feed was found."""

    kind: FeedKind
    title: str
    home: str | None
    language: str | None
    ttl: timedelta | None
    entries: tuple[RawEntry, ...]
    hubs: tuple[str, ...] = ()
    self_url: str | None = None
