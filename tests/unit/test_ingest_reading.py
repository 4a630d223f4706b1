from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web

from bot.ingest.fetch import Fetcher
from bot.ingest.reading import EntryReader, ReadEntry
from bot.ingest.stages import FetchedPage
from bot.ingest.workers import Workers
from config.settings import CollectSettings
from tests.unit.fake_site import FakeSite

NOW = datetime(2026, 10, 18, 12, tzinfo=UTC)
PAGE = Path(__file__).parents[1] / "data" / "pages" / "ru_share_line.html"


@pytest.fixture
async def site() -> AsyncIterator[FakeSite]:
    async with FakeSite() as site:
        yield site


async def read_feed(
    site: FakeSite,
    feed: str,
    language: str | None = None,
    *,
    timeout: timedelta = timedelta(seconds=20),
    zone: str = "UTC",
) -> list[ReadEntry]:
    """Every entry of a feed, read one after another as collecting does it."""
    url = site.serve("/rss", f"<rss version='2.0'><channel><title>Вести</title>{feed}</channel></rss>")
    settings = CollectSettings(allow_private=(site.host,), timeout=timeout)
    async with Fetcher(settings) as fetcher, Workers(1, zone=zone) as workers:
        page = await fetcher.fetch(url)
        assert isinstance(page, FetchedPage)
        reader = EntryReader(fetcher, workers, "ru", zone)
        entries = (await workers.parse(page)).entries
        return [await reader.read(entry, NOW, language=language, full_text=True) for entry in entries]


async def test_a_page_is_read_for_its_own_entry_and_no_other(site: FakeSite) -> None:
    for path in ("/", "/live", "/1"):
        site.serve(path, PAGE.read_bytes(), Content_Type="text/html")
    item = "<item><title>{}</title><link>{}</link><description>{}</description></item>"
    own, first, second, lone = await read_feed(
        site,
        item.format("Через Вахш открыли мост", "/1", "Мост открыли.")
        + item.format("Вода поднялась", "/live#m1", "Вода поднялась на метр.")
        + item.format("Вода ушла", "/live#m2", "Вода ушла.")
        + item.format("Объявление", "", "Редакция переехала."),
    )
    assert own.reason is None
    assert own.draft.body
    assert [(one.draft.lead, one.draft.body) for one in (first, second, lone)] == [
        ("Вода поднялась на метр.", ()),
        ("Вода ушла.", ()),
        ("Редакция переехала.", ()),
    ]
    assert {one.reason for one in (first, second, lone)} == {"the entry has no page of its own"}
    assert [seen.path for seen in site.seen if seen.path != "/robots.txt"] == ["/rss", "/1"]


@pytest.mark.parametrize(("source", "language"), [(None, "tg"), ("ru", "ru")])
async def test_the_feeds_language_is_a_hint_after_the_sources(
    site: FakeSite, source: str | None, language: str
) -> None:
    feed = "<language>tg-TJ</language><item><title>Хабари нав</title></item>"
    (read,) = await read_feed(site, feed, source)
    assert read.draft.language == language


@pytest.mark.parametrize(("status", "is_gone"), [(410, True), (404, False), (503, False)])
async def test_a_page_that_was_taken_down_says_so(site: FakeSite, status: int, is_gone: bool) -> None:
    """Only 410 tells that it was meant; a 404 may be a mistake of an hour."""
    site.serve("/1", status=status)
    (read,) = await read_feed(site, "<item><title>Через Вахш открыли мост</title><link>/1</link></item>")
    assert read.is_gone is is_gone
    assert str(status) in (read.reason or "")


@pytest.mark.parametrize(
    ("status", "is_passing"),
    [(403, True), (408, True), (429, True), (500, True), (503, True), (404, False), (410, False), (451, False)],
)
async def test_a_page_that_fails_for_a_moment_says_so(site: FakeSite, status: int, is_passing: bool) -> None:
    site.serve("/1", status=status)
    (read,) = await read_feed(site, "<item><title>Через Вахш открыли мост</title><link>/1</link></item>")
    assert (read.is_passing, read.has_text) == (is_passing, False)


async def test_a_page_that_does_not_come_fails_for_a_moment_and_one_without_an_article_does_not(site: FakeSite) -> None:
    async def broken_off(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.close()
        return web.Response()

    site.handle("/broken", broken_off)
    site.drip("/slow", 0.05)
    site.serve("/empty", "<html><body></body></html>", Content_Type="text/html")
    item = "<item><title>Через Вахш открыли мост {0}</title><link>{0}</link></item>"
    feed = "".join(item.format(path) for path in ("/broken", "/slow", "/empty"))
    read = await read_feed(site, feed, timeout=timedelta(seconds=1))
    assert [one.is_passing for one in read] == [True, True, False]


async def test_a_day_without_an_hour_gives_way_to_the_pages_own_moment(site: FakeSite) -> None:
    """The newsroom's midnight, 19:00 UTC of the day before; another day of the page is not the story's."""
    page = PAGE.read_text(encoding="utf-8")
    assert "2026-10-18T09:40:00+05:00" in page
    site.serve("/same", page, Content_Type="text/html; charset=utf-8")
    other = page.replace("2026-10-18T09:40:00+05:00", "2026-10-17T23:40:00+05:00")
    site.serve("/other", other, Content_Type="text/html; charset=utf-8")
    item = "<item><title>Через Вахш открыли мост</title><link>{}</link><pubDate>{}</pubDate></item>"
    feed = "".join(item.format(path, "2026-10-18T00:00:00+05:00") for path in ("/same", "/other"))
    feed += item.format("/same?at=8", "2026-10-18T08:00:00+05:00")
    read = await read_feed(site, feed, zone="Asia/Dushanbe")
    assert [one.draft.published_at for one in read] == [
        datetime(2026, 10, 18, 4, 40, tzinfo=UTC),
        datetime(2026, 10, 17, 19, tzinfo=UTC),
        datetime(2026, 10, 18, 3, tzinfo=UTC),
    ]
