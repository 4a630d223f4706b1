"""An article as its source tells it, before topics and stories have looked at it. Pure."""

from dataclasses import dataclass
from datetime import datetime

from bot.ingest.decide import moment_of
from bot.ingest.identity import canonical_url
from bot.ingest.stages import ExtractedPage, FeedEntry
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


def draft_from_page(entry: FeedEntry, page: ExtractedPage, now: datetime) -> Draft:
    """The page's text under the feed's title and date, where the feed has them."""
    return Draft(
        identity=entry.identity,
        feed_hash=entry.feed_hash,
        url=canonical_url(entry.url),
        title=entry.title or page.title,
        lead=page.lead or entry.lead,
        body=page.body,
        language=page.language,
        published_at=min(entry.published_at or page.published_at or now, now),
        image=page.image or entry.image,
        author=entry.author or page.author,
        tags=tuple(dict.fromkeys(entry.tags + page.tags)),
    )


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
    )
