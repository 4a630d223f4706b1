"""What people of the sandbox do: write, press buttons, add and block the bot. Updates follow as in Telegram."""

from typing import Any

from bot.sandbox.errors import ControlError
from bot.sandbox.files import draw_snapshot
from bot.sandbox.keyboards import find_button
from bot.sandbox.questions import Question
from bot.sandbox.telegram import Telegram
from bot.sandbox.text import formatted_text
from bot.sandbox.wire import user_json
from bot.sandbox.world import Chat, Content, Member, Message, User


def start_private_chat(telegram: Telegram, user: User) -> None:
    """A person who writes or presses may be written to; a blocked bot is unblocked by writing to it."""
    chat = telegram.world.chats[user.id]
    if chat.deactivated:
        raise ControlError(409, "this account is deleted")
    if chat.bot.status == "kicked":
        telegram.set_bot_member(chat, Member("member"), user.id)
    elif chat.bot.status == "left":
        chat.bot = Member("member")
        telegram.announce_chat(chat)


def write(telegram: Telegram, chat: Chat, user: User, order: dict[str, Any]) -> Message:
    """A person writes in a chat; the bot hears of it where it would in Telegram."""
    if chat.migrated_to is not None:
        raise ControlError(409, "this group became a supergroup")
    if chat.type == "private":
        if chat.id != user.id:
            raise ControlError(400, "a private chat belongs to its own user")
        start_private_chat(telegram, user)
    elif chat.type != "channel" and user.id not in chat.members:
        chat.members[user.id] = Member("member")
    text = formatted_text(str(order.get("text") or ""), "", None)
    if not text.text and not order.get("photo"):
        raise ControlError(400, "give text, photo or both")
    photo = (telegram.files.add_photo(draw_snapshot(chat.last_message_id)),) if order.get("photo") else ()
    thread = _thread(chat, order.get("thread"))
    message = telegram.post(
        chat,
        Content(text.text, text.entities, photo=photo),
        author_id=user.id,
        reply_to=_answered(chat, order.get("reply_to")),
        thread_id=thread,
    )
    if _bot_hears(telegram, chat, message):
        kind = "channel_post" if chat.type == "channel" else "message"
        telegram.updates.put(kind, telegram.message_json(message), chat.id)
    return message


def _thread(chat: Chat, thread: Any) -> int | None:
    if not thread:
        return None
    found = chat.threads.get(int(thread))
    if found is None or found.deleted:
        raise ControlError(404, "no such topic")
    if found.closed:
        raise ControlError(409, "this topic is closed")
    return found.id


def _answered(chat: Chat, reply_to: Any) -> int | None:
    if not reply_to:
        return None
    if int(reply_to) not in chat.messages:
        raise ControlError(404, "no such message to reply to")
    return int(reply_to)


def _bot_hears(telegram: Telegram, chat: Chat, message: Message) -> bool:
    """Privacy mode: a plain member of a group hears commands, replies to itself and mentions, an admin everything."""
    status = chat.bot.status
    if chat.type == "private" or status == "administrator":
        return True
    if chat.type == "channel" or status not in {"member", "restricted"}:
        return False
    bot = telegram.world.bot
    answered = chat.messages.get(message.reply_to or 0)
    if answered is not None and answered.author_id == bot.id:
        return True
    text, name = message.content.text, f"@{bot.username}".lower()
    if text.startswith("/"):
        command = text.split(maxsplit=1)[0]
        return "@" not in command or command.lower().endswith(name)
    return name in text.lower()


def press(telegram: Telegram, user: User, chat: Chat, message_id: int, *, label: str | None, data: str | None) -> Any:
    """Presses a button: a url or copied text at once, else the question the bot must answer."""
    message = chat.messages.get(message_id)
    if message is None:
        raise ControlError(404, "no such message")
    button = find_button(message.keyboard, label, data)
    if button is None:
        labels = ", ".join(f"«{b['text']}»" for row in message.keyboard for b in row) or "none"
        raise ControlError(404, f"no such button; the message has: {labels}")
    if "url" in button:
        return {"answered": True, "text": None, "show_alert": False, "url": button["url"]}
    if "copy_text" in button:
        return {"answered": True, "text": button["copy_text"]["text"], "show_alert": False, "url": None}
    if "callback_data" not in button:
        raise ControlError(409, "this button does nothing in the sandbox")
    return _ask(telegram, user, chat, message, str(button["callback_data"]))


def _ask(telegram: Telegram, user: User, chat: Chat, message: Message, data: str) -> Question:
    if telegram.world.chats[user.id].deactivated:
        raise ControlError(409, "this account is deleted")
    question = telegram.questions.ask(user.id, chat.id)
    body: dict[str, Any] = {
        "id": question.id,
        "from": user_json(user),
        "chat_instance": str(abs(chat.id) * 7919 + 1),
        "data": data,
    }
    if message.inline_message_id:
        body["inline_message_id"] = message.inline_message_id
    else:
        body["message"] = telegram.message_json(message)
    telegram.updates.put("callback_query", body, chat.id)
    return question


def type_inline(telegram: Telegram, user: User, query: str, offset: str) -> Question:
    """Types `@bot query`."""
    question = telegram.questions.ask(user.id, None)
    body = {"id": question.id, "from": user_json(user), "query": query, "offset": offset, "chat_type": "sender"}
    telegram.updates.put("inline_query", body, user.id)
    return question


def set_blocked(telegram: Telegram, user: User, *, blocked: bool) -> None:
    """Blocks or unblocks the bot."""
    chat = telegram.world.chats[user.id]
    if (chat.bot.status == "kicked") == blocked:
        return
    telegram.set_bot_member(chat, Member("kicked" if blocked else "member"), user.id)
