"""Telegram's pace: who must wait, and how long.

Source: core.telegram.org/bots/faq ("My bot is hitting limits"): about 30 messages a second in all (1000 with paid
broadcasts), one a second in a chat with short bursts, 20 a minute in a group.
"""

import math
from collections import deque

BOT_PER_SECOND = 30
PAID_BOT_PER_SECOND = 1000
PRIVATE_BURST = 5  # messages a private chat takes at once before the pace of one a second
GROUP_PER_MINUTE = 20
MINUTE = 60.0  # seconds


class Limits:
    """Sliding windows and buckets; times are seconds of any steady clock."""

    def __init__(self, *, on: bool) -> None:
        self.on = on
        self._free: deque[float] = deque()
        self._bot: deque[float] = deque()  # the paid ones too
        self._private: dict[int, tuple[float, float]] = {}
        self._groups: dict[int, deque[float]] = {}

    def spend(self, chat_id: int, now: float, *, private: bool, cost: int = 1, paid: bool = False) -> int:
        """Counts `cost` messages; 0 when they may go, else the seconds to wait (then nothing is counted)."""
        if not self.on:
            return 0
        wait = max(
            self._bot_wait(now, cost, paid=paid),
            self._private_wait(chat_id, now, cost) if private else self._group_wait(chat_id, now, cost),
        )
        if wait > 0:
            return max(1, math.ceil(wait))
        self._bot.extend([now] * cost)
        if not paid:
            self._free.extend([now] * cost)
        if private:
            level, at = self._private.get(chat_id, (0.0, now))
            self._private[chat_id] = (max(0.0, level - (now - at)) + cost, now)
        else:
            self._groups.setdefault(chat_id, deque()).extend([now] * cost)
        return 0

    def _bot_wait(self, now: float, cost: int, *, paid: bool) -> float:
        """What is paid for takes nothing of the free share, so that replies to people go on beside it."""
        for window in (self._bot, self._free):
            _drop_before(window, now - 1.0)
        is_full = len(self._bot) + cost > PAID_BOT_PER_SECOND
        return 1.0 if is_full or (not paid and len(self._free) + cost > BOT_PER_SECOND) else 0.0

    def _private_wait(self, chat_id: int, now: float, cost: int) -> float:
        level, at = self._private.get(chat_id, (0.0, now))
        return max(0.0, level - (now - at)) + cost - PRIVATE_BURST

    def _group_wait(self, chat_id: int, now: float, cost: int) -> float:
        window = self._groups.get(chat_id)
        if window is None:
            return 0.0
        _drop_before(window, now - MINUTE)
        excess = len(window) + cost - GROUP_PER_MINUTE
        if excess <= 0:
            return 0.0
        return window[min(excess, len(window)) - 1] + MINUTE - now


def _drop_before(window: deque[float], limit: float) -> None:
    while window and window[0] <= limit:
        window.popleft()
