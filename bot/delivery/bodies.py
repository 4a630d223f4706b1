"""Requests as JSON: what a message says is written once, what differs from chat to chat is put before it.

A broadcast sends the very same `Outgoing` to thousands of chats, and turning it into JSON costs more than sending it.
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import orjson
from aiogram.types import TelegramObject

from bot.rendering.message import Outgoing
from storage.deliveries import PostKind
from storage.records import Chat

KEPT = 256  # messages whose JSON is kept, each a few KB

_SENDS = {PostKind.TEXT: "sendMessage", PostKind.PHOTO: "sendPhoto", PostKind.ALBUM: "sendMediaGroup"}
_REPLY = b',"reply_parameters":{"message_id":%d,"allow_sending_without_reply":true}'


@dataclass(frozen=True, slots=True)
class Request:
    """A call of the Bot API that is ready to be sent. `cost` is what it counts as against the pace."""

    method: str
    chat_id: int
    body: bytes
    cost: int = 1


class Bodies:
    """Makes requests of messages."""

    def __init__(self, *, allow_paid_broadcast: bool) -> None:
        self._paid = b',"allow_paid_broadcast":true' if allow_paid_broadcast else b""
        # Messages are told apart by being the same object, so each is kept beside its JSON.
        self._kept: OrderedDict[tuple[int, PostKind, int], tuple[Outgoing, bytes]] = OrderedDict()

    def send(
        self, chat: Chat, message: Outgoing, kind: PostKind, pictures: int, *, reply_to: int | None = None
    ) -> Request:
        """The message as a text, a photo or an album of its first `pictures`, for this chat.

        As an answer to `reply_to`; where that is gone, it stands by itself.
        """
        thread = b"" if chat.thread_id is None else b',"message_thread_id":%d' % chat.thread_id
        silent = b',"disable_notification":true' if chat.is_silent else b""
        reply = b"" if reply_to is None else _REPLY % reply_to
        head = b'{"chat_id":%d%b%b%b%b,' % (chat.id, thread, reply, silent, self._paid)
        said = self._said(message, kind, pictures)
        return Request(_SENDS[kind], chat.id, head + said, pictures if kind is PostKind.ALBUM else 1)

    def _said(self, message: Outgoing, kind: PostKind, pictures: int) -> bytes:
        key = (id(message), kind, pictures)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key][1]
        said = orjson.dumps(_sent_fields(message, kind, pictures))[1:]
        self._kept[key] = (message, said)
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return said


def edit(chat_id: int, message_id: int, message: Outgoing, kind: PostKind, *, is_new_photo: bool = False) -> Request:
    """A message of this kind that stands is to read so; `is_new_photo` puts the message's picture there as well."""
    fields: dict[str, Any] = {"chat_id": chat_id, "message_id": message_id}
    if is_new_photo:
        fields["media"] = {"type": "photo", "media": message.photo, **_caption(message)}
        method = "editMessageMedia"
    elif kind in {PostKind.PHOTO, PostKind.ALBUM}:
        fields |= _caption(message)
        method = "editMessageCaption"
    else:
        fields |= _text(message)
        method = "editMessageText"
    return Request(method, chat_id, orjson.dumps(fields | _keyboard(message)))


def delete(chat_id: int, message_id: int) -> Request:
    """A message is to go."""
    return Request("deleteMessage", chat_id, orjson.dumps({"chat_id": chat_id, "message_id": message_id}))


def _sent_fields(message: Outgoing, kind: PostKind, pictures: int) -> dict[str, Any]:
    if kind is PostKind.ALBUM:
        media: list[dict[str, Any]] = [{"type": "photo", "media": url} for url in message.album[:pictures]]
        media[0] |= _caption(message)  # the caption of the first is shown as the album's
        return {"media": media}
    said = {"photo": message.photo, **_caption(message)} if kind is PostKind.PHOTO else _text(message)
    return said | _keyboard(message)


def _text(message: Outgoing) -> dict[str, Any]:
    preview = _plain(message.link_preview)
    return {"text": message.text, "entities": _entities(message), "link_preview_options": preview}


def _caption(message: Outgoing) -> dict[str, Any]:
    return {"caption": message.text, "caption_entities": _entities(message)}


def _entities(message: Outgoing) -> list[dict[str, Any]]:
    return [_plain(entity) for entity in message.entities]


def _keyboard(message: Outgoing) -> dict[str, Any]:
    return {} if message.keyboard is None else {"reply_markup": _plain(message.keyboard)}


def _plain(thing: TelegramObject) -> dict[str, Any]:
    """What was said of it; what was not stands for a setting of the bot's, and none is set."""
    return thing.model_dump(exclude_unset=True, exclude_none=True)
