"""Whether a feed's body says just what it said before: told by its bytes, so that no process need read it. Pure.

Many sites answer every visit in full, and many of those write only the moment of the answer anew (lastBuildDate).
"""

import hashlib
import re

from bot.ingest.stages import FetchedPage

_HEAD = 20_000  # bytes in which a feed speaks of itself
_ENTRY = re.compile(rb"<(?:\w{1,20}:)?(?:item|entry)", re.IGNORECASE)
# Of the feed itself; nothing that is read of a feed depends on them.
_MOMENT = re.compile(rb"<(lastBuildDate|pubDate|updated|dc:date)>[^<]{1,100}</\1>")


def imprint_of(page: FetchedPage) -> bytes:
    """What tells a body, and all by which it is read, from any other, but for the moments in the feed's own head.

    A head in which no entry is found, as of another form or encoding, counts as it is.
    """
    body = page.whole().body
    first = _ENTRY.search(body, 0, _HEAD)
    start = first.start() if first else 0
    how = (page.url, page.final_url, page.moved_to, page.charset, page.hubs, page.self_url, start)
    told = hashlib.blake2b(repr(how).encode("utf-8", "replace"), digest_size=16)
    told.update(_MOMENT.sub(rb"<\1/>", body[:start]) + b"\0")
    told.update(memoryview(body)[start:])
    return told.digest()
