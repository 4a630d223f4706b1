"""What people and sources do: to the real stores and to the model alike, in one step."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.chat.settings import rescheduled
from bot.delivery.schedule import next_due
from storage.records import ChatKind, ChatState, Night, Schedule
from tests.state.asked import Asking, Page
from tests.state.bureau import A_MOMENT, Bureau
from tests.state.judge import NIGHT, ZONE, slot_of
from tests.storage.samples import new_article


@dataclass(frozen=True, slots=True)
class Publish:
    """An article comes: of a new story, or one more of one that still stands; `is_pushed` or for the archive alone.

    `is_turn`: the facts of a story that stands change with it.
    """

    source: int
    topics: frozenset[int]
    again: int | None = None  # which story, counted from the last
    is_pushed: bool = True
    is_turn: bool = False

    async def happen(self, bureau: Bureau) -> None:
        now, archive = bureau.clock.now(), bureau.archive
        stories = sorted({page.story for page in archive.pages.values() if not page.is_withdrawn}, reverse=True)
        async with bureau.database.transaction() as stores:
            old = stories[self.again % len(stories)] if self.again is not None and stories else None
            story = await stores.stories.open(now) if old is None else old
            new = new_article(bureau.told, self.source)
            is_turn = self.is_turn and old is not None
            article = await stores.articles.add(new, story, now, is_pushed=self.is_pushed, is_turn=is_turn)
            await stores.stories.grow(story, article, now)
            await stores.topics.attach(article, sorted(self.topics))
            if self.is_pushed:
                await stores.waves.open(article, now)
        bureau.told += 1
        page = Page(article, story, self.source, self.topics, now, is_pushed=self.is_pushed, is_turn=is_turn)
        archive.pages[article] = page


@dataclass(frozen=True, slots=True)
class Follow:
    """A chat that receives follows one thing more."""

    chat: int
    asking: Asking

    async def happen(self, bureau: Bureau) -> None:
        reader = bureau.readers[self.chat]
        async with bureau.database.transaction() as stores:
            topic, source = self.asking
            await stores.chats.follow(await bureau.known_id(reader), topic_id=topic, source_id=source)
        reader.follows.setdefault(self.asking, bureau.archive.end)
        reader.is_touched = True


@dataclass(frozen=True, slots=True)
class Unfollow:
    """Or one thing less. Asked for again later, it may tell a story that it has told before."""

    chat: int
    asking: Asking

    async def happen(self, bureau: Bureau) -> None:
        reader = bureau.readers[self.chat]
        async with bureau.database.transaction() as stores:
            topic, source = self.asking
            await stores.chats.unfollow(await bureau.known_id(reader), topic_id=topic, source_id=source)
        if reader.follows.pop(self.asking, None) is not None:
            reader.pardoned.update(reader.shown.keys())
        reader.is_touched = True


@dataclass(frozen=True, slots=True)
class Choose:
    """A chat chooses when it is told."""

    chat: int
    schedule: Schedule
    night: Night
    takes_urgent: bool = True
    hours: tuple[int, ...] = (9,)
    weekday: int = 0

    async def happen(self, bureau: Bureau) -> None:
        reader, now = bureau.readers[self.chat], bureau.clock.now()
        async with bureau.database.transaction() as stores:
            chat = await stores.chats.get(await bureau.known_id(reader))
            chosen = replace(
                chat,
                schedule=self.schedule,
                hours=self.hours,
                weekday=self.weekday,
                night=self.night,
                night_from=NIGHT[0],
                night_until=NIGHT[1],
                takes_urgent=self.takes_urgent,
            )
            saved = rescheduled(chosen, now, ZONE)
            await stores.chats.save(saved)
        reader.schedule, reader.hours, reader.weekday = self.schedule, self.hours, self.weekday
        reader.night, reader.takes_urgent = self.night, self.takes_urgent
        reader.called.clear()
        reader.is_touched = True
        # The next digest comes at its next hour; what is due now, or on its way, may still arrive before.
        is_due = bureau.is_draining or (saved.due_at is not None and saved.due_at <= now)
        reader.served_slot = None if is_due else slot_of(reader, now)


@dataclass(frozen=True, slots=True)
class Hasten:
    """An admin calls an article urgent."""

    article: int  # counted from the last

    async def happen(self, bureau: Bureau) -> None:
        now = bureau.clock.now()
        page = bureau.page(self.article)
        is_old = page is not None and page.came_at < now - bureau.settings.max_age
        if page is None or is_old or page.is_urgent or page.is_withdrawn or not page.is_pushed:
            return
        async with bureau.database.transaction() as stores:
            await stores.waves.hasten(page.id, now)
        page.is_urgent = True
        for reader in bureau.readers:
            is_news = bureau.archive.asked(reader).get(page.story) is page
            if is_news and reader.state is ChatState.ACTIVE and reader.takes_urgent:
                reader.called.add(page.story)


@dataclass(frozen=True, slots=True)
class Withdraw:
    """An article is taken back."""

    article: int  # counted from the last

    async def happen(self, bureau: Bureau) -> None:
        page = bureau.page(self.article)
        if page is None:
            return
        async with bureau.database.transaction() as stores:
            await stores.articles.withdraw(page.id, bureau.clock.now())
        page.is_withdrawn = True
        for reader in bureau.readers:
            reader.is_touched = True
            reader.pardoned[page.story] += reader.shown[page.story]


@dataclass(frozen=True, slots=True)
class Silence:
    """A chat says /stop, or shuts the bot out; `is_heard`: Telegram tells of that before a message tries."""

    chat: int
    is_shut: bool = False
    is_heard: bool = True

    async def happen(self, bureau: Bureau) -> None:
        reader = bureau.readers[self.chat]
        reader.room.is_blocked |= self.is_shut
        if not self.is_heard and self.is_shut:
            return
        state = ChatState.STOPPED
        if self.is_shut:
            if reader.state is not ChatState.ACTIVE:
                return
            state = ChatState.BLOCKED if reader.kind is ChatKind.PRIVATE else ChatState.PAUSED
        async with bureau.database.transaction() as stores:
            await stores.chats.silence(await bureau.known_id(reader), state)
        reader.state = state
        reader.called.clear()
        reader.is_touched = True


@dataclass(frozen=True, slots=True)
class Return:
    """A chat lets the bot in again and wants to be told: from here on, or from where it was paused."""

    chat: int

    async def happen(self, bureau: Bureau) -> None:
        reader, now = bureau.readers[self.chat], bureau.clock.now()
        reader.room.is_blocked = False
        if reader.state is ChatState.ACTIVE:
            return
        async with bureau.database.transaction() as stores:
            chat = await stores.chats.get(await bureau.known_id(reader))
            if chat.state is ChatState.PAUSED:
                await stores.chats.save(replace(chat, state=ChatState.ACTIVE, due_at=now, trouble=None))
            elif chat.state is not ChatState.ACTIVE:
                await stores.chats.wake(chat.id, next_due(chat, now, ZONE))
        if chat.state is ChatState.PAUSED:
            reader.served_slot = None
        elif chat.state is not ChatState.ACTIVE:
            reader.start = reader.position = bureau.archive.end
            reader.served_slot = None if bureau.is_draining else slot_of(reader, now)
            reader.owed = 0
        reader.state = ChatState.ACTIVE
        reader.is_touched = True


@dataclass(frozen=True, slots=True)
class Migrate:
    """A group becomes a supergroup; `is_heard`: Telegram tells of that before a message tries."""

    is_heard: bool

    async def happen(self, bureau: Bureau) -> None:
        for reader in bureau.readers:
            if reader.kind is not ChatKind.GROUP:
                continue
            old, new = reader.id, reader.id - 1_000_000
            reader.room.ids.append(new)
            reader.room.kind = ChatKind.SUPERGROUP
            reader.has_failed = True
            if self.is_heard:
                async with bureau.database.transaction() as stores:
                    await stores.chats.migrate(old, new, bureau.clock.now())


Change = Publish | Follow | Unfollow | Choose | Hasten | Withdraw | Silence | Return | Migrate


async def happen(bureau: Bureau, changes: Iterable[Change]) -> None:
    """These things happen, one after the other."""
    for one in changes:
        await one.happen(bureau)
        bureau.clock.pass_by(A_MOMENT)
