"""A newsroom for the bot as a process: a local Telegram with channels, the sample site, and the settings for both."""

import socket
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import ClientConnectionError, ClientSession

from bot.sandbox import start_sandbox
from bot.sandbox.site import SampleSite, start_site
from tests.acceptance.person import LocalTelegram, Seen
from tests.acceptance.process import START, until, write_settings

HOST = "127.0.0.1"
TOKEN = "700000002:AAa-whole-bot-tests-only-token-00000"
FIRST_STORIES = 24  # what stands on the sample site when it opens
EDITOR = 11


@dataclass(frozen=True, slots=True)
class Told:
    """Where a page of the site stands in the archive."""

    story: int
    source: int


@dataclass(frozen=True, slots=True)
class Desk:
    """What surrounds the bot. `folder` holds its settings and its database, `published` what came out since."""

    telegram: LocalTelegram
    site: SampleSite
    http: ClientSession
    folder: Path
    channels: tuple[int, ...]
    settings: dict[str, Any]
    published: list[str] = field(default_factory=list)

    def publish(self, count: int = 1) -> list[str]:
        """So many stories come out at the site, now; their addresses."""
        found = [url for _ in range(count) if (url := self.site.publish_next()) is not None]
        assert len(found) == count, "the sample site has no more stories"
        self.published.extend(found)
        return found

    def title(self, url: str) -> str:
        """A story's headline as it stands at the site."""
        published = self.site._newsroom.find(url.removeprefix(self.site.url))
        assert published is not None
        return published.story.title

    async def metrics(self, page: str = "/metrics") -> tuple[int, str]:
        """Status and text of one of the operator's pages; 0 while nothing listens."""
        try:
            async with self.http.get(f"http://{self.settings['metrics']['listen']}{page}") as response:
                return response.status, await response.text()
        except ClientConnectionError:
            return 0, ""

    async def first_fetch(self) -> None:
        """Wait until what stood on the site is in the archive."""
        line = f'khabar_articles_total{{kind="stored"}} {FIRST_STORIES}.0'

        async def is_stored() -> bool:
            return line in (await self.metrics())[1]

        await until(is_stored, f"{FIRST_STORIES} stories in the archive")

    def archived(self) -> dict[str, Told]:
        """The site's pages as the bot's database has them, by address."""
        with closing(sqlite3.connect(self.folder / "khabar.db")) as file:
            rows = file.execute("SELECT url, story_id, source_id FROM article WHERE withdrawn_at IS NULL")
            return {url: Told(story, source) for url, story, source in rows if url.startswith(self.site.url)}

    def stories(self, urls: Iterable[str]) -> set[int]:
        """The stories that these pages tell. KeyError for a page that is not in the archive."""
        archived = self.archived()
        return {archived[url].story for url in urls}

    async def shown(self, channel: int) -> Counter[int]:
        """How many messages of a channel show each story of the site. A message may show several pages of one story."""
        links = [self._pages(seen) for seen in await self.telegram.messages(channel)]
        archived = self.archived()
        return Counter(story for urls in links for story in {archived[url].story for url in urls})

    def merged(self) -> Counter[int]:
        """How many stories became each one, itself among them: so many messages of a channel may rightly show it."""
        with closing(sqlite3.connect(self.folder / "khabar.db")) as file:
            into = dict(file.execute("SELECT id, merged_into FROM story"))
        found: Counter[int] = Counter()
        for story in into:
            last = story
            while into[last] is not None:
                last = into[last]
            found[last] += 1
        return found

    def _pages(self, seen: Seen) -> list[str]:
        return [url for _, url in seen.links if url.startswith(self.site.url)]

    async def publish_until_posted(self, count: int) -> None:
        """Several stories come out, and one of them stands in the first channel: the others are on their way."""
        before = await self.telegram.cursor()
        urls = self.publish(count)

        def is_new(seen: Seen) -> bool:
            return any(url in urls for _, url in seen.links)

        await self.telegram.wait(self.channels[0], before, is_new, "the first of the new stories")

    async def all_stand(self, within: float = START) -> None:
        """Wait until every page that was published is in the archive, and every story of these pages stands in every
        channel with the name of each source that tells it.
        """

        async def is_complete() -> bool:
            return not await self._missing()

        try:
            await until(is_complete, "every story in every channel", within)
        except AssertionError as error:
            raise AssertionError(f"{error}; missing: {await self._missing()}") from None

    async def _missing(self) -> list[str]:
        """Published pages that are not in the archive; pages with whose source no post of their story is signed."""
        standing = [await self.telegram.messages(channel) for channel in self.channels]
        archived = self.archived()
        lost = [url for url in self.published if url not in archived]
        stories = {archived[url].story for url in self.published if url in archived}
        for channel, messages in zip(self.channels, standing, strict=True):
            named = {archived[url] for seen in messages for url in self._pages(seen)}
            due = [url for url, told in archived.items() if told.story in stories and told not in named]
            lost += [f"{url} in {channel}" for url in due]
        return lost

    async def slows(self, seconds: float) -> None:
        """Each post takes Telegram so long, and then works."""
        for method in ("sendPhoto", "sendMessage"):
            await self.telegram.act("/faults", kind="delay", method=method, seconds=seconds, times=0)


@asynccontextmanager
async def open_desk(
    folder: Path, *, channels: int = 1, sources: tuple[dict[str, Any], ...] = ()
) -> AsyncIterator[Desk]:
    """A desk whose bot is told to look every second; `sources` are read beside the sample site's."""
    sandbox = await start_sandbox(HOST, 0, TOKEN, limits=False)
    site = await start_site(HOST, 0, every=0)
    try:
        async with ClientSession() as http:
            telegram = LocalTelegram(http, sandbox.url)
            editor = await telegram.person(EDITOR, "Редактор")
            ids = [
                await telegram.chat("channel", f"Новости {number}", editor, bot="administrator")
                for number in range(1, channels + 1)
            ]
            feeds = [{"url": feed.url, "name": feed.name, "language": feed.language} for feed in site.feeds]
            settings: dict[str, Any] = {
                "token": TOKEN,
                "api_url": sandbox.url,
                "collect": {"interval": "1s", "timeout": "4s", "allow_private": [HOST]},
                # The sandbox keeps no limits here, and these tests are not about the pace.
                "delivery": {
                    "messages_per_second": 1000,
                    "allow_paid_broadcast": True,
                    "group_messages_per_minute": 6000,
                },
                "stories": {"edit_every": "1s"},  # a page that joins a story is soon seen under its post
                "metrics": {"listen": f"{HOST}:{free_port()}"},
                "source": [*feeds, *sources],
                "topic": [{"name": "ОДКБ", "aliases": ["Организация Договора о коллективной безопасности", "СААД"]}],
                "channel": [{"chat": chat} for chat in ids],
            }
            write_settings(folder, settings)
            yield Desk(telegram, site, http, folder, tuple(ids), settings)
    finally:
        await site.close()
        await sandbox.close()


def free_port() -> int:
    """A port that nothing listens at."""
    with socket.socket() as found:
        found.bind((HOST, 0))
        return int(found.getsockname()[1])
