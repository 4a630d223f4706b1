"""Hostile sites on loopback, one a case, each on a port of its own; and what none of them may make the bot touch.

They are served by a process of their own (`serve.py`): a flood costs the one who sends it as much as the one it is for.
"""

import asyncio
import itertools
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

HOST = "127.0.0.1"
SECRET = "канарейка-7f3a91"  # stands in the file that no text may open
_HEAD = 64 * 1024  # bytes of a request


@dataclass(slots=True)
class Canary:
    """A server of a private network and a file of the machine: both are there, and neither is anybody's business."""

    port: int
    file: Path
    touched: list[str] = field(default_factory=list)

    @property
    def host(self) -> str:
        return f"{HOST}:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}/"


@dataclass(frozen=True, slots=True)
class Ask:
    """A request to a hostile site, and what the site may lead to. `url` is the site's own, without a path."""

    path: str
    headers: Mapping[str, str]
    writer: asyncio.StreamWriter
    canary: Canary
    url: str

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()


Answer = Callable[[Ask], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Case:
    """One attack. `answer` is how its site answers whatever it is asked; `address` is used instead of the site's own.

    `says` is a pattern of the error that the source has afterwards; "" where it is read and does no harm.
    """

    name: str
    answer: Answer | None = None
    address: Callable[[Canary], str] | None = None
    says: str = ""


@dataclass(slots=True)
class HostileSites:
    """The sites of all cases. As long as they are `tame`, each answers with an ordinary feed."""

    canary: Canary
    ports: dict[str, int] = field(default_factory=dict)
    is_tame: bool = False
    port_of_all: int = 0  # of a site that is another of them at each connection

    def address(self, case: Case) -> str:
        """What the source of a case is called."""
        return case.address(self.canary) if case.address else f"http://{HOST}:{self.ports[case.name]}/feed"

    @property
    def allowed(self) -> list[str]:
        """What `allow_private` needs to list: the sites, and not the canary."""
        return [f"{HOST}:{port}" for port in [*self.ports.values(), self.port_of_all]]

    async def serve(self, case: Case, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request, however rudely, and close."""
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            lines = head.decode("latin-1").split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
            path = lines[0].split(" ")[1]
            url = f"http://{HOST}:{self.ports[case.name]}"
            ask = Ask(path, headers, writer, self.canary, url)
            answer = ordinary if self.is_tame or case.answer is None else case.answer
            await answer(ask)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # whoever asked has gone
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()


@asynccontextmanager
async def open_sites(cases: Sequence[Case], folder: Path, *, is_tame: bool = False) -> AsyncIterator[HostileSites]:
    """Serve the cases until the end of the block; the canary's file stands in the folder."""
    async with AsyncExitStack() as stack:
        sites = HostileSites(await _open_canary(stack, folder), is_tame=is_tame)
        for case in cases:
            sites.ports[case.name] = await _open(stack, sites, itertools.repeat(case))
        # Those first that may be taken for good ones: a source that fails is visited ever more seldom.
        answering = sorted((case for case in cases if case.answer), key=lambda case: not re.search(case.says, ""))
        sites.port_of_all = await _open(stack, sites, itertools.cycle(answering))
        yield sites


async def _open(stack: AsyncExitStack, sites: HostileSites, cases: Iterator[Case]) -> int:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await sites.serve(next(cases), reader, writer)

    server = await asyncio.start_server(serve, HOST, 0, limit=_HEAD)
    stack.callback(server.close)
    return int(server.sockets[0].getsockname()[1])


async def _open_canary(stack: AsyncExitStack, folder: Path) -> Canary:
    file = folder / "canary.txt"
    file.write_text(SECRET, encoding="utf-8")

    async def note(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        canary.touched.append(repr(writer.get_extra_info("peername")))
        writer.close()
        await reader.read()

    server = await asyncio.start_server(note, HOST, 0)
    stack.callback(server.close)
    canary = Canary(int(server.sockets[0].getsockname()[1]), file)
    with suppress(OSError):  # a machine without IPv6
        again = await asyncio.start_server(note, "::1", canary.port)
        stack.callback(again.close)
    return canary


ITEM = (
    "<item><title>{title}</title><link>{link}</link><guid>{guid}</guid>"
    "<pubDate>Mon, 23 Nov 2026 05:00:00 +0500</pubDate><description>{text}</description></item>"
)
TEXT = "Жители улицы Айни просили об этом три года, рассказали в районном штабе."


def item(title: str = "Фонари на улице Айни зажгли", link: str = "/1", guid: str = "1", text: str = TEXT) -> str:
    """One entry of a feed, as XML."""
    return ITEM.format(title=title, link=link, guid=guid, text=text)


def feed(*items: str, head: str = "", before: str = "") -> bytes:
    """An RSS feed, by default with one entry."""
    inside = "".join(items or (item(),))
    return f'{before}<rss version="2.0"><channel><title>Вести</title>{head}{inside}</channel></rss>'.encode()


def document(body: bytes | Callable[[Ask], bytes], kind: str = "application/rss+xml", *more: str) -> Answer:
    """A whole answer with a body; `more` are lines of the header."""

    async def answer(ask: Ask) -> None:
        data = body(ask) if callable(body) else body
        lines = ["HTTP/1.1 200 OK", f"Content-Type: {kind}", f"Content-Length: {len(data)}", "Connection: close", *more]
        await ask.send("\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n")
        await ask.send(data)

    return answer


def raw(data: bytes | Callable[[Ask], bytes]) -> Answer:
    """These bytes and nothing else."""

    async def answer(ask: Ask) -> None:
        await ask.send(data(ask) if callable(data) else data)

    return answer


def by_path(answers: Mapping[str, Answer], otherwise: Answer) -> Answer:
    """Answers by how the path begins."""

    async def answer(ask: Ask) -> None:
        found = next((one for path, one in answers.items() if ask.path.startswith(path)), otherwise)
        await found(ask)

    return answer


def redirect(location: str | Callable[[Ask], str], status: int = 302) -> Answer:
    """A redirect; the location is sent as it is."""

    async def answer(ask: Ask) -> None:
        to = location(ask) if callable(location) else location
        line = f"HTTP/1.1 {status} Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        await ask.send(line.encode("utf-8"))

    return answer


def endless(start: bytes, piece: bytes, every: float = 0.002) -> Answer:
    """A beginning, and then the same piece for ever, as often as a far site could send it."""

    async def answer(ask: Ask) -> None:
        await ask.send(start)
        while True:
            await ask.send(piece)
            await asyncio.sleep(every)

    return answer


ordinary = by_path(
    {"/feed": document(feed())}, raw(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
)


def names_of(cases: Sequence[Case]) -> list[str]:
    """The names of cases, each once."""
    names = [case.name for case in cases]
    assert len(set(names)) == len(names), "two cases have one name"
    return names
