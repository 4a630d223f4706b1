"""A local Telegram, an archive with news in it, and the bot, in one process."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
from aiogram import Bot
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup
from aiohttp import ClientSession
from pydantic import SecretStr

from bot.archive import Archive
from bot.chat import ChatContext, create_dispatcher
from bot.chat.inbox import Inbox
from bot.chat.poll import Poller
from bot.delivery.compose import Composer
from bot.delivery.pace import Pacer
from bot.delivery.sender import create_bot
from bot.ingest.discover import Prospector
from bot.ingest.fetch import Fetcher
from bot.ingest.reading import EntryReader
from bot.ingest.workers import Workers
from bot.metrics import Metrics
from bot.painter import Painter
from bot.placing import Placing, StoryDesk
from bot.rendering.locales import Locales
from bot.renewal import Pasts
from bot.sandbox import start_sandbox
from bot.topics.lemmas import Lemmatiser
from config.settings import Settings
from storage.database import Database, backup
from storage.records import Chat
from storage.schema import migrate
from tests.acceptance.newsroom import store_news
from tests.acceptance.person import LocalTelegram, Person

TOKEN = "700000001:AAsandbox-tests-only-token-000000000"
CHIEF = 99  # the person whom the settings name as the bot's admin


@dataclass(frozen=True, slots=True)
class Khabar:
    """The bot that runs: its parts, and its record of chats."""

    bot: Bot
    context: ChatContext

    async def chat(self, chat_id: int) -> Chat:
        """What the bot knows of a chat."""
        async with self.context.database.snapshot() as stores:
            return await stores.chats.get(chat_id)

    async def knows(self, chat_id: int) -> bool:
        """Whether the bot has a record of a chat."""
        async with self.context.database.snapshot() as stores:
            return await stores.chats.find(chat_id) is not None

    async def leaves(self, chat_id: int, *data: str) -> int:
        """Leave a message as older versions of the bot did, with a button labelled by each piece of data it carries."""
        rows = [[InlineKeyboardButton(text=one, callback_data=one)] for one in data]
        keyboard = InlineKeyboardMarkup(inline_keyboard=rows)
        return (await self.bot.send_message(chat_id, "Прежнее сообщение", reply_markup=keyboard)).message_id

    async def finds_pasts(self) -> None:
        """What the bot does every second: new topics, and those named anew, are given their past."""
        await Pasts(self.context.database, self.context.archive).step()

    async def follows(self, chat_id: int) -> list[str]:
        """Names of what a chat follows; everything has an empty one."""
        async with self.context.database.snapshot() as stores:
            return [view.name for view in await stores.chats.get_follows(chat_id)]


@pytest.fixture
async def telegram() -> AsyncIterator[LocalTelegram]:
    """A sandbox on a free port, without rate limits."""
    sandbox = await start_sandbox("127.0.0.1", 0, TOKEN, limits=False)
    async with ClientSession() as http:
        yield LocalTelegram(http, sandbox.url)
    await sandbox.close()


@pytest.fixture(scope="session")
def lemmatiser() -> Lemmatiser:
    """One for all: its dictionaries take a second to read."""
    return Lemmatiser()


@dataclass(frozen=True, slots=True)
class Templates:
    """Databases made once, of which each test gets a copy: one without anything in it, one with our news."""

    empty: Path
    filled: Path
    stories: dict[str, int]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def templates(tmp_path_factory: pytest.TempPathFactory, lemmatiser: Lemmatiser) -> Templates:
    """Migrating and storing take half a second that no test should pay again."""
    folder = tmp_path_factory.mktemp("templates")
    empty, filled = folder / "empty.db", folder / "filled.db"
    database = Database(f"sqlite+aiosqlite:///{filled}")
    await migrate(database, datetime.now(UTC))
    await backup(database, empty)
    stories = await store_news(database, lemmatiser, datetime.now(UTC))
    await database.close()
    return Templates(empty, filled, stories)


@pytest.fixture
async def database(tmp_path: Path, templates: Templates, request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    """A real SQLite file, with our news in it where the test asks for `news`."""
    path = tmp_path / "khabar.db"
    shutil.copy(templates.filled if "news" in request.fixturenames else templates.empty, path)
    database = Database(f"sqlite+aiosqlite:///{path}")
    yield database
    await database.close()


@pytest.fixture
def news(templates: Templates) -> dict[str, int]:
    """Our news in the archive; story ids by title."""
    return templates.stories


@pytest.fixture
def settings(telegram: LocalTelegram, database: Database) -> Settings:
    """The operator's settings for this sandbox."""
    url = database.url.render_as_string(hide_password=False)
    return Settings(token=SecretStr(TOKEN), api_url=telegram.url, database_url=url, admins=(CHIEF,))


@pytest.fixture
async def painter() -> AsyncIterator[Painter]:
    """Its process starts only for who draws."""
    async with Painter() as painter:
        yield painter


@pytest.fixture
async def lookout(settings: Settings) -> AsyncIterator[tuple[Prospector, EntryReader]]:
    """What looks at addresses that admins give; its processes start only for who does."""
    async with Fetcher(settings.collect) as fetcher, Workers(zone=settings.timezone) as workers:
        yield Prospector(fetcher, workers), EntryReader(fetcher, workers, settings.language)


@pytest.fixture
def context(
    database: Database,
    lemmatiser: Lemmatiser,
    settings: Settings,
    painter: Painter,
    lookout: tuple[Prospector, EntryReader],
) -> ChatContext:
    """The parts that the chat room needs."""
    prospector, reader = lookout
    return ChatContext(
        database=database,
        archive=Archive(lemmatiser),
        composer=Composer(Locales(settings.language), settings.timezone),
        settings=settings,
        pacer=Pacer(settings.delivery.messages_per_second, settings.delivery.group_messages_per_minute),
        metrics=Metrics(),
        painter=painter,
        prospector=prospector,
        reader=reader,
        desk=StoryDesk(Placing(settings.stories)),
        now=lambda: datetime.now(UTC),
    )


@asynccontextmanager
async def serving(context: ChatContext) -> AsyncIterator[Khabar]:
    """The bot, polling the sandbox until the end of the block."""
    bot = create_bot(TOKEN, context.settings.api_url)
    dispatcher = create_dispatcher(context)
    inbox = Inbox(bot, dispatcher, context)
    poller = Poller(bot, inbox, dispatcher.resolve_used_update_types())

    async def serve() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(inbox.run(grace=1.0))
            group.create_task(poller.run())

    task = asyncio.create_task(serve())
    try:
        yield Khabar(bot, context)
    finally:
        poller.stop()
        inbox.stop()
        await task
        await bot.session.close()


@pytest.fixture
async def khabar(context: ChatContext) -> AsyncIterator[Khabar]:
    """The bot, polling the sandbox."""
    async with serving(context) as khabar:
        yield khabar


@pytest.fixture
async def reader(telegram: LocalTelegram, khabar: Khabar, news: dict[str, int]) -> Person:
    """Somebody whose Telegram speaks Russian, before they have said anything."""
    assert khabar
    assert news
    return await telegram.person(77, "Мадина")
