"""What one visit to a source means: pure, from what is known and `now` to an intent that the pipeline carries out."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from bot.ingest.errors import HttpError, IngestError
from bot.ingest.stages import ChangedEntry, FeedEntry, FeedUpdate, FetchedPage, NotModified, ParsedFeed
from config.settings import CollectSettings
from storage.records import KnownArticle, Source, SourceCheck, SourceKind

LONGEST_WAIT = timedelta(hours=6)  # between visits to a source that fails
LONGEST_RETRY_AFTER = timedelta(hours=24)  # a site may ask for more, or for a year; we look in all the same
JITTER = 0.1  # share of the interval by which visits are spread
_MOST_DOUBLINGS = 16  # 2 ** failures is bounded long before it matters


def decide(  # noqa: PLR0917  what is known of a visit, in the order of the route
    source: Source,
    page: FetchedPage,
    parsed: ParsedFeed,
    known: Mapping[str, KnownArticle],
    now: datetime,
    settings: CollectSettings,
    *,
    jitter: float = 0.0,
) -> FeedUpdate:
    """Sort a feed's entries into new ones (oldest first) and those of which the feed now says something else.

    `known` maps identities to what the archive has of this source. `jitter` is a random number from 0 to 1.
    """
    new: list[FeedEntry] = []
    changed: list[ChangedEntry] = []
    identities = {entry.identity for entry in parsed.entries}
    for entry in _once_each(parsed.entries):
        article = known.get(entry.identity)
        if article is None or not _is_same(entry, article, identities):
            new.append(entry)
        elif article.feed_hash != entry.feed_hash:
            published = min(entry.published_at or article.published_at, now)
            changed.append(ChangedEntry(article, replace(entry, published_at=published)))
    # Feeds stand newest first: turned round, so that entries of one moment keep their order.
    new.reverse()
    new.sort(key=lambda entry: moment_of(entry, now))
    check = _good_check(source, page, now, settings, jitter)
    return FeedUpdate(tuple(new), tuple(changed), check, is_first=source.succeeded_at is None)


def decide_unchanged(
    source: Source, page: NotModified, now: datetime, settings: CollectSettings, *, jitter: float = 0.0
) -> FeedUpdate:
    """The site says that nothing changed (304): only the next visit is set."""
    return FeedUpdate((), (), _good_check(source, page, now, settings, jitter), is_first=False)


def decide_failure(source: Source, error: IngestError, now: datetime, settings: CollectSettings) -> SourceCheck:
    """When to look again after a failure: the interval doubled by each failure before this one, up to 6 hours.

    A Retry-After counts where it is longer. The validators stay, so that a source that recovers is not read in vain.
    """
    interval = source.interval or settings.interval
    wait = min(interval * 2 ** min(source.failures, _MOST_DOUBLINGS), max(LONGEST_WAIT, interval))
    if isinstance(error, HttpError) and error.retry_after is not None:
        wait = max(wait, min(error.retry_after, LONGEST_RETRY_AFTER))
    return SourceCheck(
        source_id=source.id,
        checked_at=now,
        due_at=now + wait,
        error=str(error),
        etag=source.etag,
        last_modified=source.last_modified,
    )


def moment_of(entry: FeedEntry, now: datetime) -> datetime:
    """When an entry was published, as far as can be believed: never in the future, now where it does not say."""
    return min(entry.published_at or now, now)


def _is_same(entry: FeedEntry, article: KnownArticle, identities: Collection[str]) -> bool:
    """Whether an entry is an article that is stored. The identity decides.

    Under another identity, only a page of its own can be recognised: one that was imported, or whose feed gives it a
    new guid and otherwise says the same. An article that the feed still tells of under its old identity is another one.
    """
    if article.identity == entry.identity:
        return True
    if not entry.has_page or article.identity in identities:
        return False
    return article.feed_hash in {"", entry.feed_hash} or article.title == entry.title


def _once_each(entries: Iterable[FeedEntry]) -> list[FeedEntry]:
    """The first of the entries that share an identity, which in a feed is the newest."""
    first: dict[str, FeedEntry] = {}
    for entry in entries:
        first.setdefault(entry.identity, entry)
    return list(first.values())


def _good_check(
    source: Source, page: FetchedPage | NotModified, now: datetime, settings: CollectSettings, jitter: float
) -> SourceCheck:
    interval = source.interval or settings.interval
    is_same = isinstance(page, NotModified)  # which may leave out validators that still hold
    return SourceCheck(
        source_id=source.id,
        checked_at=now,
        due_at=now + interval * (1 + JITTER * jitter),
        kind=source.kind if is_same else SourceKind.FEED,
        etag=page.etag or (source.etag if is_same else None),
        last_modified=page.last_modified or (source.last_modified if is_same else None),
        moved_to=page.moved_to if page.moved_to != source.url else None,
    )
