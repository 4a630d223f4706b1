"""Lone surrogates and NULs break databases, pickles and messages: none of them leaves the room, wherever it came in."""

import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass

import pytest

from bot.ingest.draft import draft_from_feed, draft_from_page
from bot.ingest.extract import extract_page
from bot.ingest.identity import canonical_url, identity_of
from bot.ingest.parse import parse_feed
from bot.ingest.stages import FeedEntry, FetchedPage, ParsedFeed
from tests.unit.test_ingest_decide import NOW

URL = "https://news.example/f"
BAD = "\ud800\x00\udfff"
WRITTEN = "&#xD800;&#0;&#57343;"  # the same as numbers of characters
ENTRY = {
    "id": f"7{BAD}a", "url": f"https://news.example/a{BAD}b", "title": f"Сн{BAD}ег", "summary": f"Кра{BAD}тко",
    "content_html": f"<p>Пер{BAD}вый.</p><p>Вто{BAD}рой.</p><img src='/i{BAD}.png' alt='го{BAD}ра'>",
    "image": f"https://news.example/{BAD}i.jpg", "tags": [f"по{BAD}года", BAD], "authors": [{"name": f"Мет{BAD}ео"}],
    "date_published": f"2026-10-18{BAD}",
}  # fmt: skip


def strings(value: object) -> Iterator[str]:
    """Every text in a record, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from strings(part)
    elif is_dataclass(value):
        for field in fields(value):
            yield from strings(getattr(value, field.name))


def assert_clean(value: object) -> None:
    found = list(strings(value))
    assert found
    for text in found:
        assert "\x00" not in text
        text.encode()  # raises on a lone surrogate


def parse(body: bytes, charset: str | None = None) -> ParsedFeed:
    feed = parse_feed(FetchedPage(URL, URL, 200, "", charset, body))
    assert feed.entries
    assert_clean(feed)
    for entry in feed.entries:
        assert_clean(draft_from_feed(entry, "ru", NOW))
    return feed


def test_a_json_feed_comes_out_clean_and_whole() -> None:
    items = [
        ENTRY,
        ENTRY | {"id": BAD, "content_html": "", "content_text": f"пло{BAD}ско"},
        {"id": f"https://news.example/g{BAD}", "title": f"guid{BAD}"},
    ]
    feed = parse(
        json.dumps({"title": f"Ве{BAD}сти", "home_page_url": f"/{BAD}", "language": BAD, "items": items}).encode()
    )
    first = feed.entries[0]
    assert (feed.title, first.identity, first.title, first.author, first.tags) == (
        "Вести",
        "7a",
        "Снег",
        "Метео",
        ("погода",),
    )
    assert [first.lead, *(block.text for block in first.body)] == ["Кратко", "Первый.", "Второй.", "гора"]
    assert (first.url, first.image) == ("https://news.example/ab", "https://news.example/i.jpg")


ITEM = (
    "<item><title>T{0}</title><link>https://news.example/a{0}</link><guid>g{0}</guid><category>c{0}</category>"
    "<description>&lt;p&gt;d{0}&lt;/p&gt;&lt;img src='/i{0}.png'&gt;</description><author>a{0}</author>"
    "<enclosure url='https://news.example/{0}.jpg' type='image/jpeg'/></item>"
)


@pytest.mark.parametrize("base", ["", " xml:base='/'"], ids=["fast", "slow"])
@pytest.mark.parametrize("bad", [WRITTEN, BAD, f"<![CDATA[{WRITTEN}]]>"], ids=["numbers", "raw", "CDATA"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_an_xml_feed_comes_out_clean(encoding: str, bad: str, base: str) -> None:
    text = f"<rss version='2.0'{base}><channel><title>F{bad}</title>{ITEM.format(bad)}</channel></rss>"
    parse(text.encode(encoding, "surrogatepass"))


def test_a_feed_in_an_encoding_that_spells_surrogates_comes_out_clean() -> None:
    parse(f"<rss><channel><title>F+2AA-</title>{ITEM.format('+2AA-')}</channel></rss>".encode(), "utf-7")


@pytest.mark.parametrize("bad", [WRITTEN, BAD], ids=["numbers", "raw"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_page_comes_out_clean(encoding: str, bad: str) -> None:
    linked = {"@type": "NewsArticle", "author": {"name": f"A{BAD}"}, "keywords": [f"k{BAD}"], "image": f"/{BAD}.jpg"}
    html = (
        f"<html lang='ru'><head><title>{bad}</title><link rel='canonical' href='/c{bad}'><meta name='description'"
        f" content='{bad}'><script type='application/ld+json'>{json.dumps(linked)}</script></head><body><article>"
        f"<p>{'Снег шёл всю ночь. ' * 9}</p><p>Утром{bad} потеплело.</p><img src='/{bad}.png' alt='{bad}'></article>"
    )
    page = FetchedPage(URL, URL, 200, "text/html", None, html.encode(encoding, "surrogatepass"))
    entry = FeedEntry(BAD, None, URL, f"Снег{BAD}", "", (), None, None, None, None, (), "")
    article = extract_page(page, entry, None)
    assert_clean(article)
    assert (article.author, article.tags) == ("A", ("k",))
    assert article.body[0].text.startswith("Утром")
    assert draft_from_page(entry, article, NOW).body == article.body


def test_an_identity_is_clean_whatever_it_is_made_of() -> None:
    for guid, url in (
        (f"g{BAD}", ""),
        (None, f"https://news.example/{BAD}"),
        (None, f"tag:{BAD}"),
        (BAD, ""),
        (None, ""),
    ):
        assert_clean(identity_of(guid, url, f"Снег{BAD}", None))
    assert canonical_url(f"tag:x{BAD}") == "tag:x"
