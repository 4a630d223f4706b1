"""The lines of a newsroom's past: read one by one, and remembered by where they stand.

One object a line: url, title, text, source, published_at, language (may be left out). A file of a million lines is some
gigabytes: of each line sixteen bytes are kept.
"""

import json
import re
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import orjson

from bot.clock import now_utc
from bot.ingest.dates import read_date
from bot.ingest.draft import Draft
from bot.ingest.identity import canonical_url, identity_of
from bot.ingest.text import first_words, tidy, without_unwanted
from config.values import check_url
from storage.records import Block, BlockKind

LEAD = 400  # characters of the text that stand for a lead
LONGEST = 8 * 1024**2  # bytes of a line; a longer one is no article
SHOWN_FAULTS = 5


class LineError(Exception):
    """A line that is no article; the text says why."""


@dataclass(frozen=True, slots=True)
class PastArticle:
    """A line of the file."""

    url: str
    title: str
    text: str
    source: str
    published_at: datetime
    language: str | None = None

    def names(self) -> tuple[str, str]:
        """Its identity and its canonical URL."""
        address = canonical_url(self.url)
        # Without an anchor they are the same, and a million of them take a quarter of the time of a look at the file.
        guid = None if "#" in self.url else address
        return identity_of(guid, self.url, self.title, self.published_at), address

    def draft(self, language: str) -> Draft:
        """As if a feed had told of it."""
        paragraphs = [" ".join(line.split()) for line in without_unwanted(self.text).splitlines() if line.strip()]
        lead = first_words(paragraphs[0], LEAD) if paragraphs else ""
        if paragraphs and lead == paragraphs[0]:
            del paragraphs[0]
        identity, address = self.names()
        return Draft(
            identity=identity,
            feed_hash="",  # no feed has told of it
            url=address,
            title=self.title,
            lead=lead,
            body=tuple(Block(BlockKind.PARAGRAPH, text) for text in paragraphs),
            language=language,
            published_at=min(self.published_at, now_utc()),
        )


@dataclass(slots=True)
class Faults:
    """What is wrong with a file: how many lines, and the first of them with their numbers."""

    count: int = 0
    first: list[tuple[int, str]] = field(default_factory=list)

    def add(self, number: int, error: LineError) -> None:
        self.count += 1
        self.first = sorted([*self.first, (number, str(error))])[:SHOWN_FAULTS]


class Places:
    """Where lines stand in a file, by the dates of their articles."""

    def __init__(self) -> None:
        self._moments = array("d")
        self._offsets = array("q")

    def __len__(self) -> int:
        return len(self._offsets)

    def add(self, published_at: datetime, offset: int) -> None:
        self._moments.append(published_at.timestamp())
        self._offsets.append(offset)

    def in_order(self) -> "array[int]":
        """Offsets, those of the oldest articles first."""
        import numpy as np

        order = np.argsort(np.frombuffer(self._moments), kind="stable")
        return array("q", np.frombuffer(self._offsets, dtype=np.int64)[order].tobytes())


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a file, the first being number 1; of one that is too long only the beginning."""

    number: int
    offset: int
    said: bytes


def read_lines(file: Path) -> Iterator[Line]:
    """All lines that are not empty."""
    offset = 0
    with file.open("rb") as lines:
        number = 0
        while said := lines.readline(LONGEST):
            number += 1
            begin, offset = offset, offset + len(said)
            rest = said
            while len(rest) == LONGEST and not rest.endswith(b"\n"):
                rest = lines.readline(LONGEST)
                offset += len(rest)
            if said.strip():
                yield Line(number, begin, said)


def read_batches(file: Path, offsets: "array[int]", zone: ZoneInfo, size: int) -> Iterator[list[PastArticle]]:
    """The articles at these places, `size` at a time."""
    with file.open("rb") as lines:
        for start in range(0, len(offsets), size):
            batch = []
            for offset in offsets[start : start + size]:
                lines.seek(offset)
                batch.append(read_line(lines.readline(LONGEST), zone))
            yield batch


def read_line(line: bytes, zone: ZoneInfo) -> PastArticle:
    """One line as an article; a date without a zone is in `zone`. Raises LineError."""
    return read_article(read_object(line), zone)


def read_article(said: Mapping[str, object], zone: ZoneInfo) -> PastArticle:
    """The article that a line's object is. Raises LineError."""
    wanted = {name: said.get(name) for name in ("url", "title", "text", "source", "published_at")}
    for name, value in wanted.items():
        if not isinstance(value, str):
            raise LineError(f"{name} must be a text")
    language = said.get("language")
    if language is not None and not isinstance(language, str):
        raise LineError("language must be a text")
    title, source, date = (tidy(str(wanted[name])) for name in ("title", "source", "published_at"))
    for name, value in (("title", title), ("source", source), ("published_at", date)):
        if not value:
            raise LineError(f"{name} must be a text")
    published_at = read_date(date, zone)
    if published_at is None:
        raise LineError("published_at must be a date, such as 2026-10-18T10:00:00+05:00")
    try:
        url = check_url(address_of(said))
    except ValueError as error:
        raise LineError(f"url: {error}") from None
    return PastArticle(url, title, str(wanted["text"]), source, published_at, _language_code(language or ""))


def address_of(said: Mapping[str, object]) -> str:
    """The URL as a line writes it, without what nobody sees; "" where it writes none."""
    url = said.get("url")
    return without_unwanted(url).strip() if isinstance(url, str) else ""


def read_object(line: bytes) -> Mapping[str, object]:
    """What a line says, whatever it is. Raises LineError."""
    if len(line) == LONGEST:
        raise LineError(f"this is longer than {LONGEST // 1024**2} MB")
    try:
        said = orjson.loads(line.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError:
        said = _read_forgivingly(line)
    if not isinstance(said, dict):
        raise LineError("this is not a JSON object")
    return said


def _read_forgivingly(line: bytes) -> object:
    """What orjson refuses and others write: half a character escaped, NaN."""
    try:
        return json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError):  # RecursionError: brackets a thousand deep
        raise LineError("this is not JSON in UTF-8") from None


def _language_code(said: str) -> str | None:
    """The code of "ru" or "ru-RU"; None for what is no code, such as a language's name: it is found out instead."""
    code = re.split("[-_]", said.strip().lower())[0]
    return code if re.fullmatch("[a-z]{2,3}", code) else None
