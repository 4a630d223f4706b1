"""A slice of a longer list."""

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A slice of a longer list, newest first; `older` and `newer` tell whether there is more either way."""

    items: tuple[T, ...]
    number: int = 0
    older: bool = False

    @property
    def newer(self) -> bool:
        return self.number > 0
