import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.ingest.errors import AnnouncedFeed, HostileXml, NotAFeed
from bot.ingest.parse import parse_feed
from bot.ingest.stages import FeedEntry, FeedKind, FetchedPage, ParsedFeed
from storage.records import Block, BlockKind

URL = "https://news.example/feeds/main.xml"


def parse(text: str | bytes, charset: str | None = None) -> ParsedFeed:
    body = text.encode() if isinstance(text, str) else text
    return parse_feed(FetchedPage(URL, URL, 200, "application/xml", charset, body))


def rss(items: str, channel: str = "", attributes: str = "") -> str:
    return f'<rss version="2.0" {attributes}><channel><title>Вести</title>{channel}{items}</channel></rss>'


def only(text: str | bytes) -> FeedEntry:
    (entry,) = parse(text).entries
    return entry


RSS2 = """<?xml version="1.0" encoding="utf-8"?>
<?xml-stylesheet href="/style.xsl"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/"
 xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>Вести &amp; погода</title><link>https://news.example/</link><language>ru-RU</language><ttl>15</ttl>
<item><title>Мост открыли</title><link>/2026/most?utm_source=rss</link><guid isPermaLink="false">n-17</guid>
<description>Мост через реку открыли в воскресенье.</description>
<content:encoded><![CDATA[<p>Мост через реку открыли в воскресенье.</p><h3>Цена</h3><p>84&nbsp;млн</p>
<ul><li>две полосы</li></ul><blockquote>«Ждали»</blockquote><img src="/i/1.jpg" alt="Мост">]]></content:encoded>
<pubDate>Вс, 18 окт 2026 10:00:00 МСК</pubDate><dc:creator>Отдел новостей</dc:creator>
<category>общество</category><category>общество</category><category>дороги</category>
<media:content url="/i/small.jpg" medium="image" width="100"/>
<media:content url="/i/big.jpg" medium="image" width="900"/>
</item></channel></rss>"""


def test_rss_2_is_read_whole() -> None:
    feed = parse(RSS2)
    assert (feed.title, feed.language, feed.kind, feed.ttl) == (
        "Вести & погода",
        "ru",
        FeedKind.RSS,
        timedelta(minutes=15),
    )
    (entry,) = feed.entries
    assert entry.identity == entry.guid == "n-17"
    assert entry.url == "https://news.example/2026/most?utm_source=rss"
    assert entry.title == "Мост открыли"
    assert entry.lead == "Мост через реку открыли в воскресенье."
    assert entry.body == (
        Block(BlockKind.HEADING, "Цена", level=3),
        Block(BlockKind.PARAGRAPH, "84 млн"),
        Block(BlockKind.LIST_ITEM, "две полосы"),
        Block(BlockKind.QUOTE, "«Ждали»"),
        Block(BlockKind.IMAGE, "Мост", url="https://news.example/i/1.jpg"),
    )
    assert entry.published_at == datetime(2026, 10, 18, 7, tzinfo=UTC)
    assert entry.author == "Отдел новостей"
    assert entry.tags == ("общество", "дороги")
    assert entry.image == "https://news.example/i/big.jpg"


RSS_091 = """<?xml version="1.0"?>
<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN"
 "http://my.netscape.com/publish/formats/rss-0.91.dtd">
<rss version="0.91"><channel><title>Old</title>
<item><title>Story</title><link>https://news.example/1</link></item></channel></rss>"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="{}">
<channel rdf:about="https://news.example/"><title>Rdf</title></channel>
<item rdf:about="https://news.example/1"><title>Story</title><link>https://news.example/1</link></item></rdf:RDF>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Atom</title>
<entry><title>Story</title><id>tag:1</id><link rel="self" href="https://news.example/self"/>
<link href="https://news.example/1"/></entry></feed>"""
ATOM_03 = """<feed version="0.3" xmlns="http://purl.org/atom/ns#"><title>Atom</title>
<entry><title>Story</title><link rel="alternate" type="text/html" href="https://news.example/1"/></entry></feed>"""
JSON = """{"version": "https://jsonfeed.org/version/1.1", "title": "J", "items": [
{"id": 1, "title": "Story", "url": "https://news.example/1", "authors": ["odd", {"name": "A"}, {"name": "B"}]}]}"""


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        pytest.param(RSS_091, FeedKind.RSS, id="rss 0.91 with a doctype"),
        pytest.param(RDF.format("http://purl.org/rss/1.0/"), FeedKind.RDF, id="rss 1.0"),
        pytest.param(RDF.format("http://my.netscape.com/rdf/simple/0.9/"), FeedKind.RDF, id="rss 0.9"),
        pytest.param(ATOM, FeedKind.ATOM, id="atom 1.0"),
        pytest.param(ATOM_03, FeedKind.ATOM, id="atom 0.3"),
        pytest.param(JSON, FeedKind.JSON, id="json"),
    ],
)
def test_every_kind_of_feed_is_read(text: str, kind: FeedKind) -> None:
    feed = parse(text)
    assert feed.kind is kind
    assert [(entry.title, entry.url) for entry in feed.entries] == [("Story", "https://news.example/1")]


