"""The inbox: an update is written down before it is confirmed, and handled once, after a crash too.

admit     what cannot be read, is none of the bot's business, or is beyond a person's allowance, is dropped
keep      one transaction writes down the rest; only then may Telegram be told that it was taken
run       what the process before this one left open, then what comes: a chat's updates one after another,
          different chats at once
handle    the chat room's transaction writes down the replies too, and that the update needs no more handling
give      the replies; what Telegram certainly has not is tried again later, in the chat's order, until it is stale;
          given replies are crossed out many at a time, and at the latest when the chat's next update is handled

A crash loses nothing: what was not handled is handled, what was not answered is answered. In each chat one answer may
be given twice, when the crash came between the giving and the crossing out.
"""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import structlog
from aiogram import Bot, Dispatcher

from bot.chat.admission import Admission, Waiting
from bot.chat.answers import Answer, dump_answer, load_answer
from bot.chat.backoff import backoff
from bot.chat.context import ChatContext
from bot.chat.incoming import read_update
from bot.chat.middleware import GIVEN, IS_AGAIN, IS_TOO_MUCH
from bot.chat.perform import Performer
from storage.errors import DatabaseUnavailable, StorageError
from storage.inbox import OpenUpdate
from storage.stores import Stores

log = structlog.get_logger("khabar.updates")

SLOTS = 64  # chats that are served at once
MOST_WAITING = 1_000  # updates in memory; what comes beyond waits at Telegram
CLOSE_EVERY = 1.0  # seconds until given replies are crossed out, if no update comes first
LAST_CLOSE = 1.0  # seconds that this may take when the bot stops
NO_CHAT = 0  # what is crossed out unread
STALE = timedelta(minutes=10)  # an older answer would be one to nobody


