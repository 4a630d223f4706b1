"""Objects of the world as the Bot API shows them."""

from typing import Any

from bot.sandbox.files import Document, PhotoSize
from bot.sandbox.world import Chat, Content, Entity, Json, Member, Message, User, World

# Rights an administrator gets when nothing else is said (as in Telegram's apps).
ADMIN_RIGHTS = {
    "is_anonymous": False,
    "can_manage_chat": True,
    "can_delete_messages": True,
    "can_manage_video_chats": True,
    "can_restrict_members": True,
    "can_promote_members": False,
    "can_change_info": True,
    "can_invite_users": True,
    "can_post_stories": False,
    "can_edit_stories": False,
    "can_delete_stories": False,
    "can_send_welcome_messages": False,
}
CHANNEL_RIGHTS = {"can_post_messages": True, "can_edit_messages": True, "can_manage_direct_messages": False}
GROUP_RIGHTS = {"can_pin_messages": True, "can_manage_topics": False, "can_manage_tags": False}
RESTRICTED_RIGHTS = [
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_react_to_messages",
    "can_edit_tag",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
]


def user_json(user: User) -> Json:
    """User."""
    shown: Json = {"id": user.id, "is_bot": user.is_bot, "first_name": user.first_name}
    if user.last_name:
        shown["last_name"] = user.last_name
    if user.username:
        shown["username"] = user.username
    if user.language_code:
        shown["language_code"] = user.language_code
    return shown


def chat_json(world: World, chat: Chat) -> Json:
    """Chat."""
    if chat.type == "private":
        user = world.users[chat.id]
        shown: Json = {"id": chat.id, "type": "private", "first_name": user.first_name}
        if user.last_name:
            shown["last_name"] = user.last_name
        if user.username:
            shown["username"] = user.username
        return shown
    shown = {"id": chat.id, "type": chat.type, "title": chat.title}
    if chat.username:
        shown["username"] = chat.username
    if chat.is_forum:
        shown["is_forum"] = True
    return shown


def chat_state_json(world: World, chat: Chat) -> Json:
    """ChatState of the control API: a Chat and how the bot stands in it."""
    threads = [
        {"message_thread_id": t.id, "name": t.name, "closed": t.closed, "deleted": t.deleted}
        for t in chat.threads.values()
    ]
    return {
        **chat_json(world, chat),
        "bot_status": chat.bot.status,
        "member_count": member_count(chat),
        "last_message_id": chat.last_message_id,
        "threads": threads,
        **({"migrate_to_chat_id": chat.migrated_to} if chat.migrated_to else {}),
    }


def member_count(chat: Chat) -> int:
    """People in a chat, the bot counted when it is in."""
    if chat.type == "private":
        return 2
    inside = sum(1 for member in chat.members.values() if member.status not in {"left", "kicked"})
    return inside + (chat.bot.status not in {"left", "kicked"})


def member_json(chat: Chat, user: User, member: Member) -> Json:
    """ChatMember of any status, with every right it must show."""
    shown: Json = {"status": member.status, "user": user_json(user)}
    if member.status == "creator":
        return {**shown, "is_anonymous": False}
    if member.status == "administrator":
        return {**shown, "can_be_edited": False, **admin_rights(chat, member)}
    if member.status == "restricted":
        rights = {right: member.rights.get(right, True) for right in RESTRICTED_RIGHTS}
        return {**shown, "is_member": True, **rights, "until_date": 0}
    if member.status == "kicked":
        return {**shown, "until_date": 0}
    return shown


def admin_rights(chat: Chat, member: Member) -> dict[str, bool]:
    """An administrator's rights: the defaults of the chat's kind, changed by what was said."""
    if chat.type == "private":
        return {}
    return {**ADMIN_RIGHTS, **(CHANNEL_RIGHTS if chat.type == "channel" else GROUP_RIGHTS), **member.rights}


def entity_json(world: World, entity: Entity) -> Json:
    """MessageEntity."""
    shown: Json = {"offset": entity.offset, "length": entity.length, "type": entity.type}
    for name in ("url", "language", "custom_emoji_id", "unix_time", "date_time_format"):
        if (value := getattr(entity, name)) is not None:
            shown[name] = value
    if entity.user_id is not None:
        user = world.users.get(entity.user_id) or User(entity.user_id, "")
        shown["user"] = user_json(user)
    return shown


def photo_json(photo: PhotoSize) -> Json:
    """PhotoSize."""
    return {
        "file_id": photo.file_id,
        "file_unique_id": photo.file_unique_id,
        "width": photo.width,
        "height": photo.height,
        "file_size": photo.file_size,
    }


def document_json(document: Document) -> Json:
    """Document."""
    return {
        "file_id": document.file_id,
        "file_unique_id": document.file_unique_id,
        "file_name": document.file_name,
        "mime_type": document.mime_type,
        "file_size": document.file_size,
    }


def content_json(world: World, content: Content) -> Json:
    """The part of a Message that says something."""
    if content.service is not None:
        return content.service
    if content.rich is not None:
        return {"rich_message": content.rich}
    shown: Json = {}
    if content.photo:
        shown["photo"] = [photo_json(size) for size in content.photo]
    elif content.document:
        shown["document"] = document_json(content.document)
    if content.text:
        text, entities = ("caption", "caption_entities") if content.has_media else ("text", "entities")
        shown[text] = content.text
        if content.entities:
            shown[entities] = [entity_json(world, entity) for entity in content.entities]
    if content.above:
        shown["show_caption_above_media"] = True
    if content.spoiler:
        shown["has_media_spoiler"] = True
    return shown


def message_json(world: World, message: Message, *, reply: bool = True) -> Json:
    """Message; a reply shows the message it answers, but not that one's own."""
    chat = world.chats[message.chat_id]
    shown: Json = {"message_id": message.id, "chat": chat_json(world, chat), "date": message.date}
    _add_sender(shown, world, message)
    if message.thread_id:
        shown["message_thread_id"] = message.thread_id
        if chat.is_forum:
            shown["is_topic_message"] = True
    if reply and message.reply_to and (answered := chat.messages.get(message.reply_to)):
        shown["reply_to_message"] = message_json(world, answered, reply=False)
    for name in ("edit_date", "media_group_id", "forward_origin"):
        if value := getattr(message, name):
            shown[name] = value
    if message.protected:
        shown["has_protected_content"] = True
    shown.update(content_json(world, message.content))
    if message.link_preview:
        shown["link_preview_options"] = message.link_preview
    if message.inline_message_id:
        shown["via_bot"] = user_json(world.bot)
    if message.keyboard:
        shown["reply_markup"] = {"inline_keyboard": message.keyboard}
    return shown


def _add_sender(shown: Json, world: World, message: Message) -> None:
    if message.by_channel:
        shown["sender_chat"] = shown["chat"]
        return
    shown["from"] = user_json(world.bot if message.author_id == world.bot.id else world.users[message.author_id])


def message_id_json(message_id: int) -> dict[str, Any]:
    """MessageId."""
    return {"message_id": message_id}