def test_a_json_feed_is_read_whole() -> None:
    entry = only(
        '\ufeff{"version": "https://jsonfeed.org/version/1", "language": "tg", "items": [{"id": "7", "url": "/7",'
        ' "title": "Хабар", "content_html": "<p>Якум.</p><p>Дуюм.</p>", "image": "/7.jpg", "tags": ["а", 5],'
        ' "date_published": "2026-10-18T12:00:00+05:00", "author": {"name": "Мо"}}, "junk", null]}'
    )
    assert entry.guid == "7"
    assert entry.url == "https://news.example/7"
    assert entry.lead == "Якум."
    assert [block.text for block in entry.body] == ["Дуюм."]
    assert entry.image == "https://news.example/7.jpg"
    assert entry.published_at == datetime(2026, 10, 18, 7, tzinfo=UTC)
    assert entry.author == "Мо"


def test_links_are_resolved_against_the_nearest_base() -> None:
    entry = only(
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://other.example/a/"><title>T</title>'
        '<entry xml:base="b/"><title>S</title><id>1</id><link href="c"/>'
        '<content type="html">&lt;p&gt;Text&lt;/p&gt;&lt;img src="d.png"&gt;</content></entry></feed>'
    )
    assert entry.url == "https://other.example/a/b/c"
    assert entry.image == "https://other.example/a/b/d.png"
    assert only(rss("<item><title>S</title><link>../s/1</link></item>")).url == "https://news.example/s/1"


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("&lt;b&gt;Bold&lt;/b&gt; move", "Bold move"),
        ("<![CDATA[<i>Курсив</i> &mdash; да]]>", "Курсив — да"),
        ("R&amp;amp;D &amp;laquo;важно&amp;raquo;", "R&D «важно»"),
        ("&laquo;Вахш&raquo; &amp; Пяндж", "«Вахш» & Пяндж"),
        ("Tom & Jerry &copy; 2026", "Tom & Jerry © 2026"),
        ("History of the &lt;blink&gt; tag", "History of the <blink> tag"),
        ("safe &lt;script>alert('x')&lt;/script>&lt;iframe src='x'>&lt;/iframe>title", "safe title"),
        ("5 &lt; 6 and 7 &gt; 6", "5 < 6 and 7 > 6"),
        ("Строка<br/>вторая &amp;amp; <b>третья</b>", "Строка вторая & третья"),
        ("  Много \n\t пробелов&#160;здесь ", "Много пробелов здесь"),
        ("Мяг&#173;кий\u200b \u202eперенос", "Мягкий перенос"),
        ("и&#774;од", "йод"),
        ("Нуль&#0;вой &#xD800;знак\x00\x0b", "Нульвой знак"),
    ],
)
def test_a_title_is_plain_text(written: str, title: str) -> None:
    assert only(rss(f"<item><title>{written}</title><link>/1</link></item>")).title == title


def test_an_atom_title_of_plain_text_keeps_its_brackets() -> None:
    entry = '<entry><id>1</id><title type="text">if a &lt; b</title></entry>'
    assert only(f'<feed xmlns="http://www.w3.org/2005/Atom">{entry}</feed>').title == "if a < b"


ATOM_WITH_BARE_HTML = (
    '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>Сель</title>'
    '<content type="html"><div>Дорога закрыта.</div></content></entry></feed>'
)


@pytest.mark.parametrize(
    "written",
    [
        rss("<item><title>Сель</title><content:encoded><p>Дорога <b>закрыта</b>.</p></content:encoded></item>"),
        ATOM_WITH_BARE_HTML,
    ],
)
def test_elements_of_html_that_stand_bare_in_a_text_cost_none_of_it(written: str) -> None:
    assert only(written).lead == "Дорога закрыта."


def test_an_entry_without_a_title_gets_one_from_its_text() -> None:
    entry = only(
        rss(f"<item><link>/1</link><description>Первое предложение здесь. {'Слово ' * 60}</description></item>")
    )
    assert entry.title.startswith("Первое предложение здесь. Слово")
    assert len(entry.title) <= 121


