"""Answers that are rude as HTTP: bombs, lies about length and coding, drips, floods."""

import asyncio
import gzip
import zlib

import brotli

from tests.acceptance.hostile.site import Answer, Ask, Case, by_path, document, endless, feed, item, raw, redirect

MEGA = 1024 * 1024
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n"
TOO_LONG = "longer than"
TOO_SLOW = "did not answer in full"
BROKEN = "broke the connection off"
NO_FEED = "no feed|nothing at all|not a feed|web page|no news"


def _bomb(coding: str) -> bytes:
    """Thirty megabytes in thirty kilobytes."""
    piece = bytes(MEGA)
    if coding == "br":
        return b"".join([(press := brotli.Compressor(quality=1)).process(piece * 30), press.finish()])
    bits = {"gzip": 31, "deflate": 15, "raw": -15}[coding]
    packer = zlib.compressobj(1, zlib.DEFLATED, bits)
    return b"".join([*(packer.compress(piece) for _ in range(30)), packer.flush()])


def _coded(coding: str, body: bytes) -> Answer:
    return document(body, "application/rss+xml", f"Content-Encoding: {coding}")


CODINGS = [
    Case("coding: a bomb of gzip", _coded("gzip", _bomb("gzip")), says=TOO_LONG),
    Case("coding: a bomb of deflate", _coded("deflate", _bomb("deflate")), says=TOO_LONG),
    Case("coding: a bomb of bare deflate", _coded("deflate", _bomb("raw")), says=TOO_LONG),
    Case("coding: a bomb of Brotli", _coded("br", _bomb("br")), says=TOO_LONG),
    Case("coding: gzip in gzip", _coded("gzip", gzip.compress(gzip.compress(feed()))), says=NO_FEED + "|^$"),
    Case("coding: gzip, said twice", _coded("gzip, gzip", gzip.compress(gzip.compress(feed()))), says="not asked for"),
    Case("coding: one that nobody knows", _coded("zstd-and-more", feed()), says="not asked for"),
    Case("coding: a name without end", _coded("x" * 6000, feed()), says="not asked for"),
    Case("coding: plain, named gzip", _coded("gzip", feed())),
    Case("coding: plain, named Brotli", _coded("br", feed()), says="damaged"),
    Case("coding: plain, named deflate", _coded("deflate", feed()), says="damaged"),
    Case("coding: gzip, cut short", _coded("gzip", gzip.compress(feed())[:-30]), says="cut short|damaged"),
    Case("coding: gzip with a wrong sum", _coded("gzip", gzip.compress(feed())[:-8] + bytes(8)), says="damaged"),
    Case(
        "coding: gzip of members without end",
        _coded("gzip", gzip.compress(b"") * 200_000),
        says=NO_FEED + "|longer|too many pieces",
    ),
]

