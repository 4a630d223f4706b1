"""Sites are spared: their robots.txt, their wish for quiet, their slots, and each source's share."""

import asyncio
import socket
import threading
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise

import pytest
from aiohttp import web
from yarl import URL

from bot.ingest import fetch, hosts, roads
from bot.ingest.errors import FetchError, HeldBack, HttpError
from bot.ingest.fetch import Fetcher
from bot.ingest.hosts import acting_for
from bot.ingest.names import OPEN_EACH, Names
from bot.ingest.robots import LONGEST_DELAY, LONGEST_ROBOTS, read_delay
from bot.ingest.stages import FetchedPage, NotModified
from config.settings import CollectSettings
from tests.unit.fake_site import FakeSite

AGENT = "Khabar/0.1 (news reader)"
PAGE = "<html><p>Текст</p></html>".encode()


@pytest.fixture
async def site() -> AsyncIterator[FakeSite]:
    async with FakeSite() as site:
        yield site


def open_fetcher(concurrency: int = 16, per_host: int = 2, timeout: float = 5) -> Fetcher:
    return Fetcher(
        CollectSettings(
            concurrency=concurrency,
            per_host=per_host,
            timeout=timedelta(seconds=timeout),
            allow_private=("127.0.0.0/8",),
        )
    )


def paths(site: FakeSite) -> list[str]:
    return [seen.path for seen in site.seen]


@dataclass(slots=True)
class Noted:
    """Pages that note when any of them is asked for."""

    urls: list[str] = field(default_factory=list)
    moments: list[float] = field(default_factory=list)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def answer(self, _: web.Request) -> web.StreamResponse:
        async with self.changed:
            self.moments.append(time.monotonic())
            self.changed.notify_all()
        return web.Response(body=PAGE)

    async def reached(self, count: int) -> None:
        async with asyncio.timeout(5), self.changed:
            await self.changed.wait_for(lambda: len(self.moments) >= count)

    def are_apart(self, seconds: float) -> bool:
        return all(later - earlier >= seconds for earlier, later in pairwise(self.moments))


def noting(site: FakeSite, *names: str) -> Noted:
    noted = Noted()
    noted.urls = [site.handle(f"/{name}", noted.answer) for name in names]
    return noted


async def fetch_all(fetcher: Fetcher, urls: list[str], *, is_article: bool = True) -> list[object]:
    return await asyncio.gather(*(fetcher.fetch(url, is_article=is_article) for url in urls), return_exceptions=True)


@pytest.mark.parametrize(
    ("robots", "delay"),
    [
        ("", 0),
        ("User-agent: *\nDisallow: /admin\n", 0),
        ("User-agent: *\nCrawl-delay: 10\n", 10),
        ("user-agent : *\nCRAWL-DELAY: 0.5 # seconds\n", 0.5),
        ("\ufeffUser-agent: *\r\nCrawl-delay: 2\r\n", 2),
        ("User-agent: *\rCrawl-delay: 2\r", 2),
        ("User-agent: *\nCrawl-delay: 600\n", LONGEST_DELAY),
        ("User-agent: *\nCrawl-delay: soon\n", 0),
        ("User-agent: *\nCrawl-delay: -5\n", 0),
        ("User-agent: *\nCrawl-delay: nan\n", 0),
        ("User-agent: *\nCrawl-delay: inf\n", 0),
        ("User-agent: *\nCrawl-delay: 1e999\n", 0),
        ("Crawl-delay: 10\n", 0),
        ("User-agent: Yandex\nCrawl-delay: 10\n", 0),
        ("User-agent: Yandex\nUser-agent: *\nCrawl-delay: 3\n", 3),
        ("User-agent: *\nDisallow: /x\nUser-agent: Yandex\nCrawl-delay: 10\n", 0),
        ("User-agent: *\nDisallow:\nUser-agent: Yandex\nCrawl-delay: 10\n", 0),
        ("User-agent: *\nCrawl-delay: 10\n\nUser-agent: Khabar\nCrawl-delay: 1\n", 1),
        ("User-agent: khabar\nDisallow: /x\n\nUser-agent: *\nCrawl-delay: 10\n", 0),
        ("User-agent: Khab*\nCrawl-delay: 7\n", 7),
        ("User-agent: kha\nUser-agent: bar\nCrawl-delay: 1\nUser-agent: *\nCrawl-delay: 3\n", 1),
        ("Sitemap: https://news.example/s.xml\nUser-agent: *\nAllow: /\nHost: news.example\nCrawl-delay: 4\n", 4),
    ],
)
def test_the_wait_that_a_robots_txt_asks_for(robots: str, delay: float) -> None:
    assert read_delay(robots.encode(), AGENT) == delay


