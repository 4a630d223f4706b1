from datetime import UTC, datetime

import pytest

from bot.ingest.identity import canonical_url, identity_of


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
