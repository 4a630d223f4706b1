import asyncio
import gzip
import socket
import time
import zlib
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta

import brotli
import pytest
from aiohttp import web

from bot.ingest import roads
from bot.ingest.errors import (
    BadAddress,
    FetchError,
    ForbiddenAddress,
    HttpError,
    TimedOut,
    TooLarge,
    TooManyRedirects,
    Unreachable,
)
from bot.ingest.fetch import Fetcher
from bot.ingest.inflate import decoder_for
from bot.ingest.stages import FetchedPage, NotModified
from config.settings import CollectSettings
from tests.unit.fake_site import FakeSite

CAP = 100_000
FEED = "<rss version='2.0'><channel><title>Вести</title></channel></rss>".encode()


@pytest.fixture
async def site() -> AsyncIterator[FakeSite]:
    async with FakeSite() as site:
        yield site


@pytest.fixture
async def fetcher(site: FakeSite) -> AsyncIterator[Fetcher]:
    async with open_fetcher(site.host) as fetcher:
        yield fetcher


def open_fetcher(*allowed: str, timeout: float = 5, concurrency: int = 8) -> Fetcher:
    return Fetcher(
        CollectSettings(
            timeout=timedelta(seconds=timeout), max_body=CAP, concurrency=concurrency, allow_private=tuple(allowed)
        ),
        user_agent="Khabar/test",
    )


async def take(fetcher: Fetcher, url: str) -> FetchedPage:
    page = await fetcher.fetch(url)
    assert isinstance(page, FetchedPage)
    return page


async def test_a_page_comes_with_what_the_header_says_of_it(site: FakeSite, fetcher: Fetcher) -> None:
    url = site.serve(
        "/rss",
        FEED,
        Content_Type="application/rss+xml; charset=UTF-8",
        ETag='"v1"',
        Last_Modified="Sun, 18 Oct 2026 10:00:00 GMT",
    )
    page = await take(fetcher, url)
    assert (page.url, page.final_url, page.moved_to, page.status) == (url, url, None, 200)
    assert (page.content_type, page.charset, page.body) == ("application/rss+xml", "utf-8", FEED)
    assert (page.etag, page.last_modified) == ('"v1"', "Sun, 18 Oct 2026 10:00:00 GMT")
    assert site.seen[0].headers["User-Agent"] == "Khabar/test"


async def test_what_has_not_changed_is_not_sent_again(site: FakeSite, fetcher: Fetcher) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        same = request.headers.get("If-None-Match") == '"v1"' and "If-Modified-Since" in request.headers
        return web.Response(status=304, headers={"ETag": '"v1"'}) if same else web.Response(body=FEED)

    url = site.handle("/rss", answer)
    page = await fetcher.fetch(url, etag='"v1"', last_modified="Sun, 18 Oct 2026 10:00:00 GMT")
    assert page == NotModified(url, url, None, '"v1"', None)


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        ("gzip", gzip.compress(FEED)),
        ("gzip", gzip.compress(FEED[:20]) + gzip.compress(FEED[20:])),
        ("gzip", FEED),
        ("x-gzip", gzip.compress(FEED)),
        ("deflate", zlib.compress(FEED)),
        ("deflate", zlib.compressobj(wbits=-15).compress(b"") + zlib.compress(FEED, wbits=-15)),
        ("br", brotli.compress(FEED)),
        ("identity", FEED),
    ],
    ids=["gzip", "gzip in two members", "gzip in name only", "x-gzip", "zlib", "bare deflate", "brotli", "identity"],
)
async def test_a_compressed_body_is_unpacked(site: FakeSite, fetcher: Fetcher, coding: str, packed: bytes) -> None:
    assert (await take(fetcher, site.serve("/", packed, Content_Encoding=coding))).body == FEED


@pytest.mark.parametrize("pack", [gzip.compress, brotli.compress, zlib.compress], ids=["gzip", "br", "deflate"])
async def test_a_bomb_is_stopped_at_the_cap(site: FakeSite, fetcher: Fetcher, pack: object) -> None:
    assert callable(pack)
    coding = {gzip.compress: "gzip", brotli.compress: "br"}.get(pack, "deflate")
    packed = pack(bytes(100 * CAP))
    assert len(packed) < CAP
    with pytest.raises(TooLarge, match="100,000"):
        await fetcher.fetch(site.serve("/", packed, Content_Encoding=coding))


