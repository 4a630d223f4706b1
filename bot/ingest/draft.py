"""An article as its source tells it, before topics and stories have looked at it. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from bot.ingest.decide import moment_of
from bot.ingest.identity import canonical_url
from bot.ingest.pointing import Pointer
from bot.ingest.stages import ExtractedPage, FeedEntry
from storage.addresses import page_key
from storage.records import Block


@dataclass(frozen=True, slots=True)
class Draft:
    """One article of one source. `identity` and `feed_hash` are the feed's, the rest the best of feed and page.

    Without `has_page` the address is not the article's alone, and says nothing of which article it is.
    """

    identity: str
    feed_hash: str
    url: str
    title: str
    lead: str
    body: tuple[Block, ...]
    language: str
    published_at: datetime
    image: str | None = None
    author: str | None = None
    tags: tuple[str, ...] = ()
    has_page: bool = True
    section: str | None = None
    modified_at: datetime | None = None


def draft_from_page(
    entry: FeedEntry, page: ExtractedPage, now: datetime, found_at: str | None = None, zone: tzinfo = UTC
) -> Draft:
    """The page's text under the feed's title and date, where the feed has them; a mere headline is no title of it.

    `found_at` is where the page was found in the end, after redirects, `zone` the newsroom's, in which a day begins.
    """
    is_headline = Pointer.read(entry.feed_hash) is not None
    published = min(_published(entry, page, zone) or now, now)
    modified = page.modified_at or entry.updated_at
    return Draft(
        identity=entry.identity,
        feed_hash=entry.feed_hash,
        url=_address(entry, page, found_at or entry.url),
        title=(page.title or entry.title) if is_headline else (entry.title or page.title),
        lead=page.lead or entry.lead,
        body=page.body,
        language=page.language,
        published_at=published,
        image=page.image or entry.image,
        author=entry.author or page.author,
        tags=tuple(dict.fromkeys(entry.tags + page.tags)),
        section=page.section or entry.section,
        modified_at=min(modified, now) if modified and modified >= published else None,
    )


def _published(entry: FeedEntry, page: ExtractedPage, zone: tzinfo) -> datetime | None:
    """The list's date; where that is a day without an hour, which is midnight, the page's own of the same day."""
    if entry.published_at is None or page.published_at is None:
        return entry.published_at or page.published_at
    told, stated = entry.published_at.astimezone(zone), page.published_at.astimezone(zone)
    is_day = (told.hour, told.minute, told.second) == (0, 0, 0)
    return page.published_at if is_day and told.date() == stated.date() else entry.published_at


def _address(entry: FeedEntry, page: ExtractedPage, found_at: str) -> str:
    """The page's word on its own address, where the feed gives a variant of it: AMP, mobile, tracking, redirecting."""
    told = canonical_url(entry.url)
    said = canonical_url(page.canonical_url) if page.canonical_url else told
    is_variant = page_key(said) in {page_key(told), page_key(canonical_url(found_at))}
    is_safe = said.startswith("https:") or not told.startswith("https:")
    return said if is_variant and is_safe else told


def draft_from_feed(entry: FeedEntry, language: str, now: datetime) -> Draft:
    """What the feed itself says, where the page gave no article or none was asked for."""
    return Draft(
        identity=entry.identity,
        feed_hash=entry.feed_hash,
        url=canonical_url(entry.url, with_anchor=not entry.has_page),
        title=entry.title,
        lead=entry.lead,
        body=entry.body,
        language=language,
        published_at=moment_of(entry, now),
        image=entry.image,
        author=entry.author,
        tags=entry.tags,
        has_page=entry.has_page,
        section=entry.section,
        modified_at=_modified(entry, now),
    )


def _modified(entry: FeedEntry, now: datetime) -> datetime | None:
    if entry.updated_at is None or entry.updated_at < moment_of(entry, now):
        return None
    return min(entry.updated_at, now)
