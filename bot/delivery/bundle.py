"""What one message carries, and when. Pure: the mailbox tells what waits, this decides how much of it goes now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.delivery.schedule import quiet_until, serve_at
from bot.stories.weight import weight
from storage.deliveries import Pending, PendingStory, Plan
from storage.records import DIGESTS, ChatKind, Schedule

# Stories that a list shows; the rest are counted in it.
LIST_SIZE = 15
# A channel is a newspaper: each story is its own post. Behind by more than this, it catches up in lists.
CHANNEL_CARDS = 10
# More turns than this at once are part of the list of everything.
TURN_CARDS = 5


@dataclass(frozen=True, slots=True)
class Later:
    """Not now: at the chat's hour, or when its night is over."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Nothing:
    """No message: the position moves, and `missed` stories are to be counted in the next one."""

    until: int
    missed: int


def decide(
    pending: Pending, *, now: datetime, zone: ZoneInfo, max_age: timedelta, has_come_due: bool
) -> Plan | Later | Nothing:
    """What a chat gets now. `has_come_due`: its own time has come; else a story has, and the chat may rather wait.

    A chat that waits gets an urgent story all the same, out of its turn, if it takes them.
    """
    chat = pending.chat
    at = (quiet_until(chat, now, zone) or now) if has_come_due else serve_at(chat, now, zone)
    has_own_time = chat.due_at is not None and not has_come_due
    if at <= now and not has_own_time:
        return decide_bundle(pending, now, max_age)
    urgent = [one for one in _fresh(pending, now, max_age) if one.is_urgent] if chat.takes_urgent else []
    if urgent:
        best = _best_first(urgent, now)[:LIST_SIZE]
        # After a rest the chat is due at once: only a night lets it wait on.
        answer = _answer(pending, best, has_rest=len(best) > 1) if at > now else None
        return answer or _ahead(pending, best)
    return Later(at)


def decide_bundle(pending: Pending, now: datetime, max_age: timedelta) -> Plan | Nothing:
    """The part of what waits that the next message carries, and where the position goes with it.

    A reader gets everything at once: a card, or a list of the best that counts what it cannot show. A turn answers the
    message that told its story, before everything else; not in a digest, unless it is alone there. A channel gets every
    story: one card at a time, or lists without a rest. What has grown too old is counted, not shown.
    """
    chat = pending.chat
    fresh = list(pending.stories) if chat.schedule in DIGESTS else _fresh(pending, now, max_age)
    missed = chat.missed + len(pending.stories) - len(fresh)
    if not fresh:
        return Nothing(pending.until, missed)
    if chat.kind is ChatKind.CHANNEL:
        return _for_channel(pending, fresh, missed)
    best = _best_first(fresh, now)
    if (len(best) > 1 or missed) and (answer := _answer(pending, best, has_rest=True)) is not None:
        return answer
    shown = best[:LIST_SIZE]
    more = len(best) - len(shown)
    return Plan(chat, _ids(shown), pending.until, more=more, missed=missed, reply_to=_answered(shown))


def _for_channel(pending: Pending, fresh: Sequence[PendingStory], missed: int) -> Plan:
    """In the order of the log, so that a position says what was posted; only an urgent story comes out of it.

    Between two posts the position stands at the first page of the last story, wherever the page is that was shown.
    """
    urgent = next((one for one in fresh if one.is_urgent), None)
    if urgent is not None and urgent is not fresh[0]:
        return _ahead(pending, [urgent], has_rest=True)
    shown = fresh[: 1 if len(fresh) <= CHANNEL_CARDS else LIST_SIZE]
    has_rest = len(shown) < len(fresh)
    until = shown[-1].first_id if has_rest else pending.until
    return Plan(pending.chat, _ids(shown), until, missed=missed, has_rest=has_rest)


def _answer(pending: Pending, best: Sequence[PendingStory], *, has_rest: bool) -> Plan | None:
    """The best of the turns as a card that answers, the rest to come right after it; None: there are none, or many.

    Whoever has chosen an hour gets one message for all that waits.
    """
    answers = [one for one in best if one.reply_to is not None]
    is_wanted = pending.chat.schedule is Schedule.INSTANT or len(best) == 1
    return _ahead(pending, answers[:1], has_rest=has_rest) if is_wanted and 0 < len(answers) <= TURN_CARDS else None


def _ahead(pending: Pending, stories: Sequence[PendingStory], *, has_rest: bool = False) -> Plan:
    chat, reply_to = pending.chat, _answered(stories)
    return Plan(chat, _ids(stories), chat.position, is_ahead=True, has_rest=has_rest, reply_to=reply_to)


def _fresh(pending: Pending, now: datetime, max_age: timedelta) -> list[PendingStory]:
    return [one for one in pending.stories if one.arrived_at > now - max_age]


def _best_first(stories: Sequence[PendingStory], now: datetime) -> list[PendingStory]:
    """Urgent ones, then by weight, of equal ones the newest."""
    return sorted(stories, key=lambda one: (not one.is_urgent, -_weight(one, now), -one.article_id))


def _weight(one: PendingStory, now: datetime) -> float:
    changed_at = one.changed_at or one.opened_at
    return weight(
        sources=one.sources,
        span=changed_at - one.opened_at,
        age=now - one.opened_at,
        follows=one.follows,
        is_marked=one.is_marked,
    )


def _answered(shown: Sequence[PendingStory]) -> int | None:
    """The message that these stories answer: a list answers none, whatever stands in it."""
    return shown[0].reply_to if len(shown) == 1 else None


def _ids(stories: Sequence[PendingStory]) -> tuple[int, ...]:
    return tuple(one.article_id for one in stories)
