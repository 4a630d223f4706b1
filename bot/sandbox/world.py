"""The people, chats and messages of the sandbox. State only: no wire, no rules about who may do what."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.sandbox.files import Document, PhotoSize

Json = dict[str, Any]
ChatType = Literal["private", "group", "supergroup", "channel"]
Status = Literal["creator", "administrator", "member", "restricted", "left", "kicked"]

GROUP_BASE = 4_000_000
SUPERGROUP_BASE = 1_000_000_000_000  # a supergroup's Bot API id is -100… and its own number


@dataclass(frozen=True, slots=True)
class User:
    """A person or the bot."""

    id: int
    first_name: str
    last_name: str | None = None
    username: str | None = None
    language_code: str | None = None
    is_bot: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody's standing in a chat; `rights` holds only what differs from the status's defaults."""

    status: Status
    rights: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entity:
    """A marked part of a text; offset and length are in UTF-16 units."""

    type: str
    offset: int
    length: int
    url: str | None = None
    user_id: int | None = None
    language: str | None = None
    custom_emoji_id: str | None = None
    unix_time: int | None = None
    date_time_format: str | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """What a message says. Exactly one of text, photo, document, rich or service is its kind."""

    text: str = ""
    entities: tuple[Entity, ...] = ()
    photo: tuple[PhotoSize, ...] = ()
    document: Document | None = None
    rich: Json | None = None
    service: Json | None = None
    above: bool = False
    spoiler: bool = False

    @property
    def has_media(self) -> bool:
        """Whether `text` is a caption."""
        return bool(self.photo) or self.document is not None


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it stands now; an edit makes a new value under the same id."""

    id: int
    chat_id: int
    date: int
    content: Content
    author_id: int = 0  # who wrote it; a channel does not show it
    by_channel: bool = False
    thread_id: int | None = None
    reply_to: int | None = None
    keyboard: tuple[tuple[Json, ...], ...] = ()
    edit_date: int | None = None
    media_group_id: str | None = None
    forward_origin: Json | None = None
    inline_message_id: str | None = None
    protected: bool = False
    link_preview: Json | None = None
    reply_markup: Json | None = None  # a reply keyboard or its removal; the Bot API does not show it back
    reactions: tuple[str, ...] = ()


@dataclass(slots=True)
class Thread:
    """A topic of a forum; its id is the id of the message that opened it."""

    id: int
    name: str
    icon_color: int = 7322096
    closed: bool = False
    deleted: bool = False


@dataclass(slots=True)
class Chat:
    """A private chat has the id of its user and no title."""

    id: int
    type: ChatType
    title: str = ""
    username: str | None = None
    is_forum: bool = False
    owner_id: int | None = None
    members: dict[int, Member] = field(default_factory=dict)
    bot: Member = field(default_factory=lambda: Member("left"))
    threads: dict[int, Thread] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    pinned: list[int] = field(default_factory=list)
    last_message_id: int = 0
    migrated_to: int | None = None
    deactivated: bool = False


class World:
    """Everything that exists, by id."""

    def __init__(self, bot: User) -> None:
        self.bot = bot
        self.users: dict[int, User] = {}
        self.chats: dict[int, Chat] = {}
        self.by_username: dict[str, int] = {}
        self.inline_messages: dict[str, tuple[int, int]] = {}
        self._next_user = 100_001
        self._next_chat = 1
        self._shared_message_id = 0

    def put_user(self, user: User) -> None:
        """A new person, or a known one under a new name."""
        self.users[user.id] = user
        if user.id not in self.chats:
            self.chats[user.id] = Chat(user.id, "private")

    def put_chat(self, chat: Chat) -> None:
        """A new group or channel, or a known one with another username."""
        self.chats[chat.id] = chat
        self.by_username = {name: at for name, at in self.by_username.items() if at != chat.id}
        if chat.username:
            self.by_username[chat.username.lower()] = chat.id

    def free_user_id(self) -> int:
        """An id no person has."""
        while self._next_user in self.users:
            self._next_user += 1
        return self._next_user

    def free_chat_id(self, kind: ChatType) -> int:
        """An id no chat has, of the range Telegram uses for that kind."""
        base = GROUP_BASE if kind == "group" else SUPERGROUP_BASE
        while -(base + self._next_chat) in self.chats:
            self._next_chat += 1
        return -(base + self._next_chat)

    def next_message_id(self, chat: Chat) -> int:
        """Private chats and groups share one row of numbers, supergroups and channels have their own (as Telegram)."""
        if chat.type in {"private", "group"}:
            self._shared_message_id += 1
            chat.last_message_id = self._shared_message_id
        else:
            chat.last_message_id += 1
        return chat.last_message_id

    def store(self, message: Message) -> None:
        """Puts a new or edited message into its chat."""
        self.chats[message.chat_id].messages[message.id] = message
        if message.inline_message_id:
            self.inline_messages[message.inline_message_id] = (message.chat_id, message.id)

    def find_chat(self, wanted: str) -> Chat | None:
        """By numeric id or @username; people have no @username here, as for bots in Telegram."""
        if wanted.startswith("@"):
            return self.chats.get(self.by_username.get(wanted[1:].lower(), 0))
        try:
            return self.chats.get(int(wanted))
        except ValueError:
            return None
