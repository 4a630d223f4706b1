"""Pictures of charts in a chat. What Telegram will not take as a picture, the reader is told in words."""

from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from aiogram.exceptions import TelegramBadRequest
from aiogram.methods import EditMessageMedia, SendPhoto, TelegramMethod
from aiogram.types import BufferedInputFile, InputMediaPhoto, Message

from bot.chat.replies import Draw, Picture, Reply, Say
from bot.delivery.results import NOT_MODIFIED, PICTURES_FORBIDDEN, Refusal, Refused
from bot.delivery.session import describe
from bot.painter import Painter
from bot.workers.pool import WorkerError

log = structlog.get_logger("khabar.chat")

Photo = str | BufferedInputFile  # Telegram's own copy, or an upload
Call = Callable[[int, TelegramMethod[Any]], Awaitable[Any]]


class Easel:
    """Shows pictures; `call` performs one request to a chat in its turn. What it raises goes through."""

    def __init__(self, painter: Painter, call: Call) -> None:
        self._painter = painter
        self._call = call

    async def draw(self, picture: Picture, chat_id: int, thread_id: int | None) -> tuple[Reply, ...]:
        """A new message with the picture; what is to be said in its place."""
        message = picture.message

        def method(photo: Photo) -> SendPhoto:
            return SendPhoto(
                chat_id=chat_id,
                message_thread_id=thread_id,
                photo=photo,
                caption=message.text,
                caption_entities=list(message.entities),
                reply_markup=message.keyboard,
            )

        return await self._show(picture, chat_id, method)

    async def repaint(self, picture: Picture, pressed: Message | None) -> tuple[Reply, ...]:
        """Another picture in a message; what is to be done in its place, where that has none or is gone."""
        if pressed is None or not pressed.photo:
            return (Draw(picture),)
        chat_id, message_id, message = pressed.chat.id, pressed.message_id, picture.message

        def method(photo: Photo) -> EditMessageMedia:
            media = InputMediaPhoto(media=photo, caption=message.text, caption_entities=list(message.entities))
            return EditMessageMedia(chat_id=chat_id, message_id=message_id, media=media, reply_markup=message.keyboard)

        return await self._show(picture, chat_id, method)

    async def _show(
        self, picture: Picture, chat_id: int, method: Callable[[Photo], TelegramMethod[Any]]
    ) -> tuple[Reply, ...]:
        """By Telegram's own copy, then as an upload: a copy may be remembered that Telegram has no more."""
        known = self._painter.find_file(picture.chart, picture.theme)
        if known is not None:
            refusal = await self._attempt(picture, chat_id, method(known))
            if refusal is None or _is_for_good(refusal):
                return _instead(refusal, picture)
            self._painter.forget_file(picture.chart, picture.theme)
        try:
            drawn = await self._painter.draw(picture.chart, picture.theme)
        except WorkerError as error:
            log.warning("a picture could not be drawn", chat=chat_id, reason=str(error))
            return (Say(picture.message),)
        return _instead(await self._attempt(picture, chat_id, method(BufferedInputFile(drawn, "chart.png"))), picture)

    async def _attempt(self, picture: Picture, chat_id: int, method: TelegramMethod[Any]) -> Refused | None:
        """Why Telegram will not; None when it stands there."""
        try:
            sent = await self._call(chat_id, method)
        except TelegramBadRequest as error:
            if NOT_MODIFIED in error.message.lower():
                return None
            outcome = describe(error)
            if not isinstance(outcome, Refused):
                raise
            log.info("a picture was refused", chat=chat_id, reason=outcome.detail)
            return outcome
        if isinstance(sent, Message) and sent.photo:
            self._painter.keep_file(picture.chart, picture.theme, sent.photo[-1].file_id)
        return None


def _is_for_good(refused: Refused) -> bool:
    """Whether the same picture as an upload would be refused too."""
    no_pictures = any(sign in refused.detail.lower() for sign in PICTURES_FORBIDDEN)
    return no_pictures or refused.refusal not in {Refusal.PICTURE, Refusal.OTHER}


def _instead(refused: Refused | None, picture: Picture) -> tuple[Reply, ...]:
    """A message that is gone is drawn anew; what cannot be shown is told in the words of its caption."""
    if refused is None:
        return ()
    return (Draw(picture),) if refused.refusal is Refusal.POST_GONE else (Say(picture.message),)
