"""Decompression that stops at a cap: 2 MB of gzip can hold 2 GB."""

import zlib
from dataclasses import dataclass
from typing import Protocol

import brotli

MOST_MEMBERS = 1000  # of one gzip body; each costs the more, the more follow it in what was read at once
CRUMBS = 2000  # chunks after which they must hold `CRUMB` bytes each on the average: taking one apart costs the more
CRUMB = 16
_GZIP_MAGIC = b"\x1f\x8b"


class OverCapError(Exception):
    """The body goes on beyond the cap."""


class BrokenBodyError(Exception):
    """The compressed data are damaged, cut short, or of a kind that was not asked for."""


@dataclass(slots=True)
class Inflow:
    """What comes in, before it is unpacked: padding and empty pieces can go on for ever and unpack to nothing."""

    cap: int  # bytes
    came: int = 0
    chunks: int = 0

    def note(self, piece: bytes, *, is_end: bool) -> None:
        """Count a piece, which may end a chunk. Raises OverCapError and BrokenBodyError."""
        self.came += len(piece)
        self.chunks += is_end
        if self.came > self.cap:
            raise OverCapError
        if self.chunks > CRUMBS and self.came < self.chunks * CRUMB:
            raise BrokenBodyError("the page comes in crumbs of a few bytes")


class Decoder(Protocol):
    """Turns one coding's chunks into bytes, never more than `limit` at once."""

    def feed(self, data: bytes, limit: int) -> bytes:
        """Decode `data`; OverCapError when more than `limit` bytes come out, BrokenBodyError when it is damaged."""

    def finish(self) -> None:
        """BrokenBodyError when the stream has not come to its end."""


class _Zlib:
    """gzip (also several members in a row) and deflate, with zlib's header or bare, as servers really send it."""

    def __init__(self, coding: str) -> None:
        self._coding = coding
        self._stream: zlib._Decompress | None = None
        self._is_plain = False
        self._members = 0
        self._first = b""  # byte of what may be the next member

    def _open(self, data: bytes) -> "zlib._Decompress | None":
        if self._coding == "gzip":
            # Some servers name gzip and send plain text.
            self._is_plain = not data.startswith(_GZIP_MAGIC[: len(data)])
            return None if self._is_plain else zlib.decompressobj(16 + zlib.MAX_WBITS)
        has_header = data[0] & 0x0F == 8 and (len(data) < 2 or (data[0] * 256 + data[1]) % 31 == 0)
        return zlib.decompressobj(zlib.MAX_WBITS if has_header else -zlib.MAX_WBITS)

    def feed(self, data: bytes, limit: int) -> bytes:
        pieces: list[bytes] = []
        room = limit
        if self._stream is not None and self._stream.eof:
            data = self._go_on(data)
        while data:
            if self._stream is None and not self._is_plain:
                self._stream = self._open(data)
            if self._stream is None:
                pieces.append(data)
                room -= len(data)
                break
            try:
                pieces.append(self._stream.decompress(data, room + 1))
            except zlib.error as error:
                raise BrokenBodyError(f"the compressed body is damaged ({error})") from error
            room -= len(pieces[-1])
            if room < 0:
                break
            data = self._go_on(self._stream.unused_data) if self._stream.eof else self._stream.unconsumed_tail
        if room < 0:
            raise OverCapError
        return b"".join(pieces)

    def _go_on(self, rest: bytes) -> bytes:
        """What follows the end of a stream: the next gzip member, of which a first byte may wait; else it is padding.

        Padding is dropped unseen: zlib would pile it up, and copy the pile each time.
        """
        rest, self._first = self._first + rest, b""
        if self._coding != "gzip" or not rest or not rest.startswith(_GZIP_MAGIC[: len(rest)]):
            return b""
        if len(rest) < len(_GZIP_MAGIC):
            self._first = rest
            return b""
        self._members += 1
        if self._members == MOST_MEMBERS:
            raise BrokenBodyError("the compressed body comes in too many pieces")
        self._stream = None
        return rest

    def finish(self) -> None:
        if self._stream is not None and not self._stream.eof:
            raise BrokenBodyError("the compressed body is cut short")


class _Brotli:
    def __init__(self) -> None:
        self._stream = brotli.Decompressor()

    def feed(self, data: bytes, limit: int) -> bytes:
        pieces: list[bytes] = []
        room = limit
        try:
            pieces.append(self._stream.process(data, output_buffer_limit=room + 1))
            while len(pieces[-1]) <= room and not self._stream.can_accept_more_data():
                room -= len(pieces[-1])
                pieces.append(self._stream.process(b"", output_buffer_limit=room + 1))
        except brotli.error as error:
            raise BrokenBodyError(f"the compressed body is damaged ({error})") from error
        if len(pieces[-1]) > room:
            raise OverCapError
        return b"".join(pieces)

    def finish(self) -> None:
        if not self._stream.is_finished():
            raise BrokenBodyError("the compressed body is cut short")


class _Identity:
    def feed(self, data: bytes, limit: int) -> bytes:
        if len(data) > limit:
            raise OverCapError
        return data

    def finish(self) -> None:
        return


def decoder_for(content_encoding: str) -> Decoder:
    """The decoder for a Content-Encoding header. BrokenBodyError for a coding (or a stack of them) never asked for."""
    coding = content_encoding.strip().lower().removeprefix("x-")
    if coding in {"", "identity", "none"}:
        return _Identity()
    if coding in {"gzip", "deflate"}:
        return _Zlib(coding)
    if coding == "br":
        return _Brotli()
    raise BrokenBodyError(f"the body is compressed in a way that was not asked for ({coding[:40]})")
