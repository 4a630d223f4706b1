"""Edits: text, rich text, caption, media, keyboard."""

from dataclasses import replace
from typing import Any

from bot.sandbox.access import joined_chat, own_message
from bot.sandbox.errors import bad_request
from bot.sandbox.keyboards import Keyboard, read_inline_keyboard
from bot.sandbox.media import caption_of, given_document, given_photo
from bot.sandbox.methods.rich import given_rich
from bot.sandbox.methods.send import given_preview
from bot.sandbox.params import Params
from bot.sandbox.telegram import Telegram
from bot.sandbox.text import message_text
from bot.sandbox.world import Content, Json, Message

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)


async def edit_message_text(telegram: Telegram, params: Params) -> Any:
    """A text becomes another text, or a rich message either way."""
    if params.has("rich_message"):
        if params.has("text"):
            raise bad_request("exactly one of text and rich_message must be specified")
        content = Content(rich=await given_rich(telegram, params))
    else:
        text = message_text(params.text("text"), params.text("parse_mode"), params.array("entities"))
        content = Content(text.text, text.entities)
    keyboard = read_inline_keyboard(params)
    message = target(telegram, params)
    if message.content.has_media:
        raise bad_request("there is no text in the message to edit")
    return apply(telegram, params, message, content, keyboard, link_preview=given_preview(params))


async def edit_message_caption(telegram: Telegram, params: Params) -> Any:
    """Another caption under the same picture or file."""
    caption = caption_of(params)
    keyboard = read_inline_keyboard(params)
    message = target(telegram, params)
    if not message.content.has_media:
        raise bad_request("there is no caption in the message to edit")
    above = params.flag("show_caption_above_media")
    content = replace(message.content, text=caption.text, entities=caption.entities, above=above)
    return apply(telegram, params, message, content, keyboard)


async def edit_message_media(telegram: Telegram, params: Params) -> Any:
    """Another picture or file; a text may become one."""
    item = params.object("media")
    if item is None or item.get("type") not in {"photo", "document"}:
        raise bad_request("can't parse InputMedia: unsupported type specified")
    caption, value = caption_of(Params(item)), str(item.get("media") or "")
    keyboard = read_inline_keyboard(params)
    message = target(telegram, params)
    if item["type"] == "photo":
        photo = await given_photo(telegram, params, value, "media")
        content = Content(caption.text, caption.entities, photo=(photo,), spoiler=bool(item.get("has_spoiler")))
    else:
        content = Content(
            caption.text, caption.entities, document=await given_document(telegram, params, value, "media")
        )
    return apply(telegram, params, message, content, keyboard)


async def edit_message_reply_markup(telegram: Telegram, params: Params) -> Any:
    """Another keyboard, or none."""
    keyboard = read_inline_keyboard(params)
    message = target(telegram, params)
    return apply(telegram, params, message, message.content, keyboard, link_preview=message.link_preview)


def target(telegram: Telegram, params: Params) -> Message:
    """The message to edit, by chat and number or by inline_message_id."""
    if inline_id := params.text("inline_message_id"):
        place = telegram.world.inline_messages.get(inline_id)
        message = telegram.world.chats[place[0]].messages.get(place[1]) if place else None
        if message is None:
            raise bad_request("MESSAGE_ID_INVALID")
        return message
    if not params.has("chat_id") and not params.has("message_id"):
        raise bad_request("message identifier is not specified")
    chat = joined_chat(telegram, params)
    return own_message(telegram, chat, params.number("message_id"))


def apply(
    telegram: Telegram,
    params: Params,
    message: Message,
    content: Content,
    keyboard: Keyboard,
    *,
    link_preview: Json | None = None,
) -> Any:
    """Puts the change in place, unless nothing changes; edits count against the pace."""
    preview = link_preview or None
    same_preview = not content.text or content.has_media or preview == message.link_preview
    if content == message.content and keyboard == message.keyboard and same_preview:
        raise bad_request(NOT_MODIFIED)
    telegram.spend(telegram.world.chats[message.chat_id])
    changed = telegram.change(message, content=content, keyboard=keyboard, link_preview=preview)
    return True if params.text("inline_message_id") else telegram.message_json(changed)


METHODS = {
    "editMessageText": edit_message_text,
    "editMessageCaption": edit_message_caption,
    "editMessageMedia": edit_message_media,
    "editMessageReplyMarkup": edit_message_reply_markup,
}
