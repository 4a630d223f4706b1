"""Article pages, sitemaps and headlines that are hostile, behind a feed or a list that is not."""

import json

from tests.acceptance.hostile.answers import MEGA, NO_FEED, OK
from tests.acceptance.hostile.documents import TOO_HARD
from tests.acceptance.hostile.site import Answer, Ask, Case, by_path, document, endless, feed, redirect

WORDS = "Сегодня в городе открыли новый мост через реку, сообщает мэрия. " * 4
PARAGRAPH = f"<p>{WORDS}</p>"


def _html(body: str, head: str = "") -> bytes:
    return f"<!doctype html><html><head><title>Новость</title>{head}</head><body>{body}</body></html>".encode()


def _page(name: str, body: str, head: str = "") -> Case:
    """An ordinary feed whose one story has this page: its own text is kept, or the page's is read."""
    page = document(_html(body, head), "text/html; charset=utf-8")
    return Case(f"page: {name}", by_path({"/feed": document(feed())}, page))


def _answered(name: str, answer: Answer) -> Case:
    return Case(f"page: {name}", by_path({"/feed": document(feed())}, answer))


def _with_canary(body: str, head: str = "") -> Answer:
    return document(
        lambda ask: _html(body.replace("CANARY", ask.canary.url), head.replace("CANARY", ask.canary.url)), "text/html"
    )


PAGES = [
    _page("deep", "<div>" * 200_000 + WORDS),
    _page("deep in quotes", "<blockquote><p>" * 50_000 + WORDS),
    _page("tables in tables", "<table><tr><td>" * 20_000 + WORDS),
    _page("a table of a million cells", "<table>" + ("<tr>" + "<td>1" * 1000) * 500 + "</table>" + PARAGRAPH),
    _page(
        "a cell that spans the world", f'<table><tr><td colspan="999999999" rowspan="999999999">{WORDS}</table>' * 50
    ),
    _page("angle brackets", "<" * MEGA),
    _page("tags that never close", "<a href='" * 100_000 + WORDS),
    _page("links by the thousand", "<a href='/x'>ссылка</a> " * 60_000),
    _page("pictures by the thousand", "<img src='/x.jpg' alt='кадр'>" * 60_000 + PARAGRAPH),
    _page("three megabytes of text", PARAGRAPH * 6000),
    _page("one word of a megabyte", "<p>" + "а" * MEGA + "</p>" + PARAGRAPH),
    _page("a word a paragraph", "<p>да</p>" * 100_000),
    _page("blanks", "<p>" + " \u00a0" * 500_000 + "</p>" + PARAGRAPH),
    _page("comments", "<!--" * 200_000 + PARAGRAPH),
    _page("scripts", "<script>" * 100_000 + PARAGRAPH),
    _page("styles", PARAGRAPH, "<style>" + "a{b:c}" * 300_000 + "</style>"),
    _page("meta by the thousand", PARAGRAPH * 3, "<meta name='date' content='вчера'>" * 50_000),
    _page("dates by the thousand", "<time datetime='2026-11-23T05:00'>вчера</time> 23.11.2026 " * 20_000 + PARAGRAPH),
    _page("JSON-LD, deep", PARAGRAPH * 3, '<script type="application/ld+json">' + '{"@graph":[' * 50_000 + "</script>"),
    _page(
        "JSON-LD by the thousand",
        PARAGRAPH * 3,
        '<script type="application/ld+json">{"@type":"NewsArticle"}</script>' * 20_000,
    ),
    _page(
        "JSON-LD of a megabyte",
        PARAGRAPH * 3,
        '<script type="application/ld+json">'
        + json.dumps({"@type": "NewsArticle", "articleBody": "слово " * 170_000})
        + "</script>",
    ),
    _page(
        "JSON that is not what it should be",
        PARAGRAPH * 3,
        '<script type="application/ld+json">[{"@type":[[]],"author":[{"name":{"x":[]}}],'
        '"datePublished":{"a":1},"image":[[["/x"]]]}]</script>',
    ),
    _page(
        "the data of an application",
        PARAGRAPH * 3,
        '<script id="__NEXT_DATA__" type="application/json">'
        + json.dumps({"props": [{"text": "слово " * 20, "n": n} for n in range(8000)]})
        + "</script>",
    ),
    _page("a base that is none", PARAGRAPH * 3 + "<img src='/x.jpg'>", "<base href='http://[::1'>"),
    _answered("a base inside", _with_canary(PARAGRAPH * 3 + "<img src='/x.jpg'>", "<base href='CANARY'>")),
    _answered("a frame inside", _with_canary("<iframe src='CANARY'></iframe>" + PARAGRAPH * 3)),
    _answered("an address of its own inside", _with_canary(PARAGRAPH * 3, "<link rel='canonical' href='CANARY'>")),
    _answered(
        "it goes on inside",
        _with_canary(PARAGRAPH * 3 + "<a rel='next' href='CANARY'>Далее</a>", "<link rel='next' href='CANARY'>"),
    ),
    _answered(
        "its phone's copy inside",
        _with_canary("", "<link rel='amphtml' href='CANARY'><meta http-equiv='refresh' content='0;url=CANARY'>"),
    ),
    _answered(
        "it goes on for ever",
        document(
            lambda ask: _html(
                PARAGRAPH * 3 + f"<a rel='next' href='{ask.path}?page=2'>2</a>",
                f"<link rel='next' href='{ask.path}?page=2'>",
            ),
            "text/html",
        ),
    ),
    _answered("without end", endless(OK + b"\r\n<html><body>", PARAGRAPH.encode() * 100)),
    _answered("a drip", endless(OK + b"\r\n", b" ", 0.1)),
    _answered("a bomb", redirect("/bomb")),
    _answered("an address as its body", document(lambda ask: ask.canary.url.encode(), "text/html")),
    _answered("a path as its body", document(lambda ask: str(ask.canary.file).encode(), "text/html")),
]


