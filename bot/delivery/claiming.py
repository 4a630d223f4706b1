"""Who is served next: those whose time has come and those that a story's wave has reached, by their deadlines.

due chats (digests, ends of nights, back-offs)  ┐
                                                ├─ nearest deadline first ─▶ decide ─▶ claim
waves of stories, swept in the order of chats   ┘
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.delivery.bundle import Later, Nothing, decide
from bot.delivery.compose import Composer
from bot.delivery.schedule import next_due, serve_at
from bot.delivery.sender import Sender
from bot.rendering.digests import arranged
from storage.deliveries import Bundle, Claim, Outcome, Plan, Wave
from storage.pending import Memory
from storage.records import Chat, ChatKind, StoryView
from storage.stores import Stores
from storage.waves import PATIENCE

# A wait for the pace that is worth taking up a request for; a longer one is a time at which the chat is due.
SHORT_WAIT = 0.05  # seconds
LOOKS = 20  # batches that one transaction goes through in search of chats to serve
LARGEST_BATCH = 500  # chats


@dataclass(frozen=True, slots=True)
class Claimed:
    """Messages to send now. `is_all`: nobody else waits for one."""

    messages: tuple[tuple[Claim, Bundle], ...]
    is_all: bool
    missed: int = 0  # stories that have grown too old meanwhile


@dataclass(slots=True)
class _Search:
    """What one look through who is next has found so far."""

    room: int
    size: int
    plans: list[Plan] = field(default_factory=list)
    times: dict[int, datetime] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)
    missed: int = 0

    @property
    def is_full(self) -> bool:
        return len(self.plans) >= self.room


class Claimer:
    """Finds whom to serve and writes the claims down, inside the caller's transaction."""

    def __init__(self, sender: Sender, composer: Composer, max_age: timedelta) -> None:
        self._sender = sender
        self._composer = composer
        self._max_age = max_age
        self._memory = Memory()

    async def claim(self, stores: Stores, room: int, now: datetime) -> Claimed:
        """At most `room` messages, each with its row in the journal.

        Chats that wait for an hour of their own are given it; those for which there is nothing move on by themselves.
        """
        search = _Search(room, size=room)
        is_all = False
        for _ in range(LOOKS):
            if search.is_full:
                break
            is_all = not await self._look(stores, search, now)
            if is_all:
                break
            search.size = min(2 * search.size, LARGEST_BATCH)  # whole crowds may wait for their hour, or get nothing
        await stores.mailbox.set_due(search.times)
        if search.missed:
            await stores.tallies.count(now.date(), {Outcome.MISSED: search.missed})
        claims = await stores.mailbox.claim(search.plans, now)
        views = await stores.mailbox.get_views(search.plans, self._memory) if claims else []
        messages = tuple((claim, bundle_of(claim.plan, shown)) for claim, shown in zip(claims, views, strict=True))
        return Claimed(messages, is_all, search.missed)

    async def _look(self, stores: Stores, search: _Search, now: datetime) -> bool:
        """Go through the next batch; whether there was one."""
        due = [chat for chat in await stores.mailbox.get_due(now, search.size) if chat.id not in search.seen]
        due.sort(key=_deadline)
        wave = await stores.waves.get_next()
        if wave is not None:
            due = [chat for chat in due if _deadline(chat) <= wave.deadline]
        if due:
            await self._serve(stores, search, due[: search.size], now, has_come_due=True)
        elif wave is not None:
            await self._sweep(stores, search, wave, now)
        return bool(due) or wave is not None

    async def _sweep(self, stores: Stores, search: _Search, wave: Wave, now: datetime) -> None:
        """Serve the chats that the wave comes to; it stands where there was no more room."""
        swept = await stores.waves.sweep(wave, search.size)
        reached: list[Chat] = []
        for chat in swept.chats:
            if chat.id in search.seen or _has_its_time(chat, wave):
                continue
            at = serve_at(chat, now, self._composer.zone(chat), is_urgent=wave.is_urgent)
            if at > now or chat.id in swept.busy:
                search.times[chat.id] = at
            else:
                reached.append(chat)
        last = await self._serve(stores, search, reached, now, has_come_due=False)
        if last is None:
            await stores.waves.move(swept.wave, is_over=swept.is_over)
        else:
            await stores.waves.move(replace(wave, after=last.id), is_over=False)

    async def _serve(
        self, stores: Stores, search: _Search, chats: Sequence[Chat], now: datetime, *, has_come_due: bool
    ) -> Chat | None:
        """Decide for each of the chats until there is no more room: then the last that was decided, else None."""
        for start in range(0, len(chats), search.room):
            free = self._free(chats[start : start + search.room], search, now)
            for pending in await stores.mailbox.get_pending(free, self._memory, now):
                chat, zone = pending.chat, self._composer.zone(pending.chat)
                search.seen.add(chat.id)
                decided = decide(pending, now=now, zone=zone, max_age=self._max_age, has_come_due=has_come_due)
                match decided:
                    case Later(at):
                        search.times[chat.id] = at
                    case Nothing(until, missed):
                        search.missed += missed - chat.missed
                        await stores.mailbox.pass_over(chat, until, next_due(chat, now, zone), missed)
                    case Plan():
                        search.plans.append(decided)
                if search.is_full:
                    return chat
        return None

    def _free(self, chats: Iterable[Chat], search: _Search, now: datetime) -> list[Chat]:
        """Those that may be written to now; the others are due when Telegram, or their own limit, lets them."""
        free = []
        for chat in chats:
            wait = self._sender.wait_for(chat)
            if wait > SHORT_WAIT:
                search.seen.add(chat.id)
                search.times[chat.id] = now + timedelta(seconds=wait)
            else:
                free.append(chat)
        return free


def bundle_of(plan: Plan, stories: Sequence[StoryView]) -> Bundle:
    """The plan with its stories, in the order shown. A channel's readers are not told what it did not post."""
    missed = 0 if plan.chat.kind is ChatKind.CHANNEL else plan.missed
    return arranged(Bundle(plan.chat, tuple(stories), plan.until, plan.more, missed))


def _has_its_time(chat: Chat, wave: Wave) -> bool:
    """Whether it is due by itself, so that the story comes with that; an urgent one does not wait for it."""
    is_called = wave.is_urgent and chat.takes_urgent and not chat.attempts
    return chat.due_at is not None and not is_called


def _deadline(chat: Chat) -> datetime:
    if chat.due_at is None:
        raise ValueError(f"chat {chat.id} has no time of its own")
    return chat.due_at + PATIENCE[chat.rank]
