"""What goes over the pipes between the bot and its worker processes: a length in four bytes, then a pickle.

Pickles are safe here only because both ends are this program: the workers' pipes are open to nobody else.
"""

import pickle
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

LENGTH = struct.Struct(">I")
MOST_ANSWER = 16 * 1024**2  # bytes; what a text of the greatest length can tell is a third of it
READY = "ready"  # a worker's first message, once everything is imported


@dataclass(frozen=True, slots=True)
class Task:
    """A call of one of the worker's functions, by name."""

    name: str
    arguments: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """A library's own exception on a stranger's text: a sentence for a person, the trace for the log."""

    sentence: str
    trace: str


def pack(message: object) -> Sequence[bytes]:
    """The message in pieces. What it holds of great length is not copied: many such may be on their way at once."""
    pieces = _Pieces()
    pickle.Pickler(pieces, protocol=pickle.HIGHEST_PROTOCOL).dump(message)
    return [LENGTH.pack(sum(map(len, pieces.written))), *pieces.written]


class _Pieces:
    """What a pickler writes to."""

    def __init__(self) -> None:
        self.written: list[bytes] = []

    def write(self, piece: bytes) -> None:
        self.written.append(piece)


def unpack(body: bytes) -> Any:
    return pickle.loads(body)  # noqa: S301  see the module's docstring


def read_message(stream: BinaryIO) -> Any:
    """The next message; EOFError when the other side is gone."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        raise EOFError
    (length,) = LENGTH.unpack(head)
    body = stream.read(length)
    if len(body) < length:
        raise EOFError
    return unpack(body)
