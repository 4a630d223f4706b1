"""How fast the bot may speak: one pacer for all that it sends. No clock inside; seconds are those of one clock.

Telegram's limits (core.telegram.org/bots/faq): about 30 messages a second a bot, one a second a private chat,
20 a minute a group or channel, edits and the pictures of an album counted.

Every message takes a slot, and slots are given out in the order of time. A reply to a person books the next one,
now or a little later; a broadcast asks whether one is free now, and so comes after every reply that is booked.
"""

import math
from bisect import bisect_left, bisect_right, insort
from collections import OrderedDict, deque

PRIVATE_INTERVAL = 1.0  # seconds between messages to one private chat
MINUTE = 60.0
MINUTE_MARGIN = 1.0  # seconds: one message of a group may arrive late and the next of its minute at once
# Room for the network: two requests that leave a full second apart may arrive a little closer. How much longer than
# usual an answer took is added: nobody knows when Telegram counted that message.
MARGIN = 0.02  # seconds
WINDOW = 1.0 + MARGIN  # seconds for which a message takes up one of the bot's slots
USUAL = 0.01  # how far each answer that takes longer moves what is usual towards itself; a quicker one is what is usual
NEAR = 0.005  # seconds between the moment when a message was counted and the one when it left, at most
# Broadcasts leave evenly, this much slower than the limit: after a stall they come close together for a while, and
# each second takes them a little further apart, until they are even again.
EASE = 0.01  # of a second, each second
# A broadcast that is late by no more than this is made up for. Later, it is the first after a pause.
SLACK = 0.1  # seconds
# How soon a slot must be free for a message to be claimed for it: the time it takes to write claims down.
AHEAD = 0.05  # seconds
# Chats held within so little of each other, or until the same moment, are held by the bot's own limit; not so those
# that got more than their share lately, as who sends one command after another does.
SAME_MOMENT = 2.0  # seconds
SHARE_PRIVATE = 1.5  # messages, one less with each second
SHARE_GROUP = 0.5  # of a group's minute
SPARE_GROUP = 0.25  # of a group's minute: no more of it goes into what can wait
EVERYTHING = 0  # in the place of a chat's id: the bot itself is held
FORGET_ABOVE = 10_000  # holds remembered before those that are over are dropped

_NEVER = (-math.inf, 0.0)


