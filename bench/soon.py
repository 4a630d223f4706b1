"""How soon a story of a site stands in a chat: found by polling, and brought by a hub (WebSub).

    python -m bench.soon [--stories 40]

`khabar run` as a process, by webhook, against the sandbox; a site on loopback with two feeds, one of which names a hub,
and a channel for each. Every story has a page, which is fetched and read. `collect.interval` is 10 s, so a busy source
is visited every 2 s, a fifth of it (with the default, 5 min, every minute); both feeds bring a few stories before the
clock starts, since a source must show that it is busy. Stories come out at moments that have nothing to do with the
bot's. Told are the time from a story's coming out to its message, and our part of it: from the moment when the site
first answered with the story, or its hub called.
"""

import argparse
import asyncio
import json
import random
import signal
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import pairwise
from pathlib import Path

import aiohttp

from bench.newssite import POLLED, PUSHED, NewsSite, Story, open_site
from bench.rest import TOKEN
from bench.running import free_port, running
from bot.sandbox import start_sandbox

HOST = "127.0.0.1"
INTERVAL = 10  # seconds: collect.interval
WARMING = 30  # stories after which a source is known to be busy
APART = (3.5, 6.5)  # seconds between two stories: within the 20 messages a minute that a channel may get
GIVE_UP = 120.0  # seconds
EDITOR = 11


def main() -> None:
    """Read the arguments, measure and print."""
    parser = argparse.ArgumentParser(description="From a story's coming out to its message.")
    parser.add_argument("--stories", type=int, default=40, help="for each way")
    with tempfile.TemporaryDirectory(prefix="khabar-bench-") as name:
        asyncio.run(measure(Path(name), parser.parse_args().stories))


async def measure(folder: Path, stories: int) -> None:
    """Publish by both feeds, each to its own channel, and tell how long it took."""
    sandbox = await start_sandbox(HOST, 0, TOKEN)
    try:
        async with aiohttp.ClientSession() as http:
            site, runner = await open_site(http)
            try:
                channels = await make_channels(http, sandbox.url)
                (folder / "khabar.toml").write_text(settings_of(site, sandbox.url, channels), encoding="utf-8")
                seen = Chats(http, sandbox.url)
                async with seen.watched(), running(folder) as bot:
                    await measure_both(site, seen, stories)
                    bot.send_signal(signal.SIGTERM)
                    await bot.wait()
            finally:
                await runner.cleanup()
    finally:
        await sandbox.close()


async def make_channels(http: aiohttp.ClientSession, api_url: str) -> dict[str, int]:
    """A channel for each feed, with the bot as its administrator."""

    async def order(path: str, **fields: object) -> dict[str, object]:
        async with http.post(f"{api_url}/sandbox/api{path}", json=fields) as response:
            response.raise_for_status()
            answer: dict[str, object] = await response.json()
            return answer

    await order("/users", id=EDITOR, first_name="Editor", language_code="ru")
    made = {
        name: await order("/chats", type="channel", title=name, owner=EDITOR, bot="administrator")
        for name in (POLLED, PUSHED)
    }
    return {name: int(str(chat["id"])) for name, chat in made.items()}


def settings_of(site: NewsSite, api_url: str, channels: dict[str, int]) -> str:
    """Two sources, each with its channel; hubs call where Telegram does."""
    listen = f"{HOST}:{free_port()}"
    lines = [f"token = {json.dumps(TOKEN)}", f"api_url = {json.dumps(api_url)}"]
    lines += ["[collect]", f'interval = "{INTERVAL}s"', f"allow_private = [{json.dumps(HOST)}]"]
    lines += ["[webhook]", f'url = "http://{listen}/telegram"', 'secret = "bench-only"', f'listen = "{listen}"']
    for name in channels:
        lines += ["[[source]]", f'url = "{site.url}/feed/{name}"', f'name = "{name}"', 'language = "ru"']
    for name, chat in channels.items():
        lines += ["[[channel]]", f"chat = {chat}", f'sources = ["{name}"]']
    return "\n".join(lines) + "\n"


class Chats:
    """When each address first stood in a chat, by the sandbox's clock, which is this process's."""

    def __init__(self, http: aiohttp.ClientSession, api_url: str) -> None:
        self._http = http
        self._wait = f"{api_url}/sandbox/api/wait"
        self._seen: list[tuple[float, str]] = []
        self._news = asyncio.Condition()

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Every message that comes meanwhile is kept."""
        watching = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching

    async def _watch(self) -> None:
        after = 0
        while True:
            async with self._http.get(
                self._wait, params={"after": after, "kind": "message", "timeout": 20}
            ) as response:
                event = (await response.json())["event"]
            if event is not None:
                after = event["seq"]
                async with self._news:
                    self._seen.append((event["at"], json.dumps(event["message"])))
                    self._news.notify_all()

    async def shown(self, address: str) -> float:
        """When the first message that links to this address stood there; waits for it."""

        def find() -> float | None:
            return next((at for at, message in self._seen if f'{address}"' in message), None)

        async with asyncio.timeout(GIVE_UP), self._news:
            await self._news.wait_for(lambda: find() is not None)
        found = find()
        if found is None:
            raise SystemExit(f"{address} was shown and is not")
        return found


async def measure_both(site: NewsSite, seen: Chats, stories: int) -> None:
    """Both ways at the same time, once the hub knows us."""
    async with asyncio.timeout(GIVE_UP):
        await site.subscribed.wait()
    async with asyncio.TaskGroup() as group:
        ways = [group.create_task(measure_way(site, seen, name, stories)) for name in (POLLED, PUSHED)]
    for line in (line for way in ways for line in way.result()):
        print(line)


async def measure_way(site: NewsSite, seen: Chats, name: str, stories: int) -> list[str]:
    """Lines that tell of one feed."""
    chance = random.Random(name)  # noqa: S311 — spreads stories, guards nothing
    newest = await site.publish(name, WARMING)
    await seen.shown(site.address(name, newest))
    started, told = time.time(), list[Story]()
    for _ in range(stories):
        await asyncio.sleep(chance.uniform(*APART))
        told.append(await site.publish(name))
    shown = [await seen.shown(site.address(name, story)) for story in told]
    looks = [at for at in site.feeds[name].looks if at >= started]
    return describe(name, told, shown, looks)


def describe(name: str, told: Sequence[Story], shown: Sequence[float], looks: Sequence[float]) -> list[str]:
    """What a reader waits, what of it is ours, and how often the source was asked."""
    whole = [at - story.published_at for story, at in zip(told, shown, strict=True)]
    ours = [at - story.told_at for story, at in zip(told, shown, strict=True) if story.told_at is not None]
    pauses = [later - earlier for earlier, later in pairwise(looks)]
    asked = f"asked every {statistics.median(pauses):.2f} s (median)" if pauses else f"asked {len(looks)} times"
    return [
        f"{name}: {len(told)} stories, each in its channel; {asked}",
        f"    from coming out to the message  {spread(whole)}",
        f"    from the site's word to it      {spread(ours)}",
    ]


def spread(seconds: Sequence[float]) -> str:
    """Median, 95th percentile and maximum."""
    ordered = sorted(seconds)
    p95 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    return f"{statistics.median(ordered):5.2f} s (p50), {p95:5.2f} s (p95), {ordered[-1]:5.2f} s (max)"


if __name__ == "__main__":
    main()
