"""Which updates are let in: what becomes of one is decided once, however often Telegram brings it.

A webhook's update comes again and again while it cannot be written down, and each of them must be what the first was:
else the repeats would use up the person's allowance, and in the end it would be taken and be nowhere.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError

from bot.chat.allowance import Allowance, Verdict
from bot.chat.answers import Answer
from bot.chat.backoff import backoff
from bot.chat.incoming import Incoming, read_update
from bot.metrics import Metrics

log = structlog.get_logger("khabar.updates")

MOST_OF_A_CHAT = 100  # updates that wait; what a chat asks beyond would be answered minutes later
MOST_OF_A_GROUP = 10  # the same in a group, which gets 20 answers a minute
REMEMBERED = 10_000  # updates whose verdict is known
QUIET = timedelta(minutes=1)  # between two lines in the log about one chat


@dataclass(frozen=True, slots=True)
class Waiting:
    """An update that was written down and has its turn to come; `answer` when only that is left to give."""

    update_id: int
    chat_id: int
    received_at: datetime
    incoming: Incoming | None = None
    answer: Answer | None = None
    is_too_much: bool = False
    failed: int = 0  # attempts to handle it that the database let down, or to give its answer

    @property
    def asker(self) -> int | None:
        return self.incoming.asker if self.incoming else None


class Admission:
    """Decides about each update, once."""

    def __init__(self, bot: Bot, metrics: Metrics, now: Callable[[], datetime]) -> None:
        self._bot = bot
        self._metrics = metrics
        self._now = now
        self._name: str | None = None
        self._allowance = Allowance()
        self._verdicts: dict[int, Verdict] = {}  # by the update's number, oldest first
        self._told: dict[int, datetime] = {}  # when the log last named a chat, oldest first

    async def learn_name(self) -> None:
        """The name by which a group's commands are addressed; until it is known, all commands are taken."""
        attempt = 0
        while self._name is None:
            try:
                self._name = (await self._bot.me()).username or ""
            except AiogramError as error:
                attempt += 1
                log.info("the bot's name is not known yet", error=type(error).__name__)
                await asyncio.sleep(backoff(attempt))

    def admit(self, told: Iterable[dict[str, Any]], chats: Mapping[int, Collection[Waiting]]) -> list[Waiting]:
        """Of these updates, each with its number, those that are to be handled; `chats` is what waits by chat."""
        admitted: list[Waiting] = []
        now = self._now()
        for one in told:
            incoming = read_update(one, self._bot)
            if incoming is None or not incoming.concerns(self._bot.id, self._name):
                continue
            chat_id = incoming.chat_id
            others = [*chats.get(chat_id, ()), *(other for other in admitted if other.chat_id == chat_id)]
            verdict = self._decide(incoming, [other.asker for other in others], now)
            if verdict is Verdict.DROP:
                self._metrics.dropped.inc()
                continue
            is_too_much = verdict is Verdict.WARN
            admitted.append(Waiting(incoming.update_id, chat_id, now, incoming=incoming, is_too_much=is_too_much))
        return admitted

    def _decide(self, incoming: Incoming, waiting: Sequence[int | None], now: datetime) -> Verdict:
        """What becomes of this update, while updates of these people wait for their turn in its chat."""
        if incoming.asker is None:
            return Verdict.ANSWER
        known = self._verdicts.get(incoming.update_id)
        if known is not None:
            return known
        verdict = self._allowance.decide(incoming.asker, incoming.asked_at(now).timestamp())
        if is_full(incoming, waiting):
            self._tell(incoming.chat_id, now)
            verdict = Verdict.DROP
        self._verdicts[incoming.update_id] = verdict
        if len(self._verdicts) > REMEMBERED:
            del self._verdicts[next(iter(self._verdicts))]
        return verdict

    def _tell(self, chat_id: int, now: datetime) -> None:
        while self._told and next(iter(self._told.values())) <= now - QUIET:
            del self._told[next(iter(self._told))]
        if chat_id not in self._told:
            self._told[chat_id] = now
            log.warning("a chat asks more than can be answered, what comes beyond is dropped", chat=chat_id)


def is_full(incoming: Incoming, waiting: Sequence[int | None]) -> bool:
    """Whether so much waits in the chat that this would wait too long.

    In a group whoever has nothing waiting is let in all the same: a few people must not silence it for its admins.
    """
    if len(waiting) >= MOST_OF_A_CHAT:
        return True
    return incoming.chat_id < 0 and len(waiting) >= MOST_OF_A_GROUP and incoming.asker in waiting
