"""What a list says of articles that the archive has: more than before, or only what was true once. Pure."""

from datetime import datetime, timedelta

from bot.ingest.pointing import Pointer, says_anew
from bot.ingest.recognise import page_of
from bot.ingest.stages import FeedEntry
from storage.records import KnownArticle, Source

_PROMPT = timedelta(hours=1)  # after its date at which a story is seen at the latest where dates can be believed


def says_more(entry: FeedEntry, article: KnownArticle, now: datetime) -> bool:
    """Whether a known article is to be read again: the list says something else, or gives it another address.

    A list that tells nothing but titles says nothing else as long as the title stays, whichever list told of it before.
    """
    if entry.feed_hash == article.feed_hash:
        return entry.has_page and page_of(entry) != article.page_key and entry.identity != article.identity
    said, before = Pointer.read(entry.feed_hash), Pointer.read(article.feed_hash)
    if said is not None and before is not None:
        return says_anew(said, before, article.published_at, now)
    is_title = said is not None or not (entry.lead or entry.body or entry.image)
    return not (is_title and article.feed_hash and entry.title in {"", article.title})


def is_outdated(entry: FeedEntry, article: KnownArticle, source: Source) -> bool:
    """Whether a list says what was true before: it was kept somewhere on the way, and a hub told the news meanwhile.

    Only where the list's own clock can be believed: its stories came within an hour of their dates.
    """
    if entry.updated_at is None or article.modified_at is None or entry.updated_at >= article.modified_at:
        return False
    newest_at, heard_at = source.rhythm.newest_at, source.rhythm.heard_at
    return newest_at is not None and heard_at is not None and heard_at - newest_at < _PROMPT


def is_of_cut_visit(article: KnownArticle, source: Source) -> bool:
    """Whether it was stored by a visit that came to no end; what a person imported meanwhile no list has told of."""
    landed_at = source.rhythm.landed_at
    return bool(article.feed_hash and landed_at and article.arrived_at and article.arrived_at > landed_at)