def _sitemap(*places: str, tag: str = "sitemap") -> bytes:
    inside = "".join(f"<{tag}><loc>{place}</loc><lastmod>2026-11-23</lastmod></{tag}>" for place in places)
    root = "sitemapindex" if tag == "sitemap" else "urlset"
    return (
        f'<?xml version="1.0"?><{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{inside}</{root}>'.encode()
    )


def _index(ask: Ask) -> bytes:
    return _sitemap(*(f"{ask.url}/feed/{n}" for n in range(5)))


ANY = f"{NO_FEED}|{TOO_HARD}|private network|only http|sitemap|address|^$"

LISTS = [
    Case("sitemap: of sitemaps for ever", document(_index, "application/xml"), says=ANY),
    Case("sitemap: of itself", document(lambda ask: _sitemap(f"{ask.url}/feed"), "application/xml"), says=ANY),
    Case("sitemap: leading inside", document(lambda ask: _sitemap(ask.canary.url), "application/xml"), says=ANY),
    Case("sitemap: of a file", document(lambda ask: _sitemap(ask.canary.file.as_uri()), "application/xml"), says=ANY),
    Case(
        "sitemap: pages inside",
        document(lambda ask: _sitemap(*(f"{ask.canary.url}{n}" for n in range(20)), tag="url"), "application/xml"),
        says=ANY,
    ),
    Case(
        "sitemap: fifty thousand pages",
        by_path(
            {
                "/feed": document(
                    lambda ask: _sitemap(*(f"{ask.url}/n/{n}" for n in range(50_000)), tag="url"), "application/xml"
                )
            },
            redirect(lambda ask: ask.canary.url),
        ),
        says=ANY,
    ),
    Case(
        "sitemap: with entities",
        document(
            b'<!DOCTYPE urlset [<!ENTITY a "b">]>' + _sitemap("http://news.example/&a;", tag="url"), "application/xml"
        ),
        says=f"{ANY}|entities",
    ),
    Case(
        "headlines: leading inside",
        by_path(
            {
                "/feed": document(
                    lambda ask: _html(
                        "".join(
                            f"<h2><a href='{ask.canary.url}news/{n}'>Новость номер {n} о делах города</a></h2>"
                            for n in range(20)
                        )
                    ),
                    "text/html",
                )
            },
            redirect(lambda ask: ask.canary.url),
        ),
        says=ANY,
    ),
    Case(
        "headlines: by the hundred thousand",
        document(
            _html("".join(f"<h2><a href='/news/{n}'>Новость номер {n} о делах города</a></h2>" for n in range(40_000))),
            "text/html",
        ),
        says=ANY,
    ),
    Case("headlines: deep", document(_html("<div><a href='/news/1'>" * 50_000), "text/html"), says=ANY),
    Case(
        "headlines: announces feeds inside",
        document(
            lambda ask: _html("", f"<link rel=alternate type=application/rss+xml href='{ask.canary.url}'>" * 50),
            "text/html",
        ),
        says=ANY,
    ),
    Case(
        "headlines: announces itself",
        document(_html("", "<link rel=alternate type=application/rss+xml href='/feed'>"), "text/html"),
        says=ANY,
    ),
]

PAGE_CASES = [*PAGES, *LISTS]
