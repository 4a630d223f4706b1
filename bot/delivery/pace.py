"""How fast the bot may speak: one pacer for all that it sends. No clock inside; seconds are those of one clock.

Telegram's limits (core.telegram.org/bots/faq): about 30 messages a second a bot, one a second a private chat,
20 a minute a group or channel, edits counted.
"""

from collections import deque

PRIVATE_INTERVAL = 1.0  # seconds between messages to one private chat
MINUTE = 60.0
# Room for the network: two requests that leave a full second apart may arrive a little closer.
MARGIN = 0.02  # seconds
FORGET_ABOVE = 10_000  # chats remembered before those that are free again are dropped


class Pacer:
    """Says how long to wait before the next message, and counts those that were let through."""

    def __init__(self, messages_per_second: int, group_messages_per_minute: int) -> None:
        self._all: deque[float] = deque(maxlen=messages_per_second)
        self._group_limit = group_messages_per_minute
        self._private: dict[int, float] = {}
        self._groups: dict[int, deque[float]] = {}
        self._held: dict[int, float] = {}
        self._held_all = 0.0

    def take(self, chat_id: int, now: float) -> float:
        """0 and the message is counted as sent at `now`; or the seconds after which to ask again."""
        wait = max(self._free_at(chat_id) - now, 0.0)
        if wait == 0.0:
            self._count(chat_id, now)
        return wait

    def wait_for(self, chat_id: int, now: float) -> float:
        """Seconds for which Telegram holds the bot, or the chat's own limits hold it, whatever else is being sent."""
        return max(self._chat_free_at(chat_id) - now, self._held_all - now, 0.0)

    def count_reply(self, chat_id: int, now: float) -> None:
        """A reply to a person goes at once; broadcasts make room for it."""
        self._count(chat_id, now)

    def hold(self, chat_id: int, now: float, until: float) -> None:
        """Telegram asked this chat to wait; a second chat at the same time means that it is the bot's own limit."""
        if any(other != chat_id and end > now for other, end in self._held.items()):
            self.hold_all(until)
        self._held[chat_id] = max(until, self._held.get(chat_id, 0.0))

    def hold_all(self, until: float) -> None:
        """Telegram asked the bot to wait."""
        self._held_all = max(until, self._held_all)

    def _free_at(self, chat_id: int) -> float:
        times = [self._held_all, self._chat_free_at(chat_id)]
        if len(self._all) == self._all.maxlen:
            times.append(self._all[0] + 1.0 + MARGIN)
        return max(times)

    def _chat_free_at(self, chat_id: int) -> float:
        times = [self._held.get(chat_id, 0.0)]
        if chat_id in self._private:
            times.append(self._private[chat_id] + PRIVATE_INTERVAL + MARGIN)
        group = self._groups.get(chat_id)
        if group is not None and len(group) == group.maxlen:
            times.append(group[0] + MINUTE + MARGIN)
        return max(times)

    def _count(self, chat_id: int, now: float) -> None:
        self._all.append(now)
        if chat_id > 0:
            self._private[chat_id] = now
        else:
            self._groups.setdefault(chat_id, deque(maxlen=self._group_limit)).append(now)
        if len(self._private) + len(self._groups) + len(self._held) > FORGET_ABOVE:
            self._forget(now)

    def _forget(self, now: float) -> None:
        self._private = {chat: at for chat, at in self._private.items() if at > now - PRIVATE_INTERVAL}
        self._groups = {chat: times for chat, times in self._groups.items() if times[-1] > now - MINUTE}
        self._held = {chat: until for chat, until in self._held.items() if until > now}
