"""What to do after an attempt. A policy returns a value; the worker performs it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.delivery.results import NotSent, RateLimited, Refusal, Refused, SendResult, Sent, Uncertain
from config.settings import DeliverySettings, OnUncertain
from storage.records import ChatKind, ChatState

FIRST_WAIT = 2.0  # seconds
LONGEST_WAIT = 300.0  # seconds
# A message that Telegram refuses for a reason we do not know is tried so often before its stories are passed over.
REFUSED_ATTEMPTS = 3
# So long a channel is looked through for a message in doubt before the policy decides.
DOUBT = timedelta(minutes=15)
DOUBT_WAIT = timedelta(seconds=5)  # between two looks
# While Telegram is away for everyone a chat's own failures say nothing: it is tried again soon.
AWAY_WAIT = timedelta(seconds=4)


@dataclass(frozen=True, slots=True)
class Delivered:
    """It stands: the position moves. `was_in_doubt`: a look showed that it stood all the time."""

    message: Sent
    was_in_doubt: bool = False


@dataclass(frozen=True, slots=True)
class RetryAt:
    """The same stories again, then. `is_uncertain`: they may stand in the chat already."""

    at: datetime
    reason: str
    is_uncertain: bool = False


@dataclass(frozen=True, slots=True)
class InDoubt:
    """It may stand in the chat, and the bot can find out: it looks then."""

    look_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class PassOver:
    """The position moves though nobody can say that it stands: counted, never silent."""

    reason: str
    is_uncertain: bool = False


@dataclass(frozen=True, slots=True)
class Silence:
    """No more deliveries to that chat until it wakes."""

    state: ChatState
    trouble: str


@dataclass(frozen=True, slots=True)
class Migrate:
    """Every row moves to the new id, and it is sent there."""

    new_id: int


@dataclass(frozen=True, slots=True)
class Stop:
    """Nothing can be sent at all."""

    reason: str


Decision = Delivered | RetryAt | InDoubt | PassOver | Silence | Migrate | Stop


def decide(
    result: SendResult,
    *,
    attempts: int,
    refusals: int,
    now: datetime,
    on_uncertain: OnUncertain,
    jitter: float,
    can_look: bool = False,
    is_away: bool = False,
) -> Decision:
    """What follows from a result.

    `attempts` failed before this one in a row, `refusals` of them for a reason that we do not know; `jitter` is 0 to 1;
    `can_look`: whether the bot can find out if a message stands there; `is_away`: Telegram takes nothing at all now.
    """
    match result:
        case Sent():
            return Delivered(result)
        case RateLimited(retry_after):
            return RetryAt(now + timedelta(seconds=retry_after), "rate limit")
        case NotSent(detail):
            return RetryAt(now + (AWAY_WAIT * (0.5 + jitter / 2) if is_away else back_off(attempts, jitter)), detail)
        case Uncertain(detail):
            if can_look:
                return InDoubt(now + DOUBT_WAIT, detail)
            return decide_doubt(on_uncertain, now + back_off(attempts, jitter), detail)
        case Refused():
            return _decide_refused(result, refusals, now, jitter)


def decide_doubt(on_uncertain: OnUncertain, again_at: datetime, reason: str) -> RetryAt | PassOver:
    """Where nobody can find out whether a message stands, the operator's policy says what is worse: a copy, or none."""
    if on_uncertain == "skip":
        return PassOver(reason, is_uncertain=True)
    return RetryAt(again_at, reason, is_uncertain=True)


def policy_for(kind: ChatKind, settings: DeliverySettings) -> OnUncertain:
    """The policy for chats of a kind: its own if there is one."""
    match kind:
        case ChatKind.PRIVATE:
            return settings.on_uncertain_private or settings.on_uncertain
        case ChatKind.CHANNEL:
            return settings.on_uncertain_channel or settings.on_uncertain
        case ChatKind.GROUP | ChatKind.SUPERGROUP:
            return settings.on_uncertain_group or settings.on_uncertain


def _decide_refused(refused: Refused, refusals: int, now: datetime, jitter: float) -> Decision:
    if refused.migrated_to is not None:
        return Migrate(refused.migrated_to)
    match refused.refusal:
        case Refusal.GONE:
            return Silence(ChatState.BLOCKED, refused.detail)
        case Refusal.NO_ACCESS | Refusal.THREAD_GONE:  # without a thread of ours it is the general one that is closed
            return Silence(ChatState.PAUSED, refused.detail)
        case Refusal.TOKEN:
            return Stop(refused.detail)
        case _:
            if refusals + 1 < REFUSED_ATTEMPTS:
                return RetryAt(now + back_off(refusals, jitter), refused.detail)
            return PassOver(refused.detail)


def back_off(attempts: int, jitter: float) -> timedelta:
    """2, 4, 8 … 300 seconds, each between half and the whole of it, so that chats do not come back all at once."""
    longest = min(FIRST_WAIT * 2 ** min(attempts, 10), LONGEST_WAIT)
    return timedelta(seconds=longest * (0.5 + jitter / 2))
