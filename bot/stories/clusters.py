"""Which articles are a story, from when to when it goes, and which stories are kept apart."""

from collections.abc import Iterable, Sequence

Slots = tuple[int, ...]  # of a tuple of numbers the collector of garbage need not look at all of them again and again


class Clusters:
    """Stories of the window; a story without articles is none."""

    def __init__(self) -> None:
        self._slots: dict[int, Slots] = {}
        self._apart: dict[int, set[int]] = {}

    def __contains__(self, story_id: int) -> bool:
        return story_id in self._slots

    def slots(self, story_id: int) -> Slots:
        """Its articles in the order in which they came."""
        return self._slots.get(story_id, ())

    def add(self, story_id: int, slot: int) -> None:
        self._slots[story_id] = (*self._slots.get(story_id, ()), slot)

    def remove(self, story_id: int, slots: Sequence[int]) -> None:
        """These articles belong to it no more."""
        if left := tuple(slot for slot in self._slots[story_id] if slot not in slots):
            self._slots[story_id] = left
        else:
            del self._slots[story_id]

    def merge(self, kept: int, gone: int) -> Slots:
        """All articles of one story go to the other, and whom it was kept apart from; which articles these are."""
        slots = self._slots.pop(gone, ())
        if slots:
            self._slots[kept] = tuple(sorted((*self._slots.get(kept, ()), *slots)))
        for other in self._apart.pop(gone, set()):
            self._apart[other].discard(gone)
            if other != kept:
                self._part(kept, other)
        return slots

    def keep_apart(self, pairs: Iterable[tuple[int, int]]) -> None:
        """These and no others; a story that is not in the window may come into it."""
        self._apart.clear()
        for one, other in pairs:
            self._part(one, other)

    def _part(self, one: int, other: int) -> None:
        if one != other:
            self._apart.setdefault(one, set()).add(other)
            self._apart.setdefault(other, set()).add(one)

    def is_apart(self, one: int, other: int) -> bool:
        return other in self._apart.get(one, ())
