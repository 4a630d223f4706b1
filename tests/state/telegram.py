"""A model of Telegram, and a sender that speaks to it in the place of the real one.

What stands in each chat is known by the articles that it shows. Answers come from a script; when it is over, Telegram
answers as it should.
"""

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Protocol

from bot.delivery.compose import Composer
from bot.delivery.results import (
    FindResult,
    NotSent,
    NotThere,
    RateLimited,
    Refusal,
    Refused,
    SendResult,
    Sent,
    Uncertain,
    Unknown,
)
from bot.delivery.sender import Sender
from bot.rendering.message import Outgoing
from storage.deliveries import Bundle, PostKind
from storage.records import Chat, ChatKind
from tests.state.clock import Clock
from tests.state.crash import Killer

BOT = 0  # in the place of a chat's id: Telegram holds the bot itself
LOOKED_FOR = 3


class Answer(Enum):
    """What Telegram does with a message."""

    SENT = auto()
    LOST_THREAD = auto()
    HOLD_CHAT = auto()  # 429
    HOLD_BOT = auto()
    NOT_SENT = auto()
    LOST_STANDS = auto()  # it stands, and the answer never comes
    LOST_GONE = auto()  # nobody will ever know that it does not
    RAISES = auto()  # it stands, and a fault of ours hides that
    BLOCKED = auto()
    REFUSED = auto()  # for a reason that nobody knows
    TOKEN = auto()


STANDS = {Answer.SENT, Answer.LOST_THREAD, Answer.LOST_STANDS, Answer.RAISES}
HOLDS = {Answer.HOLD_CHAT: timedelta(seconds=40), Answer.HOLD_BOT: timedelta(seconds=25)}
LOST = {Answer.LOST_STANDS, Answer.LOST_GONE, Answer.RAISES}


@dataclass(frozen=True, slots=True)
class Said:
    """What a message shows: its bundle, as far as one needs to know it again."""

    chat_id: int
    position: int  # of the chat when it was claimed
    owed: int  # stories it was owed the number of
    until: int
    articles: tuple[int, ...]
    more: int
    missed: int
    reply_to: int | None = None

    @property
    def is_ahead(self) -> bool:
        return self.until == self.position


class CarryingComposer(Composer):
    """Composes messages that say what they carry."""

    def message(self, bundle: Bundle, now: datetime, *, kind: PostKind | None = None) -> Outgoing:  # noqa: ARG002 — as the real one
        chat = bundle.chat
        articles = [view.article.id for view in bundle.stories]
        counted = (bundle.more, bundle.missed, bundle.reply_to)
        return Outgoing(json.dumps([chat.id, chat.position, chat.missed, bundle.until, articles, *counted]))


def read(text: str) -> Said | None:
    """What such a message carries; None for one that shows nothing any more."""
    if not text.startswith("["):
        return None
    chat_id, position, owed, until, articles, *counted = json.loads(text)
    return Said(chat_id, position, owed, until, tuple(articles), *counted)


@dataclass(slots=True)
class Room:
    """A chat as Telegram has it. `message_ids` go on where others write too."""

    ids: list[int]
    kind: ChatKind
    is_blocked: bool = False
    held_until: datetime | None = None
    last_message: int = 0
    standing: dict[int, str] = field(default_factory=dict)

    def post(self, text: str) -> int:
        self.last_message += 1
        self.standing[self.last_message] = text
        return self.last_message

    def refusal(self, chat_id: int) -> Refused | None:
        """What Telegram says to anybody who writes there, if not yes."""
        if chat_id != self.ids[-1]:
            return Refused(Refusal.MIGRATED, "group chat was upgraded to a supergroup chat", self.ids[-1])
        if self.is_blocked:
            gone = self.kind is ChatKind.PRIVATE
            return Refused(Refusal.GONE if gone else Refusal.NO_ACCESS, "bot was blocked")
        return None


class Watch(Protocol):
    """Whoever looks on."""

    def sends(self, room: Room, said: Said, answer: Answer) -> None:
        """A message has come in, and gets this answer."""

    def refuses(self, room: Room) -> None:
        """A message has come in for a chat that does not want any."""

    def edits(self, room: Room, before: Said | None, after: Said | None) -> None:
        """A message that stands is changed; None where it shows no story."""


