"""Updates as Telegram tells them: read one by one, so that one that cannot be read holds up no other."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from aiogram import Bot
from aiogram.enums import ChatType
from aiogram.types import CallbackQuery, ChatMemberUpdated, InlineQuery, Message, Update
from aiogram.types.update import UpdateTypeLookupError
from pydantic import ValidationError

from bot.chat.allowance import WINDOW

log = structlog.get_logger("khabar.updates")

INLINE = 2**60  # above every id of a person
LARGEST_ID = 2**63 - 1  # a number above it cannot be kept


@dataclass(frozen=True, slots=True)
class Incoming:
    """An update that can be read. `asker` is whose allowance it takes, None where it takes nobody's."""

    update: Update
    chat_id: int
    asker: int | None
    body: str

    @property
    def update_id(self) -> int:
        return self.update.update_id

    @property
    def is_fleeting(self) -> bool:
        """Whether nobody misses it after a crash, so that it need not be written down: words typed after @bot."""
        return isinstance(self.update.event, InlineQuery)

    def asked_at(self, now: datetime) -> datetime:
        """When the person wrote, if that was long ago: what waited while the bot was away came at its own pace."""
        event = self.update.event
        if isinstance(event, Message) and (now - event.date).total_seconds() > WINDOW:
            return event.date
        return now

    def concerns(self, bot_id: int, name: str | None) -> bool:
        """Whether it is for the bot: where it is a group's admin, it is told every word that is said there.

        `name` is the bot's, without the @; None while it is not known, and every command may be for this bot.
        """
        event = self.update.event
        if not isinstance(event, Message) or event.chat.type not in (ChatType.GROUP, ChatType.SUPERGROUP):
            return True
        answered = event.reply_to_message
        if answered is not None and answered.from_user is not None and answered.from_user.id == bot_id:
            return True
        return event.migrate_to_chat_id is not None or _is_command(event.text or event.caption or "", name)


def number_of(told: object) -> int | None:
    """The update's number; None for what has none and so cannot be an update of Telegram's."""
    number = told.get("update_id") if isinstance(told, dict) else None
    return number if isinstance(number, int) and 0 <= number <= LARGEST_ID else None


def read_update(told: dict[str, Any], bot: Bot) -> Incoming | None:
    """The update; None, and a line in the log, for one that cannot be read or is of a kind that is not known."""
    try:
        update = Update.model_validate(told, context={"bot": bot})
        event = update.event
    except ValidationError as error:
        log.warning("an update cannot be read", update_id=told.get("update_id"), reason=str(error.errors()[:2]))
        return None
    except UpdateTypeLookupError:
        log.info("an update of a kind that is not known", update_id=told.get("update_id"))
        return None
    asker = None if isinstance(event, ChatMemberUpdated) else _asker_of(event)
    return Incoming(update, _chat_of(event), asker, json.dumps(told))


def _is_command(text: str, name: str | None) -> bool:
    """Whether it begins with a /command, or /command@name; one for another bot does not count."""
    first = next(iter(text.split(maxsplit=1)), "")
    addressee = first.partition("@")[2]
    return first.startswith("/") and (not addressee or name is None or addressee.lower() == name.lower())


def _chat_of(event: Any) -> int:
    """Whose turn it is: the chat of the message or button, else the person."""
    message = getattr(event, "message", event)
    for holder in (getattr(message, "chat", None), getattr(event, "from_user", None)):
        if holder is not None:
            return int(holder.id)
    return 0


def _asker_of(event: Any) -> int:
    """The person; of an anonymous admin or a channel, which share one person at Telegram, the chat they write as."""
    if isinstance(event, Message) and event.sender_chat is not None:
        return event.sender_chat.id
    if isinstance(event, InlineQuery):
        return INLINE + event.from_user.id  # typing has an allowance of its own: commands are not paid with it
    if isinstance(event, Message | CallbackQuery) and event.from_user is not None:
        return event.from_user.id
    return _chat_of(event)
