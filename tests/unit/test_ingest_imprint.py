"""A feed that comes in full and says nothing new is told from one that does, by its bytes."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.ingest.fetch import Fetcher
from bot.ingest.imprint import imprint_of
from bot.ingest.stages import FetchedPage, Look, NotModified
from bot.ingest.workers import Workers
from bot.scout import Scout
from config.settings import Settings
from storage.records import Source
from tests.unit.fake_site import FakeSite

URL = "https://news.example/rss"
NOW = datetime(2026, 10, 18, 12, tzinfo=UTC)


def feed(built: str = "10:00", title: str = "Мост открыли", dated: str = "09:00", comments: int = 0) -> bytes:
    return (
        "<rss version='2.0' xmlns:slash='http://purl.org/rss/1.0/modules/slash/'><channel><title>Вести</title>"
        f"<lastBuildDate>Mon, 05 Oct 2026 {built}:00 +0500</lastBuildDate>"
        f"<item><title>{title}</title><link>https://news.example/1</link><guid>1</guid>"
        f"<slash:comments>{comments}</slash:comments>"
        f"<pubDate>Mon, 05 Oct 2026 {dated}:00 +0500</pubDate></item></channel></rss>"
    ).encode()


def page(body: bytes, **said: Any) -> FetchedPage:
    return replace(FetchedPage(URL, URL, 200, "application/rss+xml", None, body), **said)


def test_only_the_moments_of_the_feed_itself_do_not_count() -> None:
    before = imprint_of(page(feed()))
    assert imprint_of(page(feed(built="11:00"))) == before
    assert imprint_of(page(feed(), etag='"2"')) == before
    for said in (feed(title="Мост закрыли"), feed(dated="09:30"), feed(comments=3), feed() + b" ", feed()[:-1], b""):
        assert imprint_of(page(said)) != before
    hub = ("https://hub.example/",)
    for other in (page(feed(), charset="koi8-r"), page(feed(), hubs=hub), page(feed(), final_url=URL + "?page=2")):
        assert imprint_of(other) != before


def test_moments_of_an_atom_feed_and_of_its_entries_are_told_apart() -> None:
    atom = b"<feed><title>News</title><updated>%b</updated><entry><id>1</id><updated>%b</updated></entry></feed>"
    before = imprint_of(page(atom % (b"2026-10-05T10:00:00Z", b"2026-10-05T09:00:00Z")))
    assert imprint_of(page(atom % (b"2026-10-05T11:00:00Z", b"2026-10-05T09:00:00Z"))) == before
    assert imprint_of(page(atom % (b"2026-10-05T10:00:00Z", b"2026-10-05T09:30:00Z"))) != before


def test_a_head_in_which_no_entry_is_found_counts_as_it_is() -> None:
    wide = [feed(built).decode().encode("utf-16") for built in ("10:00", "11:00")]
    assert imprint_of(page(wide[0])) != imprint_of(page(wide[1]))
    named = [feed(built).replace(b"item>", b"r:item>") for built in ("10:00", "11:00")]
    assert imprint_of(page(named[0])) == imprint_of(page(named[1]))


@pytest.mark.parametrize("missing", [(), ("1",)])
async def test_no_process_reads_what_is_all_in_the_archive(missing: tuple[str, ...]) -> None:
    """An entry that is not there is told of at the next visit too."""
    async with FakeSite() as site:
        source = Source(1, site.serve("/rss", feed(), Content_Type="application/rss+xml"), "Вести")
        settings = Settings.model_validate({"collect": {"allow_private": [site.host]}})
        async with Fetcher(settings.collect) as fetcher, Workers(1) as workers:
            scout = Scout(fetcher, workers, settings)
            seen = (await scout.look(source, NOW)).seen
            assert isinstance(seen, Look)
            scout.remember(source, seen, missing)
            site.serve("/rss", feed(built="11:00"), Content_Type="application/rss+xml", ETag='"2"')
            again = (await scout.look(source, NOW)).seen
            if missing:
                assert isinstance(again, Look)
                return
            assert isinstance(again, NotModified)
            assert again.etag == '"2"'
            assert tasks_of(workers) == 1
            site.serve("/rss", feed(title="Мост закрыли"), Content_Type="application/rss+xml")
            news = (await scout.look(source, NOW)).seen
            assert isinstance(news, Look)
            assert news.feed.entries[0].title == "Мост закрыли"


def tasks_of(workers: Workers) -> int:
    """How many texts its processes have read."""
    return sum(child.tasks for child in workers._pool._main.members)