class Telegram:
    """All chats, and the script of what goes wrong next."""

    def __init__(self, rooms: Iterable[Room], clock: Clock, killer: Killer, watch: Watch) -> None:
        self.rooms = list(rooms)
        self.clock = clock
        self.killer = killer
        self.script: deque[tuple[Answer, Callable[[], Awaitable[None]] | None]] = deque()
        self.is_blind = False  # whether looks find nothing out
        self.held_until: datetime | None = None
        self.watch = watch

    def room(self, chat_id: int) -> Room:
        """Whose id that is, or was."""
        return next(room for room in self.rooms if chat_id in room.ids)

    async def take(self, chat_id: int, message: Outgoing) -> SendResult:
        """A message comes in; other people's doings may come first."""
        answer, meanwhile = self.script.popleft() if self.script else (Answer.SENT, None)
        if meanwhile is not None:
            with self.killer.spared():
                await meanwhile()
        await asyncio.sleep(0)
        room = self.room(chat_id)
        if answer is Answer.BLOCKED:
            room.is_blocked = True
        refusal = room.refusal(chat_id)
        now = self.clock.now()
        held = max((one for one in (room.held_until, self.held_until) if one is not None), default=now)
        if refusal is not None:
            self.watch.refuses(room)
            return refusal
        if held > now:
            return RateLimited((held - now).total_seconds())
        said = read(message.text)
        assert said is not None
        self.watch.sends(room, said, answer)
        result = self._answer(answer, room, message, now)
        await asyncio.sleep(0)
        if answer is Answer.RAISES:
            raise ValueError("a fault of ours")
        return result

    def _answer(self, answer: Answer, room: Room, message: Outgoing, now: datetime) -> SendResult:
        stands = answer in STANDS
        number = room.post(message.text) if stands else 0
        if answer is Answer.HOLD_CHAT:
            room.held_until = now + HOLDS[answer]
        elif answer is Answer.HOLD_BOT:
            self.held_until = now + HOLDS[answer]
        results: dict[Answer, SendResult] = {
            Answer.NOT_SENT: NotSent("no connection"),
            Answer.REFUSED: Refused(Refusal.OTHER, "Bad Request: who knows"),
            Answer.TOKEN: Refused(Refusal.TOKEN, "Unauthorized"),
        }
        if answer in HOLDS:
            return RateLimited(HOLDS[answer].total_seconds())
        if answer in LOST:
            return Uncertain("lost")
        if stands:
            return Sent(number, PostKind.TEXT, has_lost_thread=answer is Answer.LOST_THREAD)
        return results[answer]


class SubstituteSender(Sender):
    """Speaks to the model in the place of a Bot API server, as a process that knows only what it was told."""

    def __init__(self, telegram: Telegram) -> None:
        self._telegram = telegram
        self._time = telegram.clock
        self._holds: dict[int, datetime] = {}
        self._new_holds: set[int] = set()
        self._is_stopping = False

    def stop(self) -> None:
        self._is_stopping = True

    def room(self) -> int:
        return 0 if self._held(BOT) > 0 else 100

    def wait(self) -> float:
        return self._held(BOT)

    @property
    def is_away(self) -> bool:
        return False

    def pictures(self, message: Outgoing) -> int:
        return 1 if message.photo else 0

    def wait_for(self, chat: Chat) -> float:
        return max(self._held(chat.id), self._held(BOT))

    def take_new_holds(self) -> list[tuple[int, float]]:
        new, self._new_holds = self._new_holds, set()
        return [(chat_id, self._held(chat_id)) for chat_id in sorted(new) if self._held(chat_id) > 0]

    def restore_holds(self, holds: dict[int, float]) -> None:
        for chat_id, seconds in holds.items():
            self._holds[chat_id] = self._time.now() + timedelta(seconds=seconds)

    async def send(self, chat: Chat, message: Outgoing, *, reply_to: int | None = None) -> SendResult:
        said = read(message.text)
        assert said is not None
        assert said.reply_to == reply_to
        if self._is_stopping:
            return NotSent("the bot is stopping")
        if self.wait_for(chat) > 0:
            return RateLimited(self.wait_for(chat))
        result = await self._telegram.take(chat.id, message)
        if isinstance(result, RateLimited):
            is_bots = self._telegram.held_until is not None and self._telegram.held_until > self._time.now()
            for held in (chat.id, BOT) if is_bots else (chat.id,):
                self._holds[held] = self._time.now() + timedelta(seconds=result.retry_after)
                self._new_holds.add(held)
        return result

    async def edit(
        self, chat: Chat, message_id: int, kind: PostKind, message: Outgoing, *, is_new_photo: bool = False
    ) -> SendResult:
        del is_new_photo
        await asyncio.sleep(0)
        room = self._telegram.room(chat.id)
        if (refusal := room.refusal(chat.id)) is not None:
            return refusal
        if message_id not in room.standing:
            return Refused(Refusal.POST_GONE, "Bad Request: message to edit not found")
        self._telegram.watch.edits(room, read(room.standing[message_id]), read(message.text))
        room.standing[message_id] = message.text
        return Sent(message_id, kind)

    async def delete(self, chat: Chat, message_id: int) -> SendResult:
        await asyncio.sleep(0)
        room = self._telegram.room(chat.id)
        if (refusal := room.refusal(chat.id)) is not None:
            return refusal
        if room.standing.pop(message_id, None) is None:
            return Refused(Refusal.POST_GONE, "Bad Request: message to delete not found")
        return Sent(message_id, PostKind.TEXT)

    async def find(
        self, chat: Chat, after: int, message: Outgoing, kind: PostKind, *, is_fresh: bool = True
    ) -> FindResult:
        if self._telegram.is_blind and not is_fresh:
            return Unknown("the bot may edit other people's posts")
        for message_id in range(after + 1, after + 1 + LOOKED_FOR):
            result = await self.edit(chat, message_id, kind, message)
            if isinstance(result, Sent):
                return result
            if not (isinstance(result, Refused) and result.refusal is Refusal.POST_GONE):
                return Unknown(type(result).__name__)
        return NotThere()

    def _held(self, chat_id: int) -> float:
        until = self._holds.get(chat_id)
        return 0.0 if until is None else max((until - self._time.now()).total_seconds(), 0.0)
