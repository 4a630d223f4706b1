"""What an address that was looked at becomes as a source."""

import pytest

from bot.ingest.discover import Found, Way
from bot.ingest.stages import FeedKind, FetchedPage, Look, ParsedFeed
from bot.known import new_source
from storage.records import NewSource, SourceKind


def found(address: str, kind: SourceKind, title: str) -> Found:
    page = FetchedPage(address, address, 200, "text/html", None, b"")
    feed = ParsedFeed(title, None, FeedKind.TELEGRAM if kind is SourceKind.TELEGRAM else FeedKind.RSS, None, ())
    return Found(address, kind, Look(page, feed), Way.ITSELF)


def test_a_channel_is_called_by_its_own_title() -> None:
    address = "https://t.me/s/pereval"
    assert new_source(address, found(address, SourceKind.TELEGRAM, " Вести перевала ")) == NewSource(
        address, "Вести перевала", kind=SourceKind.TELEGRAM
    )


@pytest.mark.parametrize(
    ("asked", "stands_at", "url", "moved_to"),
    [
        ("https://www.site.example/rss", "https://www.site.example/rss", "https://www.site.example/rss", None),
        ("https://site.example/rss", "http://site.example/rss", "http://site.example/rss", None),
        ("https://site.example", "http://site.example/rss", "https://site.example", "http://site.example/rss"),
    ],
)
def test_a_site_is_called_by_its_host(asked: str, stands_at: str, url: str, moved_to: str | None) -> None:
    new = new_source(asked, found(stands_at, SourceKind.FEED, "Заголовок"))
    assert new == NewSource(url, "site.example", kind=SourceKind.FEED, moved_to=moved_to)
