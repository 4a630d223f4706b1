"""What one visit to a source means: pure, from what is known and `now` to an intent that the pipeline carries out."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from bot.ingest import health
from bot.ingest.changes import is_of_cut_visit, is_outdated, says_more
from bot.ingest.errors import HttpError, IngestError
from bot.ingest.floods import FEWEST, Expectation, find_held
from bot.ingest.recognise import recognise
from bot.ingest.rhythm import learn, next_wait, span_of
from bot.ingest.stages import (
    ChangedEntry,
    Conditions,
    FailedVisit,
    FeedEntry,
    FeedUpdate,
    FetchedPage,
    Look,
    NotModified,
    ParsedFeed,
    kind_of,
)
from config.settings import CollectSettings
from storage.records import (
    Alert,
    AlertKind,
    KnownArticle,
    Rhythm,
    Source,
    SourceCheck,
    SourceHealth,
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
    fresh = [*new, *(one.entry for one in found if one.article and is_of_cut_visit(one.article, source))]
    is_all_new = bool(found) and len(fresh) == len(found) and not any(entry.is_light for entry in look.feed.entries)
    has_gap = source.succeeded_at is not None and is_all_new
    is_switch, is_flooded = _is_switch(source, look.feed), AlertKind.JUMP in source.health.alerts
    flood = find_held(fresh, Expectation(source.rhythm, source.succeeded_at, has_gap, is_switch, is_flooded), now)
    held = flood and frozenset(entry.identity for entry in new if entry.identity in flood)
    rhythm = learn(source.rhythm, [moment_of(entry, now) for entry in new if entry.identity not in held], now)
    rhythm = replace(
        rhythm,
        span=span_of([entry.published_at for entry in look.feed.entries], rhythm, now),
        wish=max((wish for wish in (look.feed.ttl, look.page.max_age) if wish is not None), default=None),
    )
    is_jump = bool(held) and len(flood) >= FEWEST and not is_switch and not _is_young(source, now)
    conditions = Conditions(has_gap, is_pushed_by_hub, jitter, len(flood) if is_jump else 0)
    due_at, well, alerts = _outcome(source, rhythm, conditions, now, settings)
    check = SourceCheck(
        source_id=source.id,
        checked_at=now,
        due_at=due_at,
        kind=None if source.stand_in else kind_of(look.feed),
        etag=look.page.etag,
        last_modified=look.page.last_modified,
        moved_to=_moved_to(source, look.page),
        stand_in=_asked_again(source.stand_in, now),
        rhythm=rhythm,
        health=well,
    )
    return FeedUpdate(
        tuple(new),
        tuple(
            _changed(one.entry, one.article)
            for one in found
            if one.article
            and says_more(one.entry, one.article, now)
            and not is_outdated(one.entry, one.article, source)
        ),
        check,
        is_first=source.succeeded_at is None,
        held=held,
        alerts=alerts,
        conditions=conditions,
    )


def with_landed(
    update: FeedUpdate, source: Source, landed: Iterable[FeedEntry], now: datetime, settings: CollectSettings
) -> FeedUpdate:
    """What a visit means when it is known what of it was stored, by `now`: only that counts for the source's rhythm.

    `source` is the one that was decided of. Pages that are gone or give nothing are no stories, though the list tells
    of them at each visit.
    """
    names = {entry.identity for entry in landed}
    counted = [entry for entry in update.new if entry.identity not in update.held]
    stored = [entry for entry in counted if entry.identity in names]
    check = update.check
    if len(stored) == len(counted):
        return replace(update, check=replace(check, rhythm=replace(check.rhythm, landed_at=now)))
    looked_at = check.checked_at
    rhythm = learn(source.rhythm, [moment_of(entry, looked_at) for entry in stored], looked_at)
    rhythm = replace(rhythm, span=check.rhythm.span, wish=check.rhythm.wish, landed_at=now)
    due_at, well, alerts = _outcome(source, rhythm, update.conditions, looked_at, settings)
    return replace(update, check=replace(check, due_at=due_at, rhythm=rhythm, health=well), alerts=alerts)


def _outcome(
    source: Source, rhythm: Rhythm, conditions: Conditions, now: datetime, settings: CollectSettings
) -> tuple[datetime, SourceHealth, tuple[Alert, ...]]:
    """When to look again after a good answer, and how the source is."""
    wait = next_wait(source, rhythm, settings, has_gap=conditions.has_gap, is_pushed_by_hub=conditions.is_pushed_by_hub)
    well, alerts = health.after_answer(source, rhythm, now, held=conditions.jumped)
    return now + _spread(source, wait, settings, conditions.jitter), well, alerts


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
    if page.max_age is not None and page.max_age != rhythm.wish:
        rhythm = replace(rhythm, wish=page.max_age)
    conditions = Conditions(is_pushed_by_hub=is_pushed_by_hub, jitter=jitter)
    due_at, well, alerts = _outcome(source, rhythm, conditions, now, settings)
    check = SourceCheck(
        source_id=source.id,
        checked_at=now,
        due_at=due_at,
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


def _changed(entry: FeedEntry, article: KnownArticle) -> ChangedEntry:
    """The first date stays: sites date a page anew with each correction."""
    return ChangedEntry(article, replace(entry, published_at=article.published_at))


def _is_switch(source: Source, feed: ParsedFeed) -> bool:
    """Whether another list is read than at the last good visit."""
    if source.succeeded_at is None:
        return False
    if source.stand_in is not None:
        return source.stand_in.since >= source.succeeded_at
    return AlertKind.STAND_IN in source.health.alerts or kind_of(feed) is not source.kind


def _is_young(source: Source, now: datetime) -> bool:
    """Whether its past may still be coming in: a long list is taken in parts."""
    since = source.rhythm.since
    return since is None or now - since < _YOUNG


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
