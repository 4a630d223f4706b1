"""What a list says of a page that it only points at: a sitemap's entry, a headline on a page. Pure.

Text and title stand at the page alone: lists shorten headlines, and some try two of them in turns. So what such a list
says is the address, with the title and the moment of the last change where they tell of an edit.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from bot.ingest.identity import canonical_url
from storage.addresses import page_key

SOON = timedelta(hours=1)  # after publication: what is changed then was read so, where no list told when it changed
PATIENCE = 1 / 4  # of an article's age, which lies between two readings of its page: 30 in a fortnight at most
_WRITTEN = re.compile(r"page:([0-9a-f]{24}):([0-9a-f]{12})?:(\d{1,12})?")


@dataclass(frozen=True, slots=True)
class Pointer:
    """What was said, in a form that can be kept as an entry's `feed_hash`. `title` is a hash, "" where it says none."""

    page: str
    title: str = ""
    changed_at: datetime | None = None

    @classmethod
    def of(cls, url: str, title: str = "", changed_at: datetime | None = None) -> Self:
        """`title` and `changed_at` only where another one tells of an edit."""
        moment = changed_at.replace(microsecond=0) if changed_at is not None and changed_at.year >= 1970 else None
        return cls(_hashed(page_key(canonical_url(url)) or url, 24), _hashed(title, 12) if title else "", moment)

    @classmethod
    def read(cls, written: str) -> Self | None:
        """Back from its written form; None where it was no such list that said it."""
        match = _WRITTEN.fullmatch(written)
        if match is None:
            return None
        return cls(match[1], match[2] or "", datetime.fromtimestamp(int(match[3]), UTC) if match[3] else None)

    def __str__(self) -> str:
        moment = int(self.changed_at.timestamp()) if self.changed_at is not None else ""
        return f"page:{self.page}:{self.title}:{moment}"


def says_anew(said: Pointer, before: Pointer, published_at: datetime, now: datetime) -> bool:
    """Whether the page of a known article is to be read again: it has another title, or was changed since.

    `before` is what was said when it was read last. A page that is changed without end is read the more seldom the
    older it grows; no change is lost by that, the last one is read in the end.
    """
    if said.title and before.title and said.title != before.title:
        return True
    if said.changed_at is None:
        return False
    read_at = before.changed_at or published_at + SOON
    return said.changed_at > read_at and now - read_at >= (now - published_at) * PATIENCE


def _hashed(text: str, length: int) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:length]
