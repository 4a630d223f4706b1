"""Claim, send, settle: every chat that is due gets its one message, whatever breaks on the way."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import structlog

from bot.delivery.bundle import LIST_SIZE, decide_bundle
from bot.delivery.compose import Composer
from bot.delivery.results import Refusal, Refused, SendResult, Sent
from bot.delivery.retry import Decision, Delivered, Migrate, PassOver, RetryAt, Silence, Stop, decide
from bot.delivery.schedule import next_due
from bot.delivery.sender import Sender
from bot.metrics import Metrics
from config.settings import DeliverySettings
from storage.database import Database
from storage.records import Bundle, Chat, ChatKind, ChatState, Claim, Post, PostKind

log = structlog.get_logger("khabar.delivery")

# A chat that must wait longer than this is put off; a shorter wait is kept while its message is claimed.
LONGEST_PACING = 1.5  # seconds
EDIT_WAIT = timedelta(seconds=30)  # before an edit that failed is tried again

Notify = Callable[[Chat, str | None], Awaitable[None]]


class TokenRefused(Exception):
    """Telegram does not know this token: nothing can be sent."""


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
        notify: Notify,
    ) -> None:
        """`notify` tells a chat's owner, once, that it was paused (with Telegram's reason) or lost its topic (None)."""
        self._database = database
        self._sender = sender
        self._composer = composer
        self._settings = settings
        self._metrics = metrics
        self._notify = notify
        self._is_stopping = False
        self._draining = asyncio.Lock()
        self._correcting = asyncio.Lock()

    async def drain(self) -> int:
        """Serve chats until none is due; how many messages stand.

        Raises `TokenRefused`, and whatever the database raises: what was on its way is settled first, and what
        could not be settled stays in the journal for the next drain.
        """
        async with self._draining:
            await self._recover()
            run = _Run()
            async with asyncio.TaskGroup() as group:
                while not (self._is_stopping or run.faults):
                    claimed = await self._claim(self._settings.open_requests - len(run.open))
                    for claim, bundle in claimed:
                        run.open.add(group.create_task(self._deliver(claim, bundle, run)))
                    if not run.open:
                        break
                    self._metrics.in_flight.set(len(run.open))
                    _, run.open = await asyncio.wait(run.open, return_when=asyncio.FIRST_COMPLETED)
            self._metrics.in_flight.set(0)
            if run.faults:
                raise run.faults[0]
            return run.delivered

    async def correct(self) -> int:
        """Edit the posts in channels whose article has changed; how many were edited. Raises `TokenRefused`."""
        async with self._correcting:
            async with self._database.snapshot() as stores:
                posts = await stores.mailbox.get_corrections(_now(), self._settings.open_requests)
            edited = 0
            for chat_id, message_id, kind in dict.fromkeys((one.chat_id, one.message_id, one.kind) for one in posts):
                if not self._is_stopping:
                    edited += await self._edit(chat_id, message_id, kind)
            return edited

    async def stop(self) -> None:
        """Claim nothing more and wait until what is on its way has been settled."""
        self._is_stopping = True
        async with self._draining, self._correcting:
            pass

    async def _recover(self) -> None:
        """Settle what a crash left on its way. Nothing of ours is: `drain` runs once at a time."""
        async with self._database.snapshot() as stores:
            if not await stores.mailbox.get_uncertain():
                return
        async with self._database.transaction() as stores:
            left = await stores.mailbox.get_uncertain()
            for claim in left:
                self._metrics.messages.labels("uncertain").inc()
                if self._settings.on_uncertain == "skip":
                    await stores.mailbox.settle_done(claim, self._next_due(claim.chat))
                else:
                    await stores.mailbox.settle_retry(claim, _now())
        log.warning("messages were on their way at the crash", chats=len(left), policy=self._settings.on_uncertain)

    async def _claim(self, limit: int) -> list[tuple[Claim, Bundle]]:
        """Write down who gets what now, `limit` chats at most; empty when nobody is due.

        Chats that are due but have nothing to get move on by themselves, and one that its own limit holds is put off
        without taking up a request.
        """
        claimed: list[tuple[Claim, Bundle]] = []
        is_more = limit > 0
        while is_more and not claimed:
            now = _now()
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
                        await stores.mailbox.pass_over(chat, bundle.until, self._next_due(chat))
            is_more = bool(due)
        return claimed

    async def _deliver(self, claim: Claim, bundle: Bundle, run: "_Run") -> None:
        """One chat's message. A fault ends the run, not the messages beside it: they are on their way."""
        try:
            message = self._composer.message(bundle, _now())
            result = await self._sender.send(claim.chat, message)
            decision = self._decide(result, claim.chat.attempts)
            await self._settle(claim, bundle, decision)
        except Exception as error:  # noqa: BLE001 — kept, and raised by `drain` once the others have been settled
            run.faults.append(error)
            return
        if isinstance(decision, Stop):
            run.faults.append(TokenRefused(decision.reason))
        run.delivered += isinstance(decision, Delivered)

    def _decide(self, result: SendResult, attempts: int) -> Decision:
        return decide(
            result,
            attempts=attempts,
            now=_now(),
            on_uncertain=self._settings.on_uncertain,
            jitter=random.random(),  # noqa: S311 — spreads retries, guards nothing
        )

    async def _settle(self, claim: Claim, bundle: Bundle, decision: Decision) -> None:
        """Perform the decision in one transaction, then say what a person should know."""
        chat = claim.chat
        async with self._database.transaction() as stores:
            match decision:
                case Delivered(message):
                    await stores.mailbox.settle_done(claim, self._after(chat), _posts(bundle, message, _now()))
                    if message.has_lost_thread:
                        await stores.chats.save(replace(await stores.chats.get(chat.id), thread_id=None))
                case PassOver():
                    await stores.mailbox.settle_done(claim, self._after(chat))
                case RetryAt(at):
                    await stores.mailbox.settle_retry(claim, at)
                case Silence(state, trouble):
                    await stores.mailbox.settle_silenced(claim, state, trouble)
                case Migrate(new_id):
                    await stores.mailbox.settle_retry(claim, _now())
                    await stores.chats.migrate(chat.id, new_id)
                case Stop():
                    await stores.mailbox.settle_retry(claim, _now())
        self._report(chat, decision)
        if isinstance(decision, Silence) and decision.state is ChatState.PAUSED:
            await self._notify(chat, decision.trouble)
        if isinstance(decision, Delivered) and decision.message.has_lost_thread:
            await self._notify(chat, None)

    def _after(self, chat: Chat) -> datetime | None:
        """When the chat is due again after a message: a channel may have more waiting."""
        return _now() if chat.kind is ChatKind.CHANNEL else self._next_due(chat)

    def _next_due(self, chat: Chat) -> datetime | None:
        return next_due(chat, _now(), self._composer.zone(chat))

    async def _edit(self, chat_id: int, message_id: int, kind: PostKind) -> bool:
        async with self._database.snapshot() as stores:
            chat = await stores.chats.get(chat_id)
            shown = tuple(await stores.mailbox.get_posted(chat_id, message_id))
        message = self._composer.message(Bundle(chat, shown, until=chat.position), _now(), kind=kind)
        result = await self._sender.edit(chat, message_id, kind, message)
        async with self._database.transaction() as stores:
            match result:
                case Sent():
                    await stores.mailbox.settle_edit(chat_id, message_id, shown)
                case Refused(Refusal.TOKEN, detail):
                    raise TokenRefused(detail)
                case Refused(_, detail):
                    log.warning("a post can be edited no more", chat=chat_id, message=message_id, reason=detail)
                    await stores.mailbox.forget_post(chat_id, message_id)
                case _:
                    # An edit can be repeated without harm, so an uncertain one is no different.
                    await stores.mailbox.postpone_edit(chat_id, message_id, _now() + EDIT_WAIT)
        self._metrics.messages.labels("edited" if isinstance(result, Sent) else "edit_failed").inc()
        return isinstance(result, Sent)

    def _report(self, chat: Chat, decision: Decision) -> None:
        """Count it, and log what did not go well."""
        match decision:
            case Delivered():
                self._metrics.messages.labels("delivered").inc()
            case RetryAt(at, reason, is_uncertain):
                self._metrics.messages.labels("uncertain" if is_uncertain else "retried").inc()
                log.info("will be sent again", chat=chat.id, at=at.isoformat(), reason=reason, uncertain=is_uncertain)
            case PassOver(reason, is_uncertain):
                self._metrics.messages.labels("uncertain" if is_uncertain else "refused").inc()
                log.error("passed over", chat=chat.id, reason=reason, uncertain=is_uncertain)
            case Silence(state, trouble):
                self._metrics.messages.labels(state.value).inc()
                log.info("no more deliveries", chat=chat.id, state=state.value, reason=trouble)
            case Migrate(new_id):
                log.info("the group has a new id", chat=chat.id, new_id=new_id)
            case Stop(reason):
                log.error("Telegram refused the token", reason=reason)


def _posts(bundle: Bundle, message: Sent, now: datetime) -> list[Post]:
    """The ledger's rows for a message: one for each story it shows."""
    kind = message.kind if len(bundle.stories) == 1 and not bundle.more else PostKind.LIST
    return [
        Post(
            chat_id=bundle.chat.id,
            message_id=message.message_id,
            story_id=view.story_id,
            article_id=view.article.id,
            revision=view.article.revision,
            kind=kind,
            posted_at=now,
        )
        for view in bundle.stories
    ]


def _now() -> datetime:
    return datetime.now(UTC)
