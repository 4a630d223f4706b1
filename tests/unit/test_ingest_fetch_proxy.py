"""Fetching through the proxies that an operator names."""

import logging
import socket
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from pydantic import SecretStr

from bot.ingest.errors import BadAddress, ForbiddenAddress, Unreachable
from bot.ingest.fetch import Fetcher
from bot.ingest.stages import FetchedPage
from config.settings import CollectSettings
from tests.unit.fake_proxy import FakeProxy
from tests.unit.fake_site import FakeSite
from tests.unit.test_ingest_fetch import FEED, SPELLINGS

SCHEMES = ["http", "socks4", "socks5"]
PUBLIC = "93.184.215.14"  # an address of the open internet; the proxy leads it to the fake site


@pytest.fixture
async def site() -> AsyncIterator[FakeSite]:
    async with FakeSite() as site:
        site.serve("/rss", FEED)
        yield site


@pytest.fixture
async def proxy(site: FakeSite) -> AsyncIterator[FakeProxy]:
    async with FakeProxy({PUBLIC: ("127.0.0.1", site.port), "news.invalid": ("127.0.0.1", site.port)}) as proxy:
        yield proxy


def open_fetcher(proxy: str = "", *allowed: str) -> Fetcher:
    return Fetcher(CollectSettings(timeout=timedelta(seconds=5), proxy=SecretStr(proxy), allow_private=allowed))


async def body(fetcher: Fetcher, url: str, proxy: str = "") -> bytes:
    page = await fetcher.fetch(url, proxy=proxy)
    assert isinstance(page, FetchedPage)
    return page.body


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_the_proxy_of_the_settings_carries_everything(proxy: FakeProxy, scheme: str) -> None:
    async with open_fetcher(proxy.url(scheme)) as fetcher:
        assert await body(fetcher, f"http://{PUBLIC}/rss") == FEED
    assert proxy.asked == [f"{PUBLIC}:80"]


@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_a_name_that_nobody_knows_here_is_the_proxys_affair(proxy: FakeProxy, scheme: str) -> None:
    async with open_fetcher(proxy.url(scheme)) as fetcher:
        assert await body(fetcher, "http://news.invalid/rss") == FEED
    assert proxy.asked == ["news.invalid:80"]


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_a_sources_own_proxy_goes_over_that_of_all(proxy: FakeProxy, scheme: str) -> None:
    async with FakeProxy() as other, open_fetcher(other.url()) as fetcher:
        assert await body(fetcher, f"http://{PUBLIC}/rss", proxy.url(scheme)) == FEED
        assert other.asked == []


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("host", SPELLINGS)
async def test_a_proxy_is_not_asked_for_a_private_address(
    site: FakeSite, proxy: FakeProxy, scheme: str, host: str
) -> None:
    async with open_fetcher(proxy.url(scheme)) as fetcher:
        with pytest.raises((ForbiddenAddress, BadAddress)):
            await fetcher.fetch(f"http://{host}:{site.port}/rss")
    assert (proxy.asked, site.seen) == ([], [])


@pytest.mark.parametrize(
    "host", ["metadata.google.internal", "router", "printer.local", "x.localhost", "nas.home.arpa"]
)
async def test_a_proxy_is_not_asked_for_a_machine_nearby(proxy: FakeProxy, host: str) -> None:
    async with open_fetcher(proxy.url()) as fetcher:
        with pytest.raises(ForbiddenAddress):
            await fetcher.fetch(f"http://{host}/")
    assert proxy.asked == []


@pytest.mark.parametrize("host", ["1.2.3.4.5", "256.256.256.256", "4294967296", "0x1ffffffff", "1.2.3.08"])
async def test_a_number_that_is_no_address_is_not_left_to_the_proxys_reading(proxy: FakeProxy, host: str) -> None:
    async with open_fetcher(proxy.url()) as fetcher:
        with pytest.raises(BadAddress):
            await fetcher.fetch(f"http://{host}/")
    assert proxy.asked == []


