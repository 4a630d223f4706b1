"""Deleting, pinning, reacting."""

import time
from dataclasses import replace
from typing import Any

from bot.sandbox.access import has_admin_right, joined_chat, message_in
from bot.sandbox.errors import bad_request
from bot.sandbox.params import Params, whole
from bot.sandbox.telegram import Telegram
from bot.sandbox.world import Chat, Content, Message

DELETABLE_FOR = 48 * 3600  # seconds: a bot cannot delete what is older
MAX_DELETED = 100


async def delete_message(telegram: Telegram, params: Params) -> Any:
    """One message, of any author where the bot has that right."""
    chat = joined_chat(telegram, params)
    message = message_in(chat, params.number("message_id"), "delete")
    if not _may_delete(telegram, chat, message):
        raise bad_request(
            "message can't be deleted" if chat.type == "private" else "message can't be deleted for everyone"
        )
    telegram.remove(chat, [message.id])
    return True


async def delete_messages(telegram: Telegram, params: Params) -> Any:
    """Up to 100; what is not there or may not go is skipped."""
    chat = joined_chat(telegram, params)
    ids = params.array("message_ids") or []
    if not 1 <= len(ids) <= MAX_DELETED:
        raise bad_request(
            "message identifiers are not specified" if not ids else "too many message identifiers specified"
        )
    numbers = [whole(number, "message_ids") for number in ids]
    found = [chat.messages[number] for number in numbers if number in chat.messages]
    gone = [message.id for message in found if _may_delete(telegram, chat, message)]
    if gone:
        telegram.remove(chat, gone)
    return True


def _may_delete(telegram: Telegram, chat: Chat, message: Message) -> bool:
    if time.time() - message.date > DELETABLE_FOR:
        return False
    own = message.author_id == telegram.world.bot.id
    if chat.type == "private":
        return True
    if chat.type == "channel":
        return (own and has_admin_right(chat, "can_post_messages")) or has_admin_right(chat, "can_delete_messages")
    return own or has_admin_right(chat, "can_delete_messages")


async def pin_chat_message(telegram: Telegram, params: Params) -> Any:
    """Pins, with the service message groups and private chats show."""
    chat = _pinnable(telegram, params)
    message = message_in(chat, params.number("message_id"), "pin")
    if message.id not in chat.pinned:
        chat.pinned.append(message.id)
    service = {"pinned_message": telegram.message_json(replace(message, reply_to=None))}
    telegram.post(chat, Content(service=service), author_id=telegram.world.bot.id)
    return True


async def unpin_chat_message(telegram: Telegram, params: Params) -> Any:
    """Unpins that message, else the newest pinned."""
    chat = _pinnable(telegram, params)
    message_id = params.number("message_id") or (chat.pinned[-1] if chat.pinned else 0)
    if message_id not in chat.pinned:
        raise bad_request("message to unpin not found")
    chat.pinned.remove(message_id)
    return True


async def unpin_all(telegram: Telegram, params: Params) -> Any:
    """Unpins everything."""
    _pinnable(telegram, params).pinned.clear()
    return True


def _pinnable(telegram: Telegram, params: Params) -> Chat:
    chat = joined_chat(telegram, params)
    right = "can_edit_messages" if chat.type == "channel" else "can_pin_messages"
    if chat.type != "private" and not has_admin_right(chat, right):
        raise bad_request("not enough rights to manage pinned messages in the chat")
    return chat


async def set_message_reaction(telegram: Telegram, params: Params) -> Any:
    """The bot's own reaction, at most one."""
    chat = joined_chat(telegram, params)
    message = message_in(chat, params.number("message_id"), "react")
    given = params.array("reaction") or []
    if len(given) > 1 or any(not isinstance(r, dict) or not r.get("emoji") for r in given):
        raise bad_request("REACTIONS_TOO_MANY" if len(given) > 1 else "REACTION_INVALID")
    emoji = tuple(str(reaction["emoji"]) for reaction in given)
    telegram.world.store(replace(message, reactions=emoji))
    telegram.events.emit("reaction", chat.id, message_id=message.id, reaction=list(emoji))
    return True


METHODS = {
    "deleteMessage": delete_message,
    "deleteMessages": delete_messages,
    "pinChatMessage": pin_chat_message,
    "unpinChatMessage": unpin_chat_message,
    "unpinAllChatMessages": unpin_all,
    "setMessageReaction": set_message_reaction,
}
