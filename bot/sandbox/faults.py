"""Faults made on purpose: the next matching requests break in the chosen way."""

import itertools
import random
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from bot.sandbox.errors import ControlError

FaultKind = Literal["delay", "drop_before", "drop_after", "status", "garbage", "error"]


@dataclass(slots=True)
class Fault:
    """One order to break things; `left` counts down, None lasts until mended."""

    id: int
    kind: FaultKind
    method: str | None
    chat: str | None
    left: int | None
    share: float  # of matching requests, 0..1
    seconds: float = 0.0
    status: int = 502
    done: bool = False
    error_code: int = 500
    description: str = "Internal Server Error"
    parameters: dict[str, int] = field(default_factory=dict)


class Faults:
    """The faults in force, oldest first."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._ids = itertools.count(1)
        self._chance = random.Random(20)  # noqa: S311 - which requests break must repeat from run to run

    def add(self, order: dict[str, Any]) -> int:
        """Reads a control request into a fault; `times` 0 means every request until mended."""
        if order.get("kind") not in get_args(FaultKind):
            raise ControlError(400, f"kind must be one of {', '.join(get_args(FaultKind))}")
        times = int(order.get("times", 1))
        method, chat = order.get("method"), order.get("chat")
        fault = Fault(
            id=next(self._ids),
            kind=order["kind"],
            method=str(method).lower() if method else None,
            chat=str(chat) if chat is not None else None,
            left=times or None,
            share=float(order.get("share", 1.0)),
            seconds=float(order.get("seconds", 0.0)),
            status=int(order.get("status", 502)),
            done=bool(order.get("done", False)),
            error_code=int(order.get("error_code", 500)),
            description=str(order.get("description", "Internal Server Error")),
            parameters=dict(order.get("parameters") or {}),
        )
        self._faults.append(fault)
        return fault.id

    def clear(self) -> None:
        """Mends everything."""
        self._faults.clear()

    def take(self, method: str, chat: str | None) -> Fault | None:
        """The fault this request meets, if any; spends one of its times."""
        for fault in self._faults:
            if fault.method not in {None, method.lower()} or fault.chat not in {None, chat}:
                continue
            if fault.share < 1.0 and self._chance.random() >= fault.share:
                continue
            if fault.left is not None:
                fault.left -= 1
                if fault.left == 0:
                    self._faults.remove(fault)
            return fault
        return None