def test_a_robots_txt_may_be_any_bytes() -> None:
    assert read_delay("User-agent: *\n# Правила\nCrawl-delay: 5".encode("cp1251"), AGENT) == 5
    assert read_delay(b"\x00\xff\xfeUser-agent: *\x00\nCrawl-delay: 5\x00", AGENT) == 0


HUGE = {
    "two long lists": "\n".join(
        [f"User-agent: a{number}" for number in range(14_000)]
        + [f"Disallow: /{number}" for number in range(14_000)]
        + ["Crawl-delay: 1"]
    ),
    "robots that are ours": "\n".join(
        [f"User-agent: {AGENT[:end]}" for end in range(1, len(AGENT))]
        + [f"Crawl-delay: {number}" for number in range(25_000)]
    ),
    "groups": "user-agent:*\nallow:\ncrawl-delay:1\n" * 14_000,
    "blanks": "crawl-delay" + " \t" * 250_000,
    "one line": "Crawl-delay: " + "9" * 500_000,
    "line ends": "crawl" + "\n" * 500_000,
    "carriage returns": "crawl" + "\r\n \t" * 120_000,
    "no values": "crawl\n" + "allow:\n" * 73_000,
}


@pytest.mark.parametrize("robots", HUGE.values(), ids=HUGE.keys())
def test_no_robots_txt_holds_anyone_up(robots: str) -> None:
    body = robots.encode()[:LONGEST_ROBOTS]
    started = time.process_time()
    read_delay(body, AGENT)
    assert time.process_time() - started < 0.5


async def test_articles_of_a_site_come_apart_and_its_list_is_not_asked_for_more(site: FakeSite) -> None:
    site.serve("/robots.txt", "User-agent: *\nCrawl-delay: 0.2\n")
    site.serve("/rss", PAGE)
    noted = noting(site, "a", "b", "c")
    async with open_fetcher() as fetcher:
        await fetcher.fetch(site.url("/rss"))
        assert paths(site) == ["/rss"]
        await fetch_all(fetcher, noted.urls)
        assert paths(site).count("/robots.txt") == 1
        assert noted.are_apart(0.19)
        await fetch_all(fetcher, noted.urls[:1])
        assert paths(site).count("/robots.txt") == 1


async def test_a_list_goes_before_the_pages_that_wait_and_takes_its_turn(site: FakeSite) -> None:
    site.serve("/robots.txt", "User-agent: *\nCrawl-delay: 0.2\n")
    noted = noting(site, *(f"page{number}" for number in range(8)), "rss")
    async with open_fetcher() as fetcher:
        waiting = asyncio.gather(*(fetcher.fetch(url, is_article=True) for url in noted.urls[:8]))
        await noted.reached(2)
        await fetcher.fetch(noted.urls[8])
        assert len(noted.moments) <= 4
        await waiting
    assert noted.are_apart(0.15)


async def test_another_site_does_not_wait(site: FakeSite) -> None:
    site.serve("/robots.txt", "User-agent: *\nCrawl-delay: 30\n")
    urls = noting(site, "a", "b").urls
    async with FakeSite() as other, open_fetcher() as fetcher:
        free = noting(other, "a", "b", "c", "d")
        async with asyncio.TaskGroup() as group:
            slow = [group.create_task(fetcher.fetch(url, is_article=True)) for url in urls]
            started = time.monotonic()
            await fetch_all(fetcher, free.urls)
            assert time.monotonic() - started < 2
            assert len(free.moments) == 4
            for task in slow:
                task.cancel()


