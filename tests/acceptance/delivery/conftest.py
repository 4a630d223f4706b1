"""The delivery side of the bot against the local Telegram, without its chat room."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiogram import Bot

from bot.chat.notes import Notes
from bot.delivery.compose import Composer
from bot.delivery.pace import Pacer
from bot.delivery.schedule import next_due
from bot.delivery.sender import Sender, create_bot
from bot.delivery.worker import Worker
from bot.metrics import Metrics
from bot.rendering.locales import Locales
from config.settings import DeliverySettings, StorySettings
from storage.database import Database
from storage.records import Chat, ChatKind, ChatState, NewSource
from tests.acceptance.conftest import TOKEN
from tests.acceptance.person import LocalTelegram, Person
from tests.storage.samples import new_article, store

AGENCY = NewSource("https://agency.example/rss", "Агентство")
READER = 77
OWNER = 88
TIMEZONE = "Asia/Dushanbe"
SECOND = timedelta(seconds=1.1)  # after which a private chat may be written to again


@dataclass(slots=True)
class Post:
    """The delivery side of the bot, without its chat room. Its clock goes on by itself, and can be turned."""

    telegram: LocalTelegram
    database: Database
    bot: Bot
    source_id: int = 0
    stories: int = 0
    admins: tuple[int, ...] = ()
    turned: timedelta = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.turned

    def seconds(self) -> float:
        return time.monotonic() + self.turned.total_seconds()

    def turn_to(self, moment: datetime) -> None:
        """Let it be that moment now, for the workers too that are there already."""
        self.turned = moment - datetime.now(UTC)

    def worker(
        self, *, pace: int = 1000, minute: int = 1000, stories: StorySettings | None = None, **settings: object
    ) -> Worker:
        """A worker as another process would have it: nothing is shared but the database."""
        composer = Composer(Locales("ru"), TIMEZONE)
        sender = Sender(self.bot, Pacer(pace, minute), self.seconds)
        return Worker(
            database=self.database,
            sender=sender,
            composer=composer,
            settings=DeliverySettings.model_validate(settings),
            stories=stories or StorySettings(),
            metrics=Metrics(),
            tell=Notes(sender, self.database, composer, self.admins).tell,
            now=self.now,
        )

    async def follow(self, chat: Chat) -> None:
        """The chat follows everything from here on."""
        async with self.database.transaction() as stores:
            self.source_id = (await stores.sources.add(AGENCY)).id
            await stores.chats.add(chat)
            await stores.chats.follow(chat.id)

    async def crowd(self, count: int, *, first: int = 1000, topic_id: int | None = None) -> range:
        """Readers who once started the bot and follow a topic, or everything."""
        numbers = range(first, first + count)

        async def start(number: int) -> None:
            await (await self.telegram.person(number, "Читатель")).writes("/start")

        await asyncio.gather(*(start(number) for number in numbers))
        async with self.database.transaction() as stores:
            self.source_id = (await stores.sources.add(AGENCY)).id
            for number in numbers:
                await stores.chats.add(Chat(id=number, kind=ChatKind.PRIVATE, title="", state=ChatState.ACTIVE))
                await stores.chats.follow(number, topic_id=topic_id)
        return numbers

    async def choose(self, chat_id: int, **choices: Any) -> None:
        """The chat's settings are these from now on."""
        async with self.database.transaction() as stores:
            chosen = replace(await stores.chats.get(chat_id), **choices)
            zone = ZoneInfo(chosen.timezone or TIMEZONE)
            await stores.chats.save(replace(chosen, due_at=next_due(chosen, self.now(), zone)))

    async def publish(self, title: str, *, topic_id: int | None = None, **changes: object) -> int:
        """A new story, and whoever follows becomes due."""
        self.stories += 1
        async with self.database.transaction() as stores:
            new = new_article(self.stories, self.source_id, title=title, **changes)
            article_id = await store(stores, new, at=self.now())
            await stores.topics.attach(article_id, [] if topic_id is None else [topic_id])
            await stores.waves.open(article_id, self.now())
        return article_id

    async def hasten(self, article_id: int) -> None:
        """An admin says that the story is urgent."""
        async with self.database.transaction() as stores:
            await stores.waves.hasten(article_id, self.now())

    async def correct(self, article_id: int, title: str, **changes: object) -> None:
        async with self.database.transaction() as stores:
            new = new_article(article_id, self.source_id, title=title, **changes)
            assert await stores.articles.revise(article_id, new, self.now())

    async def chat(self, chat_id: int) -> Chat:
        async with self.database.snapshot() as stores:
            return await stores.chats.get(chat_id)

    async def hurry(self, chat_id: int) -> None:
        """Let what waits for its next attempt, or for Telegram's leave, be due now."""
        async with self.database.transaction() as stores:
            await stores.holds.forget(self.now() + timedelta(days=1))
            chat = await stores.chats.get(chat_id)
            await stores.chats.save(replace(chat, due_at=self.now()))

    async def claim(self) -> None:
        """The next message stands in the journal, as a process leaves it that dies before it has settled it."""
        async with self.database.transaction() as stores:
            claimed = await self.worker()._claimer.claim(stores, 1, self.now())
        assert len(claimed.messages) == 1

    async def next_message(self, worker: Worker) -> None:
        """Drain until a message stands: a private chat gets one a second, so the clock may have to go on."""
        if not await worker.drain():
            self.turned += SECOND
            assert await worker.drain() == 1

    async def texts(self, chat_id: int) -> list[str]:
        """First lines of the bot's messages that stand in the chat."""
        return [seen.text.split("\n")[0] for seen in await self.telegram.messages(chat_id) if seen.is_bots]

    async def sends(self) -> list[tuple[str, int]]:
        """What the bot tried to send, in order: the method and the chat."""
        calls = [call for call in await self.telegram.calls("") if call["method"].startswith("send")]
        return [(call["method"], int(call["params"]["chat_id"])) for call in calls]

    async def outcomes(self) -> dict[str, int]:
        """What came of messages, as it was counted."""
        async with self.database.snapshot() as stores:
            return await stores.tallies.get(date(2000, 1, 1))

    async def fault(self, kind: str, **order: object) -> None:
        await self.telegram.act("/faults", kind=kind, **order)


