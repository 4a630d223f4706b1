"""Claim, send, settle: every chat that is due gets its one message, whatever breaks on the way."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from bot.clock import now_utc
from bot.delivery.bundle import LIST_SIZE, decide_bundle
from bot.delivery.compose import Composer
from bot.delivery.corrections import Corrector
from bot.delivery.results import Refusal, Refused, SendResult, Uncertain
from bot.delivery.retry import Decision, Delivered, Stop, decide
from bot.delivery.sender import LONGEST_PACING, Sender, TokenRefused
from bot.delivery.settling import Settler
from bot.metrics import Metrics
from config.settings import DeliverySettings
from storage.database import Database
from storage.records import Bundle, Chat, Claim

log = structlog.get_logger("khabar.delivery")

# While requests are open, chats that become due are looked for so often, if there is room for one more.
LOOK_AGAIN = 0.5  # seconds

Tell = Callable[[Chat, str | None], Awaitable[None]]


@dataclass(slots=True)
class _Run:
    """What one `drain` has done so far."""

    open: set[asyncio.Task[None]] = field(default_factory=set)
    faults: list[Exception] = field(default_factory=list)
    delivered: int = 0


class Worker:
    """Serves the chats that are due, `open_requests` at a time.

    Stop it with `stop`: what is on its way is settled, nothing new is claimed.
    """

    def __init__(
        self,
        *,
        database: Database,
        sender: Sender,
        composer: Composer,
        settings: DeliverySettings,
        metrics: Metrics,
        tell: Tell,
    ) -> None:
        """`tell` lets a chat's owner know that it was paused (with Telegram's reason) or lost its topic (None)."""
        self._database = database
        self._sender = sender
        self._composer = composer
        self._settings = settings
        self._metrics = metrics
        self._tell = tell
        self._settler = Settler(database, composer, metrics)
        self._corrector = Corrector(database, sender, composer, metrics)
        self._is_recovered = False
        self._is_stopping = False
        self._draining = asyncio.Lock()
        self._correcting = asyncio.Lock()

    async def drain(self) -> int:
        """Serve chats until none is due; how many messages stand.

        Raises `TokenRefused`, and what the database raises: nothing is claimed then until everything that was on
        its way has been written down.
        """
        async with self._draining:
            if not self._is_recovered:
                await self._settler.recover(self._settings.on_uncertain)
                self._is_recovered = True
            await self._settler.settle_left()
            run = _Run()
            async with asyncio.TaskGroup() as group:
                while not (self._is_stopping or run.faults):
                    for claim, bundle in await self._claim_for(run):
                        run.open.add(group.create_task(self._deliver(claim, bundle, run)))
                    if not run.open:
                        break  # nobody is due, or the database failed
                    self._metrics.in_flight.set(len(run.open))
                    _, run.open = await asyncio.wait(run.open, timeout=LOOK_AGAIN, return_when=asyncio.FIRST_COMPLETED)
            self._metrics.in_flight.set(0)
            if run.faults:
                raise run.faults[0]
            return run.delivered

    async def correct(self) -> int:
        """Edit the posts in channels whose article has changed; how many were edited. Raises `TokenRefused`."""
        async with self._correcting:
            return 0 if self._is_stopping else await self._corrector.correct()

    async def tell(self) -> None:
        """Tell the owners of chats what went wrong there."""
        while self._settler.notes and not self._is_stopping:
            note = self._settler.notes[0]
            await self._tell(note.chat, note.trouble)
            self._settler.notes.popleft()

    def begin_to_stop(self) -> None:
        """Claim nothing more; who still waits for the pace is told that it was not sent."""
        self._is_stopping = True
        self._sender.stop()

    async def stop(self) -> None:
        """Claim nothing more and wait until what is on its way has been settled."""
        self.begin_to_stop()
        async with self._draining, self._correcting:
            pass

    async def _claim_for(self, run: _Run) -> list[tuple[Claim, Bundle]]:
        """As many claims as there is room for; a fault ends the run once what is on its way has been settled."""
        try:
            return await self._claim(self._settings.open_requests - len(run.open))
        except Exception as error:  # noqa: BLE001 — kept as in `_deliver`: it must not cancel what is on its way
            run.faults.append(error)
            return []

    async def _claim(self, limit: int) -> list[tuple[Claim, Bundle]]:
        """Write down who gets what now, `limit` chats at most; empty when nobody is due.

        Chats that are due but have nothing to get move on by themselves, and one that Telegram or its own limit holds
        is put off without taking up a request.
        """
        claimed: list[tuple[Claim, Bundle]] = []
        is_more = limit > 0
        while is_more and not claimed:
            now = now_utc()
            async with self._database.transaction() as stores:
                due = await stores.mailbox.get_due(now, limit)
                for chat in due:
                    wait = self._sender.wait_for(chat)
                    if wait > LONGEST_PACING:
                        await stores.mailbox.put_off(chat, now + timedelta(seconds=wait))
                        continue
                    bundle = decide_bundle(await stores.mailbox.get_bundle(chat, LIST_SIZE))
                    if bundle.stories:
                        claimed.append((await stores.mailbox.claim(bundle, now), bundle))
                    else:
                        await stores.mailbox.pass_over(chat, bundle.until, self._settler.next_due(chat))
            is_more = bool(due)
        return claimed

    async def _deliver(self, claim: Claim, bundle: Bundle, run: _Run) -> None:
        """One chat's message. A fault ends the run, not the messages beside it: they are on their way."""
        try:
            decision = self._decide(claim.chat, await self._send(claim.chat, bundle))
            await self._settler.settle(claim, bundle, decision)
        except Exception as error:  # noqa: BLE001 — kept, and raised by `drain` once the others have been settled
            run.faults.append(error)
            return
        if isinstance(decision, Stop):
            run.faults.append(TokenRefused(decision.reason))
        run.delivered += isinstance(decision, Delivered)

    async def _send(self, chat: Chat, bundle: Bundle) -> SendResult:
        try:
            message = self._composer.message(bundle, now_utc())
        except Exception as error:  # a fault of ours in one message holds up no other, and is reported in full
            log.exception("a message could not be put together", chat=chat.id)
            return Refused(Refusal.OTHER, f"{type(error).__name__} in putting it together")
        try:
            return await self._sender.send(chat, message)
        except Exception as error:  # whatever it is, the message may stand in the chat
            log.exception("a message met a fault of ours on its way", chat=chat.id)
            return Uncertain(type(error).__name__)

    def _decide(self, chat: Chat, result: SendResult) -> Decision:
        refusals = self._settler.refusals
        decision = decide(
            result,
            attempts=chat.attempts,
            refusals=refusals[chat.id],
            now=now_utc(),
            on_uncertain=self._settings.on_uncertain,
            jitter=random.random(),  # noqa: S311 — spreads retries, guards nothing
        )
        if isinstance(result, Refused):
            refusals[chat.id] += 1
        return decision
