"""sendMessage, sendPhoto, sendMediaGroup, sendDocument, forwards, copies, typing."""

import secrets
from dataclasses import replace
from typing import Any

from bot.sandbox.access import known_chat, message_in, open_thread, writable_chat
from bot.sandbox.errors import bad_request
from bot.sandbox.keyboards import read_markup
from bot.sandbox.media import caption_of, given_document, given_photo, is_album_kind
from bot.sandbox.params import Params, whole
from bot.sandbox.telegram import Telegram
from bot.sandbox.text import is_good_link, message_text
from bot.sandbox.wire import chat_json, message_id_json, user_json
from bot.sandbox.world import Chat, Content, Json, Message

ACTIONS = frozenset(
    [
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    ],
)

PREVIEW_FLAGS = ("is_disabled", "prefer_small_media", "prefer_large_media", "show_above_text")


async def send_message(telegram: Telegram, params: Params) -> Any:
    """A text."""
    text = message_text(params.text("text"), params.text("parse_mode"), params.array("entities"))
    content = Content(text.text, text.entities)
    return await deliver(telegram, params, content, "text messages", link_preview=given_preview(params))


def given_preview(params: Params) -> Json | None:
    """link_preview_options, checked."""
    options = params.object("link_preview_options")
    for name in PREVIEW_FLAGS:
        if not isinstance((options or {}).get(name, False), bool):
            raise bad_request(f'field "{name}" must be of type Boolean')
    if options and options.get("url") and not is_good_link(str(options["url"])):
        raise bad_request("WEBPAGE_URL_INVALID")
    return options


async def send_photo(telegram: Telegram, params: Params) -> Any:
    """A picture by address, upload or file_id, with a caption."""
    caption = caption_of(params)
    chat = writable_chat(telegram, params, "photos")
    photo = await given_photo(telegram, params, params.text("photo"), "photo")
    content = Content(
        caption.text,
        caption.entities,
        photo=(photo,),
        above=params.flag("show_caption_above_media"),
        spoiler=params.flag("has_spoiler"),
    )
    return await deliver(telegram, params, content, "photos", chat=chat)


async def send_document(telegram: Telegram, params: Params) -> Any:
    """A file by address, upload or file_id, with a caption."""
    caption = caption_of(params)
    chat = writable_chat(telegram, params, "documents")
    document = await given_document(telegram, params, params.text("document"), "document")
    content = Content(caption.text, caption.entities, document=document)
    return await deliver(telegram, params, content, "documents", chat=chat)


async def send_media_group(telegram: Telegram, params: Params) -> Any:
    """An album of 2-10 photos or documents; each counts against the pace."""
    items = params.array("media")
    if not items or not 2 <= len(items) <= 10:
        raise bad_request(
            "wrong number of media: an album must have from 2 to 10 items"
            if items
            else "there is no media in the request"
        )
    chat = writable_chat(telegram, params, "photos")
    contents = [await _album_item(telegram, params, item) for item in items]
    if len({bool(content.photo) for content in contents}) > 1:
        raise bad_request("document can't be mixed with other media types")
    thread, reply_to = open_thread(chat, params), reply_target(chat, params)
    telegram.spend(chat, len(contents), paid=params.flag("allow_paid_broadcast"))
    group = str(secrets.randbits(53))
    return [
        telegram.message_json(
            telegram.post(
                chat,
                content,
                author_id=telegram.world.bot.id,
                thread_id=thread,
                reply_to=reply_to,
                media_group_id=group,
                protected=params.flag("protect_content"),
            )
        )
        for content in contents
    ]


async def _album_item(telegram: Telegram, params: Params, item: Any) -> Content:
    if not isinstance(item, dict) or not is_album_kind(item.get("type")):
        raise bad_request("can't parse InputMedia: unsupported type specified")
    caption = caption_of(Params(item))
    media = str(item.get("media") or "")
    if item["type"] == "photo":
        photo = await given_photo(telegram, params, media, "media")
        return Content(caption.text, caption.entities, photo=(photo,), spoiler=bool(item.get("has_spoiler")))
    document = await given_document(telegram, params, media, "media")
    return Content(caption.text, caption.entities, document=document)