@pytest.mark.parametrize("step", [1, 2, 3, 7, 50])
def test_members_of_a_gzip_body_may_be_cut_anywhere(step: int) -> None:
    packed = b"".join(gzip.compress(piece) for piece in (FEED[:20], b"", FEED[20:40], FEED[40:])) + bytes(30)
    decoder = decoder_for("gzip")
    body = b"".join(decoder.feed(packed[start : start + step], CAP) for start in range(0, len(packed), step))
    decoder.finish()
    assert body == FEED


ENDLESS = {
    "padding after gzip": ("gzip", gzip.compress(FEED) + bytes(20 * CAP)),
    "padding after deflate": ("deflate", zlib.compress(FEED) + b"a" * 20 * CAP),
    "empty members": ("gzip", gzip.compress(b"") * CAP),
    "empty blocks": ("deflate", b"\x78\x9c" + b"\x00\x00\x00\xff\xff" * 4 * CAP),
}


@pytest.mark.parametrize(("coding", "packed"), ENDLESS.values(), ids=ENDLESS.keys())
async def test_a_body_that_unpacks_to_nothing_ends_too(
    site: FakeSite, fetcher: Fetcher, coding: str, packed: bytes
) -> None:
    with pytest.raises((TooLarge, Unreachable)):
        await fetcher.fetch(site.serve("/", packed, Content_Encoding=coding))


async def test_a_body_in_crumbs_is_left() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\na\r\n" * 50_000 + b"0\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    host = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, open_fetcher(host) as fetcher:
        with pytest.raises(Unreachable, match="crumbs"):
            await fetcher.fetch(f"http://{host}/")


async def test_a_page_may_come_in_many_chunks(site: FakeSite, fetcher: Fetcher) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        response.enable_chunked_encoding()
        await response.prepare(request)
        for _ in range(3000):
            await response.write(b"<p>Some words</p>\n")
        return response

    assert len((await take(fetcher, site.handle("/", answer))).body) == 3000 * 18


async def test_the_cap_is_the_last_length_that_passes(site: FakeSite, fetcher: Fetcher) -> None:
    assert len((await take(fetcher, site.serve("/fits", bytes(CAP)))).body) == CAP
    assert (
        len((await take(fetcher, site.serve("/packed", gzip.compress(bytes(CAP)), Content_Encoding="gzip"))).body)
        == CAP
    )
    with pytest.raises(TooLarge):
        await fetcher.fetch(site.serve("/over", bytes(CAP + 1)))
    with pytest.raises(TooLarge):
        await fetcher.fetch(site.serve("/packed", gzip.compress(bytes(CAP + 1)), Content_Encoding="gzip"))


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", gzip.compress(FEED)[:-12]),
        ("gzip", b"\x1f\x8b" + FEED),
        ("br", b"\xff\xff\xff"),
        ("zstd", FEED),
        ("gzip, br", FEED),
    ],
    ids=["cut short", "damaged", "no brotli", "never asked for", "a stack"],
)
async def test_a_body_that_cannot_be_unpacked_is_an_error(
    site: FakeSite, fetcher: Fetcher, coding: str, body: bytes
) -> None:
    with pytest.raises(Unreachable, match="compressed"):
        await fetcher.fetch(site.serve("/", body, Content_Encoding=coding))


async def test_a_slow_drip_ends_with_the_total_timeout(site: FakeSite) -> None:
    async with open_fetcher(site.host, timeout=0.4) as fetcher:
        started = time.monotonic()
        with pytest.raises(TimedOut, match=r"0\.4 s"):
            await fetcher.fetch(site.drip("/", every=0.02))
        assert time.monotonic() - started < 3


