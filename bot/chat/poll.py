"""Updates by long polling. aiogram's own loop repeats a 401 or a 409 for ever; here they end the bot in plain words.

PollingEnded    Telegram gives this process no updates: the token is wrong, or another process takes them
"""

import asyncio
import random
from typing import Any
from weakref import WeakValueDictionary

import structlog
from aiogram import Bot, Dispatcher
from aiogram.exceptions import (
    AiogramError,
    TelegramConflictError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiogram.methods import TelegramMethod
from aiogram.types import Update
from aiogram.types.update import UpdateTypeLookupError
from pydantic import ValidationError

from bot.groups import first_of

log = structlog.get_logger("khabar.updates")

POLL = 25  # seconds that Telegram holds a request open while nothing happens
OPEN_UPDATES = 64  # handled at once; what comes beyond waits at Telegram
LONGEST_WAIT = 30.0  # seconds between attempts while Telegram cannot be reached


class PollingEnded(Exception):
    """Telegram gives this process no updates, and asking again will not help."""


class Handler:
    """Hands updates to the dispatcher: those of one chat one after another, those of different chats at once."""

    def __init__(self, bot: Bot, dispatcher: Dispatcher) -> None:
        self._bot = bot
        self._dispatcher = dispatcher
        self._chats: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def handle(self, update: Update) -> None:
        """Nothing is raised: the chat room answers the person and logs what went wrong there."""
        try:
            async with self._chats.setdefault(_chat_of(update), asyncio.Lock()):
                await self._dispatcher.feed_update(self._bot, update)
        except UpdateTypeLookupError:
            log.info("an update of a kind that is not known", update_id=update.update_id)
        except Exception:  # one update's fault stops no other, and is reported in full
            log.exception("an update could not be handled", update_id=update.update_id)


class RawUpdates(TelegramMethod[list[dict[str, Any]]]):
    """getUpdates whose answer is read update by update: one that aiogram cannot read must not hold up all others."""

    __returning__ = list[dict[str, Any]]
    __api_method__ = "getUpdates"

    offset: int | None = None
    limit: int | None = None
    timeout: int | None = None
    allowed_updates: list[str] | None = None


class Poller:
    """Takes updates until it is stopped."""

    def __init__(self, bot: Bot, handler: Handler, allowed_updates: list[str]) -> None:
        self._bot = bot
        self._handler = handler
        self._allowed = allowed_updates
        self._polling: asyncio.Task[None] | None = None
        self._is_stopped = False
        self._slots = asyncio.Semaphore(OPEN_UPDATES)
        self._handling: set[asyncio.Task[None]] = set()
        self._offset: int | None = None

    def stop(self, grace: float) -> None:
        """Take no more updates; `run` ends once those taken are handled and confirmed, or after `grace` seconds."""
        self._is_stopped = True
        if self._polling is not None:
            self._polling.cancel()
        asyncio.get_running_loop().call_later(grace, self._give_up)

    def _give_up(self) -> None:
        for task in self._handling:
            task.cancel()

    async def run(self) -> None:
        """Poll until `stop`. Raises `PollingEnded`."""
        if self._is_stopped:
            return
        try:
            async with asyncio.TaskGroup() as group:
                self._polling = group.create_task(self._poll(group))
        except BaseExceptionGroup as faults:
            raise first_of(faults) from None
        await self._confirm()

    async def _poll(self, group: asyncio.TaskGroup) -> None:
        attempts = 0
        while True:
            request = RawUpdates(offset=self._offset, timeout=POLL, allowed_updates=self._allowed)
            try:
                updates = await self._bot(request, request_timeout=POLL + 10)
            except (TelegramUnauthorizedError, TelegramNotFound):
                raise PollingEnded("Telegram does not know this token: get it again from @BotFather") from None
            except TelegramConflictError as error:
                raise PollingEnded(f"another process takes this bot's updates: {error.message}") from None
            except TelegramRetryAfter as error:
                await asyncio.sleep(error.retry_after)
                continue
            except AiogramError as error:
                attempts += 1
                wait = min(2.0**attempts, LONGEST_WAIT) * random.uniform(0.5, 1)  # noqa: S311 — spreads retries
                log.warning("no updates from Telegram", error=type(error).__name__, again_in=round(wait, 1))
                await asyncio.sleep(wait)
                continue
            attempts = 0
            for told in filter(_is_update, updates):
                await self._slots.acquire()
                handling = group.create_task(self._handle(told))
                self._handling.add(handling)
                handling.add_done_callback(self._handling.discard)
                self._offset = int(told["update_id"]) + 1

    async def _handle(self, told: dict[str, Any]) -> None:
        try:
            update = Update.model_validate(told, context={"bot": self._bot})
        except ValidationError as error:
            log.warning("an update cannot be read", update_id=told["update_id"], reason=str(error.errors()[:2]))
        else:
            await self._handler.handle(update)
        finally:
            self._slots.release()

    async def _confirm(self) -> None:
        """Tell Telegram what was handled, so that the next process does not handle it again."""
        if self._offset is None:
            return
        try:
            await self._bot(RawUpdates(offset=self._offset, timeout=0, limit=1), request_timeout=1)
        except AiogramError as error:
            log.warning("the last updates could not be confirmed", error=type(error).__name__)


def _is_update(told: dict[str, Any]) -> bool:
    """Whether it can be confirmed; what has no number cannot be an update of Telegram's."""
    is_one = isinstance(told.get("update_id"), int)
    if not is_one:
        log.warning("the server told of an update without a number")
    return is_one


def _chat_of(update: Update) -> int:
    """Whose turn it is: the chat of the message or button, else the person."""
    event = update.event
    message = getattr(event, "message", event)
    for holder in (getattr(message, "chat", None), getattr(event, "from_user", None)):
        if holder is not None:
            return int(holder.id)
    return 0
