"""Around every handler: the admins' check, the transaction, the chat's record. The inbox gives its answer then.

    check       only admins change a group's settings                network
    handle      one transaction: the chat's record, the handler,     no network
                its replies, and that the update is handled; what only reads does so before it, beside all others

A fault is logged and answered with one sentence; the bot goes on with the next update. Where the database itself
failed, nothing was done yet: the update goes back to the inbox, which tries again.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import structlog
from aiogram import BaseMiddleware, Bot
from aiogram.dispatcher.event.handler import CallableObject
from aiogram.dispatcher.flags import get_flag
from aiogram.enums import ChatMemberStatus, ChatType
from aiogram.types import Chat as TelegramChat
from aiogram.types import Message, TelegramObject, Update, User

from bot.chat.answers import Answer, dump_answer
from bot.chat.context import ChatContext, Visit, wake
from bot.chat.perform import Performer, Place, place_of
from bot.chat.replies import Notice, Replies, Reply, Say
from bot.rendering.locales import Words
from bot.rendering.notices import (
    Asked,
    Fault,
    Toast,
    admins_only,
    failed,
    story_gone,
    toast,
    too_much,
    wrong_question,
)
from bot.topics.query import QuestionError
from storage.errors import DatabaseUnavailable, NotFound, StorageError
from storage.records import Chat, ChatKind, ChatState, Night, Schedule
from storage.stores import Stores

log = structlog.get_logger("khabar.chat")

FOR_ADMINS = "for_admins"  # a handler's flag: in groups only for the group's admins
# A handler's flag: it writes nothing (but a question, beside it), and so need not keep everybody else from writing.
ONLY_READS = "only_reads"
# A handler's flag: a function of the same arguments, whose value it gets as `found`; the function only reads, beside
# everybody who writes, for what must not be looked for in the transaction.
FINDS_FIRST = "finds_first"
NO_RECORD = "no_record"  # a handler's flag: it gets `stores` and `context`, and no record of the chat is made

# What the inbox tells of an update.
IS_AGAIN = "is_again"  # the database failed at it before, and the person was told
IS_TOO_MUCH = "is_too_much"  # the person's last for now: they are asked to wait instead
GIVEN = "given"  # earlier updates of the chat whose answers were given since they were last crossed out

_COMMAND = re.compile(r"/(\w+)")
_ASKED = {"topic": Asked.TOPIC, "follow": Asked.FOLLOW, "unfollow": Asked.UNFOLLOW, "alias": Asked.ALIAS}

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]
Finds = Callable[..., Awaitable[object]]


class Conversation(BaseMiddleware):
    """An inner middleware: it runs only for updates that a handler has been found for."""

    def __init__(self, context: ChatContext) -> None:
        self._context = context

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Answer | None:
        """What is to be said. Raises `DatabaseUnavailable` when nothing could be done yet."""
        place = place_of(event)
        user: User | None = data.get("event_from_user")
        try:
            reply = await self._refusal(event, data, place, user)
            replies = (reply,) if reply else await self._handle(handler, event, data, place, user)
        except DatabaseUnavailable:
            if not (data.get(IS_AGAIN) or get_flag(data, NO_RECORD)):
                sorry = _sorry(place, await self._words(place, user))
                await Performer(data["bot"], self._context, place).perform((sorry,))
            raise
        except Exception as error:
            if get_flag(data, NO_RECORD):  # nobody has said anything there: a channel's readers want no apology
                log.exception("a change of membership could not be taken in", chat=place.chat_id)
                return None
            replies = (_apology(error, place, await self._words(place, user), _asked(event)),)
        return Answer(place, replies) if replies or place.query_id is not None else None

    async def _refusal(
        self, event: TelegramObject, data: dict[str, Any], place: Place, user: User | None
    ) -> Reply | None:
        """What is said in place of the handler's answer, if anything."""
        is_press = place.query_id is not None
        if data.get(IS_TOO_MUCH) and not get_flag(data, NO_RECORD):
            words = await self._words(place, user)
            return Notice(toast(Toast.TOO_MUCH, words)) if is_press else Say(too_much(words))
        if get_flag(data, FOR_ADMINS) and not await _may_change(data["bot"], event, place, user):
            words = await self._words(place, user)
            return Notice(toast(Toast.ADMINS_ONLY, words)) if is_press else Say(admins_only(words))
        return None

    async def _handle(
        self, handler: Handler, event: TelegramObject, data: dict[str, Any], place: Place, user: User | None
    ) -> tuple[Reply, ...]:
        update: Update = data["event_update"]
        chat: TelegramChat = data["event_chat"]
        data["context"] = self._context
        if (finds := get_flag(data, FINDS_FIRST)) is not None:
            data["found"] = await self._find(finds, event, data, user)
        read = await self._read(handler, event, data, user) if get_flag(data, ONLY_READS) else None
        async with self._context.database.transaction() as stores:
            if read is None:
                data["stores"] = stores
                if not get_flag(data, NO_RECORD):
                    data["visit"] = self._visit(stores, await self._meet(stores, chat, user), user)
                read = _as_tuple(await handler(event, data))
            is_answered = bool(read) or place.query_id is not None
            await stores.inbox.settle(update.update_id, dump_answer(Answer(place, read)) if is_answered else None)
            await stores.inbox.close(data.get(GIVEN, ()))
            return read

    async def _read(
        self, handler: Handler, event: TelegramObject, data: dict[str, Any], user: User | None
    ) -> tuple[Reply, ...] | None:
        """The replies of a handler that only reads; None where the chat's record must be written first."""
        chat: TelegramChat = data["event_chat"]
        async with self._context.database.snapshot() as stores:
            known = await stores.chats.find(chat.id)
            if known is None or known.state is ChatState.BLOCKED or _is_renamed(known, chat):
                return None
            visit = replace(self._visit(stores, known, user), only_reads=True)
            data |= {"stores": stores, "visit": visit}
            return _as_tuple(await handler(event, data))

    async def _find(self, finds: Finds, event: TelegramObject, data: dict[str, Any], user: User | None) -> object:
        """What a handler is to know before its transaction; a chat that is met for the first time follows nothing."""
        chat: TelegramChat = data["event_chat"]
        async with self._context.database.snapshot() as stores:
            known = await stores.chats.find(chat.id) or chat_of(chat)
            visit = replace(self._visit(stores, known, user), only_reads=True)
            return await CallableObject(finds).call(event, **(data | {"stores": stores, "visit": visit}))

    def _visit(self, stores: Stores, chat: Chat, user: User | None) -> Visit:
        return Visit(self._context, stores, chat, user.id if user else chat.id, self._context.now())

    async def _meet(self, stores: Stores, chat: TelegramChat, user: User | None) -> Chat:
        """The chat's record: made at the first contact, its names brought up to date, a reader who is back woken."""
        context, now = self._context, self._context.now()
        known = await stores.chats.find(chat.id)
        if known is None or _is_renamed(known, chat):
            language = context.composer.locales.pick(user.language_code) if user and chat.type == "private" else None
            at_once = context.settings.delivery.topic_alerts
            new = replace(chat_of(chat, language), schedule=Schedule.INSTANT if at_once else Schedule.DAILY)
            known = await stores.chats.add(new)
        is_back = known.state is ChatState.BLOCKED and known.kind is ChatKind.PRIVATE
        if is_back and await stores.chats.get_follows(known.id):
            known = await wake(context, stores, known, now)
        return known

    async def _words(self, place: Place, user: User | None) -> Words:
        """The words of the chat; of the person's Telegram when the record is not there or cannot be read."""
        try:
            async with self._context.database.snapshot() as stores:
                chat = await stores.chats.find(place.chat_id)
        except StorageError:
            chat = None
        composer = self._context.composer
        return composer.words(chat) if chat else composer.locales.words(user.language_code if user else None)


