"""Four newspapers with their sites, and the whole bot between them and its readers, by a clock that tests turn."""

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from aiohttp import ClientSession
from pydantic import SecretStr

from bot.annotator import Annotator
from bot.archive import Archive
from bot.chat import ChatContext
from bot.clock import now_utc
from bot.delivery.compose import Composer
from bot.delivery.pace import Pacer
from bot.delivery.sender import Sender
from bot.delivery.worker import Worker
from bot.ingest.fetch import Fetcher
from bot.ingest.workers import Workers
from bot.landing import Landing
from bot.metrics import Metrics
from bot.painter import Painter
from bot.pipeline import Pipeline
from bot.placing import StoryDesk
from bot.rendering.locales import Locales
from bot.sandbox import start_sandbox
from bot.topics.lemmas import Lemmatiser
from config.settings import CollectSettings, Settings
from storage.database import Database
from storage.records import Chat, ChatKind, ChatState, NewSource, SourceCheck
from storage.schema import migrate
from tests.acceptance.conftest import CHIEF, TOKEN, Khabar, serving
from tests.acceptance.person import LocalTelegram, Person
from tests.unit.fake_site import FakeSite

READER, EDITOR = 31, 32
PACE = timedelta(minutes=5)
VALLEY, PASS, AGENCY, TAJIK = "Вестник долины", "Голос перевала", "Асри нав", "Садои кӯҳ"
SOURCES = {VALLEY: "ru", PASS: "ru", AGENCY: "ru", TAJIK: "tg"}


@dataclass(frozen=True, slots=True)
class Page:
    """What a source publishes."""

    title: str
    text: str


OLD = Page("О редакции", "Мы пишем о долине и её людях с девяносто третьего года.")


@dataclass(slots=True)
class Papers:
    """The sites of the newspapers, each with its feed."""

    site: FakeSite
    items: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in SOURCES})

    def feed(self, source: str) -> str:
        """Its address."""
        return self.site.url(f"/feed{list(SOURCES).index(source)}")

    def publish(self, source: str, page: Page, ago: timedelta = timedelta()) -> None:
        """A page comes out, and stands in the feed with its text."""
        place = list(SOURCES).index(source)
        link = f"/{place}/{len(self.items[source])}"
        text = f"<p>{page.text}</p>"
        shown = f"<html><body><article><h1>{page.title}</h1>{text}</article></body></html>"
        self.site.serve(link, shown, Content_Type="text/html; charset=utf-8")
        self.items[source].insert(
            0,
            f"<item><title>{page.title}</title><link>{self.site.url(link)}</link>"
            f"<description>{escape(text)}</description><pubDate>{format_datetime(now_utc() - ago)}</pubDate></item>",
        )
        feed = f"<rss version='2.0'><channel><title>{source}</title>{''.join(self.items[source])}</channel></rss>"
        self.site.serve(f"/feed{place}", feed, Content_Type="application/rss+xml; charset=utf-8")


@dataclass(frozen=True, slots=True)
class Machines:
    """What outlives a restart, for it remembers nothing: processes that read pages, and the session that asks sites."""

    fetcher: Fetcher
    workers: Workers
    annotator: Annotator
    painter: Painter
    lemmatiser: Lemmatiser


