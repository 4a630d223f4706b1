"""What each owner of tasks has cost a pool lately. Pure: moments are seconds of one clock, passed in.

An owner is whoever's texts are read, a source. Three rules keep the others unharmed:
- it has one process at a time (`pool.py`);
- once it has cost HEAVY seconds, or a process that had to be ended, its tasks are done aside from those of the others,
  until that is forgotten;
- once it has cost LOST_MOST processes, nothing more of it is read until the first of them is forgotten.
"""

from dataclasses import dataclass, field

HEAVY = 2.0  # seconds of the processor; a hundred ordinary pages take as long, so a first visit is done aside as well
HALVED = 60.0  # seconds after which half as much time is remembered
LOST_MOST = 3  # processes
FORGOTTEN = 600.0  # seconds after which a process that was lost is forgotten
_LEAST = 0.01  # seconds that are not worth remembering


@dataclass(slots=True)
class Account:
    """One owner's costs: `spent` seconds of the processor as of `seen`, and the moments at which it lost one."""

    spent: float = 0.0
    seen: float = 0.0
    lost: list[float] = field(default_factory=list)

    def settle(self, now: float) -> None:
        """Forget what lies back."""
        self.spent *= 0.5 ** ((now - self.seen) / HALVED)
        self.seen = now
        self.lost = [moment for moment in self.lost if now - moment < FORGOTTEN]


class Ledger:
    """The accounts of those who have cost anything lately."""

    def __init__(self) -> None:
        self._accounts: dict[int, Account] = {}

    def __len__(self) -> int:
        return len(self._accounts)

    def enter(self, owner: int, seconds: float, now: float, *, is_lost: bool) -> None:
        """A task of this owner has ended. `is_lost`: its process had to be ended, or died."""
        account = self._accounts.setdefault(owner, Account(seen=now))
        account.settle(now)
        account.spent += seconds
        if is_lost:
            account.lost.append(now)

    def cost(self, owner: int, now: float) -> float:
        """The seconds of the processor that are remembered of this owner."""
        account = self._settled(owner, now)
        return 0.0 if account is None else account.spent

    def is_heavy(self, owner: int, now: float) -> bool:
        """Whether this owner's tasks are to be done aside."""
        account = self._settled(owner, now)
        return account is not None and (account.spent >= HEAVY or bool(account.lost))

    def seconds_barred(self, owner: int, now: float) -> float:
        """How long nothing more of this owner is read; 0 when it is read."""
        account = self._settled(owner, now)
        if account is None or len(account.lost) < LOST_MOST:
            return 0.0
        return account.lost[-LOST_MOST] + FORGOTTEN - now

    def _settled(self, owner: int, now: float) -> Account | None:
        account = self._accounts.get(owner)
        if account is None:
            return None
        account.settle(now)
        if account.spent < _LEAST and not account.lost:
            del self._accounts[owner]
            return None
        return account
