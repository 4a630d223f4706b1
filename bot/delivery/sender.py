"""The one place that speaks to Telegram for deliveries: paced, and every refusal is a value."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from typing import TypeVar

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramConflictError,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.methods import (
    EditMessageCaption,
    EditMessageMedia,
    EditMessageText,
    Response,
    SendMessage,
    SendPhoto,
    TelegramMethod,
)
from aiogram.types import InputMediaPhoto, Message
from aiohttp import ClientConnectorError

from bot.delivery.pace import Pacer
from bot.delivery.results import (
    NotSent,
    RateLimited,
    Refusal,
    Refused,
    SendResult,
    Sent,
    Uncertain,
    classify,
)
from bot.rendering.message import Outgoing
from storage.records import Chat, PostKind

T = TypeVar("T")

# A longer wait for the pace is an answer ("not now"), so that no claim stands while nothing is on its way.
LONGEST_PACING = 1.5  # seconds
REQUEST_TIMEOUT = 30  # seconds; Telegram fetches a picture's address itself before it answers


class TokenRefused(Exception):
    """Telegram does not know this token: nothing can be sent."""


_CODES: tuple[tuple[type[TelegramAPIError], int], ...] = (
    (TelegramUnauthorizedError, HTTPStatus.UNAUTHORIZED),
    (TelegramForbiddenError, HTTPStatus.FORBIDDEN),
    (TelegramConflictError, HTTPStatus.CONFLICT),
    (TelegramNotFound, HTTPStatus.NOT_FOUND),
)


class TelegramSession(AiohttpSession):
    """aiogram's session, which also knows what else comes from between us and Telegram.

    A proxy's 502 page is a server's failure, whatever its body; an answer that is no text, or that is well but holds
    no result, cannot be read. aiogram would let the first two out as other errors and the last as a success.
    """

    async def make_request(self, bot: Bot, method: TelegramMethod[T], timeout: int | None = None) -> T:
        """As aiogram's; raises `ClientDecodeError` for bytes that are no text."""
        try:
            return await super().make_request(bot, method, timeout)
        except UnicodeDecodeError as error:
            raise ClientDecodeError("the answer is no text", error, None) from error

    def check_response(self, bot: Bot, method: TelegramMethod[T], status_code: int, content: str) -> Response[T]:
        """As aiogram's; raises `TelegramServerError` for any 5xx, `ClientDecodeError` where there is no result."""
        if status_code >= HTTPStatus.INTERNAL_SERVER_ERROR and not content.lstrip().startswith("{"):
            raise TelegramServerError(method=method, message=f"the server answered {status_code}")
        response = super().check_response(bot, method, status_code, content)
        if response.result is None:
            raise ClientDecodeError("the answer has no result", ValueError("result is missing"), None)
        return response


def create_bot(token: str, api_url: str) -> Bot:
    """A bot that speaks to this Bot API server; nothing is sent yet."""
    session = TelegramSession(api=TelegramAPIServer.from_base(api_url), timeout=REQUEST_TIMEOUT)
    return Bot(token, session=session)


