"""Which article of the archive an entry is, if any: nothing stored twice, nothing taken for something else. Pure."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache

from bot.ingest.identity import canonical_url, identity_at
from bot.ingest.stages import FeedEntry
from storage.addresses import page_key
from storage.records import Asked, KnownArticle

ONE_STORY = timedelta(days=2)  # between the dates of one page's articles that are one, corrected under another guid
RECYCLED = timedelta(days=1)  # at least between two stories to which a feed gives one guid
NO_COINCIDENCE = 150  # characters of text that nobody writes twice
REMEMBERED = 4096  # addresses read lately: a visit asks for each several times
_KEPT_WORDS = 1 / 3  # of a title's words that a new title of the same story keeps at least
_WORD = re.compile(r"\w{3,}")


@dataclass(frozen=True, slots=True)
class Recognised:
    """An entry and the article that it is; None: it is new."""

    entry: FeedEntry
    article: KnownArticle | None


def asked_for(entries: Sequence[FeedEntry]) -> list[Asked]:
    """By what the archive is to be asked for a list's entries; what it surely has is not asked for.

    Each under its identity, and under the one that it was given if a feed used its guid for another story before.
    """
    asked = []
    for entry in _in_question(entries):
        asked.append(Asked(entry.identity, page_of(entry), entry.feed_hash))
        if (other := _other_identity(entry)) is not None:
            asked.append(Asked(other))
    return asked


def page_of(entry: FeedEntry) -> str:
    """What its page is known by; "" where it has none of its own."""
    return _read(entry.url)[1] if entry.has_page else ""


@lru_cache(maxsize=REMEMBERED)
def _read(url: str) -> tuple[str, str]:
    """An address in its canonical form, and what its page is known by."""
    canonical = canonical_url(url)
    return canonical, page_key(canonical)


def recognise(entries: Sequence[FeedEntry], known: Mapping[str, KnownArticle]) -> list[Recognised]:
    """Each entry of a list once, in the list's order, with the article that it is.

    `known` is what the archive answered to `asked_for`. No two entries are the same article. Of entries that were seen
    before only those are told that a new one could be taken for.
    """
    told = {entry.identity for entry in entries}
    archive = _Archive(known)
    found: list[Recognised] = []
    taken: set[int] = set()
    for twins in _twins(_in_question(entries)):
        one = _recognise(twins, archive, told)
        if one.article is not None:
            if one.article.id in taken:
                continue
            taken.add(one.article.id)
        found.append(one)
    return found


def _in_question(entries: Sequence[FeedEntry]) -> Sequence[FeedEntry]:
    """All but what was seen before and stands in the archive, where no other entry can be the same article."""
    fresh = [entry for entry in entries if not entry.is_light]
    if len(fresh) == len(entries):
        return entries
    told = {said for entry in fresh for said in (entry.identity, entry.feed_hash, page_of(entry)) if said}
    return [
        one
        for one in entries
        if not one.is_light or one.identity in told or one.feed_hash in told or page_of(one) in told
    ]


class _Archive:
    """What is known, by each of the ways in which it can be found."""

    def __init__(self, known: Mapping[str, KnownArticle]) -> None:
        self._by_name = known
        self._by_page = {page: one for one in known.values() if (page := one.page_key)}
        self._by_hash = {one.feed_hash: one for one in known.values() if one.feed_hash}

    def named(self, identity: str) -> KnownArticle | None:
        one = self._by_name.get(identity)
        return one if one is not None and one.identity == identity else None

    def others(self, entry: FeedEntry) -> list[KnownArticle]:
        """What stands under another identity: at its page, with its words."""
        at_page = self._by_page.get(page_of(entry)) if entry.has_page else None
        alike = [at_page, self._by_name.get(entry.identity), self._by_hash.get(entry.feed_hash)]
        return [one for one in alike if one is not None and one.identity != entry.identity]


def _recognise(twins: Sequence[FeedEntry], archive: _Archive, told: Collection[str]) -> Recognised:
    """The twin that the archive has under its own identity goes first: two editions of a page never take turns."""
    entry = twins[0]
    for twin in twins:
        article = archive.named(twin.identity)
        if article is None:
            continue
        if not _is_recycled(twin, article):
            return Recognised(twin, article)
        entry = _renamed(twin)
        return Recognised(entry, archive.named(entry.identity))
    for article in archive.others(entry):
        if article.identity not in told and (_is_same_page(entry, article) or _has_same_words(entry, article)):
            return Recognised(entry, article)
    return Recognised(entry, None)


def _is_recycled(entry: FeedEntry, article: KnownArticle) -> bool:
    """Whether a feed gave an old guid to another story: all that can tell two stories apart does."""
    page, old_page = page_of(entry), article.page_key
    if not page or not old_page or page == old_page or entry.published_at is None:
        return False
    return entry.published_at - article.published_at >= RECYCLED and not _are_of_one(entry.title, article.title)


def _are_of_one(title: str, old: str) -> bool:
    """Whether two titles may be of one story."""
    words, old_words = set(_WORD.findall(title.casefold())), set(_WORD.findall(old.casefold()))
    shortest = min(len(words), len(old_words))
    return not shortest or len(words & old_words) >= shortest * _KEPT_WORDS


def _renamed(entry: FeedEntry) -> FeedEntry:
    return replace(entry, identity=_other_identity(entry) or entry.identity)


def _other_identity(entry: FeedEntry) -> str | None:
    """Its identity where its feed gives old guids to new stories; None where the address is the identity already."""
    if not entry.has_page or entry.identity == entry.url:
        return None
    address = _read(entry.url)[0]
    if entry.identity.startswith(("http:", "https:")) and canonical_url(entry.identity) == address:
        return None
    return identity_at(entry.identity, address)


def _is_same_page(entry: FeedEntry, article: KnownArticle) -> bool:
    """Under another identity at the same page: corrected, imported or with a new guid; not the page's next story."""
    if not entry.has_page or page_of(entry) != article.page_key:
        return False
    if article.feed_hash in {"", entry.feed_hash} or not entry.title or _is_same_title(entry, article):
        return True
    return entry.published_at is None or abs(entry.published_at - article.published_at) <= ONE_STORY


