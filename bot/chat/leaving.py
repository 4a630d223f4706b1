"""/stop and back again, /privacy, /delete; and buttons that nobody knows any more."""

from aiogram import Router
from aiogram.types import CallbackQuery, Message

from bot.chat.context import Visit
from bot.chat.filters import PRIVATE, command
from bot.chat.middleware import FOR_ADMINS
from bot.chat.replies import Redraw, Replies, Reply, Say, notice
from bot.rendering.callbacks import DeleteMe, Resume
from bot.rendering.notices import Toast, delete_question, deleted, kept, resumed, stopped
from bot.rendering.welcome import privacy_screen
from storage.records import ChatState


async def stop(_: Message, visit: Visit) -> Reply:
    """/stop: silence, everything else is kept."""
    await visit.stores.chats.silence(visit.chat.id, ChatState.STOPPED)
    return Say(stopped(visit.words))


async def resume(_: CallbackQuery, visit: Visit) -> Reply:
    """The button under the answer to /stop. Whoever follows nothing is asked to choose, and begins with that."""
    follows = await visit.stores.chats.get_follows(visit.chat.id)
    if follows:
        await visit.wake()
    return Redraw(resumed(visit.words, follows=len(follows)))


async def privacy(_: Message, visit: Visit) -> Reply:
    """/privacy."""
    return Say(privacy_screen(visit.words, ledger_days=visit.context.settings.delivery.ledger_days))


async def ask_delete(_: Message, visit: Visit) -> Reply:
    """/delete asks once more."""
    return Say(delete_question(visit.words))


async def delete(_: CallbackQuery, callback_data: DeleteMe, visit: Visit) -> Reply:
    """The answer to that question."""
    if not callback_data.confirm:
        return Redraw(kept(visit.words))
    await visit.stores.chats.delete(visit.chat.id)
    return Redraw(deleted(visit.words))


async def stale_button(_: CallbackQuery, visit: Visit) -> Replies:
    """A button of an older version."""
    return notice(Toast.STALE, visit)


def create_router() -> Router:
    """Handlers of this subject."""
    router = Router(name="leaving")
    admins = {FOR_ADMINS: True}
    router.message.register(stop, command("stop"), flags=admins)
    router.message.register(privacy, PRIVATE, command("privacy"))
    router.message.register(ask_delete, PRIVATE, command("delete"))
    router.callback_query.register(resume, Resume.filter(), flags=admins)
    router.callback_query.register(delete, DeleteMe.filter(), flags=admins)
    return router


def create_last_router() -> Router:
    """Presses that no other handler knows: it must come after all of them."""
    router = Router(name="stale")
    router.callback_query.register(stale_button)
    return router
