"""Making and changing chats, and how the bot stands in them."""

from dataclasses import replace
from typing import Any, get_args

from bot.sandbox.errors import ControlError
from bot.sandbox.telegram import Telegram
from bot.sandbox.wire import user_json
from bot.sandbox.world import Chat, ChatType, Content, Member, Status

GIVEN_STATUSES = ("administrator", "member", "left", "kicked")


def make_chat(telegram: Telegram, order: dict[str, Any]) -> Chat:
    """A new chat, or a known one changed. A given state: no my_chat_member is told (use set_bot for that)."""
    kind = _chat_type(order.get("type"))
    title = str(order.get("title") or "").strip()
    if not title:
        raise ControlError(400, "a chat needs a title")
    world = telegram.world
    chat_id = int(order.get("id") or 0) or world.free_chat_id(kind)
    chat = world.chats.get(chat_id) or Chat(chat_id, kind)
    chat.type, chat.title, chat.is_forum = kind, title, bool(order.get("is_forum"))
    if "username" in order:
        chat.username = str(order["username"]).removeprefix("@") or None
    for user_id in order.get("members") or []:
        _require_user(telegram, user_id)
        chat.members.setdefault(int(user_id), Member("member"))
    if owner := order.get("owner"):
        _require_user(telegram, owner)
        chat.owner_id = int(owner)
        chat.members[chat.owner_id] = Member("creator")
    if "bot" in order:
        chat.bot = Member(_status(order["bot"]))
    world.put_chat(chat)
    telegram.announce_chat(chat)
    return chat


def _chat_type(given: Any) -> ChatType:
    if given not in get_args(ChatType) or given == "private":
        raise ControlError(400, "type must be group, supergroup or channel")
    kind: ChatType = given
    return kind


def _require_user(telegram: Telegram, user_id: Any) -> None:
    if int(user_id) not in telegram.world.users:
        raise ControlError(404, f"no such user: {user_id}")


def _status(given: Any) -> Status:
    if given not in GIVEN_STATUSES:
        raise ControlError(400, f"status must be one of {', '.join(GIVEN_STATUSES)}")
    status: Status = given
    return status


def set_bot(telegram: Telegram, chat: Chat, order: dict[str, Any]) -> None:
    """Somebody adds, promotes, restricts or removes the bot: my_chat_member, and in groups a service message."""
    if chat.type == "private":
        raise ControlError(400, "use /sandbox/api/block for private chats")
    by = int(order.get("by") or chat.owner_id or 0)
    _require_user(telegram, by)
    status, rights = _status(order.get("status")), dict(order.get("rights") or {})
    member = Member("restricted" if status == "member" and rights else status, rights)
    joined = chat.bot.status in {"left", "kicked"} and status in {"member", "administrator"}
    telegram.set_bot_member(chat, member, by)
    if joined and chat.type != "channel":
        service = {"new_chat_members": [user_json(telegram.world.bot)]}
        message = telegram.post(chat, Content(service=service), author_id=by)
        telegram.updates.put("message", telegram.message_json(message), chat.id)


def migrate(telegram: Telegram, chat: Chat) -> Chat:
    """A group becomes a supergroup under a new id; both chats tell."""
    if chat.type != "group" or chat.migrated_to is not None:
        raise ControlError(409, "only a group that was not upgraded yet can become a supergroup")
    world = telegram.world
    new = replace(
        chat, id=world.free_chat_id("supergroup"), type="supergroup", messages={}, pinned=[], last_message_id=0
    )
    new.members = dict(chat.members)
    world.put_chat(new)
    by = chat.owner_id or world.bot.id
    for place, service in ((chat, {"migrate_to_chat_id": new.id}), (new, {"migrate_from_chat_id": chat.id})):
        message = telegram.post(place, Content(service=service), author_id=by)
        if place.bot.status not in {"left", "kicked"}:
            telegram.updates.put("message", telegram.message_json(message), place.id)
    chat.migrated_to = new.id
    telegram.announce_chat(chat)
    telegram.announce_chat(new)
    return new
