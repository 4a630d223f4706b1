"""Takes from a worker process what no text that it reads can need: connections, other programs, files of the machine.

Python's own door alone (PEP 578): a library's C code is told apart from it by not being asked to open anything. It is
the second wall, where a parser takes a text for the address or the path of one.
"""

import os
import sys
import sysconfig
import zoneinfo
from collections.abc import Callable
from pathlib import Path

# Audit events by how they begin (docs.python.org/3/library/audit_events.html).
_NEVER = (
    "socket.connect",
    "socket.getaddrinfo",
    "socket.bind",
    "subprocess.",
    "os.system",
    "os.exec",
    "os.posix_spawn",
)
_LIBRARIES = ("stdlib", "platstdlib", "purelib", "platlib")
_ROOMS = ("bot", "storage", "config")  # of this program, beside each other


class Confined(PermissionError):
    """A text made a library reach out of its process."""


def confine(package: str) -> None:
    """From now on this process connects to nothing, starts nothing, and opens only what belongs to its program.

    `package` is where the tasks it serves stand. It cannot be taken back.
    """
    sys.addaudithook(_watch(_own_places(package)))


def _own_places(package: str) -> tuple[str, ...]:
    """Where the libraries and this program keep their files, and the zones of the world."""
    root = Path(__file__).parents[2]
    paths = [
        *(root / room for room in _ROOMS),
        *map(Path, sys.modules[package].__path__),
        *(Path(sysconfig.get_path(place)) for place in _LIBRARIES),
        *map(Path, zoneinfo.TZPATH),
    ]
    named = {str(way(path)) for path in paths for way in (Path.absolute, Path.resolve)}
    return tuple(f"{path}/" for path in sorted(named))


def _watch(own: tuple[str, ...]) -> Callable[[str, tuple[object, ...]], None]:
    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            if isinstance(path, str | bytes) and not _may_open(os.path.abspath(os.fsdecode(path)), flags, own):  # noqa: PTH100  Path is slow
                raise Confined(f"a text is no reason to open {os.fsdecode(path)[:100]!r}")
        elif event.startswith(_NEVER):
            raise Confined(f"a text is no reason for {event}")

    return watch


def _may_open(name: str, flags: object, own: tuple[str, ...]) -> bool:
    """What belongs to the program; or a new file without a name, into which a library unpacks something of its own."""
    is_new = isinstance(flags, int) and bool(flags & os.O_EXCL)
    return name.startswith(own) or is_new or os.path.isdir(name)  # noqa: PTH112  Path is slow