async def on_their_way(post: Post) -> int:
    """How many messages stand in the journal."""
    async with post.database.snapshot() as stores:
        return len(await stores.mailbox.get_in_flight())


async def comes_on_its_way(post: Post) -> None:
    """Wait until a message stands in the journal."""
    while not await on_their_way(post):  # noqa: ASYNC110 — the journal tells, and it has no bell
        await asyncio.sleep(0)


@pytest.fixture
async def post(telegram: LocalTelegram, database: Database) -> AsyncIterator[Post]:
    bot = create_bot(TOKEN, telegram.url)
    yield Post(telegram, database, bot)
    await bot.session.close()


@pytest.fixture
async def reader(telegram: LocalTelegram, post: Post) -> Person:
    """A reader who once started the bot and follows everything."""
    person = await telegram.person(READER, "Мадина")
    await telegram.act(f"/chats/{READER}/messages", **{"from": READER, "text": "/start"})
    await post.follow(Chat(id=READER, kind=ChatKind.PRIVATE, title="Мадина", state=ChatState.ACTIVE))
    return person


@pytest.fixture
async def channel(telegram: LocalTelegram, post: Post) -> int:
    """A channel where the bot is an admin, and whose owner has started the bot."""
    owner = await telegram.person(OWNER, "Рустам")
    await telegram.act(f"/chats/{OWNER}/messages", **{"from": OWNER, "text": "/start"})
    number = await telegram.chat("channel", "Новости", owner, bot="administrator")
    await post.follow(Chat(id=number, kind=ChatKind.CHANNEL, title="Новости", state=ChatState.ACTIVE, owner_id=OWNER))
    return number
