"""Sends updates to the bot's webhook: in order within a chat, with retries, with the secret token."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import orjson
from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.sandbox.updates import Update, UpdateQueue

FIRST_RETRY = 0.2  # seconds; doubles up to LAST_RETRY
LAST_RETRY = 5.0
ANSWER_TIMEOUT = 60.0  # seconds


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """What setWebhook said."""

    url: str
    secret_token: str = ""
    max_connections: int = 40


@dataclass(frozen=True, slots=True)
class WebhookError:
    """The last delivery that failed, for getWebhookInfo."""

    at: int
    message: str


class WebhookSender:
    """Posts queued updates while a webhook is set. Runs from `start` to `stop`."""

    def __init__(self, queue: UpdateQueue, call: Callable[[str, dict[str, Any]], Awaitable[None]]) -> None:
        self._queue = queue
        self._call = call  # runs a method the receiver gave as its answer
        self._task: asyncio.Task[None] | None = None
        self.settings: WebhookSettings | None = None
        self.last_error: WebhookError | None = None

    async def start(self, settings: WebhookSettings) -> None:
        """Begins to send to a new address."""
        await self.stop()
        self.settings = settings
        self.last_error = None
        self._queue.set_webhook(settings.url)
        # Lives beyond the request that set the webhook; `stop` awaits it, so no error is lost.
        self._task = asyncio.create_task(self._run(settings))

    async def stop(self) -> None:
        """Ends sending; what was not taken stays queued."""
        self._queue.set_webhook("")
        self.settings = None
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _run(self, settings: WebhookSettings) -> None:
        busy: set[int] = set()
        freed = asyncio.Event()
        async with ClientSession(timeout=ClientTimeout(total=ANSWER_TIMEOUT)) as session, asyncio.TaskGroup() as group:
            arrival: asyncio.Task[None] = group.create_task(self._queue.arrival())
            while True:
                while len(busy) < settings.max_connections and (update := self._queue.waiting(busy)) is not None:
                    busy.add(update.chat_id)
                    group.create_task(self._deliver(session, settings, update, busy, freed))
                free = group.create_task(freed.wait())
                await asyncio.wait({arrival, free}, return_when=asyncio.FIRST_COMPLETED)
                freed.clear()
                free.cancel()
                if arrival.done():
                    arrival = group.create_task(self._queue.arrival())

    async def _deliver(
        self,
        session: ClientSession,
        settings: WebhookSettings,
        update: Update,
        busy: set[int],
        freed: asyncio.Event,
    ) -> None:
        wait = FIRST_RETRY
        while not await self._post(session, settings, update):
            await asyncio.sleep(wait)
            wait = min(wait * 2, LAST_RETRY)
        self._queue.confirm_one(update)
        busy.discard(update.chat_id)
        freed.set()

    async def _post(self, session: ClientSession, settings: WebhookSettings, update: Update) -> bool:
        headers = {"Content-Type": "application/json"}
        if settings.secret_token:
            headers["X-Telegram-Bot-Api-Secret-Token"] = settings.secret_token
        try:
            body = orjson.dumps(update.to_json())
            async with session.post(settings.url, data=body, headers=headers, allow_redirects=False) as response:
                answer = await response.read()
                if not 200 <= response.status < 300:
                    self._failed(f"Wrong response from the webhook: {response.status} {response.reason}")
                    return False
        except (ClientError, TimeoutError, OSError) as error:
            self._failed(f"Connection failed: {type(error).__name__}")
            return False
        await self._answer_call(answer)
        return True

    async def _answer_call(self, answer: bytes) -> None:
        """A receiver may answer with a method to call; Telegram does not tell it how that went."""
        try:
            call = orjson.loads(answer) if answer.strip() else None
        except orjson.JSONDecodeError:
            return
        if isinstance(call, dict) and isinstance(method := call.pop("method", None), str):
            await self._call(method, call)

    def _failed(self, message: str) -> None:
        self.last_error = WebhookError(int(time.time()), message)
