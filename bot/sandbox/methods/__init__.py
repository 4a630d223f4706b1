"""The methods of the Bot API by name; names are compared without case, as Telegram does."""

from collections.abc import Awaitable, Callable
from typing import Any

from bot.sandbox.methods import answers, chats, commands, delete, edit, files, forums, profile, rich, send, updates
from bot.sandbox.params import Params
from bot.sandbox.telegram import Telegram

Method = Callable[[Telegram, Params], Awaitable[Any]]

METHODS: dict[str, Method] = {
    name.lower(): method
    for room in (answers, chats, commands, delete, edit, files, forums, profile, rich, send, updates)
    for name, method in room.METHODS.items()
}
