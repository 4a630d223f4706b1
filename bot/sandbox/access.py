"""May the bot do that there? Every refusal in Telegram's words."""

from bot.sandbox.errors import ApiError, bad_request, forbidden
from bot.sandbox.params import Params
from bot.sandbox.telegram import Telegram
from bot.sandbox.wire import admin_rights
from bot.sandbox.world import Chat, Message, Thread

UPGRADED = "group chat was upgraded to a supergroup chat"
CHANNEL_ADMIN_NEEDED = "need administrator rights in the channel chat"
RIGHT_TO_SEND = {  # what is sent -> the right of a restricted member
    "text messages": "can_send_messages",
    "photos": "can_send_photos",
    "documents": "can_send_documents",
}


def known_chat(telegram: Telegram, params: Params, name: str = "chat_id") -> Chat:
    """The chat a request names, found and in being; the bot need not be in it."""
    wanted = params.text(name)
    if not wanted:
        raise bad_request(f"{name} is empty")
    chat = telegram.world.find_chat(wanted)
    if chat is None:
        raise bad_request("chat not found")
    if chat.migrated_to is not None:
        raise bad_request(UPGRADED, {"migrate_to_chat_id": chat.migrated_to})
    return chat


def joined_chat(telegram: Telegram, params: Params) -> Chat:
    """A chat the bot is in (or a person who once wrote to it)."""
    chat = known_chat(telegram, params)
    if (refusal := _absence(chat)) is not None:
        raise refusal
    return chat


def _absence(chat: Chat) -> ApiError | None:
    if chat.type == "private":
        refusals = {"kicked": "bot was blocked by the user", "left": "bot can't initiate conversation with a user"}
        reason = "user is deactivated" if chat.deactivated else refusals.get(chat.bot.status)
    else:
        reason = outside(chat)
    return forbidden(reason) if reason else None


def outside(chat: Chat) -> str | None:
    """Why the bot is not in a group or channel; None when it is."""
    reasons = {
        "kicked": f"bot was kicked from the {chat.type} chat",
        "left": f"bot is not a member of the {chat.type} chat",
    }
    return "the group chat was deleted" if chat.deactivated else reasons.get(chat.bot.status)


def writable_chat(telegram: Telegram, params: Params, what: str = "text messages") -> Chat:
    """A chat the bot may send `what` to."""
    chat = joined_chat(telegram, params)
    check_may_send(chat, what)
    return chat


def check_may_send(chat: Chat, what: str) -> None:
    """Rights in channels and of restricted members."""
    if chat.type == "channel":
        if chat.bot.status != "administrator":
            raise bad_request(CHANNEL_ADMIN_NEEDED)
        if not admin_rights(chat, chat.bot)["can_post_messages"]:
            raise bad_request(f"not enough rights to send {what} to the chat")
    if chat.bot.status == "restricted":
        rights = chat.bot.rights
        if not rights.get("can_send_messages", True) or not rights.get(RIGHT_TO_SEND[what], True):
            raise bad_request(f"not enough rights to send {what} to the chat")


def open_thread(chat: Chat, params: Params) -> int | None:
    """The topic a message goes to; None for the general one or a chat without topics."""
    thread_id = params.number("message_thread_id")
    if not thread_id:
        return None
    thread = chat.threads.get(thread_id)
    if thread is None or thread.deleted:
        raise bad_request("message thread not found")
    if thread.closed and not may_manage_topics(chat):
        raise bad_request("TOPIC_CLOSED")
    return thread.id


def may_manage_topics(chat: Chat) -> bool:
    """Administrators with that right write in closed topics too."""
    return chat.bot.status == "administrator" and admin_rights(chat, chat.bot).get("can_manage_topics", False)


def forum_thread(chat: Chat, params: Params) -> Thread:
    """A topic to manage."""
    if not chat.is_forum:
        raise bad_request("the chat is not a forum")
    if not may_manage_topics(chat):
        raise bad_request(
            "not enough rights to manage topics" if chat.bot.status == "administrator" else "not enough rights"
        )
    thread = chat.threads.get(params.number("message_thread_id"))
    if thread is None or thread.deleted:
        raise bad_request("message thread not found")
    return thread


def has_admin_right(chat: Chat, right: str) -> bool:
    """Whether the bot is an administrator with that right."""
    return chat.bot.status == "administrator" and admin_rights(chat, chat.bot).get(right, False)


def message_in(chat: Chat, message_id: int, deed: str) -> Message:
    """A message that stands; `deed` completes "message to … not found"."""
    message = chat.messages.get(message_id)
    if message is None:
        raise bad_request(f"message to {deed} not found")
    return message


def own_message(telegram: Telegram, chat: Chat, message_id: int) -> Message:
    """A message the bot may edit: its own, or any post of a channel where it has that right."""
    message = message_in(chat, message_id, "edit")
    if message.content.service is not None or message.forward_origin is not None:
        raise bad_request("message can't be edited")
    if chat.type == "channel":
        if chat.bot.status != "administrator":
            raise bad_request(CHANNEL_ADMIN_NEEDED)
        if message.author_id == telegram.world.bot.id or has_admin_right(chat, "can_edit_messages"):
            return message
        raise bad_request("message can't be edited")
    if message.author_id != telegram.world.bot.id:
        raise bad_request("message can't be edited")
    return message
