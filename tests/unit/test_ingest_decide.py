import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.ingest.decide import decide, decide_failure, decide_unchanged, with_landed
from bot.ingest.draft import draft_from_feed, draft_from_page
from bot.ingest.errors import HttpError, IngestError, TimedOut
from bot.ingest.stages import ExtractedPage, FeedEntry, FeedKind, FeedUpdate, FetchedPage, Look, NotModified, ParsedFeed
from config.settings import CollectSettings
from storage.records import AlertKind, KnownArticle, Rhythm, Source, SourceKind

NOW = datetime(2026, 10, 18, 12, tzinfo=UTC)
URL = "https://news.example/rss"
SETTINGS = CollectSettings(interval=timedelta(minutes=5))
SOURCE = Source(id=7, url=URL, name="Вести", succeeded_at=NOW - timedelta(hours=1), etag='"old"', last_modified="then")
PAGE = FetchedPage(URL, URL, 200, "application/rss+xml", None, b"", etag='"new"')


def entry(name: str, published_at: datetime | None = None, said: str = "") -> FeedEntry:
    return FeedEntry(name, name, f"https://news.example/{name}", name, "", (), published_at, None, None, None, (), said)


def known(name: str, said: str = "") -> KnownArticle:
    url = f"https://news.example/{name}"
    return KnownArticle(
        zlib.crc32(name.encode()), name, url, said, NOW - timedelta(hours=2), page_key=f"news.example/{name}"
    )


def update(*entries: FeedEntry, archive: tuple[KnownArticle, ...] = (), source: Source = SOURCE) -> FeedUpdate:
    feed = ParsedFeed("Вести", "ru", FeedKind.RSS, None, entries)
    return decide(source, Look(PAGE, feed), {article.identity: article for article in archive}, NOW, SETTINGS)


def test_new_entries_come_oldest_first() -> None:
    noon, nine, ten = (
        entry("noon", NOW),
        entry("nine", NOW - timedelta(hours=3)),
        entry("ten", NOW - timedelta(hours=2)),
    )
    assert update(noon, nine, ten).new == (nine, ten, noon)


def test_entries_without_dates_keep_the_order_of_the_feed() -> None:
    new = update(entry("newest"), entry("middle"), entry("oldest")).new
    assert [each.identity for each in new] == ["oldest", "middle", "newest"]


def test_a_date_in_the_future_is_now_and_so_is_one_that_nobody_gives() -> None:
    assert draft_from_feed(entry("a", NOW + timedelta(days=400)), "ru", NOW).published_at == NOW
    assert draft_from_feed(entry("a"), "ru", NOW).published_at == NOW


def test_the_page_says_when_the_feed_does_not() -> None:
    yesterday = NOW - timedelta(days=1)
    page = ExtractedPage("Заголовок", "", (), None, None, yesterday, "ru", None, ())
    assert draft_from_page(entry("a"), page, NOW).published_at == yesterday
    told = entry("a", NOW - timedelta(days=2))
    assert draft_from_page(told, page, NOW).published_at == told.published_at


def test_an_entry_without_a_page_of_its_own_keeps_the_place_it_links_to() -> None:
    message = replace(entry("live"), url="https://news.example/live?utm_source=rss#m1", has_page=False)
    draft = draft_from_feed(message, "ru", NOW)
    assert (draft.url, draft.has_page) == ("https://news.example/live#m1", False)
    assert draft_from_feed(replace(message, has_page=True), "ru", NOW).url == "https://news.example/live"


def test_what_the_archive_has_is_not_new_and_only_changed_where_the_feed_says_something_else() -> None:
    same, other = known("same", "x"), known("other", "x")
    result = update(entry("same", said="x"), entry("other", said="y"), archive=(same, other))
    assert result.new == ()
    assert [(change.known, change.entry.feed_hash) for change in result.changed] == [(other, "y")]


def test_a_change_keeps_the_date_where_the_feed_has_none() -> None:
    article = known("a", "x")
    assert update(entry("a", said="y"), archive=(article,)).changed[0].entry.published_at == article.published_at


def test_one_article_stands_once_however_often_the_feed_lists_it() -> None:
    assert update(entry("a", said="newest"), entry("b"), entry("a", said="older")).new[-1].feed_hash == "newest"
    assert len(update(entry("a"), entry("a"), entry("a")).new) == 1
    assert len(update(entry("a", said="y"), entry("a", said="z"), archive=(known("a", "x"),)).changed) == 1


