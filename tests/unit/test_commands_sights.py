"""The doctor looks at sources as collecting does: by their kind, their own settings and their stand-in."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.clock import now_utc
from bot.commands.finding import Finding, Status
from bot.commands.sights import look_at_sources
from config.settings import Settings
from storage.database import Database
from storage.records import NewSource, SourceCheck, SourceKind, StandIn
from storage.schema import migrate
from tests.unit.fake_proxy import FakeProxy
from tests.unit.fake_site import FakeSite

RSS = "application/rss+xml"
XML = "application/xml"
HTML = "text/html; charset=utf-8"
FEED = """<rss version="2.0"><channel><title>Перевал</title>
<item><title>Мука подешевела</title><link>http://pereval.example/1</link></item></channel></rss>"""
LINES = "".join(
    f'<h2><a href="/news/2026/11/2{n}/pasport-mosta-{n}.html">На мосту через Варзоб положили {n} километра</a></h2>'
    for n in range(5)
)
HEADLINES = f"<html><body>{LINES}</body></html>"
NEVER = timedelta(days=3650)


@pytest.fixture
async def site() -> AsyncIterator[FakeSite]:
    async with FakeSite() as site:
        yield site


def settings(folder: Path, **more: Any) -> Settings:
    collect = {"allow_private": ["127.0.0.1"], **more.pop("collect", {})}
    return Settings.model_validate(
        {"database_url": f"sqlite+aiosqlite:///{folder / 'k.db'}", "collect": collect, **more}
    )


async def store(kept: Settings, *new: NewSource, stand_ins: Iterable[StandIn] = ()) -> None:
    database = Database(kept.database_url)
    await migrate(database, now_utc())
    async with database.transaction() as stores:
        for one in new:
            source = await stores.sources.add(one)
            for stand_in in stand_ins:
                now = now_utc()
                await stores.sources.settle(SourceCheck(source.id, now, now, stand_in=stand_in))
    await database.close()


async def only(kept: Settings) -> Finding:
    [found] = await look_at_sources(kept)
    return found


async def test_a_page_and_a_sitemap_are_read_as_what_they_are(site: FakeSite, tmp_path: Path) -> None:
    kept = settings(tmp_path)
    today = now_utc().isoformat()
    page = site.serve("/", HEADLINES, Content_Type=HTML)
    news = site.serve(
        "/news.xml",
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        f"<url><loc>{site.url('/news/1')}</loc><lastmod>{today}</lastmod></url></urlset>",
        Content_Type=XML,
    )
    index = site.serve(
        "/sitemap.xml",
        '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        f"<sitemap><loc>{news}</loc><lastmod>{today}</lastmod></sitemap></sitemapindex>",
        Content_Type=XML,
    )
    await store(kept, NewSource(page, "page", kind=SourceKind.PAGE), NewSource(index, "map", kind=SourceKind.SITEMAP))
    assert await look_at_sources(kept) == [
        Finding("source page", Status.OK, "5 entries"),
        Finding("source map", Status.OK, "1 entry"),
    ]


async def test_a_source_that_waits_in_the_settings_is_found_first(site: FakeSite, tmp_path: Path) -> None:
    home = site.serve("/", HEADLINES, Content_Type=HTML)
    assert await only(settings(tmp_path, source=[{"url": home, "name": "Перевал"}])) == Finding(
        "source Перевал", Status.OK, "5 entries"
    )


async def test_a_sources_own_proxy_is_used(site: FakeSite, tmp_path: Path) -> None:
    site.serve("/rss", FEED, Content_Type=RSS)
    url = "http://93.184.215.14/rss"
    async with FakeProxy({"93.184.215.14": ("127.0.0.1", site.port)}) as proxy:
        kept = settings(tmp_path, source=[{"url": url, "name": "Перевал", "proxy": proxy.url()}])
        await store(kept, NewSource(url, "Перевал"))
        assert (await only(kept)).status is Status.OK
        assert proxy.asked == ["93.184.215.14:80"]


async def test_a_proxy_that_does_not_run_is_told_as_the_proxys_fault(tmp_path: Path, unused_tcp_port: int) -> None:
    proxy = f"http://me:geheim@127.0.0.1:{unused_tcp_port}"
    found = await only(
        settings(tmp_path, source=[{"url": "http://93.184.215.14/rss", "name": "Перевал", "proxy": proxy}])
    )
    assert found.status is Status.ERROR
    assert f"the proxy 127.0.0.1:{unused_tcp_port} does not lead to 93.184.215.14" in found.detail
    assert "see that the proxy runs" in found.advice
    assert "geheim" not in f"{found.detail} {found.advice}"


async def test_a_source_on_a_stand_in_is_no_error(site: FakeSite, tmp_path: Path) -> None:
    kept, feed = settings(tmp_path), site.serve("/all.xml", FEED, Content_Type=RSS)
    now = now_utc()
    stand_in = StandIn(feed, SourceKind.FEED, now, "127.0.0.1 answered 404 Not Found", now + NEVER)
    await store(kept, NewSource(site.url("/rss"), "Перевал"), stand_ins=[stand_in])
    found = await only(kept)
    assert found == replace(
        found,
        status=Status.WARNING,
        detail=f"1 entry from its stand-in, the feed {feed}; its own address: {stand_in.reason}",
    )
    assert site.url("/rss") in found.advice


async def test_a_password_in_an_address_is_never_shown(site: FakeSite, tmp_path: Path) -> None:
    url = site.url("/rss").replace("://", "://reader:geheim@")
    found = await only(settings(tmp_path, source=[{"url": url, "name": "Перевал"}]))
    assert found.status is Status.ERROR
    assert found.detail.startswith(f"http://***@{site.host}/rss: ")
    assert "geheim" not in f"{found.detail} {found.advice}"
