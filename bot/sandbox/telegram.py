"""The sandbox's Telegram: one bot, its world, and what follows when a message appears, changes or goes."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

from bot.sandbox.calls import CallLog
from bot.sandbox.errors import too_many
from bot.sandbox.events import EventLog
from bot.sandbox.faults import Faults
from bot.sandbox.files import FileStore
from bot.sandbox.limits import Limits
from bot.sandbox.questions import Questions
from bot.sandbox.updates import UpdateQueue
from bot.sandbox.webhook import WebhookSender
from bot.sandbox.wire import chat_json, chat_state_json, member_json, message_json, user_json
from bot.sandbox.world import Chat, Content, Json, Member, Message, World

MethodCaller = Callable[[str, dict[str, Any]], Awaitable[None]]


@dataclass(slots=True)
class Profile:
    """What setMyName and its kin said, by language ('' for everyone else)."""

    names: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    short_descriptions: dict[str, str] = field(default_factory=dict)
    commands: dict[tuple[str, str], list[dict[str, str]]] = field(default_factory=dict)
    menu_buttons: dict[int, Json] = field(default_factory=dict)


class Telegram:
    """Holds every part; changes go through its methods, so that events and updates follow."""

    def __init__(self, world: World, token: str, *, limits: bool) -> None:
        self.world = world
        self.token = token
        self.events = EventLog()
        self.updates = UpdateQueue()
        self.limits = Limits(on=limits)
        self.faults = Faults()
        self.calls = CallLog()
        self.files = FileStore()
        self.questions = Questions()
        self.profile = Profile()
        self.webhook = WebhookSender(self.updates, self._call_from_webhook)
        self.call_method: MethodCaller | None = None  # set by the API room, which knows the methods

    async def _call_from_webhook(self, method: str, values: dict[str, Any]) -> None:
        if self.call_method is not None:
            await self.call_method(method, values)

    def message_json(self, message: Message) -> Json:
        """Message, as the bot sees it."""
        return message_json(self.world, message)

    def chat_state(self, chat: Chat) -> Json:
        """ChatState of the control API."""
        return chat_state_json(self.world, chat)

    def spend(self, chat: Chat, cost: int = 1, *, paid: bool = False) -> None:
        """Counts messages against Telegram's pace; raises 429."""
        if not self.limits.on:
            return
        wait = self.limits.spend(chat.id, time.monotonic(), private=chat.type == "private", cost=cost, paid=paid)
        if wait:
            raise too_many(wait)

    def post(self, chat: Chat, content: Content, *, author_id: int, **details: Any) -> Message:
        """A new message stands in the chat; `details` are further fields of Message."""
        message = Message(
            id=self.world.next_message_id(chat),
            chat_id=chat.id,
            date=int(time.time()),
            content=content,
            author_id=author_id,
            by_channel=chat.type == "channel",
            **details,
        )
        self.world.store(message)
        extra = {"reply_keyboard": message.reply_markup} if message.reply_markup else {}
        self.events.emit("message", chat.id, message=self.message_json(message), **extra)
        return message

    def change(self, message: Message, **changes: Any) -> Message:
        """A message says something else now."""
        changed = replace(message, **{**changes, "edit_date": int(time.time())})
        self.world.store(changed)
        self.events.emit("edit", message.chat_id, message=self.message_json(changed))
        return changed

    def remove(self, chat: Chat, message_ids: list[int]) -> None:
        """Messages go."""
        for message_id in message_ids:
            chat.messages.pop(message_id, None)
            if message_id in chat.pinned:
                chat.pinned.remove(message_id)
        self.events.emit("delete", chat.id, message_ids=message_ids)

    def set_bot_member(self, chat: Chat, member: Member, by: int) -> None:
        """Somebody changed the bot's standing: the chat shows it and my_chat_member tells."""
        old, chat.bot = chat.bot, member
        self.announce_chat(chat)
        bot = self.world.bot
        self.updates.put(
            "my_chat_member",
            {
                "chat": chat_json(self.world, chat),
                "from": user_json(self.world.users.get(by, bot)),
                "date": int(time.time()),
                "old_chat_member": member_json(chat, bot, old),
                "new_chat_member": member_json(chat, bot, member),
            },
            chat.id,
        )

    def announce_chat(self, chat: Chat) -> None:
        """A chat was made or changed."""
        self.events.emit("chat", chat.id, chat=self.chat_state(chat))
