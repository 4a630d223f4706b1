"""Bodies on their way to a worker process: the long ones wait in files, for many may wait at the same time.

What the bot holds in memory is then bounded by how many pages it has fetched, not by how long their sites made them.
"""

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress

LONGEST_HELD = 128 * 1024  # bytes of a body that stay in memory; most feeds and pages are shorter
_PLACE = "/var/tmp"  # noqa: S108  on a disk, where /tmp may be memory; the file has no name there


class LongBody:
    """Bytes in a file that has no name, gone with the last one who knows of them."""

    def __init__(self) -> None:
        """Raises OSError when no file can be had."""
        place = _PLACE if os.access(_PLACE, os.W_OK) else None
        self._file, name = tempfile.mkstemp(prefix="khabar-", dir=place)
        os.unlink(name)  # noqa: PTH108  Path is slow
        self.length = 0

    def write(self, piece: bytes | bytearray) -> None:
        """Add to its end. Raises OSError when the disk is full."""
        rest = memoryview(piece)
        while rest:
            written = os.pwrite(self._file, rest, self.length)
            self.length += written
            rest = rest[written:]

    def read(self) -> bytes:
        """All of it."""
        return os.pread(self._file, self.length, 0)

    def __del__(self) -> None:
        with suppress(AttributeError):  # no file was had
            os.close(self._file)


class Body:
    """A body as it comes in."""

    def __init__(self, longest_held: int = LONGEST_HELD, keep: Callable[[], LongBody] = LongBody) -> None:
        self._longest_held = longest_held
        self._keep = keep
        self._held = bytearray()
        self._long: LongBody | None = None

    def __len__(self) -> int:
        return len(self._held) + (self._long.length if self._long else 0)

    def add(self, piece: bytes) -> None:
        """Add to its end. Where no file can be had it stays in memory, for it is bounded all the same."""
        self._held += piece
        if len(self._held) > self._longest_held:
            with suppress(OSError):
                self._put_away()

    def take(self) -> tuple[bytes, LongBody | None]:
        """What is held in memory, and what stands in a file before it."""
        if self._long is not None:
            with suppress(OSError):
                self._put_away()
        held, self._held = bytes(self._held), bytearray()
        return held, self._long

    def _put_away(self) -> None:
        self._long = self._long or self._keep()
        before = self._long.length
        try:
            self._long.write(self._held)
        except OSError:
            self._long.length = before  # what was half written is written over or left out
            raise
        self._held = bytearray()  # not cleared: whoever looks at a running program may still hold a view of it
