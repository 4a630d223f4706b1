"""Replies become requests to Telegram, after the commit. A reply takes the next free slot, before any broadcast."""

import asyncio
import math
from collections.abc import Coroutine
from dataclasses import dataclass
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
    EditMessageReplyMarkup,
    EditMessageText,
    SendMessage,
    SendRichMessage,
    TelegramMethod,
)
from aiogram.types import CallbackQuery, ChatMemberUpdated, Message, TelegramObject

from bot.chat.context import ChatContext
from bot.chat.replies import Article, Notice, Redraw, Rekey, Reply, Say, Tell
from bot.delivery.results import Refusal, Refused
from bot.delivery.session import describe
from bot.rendering.message import Outgoing

log = structlog.get_logger("khabar.chat")

# Seconds that a reply waits where Telegram asks for it or a group's minute is full; later it would answer nobody.
LONGEST_WAIT = 10

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Place:
    """Where an update came from and where its answers go. `pressed` is None when it cannot be edited."""

    chat_id: int
    thread_id: int | None = None
    pressed: Message | None = None
    query_id: str | None = None


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
    """Performs the replies to one update. What Telegram refuses is logged, not raised."""

    def __init__(self, bot: Bot, context: ChatContext, place: Place) -> None:
        self._bot = bot
        self._context = context
        self._place = place

    async def perform(self, replies: tuple[Reply, ...]) -> None:
        """Answer the press first and once, then everything else in order."""
        if self._place.query_id is not None:
            text = next((reply.text for reply in replies if isinstance(reply, Notice)), None)
            await self._attempt(self._answer(self._place.query_id, text))
        for reply in replies:
            if not isinstance(reply, Notice):
                await self._attempt(self._one(reply))

    async def _attempt(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except (TelegramAPIError, ClientDecodeError) as error:
            # `describe` leaves out what may hold the token: the address of a garbled answer.
            log.info("a reply was not delivered", chat=self._place.chat_id, outcome=describe(error))

    async def _answer(self, query_id: str, text: str | None) -> None:
        await self._bot(AnswerCallbackQuery(callback_query_id=query_id, text=text))

    async def _one(self, reply: Reply) -> None:
        match reply:
            case Say(message):
                await self._say(message)
            case Tell(chat_id, message):
                await self._call(chat_id, _new_message(chat_id, None, message))
            case Redraw(message):
                await self._redraw(message)
            case Rekey():
                await self._rekey(reply)
            case Article():
                await self._show(reply)

    async def _say(self, message: Outgoing) -> None:
        place = self._place
        await self._call(place.chat_id, _new_message(place.chat_id, place.thread_id, message))

    async def _redraw(self, message: Outgoing) -> None:
        pressed = self._place.pressed
        if pressed is None or pressed.text is None:
            await self._say(message)
            return
        method = EditMessageText(
            chat_id=pressed.chat.id,
            message_id=pressed.message_id,
            text=message.text,
            entities=list(message.entities),
            link_preview_options=message.link_preview,
            reply_markup=message.keyboard,
        )
        if await self._edit(method) is Refusal.POST_GONE:
            await self._say(message)

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
            if "message is not modified" not in error.message.lower():
                raise
        return None

    async def _show(self, article: Article) -> None:
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
            for part in article.plain:
                await self._say(part)

    async def _call(self, chat_id: int, method: TelegramMethod[T]) -> T:
        """One request; once more after a short wait that Telegram asks for."""
        try:
            return await self._request(chat_id, method)
        except TelegramRetryAfter as error:
            if error.retry_after > LONGEST_WAIT:
                raise
        return await self._request(chat_id, method)  # which waits first: the pacer knows for how long

    async def _request(self, chat_id: int, method: TelegramMethod[T]) -> T:
        """One request in its turn. Raises `TelegramRetryAfter` by itself where its turn is too far off."""
        pacer, clock = self._context.pacer, self._context.clock
        while (wait := pacer.wait_to_reply(chat_id, clock())) > 0:
            if wait > LONGEST_WAIT:
                raise TelegramRetryAfter(method=method, message="not sent", retry_after=math.ceil(wait))
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
