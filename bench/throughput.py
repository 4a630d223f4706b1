"""How many messages a second one process can send when nothing but the machine limits it.

    python -m bench.throughput [--messages 5000] [--rounds 5] [--profile]

The contenders take turns in one process and send the same texts to a server in another, which answers at once as
Telegram does: the bot's own worker with everything on (claims, journal, rendering, positions, ledger, tallies, on a
file with synchronous = FULL); a bare loop around aiogram's `Bot.send_message`, which keeps nothing; and aiohttp alone
with bodies that are ready. Each round of the worker is a story of its own for as many chats.
"""

import argparse
import asyncio
import gc
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiohttp import ClientSession, TCPConnector

from bench.echo import Echo, echoing
from bench.filling import add_source, add_story, fill_chats
from bench.rest import TOKEN
from bench.sampling import Sampler
from bench.virtual import TimedDatabase
from bot.clock import now_utc
from bot.delivery.bodies import Bodies
from bot.delivery.compose import Composer
from bot.delivery.pace import Pacer
from bot.delivery.sender import Sender, create_bot
from bot.delivery.session import JSON_HEADERS
from bot.delivery.worker import Worker
from bot.metrics import Metrics
from bot.rendering.locales import Locales
from bot.rendering.message import Outgoing
from config.settings import DeliverySettings, StorySettings
from storage.deliveries import Bundle, Passed, Plan, PostKind
from storage.pending import Memory
from storage.records import Chat
from storage.schema import migrate

OPEN_REQUESTS = (8, 32, 128)
CONCURRENCY = 32  # of those that we are compared with
NO_LIMIT = 10_000_000  # messages a second
TIMEZONE = "Asia/Dushanbe"


@dataclass(slots=True)
class Contender:
    """`send` sends to everybody; `is_worker`: it sends what was published, and so wants a story for each turn.

    `rates` are messages a second, `costs` processor time a message (microseconds), `busy` the server's part of a core.
    """

    name: str
    send: Callable[[], Awaitable[object]]
    is_worker: bool = False
    rates: list[float] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        return statistics.median(self.rates)

    def forget(self) -> None:
        """A turn that does not count."""
        for numbers in (self.rates, self.costs, self.busy):
            numbers.clear()


@dataclass(frozen=True, slots=True)
class Newsroom:
    """An archive with chats that follow what comes; `message` is what each of them gets."""

    database: TimedDatabase
    source_id: int
    chats: tuple[Chat, ...]
    message: Outgoing

    async def publish(self, number: int) -> None:
        """One more story for everybody."""
        async with self.database.transaction() as stores:
            await add_story(stores, self.source_id, number, now_utc())


def main() -> None:
    """Read the arguments, measure and print."""
    parser = argparse.ArgumentParser(description="Messages a second without a limit.")
    parser.add_argument("--messages", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--profile", action="store_true", help="where the worker's time goes, instead")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="khabar-bench-") as folder:
        asyncio.run(measure(Path(folder), given.messages, given.rounds, is_profile=given.profile))


async def measure(folder: Path, messages: int, rounds: int, *, is_profile: bool) -> None:
    """Open everything, then compare or profile."""
    async with AsyncExitStack() as stack:
        room = await open_newsroom(folder, messages)
        stack.push_async_callback(room.database.close)
        echo = await stack.enter_async_context(echoing(fields_of(room.message, room.chats[0])))
        numbers = iter(range(1, 1_000_000))
        workers = {requests: await open_worker(stack, room, echo.url, requests) for requests in OPEN_REQUESTS}
        if is_profile:
            await profile(room, workers, rounds, numbers)
            return
        contenders = [
            *(Contender(f"khabar, {n} open", w.drain, is_worker=True) for n, w in workers.items()),
            Contender(f"aiogram, {CONCURRENCY} at once", await open_aiogram(stack, room, echo.url)),
            Contender(f"aiohttp, {CONCURRENCY} at once", await open_aiohttp(stack, room, echo.url)),
        ]
        for is_first in (True, *[False] * rounds):
            for contender in contenders:
                if contender.is_worker:
                    await room.publish(next(numbers))
                await run(contender, messages, echo)
                if is_first:  # its connections, statements and caches
                    contender.forget()
        report(contenders, messages)


async def open_newsroom(folder: Path, messages: int) -> Newsroom:
    """As many chats as there are messages in a round, and one story, which everybody has been given."""
    database = TimedDatabase(f"sqlite+aiosqlite:///{folder / 'khabar.db'}")
    await migrate(database, now_utc())
    source_id = await add_source(database, now_utc())
    async with database.transaction() as stores:
        article_id = await add_story(stores, source_id, 0, now_utc())
    await fill_chats(database, range(1, messages + 1), source_id)
    async with database.transaction() as stores:
        chats = [await stores.chats.get(chat_id) for chat_id in range(1, messages + 1)]
        [views] = await stores.mailbox.get_views([Plan(chats[0], (article_id,), article_id)], Memory())
        await stores.mailbox.pass_over([Passed(chat.id, article_id) for chat in chats])
    message = composer().message(Bundle(chats[0], views, article_id), now_utc())
    return Newsroom(database, source_id, tuple(chats), message)


def fields_of(message: Outgoing, chat: Chat) -> dict[str, Any]:
    """What the message says, as it is sent."""
    request = Bodies(allow_paid_broadcast=False).send(chat, message, PostKind.TEXT, 0)
    return {name: value for name, value in orjson.loads(request.body).items() if name != "chat_id"}


def composer() -> Composer:
    """As the bot makes it."""
    return Composer(Locales("ru"), TIMEZONE)


async def open_worker(stack: AsyncExitStack, room: Newsroom, url: str, open_requests: int) -> Worker:
    """The bot's worker with a pace that never holds it up."""
    bot = create_bot(TOKEN, url)
    stack.push_async_callback(bot.session.close)

    async def tell(_chat: Chat, trouble: str | None) -> None:
        raise SystemExit(f"a chat was paused: {trouble}")

    return Worker(
        database=room.database,
        sender=Sender(bot, Pacer(NO_LIMIT, NO_LIMIT), time.monotonic),
        composer=composer(),
        settings=DeliverySettings(open_requests=open_requests),
        stories=StorySettings(),
        metrics=Metrics(),
        tell=tell,
    )


async def open_aiogram(stack: AsyncExitStack, room: Newsroom, url: str) -> Callable[[], Awaitable[object]]:
    """What a bot does that keeps no state: `send_message` in so many loops."""
    bot = Bot(TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(url)))
    stack.push_async_callback(bot.session.close)
    message = room.message
    said: dict[str, Any] = {"reply_markup": message.keyboard, "link_preview_options": message.link_preview}

    async def send(chat: Chat) -> None:
        await bot.send_message(chat.id, message.text, entities=list(message.entities), **said)

    return in_loops(room.chats, send)


