"""The first screens: /start with its links, /help, and every screen that a button opens."""

import re

from aiogram import Router
from aiogram.filters import CommandObject
from aiogram.types import CallbackQuery, Message

from bot.chat.context import Visit
from bot.chat.filters import command
from bot.chat.listing import draw_topic
from bot.chat.middleware import FINDS_FIRST, ONLY_READS
from bot.chat.reading import read
from bot.chat.replies import Redraw, Reply, Say
from bot.chat.screens import draw_screen
from bot.rendering.callbacks import OpenScreen, Screen
from bot.rendering.message import Outgoing
from bot.rendering.notices import resumed
from storage.records import ChatState

_LINK = re.compile(r"(?P<noun>topic|story)_(?P<id>\d{1,18})")  # t.me/BOT?start=topic_ID; SQLite's ids have 63 bits


async def find_linked(_: Message, command: CommandObject, visit: Visit) -> Outgoing | None:
    """The list of the topic that a link names."""
    link = _LINK.fullmatch(command.args or "")
    return await draw_topic(visit, int(link["id"])) if link and link["noun"] == "topic" else None


async def start(_: Message, command: CommandObject, visit: Visit, found: Outgoing | None) -> Reply:
    """Open what the link names; wake a reader who comes back and has chosen before; welcome anybody else."""
    if found is not None:
        return Say(found)
    link = _LINK.fullmatch(command.args or "")
    if link is not None:
        return await read(visit, int(link["id"]))
    follows = await visit.stores.chats.get_follows(visit.chat.id)
    if follows and visit.chat.state is not ChatState.ACTIVE and visit.is_private:
        await visit.wake()
        return Say(resumed(visit.words, follows=len(follows)))
    return Say(await draw_screen(visit, Screen.WELCOME))


async def show_help(_: Message, command: CommandObject, visit: Visit) -> Reply:
    """/help; with any word after it («/help search»), how to ask."""
    return Say(await draw_screen(visit, Screen.ASKING if command.args else Screen.HELP))


async def open_screen(_: CallbackQuery, callback_data: OpenScreen, visit: Visit) -> Reply:
    """A button that leads to another screen."""
    return Redraw(await draw_screen(visit, callback_data.screen, callback_data.page, callback_data.back))


def create_router() -> Router:
    """Handlers of this subject."""
    router = Router(name="start")
    router.message.register(start, command("start"), flags={FINDS_FIRST: find_linked})
    router.message.register(show_help, command("help"), flags={ONLY_READS: True})
    router.callback_query.register(open_screen, OpenScreen.filter())
    return router
