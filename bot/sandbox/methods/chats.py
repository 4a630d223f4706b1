"""Looking at chats and their members, leaving."""

from typing import Any

from bot.sandbox.access import joined_chat, known_chat, outside
from bot.sandbox.errors import bad_request, forbidden
from bot.sandbox.params import Params
from bot.sandbox.telegram import Telegram
from bot.sandbox.wire import chat_json, member_count, member_json
from bot.sandbox.world import Json, Member

NO_GIFTS = dict.fromkeys(
    ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"), False
)


async def get_chat(telegram: Telegram, params: Params) -> Any:
    """ChatFullInfo."""
    chat = known_chat(telegram, params)
    if chat.type != "private" and chat.bot.status in {"left", "kicked"} and not chat.username:
        raise forbidden(outside(chat) or "")
    shown: Json = {
        **chat_json(telegram.world, chat),
        "accent_color_id": abs(chat.id) % 7,
        "max_reaction_count": 11,
        "accepted_gift_types": NO_GIFTS,
    }
    if chat.username:
        shown["active_usernames"] = [chat.username]
    pinned = chat.messages.get(chat.pinned[-1]) if chat.pinned else None
    if pinned is not None:
        shown["pinned_message"] = telegram.message_json(pinned)
    return shown


async def get_chat_member(telegram: Telegram, params: Params) -> Any:
    """One member, the bot itself too."""
    chat, user_id = joined_chat(telegram, params), params.number("user_id")
    world = telegram.world
    if user_id == world.bot.id:
        return member_json(chat, world.bot, chat.bot)
    user = world.users.get(user_id)
    if user is None or (chat.type == "private" and user_id != chat.id):
        raise bad_request("user not found" if user is None else "PARTICIPANT_ID_INVALID")
    if chat.type == "private":
        return member_json(chat, user, Member("member"))
    if chat.type == "channel" and chat.bot.status != "administrator":
        raise bad_request("CHAT_ADMIN_REQUIRED")
    return member_json(chat, user, chat.members.get(user_id, Member("left")))


async def get_chat_administrators(telegram: Telegram, params: Params) -> Any:
    """Owner and administrators; other bots do not exist here."""
    chat = joined_chat(telegram, params)
    world = telegram.world
    if chat.type == "private":
        raise bad_request("there are no administrators in the private chat")
    found = [
        member_json(chat, world.users[user_id], member)
        for user_id, member in chat.members.items()
        if member.status in {"creator", "administrator"}
    ]
    return found + ([member_json(chat, world.bot, chat.bot)] if chat.bot.status == "administrator" else [])


async def get_chat_member_count(telegram: Telegram, params: Params) -> Any:
    """People in the chat, the bot counted."""
    return member_count(joined_chat(telegram, params))


async def leave_chat(telegram: Telegram, params: Params) -> Any:
    """The bot goes by itself."""
    chat = joined_chat(telegram, params)
    if chat.type == "private":
        raise bad_request("chat member status can't be changed in private chats")
    telegram.set_bot_member(chat, Member("left"), telegram.world.bot.id)
    return True


async def get_chat_menu_button(telegram: Telegram, params: Params) -> Any:
    """The button beside the text field."""
    buttons = telegram.profile.menu_buttons
    return buttons.get(params.number("chat_id")) or buttons.get(0) or {"type": "commands"}


async def set_chat_menu_button(telegram: Telegram, params: Params) -> Any:
    """Commands, default or a web app, for one person or for all."""
    button = params.object("menu_button") or {"type": "default"}
    if button.get("type") not in {"commands", "default", "web_app"}:
        raise bad_request("can't parse MenuButton: unsupported type specified")
    if params.has("chat_id") and known_chat(telegram, params).type != "private":
        raise bad_request("chat_id must be a private chat")
    telegram.profile.menu_buttons[params.number("chat_id")] = button
    return True


METHODS = {
    "getChat": get_chat,
    "getChatMember": get_chat_member,
    "getChatAdministrators": get_chat_administrators,
    "getChatMemberCount": get_chat_member_count,
    "getChatMembersCount": get_chat_member_count,
    "leaveChat": leave_chat,
    "getChatMenuButton": get_chat_menu_button,
    "setChatMenuButton": set_chat_menu_button,
}