def test_an_entry_that_is_a_link_alone_is_named_by_it() -> None:
    link = '&lt;a href="https://news.example/7"&gt;Полный текст обращения&lt;/a&gt;'
    assert only(rss(f"<item><description>{link}</description></item>")).title == "Полный текст обращения"


def test_an_entry_without_a_word_is_left_out() -> None:
    assert parse(rss("<item><link>/1</link></item><item/>")).entries == ()


def test_a_feed_that_ends_in_the_middle_of_a_mark_gives_the_entries_before_it() -> None:
    cut = "<rss><channel><item><title>Сель сошёл</title></item><item><title><![CD\r\n"
    assert [entry.title for entry in parse(cut).entries] == ["Сель сошёл"]


def test_missing_guids_dates_and_links_are_borne() -> None:
    bare, linked, guided = parse(
        rss(
            "<item><title>Одни слова</title></item>"
            "<item><title>Ссылка</title><link>/2?utm_source=x</link></item>"
            "<item><title>Guid</title><guid>https://news.example/3</guid></item>",
            "<link>https://news.example/</link>",
        )
    ).entries
    assert bare.identity.startswith("sha256:")
    assert (bare.url, bare.published_at) == ("https://news.example/", None)
    assert (linked.identity, linked.guid) == ("https://news.example/2", None)
    assert (guided.identity, guided.url) == ("https://news.example/3", "https://news.example/3")


def test_dates_without_a_zone_are_in_the_newsrooms() -> None:
    item = "<item><title>T</title><link>/{0}</link><pubDate>{0}</pubDate></item>"
    body = rss(
        item.format("18.10.2026 10:00") + item.format("Sun, 18 Oct 2026 10:00:00 +0300") + item.format("1792306800")
    )
    dates = ('"2026-10-18T12:00"', "1792306800")
    items = [f'{{"id": {at}, "title": "T", "date_published": {date}}}' for at, date in enumerate(dates)]
    json = '{"items": [' + ", ".join(items) + "]}"
    pages = [FetchedPage(URL, URL, 200, "", None, text.encode()) for text in (body, json)]
    found = [[entry.published_at for entry in parse_feed(page, "Asia/Dushanbe").entries] for page in pages]
    seven = datetime(2026, 10, 18, 7, tzinfo=UTC)
    assert found == [[seven - timedelta(hours=2), seven, seven], [seven, seven]]


def test_entries_that_share_a_guid_are_told_apart_by_their_addresses() -> None:
    item = "<item><title>{0}</title><link>/{0}</link><guid isPermaLink='false'>site</guid></item>"
    first, second = parse(rss(item.format("a") + item.format("b"))).entries
    assert (first.identity, second.identity) == ("https://news.example/a", "https://news.example/b")


@pytest.mark.parametrize("link", ["/online", "/", "https://news.example/online?utm_source=rss"])
@pytest.mark.parametrize("guid", ["", "<guid>{link}</guid>"])
def test_entries_that_share_an_address_and_have_no_guid_are_told_apart_by_title_and_date(link: str, guid: str) -> None:
    item = f"<item><title>{{}}</title><link>{link}</link>{guid.format(link=link)}<pubDate>{{}}</pubDate></item>"
    dates = ["2026-10-05T10:00:00Z", "2026-10-05T11:00:00Z"]
    said = [("Мост открыли", dates[0]), ("Хлеб подорожал", dates[0]), ("Хлеб подорожал", dates[1])]
    entries = parse(rss("".join(item.format(*one) for one in said))).entries
    assert len({entry.identity for entry in entries}) == 3
    assert not any(entry.has_page for entry in entries)
    again = parse(rss("".join(item.format(*one) for one in said[:2]))).entries
    assert [entry.identity for entry in again] == [entry.identity for entry in entries[:2]]


def test_the_front_page_is_nobodys_name_even_where_only_one_entry_has_it() -> None:
    item = "<item><title>{}</title><link>/</link></item>"
    both, alone = (
        parse(rss("".join(map(item.format, names)), "<link>https://news.example/</link>")).entries
        for names in (["Мост открыли", "Хлеб подорожал"], ["Мост открыли"])
    )
    assert alone[0].identity == both[0].identity
    assert not alone[0].has_page


def test_one_story_that_a_list_has_twice_at_its_page_keeps_its_page() -> None:
    item = "<item><title>Мост открыли</title><link>/2026/most</link></item>"
    entries = parse(rss(item + item)).entries
    assert [(one.identity, one.has_page) for one in entries] == [("https://news.example/2026/most", True)] * 2


