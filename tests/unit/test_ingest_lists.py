from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from bot.ingest.addressing import date_of, is_same_site, likeness, site_of
from bot.ingest.errors import NotAFeed
from bot.ingest.listdates import read_stamp
from bot.ingest.lists import parse_list
from bot.ingest.stages import FeedKind, FetchedPage, ParsedFeed
from storage.records import SourceKind

URL = "https://news.example/feeds/main"
ZONE = ZoneInfo("Asia/Dushanbe")
NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)  # 11:00 in Dushanbe
ITEM = "<item><title>Мост открыли</title><link>/1</link><description>{}</description></item>"
HTML = """<!DOCTYPE html><html><head><link rel="alternate" type="application/rss+xml" href="/rss"></head><body>
<h2><a href="/news/most-cherez-vakhsh-otkryli">Мост через Вахш открыли</a></h2></body></html>"""
SITEMAP = "<urlset><url><loc>https://news.example/news/most-otkryli-7</loc><lastmod>2026-11-22</lastmod></url></urlset>"


def parse(body: str, kind: SourceKind = SourceKind.FEED) -> ParsedFeed:
    return parse_list(FetchedPage(URL, URL, 200, "text/plain", None, body.encode()), kind, "", "Asia/Dushanbe")


def rss(items: str, channel: str = "", attributes: str = "") -> str:
    return f'<rss version="2.0" {attributes}><channel><title>Вести</title>{channel}{items}</channel></rss>'


@pytest.mark.parametrize("kind", list(SourceKind))
@pytest.mark.parametrize(
    ("body", "found"),
    [
        (rss(ITEM.format("x")), FeedKind.RSS),
        (rss(ITEM.format("<![CDATA[<html><body><p>x</p></body></html>]]>")), FeedKind.RSS),
        ('<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Вести</title></feed>', FeedKind.ATOM),
        ('{"title": "Вести", "items": []}', FeedKind.JSON),
        (SITEMAP, FeedKind.SITEMAP),
    ],
)
def test_a_document_is_read_by_its_own_form_whatever_stood_there_before(
    body: str, found: FeedKind, kind: SourceKind
) -> None:
    assert parse(body, kind).kind is found


def test_a_web_page_is_a_list_of_headlines_only_where_a_page_is_meant() -> None:
    assert parse(HTML, SourceKind.PAGE).kind is FeedKind.PAGE
    assert parse('<?xml version="1.0"?>' + HTML, SourceKind.PAGE).kind is FeedKind.PAGE
    for kind in (SourceKind.FEED, SourceKind.SITEMAP):
        with pytest.raises(NotAFeed) as caught:
            parse(HTML, kind)
        assert [feed.url for feed in caught.value.feeds] == ["https://news.example/rss"]


@pytest.mark.parametrize(
    "body",
    [
        rss(
            ITEM,
            '<atom:link rel="hub" href="https://hub.example/?a=1&amp;b=2"/><atom:link href="/rss.xml" rel="self"/>',
            'xmlns:atom="http://www.w3.org/2005/Atom"',
        ),
        rss(
            "<item><title>T</title><atom10:link rel='hub' href='https://other.example/'/></item>",
            "<atom10:link rel='self' href='/rss.xml'/><atom10:link rel='hub' href='https://hub.example/?a=1&amp;b=2'/>",
            'xmlns:atom10="http://www.w3.org/2005/Atom"',
        ),
        (
            '<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><link rel="hub" href="https://hub.example/?a=1&amp;b=2"/>'
            '<link rel="self" href="/rss.xml"/><entry><title>S</title><link rel="self" href="/1.xml"/></entry></feed>'
        ),
        (
            '{"title": "T", "feed_url": "/rss.xml", "items": [],'
            ' "hubs": [{"type": "rssCloud", "url": "https://no.example/"}, {"type": "WebSub", "url": "https://hub.example/?a=1&b=2"}]}'
        ),
    ],
    ids=["rss", "another prefix", "atom", "json"],
)
def test_a_feed_names_its_hub_and_itself(body: str) -> None:
    feed = parse(body)
    assert (feed.hubs, feed.self_url) == (("https://hub.example/?a=1&b=2",), "https://news.example/rss.xml")


def test_a_feed_without_a_hub_names_none() -> None:
    assert (parse(rss(ITEM)).hubs, parse(rss(ITEM)).self_url) == ((), None)


def categories(*entries: tuple[str, ...]) -> str:
    return rss(
        "".join(
            f"<item><title>T{at}</title><link>/{at}</link>"
            f"{''.join(f'<category>{one}</category>' for one in names)}</item>"
            for at, names in enumerate(entries)
        )
    )


