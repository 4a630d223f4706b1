"""A long body waits in a file, and comes whole to whoever reads it."""

import errno
import os
import pickle
from pathlib import Path

import pytest

from bot.ingest.keeping import LONGEST_HELD, Body, LongBody
from bot.ingest.stages import FetchedPage
from bot.workers.child import within_bounds
from bot.workers.wire import MOST_ANSWER, Fault, pack, unpack

PIECES = [os.urandom(60_000) for _ in range(20)]


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def page_of(body: Body) -> FetchedPage:
    held, begun = body.take()
    return FetchedPage("u", "https://news.example/", 200, "text/html", None, held, etag='"1"', begun=begun)


def body_of(pieces: list[bytes]) -> Body:
    body = Body()
    for piece in pieces:
        body.add(piece)
    return body


def test_a_short_body_is_held() -> None:
    body = body_of(PIECES[:2])
    assert body.take() == (b"".join(PIECES[:2]), None)


def test_a_long_body_is_put_away_and_its_file_goes_with_it() -> None:
    before = open_files()
    body = body_of(PIECES)
    assert len(body) == sum(map(len, PIECES))
    page = page_of(body)
    assert page.begun is not None
    assert len(page.body) < LONGEST_HELD
    assert page.whole().body == b"".join(PIECES)
    assert page.bare() == FetchedPage("u", "https://news.example/", 200, "text/html", None, b"", etag='"1"')
    assert open_files() == before + 1
    del page, body
    assert open_files() == before


def test_a_worker_process_is_sent_the_whole_page() -> None:
    page = page_of(body_of(PIECES))
    there = pickle.loads(pickle.dumps(page))  # noqa: S301  our own
    assert there == page.whole()
    assert there.begun is None


class FullDisk(LongBody):
    """A file on a disk that takes the beginning of each piece."""

    def write(self, piece: bytes | bytearray) -> None:
        super().write(piece[:1000])
        raise OSError(errno.ENOSPC, "No space left on device")


def no_file() -> LongBody:
    raise OSError(errno.EMFILE, "Too many open files")


@pytest.mark.parametrize("keep", [FullDisk, no_file])
def test_where_no_file_can_be_had_the_body_stays_in_memory(keep: type[LongBody]) -> None:
    body = Body(keep=keep)
    for piece in PIECES:
        body.add(piece)
    assert page_of(body).whole().body == b"".join(PIECES)


def test_what_is_long_goes_over_the_pipe_without_a_copy() -> None:
    text = bytes(1_000_000)
    pieces = pack(("read", text))
    assert any(piece is text for piece in pieces)
    assert unpack(b"".join(pieces[1:])) == ("read", text)


def test_an_answer_without_end_is_a_fault() -> None:
    message = pack("да")
    assert within_bounds(message) is message
    fault = unpack(b"".join(within_bounds(pack(bytes(MOST_ANSWER + 1)))[1:]))
    assert isinstance(fault, Fault)
    assert "longer than" in fault.sentence
