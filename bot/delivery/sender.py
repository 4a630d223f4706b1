"""The one place that speaks to Telegram for deliveries: paced, and every refusal is a value."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import replace

from aiogram import Bot
from aiogram.exceptions import ClientDecodeError, TelegramAPIError, TelegramRetryAfter

from bot.delivery import bodies
from bot.delivery.bodies import Bodies, Request
from bot.delivery.pace import Pacer
from bot.delivery.results import (
    NOT_MODIFIED,
    PICTURES_FORBIDDEN,
    WRONG_KIND_CAPTION,
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
from bot.delivery.session import TelegramSession, create_bot, describe
from bot.rendering.message import Outgoing
from storage.deliveries import PostKind
from storage.records import Chat

__all__ = ["LONGEST_PACING", "Sender", "TokenRefused", "create_bot", "describe"]

# A longer wait for the pace is an answer ("not now"), so that no claim stands while nothing is on its way.
LONGEST_PACING = 1.5  # seconds
# A picture that Telegram refused is not tried again in other chats for so long: each try costs a message's pace.
REFUSED_PICTURE = 600.0  # seconds
REFUSED_KEPT = 1000  # addresses
# A post whose answer was lost is looked for under so many of the numbers after the last that is known.
LOOKED_FOR = 3
# So many requests in a row that do not reach Telegram mean that it is away; then one now and then finds out.
AWAY_AFTER = 3
PROBE = 2.0  # seconds

Failure = RateLimited | NotSent | Uncertain | Refused


class TokenRefused(Exception):
    """Telegram does not know this token: nothing can be sent."""


class Sender:
    """Sends, edits and deletes messages at the pace that Telegram allows. Requests leave in the order they came in."""

    def __init__(
        self, bot: Bot, pacer: Pacer, clock: Callable[[], float], *, allow_paid_broadcast: bool = False
    ) -> None:
        """`bot` comes from `create_bot`; `clock` gives the pacer's seconds, such as `time.monotonic`."""
        if not isinstance(bot.session, TelegramSession):
            raise TypeError("the bot of a sender comes from create_bot")
        self._bot = bot
        self._session = bot.session
        self._pacer = pacer
        self._clock = clock
        self._bodies = Bodies(allow_paid_broadcast=allow_paid_broadcast)
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._failures = 0  # in a row, for want of a connection or by a fault of Telegram's
        self._stopping = asyncio.Event()
        self._refused_pictures: OrderedDict[str, float] = OrderedDict()

    def stop(self) -> None:
        """Begin no further request: who still waits for the pace is told that it was not sent."""
        self._stopping.set()

    def room(self) -> int:
        """How many messages may be claimed now: they can leave within a few hundredths of a second."""
        return max(self._pacer.room(self._clock()) - self._waiting, 0)

    def wait(self) -> float:
        """Seconds until there is room, behind those that wait for their turn already."""
        wait = self._pacer.wait(self._clock())
        return wait if wait > 0 or self.room() > 0 else self._pacer.even * max(self._waiting, 1)

    @property
    def is_away(self) -> bool:
        """Whether nothing has reached Telegram for some requests in a row."""
        return self._failures >= AWAY_AFTER

    def wait_for(self, chat: Chat) -> float:
        """Seconds until this chat may be written to, as its own limits stand now."""
        return self._pacer.wait_for(chat.id, self._clock())

    def has_spare(self, chat_id: int) -> bool:
        """Whether an edit that can wait would leave this channel or group most of its minute for news."""
        return self._pacer.has_spare(chat_id, self._clock())

    def take_new_holds(self) -> list[tuple[int, float]]:
        """What Telegram asked to wait for since this was last asked: chats (0: the bot itself) and seconds from now."""
        now = self._clock()
        return [(chat_id, until - now) for chat_id, until in self._pacer.take_new_holds() if until > now]

    def restore_holds(self, holds: dict[int, float]) -> None:
        """What an earlier process was asked to wait for, as `take_new_holds` gave it, in seconds from now."""
        now = self._clock()
        for chat_id, seconds in holds.items():
            self._pacer.restore_hold(chat_id, now + seconds)

    async def send(self, chat: Chat, message: Outgoing, *, reply_to: int | None = None) -> SendResult:
        """Send it; with fewer pictures, or to the general thread, where Telegram refuses those.

        `reply_to` is a message of the same chat that this one answers, if it still stands. Each further try comes after
        a refusal, so no try can leave a second copy.
        """
        pictures = self.pictures(message)
        for kind in self._fuller_kinds(message, pictures):
            result = await self._send_once(chat, message, kind, pictures, reply_to)
            if not (isinstance(result, Refused) and result.refusal is Refusal.PICTURE):
                break
            self._remember_refused(message, kind, result)
            self._pacer.release(chat.id)
        else:
            result = await self._send_once(chat, message, PostKind.TEXT, 0, reply_to)
        if isinstance(result, Refused) and result.refusal is Refusal.THREAD_GONE and chat.thread_id is not None:
            result = await self.send(replace(chat, thread_id=None), message, reply_to=reply_to)
            if isinstance(result, Sent):
                result = replace(result, has_lost_thread=True)
        return result

    async def edit(
        self, chat: Chat, message_id: int, kind: PostKind, message: Outgoing, *, is_new_photo: bool = False
    ) -> SendResult:
        """Make a message that stands read like this one; the same content already counts as done.

        `is_new_photo` puts the message's picture in place of the one that stands there.
        """
        is_new = is_new_photo and kind is PostKind.PHOTO and message.photo is not None
        result = await self._call(bodies.edit(chat.id, message_id, message, kind, is_new_photo=is_new))
        if isinstance(result, Refused) and NOT_MODIFIED in result.detail.lower():
            return Sent(message_id, kind, has_new_photo=is_new)
        if isinstance(result, Refused) and result.refusal is Refusal.PICTURE and is_new:
            return await self.edit(chat, message_id, kind, message)
        return Sent(message_id, kind, has_new_photo=is_new) if isinstance(result, int) else result

    async def delete(self, chat: Chat, message_id: int) -> SendResult:
        """Take a message away; `Sent` when it is gone."""
        result = await self._call(bodies.delete(chat.id, message_id))
        return Sent(message_id, PostKind.TEXT) if isinstance(result, int) else result

    async def find(
        self, chat: Chat, after: int, message: Outgoing, kind: PostKind, *, is_fresh: bool = True
    ) -> FindResult:
        """Whether a message whose answer was lost stands in a channel, behind the last post that is known there.

        An edit to the same text tells: it changes nothing, or it finds nothing to change. In a channel where the bot
        may edit what people post it would write over them, so it is tried there only while that last post `is_fresh`,
        seconds old, and nobody is likely to have posted since.
        """
        if not is_fresh and (risk := await self._may_edit_others(chat)) is not None:
            return risk
        for message_id in range(after + 1, after + 1 + LOOKED_FOR):
            standing = kind
            result = await self.edit(chat, message_id, standing, message)
            if isinstance(result, Refused) and WRONG_KIND_CAPTION in result.detail.lower():
                standing = PostKind.TEXT  # a text: ours, if its picture was refused
                result = await self.edit(chat, message_id, standing, message)
            if isinstance(result, Sent):
                return Sent(message_id, standing)
            if not (isinstance(result, Refused) and result.refusal is Refusal.POST_GONE):
                return Unknown(type(result).__name__)
        return NotThere()

    def pictures(self, message: Outgoing) -> int:
        """How many of its pictures leave in an album, and so how many messages the album is."""
        return min(len(message.album), self._pacer.largest)

    async def _may_edit_others(self, chat: Chat) -> Unknown | None:
        """Why an edit could write over somebody's post; None when Telegram would refuse that."""
        try:
            member = await self._bot.get_chat_member(chat.id, self._bot.id)
        except (TelegramAPIError, ClientDecodeError) as error:
            return Unknown(type(describe(error)).__name__)
        if getattr(member, "can_edit_messages", True):
            return Unknown("the bot may edit other people's posts", is_for_good=True)
        return None

    def _fuller_kinds(self, message: Outgoing, pictures: int) -> Iterator[PostKind]:
        """How the message may be sent with pictures, the most first; those that were refused lately are left out."""
        if pictures > 1 and not self._was_refused(message.album):
            yield PostKind.ALBUM
        if message.photo is not None and not self._was_refused((message.photo,)):
            yield PostKind.PHOTO

    def _was_refused(self, pictures: tuple[str, ...]) -> bool:
        since = self._clock() - REFUSED_PICTURE
        return any(self._refused_pictures.get(key, since) > since for key in (*pictures, "\n".join(pictures)))

    def _remember_refused(self, message: Outgoing, kind: PostKind, refused: Refused) -> None:
        """Which picture it was: of an album nobody says, so the whole of it is remembered."""
        if any(sign in refused.detail.lower() for sign in PICTURES_FORBIDDEN):
            return
        pictures = message.album if kind is PostKind.ALBUM else (message.photo or "",)
        self._refused_pictures["\n".join(pictures)] = self._clock()
        self._refused_pictures.move_to_end("\n".join(pictures))
        if len(self._refused_pictures) > REFUSED_KEPT:
            self._refused_pictures.popitem(last=False)

    async def _send_once(
        self, chat: Chat, message: Outgoing, kind: PostKind, pictures: int, reply_to: int | None
    ) -> SendResult:
        result = await self._call(self._bodies.send(chat, message, kind, pictures, reply_to=reply_to))
        if not isinstance(result, int):
            return result
        return Sent(result, kind) if result else Uncertain("the answer names no message")

    async def _call(self, request: Request) -> int | Failure:
        self._waiting += 1
        try:
            delay = await self._wait_turn(request)
        finally:
            self._waiting -= 1
        if delay is not None:
            return delay
        began = self._clock()
        try:
            number = await self._session.post(self._bot, request.method, request.body)
        except TelegramRetryAfter as error:
            now = self._clock()
            self._pacer.hold(request.chat_id, now, now + error.retry_after)
            return RateLimited(error.retry_after)
        except (TelegramAPIError, ClientDecodeError) as error:
            failure = describe(error)
            self._note_failure(failure)
            return failure
        finally:
            self._pacer.answered(began, self._clock(), request.cost)
        self._failures = 0
        return number

    def _note_failure(self, failure: NotSent | Uncertain | Refused) -> None:
        """A few requests in a row that did not reach Telegram hold everything: one now and then finds out."""
        if isinstance(failure, Refused):
            self._failures = 0
        elif isinstance(failure, NotSent):
            self._failures += 1
            if self.is_away:
                self._pacer.pause(self._clock() + PROBE)

    async def _wait_turn(self, request: Request) -> RateLimited | NotSent | None:
        """None when it may leave now, and is counted. Who waits for its own chat lets the others pass."""
        while not self._stopping.is_set():
            wait = self._pacer.wait_for(request.chat_id, self._clock(), request.cost)
            if wait == 0:
                async with self._turn:
                    wait = await self._wait_for_slot(request)
                if wait == 0:
                    return None
            if wait > LONGEST_PACING:
                return RateLimited(wait)
            await self._stops_within(wait)
        return NotSent("the bot is stopping")

    async def _wait_for_slot(self, request: Request) -> float:
        """0 once it is counted; else the seconds after which to ask again, and others may go first."""
        while not self._stopping.is_set():
            now = self._clock()
            wait = self._pacer.take(request.chat_id, now, request.cost)
            if wait == 0 or wait > LONGEST_PACING or self._pacer.wait_for(request.chat_id, now, request.cost) > 0:
                return wait
            await self._stops_within(wait)
        return LONGEST_PACING

    async def _stops_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                return await self._stopping.wait()
        except TimeoutError:
            return False
