"""/sources, for the admins whom the settings name: how each source does, what can be done with it, and a new one."""

from dataclasses import replace
from typing import Any

import structlog
from aiogram import F, Router
from aiogram.filters import CommandObject
from aiogram.types import CallbackQuery, Message

from bot.chat.context import ChatContext, Visit
from bot.chat.filters import command
from bot.chat.middleware import ONLY_READS
from bot.chat.prospecting import read_address, unpack_source
from bot.chat.replies import LookAt, Notice, Redraw, Replies, Reply, Say, notice
from bot.ingest.candidates import readable
from bot.known import KnownSources
from bot.rendering.admin import admins_notice
from bot.rendering.callbacks import AddSource, ChangeSource, Deed, OpenSource, SourcesPage
from bot.rendering.message import Outgoing
from bot.rendering.notices import Toast
from bot.rendering.prospects import how_to_add, known, looking, not_added
from bot.rendering.sources import removal_question, removed, source_card, source_list
from storage.errors import NotFound
from storage.records import Source

log = structlog.get_logger("khabar.admin")


async def sources(message: Message, command: CommandObject, visit: Visit) -> Reply:
    """/sources; with an address behind it, what stands there is looked for."""
    if not command.args or message.forward_origin is not None:
        return Say(source_list(await visit.stores.sources.get_all(), visit.view))
    address = read_address(command.args)
    if address is None:
        return Say(how_to_add(visit.words))
    found = KnownSources(await visit.stores.sources.get_all()).find_stored(readable(address))
    if found is not None:
        return Say(known(found, visit.words))
    return LookAt(address, looking(address, visit.words))


async def turn_page(_: CallbackQuery, callback_data: SourcesPage, visit: Visit) -> Reply:
    """Another page of the list, or the same as it stands now."""
    return Redraw(source_list(await visit.stores.sources.get_all(), visit.view, page=callback_data.page))


async def open_source(_: CallbackQuery, callback_data: OpenSource, visit: Visit) -> Reply:
    """A source's card as it stands now. Raises `NotFound` for one that was removed."""
    card = _card(await visit.stores.sources.get(callback_data.source_id), visit, callback_data.page)
    return Say(card) if callback_data.anew else Redraw(card)


async def change_source(_: CallbackQuery, callback_data: ChangeSource, visit: Visit) -> Replies:
    """A button of the card. Raises `NotFound`."""
    page, stores = callback_data.page, visit.stores.sources
    source = await stores.get(callback_data.source_id)
    match callback_data.deed:
        case Deed.PAUSE | Deed.RESUME as deed:
            source = await stores.pause(source.id, is_paused=deed is Deed.PAUSE)
            toast = Toast.SOURCE_PAUSED if source.is_paused else Toast.SOURCE_RESUMED
        case Deed.FETCH:
            await stores.hasten(source.id)
            source = await stores.get(source.id)
            toast = Toast.SOURCE_PAUSED if source.is_paused else Toast.SOURCE_SOON
        case Deed.REMOVE | Deed.REMOVE_NOW if _is_from_settings(source, visit):
            toast = Toast.SOURCE_OF_SETTINGS
        case Deed.REMOVE:
            return Redraw(removal_question(source, visit.words, page=page))
        case Deed.REMOVE_NOW:
            await stores.remove(source.id, visit.now)
            log.info("a source was removed", source=source.name, url=source.url, admin=visit.user_id)
            return Redraw(removed(source, visit.words, page=page))
    log.info("a source was changed", source=source.name, deed=callback_data.deed.name.lower(), admin=visit.user_id)
    return notice(toast, visit), Redraw(_card(source, visit, page))


async def add_source(_: CallbackQuery, callback_data: AddSource, visit: Visit) -> Replies:
    """The answer under what was found. Raises `NotFound` once that was forgotten."""
    if not callback_data.confirm:
        return Redraw(not_added(visit.words))
    new = unpack_source(await visit.stores.topics.get_question(callback_data.number))
    if new is None:
        raise NotFound("found source", callback_data.number)
    standing = KnownSources(await visit.stores.sources.get_all())
    twin = standing.find_stored(new.url) or standing.find_stored(new.moved_to or new.url)
    if twin is not None:
        return Redraw(known(twin, visit.words))
    added = await visit.stores.sources.add(replace(new, name=standing.free_name(new.name, new.url)))
    log.info("a source was added", source=added.name, url=added.url, admin=visit.user_id)
    return notice(Toast.SOURCE_ADDED, visit), Redraw(_card(added, visit))


async def not_yours(_: CallbackQuery, visit: Visit) -> Reply:
    """An admin's button under a message in a group, pressed by somebody else."""
    return Notice(admins_notice(visit.words))


def _card(source: Source, visit: Visit, page: int = 0) -> Outgoing:
    return source_card(source, visit.view, is_from_settings=_is_from_settings(source, visit), page=page)


def _is_from_settings(source: Source, visit: Visit) -> bool:
    return any(named.url == source.url for named in visit.context.settings.sources)


def create_router(context: ChatContext) -> Router:
    """Handlers of this subject, for the settings' admins alone; others' commands fall through to the last router."""
    router = Router(name="sources")
    is_admin: Any = F.from_user.id.in_(context.settings.admins)
    router.message.filter(is_admin)
    reads = {ONLY_READS: True}
    router.message.register(sources, command("sources"), flags=reads)
    router.callback_query.register(turn_page, SourcesPage.filter(), is_admin, flags=reads)
    router.callback_query.register(open_source, OpenSource.filter(), is_admin, flags=reads)
    router.callback_query.register(change_source, ChangeSource.filter(), is_admin)
    router.callback_query.register(add_source, AddSource.filter(), is_admin)
    for data in (SourcesPage, OpenSource, ChangeSource, AddSource):
        router.callback_query.register(not_yours, data.filter())
    return router
