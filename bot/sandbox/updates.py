"""Updates for the bot: a queue read by long polling, confirmed by the next offset."""

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Any

from bot.sandbox.errors import conflict

FIRST_UPDATE_ID = 500_000_001
MAX_BATCH = 100
MAX_POLL = 50  # seconds
# Sent only to who asks for them by name.
NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
UPDATE_KINDS = frozenset(
    [
        "message",
        "edited_message",
        "channel_post",
        "edited_channel_post",
        "inline_query",
        "chosen_inline_result",
        "callback_query",
        "my_chat_member",
        "chat_member",
        "chat_join_request",
        "message_reaction",
        "message_reaction_count",
    ],
)
OTHER_READER = "terminated by other getUpdates request; make sure that only one bot instance is running"
WEBHOOK_ACTIVE = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"


@dataclass(frozen=True, slots=True)
class Update:
    """One update: its number, its kind and the object of that kind; `chat_id` keeps a chat's order."""

    id: int
    kind: str
    body: dict[str, Any]
    chat_id: int

    def to_json(self) -> dict[str, Any]:
        """Update."""
        return {"update_id": self.id, self.kind: self.body}


class UpdateQueue:
    """What the bot has not confirmed yet, oldest first."""

    def __init__(self) -> None:
        self.webhook_url = ""
        self._pending: deque[Update] = deque()
        self._next_id = FIRST_UPDATE_ID
        self._allowed: frozenset[str] = frozenset()
        self._reader: asyncio.Future[bool] | None = None
        self._arrived = asyncio.Event()

    def __len__(self) -> int:
        return len(self._pending)

    @property
    def allowed(self) -> list[str]:
        """The kinds asked for; empty means Telegram's defaults."""
        return sorted(self._allowed)

    def allow(self, kinds: list[Any] | None) -> None:
        """Remembers allowed_updates; None changes nothing, an empty list goes back to the defaults."""
        if kinds is not None:
            self._allowed = frozenset(str(kind) for kind in kinds) & UPDATE_KINDS

    def put(self, kind: str, body: dict[str, Any], chat_id: int) -> None:
        """Queues an update unless the bot does not want its kind."""
        wanted = kind in self._allowed if self._allowed else kind not in NOT_BY_DEFAULT
        if not wanted:
            return
        self._pending.append(Update(self._next_id, kind, body, chat_id))
        self._next_id += 1
        self._arrived.set()
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(True)

    async def get(self, offset: int, limit: int, timeout: float) -> list[dict[str, Any]]:
        """getUpdates: confirms below `offset`, waits up to `timeout` seconds; a second reader ends the first."""
        if self.webhook_url:
            raise conflict(WEBHOOK_ACTIVE)
        if self._reader is not None and not self._reader.done():
            self._reader.set_exception(conflict(OTHER_READER))
            self._reader = None
        self._confirm(offset)
        if not self._pending and timeout > 0:
            reader: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
            self._reader = reader
            try:
                await asyncio.wait_for(reader, min(timeout, MAX_POLL))
            except TimeoutError:
                return []
            finally:
                if self._reader is reader:
                    self._reader = None
        if self.webhook_url:
            raise conflict("terminated by setWebhook request")
        count = limit if 0 < limit <= MAX_BATCH else MAX_BATCH
        return [self._pending[i].to_json() for i in range(min(count, len(self._pending)))]

    def set_webhook(self, url: str) -> None:
        """Turns to a webhook (or with an empty url back); a reader that waits is told."""
        self.webhook_url = url
        if url and self._reader is not None and not self._reader.done():
            self._reader.set_exception(conflict("terminated by setWebhook request"))

    def drop_pending(self) -> None:
        """Forgets everything that was not confirmed."""
        self._pending.clear()

    def release_reader(self) -> None:
        """Answers a waiting getUpdates with nothing: the sandbox closes."""
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(False)

    def waiting(self, busy: set[int]) -> Update | None:
        """For the webhook: the oldest update whose chat is not in `busy`; it stays queued until confirmed."""
        return next((update for update in self._pending if update.chat_id not in busy), None)

    def confirm_one(self, update: Update) -> None:
        """The webhook took it."""
        if update in self._pending:
            self._pending.remove(update)

    async def arrival(self) -> None:
        """Waits until something was put since the last call."""
        await self._arrived.wait()
        self._arrived.clear()

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            while len(self._pending) > -offset:
                self._pending.popleft()
        while self._pending and self._pending[0].id < offset:
            self._pending.popleft()