def test_a_good_visit_moves_the_next_one_and_the_validators() -> None:
    check = update().check
    assert (check.source_id, check.checked_at, check.error, check.kind) == (7, NOW, None, SourceKind.FEED)
    assert (check.due_at, check.etag, check.last_modified) == (NOW + timedelta(minutes=5), '"new"', None)


@pytest.mark.parametrize(
    ("own", "jitter", "wait"),
    [
        (None, 0.0, timedelta(minutes=5)),
        (timedelta(minutes=2), 0.0, timedelta(minutes=2)),
        (timedelta(minutes=10), 1.0, timedelta(minutes=11)),
    ],
)
def test_the_sources_own_interval_counts_and_jitter_spreads_it(
    own: timedelta | None, jitter: float, wait: timedelta
) -> None:
    source = Source(id=7, url=URL, name="Вести", interval=own)
    result = decide_unchanged(source, NotModified(URL, URL), NOW, SETTINGS, jitter=jitter)
    assert result.check.due_at == NOW + wait


def test_nothing_changed_keeps_validators_that_the_site_left_out() -> None:
    result = decide_unchanged(SOURCE, NotModified(URL, URL), NOW, SETTINGS)
    assert (result.new, result.changed, result.is_first) == ((), (), False)
    assert (result.check.etag, result.check.last_modified, result.check.error) == ('"old"', "then", None)


def test_the_newest_word_on_how_long_a_list_stays_fresh_counts() -> None:
    source = SOURCE
    for said, wish in ((60, 60), (1, 1), (None, 1)):
        max_age = None if said is None else timedelta(minutes=said)
        page = NotModified(URL, URL, max_age=max_age)
        source = replace(source, rhythm=decide_unchanged(source, page, NOW, SETTINGS).check.rhythm)
        assert source.rhythm.wish == timedelta(minutes=wish)


WEEK = timedelta(days=7)
KNOWN_RHYTHM = Rhythm(recent=0.5, usual=20.0, as_of=NOW - timedelta(minutes=9), since=NOW - 3 * WEEK)
LATER = NOW + timedelta(seconds=20)


def test_only_what_was_stored_counts_for_the_rhythm() -> None:
    source = replace(SOURCE, rhythm=KNOWN_RHYTHM)
    whole = update(entry("a", NOW), entry("b", NOW), entry("c"), source=source)
    nothing = update(source=source)
    stored = with_landed(whole, source, whole.new, LATER, SETTINGS)
    assert stored.check == replace(whole.check, rhythm=replace(whole.check.rhythm, landed_at=LATER))
    gone = with_landed(whole, source, (), LATER, SETTINGS)
    assert (gone.check.rhythm.recent, gone.check.rhythm.heard_at) == (nothing.check.rhythm.recent, None)
    assert gone.check.due_at > whole.check.due_at
    half = with_landed(whole, source, whole.new[:1], LATER, SETTINGS)
    assert nothing.check.rhythm.recent < half.check.rhythm.recent < whole.check.rhythm.recent


def test_pages_that_are_gone_at_each_visit_hide_no_silence() -> None:
    rhythm = replace(KNOWN_RHYTHM, usual=100.0, heard_at=NOW - timedelta(days=2))
    source = replace(SOURCE, rhythm=rhythm)
    told = update(entry("gone"), source=source)
    assert told.alerts == ()
    assert [one.kind for one in with_landed(told, source, (), LATER, SETTINGS).alerts] == [AlertKind.SILENT]


@pytest.mark.parametrize(
    ("updated_at", "heard_at", "is_changed"),
    [
        (NOW - timedelta(minutes=9), NOW - timedelta(minutes=30), False),
        (NOW - timedelta(minutes=5), NOW - timedelta(minutes=30), True),
        (NOW, NOW - timedelta(minutes=30), True),
        (None, NOW - timedelta(minutes=30), True),
        (NOW - timedelta(minutes=9), NOW, False),
        (NOW - timedelta(minutes=9), NOW + timedelta(hours=5), True),  # its dates cannot be believed
    ],
)
def test_a_list_that_was_kept_on_the_way_takes_nothing_back(
    updated_at: datetime | None, heard_at: datetime, is_changed: bool
) -> None:
    article = replace(known("a", "new"), modified_at=NOW - timedelta(minutes=5))
    source = replace(SOURCE, rhythm=replace(KNOWN_RHYTHM, newest_at=NOW - timedelta(minutes=30), heard_at=heard_at))
    told = replace(entry("a", said="old"), updated_at=updated_at)
    assert len(update(told, archive=(article,), source=source).changed) == is_changed