def test_only_an_address_that_one_entry_has_alone_is_its_page() -> None:
    item = "<item><title>{}</title><link>{}</link><guid isPermaLink='false'>{}</guid></item>"
    feed = parse(
        rss(
            item.format("Первое сообщение", "/live#m1", "m1")
            + item.format("Второе сообщение", "/live#m2", "m2")
            + item.format("Выпуск", "https://news.example/?utm_source=rss", "digest")
            + item.format("Раздел", "/tj", "section")
            + "<item><title>Без ссылки</title></item>"
            + item.format("Мост открыли", "/2026/most", "most")
            + item.format("Мост открыли", "/2026/most#photo", "most"),
            "<link>https://news.example/tj</link>",
        )
    )
    assert [(entry.identity, entry.has_page) for entry in feed.entries[:4]] == [
        ("m1", False),
        ("m2", False),
        ("digest", False),
        ("section", False),
    ]
    assert [entry.has_page for entry in feed.entries[4:]] == [False, True, True]


def test_places_in_one_page_are_different_entries_even_without_guids() -> None:
    items = "".join(f"<item><title>Сообщение {at}</title><link>/live#m{at}</link></item>" for at in (1, 2))
    first, second = parse(rss(items)).entries
    assert (first.identity, second.identity) == ("https://news.example/live#m1", "https://news.example/live#m2")
    assert not first.has_page
    assert not second.has_page


def test_the_hash_changes_with_what_is_said_and_with_nothing_else() -> None:
    def said(
        title: str = "Т", text: str = "Текст", date: str = "Sun, 18 Oct 2026 10:00:00 GMT", image: str = "/i.jpg?sign=1"
    ) -> str:
        return only(
            rss(
                f"<item><title>{title}</title><link>/1</link><description>{text}</description><pubDate>{date}</pubDate>"
                f'<enclosure url="{image}" type="image/jpeg" length="1"/></item>'
            )
        ).feed_hash

    same = said()
    assert said(date="Mon, 19 Oct 2026 10:00:00 GMT") == same
    assert said(image="/i.jpg?sign=2") == same
    assert len({same, said(title="Другой"), said(text="Другой"), said(image="/j.jpg")}) == 4


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [("windows-1251", True), ("windows-1251", False), ("koi8-r", True), ("utf-8", True), ("utf-8", False)],
)
def test_cyrillic_encodings_are_read(encoding: str, declared: bool) -> None:
    declaration = f'<?xml version="1.0" encoding="{encoding}"?>' if declared else ""
    body = (declaration + rss("<item><title>Снег в горах</title><link>/1</link></item>")).encode(encoding)
    assert only(body).title == "Снег в горах"


SECOND = "<item><title>Два</title><link>/2?a=1&b=2</link></item>"
SECOND_IN_CDATA = "<item><title>Два</title><link><![CDATA[/2?a=1&b=2]]></link></item>"


@pytest.mark.parametrize(
    "items",
    [
        "<item><title>Один<br>два</title><link>/1</link></item>" + SECOND,
        "<item><title>Один &laquo;</title><link>/1</link></item>" + SECOND,
        "<item><title>Один</title><link>/1</link><description><p>x<br>y</description></item>" + SECOND,
        "<item><title>Один</title><link><![CDATA[/1]]></link></item>" + SECOND_IN_CDATA,
    ],
    ids=["br in a title", "an entity of HTML", "an open p", "CDATA"],
)
def test_what_is_not_well_formed_is_read_all_the_same(items: str) -> None:
    first, second = parse("\n  junk before " + rss(items)).entries
    assert first.url == "https://news.example/1"
    assert (second.title, second.url) == ("Два", "https://news.example/2?a=1&b=2")


def test_addresses_of_other_schemes_are_no_links() -> None:
    entry = only(
        rss(
            "<item><title>T</title><link>javascript:alert(1)</link><description>"
            "&lt;p&gt;t&lt;/p&gt;&lt;img src='data:image/png;base64,AA'&gt;"
            "&lt;script&gt;bad()&lt;/script&gt;&lt;img src='/count.gif' width='1' height='1'&gt;</description></item>"
        )
    )
    assert entry.url == URL
    assert entry.image is None
    assert (entry.lead, entry.body) == ("t", ())


def test_a_mail_address_is_not_an_author() -> None:
    item = "<item><title>T</title><link>/1</link><author>{}</author></item>"
    assert only(rss(item.format("desk@news.example (Дежурный)"))).author == "Дежурный"
    assert only(rss(item.format("desk@news.example"))).author is None


