"""What one visit to a source means: pure, from what is known and `now` to an intent that the pipeline carries out."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from bot.ingest import health
from bot.ingest.errors import HttpError, IngestError
from bot.ingest.floods import Expectation, find_held
from bot.ingest.recognise import page_of, recognise
from bot.ingest.rhythm import learn, next_wait, span_of
from bot.ingest.stages import (
    ChangedEntry,
    FailedVisit,
    FeedEntry,
    FeedKind,
    FeedUpdate,
    FetchedPage,
    Look,
    NotModified,
    ParsedFeed,
)
from config.settings import CollectSettings
from storage.records import (
    Alert,
    AlertKind,
    KnownArticle,
    Source,
    SourceCheck,
    SourceKind,
    StandIn,
)

LONGEST_WAIT = timedelta(hours=6)  # between visits to a source that fails
LONGEST_RETRY_AFTER = timedelta(hours=24)  # a site may ask for more, or for a year; we look in all the same
JITTER = 0.1  # share of the wait by which visits are spread
_MOST_DOUBLINGS = 16  # 2 ** failures is bounded long before it matters
RETRY, LATER_RETRY = timedelta(hours=1), timedelta(hours=6)  # of its own address while another stands in
_MOST_COUNTED = 100  # failures in a row: with any wait that is long enough
_YOUNG = timedelta(hours=1)
_OFTEN_FOR = timedelta(hours=6)  # after which its own address is asked less often
_KINDS = {
    FeedKind.SITEMAP: SourceKind.SITEMAP,
    FeedKind.PAGE: SourceKind.PAGE,
    FeedKind.TELEGRAM: SourceKind.TELEGRAM,
}


def decide(
    source: Source,
    look: Look,
    known: Mapping[str, KnownArticle],
    now: datetime,
    settings: CollectSettings,
    *,
    jitter: float = 0.0,
    is_pushed_by_hub: bool = False,
) -> FeedUpdate:
    """Sort a list's entries into new ones (oldest first) and those of which it now says something else.

    `known` is what the archive answered to `recognise.asked_for`. `source` is as it stands after the look: without its
    stand-in where its own address answered. `jitter` is a random number from 0 to 1.
    """
    found = recognise(look.feed.entries, known)
    new = _oldest_first([one.entry for one in found if one.article is None], now)
    is_all_new = bool(found) and len(new) == len(found) and not any(entry.is_light for entry in look.feed.entries)
    has_gap = source.succeeded_at is not None and is_all_new
    before = Expectation(source.rhythm, source.succeeded_at, has_gap, _is_switch(source, look.feed))
    held = find_held(new, before, now)
    rhythm = learn(source.rhythm, [moment_of(entry, now) for entry in new if entry.identity not in held], now)
    rhythm = replace(
        rhythm,
        span=span_of([entry.published_at for entry in look.feed.entries], rhythm, now),
        wish=max((wish for wish in (look.feed.ttl, look.page.max_age) if wish is not None), default=None),
    )
    wait = next_wait(source, rhythm, settings, has_gap=has_gap, is_pushed_by_hub=is_pushed_by_hub)
    is_jump = bool(held) and not before.is_switch and not _is_young(source, now)
    well, alerts = health.after_answer(source, rhythm, now, held=len(held) if is_jump else 0)
    check = SourceCheck(
        source_id=source.id,
        checked_at=now,
        due_at=now + _spread(source, wait, settings, jitter),
        kind=None if source.stand_in else _kind_of(look.feed),
        etag=look.page.etag,
        last_modified=look.page.last_modified,
        moved_to=_moved_to(source, look.page),
        stand_in=_asked_again(source.stand_in, now),
        rhythm=rhythm,
        health=well,
    )
    return FeedUpdate(
        tuple(new),
        tuple(_changed(one.entry, one.article) for one in found if one.article and _says_more(one.entry, one.article)),
        check,
        is_first=source.succeeded_at is None,
        held=held,
        alerts=alerts,
    )


def decide_unchanged(
    source: Source,
    page: NotModified,
    now: datetime,
    settings: CollectSettings,
    *,
    jitter: float = 0.0,
    is_pushed_by_hub: bool = False,
) -> FeedUpdate:
    """The site says that nothing changed (304): only the next visit is set, and a silence may begin."""
    rhythm = learn(source.rhythm, (), now)
    if page.max_age is not None and (rhythm.wish is None or page.max_age > rhythm.wish):
        rhythm = replace(rhythm, wish=page.max_age)
    wait = next_wait(source, rhythm, settings, is_pushed_by_hub=is_pushed_by_hub)
    well, alerts = health.after_answer(source, rhythm, now, held=0)
    check = SourceCheck(
        source_id=source.id,
        checked_at=now,
        due_at=now + _spread(source, wait, settings, jitter),
        kind=None if source.stand_in else source.kind,
        # The answer may leave out validators that still hold.
        etag=page.etag or source.etag,
        last_modified=page.last_modified or source.last_modified,
        moved_to=_moved_to(source, page),
        stand_in=_asked_again(source.stand_in, now),
        rhythm=rhythm,
        health=well,
    )
    return FeedUpdate((), (), check, is_first=False, alerts=alerts)


def decide_failure(source: Source, error: IngestError, now: datetime, settings: CollectSettings) -> FailedVisit:
    """When to look again after a failure: the wait doubled by each failure before this one, up to 6 hours.

    A Retry-After counts where it is longer. The validators stay, so that a source that recovers is not read in vain.
    With a stand-in in place it is the stand-in that failed; one that is gone too is given up.
    """
    wait = next_wait(source, source.rhythm, settings)
    ailing = _ailing(source, wait, now)
    well, alerts = health.after_failure(source, error, ailing, now)
    is_gone = health.is_gone(error, source.failures, ailing)
    stand_in = source.stand_in
    if stand_in is not None and is_gone:
        stand_in, well = None, health.end(well, AlertKind.STAND_IN)
    wait = _backed_off(wait, source.failures)
    if isinstance(error, HttpError) and error.retry_after is not None:
        wait = max(wait, min(error.retry_after, LONGEST_RETRY_AFTER))
    check = SourceCheck(
        source_id=source.id,
        checked_at=now,
        due_at=now + wait,
        error=str(error),
        etag=source.etag,
        last_modified=source.last_modified,
        stand_in=_asked_again(stand_in, now),
        rhythm=source.rhythm,
        health=well,
    )
    return FailedVisit(check, alerts, wants_stand_in=is_gone and source.stand_in is None)


def with_stand_in(  # noqa: PLR0917  what was found, in the order of the route
    failed: FailedVisit, source: Source, found_url: str, found_kind: SourceKind, reason: str, now: datetime
) -> FailedVisit:
    """Read a source from somewhere else, at once; its own address is asked again in an hour."""
    stand_in = StandIn(found_url, found_kind, now, reason, now + RETRY)
    detail = f"{reason}; its news are read from {found_url}"
    well, alerts = health.begin(failed.check.health, source, AlertKind.STAND_IN, detail, now)
    check = replace(failed.check, due_at=now, stand_in=stand_in, health=well)
    return replace(failed, check=check, alerts=(*failed.alerts, *alerts))


def with_pages(
    check: SourceCheck, source: Source, *, asked: int, whole: int, now: datetime
) -> tuple[SourceCheck, tuple[Alert, ...]]:
    """Add what the articles' own pages gave: `asked` of them were fetched, and `whole` had their text."""
    well, alerts = health.after_pages(check.health, source, asked, whole, now)
    return replace(check, health=well), alerts


