"""Updates by long polling. aiogram's own loop repeats a 401 or a 409 for ever; here they end the bot in plain words.

PollingEnded    Telegram gives this process no updates: the token is wrong, or another process takes them

The next getUpdates confirms what the one before it brought, so the inbox has written that down by then.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

import structlog
from aiogram import Bot
from aiogram.exceptions import (
    AiogramError,
    TelegramConflictError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiogram.methods import TelegramMethod

from bot.chat.admission import Waiting
from bot.chat.backoff import backoff
from bot.chat.inbox import Inbox
from bot.chat.incoming import number_of
from bot.groups import first_of
from storage.errors import StorageError

log = structlog.get_logger("khabar.updates")

POLL = 25  # seconds that Telegram holds a request open while nothing happens


class PollingEnded(Exception):
    """Telegram gives this process no updates, and asking again will not help."""


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

    def __init__(self, bot: Bot, inbox: Inbox, allowed_updates: list[str]) -> None:
        self._bot = bot
        self._inbox = inbox
        self._allowed = allowed_updates
        self._polling: asyncio.Task[None] | None = None
        self._is_stopped = False
        self._offset: int | None = None

    def stop(self) -> None:
        """Take no more updates; `run` ends once those taken are confirmed."""
        self._is_stopped = True
        if self._polling is not None:
            self._polling.cancel()

    async def run(self) -> None:
        """Poll until `stop`. Raises `PollingEnded`."""
        if self._is_stopped:
            return
        try:
            async with asyncio.TaskGroup() as group:
                self._polling = group.create_task(self._poll())
        except BaseExceptionGroup as faults:
            raise first_of(faults) from None
        await self._confirm()

    async def _poll(self) -> None:
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
                wait = backoff(attempts)
                log.warning("no updates from Telegram", error=type(error).__name__, again_in=round(wait, 1))
                await asyncio.sleep(wait)
                continue
            attempts = 0
            told = [one for one in updates if number_of(one) is not None]
            if len(told) < len(updates):
                log.warning("the server told of an update without a number")
            if told:
                await self._keep(self._inbox.admit(told))
                self._offset = int(told[-1]["update_id"]) + 1

    async def _keep(self, admitted: Sequence[Waiting]) -> None:
        """Until they are written down they are not confirmed, and nothing more is asked for."""
        attempts = 0
        while True:
            try:
                await self._inbox.keep(admitted)
            except StorageError as error:
                attempts += 1
                wait = backoff(attempts)
                log.error("updates cannot be written down, trying again", error=str(error), again_in=round(wait, 1))
                await asyncio.sleep(wait)
            else:
                return

    async def _confirm(self) -> None:
        """Tell Telegram what was taken, so that the next process is not brought it again."""
        if self._offset is None:
            return
        try:
            await self._bot(RawUpdates(offset=self._offset, timeout=0, limit=1), request_timeout=1)
        except AiogramError as error:
            log.warning("the last updates could not be confirmed", error=type(error).__name__)
