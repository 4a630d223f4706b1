"""Articles from a page with headlines, without rules for any site. Pure, in a worker.

An address is taken for an article's by several signs together: its own form, how many others of the page have that
form, a headline's length of words, a heading around it, a date or a picture beside it. What stands in menus, footers,
tags, advertising and "most read" does not count.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import lxml.html
from cssselect import SelectorError
from lxml import etree

from bot.ingest.addressing import date_of, shape_of
from bot.ingest.decode import decode_html
from bot.ingest.errors import ParseError
from bot.ingest.headlinks import Mention, Note, Places, collect
from bot.ingest.identity import identity_of
from bot.ingest.linktext import RANKS, is_headline, is_service, words_of
from bot.ingest.listdates import read_stamp
from bot.ingest.pointing import Pointer
from bot.ingest.stages import FeedEntry, FeedKind, FetchedPage, ParsedFeed
from bot.ingest.statedlinks import stated_entries
from bot.ingest.storycards import Card, read_cards
from bot.ingest.text import first_words, plain_title, tidy, without_unwanted

MOST_ENTRIES = 300
_SHORTEST = 6  # letters of a headline
_FEW = 3  # articles; a page that shows fewer may have them in its data alone
_ENOUGH = 3  # signs for an article
_OFTEN, _SOME = 8, 3  # addresses of one form
_SHORT_LIST = 24  # letters of a list's texts at the middle; a list of sections has less
_MAX_TITLE = 300
_LEAD = 600
_SURE = 2  # likeness of an address that hardly anything but an article has


@dataclass(slots=True)
class Story:
    """One page that the list leads to, with all of its links."""

    key: str
    mentions: list[Mention]
    card: Card
    title: str = ""

    @property
    def place(self) -> int:
        return self.mentions[0].place


def parse_headlines(page: FetchedPage, links: str, zone: str, now: datetime) -> ParsedFeed:
    """The articles that a page leads to, in its order, each once, at most `MOST_ENTRIES`.

    `links` is a CSS selector that tells the links (or what holds them), "" to find them out. Dates are those that the
    page states; a day without an hour is its midnight in `zone`. Raises ParseError where there are none.
    """
    root = _root(page)
    clock = ZoneInfo(zone)
    mentions, notes = collect(root, page.final_url)
    chosen = _chosen(root, page.url, links) if links else None
    if chosen is not None:
        mentions = [one for one in mentions if one.element in chosen]
    else:
        mentions = [one for one in mentions if not one.is_furniture and one.likeness >= 0]
    stories = _stories(mentions, clock, now)
    if chosen is None:
        stories = _articles(stories)
        if len(stories) < _FEW:
            stated = stated_entries(root, page.final_url, clock)
            if len(stated) > len(stories):
                return ParsedFeed(_title(root), _language(root), FeedKind.PAGE, None, stated[:MOST_ENTRIES])
    if not stories:
        raise ParseError(page.url, _nothing(links))
    stories.sort(key=lambda story: story.place)
    days = _days(notes, stories, clock, now)
    language = _language(root)
    entries = tuple(_entry(story, clock, _day_before(days, story.place), language) for story in stories[:MOST_ENTRIES])
    return ParsedFeed(_title(root), language, FeedKind.PAGE, None, entries)


def _nothing(links: str) -> str:
    if links:
        return f"the page has nothing that its CSS selector names: {links[:200]}"
    return 'no headlines were found on the page; name their links in its [[source]]: links = "CSS selector"'


def _root(page: FetchedPage) -> etree._Element:
    text = without_unwanted(decode_html(page.body, page.charset))
    try:
        root: etree._Element = lxml.html.document_fromstring(
            text.encode("utf-8", "replace"), parser=lxml.html.HTMLParser(encoding="utf-8", no_network=True)
        )
    except (etree.ParserError, ValueError) as error:
        raise ParseError(page.url, "the page is empty") from error
    return root


def _chosen(root: etree._Element, url: str, links: str) -> set[etree._Element]:
    """The links that an operator's selector names: those elements, or the links in them."""
    try:
        named = root.cssselect(links)
    except SelectorError as error:
        raise ParseError(url, f"this is no CSS selector: {links[:200]}") from error
    return {link for element in named for link in ([element] if element.tag == "a" else element.iter("a"))}


def _stories(mentions: Sequence[Mention], zone: ZoneInfo, now: datetime) -> list[Story]:
    """The links by the page they lead to, each with what stands around it."""
    by_key: dict[str, list[Mention]] = {}
    for mention in mentions:
        by_key.setdefault(mention.key, []).append(mention)
    cards = read_cards(by_key, Places(one for one in mentions if _may_have_card(by_key[one.key])), zone, now)
    stories = [Story(key, found, cards[key]) for key, found in by_key.items()]
    for story in stories:
        story.title = _headline(story)
    return stories