@pytest.mark.parametrize(
    ("first", "second", "moved_to"),
    [(301, 308, "/third"), (301, 302, "/second"), (302, 301, None), (307, 303, None)],
)
async def test_a_permanent_redirect_is_remembered_as_far_as_it_is_permanent(
    site: FakeSite, fetcher: Fetcher, first: int, second: int, moved_to: str | None
) -> None:
    site.redirect("/first", "/second", first)
    site.redirect("/second", site.url("/third#part"), second)
    site.serve("/third", FEED)
    page = await take(fetcher, site.url("/first"))
    assert page.body == FEED
    assert page.final_url == site.url("/third")
    assert page.moved_to == (site.url(moved_to) if moved_to else None)


async def test_redirects_without_end_are_left(site: FakeSite, fetcher: Fetcher) -> None:
    with pytest.raises(TooManyRedirects):
        await fetcher.fetch(site.redirect("/", "/"))
    assert len(site.seen) == 6


@pytest.mark.parametrize("target", ["ftp://x.example/", "file:///etc/passwd", "http://[::1", "//:80/"])
async def test_a_redirect_out_of_the_web_is_refused(site: FakeSite, fetcher: Fetcher, target: str) -> None:
    with pytest.raises(BadAddress):
        await fetcher.fetch(site.redirect("/", target))


async def test_a_redirect_in_raw_bytes_is_followed(site: FakeSite) -> None:
    async def raw(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        path = f"http://{site.host}/новость".encode()
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: " + path + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        writer.close()

    site.serve("/новость", FEED)
    server = await asyncio.start_server(raw, "127.0.0.1", 0)
    host = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, open_fetcher(site.host, host) as fetcher:
        assert (await take(fetcher, f"http://{host}/")).body == FEED


SPELLINGS = [
    # one number, octal, hexadecimal, short, with other digits and dots, percent-encoded, with a name before it
    "127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7F.1", "0177.0.0.1", "017700000001", "0", "0.0.0.0",
    "127.0.0.1.", "127。0。0。1", "１２７.0.0.1", "①②⑦.0.0.1", "%31%32%37.0.0.1", "news.example@127.0.0.1",
    "localhost", "LOCALHOST", "localhost.", "ip6-localhost",
    # IPv6 itself, and IPv4 inside it: mapped, compatible, translated (SIIT, NAT64), 6to4, Teredo
    "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:7f00:1]",
    "[::127.0.0.1]", "[::7f00:1]", "[::ffff:0:127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b::127.0.0.1]",
    "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2002:c0a8:101::1]", "[2001:0:4136:e378:8000:63bf:80ff:fffe]",
    "[fe80::1]", "[fe80::1%25lo]", "[fec0::1]", "[fd00::1]", "[fc00::1]", "[ff02::1]", "[100::1]", "[2001:db8::1]",
    # private, shared, link-local (where clouds keep their secrets), documentation, multicast, broadcast
    "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.0.192",
    "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
]  # fmt: skip


# aiohttp itself takes numbers that are no canonical address for no address at all; some of the names nobody knows.
REFUSED = (ForbiddenAddress, BadAddress, Unreachable)


@pytest.mark.parametrize("host", SPELLINGS)
async def test_no_spelling_of_a_private_address_is_dialled(site: FakeSite, host: str) -> None:
    site.serve("/", FEED)
    async with open_fetcher() as fetcher:
        with pytest.raises(REFUSED):
            await fetcher.fetch(f"http://{host}:{site.port}/")
    assert site.seen == []


@pytest.mark.parametrize("host", SPELLINGS)
async def test_no_redirect_leads_to_a_private_address(site: FakeSite, fetcher: Fetcher, host: str) -> None:
    async with FakeSite() as inner:
        with pytest.raises(REFUSED):
            await fetcher.fetch(site.redirect("/", f"http://{host}:{inner.port}/secret"))
        assert inner.seen == []


async def test_a_name_that_comes_to_mean_a_private_address_is_not_dialled(
    monkeypatch: pytest.MonkeyPatch, site: FakeSite
) -> None:
    def rebound(*_: object, **__: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", site.port))]

    monkeypatch.setattr(socket, "getaddrinfo", rebound)
    async with open_fetcher() as fetcher:
        with pytest.raises(ForbiddenAddress):
            await fetcher.fetch(f"http://news.example:{site.port}/")
    assert site.seen == []


async def test_a_name_is_judged_by_each_address_that_it_has(monkeypatch: pytest.MonkeyPatch, site: FakeSite) -> None:
    """The second answer of a name that changes, and the private one of two: neither is dialled."""
    answers = [["192.0.2.1"], ["127.0.0.1"], ["127.0.0.1", "::ffff:127.0.0.1", "64:ff9b::7f00:1"]]

    def changing(*_: object, **__: object) -> list[tuple[object, ...]]:
        found = answers.pop(0)
        return [
            (socket.AF_INET6 if ":" in one else socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, site.port))
            for one in found
        ]

    monkeypatch.setattr(socket, "getaddrinfo", changing)
    monkeypatch.setattr(roads, "KEEP_NAMES", 0)
    async with open_fetcher() as fetcher:
        while answers:
            with pytest.raises(ForbiddenAddress):
                await fetcher.fetch(f"http://news.example:{site.port}/")
    assert site.seen == []


async def test_a_form_goes_to_no_private_address(site: FakeSite) -> None:
    async with open_fetcher() as fetcher:
        for host in SPELLINGS:
            with pytest.raises(REFUSED):
                await fetcher.post_form(f"http://{host}:{site.port}/hub", {"hub.mode": "subscribe"})
    assert site.seen == []


@pytest.mark.parametrize("allowed", ["127.0.0.1", "127.0.0.0/8", "localhost", "LOCALHOST:{port}", "127.0.0.1:{port}"])
async def test_what_the_settings_list_is_dialled(site: FakeSite, allowed: str) -> None:
    site.serve("/", FEED)
    async with open_fetcher(allowed.format(port=site.port)) as fetcher:
        assert (await take(fetcher, f"http://localhost:{site.port}/")).body == FEED


async def test_a_listed_port_opens_no_other(site: FakeSite) -> None:
    async with open_fetcher(f"127.0.0.1:{site.port + 1}", f"localhost:{site.port + 1}") as fetcher:
        with pytest.raises(ForbiddenAddress, match=r"localhost leads to a private network.*collect\.allow_private"):
            await fetcher.fetch(f"http://localhost:{site.port}/")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "news.example/rss",
        "ftp://news.example/",
        "http://",
        "http://[::1",
        "/etc/passwd",
        "http://a:b/",
        "javascript:alert(1)",
    ],
)
async def test_what_is_no_web_address_is_refused(fetcher: Fetcher, address: str) -> None:
    with pytest.raises(BadAddress):
        await fetcher.fetch(address)


