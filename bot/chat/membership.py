"""The bot is added, promoted, removed or blocked (my_chat_member); a group becomes a supergroup."""

from dataclasses import replace
from enum import Enum, auto

import structlog
from aiogram import F, Router
from aiogram.types import Chat as TelegramChat
from aiogram.types import (
    ChatMemberAdministrator,
    ChatMemberMember,
    ChatMemberOwner,
    ChatMemberRestricted,
    ChatMemberUnion,
    ChatMemberUpdated,
    Message,
)

from bot.chat.context import ChatContext
from bot.chat.middleware import NO_RECORD, chat_of
from bot.chat.replies import Replies, Tell
from bot.rendering.offers import channel_offer
from config.settings import Settings
from storage.records import Chat, ChatKind, ChatState
from storage.stores import Stores

log = structlog.get_logger("khabar.chat")

PRESENT = (ChatMemberOwner, ChatMemberAdministrator, ChatMemberMember, ChatMemberRestricted)


class Move(Enum):
    """What a change of the bot's standing means for a chat."""

    NOTHING = auto()
    BLOCK = auto()  # a reader blocked the bot
    PAUSE = auto()  # removed, or may not write any more
    RETURN = auto()  # may write again: what was arranged goes on
    OFFER = auto()  # new here: whoever added the bot is asked what to post


def decide_move(event: ChatMemberUpdated, known: Chat | None, *, has_follows: bool, in_settings: bool) -> Move:
    """What to do about a change. `known` is the chat's record as it stands."""
    kind = ChatKind(event.chat.type)
    could, can = may_post(event.old_chat_member, kind), may_post(event.new_chat_member, kind)
    if kind is ChatKind.PRIVATE:
        # One who unblocks the bot stays silent until they write.
        # Whoever said /stop stays stopped: a blocked reader would wake with the next word.
        receives = known is not None and known.state is ChatState.ACTIVE
        return Move.BLOCK if receives and not can else Move.NOTHING
    if not can:
        return Move.PAUSE if known is not None and known.state is ChatState.ACTIVE else Move.NOTHING
    if could:
        return Move.NOTHING
    stayed = isinstance(event.old_chat_member, PRESENT) and known is not None and known.state is ChatState.PAUSED
    if in_settings or (stayed and has_follows):
        return Move.RETURN if known is not None and known.state is ChatState.PAUSED else Move.NOTHING
    return Move.OFFER


def may_post(member: ChatMemberUnion, kind: ChatKind) -> bool:
    """Whether the bot may write there: in a channel only as an admin with that right."""
    match member:
        case ChatMemberOwner():
            return True
        case ChatMemberAdministrator():
            return kind is not ChatKind.CHANNEL or member.can_post_messages is True
        case ChatMemberMember():
            return kind is not ChatKind.CHANNEL
        case ChatMemberRestricted():
            return member.is_member and member.can_send_messages
    return False


async def moved(event: ChatMemberUpdated, stores: Stores, context: ChatContext) -> Replies:
    """my_chat_member."""
    known = await stores.chats.find(event.chat.id)
    follows = await stores.chats.get_follows(event.chat.id)
    in_settings = stands_in_settings(event.chat, context.settings)
    move = decide_move(event, known, has_follows=bool(follows), in_settings=in_settings)
    if move is Move.BLOCK:
        await stores.chats.silence(event.chat.id, ChatState.BLOCKED, "bot was blocked by the user")
    elif move is Move.PAUSE:
        await stores.chats.silence(event.chat.id, ChatState.PAUSED, f"bot is {event.new_chat_member.status} there")
    elif move is Move.RETURN and known is not None:
        # It goes on where it stood: what came while its right was gone is posted now.
        await stores.chats.save(replace(known, state=ChatState.ACTIVE, due_at=context.now(), trouble=None))
    return await _offer(event, stores, context) if move is Move.OFFER else None


async def _offer(event: ChatMemberUpdated, stores: Stores, context: ChatContext) -> Replies:
    """The chat waits for its owner's choice; whatever was arranged before counts no more until then."""
    owner = event.from_user
    if owner.is_bot:
        log.info("nobody can be asked what to post: an anonymous admin added the bot", chat=event.chat.id)
        return None
    added = await stores.chats.add(chat_of(event.chat))
    channel = replace(added, state=ChatState.NEW, owner_id=owner.id, due_at=None, trouble=None)
    await stores.chats.save(channel)
    record = await stores.chats.find(owner.id)
    locales = context.composer.locales
    words = context.composer.words(record) if record else locales.words(owner.language_code)
    return Tell(owner.id, channel_offer(channel, words))


async def migrated(message: Message, stores: Stores, context: ChatContext) -> None:
    """A group became a supergroup: its record follows, unless the delivery has moved it already."""
    if message.migrate_to_chat_id is not None and await stores.chats.find(message.chat.id) is not None:
        await stores.chats.migrate(message.chat.id, message.migrate_to_chat_id, context.now())


def stands_in_settings(chat: TelegramChat, settings: Settings) -> bool:
    """Whether the operator arranged this chat in the settings: nobody is asked then."""
    names = {chat.id, f"@{chat.username}".lower() if chat.username else None}
    return any((one.chat.lower() if isinstance(one.chat, str) else one.chat) in names for one in settings.channels)


def create_router() -> Router:
    """Handlers of this subject."""
    router = Router(name="membership")
    silently = {NO_RECORD: True}
    router.my_chat_member.register(moved, flags=silently)
    router.message.register(migrated, F.migrate_to_chat_id, flags=silently)
    return router
