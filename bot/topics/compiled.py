"""Questions in the compact form that is stored with topics and that their index loads, without any grammar.

Terms, little-endian:

    8 bytes    the version: of this form and of the lemmatiser
    2 bytes    n, the number of keys
    n x 8      the hashes of the keys
    n x 1      their marks: the first key of a word, the first key of a row, the row's kind
    the rest   the matcher in JSON, where a row's kind is EXACT

An article can answer a question only if it has, of any row, all the words; a word by any of its keys.
"""

import struct
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from functools import lru_cache
from hashlib import blake2b

import orjson

from bot.topics.lemmas import VERSION, Keys
from bot.topics.query import Clause, Matcher
from storage.asking import Form

FORM = 1  # grows with every change of what stands in terms

WORD_BEGINS, ROW_BEGINS, KIND_SHIFT = 1, 2, 2  # marks

_HEAD = struct.Struct("<8sH")


class Kind(IntEnum):
    """What else a question wants of an article that has all words of a row."""

    PLAIN = 0  # nothing
    NEAR = 1  # that they stand near one another
    EXACT = 2  # what the matcher says


@dataclass(frozen=True, slots=True)
class Row:
    """Words of which an article needs all, each by its keys."""

    words: tuple[Keys, ...]
    kind: Kind


@lru_cache(maxsize=32_768)
def hash_key(key: str) -> int:
    """64 bits that stand for a key, the same in every process.

    Of a million keys two share theirs with a chance of 1 in 37 million, and then one topic would find too much.
    """
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "little")


TERMS_VERSION = blake2b(f"{FORM} {VERSION}".encode(), digest_size=8).digest()


def rows(matcher: Matcher) -> Iterator[Row]:
    """What each alternative needs at least, and what is to be asked beyond it."""
    has_filters = bool(matcher.without or matcher.sources or matcher.language or matcher.after)
    for clauses in matcher.alternatives:
        words = tuple(word for clause in clauses for word in _needed(clause))
        if words and all(words):
            is_plain = not any(clause.in_title or len(form) > 1 for clause in clauses for form in clause.forms)
            kind = Kind.EXACT if has_filters or not is_plain else Kind.NEAR if len(clauses) > 1 else Kind.PLAIN
            yield Row(words, kind)


def encode(matcher: Matcher) -> bytes:
    """The terms of a question."""
    keys: list[int] = []
    marks = bytearray()
    is_exact = False
    for row in rows(matcher):
        is_exact = is_exact or row.kind is Kind.EXACT
        for number, word in enumerate(row.words):
            first = WORD_BEGINS | (ROW_BEGINS if number == 0 else 0) | row.kind << KIND_SHIFT
            keys += sorted(map(hash_key, word))
            marks += bytes((first, *(0 for _ in range(len(word) - 1))))
    packed = struct.pack(f"<{len(keys)}Q", *keys)
    return _HEAD.pack(TERMS_VERSION, len(keys)) + packed + marks + (pack(matcher) if is_exact else b"")


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


def _needed(clause: Clause) -> Iterable[Keys]:
    """The words without which a clause does not stand. Of several forms each gives its most telling word to one."""
    forms = [form for form in clause.forms if all(form)]
    if len(forms) == 1:
        return forms[0]
    return (frozenset[str]().union(*map(_most_telling, forms)),)


def _most_telling(form: Form) -> Keys:
    """Long words are rarer."""
    return max(form, key=lambda keys: max(map(len, keys)))


def _lists(form: Form) -> list[list[str]]:
    return [sorted(keys) for keys in form]


def _form(lists: list[list[str]]) -> Form:
    return tuple(map(frozenset, lists))