async def open_aiohttp(stack: AsyncExitStack, room: Newsroom, url: str) -> Callable[[], Awaitable[object]]:
    """The least that sending costs with this library: the bodies are ready, and answers are not looked into."""
    http = await stack.enter_async_context(ClientSession(connector=TCPConnector(limit=0)))
    bodies = Bodies(allow_paid_broadcast=False)
    ready = {chat.id: bodies.send(chat, room.message, PostKind.TEXT, 0).body for chat in room.chats}
    address = f"{url}/bot{TOKEN}/sendMessage"

    async def send(chat: Chat) -> None:
        async with http.post(address, data=ready[chat.id], headers=JSON_HEADERS) as response:
            await response.read()

    return in_loops(room.chats, send)


def in_loops(chats: Sequence[Chat], send: Callable[[Chat], Awaitable[None]]) -> Callable[[], Awaitable[object]]:
    """One message to each chat, `CONCURRENCY` at once."""

    async def send_all() -> None:
        left = iter(chats)

        async def loop() -> None:
            for chat in left:
                await send(chat)

        await asyncio.gather(*(loop() for _ in range(CONCURRENCY)))

    return send_all


async def run(contender: Contender, messages: int, echo: Echo) -> None:
    """One turn of one contender. Where it did not send all of them, the benchmark ends."""
    gc.collect()
    gc.freeze()  # as the bot does once it is ready, for all contenders alike
    busy, cost, started = echo.busy(), time.process_time(), time.perf_counter()
    sent = await contender.send()
    seconds = time.perf_counter() - started
    if sent is not None and sent != messages:
        raise SystemExit(f"{contender.name} sent {sent} of {messages}")
    contender.rates.append(messages / seconds)
    contender.costs.append((time.process_time() - cost) / messages * 1e6)
    contender.busy.append((echo.busy() - busy) / seconds)


def report(contenders: Sequence[Contender], messages: int) -> None:
    """A line each, with the ratios of the medians."""
    *_, stock, raw = contenders
    print(f"{messages} messages a round, {len(stock.rates)} rounds; messages a second: median (min, max)")
    for one in contenders:
        print(
            f"{one.name:20} {one.median:5.0f} ({min(one.rates):.0f}, {max(one.rates):.0f})"
            f"  {one.median / stock.median:.2f} x aiogram, {one.median / raw.median:.2f} x aiohttp;"
            f" {statistics.median(one.costs):.0f} us of processor each; server {statistics.median(one.busy):.0%}"
        )


async def profile(room: Newsroom, workers: dict[int, Worker], rounds: int, numbers: Any) -> None:
    """Where the time of the worker goes, by samples of its thread."""
    for open_requests, worker in workers.items():
        await room.publish(next(numbers))
        await worker.drain()
        sampler = Sampler(lambda: room.database.is_open)
        sent, started = 0, time.perf_counter()
        for _ in range(rounds):
            await room.publish(next(numbers))
            with sampler:
                sent += await worker.drain()
        print(f"khabar, {open_requests} open requests: {sent} messages in {time.perf_counter() - started:.1f} s")
        for name, share in sampler.shares():
            print(f"    {share:5.1%}  {name}")


if __name__ == "__main__":
    main()