class Inbox:
    """Takes updates, and hands them to the dispatcher until it is stopped."""

    def __init__(self, bot: Bot, dispatcher: Dispatcher, context: ChatContext) -> None:
        self._bot = bot
        self._dispatcher = dispatcher
        self._context = context
        self._admission = Admission(bot, context.metrics, context.now)
        self._lock = asyncio.Lock()
        self._is_loaded = False
        self._chats: dict[int, deque[Waiting]] = {}
        self._turns: asyncio.Queue[int] = asyncio.Queue()  # chats with something to handle, each once
        self._done: dict[int, int] = {}  # updates that are done with, and their chats; yet to be crossed out
        self._left: dict[int, Answer] = {}  # of answers that were given in part
        self._waiting = 0
        self._has_room, self._is_idle, self._stopping = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._has_room.set()
        self._is_idle.set()

    def admit(self, told: Iterable[dict[str, Any]]) -> list[Waiting]:
        """Of these updates, each with its number, those that are to be handled."""
        return self._admission.admit(told, self._chats)

    async def keep(self, admitted: Sequence[Waiting]) -> None:
        """Write these down and line them up; what has come before is passed over. Waits while too many wait.

        Raises `StorageError`: then none was written down, and Telegram must bring them again.
        """
        if not admitted:
            return
        await self._has_room.wait()
        incoming = {one.update_id: one.incoming for one in admitted if one.incoming is not None}
        fleeting = {number for number, one in incoming.items() if one.is_fleeting}
        bodies = {number: one.body for number, one in incoming.items() if number not in fleeting}
        new: set[int] = set()
        if bodies:
            async with self._writing() as stores:
                new = await stores.inbox.add(bodies, self._context.now())
        # Before `run` has looked for what is open, it will find the others there.
        for one in admitted:
            if one.update_id in fleeting or (self._is_loaded and one.update_id in new):
                self._line_up(one)

    def stop(self) -> None:
        """Let `run` end once everything that waits was handled, or when its time is over."""
        self._stopping.set()

    async def run(self, grace: float) -> None:
        """Handle updates until `stop`, and then for `grace` seconds more. What is left stays written down."""
        try:
            async with asyncio.TaskGroup() as group:
                jobs = [
                    self._load(),
                    self._admission.learn_name(),
                    self._close_often(),
                    *(self._serve() for _ in range(SLOTS)),
                ]
                tasks = [group.create_task(job) for job in jobs]
                await self._stopping.wait()
                try:
                    async with asyncio.timeout(grace):
                        await self._is_idle.wait()
                except TimeoutError:
                    log.warning("updates are left for the next start", updates=self._waiting)
                for task in tasks:
                    task.cancel()
        finally:
            await self._close_last()

    async def _load(self) -> None:
        """Line up what the process before this one left open."""
        attempt = 0
        while not self._is_loaded:
            try:
                # In a transaction that writes, so that `keep` comes wholly before or after it.
                async with self._writing() as stores:
                    found = await stores.inbox.get_open()
            except StorageError as error:
                attempt += 1
                log.error("open updates cannot be read, trying again", error=str(error))
                await asyncio.sleep(backoff(attempt))
            else:
                for one in found:
                    self._line_up_open(one)
                self._is_loaded = True

    def _line_up_open(self, found: OpenUpdate) -> None:
        now = self._context.now()
        if found.body is not None:
            incoming = read_update(json.loads(found.body), self._bot)
            if incoming is not None:
                self._line_up(Waiting(found.update_id, incoming.chat_id, now, incoming=incoming))
                return
        elif found.replies is not None and now - found.received_at <= STALE:
            try:
                answer = load_answer(found.replies)
            except ValueError as error:
                log.warning("an answer of another version is not given", update_id=found.update_id, error=str(error))
            else:
                self._line_up(Waiting(found.update_id, answer.place.chat_id, found.received_at, answer=answer))
                return
        self._done[found.update_id] = NO_CHAT

    def _line_up(self, one: Waiting) -> None:
        queue = self._chats.get(one.chat_id)
        if queue is None:
            queue = self._chats[one.chat_id] = deque()
            self._turns.put_nowait(one.chat_id)
        queue.append(one)
        self._count(1)

    def _count(self, more: int) -> None:
        self._waiting += more
        self._context.metrics.updates_waiting.set(self._waiting)
        for event, is_set in (
            (self._has_room, self._waiting < MOST_WAITING),
            (self._is_idle, self._waiting == 0),
        ):
            if is_set:
                event.set()
            else:
                event.clear()

    async def _serve(self) -> None:
        """One slot: a chat's next update, then the chat stands at the end of the line again."""
        while True:
            chat_id = await self._turns.get()
            queue = self._chats[chat_id]
            wait = await self._handle(queue)
            if wait is not None:
                asyncio.get_running_loop().call_later(wait, self._turns.put_nowait, chat_id)
                continue
            done = queue.popleft()
            self._left.pop(done.update_id, None)
            if done.incoming is None or not done.incoming.is_fleeting:
                self._done[done.update_id] = chat_id
            if queue:
                self._turns.put_nowait(chat_id)
            else:
                del self._chats[chat_id]
            self._count(-1)

    async def _handle(self, queue: deque[Waiting]) -> float | None:
        """Handle the first one; None when that is done, else the seconds after which to try again."""
        one = queue[0]
        try:
            if one.answer is None:
                answer = await self._ask(one)
                if answer is None:
                    return None
                one = replace(one, answer=answer, failed=0)
            else:
                answer = one.answer
            return await self._give(queue, one, answer)
        except DatabaseUnavailable as error:
            queue[0] = replace(one, failed=one.failed + 1)
            log.error("the database failed, an update is tried again", update_id=one.update_id, error=str(error))
            return backoff(one.failed + 1)
        except Exception:  # one update's fault stops no other, and is reported in full
            log.exception("an update could not be handled", update_id=one.update_id)
        return None

    async def _ask(self, one: Waiting) -> Answer | None:
        """What the chat room answers. Raises `DatabaseUnavailable` when nothing could be done yet."""
        if one.incoming is None:
            return None
        given = [number for number, chat_id in self._done.items() if chat_id == one.chat_id]
        said = {IS_AGAIN: one.failed > 0, IS_TOO_MUCH: one.is_too_much, GIVEN: given}
        found = await self._dispatcher.feed_update(self._bot, one.incoming.update, **said)
        self._context.metrics.updates.inc()
        return found if isinstance(found, Answer) else None

    async def _give(self, queue: deque[Waiting], one: Waiting, answer: Answer) -> float | None:
        """None when it was given as far as it ever will be; else the seconds after which to go on."""
        unsent = await Performer(self._bot, self._context, answer.place).perform(answer.replies)
        if unsent is None:
            return None
        left = Answer(unsent.place, unsent.replies)
        wait = unsent.wait or backoff(one.failed + 1)
        line = log.bind(chat=one.chat_id, update_id=one.update_id)
        if self._context.now() + timedelta(seconds=wait) > one.received_at + STALE:
            line.warning("an answer could not be given in time")
            return None
        line.info("an answer waits", again_in=round(wait, 1))
        queue[0] = replace(one, answer=left, failed=one.failed + 1)
        if left != answer:
            self._left[one.update_id] = left
        return wait

    async def _close_often(self) -> None:
        while True:
            await asyncio.sleep(CLOSE_EVERY)
            await self._close()

    async def _close_last(self) -> None:
        try:
            async with asyncio.timeout(LAST_CLOSE):
                await self._close()
        except TimeoutError:
            log.warning("given answers could not be crossed out, and may be given again", answers=len(self._done))

    async def _close(self) -> None:
        """Cross out what is done."""
        if not self._done and not self._left:
            return
        try:
            async with self._writing():
                pass
        except StorageError as error:
            log.error("given answers cannot be crossed out, trying again", error=str(error))

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[Stores]:
        """The one transaction of the moment, which also crosses out what was given. Raises `StorageError`."""
        async with self._lock:
            done, left = tuple(self._done), dict(self._left)
            async with self._context.database.transaction() as stores:
                for number, answer in left.items():
                    await stores.inbox.settle(number, dump_answer(answer))
                await stores.inbox.close(done)
                yield stores
            for number in done:
                self._done.pop(number, None)
            for number, answer in left.items():
                if self._left.get(number) is answer:
                    del self._left[number]
