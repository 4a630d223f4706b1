"""What handlers are given: the bot's parts, and the chat they speak to inside one transaction."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.archive import Archive
from bot.delivery.compose import Composer
from bot.delivery.pace import Pacer
from bot.delivery.schedule import next_due
from bot.ingest.discover import Prospector
from bot.ingest.reading import EntryReader
from bot.metrics import Metrics
from bot.painter import Painter
from bot.placing import StoryDesk
from bot.rendering.lists import View
from bot.rendering.locales import Words
from config.settings import Settings
from storage.database import Database
from storage.records import Chat, ChatKind, ChatState
from storage.stores import Stores


@dataclass(frozen=True, slots=True)
class ChatContext:
    """The parts of the bot that the chat room needs.

    `prospector` and `reader` look at addresses that admins give; at the `desk` they split and merge stories. `now`
    gives aware datetimes in UTC; `clock` gives the seconds of the pacer, the same clock as the sender's.
    """

    database: Database
    archive: Archive
    composer: Composer
    settings: Settings
    pacer: Pacer
    metrics: Metrics
    painter: Painter
    prospector: Prospector
    reader: EntryReader
    desk: StoryDesk
    now: Callable[[], datetime]
    clock: Callable[[], float] = time.monotonic


@dataclass(frozen=True, slots=True)
class Visit:
    """One update of one chat: its record and the stores of the transaction around the handler.

    `only_reads`: the stores cannot write, and everybody else writes on meanwhile.
    """

    context: ChatContext
    stores: Stores
    chat: Chat
    user_id: int
    now: datetime
    only_reads: bool = False

    @property
    def archive(self) -> Archive:
        return self.context.archive

    @property
    def words(self) -> Words:
        """The words of the chat's language."""
        return self.context.composer.words(self.chat)

    @property
    def language(self) -> str:
        """The language that the chat reads."""
        return self.words.language

    @property
    def zone(self) -> ZoneInfo:
        """The chat's time zone."""
        return self.context.composer.zone(self.chat)

    @property
    def is_private(self) -> bool:
        return self.chat.kind is ChatKind.PRIVATE

    @property
    def is_admin(self) -> bool:
        """Whether the settings name whoever speaks as an admin of the bot."""
        return self.user_id in self.context.settings.admins

    @property
    def view(self) -> View:
        """For whom lists are drawn."""
        return View(self.words, self.zone, self.now, self.is_private)

    async def save(self, chat: Chat) -> "Visit":
        """Write the chat's choices down and go on with them."""
        await self.stores.chats.save(chat)
        return replace(self, chat=chat)

    async def get_followed(self) -> frozenset[int]:
        """Ids of the topics that the chat follows."""
        return await self.stores.chats.get_followed_topics(self.chat.id)

    async def keep_question(self, words: str) -> int:
        """A number for the buttons of a question's list; where the visit only reads, written down beside it."""
        if not self.only_reads:
            return await self.stores.topics.keep_question(words, self.now)
        async with self.context.database.transaction() as stores:
            return await stores.topics.keep_question(words, self.now)

    async def follow(self, topic_id: int | None = None) -> "Visit":
        """Follow a topic, or everything; whoever chooses what to get, gets it from now on."""
        await self.stores.chats.follow(self.chat.id, topic_id=topic_id)
        return await self.wake()

    async def wake(self) -> "Visit":
        """Begin deliveries; nothing changes for a chat that receives already."""
        return replace(self, chat=await wake(self.context, self.stores, self.chat, self.now))


async def wake(context: ChatContext, stores: Stores, chat: Chat, now: datetime) -> Chat:
    """Begin deliveries from here on, unless the chat receives already: then its position must not jump."""
    if chat.state is ChatState.ACTIVE:
        return chat
    return await stores.chats.wake(chat.id, next_due(chat, now, context.composer.zone(chat)))