def _may_have_card(mentions: Sequence[Mention]) -> bool:
    """Whether a page is a story's as far as its links tell; a card's link to its section shares the card."""
    return any(not one.text or is_headline(one.text) or one.likeness >= _SURE for one in mentions)


def _headline(story: Story) -> str:
    """The surest of the texts, the longest of equals; whole where another one is cut short."""
    good = [one for one in story.mentions if is_headline(one.text)]
    if good:
        best = max(good, key=lambda one: (one.rank, len(one.text))).text
        stem = best.rstrip("….").rstrip()
        longer = [one.text for one in good if best.endswith(("…", "...")) and one.text.startswith(stem)]
        return max(longer, key=len, default=best)
    if is_headline(story.card.heading):
        return story.card.heading
    texts = [one.text for one in story.mentions if not is_service(one.text)]
    return max([story.card.heading, *texts], key=len)


def _articles(stories: list[Story]) -> list[Story]:
    """Those with signs enough, and those with a short headline that stand in one list with them."""
    good = [story for story in stories if is_headline(story.title)]
    forms = Counter(shape_of(story.mentions[0].url) for story in good)
    lengths: dict[tuple[str, ...], list[int]] = {}
    for story in stories:
        for path in {one.path for one in story.mentions}:
            lengths.setdefault(path, []).append(len(story.title))
    middles = {path: sorted(found)[len(found) // 2] for path, found in lengths.items()}
    kept, short = [], []
    for story in stories:
        others = forms[shape_of(story.mentions[0].url)]
        signs = _signs(story, others, max(middles[one.path] for one in story.mentions))
        if is_headline(story.title):
            kept.extend([story] if signs >= _ENOUGH else [])
        elif len(story.title) >= _SHORTEST and story.mentions[0].likeness >= _SURE:
            short.append(story)
    paths = {one.path for story in kept for one in story.mentions}
    return kept + [story for story in short if any(one.path in paths for one in story.mentions)]


def _signs(story: Story, others: int, middle: int) -> int:
    """What speaks for an article: its address, `others` of the same form, and what stands around its headline.

    `middle` is the usual length of the texts of its list.
    """
    card, best = story.card, max(one.likeness for one in story.mentions)
    is_heading = any(one.rank == RANKS["heading"] for one in story.mentions) or bool(card.heading)
    has_picture = card.image is not None and not card.is_bare
    signs = best + sum((is_heading, card.stamp is not None, bool(card.lead), has_picture))
    signs += 2 if others >= _OFTEN else int(others >= _SOME)
    return signs - (2 if middle < _SHORT_LIST and best < _SURE else 0)


def _days(notes: Iterable[Note], stories: Sequence[Story], zone: ZoneInfo, now: datetime) -> list[tuple[int, date]]:
    """The days that stand over parts of a list as headings, with their places; none where no story needs one."""
    if all(story.card.stamp is None or story.card.stamp.day or story.card.stamp.moment for story in stories):
        return []
    stamps = ((note.place, read_stamp(note.text, zone, now)) for note in notes)
    return [(place, stamp.day) for place, stamp in stamps if stamp is not None and stamp.day and stamp.clock is None]


def _day_before(days: Sequence[tuple[int, date]], place: int) -> date | None:
    at = bisect_left(days, place, key=lambda one: one[0])
    return days[at - 1][1] if at else None


def _entry(story: Story, zone: ZoneInfo, day: date | None, language: str | None) -> FeedEntry:
    url = max(story.mentions, key=lambda one: one.rank).url
    title = plain_title(story.title)[:_MAX_TITLE]
    stamp = story.card.stamp
    named = date_of(url)
    published = stamp.resolve(zone, named.date() if named else day) if stamp is not None else None
    return FeedEntry(
        identity=identity_of(None, url, title, None),
        guid=None,
        url=url,
        title=title,
        lead=first_words(story.card.lead, _LEAD),
        body=(),
        published_at=published,
        updated_at=None,
        image=story.card.image,
        author=None,
        tags=(),
        # A story moves down the page, and loses its lead and its picture on the way; its headline may change by turns.
        feed_hash=str(Pointer.of(url)),
        language=language,
    )


def _title(root: etree._Element) -> str:
    named = {(one.get("property") or "").lower(): one.get("content") or "" for one in root.iter("meta")}
    said = named.get("og:site_name") or next((words_of(one) for one in root.iter("title")), "")
    return plain_title(said)[:_MAX_TITLE]


def _language(root: etree._Element) -> str | None:
    said = tidy(root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or "").lower()
    code = said.replace("_", "-").partition("-")[0]
    return code if code.isalpha() and code.isascii() and len(code) in {2, 3} else None
