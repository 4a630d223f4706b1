from datetime import UTC, datetime

import pytest

from bot.ingest.identity import canonical_url, identity_of, is_front_page


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("HTTPS://News.Example/A", "https://news.example/A"),
        ("https://news.example", "https://news.example/"),
        ("http://news.example:80/a", "http://news.example/a"),
        ("https://news.example:443/a", "https://news.example/a"),
        ("https://news.example:8443/a", "https://news.example:8443/a"),
        ("https://news.example/a#comments", "https://news.example/a"),
        ("https://news.example/#!/a", "https://news.example/#!/a"),
        ("https://news.example/a?utm_source=rss&utm_medium=feed", "https://news.example/a"),
        ("https://news.example/a?id=7&fbclid=x&b=&UTM_Term=y", "https://news.example/a?id=7&b="),
        ("https://news.example/a?b=2&a=1", "https://news.example/a?b=2&a=1"),
        ("https://news.example/a?yclid=1&ysclid=2&_openstat=3&gclid=4&erid=5", "https://news.example/a"),
        ("https://news.example/новость", "https://news.example/%D0%BD%D0%BE%D0%B2%D0%BE%D1%81%D1%82%D1%8C"),
        ("https://news.example/%d0%bd", "https://news.example/%D0%BD"),
        ("https://новости.example/a", "https://xn--b1amnebsh.example/a"),
        ("http://[2A00::1]:80/a", "http://[2a00::1]/a"),
        (" https://news.example/a ", "https://news.example/a"),
        ("not an address", "not an address"),
        ("http://[broken/a", "http://[broken/a"),
        ("tag:news.example,2026:1", "tag:news.example,2026:1"),
    ],
)
def test_an_address_is_reduced_to_what_names_the_page(url: str, canonical: str) -> None:
    assert canonical_url(url) == canonical
    assert canonical_url(canonical) == canonical


def test_the_guid_comes_first_then_the_address_then_the_words() -> None:
    at = datetime(2026, 10, 18, tzinfo=UTC)
    assert identity_of(" tag:1 ", "https://news.example/a", "Title", at) == "tag:1"
    assert identity_of(" ", "https://news.example/a?utm_source=x", "Title", at) == "https://news.example/a"
    by_words = identity_of(None, "", "Title", at)
    assert by_words.startswith("sha256:")
    assert by_words == identity_of(None, "", "Title", at)
    assert by_words != identity_of(None, "", "Title", None)
    assert len(identity_of("x" * 10_000, "", "", None)) < 100


@pytest.mark.parametrize(
    ("url", "identity"),
    [
        ("https://news.example/live?utm_source=x#m1", "https://news.example/live#m1"),
        ("https://news.example/a#utm_source=rss", "https://news.example/a"),
        ("https://news.example/a#xtor=RSS-1", "https://news.example/a"),
        ("https://news.example/a#", "https://news.example/a"),
    ],
)
def test_a_place_in_a_page_names_an_article_and_a_mark_of_origin_does_not(url: str, identity: str) -> None:
    assert identity_of(None, url, "Title", None) == identity


@pytest.mark.parametrize(
    ("url", "is_front"),
    [
        ("https://news.example/", True),
        ("https://News.example?utm_source=rss#top", True),
        ("https://news.example/tj", True),
        ("https://news.example/tj/1", False),
        ("https://news.example/?p=17", False),
        ("https://news.example/#!/17", False),
    ],
)
def test_the_front_page_is_no_articles_page(url: str, is_front: bool) -> None:
    assert is_front_page(url, "https://news.example/tj") is is_front