class Sender:
    """Sends and edits messages at the pace that Telegram allows."""

    def __init__(self, bot: Bot, pacer: Pacer, clock: Callable[[], float]) -> None:
        """`clock` gives the pacer's seconds, such as `time.monotonic`."""
        self._bot = bot
        self._pacer = pacer
        self._clock = clock
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Begin no further request: who still waits for the pace is told that it was not sent."""
        self._stopping.set()

    async def send(self, chat: Chat, message: Outgoing) -> SendResult:
        """Send it; without its picture, or to the general thread, where Telegram refuses those.

        Each further try comes after a refusal, so no try can leave a second copy.
        """
        result = await self._send_once(chat, message)
        if isinstance(result, Refused) and result.refusal is Refusal.PICTURE and message.photo is not None:
            result = await self._send_once(chat, message.without_photo())
        if isinstance(result, Refused) and result.refusal is Refusal.THREAD_GONE and chat.thread_id is not None:
            result = await self.send(replace(chat, thread_id=None), message)
            if isinstance(result, Sent):
                result = replace(result, has_lost_thread=True)
        return result

    def wait_for(self, chat: Chat) -> float:
        """Seconds until this chat may be written to, as its own limits stand now."""
        return self._pacer.wait_for(chat.id, self._clock())

    async def edit(
        self, chat: Chat, message_id: int, kind: PostKind, message: Outgoing, *, is_new_photo: bool = False
    ) -> SendResult:
        """Make a message that stands read like this one; the same content already counts as done.

        `is_new_photo` puts the message's picture in place of the one that stands there.
        """
        method: EditMessageCaption | EditMessageMedia | EditMessageText
        if kind is PostKind.PHOTO and is_new_photo and message.photo is not None:
            media = InputMediaPhoto(media=message.photo, caption=message.text, caption_entities=list(message.entities))
            method = EditMessageMedia(
                chat_id=chat.id, message_id=message_id, media=media, reply_markup=message.keyboard
            )
        elif kind is PostKind.PHOTO:
            method = EditMessageCaption(
                chat_id=chat.id,
                message_id=message_id,
                caption=message.text,
                caption_entities=list(message.entities),
                reply_markup=message.keyboard,
            )
        else:
            method = EditMessageText(
                chat_id=chat.id,
                message_id=message_id,
                text=message.text,
                entities=list(message.entities),
                link_preview_options=message.link_preview,
                reply_markup=message.keyboard,
            )
        result = await self._call(chat.id, method)
        if isinstance(result, Refused) and "message is not modified" in result.detail.lower():
            return Sent(message_id, kind)
        if isinstance(result, Refused) and result.refusal is Refusal.PICTURE and is_new_photo:
            return await self.edit(chat, message_id, kind, message)
        return Sent(message_id, kind) if isinstance(result, Message | bool) else result

    async def _stops_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                return await self._stopping.wait()
        except TimeoutError:
            return False

    async def _send_once(self, chat: Chat, message: Outgoing) -> SendResult:
        method: SendPhoto | SendMessage
        if message.photo is not None:
            method = SendPhoto(
                chat_id=chat.id,
                message_thread_id=chat.thread_id,
                photo=message.photo,
                caption=message.text,
                caption_entities=list(message.entities),
                disable_notification=chat.is_silent,
                reply_markup=message.keyboard,
            )
        else:
            method = SendMessage(
                chat_id=chat.id,
                message_thread_id=chat.thread_id,
                text=message.text,
                entities=list(message.entities),
                link_preview_options=message.link_preview,
                disable_notification=chat.is_silent,
                reply_markup=message.keyboard,
            )
        result = await self._call(chat.id, method)
        if isinstance(result, Message):
            return Sent(result.message_id, PostKind.PHOTO if message.photo is not None else PostKind.TEXT)
        return result

    async def _call(self, chat_id: int, method: TelegramMethod[T]) -> T | RateLimited | NotSent | Uncertain | Refused:
        while (wait := self._pacer.take(chat_id, self._clock())) > 0:
            if wait > LONGEST_PACING:
                return RateLimited(wait)
            if await self._stops_within(wait):
                return NotSent("the bot is stopping")
        try:
            return await self._bot(method)
        except TelegramRetryAfter as error:
            now = self._clock()
            self._pacer.hold(chat_id, now, now + error.retry_after)
            return RateLimited(error.retry_after)
        except (TelegramAPIError, ClientDecodeError) as error:
            return describe(error)


def describe(error: TelegramAPIError | ClientDecodeError) -> NotSent | Uncertain | Refused:
    """What an error of aiogram's tells about a request: it merges network errors, so their cause decides."""
    if isinstance(error, ClientDecodeError):
        return Uncertain("the answer cannot be read")
    if isinstance(error, TelegramNetworkError):
        if isinstance(error.__cause__, ClientConnectorError):
            return NotSent("no connection")
        return Uncertain(type(error.__cause__ or error).__name__)
    if isinstance(error, TelegramServerError):
        return NotSent(error.message)
    if isinstance(error, TelegramMigrateToChat):
        return classify(HTTPStatus.BAD_REQUEST, error.message, error.migrate_to_chat_id)
    code = next((code for kind, code in _CODES if isinstance(error, kind)), HTTPStatus.BAD_REQUEST)
    return classify(code, error.message)
