"""A site of many feeds on loopback, as a process of its own: light, so that what is measured is the reader.

python -m bench.site PORT

/feed/N          an RSS feed of 30 entries; 304 while its version is the one of If-None-Match
/page/N/ID       the page of a story, with a menu, share lines and other headlines around it
/tick            every feed says another lastBuildDate, and nothing new
/count           every entry of every feed tells another number of comments, and nothing new
/grow            every feed has one story more, and tells the oldest no longer
"""

import asyncio
import random
import re
import sys
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache
from pathlib import Path

ENTRIES = 30  # a feed
PARAGRAPHS = 8  # a page
START = datetime(2026, 10, 5, 6, 0, tzinfo=UTC)
OWN = 12  # words that a story is written with, and none of those that came out with it
SENTENCES = 4  # a paragraph
LENGTHS = range(9, 14)  # of a sentence, in words
_LETTERS = re.compile(r"[а-яё]{4,}")
_FOUND = sorted(_LETTERS.findall(Path(__file__).with_name("newsday.txt").read_text("utf-8").lower()))
_WORDS = list({word[:5]: word for word in _FOUND}.values())  # of each word one form
_MENU = "".join(
    f'<li><a href="/rubric/{n}">{word}</a></li>' for n, word in enumerate(["Политика", "Общество", "Спорт"])
)


class Site:
    """The feeds with their versions."""

    def __init__(self) -> None:
        self.version = 0
        self.stories = ENTRIES  # that each feed has had by now
        self.comments = 0  # to each entry

    def answer(self, path: str, tag: str) -> tuple[str, str, bytes]:
        """Status line, ETag and body for a path."""
        if path in {"/tick", "/count", "/grow"}:
            self.version += 1
            self.comments += path == "/count"
            self.stories += path == "/grow"
            return "200 OK", "", b"done"
        parts = path.strip("/").split("/")
        if parts[0] not in {"feed", "page"}:
            return "404 Not Found", "", b"no such page"
        if parts[0] == "feed":
            mark = f'"{self.version}"'
            return ("304 Not Modified", mark, b"") if tag == mark else ("200 OK", mark, self._feed(int(parts[1])))
        return "200 OK", "", page(int(parts[1]), int(parts[2]))

    def _feed(self, number: int) -> bytes:
        newest = self.stories
        items = "".join(_item(number, story) for story in range(newest, newest - ENTRIES, -1))
        items = items.replace("</item>", f"<slash:comments>{self.comments}</slash:comments></item>")
        built = format_datetime(START + timedelta(minutes=newest, seconds=self.version))
        text = (
            f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0" '
            f'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
            f'xmlns:slash="http://purl.org/rss/1.0/modules/slash/"><channel><title>Лента {number}</title>'
            f"<link>http://127.0.0.1/{number}</link><lastBuildDate>{built}</lastBuildDate>{items}</channel></rss>"
        )
        return text.encode()


def title(number: int, story: int) -> str:
    """The headline of a story: no two are alike."""
    return f"{' '.join(_own(number, story)[:6]).capitalize()}: участок {number * 100_000 + story}"


def paragraphs(number: int, story: int) -> list[str]:
    """The text of a story: one event, like no other, lest the bot takes two for one."""
    chance, own = random.Random(number * 7_000_003 + story), _own(number, story)  # noqa: S311 — makes texts, guards nothing
    return [_sentences(chance, own, SENTENCES) for _ in range(PARAGRAPHS)]


def _own(number: int, story: int) -> list[str]:
    turn, place = divmod(story * 2 + number % 2, len(_WORDS) // OWN)
    words = random.Random((number + 1) // 2 * 1_000_003 + turn).sample(_WORDS, len(_WORDS))  # noqa: S311 — as above
    return words[place * OWN : (place + 1) * OWN]


def _sentences(chance: random.Random, words: list[str], count: int) -> str:
    return " ".join(" ".join(chance.choices(words, k=chance.choice(LENGTHS))).capitalize() + "." for _ in range(count))


def page(number: int, story: int) -> bytes:
    """A story's page."""
    told = "".join(f"<p>{said}</p>" for said in paragraphs(number, story))
    others = "".join(f'<li><a href="/page/{number}/{n}">{title(number, n)}</a></li>' for n in range(1, 21))
    return (
        f'<!doctype html><html lang="ru"><head><meta charset="utf-8"><title>{title(number, story)}</title></head><body>'
        f"<nav><ul>{_MENU}</ul></nav><article><h1>{title(number, story)}</h1>{told}</article>"
        f'<p>Оставайтесь с нами в <a href="#">Telegram</a>, <a href="#">Facebook</a>, <a href="#">OK</a></p>'
        f"<ul>{others}</ul><footer>© Лента</footer></body></html>"
    ).encode()


@cache
def _item(number: int, story: int) -> str:
    link = f"http://127.0.0.1:{sys.argv[1]}/page/{number}/{story}"
    said = _sentences(random.Random(story), _own(number, story), 3)  # noqa: S311 — makes texts, guards nothing
    whole = "".join(f"<p>{said}</p>" for said in paragraphs(number, story))
    picture = f'<p><img src="/pictures/{story}.jpg" width="640" height="360" alt=""></p>'
    return (
        f"<item><title>{title(number, story)}</title><link>{link}</link><guid>{link}</guid>"
        f"<pubDate>{format_datetime(START + timedelta(minutes=story))}</pubDate>"
        f"<description><![CDATA[<p>{said}</p>]]></description><category>Общество</category>"
        f"<content:encoded><![CDATA[{picture}{whole}]]></content:encoded></item>"
    )


async def serve(port: int) -> None:
    """Answer until the process is ended."""
    site = Site()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                first, *lines = head.decode("latin-1").split("\r\n")
                tag = next((one.partition(": ")[2] for one in lines if one.lower().startswith("if-none-match")), "")
                status, mark, body = site.answer(first.split(" ")[1], tag)
                kind = "text/html" if body.startswith(b"<!") else "application/rss+xml"
                marked = f"ETag: {mark}\r\n" if mark else ""
                length = f"Content-Length: {len(body)}\r\n" if not status.startswith("304") else ""
                writer.write(f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n{marked}{length}\r\n".encode() + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", port, backlog=1024)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
