import pytest

from bot.ingest.identity import canonical_url
from storage.addresses import page_key

PAGE = "https://vesti.example/news/most-otkryt"


@pytest.mark.parametrize(
    "url",
    [
        "http://vesti.example/news/most-otkryt",
        "https://www.vesti.example/news/most-otkryt",
        "http://WWW.Vesti.Example:80/news/most-otkryt/",
        "https://m.vesti.example/news/most-otkryt",
        "https://mobile.vesti.example/news/most-otkryt",
        "https://amp.vesti.example/news/most-otkryt",
        "https://www.m.vesti.example/news/most-otkryt",
        "https://vesti.example/amp/news/most-otkryt",
        "https://vesti.example/news/most-otkryt/amp",
        "https://vesti.example/news/most-otkryt/amp/",
        "https://vesti.example/news/most-otkryt/amp.html",
        "https://vesti.example/news/most-otkryt.amp",
        "https://vesti.example/news/most-otkryt?amp",
        "https://vesti.example/news/most-otkryt?amp=1",
        "https://vesti.example/news/most-otkryt?outputType=amp",
        "https://vesti.example/news/most-otkryt?m=1",
        "https://vesti.example/news/most-otkryt?utm_source=rss&utm_medium=feed#comments",
        "https://vesti.example/news/most-otkryt?yclid=1&PHPSESSID=0af5",
        "https://vesti.example/news/most-otkryt;jsessionid=0AF5",
        "https://vesti-example.cdn.ampproject.org/c/s/vesti.example/news/most-otkryt",
        "https://www.google.com/amp/s/vesti.example/news/most-otkryt",
        "https://vesti.example/news/most-otkryt/index.html",
        "https://vesti.example/news//most-otkryt",
    ],
)
def test_editions_of_one_page_are_one_page(url: str) -> None:
    assert page_key(canonical_url(url)) == page_key(canonical_url(PAGE)) == "vesti.example/news/most-otkryt"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://vesti.example/news?page=2", "https://vesti.example/news?page=3"),
        ("https://vesti.example/news?page=2", "https://vesti.example/news"),
        ("https://vesti.example/index.php?id=17", "https://vesti.example/index.php?id=18"),
        ("https://vesti.example/?p=17", "https://vesti.example/?p=18"),
        ("https://vesti.example/?m=202610", "https://vesti.example/?m=202611"),
        ("https://vesti.example/view.php?view=17", "https://vesti.example/view.php?view=18"),
        ("https://vesti.example/ru/news/1", "https://vesti.example/tj/news/1"),
        ("https://vesti.example/en/news/1", "https://vesti.example/news/1"),
        ("https://vesti.example/news/1", "https://vesti.example/News/1"),
        ("https://sport.vesti.example/news/1", "https://vesti.example/news/1"),
        ("https://m.example/news/1", "https://www.example/news/1"),
        ("https://vesti.example:8443/news/1", "https://vesti.example/news/1"),
        ("https://vesti.example/news/amp-1", "https://vesti.example/news/1"),
        ("https://vesti.example/news/lamp", "https://vesti.example/news/l"),
        ("https://vesti.example/news/1.html", "https://vesti.example/news/1"),
        ("https://vesti.example/#!/news/1", "https://vesti.example/#!/news/2"),
        ("https://www.google.com/amp/s/vesti.example/news/1", "https://www.google.com/amp/s/other.example/news/1"),
    ],
)
def test_pages_that_only_look_alike_are_told_apart(one: str, other: str) -> None:
    assert page_key(canonical_url(one)) != page_key(canonical_url(other))


@pytest.mark.parametrize("url", ["", "tag:vesti.example,2026:1", "mailto:a@vesti.example", "http://[broken/a", "//x/y"])
def test_what_is_no_web_address_is_no_page(url: str) -> None:
    assert page_key(url) == ""
