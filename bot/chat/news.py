"""/latest, /top, /saved, and the pages of every list."""

from aiogram import Router
from aiogram.filters import CommandObject
from aiogram.types import CallbackQuery, Message

from bot.chat.context import Visit
from bot.chat.filters import PRIVATE, command
from bot.chat.listing import draw_latest, draw_list, draw_top
from bot.chat.middleware import ONLY_READS
from bot.chat.replies import Redraw, Reply, Say
from bot.rendering.callbacks import ListKind, ListPage
from bot.rendering.lists import MAX_PAGE_SIZE


async def latest(_: Message, command: CommandObject, visit: Visit) -> Reply:
    """/latest [n]."""
    return Say(await draw_latest(visit, asked_size(command.args)))


async def top(_: Message, command: CommandObject, visit: Visit) -> Reply:
    """/top [n]."""
    return Say(await draw_top(visit, asked_size(command.args)))


async def saved(_: Message, visit: Visit) -> Reply:
    """/saved."""
    return Say(await draw_list(visit, ListPage(kind=ListKind.SAVED)))


async def turn_page(_: CallbackQuery, callback_data: ListPage, visit: Visit) -> Reply:
    """Another page, or another list."""
    shown = await draw_list(visit, callback_data)
    return Say(shown) if callback_data.anew else Redraw(shown)


def asked_size(argument: str | None) -> int:
    """How many stories the n of a command asks for, 1 to 20; 0 for the usual number where it is none."""
    text = (argument or "").strip()
    if not text.isdecimal():
        return 0
    return max(1, min(int(text[:9]), MAX_PAGE_SIZE))


def create_router() -> Router:
    """Handlers of this subject."""
    router = Router(name="news")
    reads = {ONLY_READS: True}
    router.message.register(latest, command("latest"), flags=reads)
    router.message.register(top, command("top"), flags=reads)
    router.message.register(saved, PRIVATE, command("saved"), flags=reads)
    router.callback_query.register(turn_page, ListPage.filter(), flags=reads)
    return router
