"""What the operator's doctor finds."""

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    OK = "ok"
    WARNING = "warning"  # works, but the operator should know
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look found out. `advice` is empty where there is nothing to do."""

    check: str
    status: Status
    detail: str
    advice: str = ""