@pytest.mark.parametrize(("value", "seconds"), [("120", 120), ("", None), ("soon", None), ("-5", None)])
async def test_a_refusal_carries_its_status_and_wish(
    site: FakeSite, fetcher: Fetcher, value: str, seconds: int | None
) -> None:
    with pytest.raises(HttpError, match="503 Service Unavailable") as caught:
        await fetcher.fetch(site.serve("/", status=503, Retry_After=value))
    assert caught.value.status == 503
    assert caught.value.retry_after == (timedelta(seconds=seconds) if seconds else None)


async def test_a_validator_that_could_not_be_sent_back_is_dropped(site: FakeSite, fetcher: Fetcher) -> None:
    page = await take(fetcher, site.serve("/", FEED, ETag='"новость"', Content_Type="text/xml; charset=\"'koi8-r'\""))
    assert page.etag is None
    assert page.charset == "koi8-r"


async def test_one_host_is_not_crowded(site: FakeSite, fetcher: Fetcher) -> None:
    async def slow(_: web.Request) -> web.StreamResponse:
        await asyncio.sleep(0.05)
        return web.Response(body=FEED)

    url = site.handle("/", slow)
    async with asyncio.TaskGroup() as group:
        for _ in range(8):
            group.create_task(fetcher.fetch(url))
    assert site.most_at_once == 2
    assert len(fetcher._hosts) == 0


async def test_waiting_for_a_slot_does_not_count_as_the_sites_slowness(site: FakeSite) -> None:
    async def slow(_: web.Request) -> web.StreamResponse:
        await asyncio.sleep(0.2)
        return web.Response(body=FEED)

    url = site.handle("/", slow)
    async with open_fetcher(site.host, timeout=0.8, concurrency=1) as fetcher, asyncio.TaskGroup() as group:
        tasks = [group.create_task(fetcher.fetch(url)) for _ in range(6)]
    assert all(isinstance(task.result(), FetchedPage) for task in tasks)


