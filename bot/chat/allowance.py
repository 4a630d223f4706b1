"""How much one person may ask at once: a pure count, the time passed in. Nothing is answered here."""

from collections import deque
from dataclasses import dataclass, field
from enum import Enum, auto

MOST = 20  # answers that a person gets
WINDOW = 10.0  # seconds


class Verdict(Enum):
    """What becomes of an update."""

    ANSWER = auto()
    WARN = auto()  # the last answer for now: that it was too much, and to wait a little
    DROP = auto()  # neither written down nor answered


@dataclass(slots=True)
class _Asker:
    """When one person's latest updates came, and when they were last warned.

    The times need not ascend: what waited counts at its own date, a press, which has none, at the moment it comes.
    """

    times: deque[float] = field(default_factory=lambda: deque(maxlen=2 * MOST))  # room for both kinds
    warned_at: float = float("-inf")


class Allowance:
    """Counts what each person asks. What is dropped counts too: who goes on and on gets answers after a pause.

    So a flood gets at most `MOST` answers however long it lasts, and anybody at most `MOST` in any `WINDOW`.
    """

    def __init__(self) -> None:
        self._askers: dict[int, _Asker] = {}

    def __len__(self) -> int:
        """People remembered: only those who asked within the window."""
        return len(self._askers)

    def decide(self, user_id: int, at: float) -> Verdict:
        """Count an update of this person's that came at this second, and say what becomes of it."""
        asker = self._askers.pop(user_id, None) or _Asker()
        self._forget(at - WINDOW)
        self._askers[user_id] = asker  # the order of the dict is that of the last words
        recent = sum(_is_recent(time, at) for time in asker.times)
        asker.times.append(at)
        if recent >= MOST:
            return Verdict.DROP
        if recent == MOST - 1 and not _is_recent(asker.warned_at, at):
            asker.warned_at = at
            return Verdict.WARN
        return Verdict.ANSWER

    def _forget(self, before: float) -> None:
        while self._askers:
            user_id, asker = next(iter(self._askers.items()))
            if max(asker.times) > before:
                return
            del self._askers[user_id]


def _is_recent(time: float, at: float) -> bool:
    return at - WINDOW < time <= at
