import gzip
import time
import tracemalloc
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from bot.ingest.errors import HostileXml, NotAFeed, ParseError
from bot.ingest.lists import UNPACKED, parse_list
from bot.ingest.sitemap import MOST_ENTRIES, RECENT
from bot.ingest.stages import FeedKind, FetchedPage, ParsedFeed
from storage.records import SourceKind

URL = "https://news.example/sitemap.xml"
SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def parse(body: str | bytes, content_type: str = "application/xml") -> ParsedFeed:
    data = body.encode() if isinstance(body, str) else body
    return parse_list(FetchedPage(URL, URL, 200, content_type, None, data), SourceKind.SITEMAP, "", "Asia/Dushanbe")


def urlset(pages: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset {SPACE}>{pages}</urlset>'


def plain(path: str, changed: datetime | None) -> str:
    stamp = f"<lastmod>{changed.isoformat()}</lastmod>" if changed else ""
    return f"<url><loc>https://news.example{path}</loc>{stamp}</url>"


NEWS = f"""<?xml version="1.0" encoding="UTF-8"?>
<?xml-stylesheet type="text/xsl" href="/main.xsl"?>
<!-- made by the newsroom's own programme -->
<urlset {SPACE} xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"
 xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<url><loc>https://news.example/politics/most-otkryli?utm_source=map</loc><lastmod>2026-11-22T12:00:00+05:00</lastmod>
<news:news><news:publication><news:name>Вести</news:name><news:language>ru</news:language></news:publication>
<news:publication_date>2026-11-22T10:30:00+05:00</news:publication_date>
<news:title>Мост через Вахш открыли &amp; освятили</news:title>
<news:keywords>дороги, Хатлон, дороги</news:keywords></news:news>
<image:image><image:loc>/i/most.jpg</image:loc><image:title>Мост</image:title></image:image></url>
<url><loc>https://news.example/sport/match</loc>
<news:news><news:publication><news:name>Вести</news:name><news:language>tg</news:language></news:publication>
<news:publication_date>2026-11-23</news:publication_date>
<news:title>Бозӣ ба дигар рӯз гузошта шуд</news:title></news:news></url>
</urlset>"""


def test_a_news_sitemap_is_read_whole_the_newest_first() -> None:
    feed = parse(NEWS)
    assert (feed.kind, feed.title, feed.language) == (FeedKind.SITEMAP, "Вести", "ru")
    second, first = feed.entries
    assert (first.title, first.url) == (
        "Мост через Вахш открыли & освятили",
        "https://news.example/politics/most-otkryli?utm_source=map",
    )
    assert first.identity == "https://news.example/politics/most-otkryli"
    assert first.published_at == datetime(2026, 11, 22, 5, 30, tzinfo=UTC)
    assert first.updated_at == datetime(2026, 11, 22, 7, tzinfo=UTC)
    assert (first.image, first.tags, first.language) == ("https://news.example/i/most.jpg", ("дороги", "Хатлон"), "ru")
    assert (second.language, second.published_at) == ("tg", datetime(2026, 11, 22, 19, tzinfo=UTC))
    assert first.has_page


@pytest.mark.parametrize(
    "body",
    [
        NEWS.replace("news:", "n:").replace("xmlns:news=", "xmlns:n="),
        NEWS.replace("xmlns:news=", "xmlns:unused="),  # a prefix that nobody declared
        NEWS.replace("<urlset ", "<sm:urlset xmlns:sm='http://www.sitemaps.org/schemas/sitemap/0.9' ").replace(
            "</urlset>", "</sm:urlset>"
        ),
        NEWS.replace("</urlset>", ""),
        "﻿ \n" + NEWS,
        NEWS.replace("&amp;", "&"),
        NEWS.replace('encoding="UTF-8"', 'encoding="windows-1251"').encode("windows-1251", "xmlcharrefreplace"),
    ],
    ids=[
        "other prefix",
        "no declaration",
        "root with a prefix",
        "cut short",
        "junk before",
        "bare ampersand",
        "windows-1251",
    ],
)
def test_a_news_sitemap_is_read_however_it_is_written(body: str | bytes) -> None:
    assert {entry.published_at for entry in parse(body).entries} == {
        entry.published_at for entry in parse(NEWS).entries
    }


def test_a_plain_sitemap_gives_what_changed_lately_and_no_sections() -> None:
    feed = parse(
        urlset(
            plain("/", NOON)
            + plain("/politika/", NOON)
            + plain("/news/khlopok-ubrali-v-srok", NOON - timedelta(days=1))
            + plain("/tag/khlopok", NOON)
            + plain("/news/sneg-zakryl-pereval", NOON)
            + plain("/news/bylo-ochen-davno", NOON - RECENT - timedelta(days=1))
            + plain("/news/bez-daty-sovsem", None)
        )
    )
    assert [entry.url.rpartition("/")[2] for entry in feed.entries] == ["sneg-zakryl-pereval", "khlopok-ubrali-v-srok"]
    entry = feed.entries[0]
    # When a page was changed is not when it was published: the page itself tells that.
    assert (entry.title, entry.published_at, entry.updated_at) == ("", None, NOON)


def test_a_date_in_the_future_makes_no_other_page_old() -> None:
    ahead = datetime.now(UTC) + timedelta(days=400)
    feed = parse(urlset(plain("/news/sneg-zakryl-pereval", NOON) + plain("/news/khlopok-ubrali-v-srok", ahead)))
    assert [entry.url.rpartition("/")[2] for entry in feed.entries] == ["sneg-zakryl-pereval"]


def test_without_dates_all_articles_count_in_the_documents_order() -> None:
    feed = parse(urlset(plain("/about", None) + "".join(plain(f"/news/story-{at}", None) for at in range(1000, 1010))))
    assert [entry.url for entry in feed.entries] == [
        f"https://news.example/news/story-{at}" for at in range(1000, 1010)
    ]


def test_an_index_names_news_first_then_the_newest() -> None:
    told = "".join(
        f"<sitemap><loc>{loc}</loc>{f'<lastmod>{day}</lastmod>' if day else ''}</sitemap>"
        for loc, day in (
            ("/a.xml", "2026-01-01"),
            ("/b.xml", "2026-11-20"),
            ("/news.xml", ""),
            ("/c.xml", "2026-10-01"),
            (URL, ""),
        )
    )
    feed = parse(f"<sitemapindex {SPACE}>{told}</sitemapindex>")
    assert feed.entries == ()
    assert feed.more == tuple(f"https://news.example/{name}.xml" for name in ("news", "b", "c", "a"))
    archive = "".join(f"<sitemap><loc>/map-{at}.xml</loc></sitemap>" for at in range(1, 9))
    feed = parse(f"<sitemapindex {SPACE}>{archive}</sitemapindex>")
    assert feed.more[0] == "https://news.example/map-8.xml"


def test_a_file_of_gzip_is_unpacked() -> None:
    assert parse(gzip.compress(NEWS.encode()), "application/gzip") == parse(NEWS)
    with pytest.raises(ParseError, match="cut short"):
        parse(gzip.compress(NEWS.encode())[:-20])


def test_a_bomb_of_gzip_is_cut_at_the_cap() -> None:
    bomb = gzip.compress(b" " * (UNPACKED * 12), compresslevel=1)
    tracemalloc.start()
    try:
        with pytest.raises(ParseError, match="longer than"):
            parse(bomb)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < UNPACKED * 3


BOMB = "<!DOCTYPE urlset [<!ENTITY a 'aaaaaaaaaa'>" + "".join(
    f"<!ENTITY {name} '&{before};&{before};&{before};&{before};'>"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "head",
    [
        BOMB + "]>",
        "<!DOCTYPE urlset [<!ENTITY f SYSTEM 'file:///etc/hostname'>]>",
        "<!DOCTYPE u [<!ENTITY % p SYSTEM 'http://x/'> %p;]>",
    ],
)
def test_a_dtd_that_declares_entities_is_refused(head: str) -> None:
    with pytest.raises(HostileXml):
        parse(f"<?xml version='1.0'?>{head}" + urlset(plain("/news/sneg-&i;&f;", NOON)).partition("?>")[2])


def test_what_is_no_sitemap_is_refused() -> None:
    for body in (b"", b"<p>", b"<svg><urlset/></svg>", b"\x1f\x8b", b"\x00" * 40, b"<html><body>404</body></html>"):
        with pytest.raises((NotAFeed, ParseError)):
            parse(body)


def test_fifty_thousand_pages_cost_little_and_give_the_newest() -> None:
    pages = (plain(f"/news/2026/11/story-number-{at}", NOON - timedelta(minutes=at)) for at in range(50_000))
    body = urlset("".join(pages))
    start = time.process_time()
    feed = parse(body)
    assert time.process_time() - start < 4  # seconds; about one on an idle machine
    assert [entry.url.rpartition("-")[2] for entry in feed.entries] == [str(at) for at in range(MOST_ENTRIES)]


@pytest.mark.parametrize(
    "body",
    [
        urlset("<url>" * 200_000),
        urlset("<url><loc>" + "<a>" * 100_000),
        urlset("<url><loc>https://news.example/" + "a" * 5_000_000 + "</loc></url>"),
        urlset("<url><lastmod>" + "1" * 2_000_000 + "</lastmod></url>"),
        urlset("<url " + "a='' " * 200_000 + "/>"),
        urlset("".join(f"<url xmlns:n{at}='x'/>" for at in range(50_000))),
        "<!--" * 500_000 + urlset(""),
        "<" * 2_000_000,
        urlset("<news:" * 500_000),
        urlset("<url><loc>&#x0;&#xD800;\x00\x01</loc></url>"),
    ],
    ids=[
        "open pages",
        "deep",
        "long address",
        "long date",
        "attributes",
        "name spaces",
        "comments",
        "brackets",
        "prefixes",
        "letters",
    ],
)
def test_hostile_sitemaps_cost_little(body: str) -> None:
    start = time.process_time()
    with suppress(ParseError):
        assert len(parse(body).entries) <= MOST_ENTRIES
    assert time.process_time() - start < 3  # seconds