async def deliver(
    telegram: Telegram,
    params: Params,
    content: Content,
    what: str,
    *,
    chat: Chat | None = None,
    link_preview: Json | None = None,
) -> Json:
    """The common end of every send: keyboard, chat, topic, reply, pace, message."""
    keyboard, reply_markup = read_markup(params)
    chat = chat or writable_chat(telegram, params, what)
    thread, reply_to = open_thread(chat, params), reply_target(chat, params)
    telegram.spend(chat, paid=params.flag("allow_paid_broadcast"))
    message = telegram.post(
        chat,
        content,
        author_id=telegram.world.bot.id,
        thread_id=thread,
        reply_to=reply_to,
        keyboard=keyboard,
        link_preview=link_preview or None,
        protected=params.flag("protect_content"),
        reply_markup=reply_markup,
    )
    return telegram.message_json(message)


def reply_target(chat: Chat, params: Params) -> int | None:
    """The message that is answered, by reply_parameters or the older reply_to_message_id."""
    given = params.object("reply_parameters")
    if given is None:
        message_id, lenient = params.number("reply_to_message_id"), params.flag("allow_sending_without_reply")
    else:
        if given.get("message_id") is None:
            raise bad_request('can\'t find field "message_id"')
        message_id, lenient = whole(given["message_id"], "message_id"), bool(given.get("allow_sending_without_reply"))
    if not message_id:
        return None
    if message_id not in chat.messages:
        if lenient:
            return None
        raise bad_request("message to be replied not found")
    return message_id


async def send_chat_action(telegram: Telegram, params: Params) -> Any:
    """Typing and the like."""
    action = params.text("action").lower()
    if action not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat = writable_chat(telegram, params)
    telegram.events.emit("action", chat.id, action=action, message_thread_id=params.number("message_thread_id") or None)
    return True


async def forward_message(telegram: Telegram, params: Params) -> Any:
    """The same message elsewhere, under its author's name."""
    source = _source(telegram, params, "forward")
    chat = writable_chat(telegram, params)
    telegram.spend(chat)
    origin = source.forward_origin or _origin(telegram, source)
    message = telegram.post(
        chat,
        source.content,
        author_id=telegram.world.bot.id,
        thread_id=open_thread(chat, params),
        forward_origin=origin,
        protected=params.flag("protect_content"),
    )
    return telegram.message_json(message)


def _source(telegram: Telegram, params: Params, deed: str) -> Message:
    message = message_in(known_chat(telegram, params, "from_chat_id"), params.number("message_id"), deed)
    if message.content.service is not None or message.protected:
        raise bad_request(f"message can't be {'copied' if deed == 'copy' else 'forwarded'}")
    return message


def _origin(telegram: Telegram, message: Message) -> Json:
    world = telegram.world
    if message.by_channel:
        chat = chat_json(world, world.chats[message.chat_id])
        return {"type": "channel", "date": message.date, "chat": chat, "message_id": message.id}
    author = world.bot if message.author_id == world.bot.id else world.users[message.author_id]
    return {"type": "user", "date": message.date, "sender_user": user_json(author)}


async def copy_message(telegram: Telegram, params: Params) -> Any:
    """The same content as the bot's own message; a new caption may be given."""
    source = _source(telegram, params, "copy")
    content = source.content
    if content.has_media and "caption" in params.values:
        caption = caption_of(params)
        content = replace(content, text=caption.text, entities=caption.entities)
    sent = await deliver(telegram, params, content, "text messages")
    return message_id_json(sent["message_id"])


METHODS = {
    "sendMessage": send_message,
    "sendPhoto": send_photo,
    "sendDocument": send_document,
    "sendMediaGroup": send_media_group,
    "sendChatAction": send_chat_action,
    "forwardMessage": forward_message,
    "copyMessage": copy_message,
}
