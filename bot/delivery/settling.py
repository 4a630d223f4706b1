"""What came of a message is written down: the journal's row goes, the position moves, whatever breaks on the way."""

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from bot.delivery.compose import Composer
from bot.delivery.results import Sent
from bot.delivery.retry import Decision, Delivered, InDoubt, Migrate, PassOver, RetryAt, Silence, Stop
from bot.delivery.schedule import next_due
from bot.metrics import Metrics
from bot.rendering.digests import is_list
from storage.database import Database
from storage.deliveries import Bundle, Claim, Outcome, Post, PostKind
from storage.errors import StorageError
from storage.records import Chat, ChatState, Schedule
from storage.stores import Stores

log = structlog.get_logger("khabar.delivery")


@dataclass(frozen=True, slots=True)
class Note:
    """What a chat's owner should know: it was paused, in Telegram's words; None: its forum topic is gone."""

    chat: Chat
    trouble: str | None


@dataclass(frozen=True, slots=True)
class Result:
    """What is to be written down of one message."""

    claim: Claim
    bundle: Bundle
    decision: Decision


class Settler:
    """Performs decisions. One that the database could not take is kept, and settled before anything else is sent."""

    def __init__(self, database: Database, composer: Composer, metrics: Metrics) -> None:
        self._database = database
        self._composer = composer
        self._metrics = metrics
        self._left: deque[Result] = deque()
        self.refusals: Counter[int] = Counter()  # in a row, for reasons that we do not know, by chat
        self.notes: deque[Note] = deque()
        self.has_given_up = False  # a row was left in the journal by a fault of ours: it is in doubt

    @property
    def is_empty(self) -> bool:
        """Whether everything that came back has been written down."""
        return not self._left

    def add(self, result: Result) -> None:
        """To be written down with the next transaction."""
        self._left.append(result)

    async def settle_left(self, now: datetime) -> None:
        """Write down what came back: a message that stands must not be sent again.

        Raises `StorageError`, and then it waits for the next call.
        """
        if self.is_empty:
            return
        try:
            await self._settle(now)
        except StorageError:
            raise
        except Exception:  # a fault of ours in one of them: the others are written down without it
            log.exception("results could not be written down together")
            await self._settle_singly(now)

    async def _settle_singly(self, now: datetime) -> None:
        while not self.is_empty:
            try:
                await self._settle(now, limit=1)
            except StorageError:
                raise
            except Exception:
                given_up = self._left.popleft()
                self.has_given_up = True
                log.exception("what came of a message could not be written down", chat=given_up.claim.chat.id)

    async def _settle(self, now: datetime, limit: int | None = None) -> None:
        async with self._database.transaction() as stores:
            settled = await self.perform(stores, now, limit)
        self.confirm(settled)

    async def perform(self, stores: Stores, now: datetime, limit: int | None = None) -> int:
        """Write down what is left, in the caller's transaction; how many. `confirm` them once it is committed."""
        results = tuple(self._left)[:limit]
        if not results:
            return 0
        over = [one for one in results if not _stays(one)]
        unread = frozenset(one.claim.id for one in over if _is_plain(one))
        landed = await stores.mailbox.land([one.claim for one in over], unread)
        done: list[tuple[Chat, Claim, datetime | None, int]] = []
        posts: list[Post] = []
        for one in results:
            chat = landed.get(one.claim.id)
            if isinstance(one.decision, InDoubt):
                await stores.mailbox.doubt(one.claim, one.decision.look_at)
            elif isinstance(one.decision, RetryAt) and _stays(one):
                await stores.mailbox.put_back(one.claim, one.decision.at)
            elif chat is None:
                continue  # it was deleted meanwhile, and everything about it
            elif isinstance(one.decision, Delivered | PassOver):
                done.append((chat, one.claim, self._due_after(chat, one.claim, now), _missed_after(chat, one)))
                posts += await self._stands(stores, chat, one, now)
            else:
                await self._fail(stores, chat, one, now)
        await stores.mailbox.settle_done(done)
        await stores.posts.add(posts)
        await stores.tallies.count(now.date(), Counter(_outcomes(results)))
        return len(results)

    def confirm(self, count: int) -> None:
        """So many results, the oldest, are written down and committed: report them and keep them no more."""
        results = [self._left.popleft() for _ in range(count)]
        self._metrics.count(Counter(_outcomes(results)))
        for one in results:
            self._report(one.claim.chat, one.decision)

    async def _stands(self, stores: Stores, chat: Chat, one: Result, now: datetime) -> list[Post]:
        """The ledger's rows for a message that stands; none for one that was passed over."""
        if not isinstance(one.decision, Delivered):
            return []
        message = one.decision.message
        if message.has_lost_thread:
            await stores.chats.save(replace(chat, thread_id=None))
        return _posts(chat.id, one.bundle, message, now)

    async def _fail(self, stores: Stores, chat: Chat, one: Result, now: datetime) -> None:
        mailbox = stores.mailbox
        match one.decision:
            case RetryAt(at):
                await mailbox.settle_retry(chat, at)
            case Silence(state, trouble):
                await mailbox.settle_silenced(chat, state, trouble)
            case Migrate(new_id):
                # The chat room may have heard of it first: then the rows stand under the new id already.
                await stores.chats.migrate(chat.id, new_id, now)
                await mailbox.settle_retry(replace(chat, id=new_id), now)
            case Stop():
                await mailbox.settle_retry(chat, now)

    def _due_after(self, chat: Chat, claim: Claim, now: datetime) -> datetime | None:
        """When the chat is due again, by the choices it has made meanwhile."""
        if claim.plan.has_rest:
            return now
        due_at = None if claim.plan.is_ahead else next_due(chat, now, self._composer.zone(chat))
        # What is due earlier than the next digest is an urgent story that came while this message was on its way.
        return due_at if due_at is None or chat.due_at is None else min(due_at, chat.due_at)

    def _report(self, chat: Chat, decision: Decision) -> None:
        """Log what did not go well, and note what its owner should know."""
        if not isinstance(decision, RetryAt):
            self.refusals.pop(chat.id, None)
        if isinstance(decision, Delivered) and decision.message.has_lost_thread:
            self.notes.append(Note(chat, None))
        match decision:
            case InDoubt(_, reason):
                log.info("a message is in doubt and will be looked for", chat=chat.id, reason=reason)
            case RetryAt(at, reason, is_uncertain):
                log.info("will be sent again", chat=chat.id, at=at.isoformat(), reason=reason, uncertain=is_uncertain)
            case PassOver(reason, is_uncertain):
                log.error("passed over", chat=chat.id, reason=reason, uncertain=is_uncertain)
            case Silence(state, trouble):
                log.info("no more deliveries", chat=chat.id, state=state.value, reason=trouble)
                if state is ChatState.PAUSED:
                    self.notes.append(Note(chat, trouble))
            case Migrate(new_id):
                log.info("the group has a new id", chat=chat.id, new_id=new_id)
            case Stop(reason):
                log.error("Telegram refused the token", reason=reason)