def moment_of(entry: FeedEntry, now: datetime) -> datetime:
    """When an entry was published, as far as can be believed: never in the future, now where it does not say."""
    return min(entry.published_at or now, now)


def _oldest_first(entries: list[FeedEntry], now: datetime) -> list[FeedEntry]:
    """Lists stand newest first: turned round, so that entries of one moment keep their order."""
    entries.reverse()
    return sorted(entries, key=lambda entry: moment_of(entry, now))


def _says_more(entry: FeedEntry, article: KnownArticle) -> bool:
    """Whether a known article is to be read again: the list says something else, or gives it another address.

    A list that tells nothing but titles says nothing else as long as the title stays, whichever list told of it before.
    """
    if entry.feed_hash == article.feed_hash:
        return entry.has_page and page_of(entry) != article.page_key and entry.identity != article.identity
    is_title = not (entry.lead or entry.body or entry.image)
    return not (is_title and article.feed_hash and entry.title in {"", article.title})


def _changed(entry: FeedEntry, article: KnownArticle) -> ChangedEntry:
    """The first date stays: sites date a page anew with each correction."""
    return ChangedEntry(article, replace(entry, published_at=article.published_at))


def _is_switch(source: Source, feed: ParsedFeed) -> bool:
    """Whether another list is read than at the last good visit."""
    if source.succeeded_at is None:
        return False
    if source.stand_in is not None:
        return source.stand_in.since >= source.succeeded_at
    return AlertKind.STAND_IN in source.health.alerts or _kind_of(feed) is not source.kind


def _is_young(source: Source, now: datetime) -> bool:
    """Whether its past may still be coming in: a long list is taken in parts."""
    since = source.rhythm.since
    return since is None or now - since < _YOUNG


def _kind_of(feed: ParsedFeed) -> SourceKind:
    return _KINDS.get(feed.kind, SourceKind.FEED)


def _spread(source: Source, wait: timedelta, settings: CollectSettings, jitter: float) -> timedelta:
    """So that sources that were added together are not asked together. `longest` holds all the same."""
    if source.interval is None:
        wait = min(wait, settings.longest / (1 + JITTER))
    return wait * (1 + JITTER * jitter)


def _moved_to(source: Source, page: FetchedPage | NotModified) -> str | None:
    moved_to = None if source.stand_in else (page.moved_to or source.moved_to)
    return moved_to if moved_to != source.url or source.moved_to else None


def _asked_again(stand_in: StandIn | None, now: datetime) -> StandIn | None:
    """Its own address was just asked in vain, where its time had come."""
    if stand_in is None or now < stand_in.retry_at:
        return stand_in
    return replace(stand_in, retry_at=now + (RETRY if now - stand_in.since < _OFTEN_FOR else LATER_RETRY))


def _backed_off(wait: timedelta, failures: int) -> timedelta:
    return min(wait * 2.0 ** min(failures, _MOST_DOUBLINGS), max(LONGEST_WAIT, wait))


def _ailing(source: Source, wait: timedelta, now: datetime) -> timedelta:
    """For how long it has failed: never longer than the looks in vain took, since the bot may have slept itself."""
    in_vain = sum((_backed_off(wait, failures) for failures in range(min(source.failures, _MOST_COUNTED))), timedelta())
    return in_vain if source.succeeded_at is None else min(in_vain, now - source.succeeded_at)
