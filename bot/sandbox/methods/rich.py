"""sendRichMessage."""

from typing import Any

from bot.sandbox.access import writable_chat
from bot.sandbox.methods.send import deliver
from bot.sandbox.params import Params
from bot.sandbox.rich import read_rich_message
from bot.sandbox.telegram import Telegram
from bot.sandbox.world import Content, Json


async def send_rich_message(telegram: Telegram, params: Params) -> Any:
    """An article of blocks."""
    chat = writable_chat(telegram, params)
    content = Content(rich=await given_rich(telegram, params))
    return await deliver(telegram, params, content, "text messages", chat=chat)


async def given_rich(telegram: Telegram, params: Params) -> Json:
    """The rich_message of a request as RichMessage."""
    return await read_rich_message(telegram, params)


METHODS = {"sendRichMessage": send_rich_message}