def chat_of(chat: TelegramChat, language: str | None = None) -> Chat:
    """A chat that is met for the first time: news at night make no sound in a reader's pocket."""
    is_private = chat.type == ChatType.PRIVATE
    title = chat.full_name if is_private else chat.title
    night = Night.SILENT if is_private else Night.OFF
    return Chat(chat.id, ChatKind(chat.type), title or "", chat.username, language=language, night=night)


def _is_renamed(known: Chat, chat: TelegramChat) -> bool:
    met = chat_of(chat)
    return (known.title, known.username, known.kind) != (met.title, met.username, met.kind)


async def _may_change(bot: Bot, event: TelegramObject, place: Place, user: User | None) -> bool:
    """Whether this person may change what the chat gets: a reader alone, or a group's admin."""
    if place.chat_id > 0:
        return True
    if isinstance(event, Message) and event.sender_chat is not None:
        return event.sender_chat.id == place.chat_id  # an admin who stays anonymous writes as the group itself
    if user is None:
        return False
    member = await bot.get_chat_member(place.chat_id, user.id)
    return member.status in {ChatMemberStatus.CREATOR, ChatMemberStatus.ADMINISTRATOR}


def _apology(error: Exception, place: Place, words: Words, asked: Asked) -> Reply:
    """The sentence for a fault; one that is ours is logged in full."""
    is_press = place.query_id is not None
    if isinstance(error, QuestionError):
        return Say(wrong_question(Fault[error.kind.name], words, asked, detail=error.detail))
    if isinstance(error, NotFound | OverflowError):  # a number that no id of ours can have is a button of nobody's
        return Notice(toast(Toast.STALE, words)) if is_press else Say(story_gone(words))
    log.error("an update could not be answered", chat=place.chat_id, exc_info=error)
    return _sorry(place, words)


def _sorry(place: Place, words: Words) -> Reply:
    """Something went wrong on our side."""
    return Say(failed(words)) if place.query_id is None else Notice(toast(Toast.FAILED, words))


def _asked(event: TelegramObject) -> Asked:
    """With which command a question came: the examples are to be of the same."""
    found = _COMMAND.match(event.text or "") if isinstance(event, Message) else None
    return _ASKED.get(found[1].lower(), Asked.SEARCH) if found else Asked.PLAIN


def _as_tuple(replies: Replies) -> tuple[Reply, ...]:
    if replies is None:
        return ()
    return replies if isinstance(replies, tuple) else (replies,)