def test_a_body_that_is_a_path_opens_no_file(tmp_path: Path) -> None:
    trap = tmp_path / "feed.xml"
    trap.write_text(rss("<item><title>Secret</title><link>/1</link></item>"))
    for body in (str(trap), f"file://{trap}", f"http://{trap}", str(trap) + "\n"):
        with pytest.raises(NotAFeed):
            parse(body)


BOMB = """<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "ha">{}]><rss version="2.0"><channel><title>&z;</title>
<item><title>&z;</title><link>/1</link></item></channel></rss>""".format(
    "".join(
        f'<!ENTITY {name} "{f"&{below};" * 10}">'
        for below, name in zip("abcdefghijklmnopqrstuvwxy", "bcdefghijklmnopqrstuvwxyz", strict=True)
    )
)


@pytest.mark.parametrize(
    "body",
    [BOMB, '<!DOCTYPE r [<!entity % e SYSTEM "file:///etc/passwd"> %e;]>' + rss(""), BOMB.encode("utf-16")],
    ids=["a billion laughs", "an external entity", "in UTF-16"],
)
def test_a_feed_that_declares_entities_is_refused(body: str | bytes) -> None:
    started = time.monotonic()
    with pytest.raises(HostileXml, match="entities"):
        parse(body)
    assert time.monotonic() - started < 1


def test_a_declaration_hidden_behind_a_false_start_does_nothing() -> None:
    hidden = BOMB.replace("[<!ENTITY a", "[<!-- <rss --><!ENTITY a", 1)
    entries = parse(hidden).entries
    assert all("haha" not in entry.title for entry in entries)


def test_an_article_about_entities_is_not_an_attack() -> None:
    entry = only(
        rss(
            "<item><title>T</title><link>/1</link>"
            "<description><![CDATA[<pre>&lt;!ENTITY a 'b'&gt;</pre>]]></description></item>"
        )
    )
    assert entry.lead == "<!ENTITY a 'b'>"


PAGE = """<!DOCTYPE html><html><head><title>Вести</title>
<link rel="alternate" type="application/rss+xml" title="Все новости" href="/rss">
<link rel="alternate" type="application/rss+xml" href="/rss">
<link rel="ALTERNATE" type="application/feed+json" href="https://json.example/feed">
<link rel="alternate" hreflang="tg" href="/tg">
<link rel="stylesheet" type="text/css" href="/s.css"></head><body><p>x</p></body></html>"""


def test_a_web_page_is_told_apart_and_names_its_feeds() -> None:
    with pytest.raises(NotAFeed, match=r"web page.*https://news\.example/rss") as caught:
        parse(PAGE)
    assert caught.value.feeds == (
        AnnouncedFeed("https://news.example/rss", "Все новости"),
        AnnouncedFeed("https://json.example/feed", ""),
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" \n",
        b"plain words",
        b"{}",
        b"[1]",
        b'{"items": 5}',
        b"{" * 100_000,
        b"\x00" * 50,
        b"<svg></svg>",
        b"\xff\xd8\xff\xe0JFIF",
        b"<rss>",
    ],
)
def test_what_is_no_feed_is_refused(body: bytes) -> None:
    if body == b"<rss>":
        assert parse(body).entries == ()
    else:
        with pytest.raises(NotAFeed):
            parse(body)


def test_everything_that_comes_out_can_be_stored() -> None:
    nasty = "a\x00b\ud800c\ufffe\x1b"
    body = """{"items": [{"id": "%s", "url": "/x", "title": "t",
        "content_html": "<p>%s</p>", "tags": ["%s"], "author": {"name": "%s"}}]}"""
    escaped = nasty.encode("ascii", "backslashreplace").decode().replace("\\x", "\\u00")
    entry = only(body % ((escaped,) * 4))
    for text in (entry.identity, entry.guid or "", entry.url, entry.title, entry.lead, *entry.tags, entry.author or ""):
        assert "\x00" not in text
        text.encode("utf-8")


def test_a_number_as_guid_is_no_date() -> None:
    items = "".join(f"<item><title>Новость {n}</title><guid>{n}</guid></item>" for n in (1, 17, 2026))
    assert [entry.published_at for entry in parse(rss(items)).entries] == [None, None, None]
    dated = "<item><title>Новость</title><guid>5</guid><pubDate>Mon, 05 Oct 2026 10:00:00 +0500</pubDate></item>"
    assert only(rss(dated)).published_at == datetime(2026, 10, 5, 5, 0, tzinfo=UTC)
    assert [entry.published_at is None for entry in parse(rss(dated + items)).entries] == [False, True, True, True]