class Pacer:
    """Says how long to wait before the next message, and counts those that were let through."""

    def __init__(self, messages_per_second: int, group_messages_per_minute: int) -> None:
        self._per_second = messages_per_second
        self._per_minute = group_messages_per_minute
        self._even = (1.0 + MARGIN + EASE) / messages_per_second
        self._next_even = -math.inf  # when the next broadcast is to leave
        self._last = -math.inf  # the latest slot that was given out
        self._taken: list[float] = []  # when each slot is free again, the soonest first
        self._usual = math.inf  # seconds that an answer takes
        # The chat that was written to last stands last. Private ones: when, and how many messages a pace of one a
        # second would have left over; groups: the times of their last minute.
        self._private: OrderedDict[int, tuple[float, float]] = OrderedDict()
        self._groups: OrderedDict[int, deque[float]] = OrderedDict()
        self._held: dict[int, float] = {}
        self._held_all = -math.inf
        self._latest_holds: deque[tuple[int, float, float]] = deque(maxlen=8)  # chat, when it began, when it ends
        self._new_holds: dict[int, float] = {}

    @property
    def even(self) -> float:
        """Seconds between two messages at an even pace."""
        return self._even

    @property
    def largest(self) -> int:
        """Messages that one request may count as: an album of more pictures would never get its turn."""
        return min(self._per_second, self._per_minute)

    def take(self, chat_id: int, now: float, cost: int = 1) -> float:
        """A broadcast: 0 and it is counted as sent at `now`; or the seconds after which to ask again.

        `cost` counts the pictures of an album; more than `largest` are counted as that many.
        """
        free_at = max(self._held_all, self._chat_free_at(chat_id, cost), self._slot_at(cost), self._next_even)
        if free_at > now:
            return free_at - now
        self._count(chat_id, now, cost)
        return 0.0

    def answered(self, began: float, now: float, cost: int = 1) -> None:
        """The answer to a message that left at `began`: if it was late, so may the message have been."""
        took = now - began
        self._usual = min(took, self._usual + (took - self._usual) * USUAL if self._usual < math.inf else took)
        free_at = began + WINDOW
        late_at = free_at + took - self._usual
        for _ in range(min(cost, self._per_second)):
            place = bisect_left(self._taken, free_at - NEAR)
            if place < len(self._taken) and self._taken[place] <= free_at + NEAR:
                del self._taken[place]
            insort(self._taken, late_at)

    def release(self, chat_id: int) -> None:
        """Telegram refused what was sent to a private chat: another try there need not wait for its second."""
        self._private.pop(chat_id, None)

    def book_reply(self, chat_id: int, now: float) -> float:
        """A reply to a person: its slot is booked; the seconds after which to send it.

        Replies to a private chat may come in a burst. Whether the chat may be replied to, `wait_to_reply` says.
        """
        at = max(now, self._slot_at(1))
        self._count(chat_id, at, 1)
        return at - now

    def wait_to_reply(self, chat_id: int, now: float) -> float:
        """Seconds until Telegram takes a reply there: it holds the chat or the bot, or the group's minute is full."""
        free_at = max(self._held_all, self._held.get(chat_id, -math.inf), self._group_free_at(chat_id, 1))
        return max(free_at - now, 0.0)

    def wait_for(self, chat_id: int, now: float, cost: int = 1) -> float:
        """Seconds for which Telegram holds the bot, or the chat's own limits hold it, whatever else is being sent."""
        return max(self._chat_free_at(chat_id, cost) - now, self._held_all - now, 0.0)

    def has_spare(self, chat_id: int, now: float) -> bool:
        """Whether a message that can wait would leave most of a group's minute to the news that may come."""
        lately = sum(at + MINUTE > now for at in self._groups.get(chat_id, ()))
        return lately < SPARE_GROUP * self._per_minute and self._chat_free_at(chat_id, 1) <= now

    def room(self, now: float) -> int:
        """How many broadcasts may begin now or within `AHEAD`."""
        by = now + AHEAD
        if max(self._held_all, self._last) > by:
            return 0
        first = self._in_line(now)
        if first > by:
            return 0
        free = self._per_second - len(self._taken) + bisect_right(self._taken, by)
        return max(0, min(free, 1 + int((by - first) / self._even)))

    def wait(self, now: float) -> float:
        """Seconds until there is room for a broadcast."""
        free_at = max(self._held_all, self._slot_at(1), self._next_even)
        return max(free_at - AHEAD - now, 0.0)

    def hold(self, chat_id: int, now: float, until: float) -> None:
        """Telegram asked this chat to wait; a second chat at the same moment means that it is the bot's own limit."""
        if not self._had_its_share(chat_id):
            for other, since, end in self._latest_holds:
                is_one_moment = now - since <= SAME_MOMENT or abs(end - until) <= SAME_MOMENT
                if other != chat_id and end > now and is_one_moment:
                    self.hold_all(until)
                    break
            self._latest_holds.append((chat_id, now, until))
        self._held[chat_id] = max(until, self._held.get(chat_id, until))
        self._new_holds[chat_id] = self._held[chat_id]
        if len(self._held) > FORGET_ABOVE:
            self._held = {chat: end for chat, end in self._held.items() if end > now}

    def hold_all(self, until: float) -> None:
        """Telegram asked the bot to wait."""
        self._held_all = max(until, self._held_all)
        self._new_holds[EVERYTHING] = self._held_all

    def pause(self, until: float) -> None:
        """Send nothing until then. Nobody asked for it, so it does not outlive the process."""
        self._held_all = max(until, self._held_all)

    def take_new_holds(self) -> list[tuple[int, float]]:
        """Chats that are held, and until when, since this was last asked; `EVERYTHING` stands for the bot."""
        new, self._new_holds = self._new_holds, {}
        return list(new.items())

    def restore_hold(self, chat_id: int, until: float) -> None:
        """What Telegram asked for before this process began."""
        if chat_id == EVERYTHING:
            self._held_all = max(until, self._held_all)
        else:
            self._held[chat_id] = until

    def _slot_at(self, cost: int) -> float:
        """When `cost` more messages fit into the window, after all that is booked."""
        over = len(self._taken) - self._per_second + min(cost, self._per_second)
        return self._last if over <= 0 else max(self._last, self._taken[over - 1])

    def _had_its_share(self, chat_id: int) -> bool:
        if chat_id > 0:
            return self._private.get(chat_id, _NEVER)[1] > SHARE_PRIVATE
        return len(self._groups.get(chat_id, ())) > SHARE_GROUP * self._per_minute

    def _in_line(self, at: float) -> float:
        """From when a message at that time counts in the even pace: from its turn if it is late, not if it is new."""
        return self._next_even if at - self._next_even <= SLACK else at

    def _chat_free_at(self, chat_id: int, cost: int) -> float:
        held = self._held.get(chat_id, -math.inf)
        if chat_id > 0:
            return max(held, self._private.get(chat_id, _NEVER)[0] + PRIVATE_INTERVAL + MARGIN)
        return max(held, self._group_free_at(chat_id, cost))

    def _group_free_at(self, chat_id: int, cost: int) -> float:
        sent = self._groups.get(chat_id, ())
        over = len(sent) - self._per_minute + min(cost, self._per_minute)
        return -math.inf if over <= 0 else sent[over - 1] + MINUTE + MINUTE_MARGIN

    def _count(self, chat_id: int, at: float, cost: int) -> None:
        slots = min(cost, self._per_second)
        self._last = max(self._last, at)
        del self._taken[: bisect_right(self._taken, at)]
        for _ in range(slots):
            insort(self._taken, at + WINDOW)
        self._next_even = self._in_line(at) + self._even * slots
        if chat_id > 0:
            last, left_over = self._private.get(chat_id, _NEVER)
            self._private[chat_id] = at, max(left_over - (at - last), 0.0) + 1.0
            self._private.move_to_end(chat_id)
            while next(iter(self._private.values()))[0] + PRIVATE_INTERVAL + MARGIN <= at:
                self._private.popitem(last=False)
            return
        sent = self._groups.setdefault(chat_id, deque(maxlen=self._per_minute))
        sent.extend([at] * cost)
        self._groups.move_to_end(chat_id)
        while next(iter(self._groups.values()))[-1] + MINUTE + MINUTE_MARGIN <= at:
            self._groups.popitem(last=False)
