"""The record of Bot API requests, for tests and the page."""

import time
from collections import deque
from dataclasses import dataclass
from typing import Any

KEPT_CALLS = 20_000


@dataclass(frozen=True, slots=True)
class Call:
    """One request and what it got; status 0 means that the connection was cut without an answer."""

    n: int
    at: float
    method: str
    chat_id: int | str | None
    params: dict[str, Any]
    status: int
    answer: Any


class CallLog:
    """The newest calls by number."""

    def __init__(self) -> None:
        self.last = 0
        self._calls: deque[Call] = deque(maxlen=KEPT_CALLS)

    def add(self, method: str, params: dict[str, Any], status: int, answer: Any) -> None:
        """Numbers and keeps a call."""
        self.last += 1
        chat = params.get("chat_id")
        if isinstance(chat, str) and chat.lstrip("-").isdecimal():
            chat = int(chat)
        self._calls.append(Call(self.last, time.time(), method, chat, params, status, answer))

    def after(self, n: int, limit: int, method: str | None) -> list[dict[str, Any]]:
        """Up to `limit` calls after number `n`, oldest first, of one method when it is given."""
        found: list[dict[str, Any]] = []
        for i in range(max(0, len(self._calls) - (self.last - n)), len(self._calls)):
            call = self._calls[i]
            if method and call.method.lower() != method.lower():
                continue
            if len(found) == limit:
                break
            found.append({name: getattr(call, name) for name in Call.__slots__})
        return found
