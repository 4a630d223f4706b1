"""Claim, send, settle: every chat gets what waits for it, whatever breaks on the way.

turn      one transaction: settle what came back, claim as many as there is room for
deliver   compose, POST, decide                                     one task a message, no transaction
look      for messages in doubt: do they stand?                     one task a message, no transaction
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot.clock import now_utc
from bot.delivery.claiming import Claimer, bundle_of
from bot.delivery.compose import Composer
from bot.delivery.corrections import Corrector
from bot.delivery.doubts import Doubt, Doubts, can_look
from bot.delivery.results import Refusal, Refused, SendResult, Uncertain
from bot.delivery.retry import Decision, Delivered, Stop, decide, policy_for
from bot.delivery.run import Run
from bot.delivery.schedule import is_silent
from bot.delivery.sender import Sender, TokenRefused
from bot.delivery.settling import Result, Settler
from bot.metrics import Metrics
from config.settings import DeliverySettings, StorySettings
from storage.database import Database
from storage.deliveries import Bundle, Claim, Outcome
from storage.pending import Memory
from storage.records import Chat, ChatState
from storage.stores import Stores

log = structlog.get_logger("khabar.delivery")

# While requests are open, chats that become due are looked for so often, if there is room for one more.
LOOK_AGAIN = 0.5  # seconds
# Messages in doubt are looked up no more often: each turn is one statement lighter.
DOUBTS_AGAIN = timedelta(seconds=0.2)
# What comes back within so little of one another, or half of all that is open, is written down in one transaction;
# while the pace lets nothing go, what came back waits for the next claim, at most so long.
GATHER = 0.02  # seconds
SETTLE_WITHIN = 0.05  # seconds

Tell = Callable[[Chat, str | None], Awaitable[None]]


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
        stories: StorySettings,
        metrics: Metrics,
        tell: Tell,
        now: Callable[[], datetime] = now_utc,
    ) -> None:
        """`tell` lets a chat's owner know that it was paused (with Telegram's reason) or lost its topic (None)."""
        self._database = database
        self._sender = sender
        self._composer = composer
        self._settings = settings
        self._metrics = metrics
        self._tell = tell
        self._now = now
        self._claimer = Claimer(sender, composer, settings.max_age)
        self._settler = Settler(database, composer, metrics)
        self._doubts = Doubts(sender, composer, settings, now)
        self._corrector = Corrector(database, sender, composer, metrics, settings, stories, now)
        self._is_recovered = False
        self._doubts_at = now()
        self._stopping = asyncio.Event()
        self._draining = asyncio.Lock()
        self._correcting = asyncio.Lock()

    async def drain(self) -> int:
        """Serve chats until none is left; how many messages stand.

        Raises `TokenRefused`, and what the database raises: nothing is claimed then until everything that was on
        its way has been written down.
        """
        async with self._draining:
            await self._settler.settle_left(self._now())
            await self._recover()
            if await self._is_idle():
                return 0
            run = Run()
            async with asyncio.TaskGroup() as group:
                while not (self._stopping.is_set() or run.faults):
                    await self._take_turn(group, run)
                    self._metrics.in_flight.set(run.open)
                    if run.is_all and not run.open:
                        break
                    await self._wait(run)
                await self._bring_home(run)
            self._metrics.in_flight.set(0)
            if run.faults:
                self._is_recovered = False  # whatever stands in the journal now, nobody is waiting for it
                raise run.faults[0]
            return run.delivered

    async def correct(self) -> int:
        """Edit the posts whose article has changed, or whose story grew; how many. Raises `TokenRefused`."""
        async with self._correcting:
            return 0 if self._stopping.is_set() else await self._corrector.correct()

    async def tell(self) -> None:
        """Tell the owners of chats what went wrong there."""
        while self._settler.notes and not self._stopping.is_set():
            note = self._settler.notes[0]
            await self._tell(note.chat, note.trouble)
            self._settler.notes.popleft()

    def begin_to_stop(self) -> None:
        """Claim nothing more; who still waits for the pace is told that it was not sent."""
        self._stopping.set()
        self._sender.stop()
        self._corrector.begin_to_stop()

    async def stop(self) -> None:
        """Claim nothing more and wait until what is on its way has been settled."""
        self.begin_to_stop()
        async with self._draining, self._correcting:
            pass

    async def _recover(self) -> None:
        """What was left on its way, by a process before this one or a fault, is in doubt; Telegram's waits go on."""
        if self._is_recovered and not self._settler.has_given_up:
            return
        self._settler.has_given_up = False
        now = self._now()
        async with self._database.transaction() as stores:
            left = await stores.mailbox.doubt_all(now)
            holds = await stores.holds.get_all(now)
        self._sender.restore_holds({chat: (until - now).total_seconds() for chat, until in holds.items()})
        if left:
            log.warning("messages were left on their way", chats=left)
        self._is_recovered = True

    async def _is_idle(self) -> bool:
        """Whether there is nothing to write: a look that does not take the one connection that writes."""
        if self._stopping.is_set() or not self._settler.is_empty:
            return False
        async with self._database.snapshot() as stores:
            return await stores.mailbox.is_idle(self._now())

    async def _take_turn(self, group: asyncio.TaskGroup, run: Run) -> None:
        """Settle and claim in one transaction, then send. A fault ends the run once what is on its way is back."""
        room = min(self._settings.open_requests - run.open, self._sender.room())
        if room <= 0 and self._settler.is_empty:
            return
        now = self._now()
        run.back = 0
        try:
            async with self._database.transaction() as stores:
                settled = await self._settler.perform(stores, now)
                await self._write_holds(stores, now)
                doubts, again = await self._open_doubts(stores, run, room, now)
                room -= len(doubts) + len(again)
                claimed = await self._claimer.claim(stores, room, now) if room > 0 else None
        except Exception as error:  # noqa: BLE001 — kept as in `_deliver`: it must not cancel what is on its way
            run.faults.append(error)
            return
        self._settler.confirm(settled)
        if claimed is not None and claimed.missed:
            self._metrics.count({Outcome.MISSED: claimed.missed})
        for doubt in doubts:
            run.begin(group.create_task(self._look(doubt, run)))
        for claim, bundle in (*again, *(claimed.messages if claimed else ())):
            run.begin(group.create_task(self._deliver(claim, bundle, run)))
        run.is_all = claimed is not None and claimed.is_all and self._settler.is_empty

    async def _wait(self, run: Run) -> None:
        """Until a message is back, the pace lets one more go, or it is time to look who else is due."""
        if run.open:
            is_full = run.open >= self._settings.open_requests
            await run.wait(1, None if is_full else LOOK_AGAIN if run.is_all else self._sender.wait())
            if run.back:
                rest = GATHER if run.is_all else max(GATHER, min(self._sender.wait(), SETTLE_WITHIN))
                await run.wait(max(run.back + run.open // 2, 2), rest)
        elif not run.faults:
            await self._pause(self._sender.wait())

    async def _pause(self, seconds: float) -> None:
        """So long, or until the worker is to stop."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()

    async def _bring_home(self, run: Run) -> None:
        """Wait for what is on its way and write each down as it comes: a slow answer must not cost the others."""
        while True:
            run.back = 0
            try:
                await self._settler.settle_left(self._now())
            except Exception as error:  # noqa: BLE001 — kept: it must not cancel what is on its way
                run.faults.append(error)
            if not run.open and not run.back:
                return
            await run.wait(1, None)

    async def _write_holds(self, stores: Stores, now: datetime) -> None:
        for chat_id, seconds in self._sender.take_new_holds():
            await stores.holds.save(chat_id, now + timedelta(seconds=seconds))

    async def _open_doubts(
        self, stores: Stores, run: Run, room: int, now: datetime
    ) -> tuple[list[Doubt], list[tuple[Claim, Bundle]]]:
        """Messages to look for now, and those that are to be sent again as they are.

        What the policy decides is settled with the next turn.
        """
        doubts: list[Doubt] = []
        again: list[tuple[Claim, Bundle]] = []
        if room <= 0 or now < self._doubts_at:
            return doubts, again
        self._doubts_at = now + DOUBTS_AGAIN
        found = await stores.mailbox.get_doubts(now, room + len(run.looking))
        left = [claim for claim in found if claim.id not in run.looking][:room]
        views = await stores.mailbox.get_views([one.plan for one in left], Memory()) if left else []
        for claim, stories in zip(left, views, strict=True):
            bundle = bundle_of(claim.plan, stories)
            if claim.is_unsent and stories and claim.chat.state is ChatState.ACTIVE:
                await stores.mailbox.take_up(claim)
                again.append((claim, bundle))
                continue
            opened = await self._doubts.open(stores, claim, bundle)
            run.looking.add(claim.id)
            if isinstance(opened, Doubt):
                doubts.append(opened)
            else:
                self._settler.add(Result(claim, bundle, opened))
        return doubts, again

    async def _look(self, doubt: Doubt, run: Run) -> None:
        decision = await self._doubts.look(doubt)
        run.looking.discard(doubt.claim.id)
        self._settler.add(Result(doubt.claim, doubt.bundle, decision))
        run.delivered += isinstance(decision, Delivered)

    async def _deliver(self, claim: Claim, bundle: Bundle, run: Run) -> None:
        """One chat's message. A fault ends the run, not the messages beside it: they are on their way."""
        decision = self._decide(claim.chat, await self._send(claim.chat, bundle))
        self._settler.add(Result(claim, bundle, decision))
        if isinstance(decision, Stop):
            run.faults.append(TokenRefused(decision.reason))
        run.delivered += isinstance(decision, Delivered)

    async def _send(self, chat: Chat, bundle: Bundle) -> SendResult:
        now = self._now()
        try:
            message = self._composer.message(bundle, now)
            if is_silent(chat, now, self._composer.zone(chat)) is not chat.is_silent:
                chat = replace(chat, is_silent=not chat.is_silent)
        except Exception as error:  # a fault of ours in one message holds up no other, and is reported in full
            log.exception("a message could not be put together", chat=chat.id)
            return Refused(Refusal.OTHER, f"{type(error).__name__} in putting it together")
        try:
            return await self._sender.send(chat, message, reply_to=bundle.reply_to)
        except Exception as error:  # whatever it is, the message may stand in the chat
            log.exception("a message met a fault of ours on its way", chat=chat.id)
            return Uncertain(type(error).__name__)

    def _decide(self, chat: Chat, result: SendResult) -> Decision:
        refusals = self._settler.refusals
        decision = decide(
            result,
            attempts=chat.attempts,
            refusals=refusals[chat.id],
            now=self._now(),
            on_uncertain=policy_for(chat.kind, self._settings),
            jitter=random.random(),  # noqa: S311 — spreads retries, guards nothing
            can_look=can_look(chat.kind),
            is_away=self._sender.is_away,
        )
        if isinstance(result, Refused):
            refusals[chat.id] += 1
        return decision
