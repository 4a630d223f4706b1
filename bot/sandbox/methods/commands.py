"""The command menu: by scope and language, most exact first."""

import re
from typing import Any

from bot.sandbox.access import known_chat
from bot.sandbox.errors import bad_request
from bot.sandbox.params import Params, whole
from bot.sandbox.telegram import Telegram
from bot.sandbox.world import Chat, User

COMMAND = re.compile(r"[a-z0-9_]{1,32}")
LANGUAGE = re.compile(r"[a-z]{2}")
MAX_COMMANDS = 100
MAX_DESCRIPTION = 256
PLAIN_SCOPES = ("default", "all_private_chats", "all_group_chats", "all_chat_administrators")
CHAT_SCOPES = ("chat", "chat_administrators", "chat_member")


async def set_my_commands(telegram: Telegram, params: Params) -> Any:
    """Replaces the list of one scope and language; an empty list deletes it."""
    commands = [_command(item) for item in params.array("commands") or []]
    if len(commands) > MAX_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    key = (_scope(telegram, params), _language(params))
    if commands:
        telegram.profile.commands[key] = commands
    else:
        telegram.profile.commands.pop(key, None)
    telegram.events.emit("commands", None)
    return True


async def get_my_commands(telegram: Telegram, params: Params) -> Any:
    """Exactly the list of that scope and language."""
    return telegram.profile.commands.get((_scope(telegram, params), _language(params)), [])


async def delete_my_commands(telegram: Telegram, params: Params) -> Any:
    """Higher scopes show again."""
    telegram.profile.commands.pop((_scope(telegram, params), _language(params)), None)
    telegram.events.emit("commands", None)
    return True


def _command(item: Any) -> dict[str, str]:
    if not isinstance(item, dict):
        raise bad_request("can't parse BotCommand: expected an Object")
    command = str(item.get("command") or "").removeprefix("/")
    description = str(item.get("description") or "").strip()
    if not COMMAND.fullmatch(command):
        raise bad_request("BOT_COMMAND_INVALID")
    if not 1 <= len(description) <= MAX_DESCRIPTION:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": command, "description": description}


def _language(params: Params) -> str:
    code = params.text("language_code")
    if code and not LANGUAGE.fullmatch(code):
        raise bad_request("invalid language code specified")
    return code


def _scope(telegram: Telegram, params: Params) -> str:
    scope = params.object("scope") or {"type": "default"}
    kind = scope.get("type")
    if kind in PLAIN_SCOPES:
        return str(kind)
    if kind not in CHAT_SCOPES:
        raise bad_request("can't parse BotCommandScope: unsupported type specified")
    chat = known_chat(telegram, Params(scope))
    if kind == "chat_member":
        return f"chat_member:{chat.id}:{whole(scope.get('user_id'), 'user_id')}"
    return f"{kind}:{chat.id}"


def visible_commands(telegram: Telegram, user: User, chat: Chat) -> list[dict[str, str]]:
    """The menu a person sees in a chat; the order of scopes is that of BotCommandScope's documentation."""
    if chat.type == "private":
        scopes = [f"chat:{chat.id}", "all_private_chats", "default"]
    else:
        member = chat.members.get(user.id)
        admin = member is not None and member.status in {"creator", "administrator"}
        scopes = [f"chat_member:{chat.id}:{user.id}"]
        scopes += [f"chat_administrators:{chat.id}"] if admin else []
        scopes += [f"chat:{chat.id}"]
        scopes += ["all_chat_administrators"] if admin else []
        scopes += ["all_group_chats", "default"]
    code = (user.language_code or "").split("-")[0]
    for scope in scopes:
        for language in (code, "") if code else ("",):
            if found := telegram.profile.commands.get((scope, language)):
                return found
    return []


METHODS = {
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
}