def test_the_first_success_is_the_first_even_after_failures() -> None:
    assert update(source=Source(id=7, url=URL, name="Вести", failures=3)).is_first
    assert not update().is_first


def test_a_move_is_remembered() -> None:
    page = FetchedPage(URL, URL, 200, "", None, b"", moved_to="https://new.example/rss")
    feed = ParsedFeed("", None, FeedKind.RSS, None, ())
    assert decide(SOURCE, Look(page, feed), {}, NOW, SETTINGS).check.moved_to == "https://new.example/rss"


@pytest.mark.parametrize(
    ("failures", "error", "wait"),
    [
        (0, TimedOut(URL, "slow"), timedelta(minutes=5)),
        (1, TimedOut(URL, "slow"), timedelta(minutes=10)),
        (3, TimedOut(URL, "slow"), timedelta(minutes=40)),
        (7, TimedOut(URL, "slow"), timedelta(hours=6)),
        (10_000, TimedOut(URL, "slow"), timedelta(hours=6)),
        (0, HttpError(URL, "busy", 503, timedelta(hours=1)), timedelta(hours=1)),
        (3, HttpError(URL, "busy", 429, timedelta(seconds=1)), timedelta(minutes=40)),
        (0, HttpError(URL, "busy", 503, timedelta(days=365)), timedelta(hours=24)),
        (0, HttpError(URL, "gone", 404), timedelta(minutes=5)),
    ],
)
def test_a_failing_source_is_left_alone_longer_and_longer(failures: int, error: IngestError, wait: timedelta) -> None:
    source = Source(id=7, url=URL, name="Вести", failures=failures, etag='"old"')
    check = decide_failure(source, error, NOW, SETTINGS).check
    assert check.due_at == NOW + wait
    assert (check.error, check.etag, check.moved_to) == (str(error), '"old"', None)


def test_a_source_read_once_a_day_does_not_come_sooner_for_failing() -> None:
    source = Source(id=7, url=URL, name="Вести", interval=timedelta(days=1), failures=4)
    assert decide_failure(source, TimedOut(URL, "slow"), NOW, SETTINGS).check.due_at == NOW + timedelta(days=1)


def test_an_imported_page_is_recognised_by_its_address_when_its_feed_tells_of_it() -> None:
    imported = known("https://news.example/a", said="")
    imported = replace(imported, url="https://www.news.example/guid-a", page_key="news.example/guid-a")
    told = update_known(entry("guid-a", said="x"), imported)
    assert (told.new, [one.known for one in told.changed]) == ((), [imported])


def test_new_guids_for_what_the_feed_said_before_are_no_news() -> None:
    old = replace(known("old-guid", said="same"), page_key="news.example/new-guid")
    assert update_known(entry("new-guid", said="same"), old).new == ()


@pytest.mark.parametrize(
    "told",
    [
        replace(entry("guid-2", said="other"), has_page=False),  # two news of one live page
        entry("guid-2", said="other"),  # another text and title at an address that is used again
    ],
)
def test_other_news_at_the_same_address_is_news(told: FeedEntry) -> None:
    first = replace(known("guid-1", said="first"), title="Первая новость")
    assert update_known(told, first).new == (told,)


def test_an_article_that_the_feed_still_tells_of_is_not_taken_for_another() -> None:
    first = known("guid-1", said="same")
    entries = entry("guid-1", said="same"), entry("guid-2", said="same")
    feed = ParsedFeed("Вести", "ru", FeedKind.RSS, None, entries)
    told = decide(SOURCE, Look(PAGE, feed), {"guid-1": first, "guid-2": first}, NOW, SETTINGS)
    assert [one.identity for one in told.new] == ["guid-2"]


def update_known(told: FeedEntry, article: KnownArticle) -> FeedUpdate:
    """What the visit means when the archive has this article at the entry's address."""
    feed = ParsedFeed("Вести", "ru", FeedKind.RSS, None, (told,))
    return decide(SOURCE, Look(PAGE, feed), {told.identity: article}, NOW, SETTINGS)