async def test_a_name_that_means_a_private_address_here_is_refused(
    monkeypatch: pytest.MonkeyPatch, proxy: FakeProxy
) -> None:
    look_up = socket.getaddrinfo

    def two_faced(host: str, *rest: object, **named: object) -> object:
        if host == "news.example":
            return [
                (socket.AF_INET, socket.SOCK_STREAM, 6, "", (PUBLIC, 80)),
                (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.1", 80)),
            ]
        return look_up(host, *rest, **named)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr(socket, "getaddrinfo", two_faced)
    async with open_fetcher(proxy.url()) as fetcher:
        with pytest.raises(ForbiddenAddress):
            await fetcher.fetch("http://news.example/")
    assert proxy.asked == []


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_a_redirect_behind_a_proxy_leads_to_no_private_address(
    site: FakeSite, proxy: FakeProxy, scheme: str
) -> None:
    site.redirect("/away", f"http://0x7f000001:{site.port}/rss")
    async with open_fetcher(proxy.url(scheme)) as fetcher:
        with pytest.raises((ForbiddenAddress, BadAddress)):
            await fetcher.fetch(f"http://{PUBLIC}/away")
    assert [seen.path for seen in site.seen] == ["/away"]


async def test_what_the_settings_list_is_asked_of_a_proxy_too(site: FakeSite, proxy: FakeProxy) -> None:
    async with open_fetcher(proxy.url(), site.host) as fetcher:
        assert await body(fetcher, site.url("/rss")) == FEED
    assert proxy.asked == [site.host]


async def test_pages_in_tls_are_tunnelled(proxy: FakeProxy) -> None:
    async with open_fetcher(proxy.url()) as fetcher:
        with pytest.raises(Unreachable):  # what answers behind the tunnel speaks no TLS
            await fetcher.fetch("https://news.invalid/rss")
    assert proxy.heads[0].startswith(b"CONNECT news.invalid:443 ")


@pytest.mark.parametrize(
    ("scheme", "target"), [("http", "http"), ("http", "https"), ("socks5", "http"), ("socks4", "http")]
)
async def test_a_dead_proxy_is_named_without_its_password(
    caplog: pytest.LogCaptureFixture, scheme: str, target: str
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    caplog.set_level(logging.DEBUG)
    async with open_fetcher(f"{scheme}://editor:Pa55word@127.0.0.1:{port}") as fetcher:
        with pytest.raises(
            Unreachable, match=rf"the proxy 127\.0\.0\.1:{port} does not lead to 93\.184\.215\.14: see that it runs"
        ) as caught:
            await fetcher.fetch(f"{target}://{PUBLIC}/rss")
    causes = f"{caught.value!r} {caught.value.__cause__!r} {caught.value.args}"
    assert "Pa55word" not in causes + caplog.text


async def test_a_proxy_that_wants_another_password_is_blamed_itself(proxy: FakeProxy) -> None:
    proxy.password = "other"
    async with open_fetcher(proxy.url("socks5", "editor:Pa55word")) as fetcher:
        with pytest.raises(Unreachable, match=rf"the proxy 127\.0\.0\.1:{proxy.port} does not lead"):
            await fetcher.fetch(f"http://{PUBLIC}/rss")
    proxy.status = 407
    async with open_fetcher(proxy.url("http", "editor:Pa55word")) as fetcher:
        with pytest.raises(Unreachable, match=rf"the proxy 127\.0\.0\.1:{proxy.port} does not lead"):
            await fetcher.fetch("https://news.invalid/rss")
        with pytest.raises(Unreachable, match="wants another name and password"):
            await fetcher.fetch(f"http://{PUBLIC}/rss")
    assert b"Proxy-Authorization: Basic" in proxy.heads[-1]


async def test_the_right_password_opens_the_proxy(proxy: FakeProxy) -> None:
    proxy.password = "Pa55word"
    async with open_fetcher(proxy.url("socks5", "editor:Pa55word")) as fetcher:
        assert await body(fetcher, f"http://{PUBLIC}/rss") == FEED


async def test_a_form_goes_through_the_proxy(site: FakeSite, proxy: FakeProxy) -> None:
    async with open_fetcher(proxy.url()) as fetcher:
        with pytest.raises(ForbiddenAddress):
            await fetcher.post_form(f"http://127.1:{site.port}/hub", {"hub.mode": "subscribe"})
        assert await fetcher.post_form(f"http://{PUBLIC}/none", {"hub.mode": "subscribe"}) == 404