LENGTHS = [
    Case("length: more than comes", raw(OK + b"Content-Length: 5000000\r\n\r\n" + feed()), says=BROKEN),
    Case("length: less than comes", raw(OK + b"Content-Length: 100\r\n\r\n" + feed()), says=f"{NO_FEED}|{BROKEN}"),
    Case("length: below zero", raw(OK + b"Content-Length: -1\r\n\r\n" + feed()), says=BROKEN),
    Case("length: two of them", raw(OK + b"Content-Length: 10\r\nContent-Length: 20\r\n\r\n" + feed()), says=BROKEN),
    Case("length: a word", raw(OK + b"Content-Length: many\r\n\r\n" + feed()), says=BROKEN),
    Case("length: twenty digits", raw(OK + b"Content-Length: 99999999999999999999\r\n\r\n" + feed()), says=BROKEN),
    Case(
        "length: and chunks", raw(OK + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), says=BROKEN
    ),
    Case("chunks: of no size", raw(OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n"), says=BROKEN),
    Case("chunks: of every size", raw(OK + b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\nabc"), says=BROKEN),
    Case("chunks: below zero", raw(OK + b"Transfer-Encoding: chunked\r\n\r\n-5\r\nabcde\r\n0\r\n\r\n"), says=BROKEN),
    Case(
        "chunks: a size that never ends",
        endless(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"0" * 1024),
        says=f"{BROKEN}|{TOO_SLOW}",
    ),
    Case(
        "chunks: with words beside them",
        endless(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1;" + b"x" * 4000 + b"\r\na\r\n"),
        says=f"{TOO_LONG}|{TOO_SLOW}|{BROKEN}",
    ),
    Case(
        "chunks: a byte each",
        endless(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n" * 1000),
        says=f"{TOO_LONG}|{TOO_SLOW}|crumbs",
    ),
    Case("chunks: cut short", raw(OK + b"Transfer-Encoding: chunked\r\n\r\n1000\r\nabc"), says=BROKEN),
    Case("body: without end", endless(OK + b"\r\n<rss><channel>", b"<x/>" * 16_000), says=f"{TOO_LONG}|{TOO_SLOW}"),
    Case(
        "body: a hundred megabytes",
        endless(OK + b"Content-Length: 104857600\r\n\r\n", feed() * 400),
        says=f"{TOO_LONG}|{TOO_SLOW}",
    ),
    Case("body: nothing", document(b""), says=NO_FEED),
    Case("body: blanks", document(b" \n" * MEGA), says=NO_FEED),
]


async def _wait(ask: Ask) -> None:
    """Say nothing until the other side goes."""
    while not ask.writer.is_closing():
        await asyncio.sleep(0.2)
        if ask.writer.transport.is_closing():
            return


DRIPS = [
    Case("drip: of the body", endless(OK + b"\r\n", b" ", 0.1), says=TOO_SLOW),
    Case("drip: of the header", endless(b"HTTP/1.1 200 OK\r\nX: ", b"x", 0.1), says=TOO_SLOW),
    Case("drip: of header lines", endless(b"HTTP/1.1 200 OK\r\n", b"X-Y: z\r\n", 0.1), says=TOO_SLOW),
    Case("drip: no word at all", _wait, says=TOO_SLOW),
    Case(
        "drip: of a gzip",
        endless(OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(feed())[:10], b"", 0.1),
        says=TOO_SLOW,
    ),
    Case(
        "drip: of every page",
        by_path(
            {"/feed": document(feed(*(item(link=f"/{n}", guid=str(n)) for n in range(20))))},
            endless(OK + b"\r\n", b" ", 0.1),
        ),
    ),
]

FLOODS = [
    Case("flood: of 100 Continue", endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100), says=f"{TOO_SLOW}|{BROKEN}"),
    Case(
        "flood: of 103 Early Hints",
        endless(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"),
        says=f"{TOO_SLOW}|{BROKEN}",
    ),
    Case("flood: of headers", raw(OK + b"".join(b"X-%d: y\r\n" % n for n in range(100_000)) + b"\r\n"), says=BROKEN),
    Case("flood: of headers, without end", endless(OK, b"X-Header: y\r\n" * 1000), says=f"{BROKEN}|{TOO_SLOW}"),
    Case("flood: one header of a megabyte", raw(OK + b"X: " + b"y" * MEGA + b"\r\n\r\n"), says=BROKEN),
    Case("flood: of cookies", document(feed(), "application/rss+xml", *(f"Set-Cookie: c{n}={n}" for n in range(90)))),
    Case("flood: a long reason", raw(b"HTTP/1.1 500 " + b"x" * 7000 + b"\r\nContent-Length: 0\r\n\r\n"), says="500"),
    Case("flood: of links in the header", document(feed(), "application/rss+xml", "Link: " + "<a>; rel=hub, " * 500)),
]

STATUSES = [
    Case("status: HTTP/0.9", raw(feed()), says=BROKEN),
    Case("status: none", raw(b"\r\n\r\n\r\n"), says=f"{BROKEN}|{TOO_SLOW}"),
    Case("status: a thousand", raw(b"HTTP/1.1 1000 What\r\n\r\n"), says=BROKEN),
    Case("status: a letter", raw(b"HTTP/1.1 2xx OK\r\n\r\n"), says=BROKEN),
    Case("status: HTTP/9.9", raw(b"HTTP/9.9 200 OK\r\nContent-Length: 0\r\n\r\n"), says=f"{BROKEN}|nothing at all"),
    Case("status: TLS where none is spoken", raw(b"\x15\x03\x03\x00\x02\x02\x46" * 50), says=BROKEN),
    Case("status: closed at once", raw(b""), says=BROKEN),
    Case(
        "status: an upgrade",
        raw(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"),
        says=f"101|{BROKEN}|{TOO_SLOW}",
    ),
    Case("status: 304 to a first question", raw(b"HTTP/1.1 304 Not Modified\r\n\r\n")),
    Case(
        "status: 206 of nobody's range",
        raw(b"HTTP/1.1 206 Partial\r\nContent-Length: 6\r\n\r\n<rss/>"),
        says=NO_FEED + "|^$",
    ),
    Case(
        "status: 429 until the year 9999",
        raw(b"HTTP/1.1 429 No\r\nRetry-After: Fri, 31 Dec 9999 23:59:59 GMT\r\n\r\n"),
        says="429",
    ),
    Case("status: 429 for ever", raw(b"HTTP/1.1 429 No\r\nRetry-After: 99999999999999999999\r\n\r\n"), says="429"),
    Case("status: 503 for a time below zero", raw(b"HTTP/1.1 503 No\r\nRetry-After: -1\r\n\r\n"), says="503"),
    Case(
        "status: words in no known letters",
        raw(b"HTTP/1.1 500 \xff\xfe\x00\xc3\r\nContent-Length: 0\r\n\r\n"),
        says=f"500|{BROKEN}",
    ),
    Case("header: a name with a blank", raw(OK + b"Bad Header : x\r\n\r\n" + feed()), says=f"{BROKEN}|^$"),
    Case("header: lines folded", raw(OK + b"X: a\r\n b\r\n\r\n" + feed()), says=f"{BROKEN}|^$"),
    Case("header: NUL in it", raw(OK + b"X: a\x00b\r\n\r\n" + feed()), says=f"{BROKEN}|^$"),
    Case(
        "header: validators without end",
        document(feed(), "application/rss+xml", "ETag: " + '"x' * 3000, "Last-Modified: " + "y" * 3000),
    ),
    Case(
        "header: fresh for ever", document(feed(), "application/rss+xml", "Cache-Control: max-age=99999999999999999999")
    ),
    Case(
        "header: out of date since the year 0",
        document(feed(), "application/rss+xml", "Expires: Fri, 00 Jan 0000 00:00:00 GMT"),
    ),
    Case("header: a kind that is none", document(feed(), 'a/b/c; charset=;;=;"')),
]

ROBOTS = [
    Case(
        "robots: a wait without end",
        by_path({"/robots": document(b"User-agent: *\nCrawl-delay: 1e308\n")}, document(feed())),
    ),
    Case(
        "robots: a hundred megabytes",
        by_path({"/robots": endless(OK + b"\r\n", b"Disallow: /x\n" * 5000)}, document(feed())),
    ),
    Case("robots: a drip", by_path({"/robots": endless(OK + b"\r\n", b"#", 0.1)}, document(feed()))),
    Case("robots: leads inside", by_path({"/robots": redirect(lambda ask: ask.canary.url)}, document(feed()))),
    Case(
        "robots: stars",
        by_path({"/robots": document(b"User-agent: *\nDisallow: /" + b"*a" * 20_000 + b"$\n")}, document(feed())),
    ),
]

ANSWERS = [*CODINGS, *LENGTHS, *DRIPS, *FLOODS, *STATUSES, *ROBOTS]
