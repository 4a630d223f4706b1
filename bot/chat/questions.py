"""/topic, /search, plain words, whom and what articles speak of; and what was not understood, in private chats only."""

from aiogram import F, Router
from aiogram.filters import CommandObject
from aiogram.types import CallbackQuery, Message

from bot.chat.context import Visit
from bot.chat.filters import CHATTER, NO_WORDS, PRIVATE, command
from bot.chat.listing import ask_topic, look_up, search
from bot.chat.middleware import ONLY_READS
from bot.chat.replies import Redraw, Reply, Say
from bot.rendering.callbacks import AskEntity
from bot.rendering.welcome import UnknownKind, unknown


async def show_topic(_: Message, command: CommandObject, visit: Visit) -> Reply:
    """/topic WORDS."""
    return Say(await ask_topic(visit, command.args or ""))


async def show_search(_: Message, command: CommandObject, visit: Visit) -> Reply:
    """/search WORDS."""
    return Say(await search(visit, command.args or ""))


async def show_words(message: Message, visit: Visit) -> Reply:
    """Plain words."""
    return Say(await look_up(visit, message.text or ""))


async def show_entity(_: CallbackQuery, callback_data: AskEntity, visit: Visit) -> Reply:
    """A button with a person, an organisation or a place: the news about it, to be followed as a topic."""
    entity = await visit.stores.entities.get(callback_data.entity_id)
    shown = await ask_topic(visit, entity.name, exactly=True)
    return Say(shown) if callback_data.anew else Redraw(shown)


async def unknown_command(_: Message, visit: Visit) -> Reply:
    """A command that the bot does not know."""
    return Say(unknown(UnknownKind.COMMAND, visit.words))


async def no_words(_: Message, visit: Visit) -> Reply:
    """A sticker, a photo, a voice."""
    return Say(unknown(UnknownKind.NO_TEXT, visit.words))


def create_router() -> Router:
    """Handlers of this subject."""
    router = Router(name="questions")
    reads = {ONLY_READS: True}
    router.message.register(show_topic, command("topic"), flags=reads)
    router.message.register(show_search, command("search"), flags=reads)
    router.message.register(show_words, PRIVATE, CHATTER, flags=reads)
    router.callback_query.register(show_entity, AskEntity.filter(), flags=reads)
    return router


def create_last_router() -> Router:
    """What no other handler knows: it must come after all of them."""
    router = Router(name="unknown")
    router.message.register(no_words, PRIVATE, NO_WORDS)
    router.message.register(unknown_command, PRIVATE, F.text)
    return router
