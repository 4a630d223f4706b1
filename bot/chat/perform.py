"""Replies become requests to Telegram, after the commit. A reply takes the next free slot, before any broadcast."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import structlog
from aiogram import Bot
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramNotFound,
    TelegramRetryAfter,
)
from aiogram.methods import (
    AnswerCallbackQuery,
    AnswerInlineQuery,
    EditMessageReplyMarkup,
    EditMessageText,
    SendMessage,
    SendRichMessage,
    TelegramMethod,
)
from aiogram.types import (
    CallbackQuery,
    ChatMemberUpdated,
    Message,
    TelegramObject,
)

from bot.chat.context import ChatContext
from bot.chat.easel import Easel
from bot.chat.prospecting import Scout
from bot.chat.replies import (
    Article,
    Draw,
    LookAt,
    Notice,
    Redraw,
    Rekey,
    Repaint,
    Reply,
    Results,
    Rewrite,
    Say,
    Tell,
    TellFound,
)
from bot.delivery.results import NOT_MODIFIED, NotSent, Refusal, Refused
from bot.delivery.session import describe
from bot.rendering.message import Outgoing

log = structlog.get_logger("khabar.chat")

INLINE_CACHE = 30  # seconds for which Telegram may show a person the same again
PATIENCE = 1.0  # seconds that a reply waits for its turn; one that must wait longer lets others go first

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Place:
    """Where an update came from and where its answers go. `pressed` is None when it cannot be edited."""

    chat_id: int
    thread_id: int | None = None
    pressed: Message | None = None
    query_id: str | None = None


@dataclass(frozen=True, slots=True)
class Unsent:
    """The rest of an answer, which Telegram certainly has not; `wait` in seconds, 0 where nobody said how long."""

    place: Place
    replies: tuple[Reply, ...]
    wait: float


class _NotNow(Exception):
    """This was certainly not sent, and may be sent later."""

    def __init__(self, wait: float) -> None:
        super().__init__(f"not now, in {wait} s")
        self.wait = wait


def place_of(event: TelegramObject) -> Place:
    """The place of a message, a press or a change of membership; in a forum the same thread."""
    match event:
        case Message():
            return Place(event.chat.id, _thread(event))
        case CallbackQuery(message=Message() as pressed):
            return Place(pressed.chat.id, _thread(pressed), pressed, event.id)
        case CallbackQuery():
            chat_id = event.message.chat.id if event.message else event.from_user.id
            return Place(chat_id, query_id=event.id)
        case ChatMemberUpdated():
            return Place(event.chat.id)
    raise TypeError(f"no replies to {type(event).__name__}")


def _thread(message: Message) -> int | None:
    # Outside forums the number names a chain of answers, which sendMessage refuses.
    return message.message_thread_id if message.is_topic_message else None


class Performer:
    """Performs the replies to one update. What Telegram refuses, or may have, is logged and not tried again."""

    def __init__(self, bot: Bot, context: ChatContext, place: Place) -> None:
        self._bot = bot
        self._context = context
        self._place = place
        self._easel = Easel(context.painter, self._call)
        self._scout = Scout(context)

    async def perform(self, replies: tuple[Reply, ...]) -> Unsent | None:
        """Answer the press first and once, then everything else in order; what was not sent, from there on."""
        place, left = self._place, list(replies)
        try:
            if place.query_id is not None:
                text = next((reply.text for reply in replies if isinstance(reply, Notice)), None)
                await self._attempt(self._answer(place.query_id, text))
                place = replace(place, query_id=None)
            left = [reply for reply in left if not isinstance(reply, Notice)]
            while left:
                left[:1] = await self._attempt(self._one(left[0]))
        except _NotNow as error:
            return Unsent(place, tuple(left), error.wait)
        return None

    async def _attempt(self, work: Coroutine[Any, Any, tuple[Reply, ...]]) -> tuple[Reply, ...]:
        """What is to be said in its place. Raises `_NotNow`."""
        try:
            return await work
        except TelegramRetryAfter as error:
            raise _NotNow(error.retry_after) from None
        except (TelegramAPIError, ClientDecodeError) as error:
            outcome = describe(error)
            if isinstance(outcome, NotSent):
                raise _NotNow(0) from None
            # `outcome` leaves out what may hold the token: the address of a garbled answer.
            log.info("a reply was not delivered", chat=self._place.chat_id, outcome=outcome)
            return ()

    async def _answer(self, query_id: str, text: str | None) -> tuple[Reply, ...]:
        await self._bot(AnswerCallbackQuery(callback_query_id=query_id, text=text))
        return ()

    async def _one(self, reply: Reply) -> tuple[Reply, ...]:
        place = self._place
        match reply:
            case Say(message):
                await self._call(place.chat_id, _new_message(place.chat_id, place.thread_id, message))
            case Tell(chat_id, message):
                await self._call(chat_id, _new_message(chat_id, None, message))
            case Redraw(message):
                return await self._redraw(message)
            case Rekey():
                await self._rekey(reply)
            case Article():
                return await self._show(reply)
            case Results():
                await self._show_results(reply)
            case Draw(picture):
                return await self._easel.draw(picture, place.chat_id, place.thread_id)
            case Repaint(picture):
                return await self._easel.repaint(picture, place.pressed)
            case LookAt() | TellFound() | Rewrite():
                return await self._look(reply)
        return ()

    async def _look(self, reply: LookAt | TellFound | Rewrite) -> tuple[Reply, ...]:
        """One step of it, and the next: what Telegram puts off is not looked for again."""
        place = self._place
        match reply:
            case LookAt(address, message):
                sent = await self._call(place.chat_id, _new_message(place.chat_id, place.thread_id, message))
                return (TellFound(address, sent.message_id),)
            case TellFound(address, message_id):
                return (Rewrite(message_id, await self._scout.look(address, place.chat_id)),)
            case Rewrite(message_id, message):
                return await self._rewrite(place.chat_id, message_id, message)

    async def _show_results(self, found: Results) -> None:
        # No message, so the pace does not count it. It reads in the person's own language: for nobody else.
        await self._bot(
            AnswerInlineQuery(
                inline_query_id=found.query_id,
                results=list(found.results),
                next_offset=found.next_offset,
                button=found.above,
                cache_time=INLINE_CACHE,
                is_personal=True,
            )
        )

    async def _redraw(self, message: Outgoing) -> tuple[Reply, ...]:
        pressed = self._place.pressed
        if pressed is None or pressed.text is None:
            return (Say(message),)
        return await self._rewrite(pressed.chat.id, pressed.message_id, message)

    async def _rewrite(self, chat_id: int, message_id: int, message: Outgoing) -> tuple[Reply, ...]:
        method = EditMessageText(
            chat_id=chat_id,
            message_id=message_id,
            text=message.text,
            entities=list(message.entities),
            link_preview_options=message.link_preview,
            reply_markup=message.keyboard,
        )
        return (Say(message),) if await self._edit(method) is Refusal.POST_GONE else ()

    async def _rekey(self, reply: Rekey) -> None:
        pressed = self._place.pressed
        if pressed is not None:
            chat_id, message_id = pressed.chat.id, pressed.message_id
            await self._edit(
                EditMessageReplyMarkup(chat_id=chat_id, message_id=message_id, reply_markup=reply.keyboard)
            )

    async def _edit(self, method: EditMessageText | EditMessageReplyMarkup) -> Refusal | None:
        """None when the message reads so now; POST_GONE when it can be edited no more."""
        try:
            await self._call(self._place.chat_id, method)
        except TelegramBadRequest as error:
            outcome = describe(error)
            if isinstance(outcome, Refused) and outcome.refusal is Refusal.POST_GONE:
                return Refusal.POST_GONE
            if NOT_MODIFIED not in error.message.lower():
                raise
        return None

    async def _show(self, article: Article) -> tuple[Reply, ...]:
        place = self._place
        method = SendRichMessage(
            chat_id=place.chat_id,
            message_thread_id=place.thread_id,
            rich_message=article.rich,
            reply_markup=article.keyboard,
        )
        try:
            await self._call(place.chat_id, method)
        except (TelegramBadRequest, TelegramNotFound) as error:
            log.info("an article goes out as plain messages", chat=place.chat_id, reason=error.message)
            return tuple(Say(part) for part in article.plain)
        return ()

    async def _call(self, chat_id: int, method: TelegramMethod[T]) -> T:
        """One request in its turn. Raises `_NotNow` where its turn is too far off."""
        pacer, clock = self._context.pacer, self._context.clock
        while (wait := pacer.wait_to_reply(chat_id, clock())) > 0:
            if wait > PATIENCE:
                raise _NotNow(wait)
            await asyncio.sleep(wait)
        await asyncio.sleep(pacer.book_reply(chat_id, clock()))
        began = clock()
        try:
            return await self._bot(method)
        except TelegramRetryAfter as error:
            now = clock()
            pacer.hold(chat_id, now, now + error.retry_after)
            raise
        finally:
            pacer.answered(began, clock())


def _new_message(chat_id: int, thread_id: int | None, message: Outgoing) -> SendMessage:
    return SendMessage(
        chat_id=chat_id,
        message_thread_id=thread_id,
        text=message.text,
        entities=list(message.entities),
        link_preview_options=message.link_preview,
        reply_markup=message.keyboard,
    )