@pytest.mark.parametrize(
    ("entries", "sections"),
    [
        ((("Спорт",), ("Мир",), ("Спорт",)), ["Спорт", "Мир", "Спорт"]),
        ((("мост", "Вахш"), ("дзюдо",), ("дзюдо",)), [None, None, None]),
        ((("мост",), ("дзюдо",), ("хлопок",)), [None, None, None]),
        (((), ("Мир",), ("Мир",)), [None, None, None]),
    ],
)
def test_a_section_is_taken_only_where_a_feed_clearly_names_them(
    entries: tuple[tuple[str, ...], ...], sections: list[str | None]
) -> None:
    assert [entry.section for entry in parse(categories(*entries)).entries] == sections


@pytest.mark.parametrize(
    ("address", "is_article"),
    [
        ("https://a.example/2026/11/22/most", True),
        ("https://a.example/news/123456", True),
        ("https://a.example/news/41.html", True),
        ("https://a.example/2026/11/blog-post_21.html", True),
        ("https://a.example/news.php?id=512", True),
        ("https://a.example/most-cherez-vakhsh-otkryli-posle-remonta", True),
        ("https://a.example/articles/0a1b2c3d-1112-4f5a-9b8c-1234567890ab", True),
        ("https://a.example/tj/4104-narkhi-ord.html", True),
        ("https://a.example/", False),
        ("https://a.example/ru/", False),
        ("https://a.example/politika", False),
        ("https://a.example/tag/most-cherez-vakhsh-otkryli", False),
        ("https://a.example/author/otdel-novostey-i-reportazhey", False),
        ("https://a.example/2026/11/22/", False),
        ("https://a.example/2026/11/", False),
        ("https://a.example/news/page/2", False),
        ("https://a.example/news?page=2", False),
        ("https://a.example/i/2026/11/22/most.jpg", False),
        ("https://a.example/about", False),
    ],
)
def test_an_address_says_what_it_names(address: str, is_article: bool) -> None:
    assert (likeness(address) >= 2) == is_article


def test_the_day_of_an_address_is_read() -> None:
    assert date_of("https://a.example/2026/11/22/most") == datetime(2026, 11, 22)  # noqa: DTZ001  a day has no zone
    assert date_of("https://a.example/2026-1-5-most") == datetime(2026, 1, 5)  # noqa: DTZ001
    assert date_of("https://a.example/most-2026") is None


def test_one_site_has_several_hosts() -> None:
    main = site_of("https://www.a.example/x")
    assert is_same_site(main, site_of("https://sport.a.example/"))
    assert is_same_site(main, site_of("http://m.a.example/"))
    assert not is_same_site(main, site_of("https://b.example/"))
    assert not is_same_site(main, site_of("https://xa.example/"))
    assert not is_same_site("", "")


@pytest.mark.parametrize(
    ("text", "day", "clock", "moment"),
    [
        ("сегодня, 10:20", date(2026, 11, 23), time(10, 20), None),
        ("Вчера в 09:05", date(2026, 11, 22), time(9, 5), None),
        ("Имрӯз, 08:10", date(2026, 11, 23), time(8, 10), None),
        ("14:35", None, time(14, 35), None),
        ("22 ноября, 18:40", date(2026, 11, 22), time(18, 40), None),
        ("25 декабря", date(2025, 12, 25), None, None),
        ("23.11.2026", date(2026, 11, 23), None, None),
        ("Nov 22, 2026", date(2026, 11, 22), None, None),
        ("22 ноябри 2026, 08:30", None, None, datetime(2026, 11, 22, 3, 30, tzinfo=UTC)),
        ("2026-11-23T10:00:00+05:00", None, None, datetime(2026, 11, 23, 5, tzinfo=UTC)),
        ("2 часа назад", None, None, datetime(2026, 11, 23, 4, tzinfo=UTC)),
        ("час назад", None, None, datetime(2026, 11, 23, 5, tzinfo=UTC)),
        ("an hour ago", None, None, datetime(2026, 11, 23, 5, tzinfo=UTC)),
    ],
)
def test_a_lists_date_is_read(text: str, day: date | None, clock: time | None, moment: datetime | None) -> None:
    stamp = read_stamp(text, ZONE, NOW)
    assert stamp is not None
    assert (stamp.day, stamp.clock, stamp.moment) == (day, clock, moment)


@pytest.mark.parametrize("text", ["Курс 11.45", "12 комментариев", "10 причин", "123", "Новости 14:35", "", "7" * 5000])
def test_a_line_that_tells_more_than_a_date_is_none(text: str) -> None:
    assert read_stamp(text, ZONE, NOW) is None
