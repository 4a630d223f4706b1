"""Everything that happens, numbered: what the page shows and what tests wait for."""

import asyncio
import time
from collections import deque
from collections.abc import Iterator
from typing import Any

KEPT_EVENTS = 20_000


class EventLog:
    """Events with a growing `seq`; the oldest of many are forgotten."""

    def __init__(self) -> None:
        self.last = 0
        self._events: deque[dict[str, Any]] = deque(maxlen=KEPT_EVENTS)
        self._waiters: list[asyncio.Future[None]] = []
        self._closed = False

    def emit(self, kind: str, chat_id: int | None, **fields: Any) -> None:
        """Numbers and stores an event, wakes whoever waits."""
        self.last += 1
        self._events.append({"seq": self.last, "at": time.time(), "kind": kind, "chat_id": chat_id, **fields})
        self._wake()

    def after(self, seq: int) -> Iterator[dict[str, Any]]:
        """Stored events with a greater seq, oldest first."""
        start = max(0, len(self._events) - (self.last - seq))
        return (self._events[i] for i in range(start, len(self._events)))

    async def changed(self, seq: int) -> bool:
        """Waits until there is an event after `seq`; False when the sandbox closes instead."""
        while self.last <= seq and not self._closed:
            waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiters.append(waiter)
            await waiter
        return not self._closed

    async def wait(self, seq: int, timeout: float, wanted: "Wanted") -> dict[str, Any] | None:
        """The first event after `seq` that fits, or None after `timeout` seconds."""
        try:
            async with asyncio.timeout(timeout):
                while True:
                    for event in self.after(seq):
                        if wanted.fits(event):
                            return event
                    seq = self.last
                    if not await self.changed(seq):
                        return None
        except TimeoutError:
            return None

    def close(self) -> None:
        """Lets every waiter go."""
        self._closed = True
        self._wake()

    def _wake(self) -> None:
        if self._waiters:
            waiters, self._waiters = self._waiters, []
            for waiter in waiters:
                if not waiter.done():
                    waiter.set_result(None)


class Wanted:
    """What somebody waits for: all that is given must fit."""

    def __init__(self, chat: int | None, kind: str | None, text: str | None) -> None:
        self.chat = chat
        self.kind = kind
        self.text = text

    def fits(self, event: dict[str, Any]) -> bool:
        """Chat id, kind, and a piece of the message's visible text (a callback answer's for that kind)."""
        if self.chat is not None and event["chat_id"] != self.chat:
            return False
        if self.kind and event["kind"] != self.kind:
            return False
        return not self.text or self.text in event_text(event)


def event_text(event: dict[str, Any]) -> str:
    """The words a person sees in an event."""
    message = event.get("message")
    if not message:
        return str(event.get("text") or "")
    if rich := message.get("rich_message"):
        return flatten(rich["blocks"])
    return str(message.get("text") or message.get("caption") or "")


def flatten(node: Any) -> str:
    """The visible text of rich blocks, a line a block."""
    if isinstance(node, str):
        return node
    if isinstance(node, list):
        # Inline parts follow one another, blocks and list items start new lines.
        blocks = any(isinstance(part, (dict, list)) and not _is_inline(part) for part in node)
        return ("\n" if blocks else "").join(flatten(part) for part in node)
    if isinstance(node, dict):
        keys = ("summary", "text", "expression", "alternative_text", "blocks", "items", "cells", "caption", "credit")
        return "\n".join(flatten(node[key]) for key in keys if node.get(key))
    return ""


def _is_inline(part: Any) -> bool:
    return isinstance(part, dict) and "blocks" not in part and part.get("type") not in BLOCK_TYPES


BLOCK_TYPES = frozenset(
    [
        "paragraph",
        "heading",
        "pre",
        "footer",
        "divider",
        "mathematical_expression",
        "list",
        "blockquote",
        "expandable_blockquote",
        "pullquote",
        "collage",
        "slideshow",
        "table",
        "details",
        "map",
        "photo",
        "video",
        "audio",
        "document",
        "animation",
        "voice_note",
    ],
)
