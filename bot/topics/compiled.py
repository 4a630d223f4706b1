"""Questions in the compact form that is stored with topics and that their index loads, without any grammar.

Terms, little-endian:

    8 bytes    the version: of this form and of the lemmatiser
    2 bytes    n, the number of keys
    n x 8      the hashes of the keys, word after word, row after row
    n x 1      their marks
    the rest   the matcher in JSON, if any row asks for it
"""

import struct
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b

import orjson

from bot.topics.hashing import hash_keys
from bot.topics.lemmas import VERSION, Keys
from bot.topics.query import Matcher
from bot.topics.rows import Row, Use, rows
from storage.asking import Clause, Form

FORM = 4  # grows with every change of what stands in terms

# The marks of a key. What it says of a word or of a row stands with the first key of it.
WORD_BEGINS, FORM_BEGINS, ROW_BEGINS = 1, 2, 4
USE_SHIFT, USE = 3, 3
KIND_SHIFT, KIND = 5, 3
ASKS = 128

_HEAD = struct.Struct("<8sH")


def in_title(key: str) -> str:
    """What a key is called where the headline has it; no key has a colon."""
    return f"title:{key}"


TERMS_VERSION = blake2b(f"{FORM} {VERSION}".encode(), digest_size=8).digest()


def encode(matcher: Matcher) -> bytes:
    """The terms of a question."""
    keys: list[str] = []
    marks = bytearray()
    compact = tuple(rows(matcher))
    for row in compact:
        for word, mark in _words(row):
            keys += sorted(word)
            marks += bytes((mark, *(0 for _ in range(len(word) - 1))))
    hashes = hash_keys(keys).astype("<u8").tobytes()
    asks = any(row.asks for row in compact)
    return _HEAD.pack(TERMS_VERSION, len(keys)) + hashes + marks + (pack(matcher) if asks else b"")


def pack(matcher: Matcher) -> bytes:
    """A matcher as bytes."""
    alternatives = [
        [[clause.in_title, [_lists(form) for form in clause.forms]] for clause in clauses]
        for clauses in matcher.alternatives
    ]
    after = matcher.after.isoformat() if matcher.after else None
    without = [_lists(form) for form in matcher.without]
    return orjson.dumps([alternatives, without, matcher.sources, matcher.language, after])


@lru_cache(maxsize=2_048)
def unpack(packed: bytes) -> Matcher:
    """The matcher that was packed."""
    alternatives, without, sources, language, after = orjson.loads(packed)
    return Matcher(
        alternatives=tuple(
            tuple(Clause(tuple(map(_form, forms)), in_title=in_title) for in_title, forms in clauses)
            for clauses in alternatives
        ),
        without=tuple(map(_form, without)),
        sources=tuple(map(tuple, sources)),
        language=language,
        after=datetime.fromisoformat(after) if after else None,
    )


@dataclass(slots=True)
class Columns:
    """The terms of many topics, taken apart: all their keys in one buffer, all their marks in another …"""

    ids: "array[int]" = field(default_factory=lambda: array("q"))
    key_counts: "array[int]" = field(default_factory=lambda: array("H"))
    keys: bytearray = field(default_factory=bytearray)
    marks: bytearray = field(default_factory=bytearray)
    detail_sizes: "array[int]" = field(default_factory=lambda: array("I"))
    details: bytearray = field(default_factory=bytearray)

    def __len__(self) -> int:
        return len(self.ids)

    def append(self, topic_id: int, terms: bytes) -> bool:
        """Take in a topic; False when its terms are of another version."""
        version, count = _HEAD.unpack_from(terms)
        if version != TERMS_VERSION:
            return False
        marks = _HEAD.size + 8 * count
        details = marks + count
        self.ids.append(topic_id)
        self.key_counts.append(count)
        self.keys += terms[_HEAD.size : marks]
        self.marks += terms[marks:details]
        self.detail_sizes.append(len(terms) - details)
        self.details += terms[details:]
        return True


def _words(row: Row) -> Iterator[tuple[Keys, int]]:
    """The words of a row with their marks."""
    mark = ROW_BEGINS | row.kind << KIND_SHIFT | (ASKS if row.asks else 0)
    for form in row.forms:
        mark |= FORM_BEGINS
        for word in form:
            yield word, mark | WORD_BEGINS
            mark = 0
    for word in row.in_title:
        yield frozenset(map(in_title, word)), mark | WORD_BEGINS | Use.LOOSE << USE_SHIFT
        mark = 0
    if row.barred:
        yield row.barred, WORD_BEGINS | Use.BARRED << USE_SHIFT


def _lists(form: Form) -> list[list[str]]:
    return [sorted(keys) for keys in form]


def _form(lists: list[list[str]]) -> Form:
    return tuple(map(frozenset, lists))
