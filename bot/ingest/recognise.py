"""Which article of the archive an entry is, if any: nothing stored twice, nothing taken for something else. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache

from bot.ingest.identity import canonical_url, identity_at
from bot.ingest.stages import FeedEntry
from storage.addresses import page_key
from storage.records import Asked, KnownArticle

ONE_STORY = timedelta(days=2)  # between the dates of one page's articles that are one, corrected under another guid
NO_COINCIDENCE = 150  # characters of text that nobody writes twice
REMEMBERED = 4096  # addresses read lately: a visit asks for each several times
_KEPT_WORDS = 1 / 3  # of a title's words that a new title of the same story keeps at least
_WORD = re.compile(r"\w{3,}")
_NUMBER = re.compile(r"\d+")
_LENT = 1 / 4  # of the guids whose page is another now, from which none of them is believed
_CORRECTED = 0.75  # of a headline stays before and after the place where it was corrected
_OF_ONE_MOMENT = 3  # articles at most; where more are, their moment tells nothing


@dataclass(frozen=True, slots=True)
class Recognised:
    """An entry and the article that it is; None: it is new."""

    entry: FeedEntry
    article: KnownArticle | None


def asked_for(entries: Sequence[FeedEntry]) -> list[Asked]:
    """By what the archive is to be asked for a list's entries; what it surely has is not asked for.

    Each under its identity, and with its page under the one that it was given if a feed used its guid for another story
    before; one that only its address names also by its moment, since an address may follow a corrected headline.
    """
    asked = []
    for entry in _in_question(entries):
        other = _other_identity(entry)
        if other is not None:
            asked += [Asked(entry.identity, "", entry.feed_hash), Asked(other, page_of(entry))]
        else:
            moment = entry.published_at if _is_named_by_address(entry) and _is_exact(entry) else None
            asked.append(Asked(entry.identity, page_of(entry), entry.feed_hash, moment))
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
    found: list[Recognised] = []
    taken: set[int] = set()
    asked = _in_question(entries)
    if not asked:
        return found
    table = _Table(entries, asked, _Archive(known))
    for twins in _twins(asked):
        one = _recognise(twins, table)
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
        self._by_moment: defaultdict[datetime, list[KnownArticle]] = defaultdict(list)
        for one in {one.id: one for one in known.values()}.values():
            self._by_moment[one.published_at].append(one)

    def named(self, identity: str) -> KnownArticle | None:
        one = self._by_name.get(identity)
        return one if one is not None and one.identity == identity else None

    def at_page(self, entry: FeedEntry) -> KnownArticle | None:
        return self._by_page.get(page_of(entry))

    def others(self, entry: FeedEntry) -> list[KnownArticle]:
        """What stands under another identity: at its page, with its words, of its moment."""
        alike = [self.at_page(entry), self._by_name.get(entry.identity), self._by_hash.get(entry.feed_hash)]
        if entry.published_at is not None:
            of_moment = self._by_moment.get(entry.published_at, [])
            alike += of_moment if len(of_moment) <= _OF_ONE_MOMENT else []
        return [one for one in alike if one is not None and one.identity != entry.identity]


class _Table:
    """A list and the archive side by side: whose guids mean what they meant when their articles were stored."""

    def __init__(self, entries: Iterable[FeedEntry], asked: Iterable[FeedEntry], archive: _Archive) -> None:
        self.archive = archive
        self._told = {entry.identity: entry for entry in entries}
        self.pages: defaultdict[str, set[str]] = defaultdict(set)
        for entry in self._told.values():
            if page := page_of(entry):
                self.pages[page].add(entry.identity)
        moved = [
            (entry, article)
            for entry in asked
            if (article := archive.named(entry.identity)) is not None and _is_moved(entry, article)
        ]
        lent = sum(self._is_lent(entry, article) for entry, article in moved)
        self._are_guids_lent = lent > 0 and lent >= len(moved) * _LENT

    def is_recycled(self, entry: FeedEntry, article: KnownArticle) -> bool:
        """Whether a feed gave an old guid to another story, as those do that count their guids by the place."""
        if not _is_moved(entry, article):
            return False
        if self._are_guids_lent or self._is_lent(entry, article):
            return True
        is_later = entry.published_at is not None and entry.published_at > article.published_at
        return is_later and not _are_of_one(entry.title, article.title)

    def is_told(self, article: KnownArticle) -> bool:
        """Whether the list tells of it under its own identity."""
        entry = self._told.get(article.identity)
        return entry is not None and not self.is_recycled(entry, article)

    def has_left(self, article: KnownArticle) -> bool:
        """Whether neither its identity nor its page stands in the list."""
        return article.identity not in self._told and article.page_key not in self.pages

    def _is_lent(self, entry: FeedEntry, article: KnownArticle) -> bool:
        """Whether the archive or the list itself has a page under another guid: the page tells whose it is."""
        at_page = self.archive.at_page(entry)
        if at_page is not None and at_page.id != article.id and _is_same_page(entry, at_page):
            return True
        return bool(self.pages.get(article.page_key, set()) - {entry.identity})


def _recognise(twins: Sequence[FeedEntry], table: _Table) -> Recognised:
    """The twin that the archive has under its own identity goes first: two editions of a page never take turns."""
    archive, entry = table.archive, twins[0]
    for twin in twins:
        article = archive.named(twin.identity)
        if article is None:
            continue
        if not table.is_recycled(twin, article):
            return Recognised(twin, article)
        entry = _renamed(twin)
        if (article := archive.named(entry.identity)) is not None:
            return Recognised(entry, article)
    for article in archive.others(entry):
        if table.is_told(article):
            continue
        if _is_same_page(entry, article) or _has_same_words(entry, article):
            # A guid that is lent to one story after another is no new name for this one.
            return Recognised(entry if table.has_left(article) else replace(entry, identity=article.identity), article)
        if table.has_left(article) and _is_corrected(entry, article):
            return Recognised(entry, article)
    return Recognised(entry, None)


def _is_moved(entry: FeedEntry, article: KnownArticle) -> bool:
    page = page_of(entry)
    return bool(page and article.page_key) and page != article.page_key


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


def _is_corrected(entry: FeedEntry, article: KnownArticle) -> bool:
    """Of the same moment and with nearly the same headline: the address, or the hash in its place, followed that."""
    if not _is_named_by_address(entry) or not _is_exact(entry) or entry.published_at != article.published_at:
        return False
    if not _is_moved(entry, article) and (page_of(entry) or article.page_key):
        return False
    title, old = entry.title.casefold(), article.title.casefold()
    if _NUMBER.findall(title) != _NUMBER.findall(old):
        return False
    start = _shared(title, old)
    end = _shared(title[start:][::-1], old[start:][::-1])
    return start + end >= max(len(title), len(old)) * _CORRECTED


def _shared(one: str, other: str) -> int:
    """With how many of the same letters both begin."""
    pairs = zip(one, other, strict=False)
    return next((at for at, (left, right) in enumerate(pairs) if left != right), min(len(one), len(other)))


def _is_named_by_address(entry: FeedEntry) -> bool:
    """Whether its list gives it no name but its address."""
    return not entry.guid or canonical_url(entry.guid) == _read(entry.url)[0]


def _is_exact(entry: FeedEntry) -> bool:
    """Whether it names its minute: many stories are of one hour or one day."""
    return entry.published_at is not None and bool(entry.published_at.minute or entry.published_at.second)


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
