"""What to do after an attempt. A policy returns a value; the worker performs it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from bot.delivery.results import NotSent, RateLimited, Refusal, Refused, SendResult, Sent, Uncertain
from storage.records import ChatState

FIRST_WAIT = 2.0  # seconds
LONGEST_WAIT = 300.0  # seconds
# A message that Telegram refuses for a reason we do not know is tried so often before its stories are passed over.
REFUSED_ATTEMPTS = 3

OnUncertain = Literal["resend", "skip"]


@dataclass(frozen=True, slots=True)
class Delivered:
    """It stands: the position moves."""

    message: Sent


@dataclass(frozen=True, slots=True)
class RetryAt:
    """The same stories again, then. `is_uncertain`: they may stand in the chat already."""

    at: datetime
    reason: str
    is_uncertain: bool = False


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


Decision = Delivered | RetryAt | PassOver | Silence | Migrate | Stop


def decide(
    result: SendResult, *, attempts: int, refusals: int, now: datetime, on_uncertain: OnUncertain, jitter: float
) -> Decision:
    """What follows from a result.

    `attempts` failed before this one in a row, `refusals` of them for a reason that we do not know; `jitter` is 0 to 1.
    """
    match result:
        case Sent():
            return Delivered(result)
        case RateLimited(retry_after):
            return RetryAt(now + timedelta(seconds=retry_after), "rate limit")
        case NotSent(detail):
            return RetryAt(now + back_off(attempts, jitter), detail)
        case Uncertain(detail):
            if on_uncertain == "skip":
                return PassOver(detail, is_uncertain=True)
            return RetryAt(now + back_off(attempts, jitter), detail, is_uncertain=True)
        case Refused():
            return _decide_refused(result, refusals, now, jitter)


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
