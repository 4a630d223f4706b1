"""Topics of a forum."""

from typing import Any

from bot.sandbox.access import forum_thread, joined_chat, may_manage_topics
from bot.sandbox.errors import bad_request
from bot.sandbox.params import Params
from bot.sandbox.telegram import Telegram
from bot.sandbox.threads import open_topic
from bot.sandbox.world import Content, Json

MAX_NAME = 128


async def create_forum_topic(telegram: Telegram, params: Params) -> Any:
    """A new topic; its id is the id of its first service message."""
    chat = joined_chat(telegram, params)
    if not chat.is_forum:
        raise bad_request("the chat is not a forum")
    if not may_manage_topics(chat):
        raise bad_request("not enough rights to create a topic")
    thread = open_topic(telegram, chat, _name(params), telegram.world.bot.id)
    return {"message_thread_id": thread.id, "name": thread.name, "icon_color": thread.icon_color}


def _name(params: Params) -> str:
    name = params.text("name").strip()
    if not 1 <= len(name) <= MAX_NAME:
        raise bad_request("TOPIC_TITLE_EMPTY" if not name else "topic name is too long")
    return name


async def edit_forum_topic(telegram: Telegram, params: Params) -> Any:
    """Another name."""
    chat = joined_chat(telegram, params)
    thread = forum_thread(chat, params)
    if params.has("name"):
        thread.name = _name(params)
    telegram.announce_chat(chat)
    return True


async def close_forum_topic(telegram: Telegram, params: Params) -> Any:
    """Only who manages topics writes there now."""
    return await _set_closed(telegram, params, closed=True)


async def reopen_forum_topic(telegram: Telegram, params: Params) -> Any:
    """Everybody writes there again."""
    return await _set_closed(telegram, params, closed=False)


async def _set_closed(telegram: Telegram, params: Params, *, closed: bool) -> Any:
    chat = joined_chat(telegram, params)
    thread = forum_thread(chat, params)
    if thread.closed == closed:
        raise bad_request("TOPIC_NOT_MODIFIED")
    thread.closed = closed
    service: Json = {"forum_topic_closed" if closed else "forum_topic_reopened": {}}
    telegram.post(chat, Content(service=service), author_id=telegram.world.bot.id, thread_id=thread.id)
    telegram.announce_chat(chat)
    return True


async def delete_forum_topic(telegram: Telegram, params: Params) -> Any:
    """The topic goes with all its messages."""
    chat = joined_chat(telegram, params)
    thread = forum_thread(chat, params)
    thread.deleted = True
    gone = [message.id for message in chat.messages.values() if message.thread_id == thread.id]
    if gone:
        telegram.remove(chat, gone)
    telegram.announce_chat(chat)
    return True


METHODS = {
    "createForumTopic": create_forum_topic,
    "editForumTopic": edit_forum_topic,
    "closeForumTopic": close_forum_topic,
    "reopenForumTopic": reopen_forum_topic,
    "deleteForumTopic": delete_forum_topic,
}