async def test_a_page_does_not_wait_for_ever(site: FakeSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hosts, "LONGEST_QUEUE", 0.5)
    site.serve("/robots.txt", "User-agent: *\nCrawl-delay: 0.2\n")
    noted = noting(site, *(f"page{number}" for number in range(10)))
    async with open_fetcher() as fetcher:
        came = await fetch_all(fetcher, noted.urls)
    held = [one for one in came if isinstance(one, HeldBack)]
    assert len(noted.moments) == 10 - len(held)
    assert 6 <= len(held) <= 8
    assert "asks for 0.2 s between requests" in str(held[0])


@pytest.mark.parametrize("status", [401, 403, 404, 410, 500, 503])
async def test_without_a_robots_txt_nothing_is_waited_for(site: FakeSite, status: int) -> None:
    site.serve("/robots.txt", b"no", status=status)
    urls = noting(site, "a", "b", "c").urls
    async with open_fetcher() as fetcher:
        came = await fetch_all(fetcher, urls)
    assert all(isinstance(page, FetchedPage) for page in came)
    assert paths(site).count("/robots.txt") == 1


async def test_a_robots_txt_that_is_slow_huge_or_astray_costs_its_own_pages_alone(
    site: FakeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "ROBOTS_TIMEOUT", 0.3)
    urls = noting(site, "a").urls
    async with FakeSite() as huge, FakeSite() as astray, open_fetcher() as fetcher:
        site.drip("/robots.txt", every=0.05)
        huge.serve("/robots.txt", b"User-agent: *\nCrawl-delay: 30\n" + b"#" * LONGEST_ROBOTS)
        astray.redirect("/robots.txt", "http://10.0.0.1/robots.txt")
        for other in (huge, astray):
            urls += noting(other, "a").urls
        started = time.monotonic()
        came = await fetch_all(fetcher, urls)
    assert all(isinstance(page, FetchedPage) for page in came)
    assert time.monotonic() - started < 3


async def test_a_robots_txt_behind_a_redirect_counts(site: FakeSite) -> None:
    site.redirect("/robots.txt", "/real.txt", 301)
    site.serve("/real.txt", "User-agent: *\nCrawl-delay: 0.2\n")
    noted = noting(site, "a", "b")
    async with open_fetcher() as fetcher:
        await fetch_all(fetcher, noted.urls)
    assert noted.are_apart(0.19)


@pytest.mark.parametrize("status", [429, 503])
async def test_a_site_that_wants_quiet_is_left_alone_by_everybody(site: FakeSite, status: int) -> None:
    lists = [site.serve(f"/{number}.xml", status=status, Retry_After="120") for number in range(20)]
    async with open_fetcher(per_host=1) as fetcher:
        refused = await fetch_all(fetcher, lists, is_article=False)
        assert len(site.seen) == 1
        assert len({str(error) for error in refused}) == 1
        for error in refused:
            assert isinstance(error, HttpError)
            assert (error.status, error.retry_after is not None) == (status, True)
            assert timedelta(seconds=110) < (error.retry_after or timedelta()) <= timedelta(seconds=120)
        site.serve("/page", PAGE)
        with pytest.raises(HttpError):
            await fetcher.fetch(site.url("/page"), is_article=True)
    assert paths(site) == ["/0.xml"]  # its robots.txt was not asked for either


async def test_quiet_is_kept_no_longer_than_an_hour_and_at_no_other_site(site: FakeSite) -> None:
    site.serve("/rss", status=429, Retry_After="9999999")
    async with FakeSite() as other, open_fetcher() as fetcher:
        other.serve("/rss", PAGE)
        for _ in range(2):
            with pytest.raises(HttpError) as caught:
                await fetcher.fetch(site.url("/rss"))
        assert caught.value.retry_after is not None
        assert caught.value.retry_after <= timedelta(hours=1)
        assert isinstance(await fetcher.fetch(other.url("/rss")), FetchedPage)
    assert len(site.seen) == 1


