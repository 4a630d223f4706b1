"""Opening a forum's topic: a service message gives it its id."""

from dataclasses import replace

from bot.sandbox.telegram import Telegram
from bot.sandbox.world import Chat, Content, Thread


def open_topic(telegram: Telegram, chat: Chat, name: str, by: int, *, closed: bool = False) -> Thread:
    """A new topic, by a person or by the bot."""
    thread = Thread(0, name)
    service = {"forum_topic_created": {"name": name, "icon_color": thread.icon_color}}
    message = telegram.post(chat, Content(service=service), author_id=by)
    telegram.world.store(replace(message, thread_id=message.id))
    thread = Thread(message.id, name, closed=closed)
    chat.threads[thread.id] = thread
    telegram.announce_chat(chat)
    return thread
