"""/alias: other names for a topic, given and taken off by the admins whom the settings name."""

import re
import zlib
from collections.abc import Sequence
from typing import Any

import structlog
from aiogram import F, Router
from aiogram.filters import CommandObject
from aiogram.types import CallbackQuery, Message

from bot.chat.context import ChatContext, Visit
from bot.chat.filters import command
from bot.chat.replies import Notice, Redraw, Replies, Reply, Say, notice
from bot.rendering.admin import admins_notice
from bot.rendering.aliases import how_to_name, names_of_topic, no_such_topic
from bot.rendering.callbacks import DropAlias
from bot.rendering.message import Outgoing
from bot.rendering.notices import Toast
from storage.naming import AliasOrigin
from storage.records import Topic

log = structlog.get_logger("khabar.admin")

MOST_AT_ONCE = 20  # names in one command
_BETWEEN_NAMES = re.compile(r"[,;\n]")


async def alias(_: Message, command: CommandObject, visit: Visit) -> Reply:
    """/alias TOPIC shows the topic's names; /alias TOPIC = NAME, NAME gives it more."""
    asked = read_names(command.args or "")
    if asked is None:
        return Say(how_to_name(visit.words))
    name, given = asked
    topic = await visit.archive.find_topic(visit.stores, name)
    if topic is None and not given:
        return Say(no_such_topic(name, visit.words))
    topic = topic or await visit.archive.save_topic(visit.stores, name)
    added = [one for one in given if await visit.archive.add_alias(visit.stores, topic, one)]
    if added:
        log.info("a topic was given other names", topic=topic.name, names=added, admin=visit.user_id)
    refused = [one for one in given if one not in added]
    return Say(await _draw(visit, topic, added, refused))


async def drop_alias(_: CallbackQuery, callback_data: DropAlias, visit: Visit) -> Replies:
    """The button under the names: an admin's name is taken off again."""
    topic = await visit.stores.topics.get(callback_data.topic_id)
    names = await visit.stores.topics.get_aliases(topic.id)
    meant = [one.name for one in names if one.origin is AliasOrigin.ADMIN and mark(one.name) == callback_data.mark]
    for name in meant:
        await visit.archive.remove_alias(visit.stores, topic, name)
        log.info("a topic lost a name", topic=topic.name, name=name, admin=visit.user_id)
    toast = Toast.CHANGED if meant else Toast.STALE
    return notice(toast, visit), Redraw(await _draw(visit, topic))


async def not_yours(_: CallbackQuery, visit: Visit) -> Reply:
    """An admin's button under a message in a group, pressed by somebody else."""
    return Notice(admins_notice(visit.words))


def read_names(text: str) -> tuple[str, tuple[str, ...]] | None:
    """The topic's name and those that it is to be given; None for what cannot be meant."""
    name, sign, rest = (part.strip() for part in text.partition("="))
    given = tuple(dict.fromkeys(one for part in _BETWEEN_NAMES.split(rest) if (one := " ".join(part.split()))))
    if not name or (sign and not given) or len(given) > MOST_AT_ONCE:
        return None
    return name, given


def mark(name: str) -> int:
    """What stands for a name in a button, which has no room for it."""
    return zlib.crc32(name.encode())


async def _draw(visit: Visit, topic: Topic, added: Sequence[str] = (), refused: Sequence[str] = ()) -> Outgoing:
    names = await visit.stores.topics.get_aliases(topic.id)
    return names_of_topic(topic, names, visit.words, mark, added=added, refused=refused)


def create_router(context: ChatContext) -> Router:
    """Handlers of this subject, for the settings' admins alone; others' commands fall through to the last router."""
    router = Router(name="aliases")
    is_admin: Any = F.from_user.id.in_(context.settings.admins)
    router.message.filter(is_admin)
    router.message.register(alias, command("alias"))
    router.callback_query.register(drop_alias, DropAlias.filter(), is_admin)
    router.callback_query.register(not_yours, DropAlias.filter())
    return router