async def test_a_refusal_without_a_wish_holds_nobody_back(site: FakeSite) -> None:
    site.serve("/rss", status=429)
    async with open_fetcher() as fetcher:
        for _ in range(3):
            with pytest.raises(HttpError):
                await fetcher.fetch(site.url("/rss"))
    assert len(site.seen) == 3


async def test_a_short_quiet_is_waited_for_by_articles(site: FakeSite) -> None:
    busy_until = time.monotonic() + 0.9

    async def answer(_: web.Request) -> web.StreamResponse:
        if time.monotonic() < busy_until:
            return web.Response(status=429, headers={"Retry-After": "1"})
        return web.Response(body=PAGE)

    urls = [site.handle(f"/{number}", answer) for number in range(6)]
    async with open_fetcher() as fetcher:
        came = await fetch_all(fetcher, urls)
        assert all(isinstance(page, FetchedPage) for page in came)
        assert len([path for path in paths(site) if path != "/robots.txt"]) <= 6 + 2


async def test_a_quiet_that_never_ends_is_not_waited_for(site: FakeSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "PATIENCE_IN_ALL", 1.5)
    url = site.serve("/page", status=429, Retry_After="1")
    async with open_fetcher() as fetcher:
        with pytest.raises(HttpError, match="429"):
            await fetcher.fetch(url, is_article=True)
    assert paths(site).count("/page") == 2


async def test_a_source_takes_no_more_than_its_share(site: FakeSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """One names pages that never come, each on a host of its own: the others' lists come all the same."""

    def here(_: str, port: int, **__: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", here)
    never = asyncio.Event()

    async def hang(_: web.Request) -> web.StreamResponse:
        await never.wait()
        return web.Response()

    async with FakeSite() as hostile, open_fetcher(concurrency=8, timeout=30) as fetcher:
        hostile.handle("/hang", hang)
        site.serve("/rss", PAGE)
        async with asyncio.TaskGroup() as group:
            with acting_for(1):
                traps = [f"http://trap{number}.example:{hostile.port}/hang" for number in range(1000)]
                stuck = [group.create_task(fetcher.fetch(url)) for url in traps]
            started = time.monotonic()
            with acting_for(2):
                await asyncio.gather(*(fetcher.fetch(site.url("/rss")) for _ in range(20)))
            assert time.monotonic() - started < 5
            assert hostile.most_at_once == 2  # a quarter of eight
            never.set()
            for task in stuck:
                task.cancel()


async def test_ten_thousand_hosts_leave_few_connections_open(site: FakeSite, monkeypatch: pytest.MonkeyPatch) -> None:
    def here(_: str, port: int, **__: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", here)
    monkeypatch.setattr(roads, "MOST_OPEN", 5)
    site.serve("/rss", PAGE)
    async with open_fetcher() as fetcher:
        for number in range(60):
            assert isinstance(await fetcher.fetch(f"http://n{number}.example:{site.port}/rss"), FetchedPage)
        assert site.connections <= 5 + 1
        for _ in range(10):
            await fetcher.fetch(site.url("/rss"))
            await fetcher.fetch(f"http://n0.example:{site.port}/rss")
        assert site.connections <= 5 + 1


async def test_what_is_remembered_of_sites_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hosts, "KEPT", 20)
    known = hosts.Hosts(2, asyncio.Semaphore(1))
    with known.using("busy") as busy:
        busy.delay_until = time.monotonic() + 100
        for number in range(500):
            with known.using(f"{number}.example") as host:
                host.delay_until = time.monotonic() + 100
        assert len(known) <= 21
        with known.using("busy") as again:
            assert again is busy
    with known.using("nothing.example"):
        pass
    assert "nothing.example" not in known._known


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("http://news.example/", "https://news.example/a", True),
        ("http://News.Example:80/", "https://news.example:443/", True),
        ("http://news.example:8080/", "http://news.example/", False),
        ("http://news.example/", "http://www.news.example/", False),
    ],
)
def test_what_counts_as_one_site(one: str, other: str, is_same: bool) -> None:
    assert (hosts.host_key(URL(one), "") == hosts.host_key(URL(other), "")) is is_same
    assert hosts.host_key(URL(one), "http://proxy:1/") != hosts.host_key(URL(one), "")