async def test_interim_answers_end() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        count = int((await reader.readuntil(b"\r\n\r\n")).split(b" ")[1][1:])
        writer.write(b"HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n" * count)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    host = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, open_fetcher(host) as fetcher:
        assert (await take(fetcher, f"http://{host}/3")).body == b"ok"
        with pytest.raises(Unreachable):
            await fetcher.fetch(f"http://{host}/30000")


LONG = 8000
RUDE_HEADERS = [
    b"Content-Type: text/html" + b";a" * (LONG // 2),
    b"Content-Type: " + b"(" * LONG,
    b'Content-Type: text/html; charset="' + b"\\" * LONG,
    b"\r\n".join([b"Content-Type: text/html" + b";a=b" * (LONG // 4)] * 50),
    b"\r\n".join([b"Link: " + b"<a>;" * (LONG // 4)] * 50),
    b"\r\n".join([b"Cache-Control: " + b"a=b," * (LONG // 4)] * 50),
    b"\r\n".join([b"Set-Cookie: " + b"a=b;" * (LONG // 4)] * 50),
    b"Date: Sun, 18 Oct 2026 10:00:00 GMT\r\nExpires: Sun, 18 Oct 99999999999 10:00:00 GMT",
    b"Date: Mon, 1 Jan 0001 00:00:00 +2359\r\nExpires: Fri, 31 Dec 9999 23:59:59 -2359",
    b"ETag: " + b'"' * LONG,
    b"Retry-After: " + b"9" * LONG,
    b"Age: " + b"9" * LONG,
]


@pytest.mark.parametrize("status", [b"200 OK", b"304 Not Modified", b"429 Slow down"])
@pytest.mark.parametrize("header", RUDE_HEADERS, ids=lambda header: header[:24].decode())
async def test_no_header_holds_anyone_up(header: bytes, status: bytes) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 " + status + b"\r\n" + header + b"\r\nConnection: close\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    host = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, open_fetcher(host) as fetcher:
        started = time.process_time()
        with suppress(HttpError):  # the 429 among them
            await fetcher.fetch(f"http://{host}/")
        assert time.process_time() - started < 0.2


@pytest.mark.parametrize(
    "location",
    [
        "http://" + "a." * 3900 + "com/",
        "http://" + "ß" * 2000 + "/",
        "http://xn--" + "a9" * 2000 + "/",
        "http://" + "@" * 7900 + "/",
        "http://" + "[" * 7900,
        "http://news.example:" + "9" * 5000 + "/",
        "http://news\x00.example/",
    ],
    ids=lambda location: location[:16],
)
async def test_no_location_holds_anyone_up_and_an_error_stays_a_sentence(location: str) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: " + location.encode() + b"\r\nConnection: close\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    host = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, open_fetcher(host) as fetcher:
        started = time.process_time()
        with pytest.raises(FetchError) as caught:
            await fetcher.fetch(f"http://{host}/")
        assert time.process_time() - started < 0.2
        assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    "rude",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
        b"\x00\x01garbage\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
    ids=["nothing", "cut short", "no HTTP", "bad chunks"],
)
async def test_a_broken_answer_is_an_error_of_ours(rude: bytes) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(rude)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    host = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, open_fetcher(host) as fetcher:
        with pytest.raises(FetchError):
            await fetcher.fetch(f"http://{host}/")


async def test_a_closed_port_and_an_unknown_host_are_named() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    async with open_fetcher("127.0.0.1") as fetcher:
        with pytest.raises(Unreachable, match="does not take connections"):
            await fetcher.fetch(f"http://127.0.0.1:{port}/")
        with pytest.raises(Unreachable, match=r"no host named nowhere\.invalid"):
            await fetcher.fetch("http://nowhere.invalid/")


async def test_a_site_without_https_is_not_said_to_have_a_bad_certificate() -> None:
    async with FakeSite() as site, Fetcher(CollectSettings(allow_private=(site.host,))) as fetcher:
        with pytest.raises(Unreachable, match="does not speak https at this port"):
            await fetcher.fetch(f"https://{site.host}/rss")