def _has_same_words(entry: FeedEntry, article: KnownArticle) -> bool:
    """At another page: the feed says just the same, and that can be no coincidence («Курс валют» of each day)."""
    if not entry.feed_hash or entry.feed_hash != article.feed_hash:
        return False
    length = len(entry.lead) + sum(len(block.text) for block in entry.body)
    return length >= NO_COINCIDENCE or _is_same_minute(entry.published_at, article.published_at)


def _twins(entries: Iterable[FeedEntry]) -> list[list[FeedEntry]]:
    """Entries that are one article, told more than once: by identity, or by page and title. The first come first."""
    by_name: dict[str, FeedEntry] = {}
    for entry in entries:
        by_name.setdefault(entry.identity, entry)
    groups: defaultdict[tuple[str, ...], list[FeedEntry]] = defaultdict(list)
    for entry in by_name.values():
        groups[_twin_key(entry)].append(entry)
    return list(groups.values())


def _twin_key(entry: FeedEntry) -> tuple[str, ...]:
    """Where an address is no page of its own, the words and the date must be the same as well."""
    page = page_of(entry) if entry.has_page else page_key(canonical_url(entry.url, with_anchor=True))
    if not page or not entry.title:
        return ("", entry.identity)
    if entry.has_page:
        return (page, entry.title)
    return (page, entry.title, entry.feed_hash, entry.published_at.isoformat() if entry.published_at else "")


def _is_same_title(entry: FeedEntry, article: KnownArticle) -> bool:
    return entry.title.casefold() == article.title.casefold()


def _is_same_minute(one: datetime | None, other: datetime) -> bool:
    return one is not None and abs(one - other) < timedelta(minutes=1)