def _stays(one: Result) -> bool:
    """Whether its row stays in the journal: in doubt, or an urgent story that is to be sent again as it is.

    Where a rest was to follow, the chat is due again by itself.
    """
    plan = one.claim.plan
    is_lone = plan.is_ahead and not plan.has_rest
    return isinstance(one.decision, InDoubt) or (isinstance(one.decision, RetryAt) and is_lone)


def _is_plain(one: Result) -> bool:
    """Whether nothing but the position is to be written: a message stands in a chat that has no hour of its own.

    Should the chat have chosen one since, that is in its due time already, which stays.
    """
    has_hours = one.claim.chat.schedule in {Schedule.DAILY, Schedule.WEEKLY}
    is_plain = isinstance(one.decision, Delivered) and not one.decision.message.has_lost_thread
    return is_plain and not has_hours and not one.claim.plan.is_ahead


def _missed_after(chat: Chat, one: Result) -> int:
    """What the chat's next message has to count: what this one said, but for one that Telegram did not take."""
    plan = one.claim.plan
    if plan.is_ahead:
        return chat.missed
    if isinstance(one.decision, PassOver) and not one.decision.is_uncertain:
        return plan.missed + plan.more + len(plan.article_ids)
    return 0


def _outcomes(results: Iterable[Result]) -> Iterator[Outcome]:
    """What to count; a message in doubt is counted once it is known what came of it."""
    for one in results:
        if isinstance(one.decision, Delivered | PassOver):
            # Counted once the position moves: a message that fails is decided anew.
            yield from [Outcome.MISSED] * (one.claim.plan.missed - one.claim.chat.missed)
        match one.decision:
            case Delivered(_, was_in_doubt):
                yield Outcome.UNCERTAIN_FOUND if was_in_doubt else Outcome.DELIVERED
            case RetryAt(_, _, is_uncertain):
                yield Outcome.UNCERTAIN_RESENT if is_uncertain else Outcome.RETRIED
            case PassOver(_, is_uncertain):
                yield Outcome.UNCERTAIN_SKIPPED if is_uncertain else Outcome.REFUSED
            case Silence(state):
                yield Outcome.BLOCKED if state is ChatState.BLOCKED else Outcome.PAUSED
            case Migrate() | Stop():
                yield Outcome.RETRIED


def _posts(chat_id: int, bundle: Bundle, message: Sent, now: datetime) -> list[Post]:
    """The ledger's rows for a message: one for each story it shows."""
    kind = PostKind.LIST if is_list(bundle) else message.kind
    return [
        Post(
            chat_id=chat_id,
            message_id=message.message_id,
            story_id=view.story_id,
            article_id=view.article.id,
            revision=view.article.revision,
            kind=kind,
            posted_at=now,
            image=view.article.image if kind is PostKind.PHOTO else None,
            place=place,
            more=bundle.more,
            missed=bundle.missed,
            story_version=view.version,
        )
        for place, view in enumerate(bundle.stories)
    ]
