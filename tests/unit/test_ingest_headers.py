"""What is read from the header of an answer."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from bot.ingest.headers import LONGEST_FRESH, HubLinks, read_hub_links, read_max_age, read_retry_after

HERE = "https://news.example/feeds/rss.xml"
DATE = "Sun, 18 Oct 2026 10:00:00 GMT"


@pytest.mark.parametrize(
    ("cache_control", "seconds"),
    [
        (["max-age=300"], 300),
        (["public, Max-Age=300 , must-revalidate"], 300),
        (['max-age="300"'], 300),
        (["public", "max-age=300"], 300),
        (["max-age=300, max-age=5"], 300),
        (["s-maxage=900"], None),
        (["s-maxage=900, max-age=60"], 60),
        (["max-age=300, no-cache"], None),
        (['max-age=300, no-cache="Set-Cookie"'], None),
        (["no-store, max-age=300"], None),
        (["max-age=0"], None),
        (["max-age=-1"], None),
        (["max-age=1e9"], None),
        (["max-age=٣٠٠"], None),
        (["max-age="], None),
        (["max-age=31536000"], LONGEST_FRESH.total_seconds()),
        (["max-age=" + "9" * 400], None),
        (["," * 8000], None),
        ([], None),
    ],
)
def test_how_long_an_answer_keeps(cache_control: list[str], seconds: float | None) -> None:
    assert read_max_age({}, cache_control) == (None if seconds is None else timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("headers", "cache_control", "seconds"),
    [
        ({"Date": DATE, "Expires": "Sun, 18 Oct 2026 10:10:00 GMT"}, [], 600),
        ({"Date": DATE, "Expires": "Sun, 18 Oct 2026 10:10:00 GMT"}, ["public"], 600),
        ({"Date": DATE, "Expires": "Sun, 18 Oct 2026 10:10:00 GMT"}, ["max-age=60"], 60),
        ({"Date": DATE, "Expires": "Sun, 18 Oct 2026 10:10:00 GMT"}, ["no-cache"], None),
        ({"Date": DATE, "Expires": DATE}, [], None),
        ({"Date": DATE, "Expires": "0"}, [], None),
        ({"Date": DATE, "Expires": "-1"}, [], None),
        ({"Date": DATE, "Expires": "Thu, 19 Nov 1981 08:52:00 GMT"}, [], None),
        ({"Date": DATE, "Expires": "Fri, 31 Dec 9999 23:59:59 GMT"}, [], LONGEST_FRESH.total_seconds()),
        ({"Expires": "Sun, 18 Oct 2026 10:10:00 GMT"}, [], None),
        ({"Age": "250"}, ["max-age=300"], 50),
        ({"Age": "400"}, ["max-age=300"], None),
        ({"Age": "soon"}, ["max-age=300"], 300),
    ],
)
def test_freshness_by_date_and_what_caches_used_up_of_it(
    headers: dict[str, str], cache_control: list[str], seconds: float | None
) -> None:
    assert read_max_age(headers, cache_control) == (None if seconds is None else timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("values", "links"),
    [
        (
            ['<https://hub.example/>; rel="hub", <https://news.example/rss>; rel="self"'],
            HubLinks(("https://hub.example/",), "https://news.example/rss"),
        ),
        (["<https://hub.example/>; rel=hub", "<https://b.example/>;rel=HUB"], HubLinks(("https://hub.example/", "https://b.example/"))),
        (["</hub>; rel=hub, <rss.xml>; rel=self"], HubLinks(("https://news.example/hub",), HERE)),
        (["<//hub.example/a,b;c>; title=\"a, b; <c>\"; rel='x'; rel=hub"], HubLinks()),
        (['<https://hub.example/a,b>; title="a, b; <c>" ; rel="alternate hub"'], HubLinks(("https://hub.example/a,b",))),
        (["<https://hub.example/>; rel=hub; rel=next"], HubLinks(("https://hub.example/",))),
        (["<https://hub.example/>; rel=next; rel=hub"], HubLinks()),
        (['<https://hub.example/>; rel=hub; anchor="https://other.example/"'], HubLinks()),
        ([f'<https://hub.example/>; rel=hub; anchor="{HERE}"'], HubLinks(("https://hub.example/",))),
        (["<ftp://hub.example/>; rel=hub, <javascript:alert(1)>; rel=self"], HubLinks()),
        (["<https://[::1>; rel=hub, <https://a:99999/>; rel=hub"], HubLinks()),
        (["<https://hub.example/\x00>; rel=hub"], HubLinks()),
        (["<https://hub.example/" + "a" * 3000 + ">; rel=hub"], HubLinks()),
        (["https://hub.example/; rel=hub"], HubLinks()),
        (["<https://hub.example/"], HubLinks()),
        ([""], HubLinks()),
    ],
)  # fmt: skip
def test_hub_and_self_of_the_link_header(values: list[str], links: HubLinks) -> None:
    assert read_hub_links(values, HERE) == links


def test_only_a_few_hubs_are_taken() -> None:
    links = read_hub_links([f"<https://h{number}.example/>; rel=hub" for number in range(100)], HERE)
    assert links.hubs == tuple(f"https://h{number}.example/" for number in range(5))


@pytest.mark.parametrize(
    "value",
    [
        "<a>" * 200_000,
        "<a>;" * 200_000,
        "<" * 500_000,
        "<a>;" + " " * 500_000,
        '<a>;a="' * 200_000,
        "<a>" + ";b=c" * 200_000,
    ],
)
def test_no_link_header_takes_long(value: str) -> None:
    started = time.process_time()
    read_hub_links([value], HERE)
    assert time.process_time() - started < 0.5


def test_retry_after_may_be_a_date() -> None:
    now = datetime(2026, 10, 18, 10, tzinfo=UTC)
    assert read_retry_after("Sun, 18 Oct 2026 10:05:00 GMT", now) == timedelta(minutes=5)
    assert read_retry_after("Sun, 18 Oct 2026 09:05:00 GMT", now) == timedelta(0)
    assert read_retry_after("120", now) == timedelta(minutes=2)
    assert read_retry_after("soon", now) is None
