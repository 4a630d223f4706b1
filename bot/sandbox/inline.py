"""A person chooses an inline result: it becomes a message of theirs, via the bot."""

import secrets
from typing import Any

from bot.sandbox.errors import ControlError
from bot.sandbox.keyboards import inline_keyboard
from bot.sandbox.params import Params
from bot.sandbox.rich import read_rich_message
from bot.sandbox.telegram import Telegram
from bot.sandbox.text import FormattedText, formatted_text
from bot.sandbox.wire import user_json
from bot.sandbox.world import Chat, Content, Message, User


async def send_result(telegram: Telegram, user: User, chat: Chat, order: dict[str, Any]) -> Message:
    """`result` is one of the results the bot gave; chosen_inline_result tells the bot."""
    result = order.get("result")
    if not isinstance(result, dict) or not result.get("id"):
        raise ControlError(400, "give result: one of the results of /sandbox/api/inline")
    inline_id = secrets.token_urlsafe(20)
    message = telegram.post(
        chat,
        await _content(telegram, result),
        author_id=user.id,
        keyboard=inline_keyboard((result.get("reply_markup") or {}).get("inline_keyboard") or []),
        inline_message_id=inline_id,
    )
    body = {
        "result_id": str(result["id"]),
        "from": user_json(user),
        "query": str(order.get("query") or ""),
        "inline_message_id": inline_id,
    }
    telegram.updates.put("chosen_inline_result", body, user.id)
    return message


async def _content(telegram: Telegram, result: dict[str, Any]) -> Content:
    given = result.get("input_message_content") or {}
    if "rich_message" in given:
        return Content(rich=await read_rich_message(telegram, Params({"rich_message": given["rich_message"]})))
    if "message_text" in given:
        text = _text(given, "message_text", "entities")
        return Content(text.text, text.entities)
    caption = _text(result, "caption", "caption_entities")
    stored = telegram.files.by_id(str(result.get("photo_file_id") or ""))
    photo = stored.photo if stored else None
    if photo is None:
        photo = await telegram.files.fetch_photo(str(result.get("photo_url") or ""))
    return Content(caption.text, caption.entities, photo=(photo,))


def _text(given: dict[str, Any], name: str, entities: str) -> FormattedText:
    return formatted_text(str(given.get(name) or ""), str(given.get("parse_mode") or ""), given.get(entities))
