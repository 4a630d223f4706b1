"""Where the time of an asyncio program goes: its main thread is looked at a thousand times a second.

A tracing profiler makes each Python call dearer and so shifts the shares; a look costs every part the same.
"""

import signal
from collections import Counter
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Self

EVERY = 0.001  # seconds
# The innermost frame that belongs to a group decides.
GROUPS = (
    ("rendering", ("/bot/rendering/", "/bot/delivery/compose.py")),
    ("database", ("/sqlalchemy/", "/aiosqlite/", "/storage/")),
    (
        "sending",
        ("/aiohttp/", "/yarl/", "/multidict/", "/aiohappyeyeballs/", "/aiogram/",
         *(f"/bot/delivery/{name}.py" for name in ("session", "sender", "pace", "bodies", "results"))),
    ),
    ("deciding and settling", ("/bot/delivery/",)),
)  # fmt: skip
LOOP = "asyncio"
WAITS_FOR_SQLITE = "idle within a transaction: SQLite, its thread, the disk"
WAITS_FOR_SERVER = "idle outside of one: the server"


class Sampler:
    """Counts where the main thread is while its block runs; may be entered again."""

    def __init__(self, is_in_transaction: Callable[[], bool]) -> None:
        self._is_in_transaction = is_in_transaction
        self._seen: Counter[str] = Counter()

    def __enter__(self) -> Self:
        signal.signal(signal.SIGALRM, self._look)
        signal.setitimer(signal.ITIMER_REAL, EVERY, EVERY)
        return self

    def __exit__(self, _type: type[BaseException] | None, _value: object, _traceback: TracebackType | None) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)

    def shares(self) -> list[tuple[str, float]]:
        """Each group's share of the time, the largest first."""
        total = self._seen.total()
        return [(name, count / total) for name, count in self._seen.most_common()]

    def _look(self, _number: int, frame: FrameType | None) -> None:
        if frame is not None and frame.f_code.co_filename.endswith("/selectors.py"):
            self._seen[WAITS_FOR_SQLITE if self._is_in_transaction() else WAITS_FOR_SERVER] += 1
            return
        while frame is not None:
            for name, places in GROUPS:
                if any(place in frame.f_code.co_filename for place in places):
                    self._seen[name] += 1
                    return
            frame = frame.f_back
        self._seen[LOOP] += 1
