"""Who is served next: those whose time has come and those that a story's wave has reached, by their deadlines.

due chats (digests, ends of nights, back-offs)  ┐
                                                ├─ nearest deadline first ─▶ decide ─▶ claim
waves of stories, swept in the order of chats   ┘
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from bot.delivery.bundle import Later, Nothing, decide
from bot.delivery.compose import Composer
from bot.delivery.schedule import next_due, serve_at
from bot.delivery.sender import Sender
from bot.rendering.digests import arranged
from storage.deliveries import Bundle, Claim, Outcome, Passed, Plan, Wave
from storage.pending import Memory
from storage.records import Chat, ChatKind, StoryView
from storage.stores import Stores
from storage.waves import PATIENCE, Swept

# A wait for the pace that is worth taking up a request for; a longer one is a time at which the chat is due.
SHORT_WAIT = 0.05  # seconds
DUE_AGAIN = timedelta(seconds=0.1)  # between two looks for due chats that found none
LONGEST_SEARCH = 0.05  # seconds; then whoever waits for the database, a command above all, has its turn
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
    passed: list[Passed] = field(default_factory=list)  # by this look: there is nothing for them
    seen: set[int] = field(default_factory=set)
    given_ahead: set[int] = field(default_factory=set)  # of these the position stays: more may come to them
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
        self._due_again_at = datetime.min.replace(tzinfo=UTC)
        self._size = 0  # chats that were looked at last, if there was nothing for any of them: so it may go on
        self._urgent: tuple[int, Memory] = (0, Memory())  # of the wave of that id: it must not meet older looks

    async def claim(self, stores: Stores, room: int, now: datetime) -> Claimed:
        """At most `room` messages, each with its row in the journal.

        Chats that wait for an hour of their own are given it; those for which there is nothing move on by themselves.
        """
        search = _Search(room, size=max(room, self._size))
        self._memory.topics.clear()
        is_all = False
        began = time.monotonic()
        for _ in range(LOOKS):
            if search.is_full or time.monotonic() - began > LONGEST_SEARCH:
                break
            is_all = not await self._look(stores, search, now)
            if is_all:
                break
            search.size = min(2 * search.size, LARGEST_BATCH)  # whole crowds may wait for their hour, or get nothing
        self._size = 0 if search.plans else search.size
        if search.missed:
            await stores.tallies.count(now.date(), {Outcome.MISSED: search.missed})
        views = await stores.mailbox.get_views(search.plans, self._memory) if search.plans else []
        # What was withdrawn a moment ago shows nothing: that chat is looked at again.
        shown = [(plan, stories) for plan, stories in zip(search.plans, views, strict=True) if stories]
        search.times |= {plan.chat.id: now for plan, stories in zip(search.plans, views, strict=True) if not stories}
        await stores.mailbox.set_due(search.times)
        claims = await stores.mailbox.claim([plan for plan, _ in shown], now)
        messages = tuple(
            (claim, bundle_of(claim.plan, stories)) for claim, (_, stories) in zip(claims, shown, strict=True)
        )
        return Claimed(messages, is_all and len(shown) == len(search.plans), search.missed)

    async def _look(self, stores: Stores, search: _Search, now: datetime) -> bool:
        """Go through the next batch; whether there was one."""
        wave = await stores.waves.get_next()
        due = await self._due(stores, search, now, is_pressing=wave is None)
        if wave is not None:
            due = [chat for chat in due if _deadline(chat) <= wave.deadline]
        if due:
            await self._serve(stores, search, due[: search.size], now, self._memory, wave=None)
        elif wave is not None:
            await self._sweep(stores, search, wave, now)
        await stores.mailbox.pass_over(search.passed)
        search.passed.clear()
        return bool(due) or wave is not None

    async def _due(self, stores: Stores, search: _Search, now: datetime, *, is_pressing: bool) -> list[Chat]:
        """Chats whose time has come, the nearest deadline first; while a wave goes on, asked for now and then."""
        if not is_pressing and now < self._due_again_at:
            return []
        due = [chat for chat in await stores.mailbox.get_due(now, search.size) if chat.id not in search.seen]
        if not due:
            self._due_again_at = now + DUE_AGAIN
        return sorted(due, key=_deadline)

    async def _sweep(self, stores: Stores, search: _Search, wave: Wave, now: datetime) -> None:
        """Serve the chats that the wave comes to; it stands where there was no more room."""
        swept = await stores.waves.sweep(wave, search.size)
        reached = [chat for chat in swept.chats if self._is_reached(chat, wave, swept, search, now)]
        last = await self._serve(stores, search, reached, now, self._memory_of(wave), wave=wave)
        if last is None:
            await stores.waves.move(swept.wave, is_over=swept.is_over)
        else:
            await stores.waves.move(replace(wave, after=last.id), is_over=False)

    def _is_reached(self, chat: Chat, wave: Wave, swept: Swept, search: _Search, now: datetime) -> bool:
        """Whether the chat is served now. One that has a time keeps it; any other is given one, if it has to wait."""
        is_ahead = chat.id in swept.busy_ahead or chat.id in search.given_ahead
        is_busy = is_ahead or chat.id in swept.busy
        # What is urgent comes right after an ordinary message, and with the next turn after another urgent one.
        is_called = wave.is_urgent and chat.takes_urgent and not is_ahead
        if is_called and not is_busy:
            return chat.id not in search.seen
        if chat.due_at is not None or (chat.id in search.seen and not is_ahead):
            return False
        at = serve_at(chat, now, self._composer.zone(chat), is_urgent=is_called)
        if is_busy or at > now:
            search.times.setdefault(chat.id, at)
            return False
        return True

    def _memory_of(self, wave: Wave) -> Memory:
        """An urgent story was an ordinary one a moment ago: what was looked up then must not hold it back."""
        if not wave.is_urgent:
            return self._memory
        if self._urgent[0] != wave.id:
            self._urgent = (wave.id, Memory())
        return self._urgent[1]

    async def _serve(
        self,
        stores: Stores,
        search: _Search,
        chats: Sequence[Chat],
        now: datetime,
        memory: Memory,
        *,
        wave: Wave | None,
    ) -> Chat | None:
        """Decide for each of the chats until there is no more room: then the last that was decided, else None.

        `wave` is what came to them, None where their own time has come.
        """
        has_come_due = wave is None
        start, step = 0, max(search.room, self._size)
        while start < len(chats):
            free = self._free(chats[start : start + step], search, now)
            start, step = start + step, 2 * step  # of whole crowds nobody may get anything
            for pending in await stores.mailbox.get_pending(
                free, memory, now, language=self._composer.language, max_age=self._max_age
            ):
                chat, zone = pending.chat, self._composer.zone(pending.chat)
                search.seen.add(chat.id)
                decided = decide(pending, now=now, zone=zone, max_age=self._max_age, has_come_due=has_come_due)
                match decided:
                    case Later(at):
                        if has_come_due or chat.due_at is None:  # else its own time stands
                            search.times[chat.id] = at
                    case Nothing(until, missed):
                        search.missed += missed - chat.missed
                        search.passed.append(Passed(chat.id, until, next_due(chat, now, zone), missed))
                    case Plan():
                        search.plans.append(decided)
                        if decided.is_ahead:
                            search.given_ahead.add(chat.id)
                if search.is_full:
                    return chat
        return None

    def _free(self, chats: Iterable[Chat], search: _Search, now: datetime) -> list[Chat]:
        """Those that may be written to now; the others are due when Telegram, or their own limit, lets them.

        A time that is still to come stands: what cannot be sent now then waits in the journal.
        """
        free = []
        for chat in chats:
            wait = self._sender.wait_for(chat)
            has_own_time = chat.due_at is not None and chat.due_at > now
            if wait > SHORT_WAIT and not has_own_time:
                search.seen.add(chat.id)
                search.times[chat.id] = now + timedelta(seconds=wait)
            else:
                free.append(chat)
        return free


def bundle_of(plan: Plan, stories: Sequence[StoryView]) -> Bundle:
    """The plan with its stories, in the order shown. A channel's readers are not told what it did not post."""
    missed = 0 if plan.chat.kind is ChatKind.CHANNEL else plan.missed
    return arranged(Bundle(plan.chat, tuple(stories), plan.until, plan.more, missed, plan.reply_to))


def _deadline(chat: Chat) -> datetime:
    if chat.due_at is None:
        raise ValueError(f"chat {chat.id} has no time of its own")
    return chat.due_at + PATIENCE[chat.rank]