@dataclass(slots=True)
class Region:
    """Newspapers, the bot, and its readers. The clock of deliveries can be turned."""

    telegram: LocalTelegram
    papers: Papers
    database: Database
    machines: Machines
    reader: Person
    chief: Person
    channel: int
    settings: Settings
    turned: timedelta = timedelta()
    _running: AsyncExitStack = field(default_factory=AsyncExitStack)
    _pipeline: Pipeline | None = None
    _worker: Worker | None = None
    _khabar: Khabar | None = None

    @property
    def khabar(self) -> Khabar:
        """The bot as it runs now."""
        assert self._khabar is not None
        return self._khabar

    def now(self) -> datetime:
        return now_utc() + self.turned

    async def starts(self) -> None:
        """The bot is started, or anew: nothing is left of the one before but what it wrote down."""
        await self.stops()
        parts, metrics = self.machines, Metrics()
        landing = Landing(self.database, parts.annotator, parts.lemmatiser, self.settings, metrics)
        self._pipeline = Pipeline(
            database=self.database,
            fetcher=parts.fetcher,
            workers=parts.workers,
            landing=landing,
            settings=self.settings,
            metrics=metrics,
        )
        await landing.prepare(())
        composer = Composer(Locales("ru"), self.settings.timezone)
        context = ChatContext(
            database=self.database,
            archive=Archive(parts.lemmatiser),
            composer=composer,
            settings=self.settings,
            pacer=Pacer(1000, 1000),
            metrics=metrics,
            painter=parts.painter,
            prospector=self._pipeline.prospector,
            reader=self._pipeline.reader,
            desk=StoryDesk(landing.placing),
            now=self.now,
        )
        self._khabar = await self._running.enter_async_context(serving(context))
        self._worker = Worker(
            database=self.database,
            sender=Sender(self.khabar.bot, Pacer(1000, 1000), lambda: time.monotonic() + self.turned.total_seconds()),
            composer=composer,
            settings=self.settings.delivery,
            stories=self.settings.stories,
            metrics=metrics,
            tell=_tell_nobody,
            now=self.now,
        )

    async def stops(self) -> None:
        if self._worker is not None:
            await self._worker.stop()
        await self._running.aclose()
        self._running = AsyncExitStack()

    async def passes(self, later: timedelta = PACE) -> None:
        """So much later the bot has looked at the sites, delivered what came, and edited what grew."""
        assert self._pipeline is not None
        assert self._worker is not None
        self.turned += later
        long_ago = now_utc() - timedelta(hours=1)
        async with self.database.transaction() as stores:
            for source in await stores.sources.get_all():
                if source.due_at is not None:
                    await stores.sources.settle(SourceCheck(source.id, long_ago, long_ago))
        assert [one.error for one in await self._pipeline.collect()] == [None] * len(SOURCES)
        await self._worker.drain()
        await self._worker.correct()

    async def told(self, chat: int, event: Sequence[Page]) -> list[dict[str, Any]]:
        """What stands of an event in a chat, as Telegram gives it; without answers to commands."""
        shown = (await self.telegram.look(f"/chats/{chat}/messages"))["messages"]
        return [one for one in shown if any(page.title in read(one) for page in event)]

    async def edits(self) -> int:
        """How often the channel's posts were edited."""
        calls = await self.telegram.calls("")
        edited = [call for call in calls if call["method"].startswith("edit")]
        return sum(int(call["params"]["chat_id"]) == self.channel for call in edited)

    async def story_of(self, page: Page) -> int:
        """The story that a page is in."""
        async with self.database.snapshot() as stores:
            [found] = [one for one in await stores.articles.get_below(None, limit=50) if one.title == page.title]
            return found.story_id


def read(message: dict[str, Any]) -> str:
    return str(message.get("text") or message.get("caption") or "")


async def _tell_nobody(_chat: Chat, trouble: str | None) -> None:
    raise AssertionError(f"a chat was paused: {trouble}")


@asynccontextmanager
async def open_machines(settings: Settings, lemmatiser: Lemmatiser) -> AsyncIterator[Machines]:
    async with (
        Fetcher(settings.collect) as fetcher,
        Workers(zone=settings.timezone) as workers,
        Annotator(lemmatiser) as annotator,
        Painter() as painter,
    ):
        yield Machines(fetcher, workers, annotator, painter, lemmatiser)


@asynccontextmanager
async def open_region(path: Path, lemmatiser: Lemmatiser) -> AsyncIterator[Region]:
    """Four newspapers, a reader who has not started yet, an admin, and a channel that gets everything.

    The database is made at this path.
    """
    database = Database(f"sqlite+aiosqlite:///{path}")
    await migrate(database, now_utc())
    sandbox = await start_sandbox("127.0.0.1", 0, TOKEN, limits=False)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(database.close)
        stack.push_async_callback(sandbox.close)
        site, http = await stack.enter_async_context(FakeSite()), await stack.enter_async_context(ClientSession())
        telegram, papers = LocalTelegram(http, sandbox.url), Papers(site)
        editor = await telegram.person(EDITOR, "Нигина")
        channel = await telegram.chat("channel", "Новости долины", editor, bot="administrator")
        settings = Settings(
            token=SecretStr(TOKEN),
            api_url=telegram.url,
            admins=(CHIEF,),
            collect=CollectSettings(allow_private=(site.host,)),
        )
        async with database.transaction() as stores:
            for name, language in SOURCES.items():
                papers.publish(name, replace(OLD, title=f"{OLD.title}: {name}"), ago=timedelta(days=2))
                await stores.sources.add(NewSource(papers.feed(name), name, language=language))
            await stores.chats.add(Chat(channel, ChatKind.CHANNEL, "Новости долины", state=ChatState.ACTIVE))
            await stores.chats.follow(channel)
        reader, chief = await telegram.person(READER, "Мадина"), await telegram.person(CHIEF, "Рустам")
        machines = await stack.enter_async_context(open_machines(settings, lemmatiser))
        region = Region(telegram, papers, database, machines, reader, chief, channel, settings)
        stack.push_async_callback(region.stops)
        yield region