async def test_lookups_of_names_are_shared_out_too(monkeypatch: pytest.MonkeyPatch) -> None:
    answer, asked = threading.Event(), []

    def look_up(host: str, *_: object, **__: object) -> list[object]:
        asked.append(host)
        if host.startswith("silent"):
            answer.wait(10)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", 80))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    names = Names()
    try:
        with acting_for(1):
            silent = [asyncio.ensure_future(names.resolve(f"silent{number}.example", 80)) for number in range(50)]
        with acting_for(2):
            async with asyncio.timeout(5):
                assert (await names.resolve("news.example", 80))[0]["host"] == "93.184.215.14"
        refused = [one.exception() for one in silent if one.done()]
        assert len(refused) == 50 - OPEN_EACH
        assert all(isinstance(error, OSError) for error in refused)
        answer.set()
        await asyncio.gather(*silent, return_exceptions=True)
        with acting_for(1):
            assert await names.resolve("news.example", 80)
    finally:
        answer.set()
        await names.close()


async def test_an_unchanged_list_is_asked_for_once_and_nothing_else(site: FakeSite) -> None:
    site.serve("/rss", status=304, Cache_Control="max-age=600", ETag='"v1"')
    async with open_fetcher() as fetcher:
        page = await fetcher.fetch(site.url("/rss"), etag='"v1"')
    assert isinstance(page, NotModified)
    assert page.max_age == timedelta(minutes=10)
    assert paths(site) == ["/rss"]


async def test_the_header_of_a_page_tells_freshness_and_hubs(site: FakeSite) -> None:
    site.serve("/rss", PAGE, Cache_Control="max-age=60", Link='</hub>; rel="hub", </rss>; rel="self"')
    async with open_fetcher() as fetcher:
        page = await fetcher.fetch(site.url("/rss"))
    assert isinstance(page, FetchedPage)
    assert (page.max_age, page.hubs, page.self_url) == (
        timedelta(seconds=60),
        (site.url("/hub"),),
        site.url("/rss"),
    )


async def test_the_name_that_goes_with_each_request(site: FakeSite) -> None:
    site.serve("/rss", PAGE)
    async with open_fetcher() as fetcher:
        await fetcher.fetch(site.url("/rss"))
    assert site.seen[0].headers["User-Agent"].startswith("Khabar/")
    settings = CollectSettings(allow_private=("127.0.0.1",), user_agent="Novosti/2 (editor@news.example)")
    async with Fetcher(settings) as fetcher:
        await fetcher.fetch(site.url("/rss"))
    assert site.seen[1].headers["User-Agent"] == "Novosti/2 (editor@news.example)"


async def test_a_form_is_posted_and_its_answer_told(site: FakeSite) -> None:
    got: list[dict[str, str]] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        got.append({name: str(value) for name, value in (await request.post()).items()})
        return web.Response(status=202)

    site.handle("/hub", answer)
    site.redirect("/kept", "/hub", 308)
    site.redirect("/lost", "/hub", 302)
    site.redirect("/loop", "/loop", 307)
    async with open_fetcher() as fetcher:
        fields = {"hub.topic": "https://news.example/новости?a=1&b=2"}
        assert await fetcher.post_form(site.url("/hub"), fields) == 202
        assert await fetcher.post_form(site.url("/kept"), fields) == 202
        assert await fetcher.post_form(site.url("/lost"), fields) == 302
        with pytest.raises(FetchError):
            await fetcher.post_form(site.url("/loop"), fields)
        with pytest.raises(FetchError):
            await fetcher.post_form("ftp://hub.example/", fields)
    assert got == [fields, fields]
