"""What came of a message is written down: the journal's row goes, the position moves, whatever breaks on the way."""

import asyncio
from collections import Counter, deque
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from bot.clock import now_utc
from bot.delivery.compose import Composer
from bot.delivery.results import Sent
from bot.delivery.retry import Decision, Delivered, Migrate, OnUncertain, PassOver, RetryAt, Silence, Stop
from bot.delivery.schedule import next_due
from bot.metrics import Metrics
from storage.database import Database
from storage.records import Bundle, Chat, ChatKind, ChatState, Claim, Post, PostKind
from storage.stores import Stores

log = structlog.get_logger("khabar.delivery")


@dataclass(frozen=True, slots=True)
class Note:
    """What a chat's owner should know: it was paused, in Telegram's words; None: its forum topic is gone."""

    chat: Chat
    trouble: str | None


class Settler:
    """Performs decisions. One that the database could not take is kept, and settled before anything else is sent."""

    def __init__(self, database: Database, composer: Composer, metrics: Metrics) -> None:
        self._database = database
        self._composer = composer
        self._metrics = metrics
        self._unsettled: deque[tuple[Claim, Bundle, Decision]] = deque()
        self._settling = asyncio.Lock()
        self.refusals: Counter[int] = Counter()  # in a row, for reasons that we do not know, by chat
        self.notes: deque[Note] = deque()

    async def settle(self, claim: Claim, bundle: Bundle, decision: Decision) -> None:
        """Write one decision down. Raises `StorageError`, and then the decision waits for `settle_left`."""
        self._unsettled.append((claim, bundle, decision))
        await self.settle_left()

    async def settle_left(self) -> None:
        """Write down what is left, oldest first: a message that stands must not be sent again."""
        async with self._settling:
            while self._unsettled:
                claim, bundle, decision = self._unsettled[0]
                async with self._database.transaction() as stores:
                    await self._perform(stores, claim, bundle, decision)
                self._unsettled.popleft()
                self._report(claim.chat, decision)

    async def recover(self, policy: OnUncertain) -> None:
        """Settle what a process before this one left on its way. Once, before the first claim."""
        async with self._database.transaction() as stores:
            left = await stores.mailbox.get_uncertain()
            for claim in left:
                if policy == "skip":
                    await stores.mailbox.settle_done(claim, await self._after(stores, claim.chat.id))
                else:
                    await stores.mailbox.settle_retry(claim, now_utc())
        if left:
            self._metrics.messages.labels("uncertain").inc(len(left))
            log.warning("messages were on their way at the crash", chats=len(left), policy=policy)

    def next_due(self, chat: Chat) -> datetime | None:
        """When the chat is due by itself: its next digest, or None."""
        return next_due(chat, now_utc(), self._composer.zone(chat))

    async def _perform(self, stores: Stores, claim: Claim, bundle: Bundle, decision: Decision) -> None:
        mailbox, chat_id = stores.mailbox, claim.chat.id
        match decision:
            case Delivered(message):
                await mailbox.settle_done(claim, await self._after(stores, chat_id), _posts(bundle, message, now_utc()))
                chat = await stores.chats.find(chat_id)
                if message.has_lost_thread and chat is not None:
                    await stores.chats.save(replace(chat, thread_id=None))
            case PassOver():
                await mailbox.settle_done(claim, await self._after(stores, chat_id))
            case RetryAt(at):
                await mailbox.settle_retry(claim, at)
            case Silence(state, trouble):
                await mailbox.settle_silenced(claim, state, trouble)
            case Migrate(new_id):
                # The chat room may have heard of it first: then the rows stand under the new id already.
                await stores.chats.migrate(chat_id, new_id)
                await mailbox.settle_retry(replace(claim, chat=replace(claim.chat, id=new_id)), now_utc())
            case Stop():
                await mailbox.settle_retry(claim, now_utc())

    async def _after(self, stores: Stores, chat_id: int) -> datetime | None:
        """When the chat is due again, by the choices it has made meanwhile: a channel may have more waiting."""
        chat = await stores.chats.find(chat_id)
        if chat is None:
            return None
        return now_utc() if chat.kind is ChatKind.CHANNEL else self.next_due(chat)

    def _report(self, chat: Chat, decision: Decision) -> None:
        """Count it, log what did not go well, and note what its owner should know."""
        if not isinstance(decision, RetryAt):
            self.refusals.pop(chat.id, None)
        match decision:
            case Delivered(message):
                self._metrics.messages.labels("delivered").inc()
                if message.has_lost_thread:
                    self.notes.append(Note(chat, None))
            case RetryAt(at, reason, is_uncertain):
                self._metrics.messages.labels("uncertain" if is_uncertain else "retried").inc()
                log.info("will be sent again", chat=chat.id, at=at.isoformat(), reason=reason, uncertain=is_uncertain)
            case PassOver(reason, is_uncertain):
                self._metrics.messages.labels("uncertain" if is_uncertain else "refused").inc()
                log.error("passed over", chat=chat.id, reason=reason, uncertain=is_uncertain)
            case Silence(state, trouble):
                self._metrics.messages.labels(state.value).inc()
                log.info("no more deliveries", chat=chat.id, state=state.value, reason=trouble)
                if state is ChatState.PAUSED:
                    self.notes.append(Note(chat, trouble))
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
            image=view.article.image if kind is PostKind.PHOTO else None,
        )
        for view in bundle.stories
    ]
