"""The links of a web page with what is known of each: its words, where it stands, what it stands under. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from lxml import etree

from bot.ingest.addressing import is_same_site, likeness, site_of
from bot.ingest.blocks import absolute_url
from bot.ingest.identity import canonical_url
from bot.ingest.linktext import HEADINGS, is_headline, is_service, text_of, words_of
from bot.ingest.listdates import is_stamp
from bot.ingest.text import tidy, words
from storage.addresses import page_key

MOST_ELEMENTS = 100_000  # of one page
MOST_LINKS = 3000  # of one page; a front page has a few hundred
_DEPTH = 40  # elements above a link that are looked at
_PATH = 5  # elements whose tags and classes tell one list of a page from another
_MAX_NOTE = 60  # characters
_NOTED = words("h1 h2 h3 h4 h5 h6 div p span b strong legend th td dt li time")
_NAVIGATION_ROLES = words("navigation banner contentinfo search menu menubar toolbar tablist dialog")
_TOKEN = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_FURNITURE = re.compile(
    r"\w{0,12}menu|nav\w{0,10}|\w{0,8}nav|footer|foot|breadcrumbs?|crumbs|pagination|paginator|pager|pagenav|tags?"
    r"|tagcloud|hashtags?|authors?|byline|share|sharing|social\w{0,8}|comments?|ads?|adv|advert\w{0,10}|banners?|promo|sponsor\w{0,4}"
    r"|partners?|related|recommend\w{0,6}|recommendations?|popular|trending|mostread|cookies?|login|auth|search|subscribe"
    r"|subscription|languages?|lang|langs|toolbar|skip|copyright|similar|reklama",
)
_POST_CLASS = re.compile(r"(?:^|\s)(?:hentry|post-\d{1,12}|type-post)(?:\s|$)")
# What stands over a list that brings nothing new: what was read most, other stories, services.
_OTHERS = re.compile(
    r"\W*(?:(?:читайте|смотрите) (?:также|ещ[её])|по теме|популярн\w{0,6}|самое (?:читаемое|популярное|обсуждаемое)"
    r"|самые читаемые|топ (?:недели|месяца|дня)|топ-\d{1,3}|похожие|рекоменду\w{0,6}|обсуждаемое|реклама"
    r"|партн[её]р(?:ы|ские)|новости партн[её]ров|спецпроект\w{0,4}|теги|темы|рубрики|разделы|регионы|архив|авторы"
    r"|комментари\w{0,4}|последние комментарии|о (?:нас|проекте|сайте)|контакты|подписк[аи]|мы в соцсетях"
    r"|most (?:read|popular|viewed|shared|commented)|popular|trending|related|recommended|read (?:also|more)|see also"
    r"|you may (?:also )?like|sponsored|advertisement|partners?|from our partners|promoted|tags|topics|sections"
    r"|categories|regions|archives?|authors|recent comments|comments|about(?: us)?|contacts?|follow us"
    r"|(?:инчунин|ҳамчунин) (?:хонед|бихонед)|серхонанда\w{0,6}|бештар хондашуда\w{0,6}|маъмул\w{0,6}|дар ҳамин мавзӯъ"
    r"|мавзӯъҳо|бахшҳо|минтақаҳо|бойгонӣ|шарикон|таблиғот|эълонҳо|муаллифон|тамос)"
    r"(?:\s(?:новости|материалы|статьи|публикации|записи|за|недел[июя]|дня|день|месяца?|сутки|сайта|автора|в|сети|news"
    r"|stories|articles|posts|now|today|this|week|хабарҳо|мавод\w{0,4})){0,3}\W*",
    re.IGNORECASE,
)
_FEW = 2  # stories, which any block beside an article may hold
_MANY = 0.4  # of a page's stories: what holds so many of them is the list itself, whatever it is called


@dataclass(slots=True, eq=False)
class Mention:
    """One link to a page of the site. `rank` tells which of a page's texts is its headline, the higher the likelier."""

    element: etree._Element
    url: str
    key: str
    place: int
    text: str
    rank: int
    likeness: int
    path: tuple[str, ...]
    is_furniture: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """A short line that stands over a part of the page: a heading, a day, "Most read"."""

    element: etree._Element
    place: int
    text: str
    is_heading: bool

    @property
    def is_of_others(self) -> bool:
        return _OTHERS.fullmatch(self.text) is not None


def collect(root: etree._Element, here: str) -> tuple[list[Mention], list[Note]]:
    """The page's links to other pages of its site and the lines over its parts, both in its order.

    Links to the page itself and to the site's front page are left out. Places count the page's elements.
    """
    base = _base(root, here)
    site = site_of(canonical_url(here))
    barred = {page_key(canonical_url(here)), site}
    mentions: list[Mention] = []
    notes: list[Note] = []
    for place, element in enumerate(islice(root.iter(etree.Element), MOST_ELEMENTS)):
        if (
            element.tag == "a"
            and len(mentions) < MOST_LINKS
            and (mention := _mention(element, place, base)) is not None
        ):
            if mention.key not in barred and is_same_site(site, site_of(mention.url)):
                mentions.append(mention)
        elif element.tag in _NOTED and len(notes) < MOST_LINKS and (note := _note(element, place)) is not None:
            notes.append(note)
    mark_furniture(mentions, notes)
    return mentions, notes


def _mention(element: etree._Element, place: int, base: str) -> Mention | None:
    url = absolute_url(element.get("href"), base)
    if url is None or "sponsored" in (element.get("rel") or ""):
        return None
    key = page_key(canonical_url(url))
    text, rank = text_of(element)
    return Mention(element, url, key, place, text, rank, likeness(url), _path(element)) if key else None


def _note(element: etree._Element, place: int) -> Note | None:
    is_heading = element.tag in HEADINGS
    text = words_of(element) if is_heading else element.text or ""
    text = tidy(text[:200])
    if not text or len(text) > _MAX_NOTE:
        return None
    note = Note(element, place, text, is_heading)
    return note if is_heading or is_stamp(text) or note.is_of_others else None


def _base(root: etree._Element, here: str) -> str:
    named = next((one.get("href") for one in root.iter("base") if one.get("href")), None)
    return absolute_url(named, here) or here


def _path(element: etree._Element) -> tuple[str, ...]:
    """What links of one list have in common: their tags and first classes, their own first."""
    names = []
    for one in [element, *islice(element.iterancestors(), _PATH - 1)]:
        first = next(iter((one.get("class") or "").split()), "")
        names.append(f"{one.tag}.{'' if any(map(str.isdigit, first)) else first}")
    return tuple(names)


class Places:
    """Which stories stand in which element: none, one or several. Linear in the size of the page."""

    SEVERAL = ""

    def __init__(self, mentions: Iterable[Mention]) -> None:
        self._inside: dict[etree._Element, str] = {}
        for mention in mentions:
            for above in mention.element.iterancestors():
                known = self._inside.get(above)
                if known in {mention.key, self.SEVERAL}:
                    break
                self._inside[above] = mention.key if known is None else self.SEVERAL

    def holds(self, element: etree._Element) -> str | None:
        """The key of the only story in an element, SEVERAL, or None."""
        return self._inside.get(element)

    def card(self, mention: Mention) -> etree._Element:
        """The largest element around a link that tells of no other story."""
        card = mention.element
        for above in islice(mention.element.iterancestors(), _DEPTH):
            if self._inside.get(above) != mention.key:
                break
            card = above
        return card


def mark_furniture(mentions: list[Mention], notes: list[Note]) -> None:
    """Mark the links of menus, footers, tags, advertising and of lists that tell nothing new."""
    stories = {one.element: one.key for one in mentions if one.likeness >= 1 and is_headline(one.text)}
    many = max(len(set(stories.values())) * _MANY, _FEW)
    articles = {one.key for one in mentions if one.likeness >= 1}
    labels = _labels(notes, Places(one for one in mentions if not is_service(one.text)), articles)
    verdicts: dict[etree._Element, bool] = {}
    once = {key: element for element, key in stories.items()}
    held = Counter(above for element in once.values() for above in islice(element.iterancestors(), _DEPTH))

    for mention in mentions:
        for above in islice(mention.element.iterancestors(), _DEPTH):
            if above not in verdicts:
                verdicts[above] = is_strict(above) or (names_furniture(above) and held[above] <= many)
            if verdicts[above] or _is_under_others(mention, labels.get(above, ())):
                mention.is_furniture = True
                break


def _labels(notes: list[Note], places: Places, articles: set[str]) -> dict[etree._Element, list[Note]]:
    """The lines over parts of the page, by the element around them that holds the part.

    The smallest with several links; a label of others may stand over a single one.
    """
    found: dict[etree._Element, list[Note]] = {}
    for note in notes:
        holds = places.holds(note.element)
        if not note.is_of_others and (not note.is_heading or holds == Places.SEVERAL or holds in articles):
            continue
        for above in islice(note.element.iterancestors(), _DEPTH):
            if places.holds(above) == Places.SEVERAL or (note.is_of_others and places.holds(above) is not None):
                found.setdefault(above, []).append(note)
                break
    return found


def _is_under_others(mention: Mention, labels: Sequence[Note]) -> bool:
    """Whether the last label before a link, of those in one element, says that what follows is nothing new."""
    before = [note for note in labels if note.place < mention.place]
    return bool(before) and before[-1].is_of_others


def is_strict(element: etree._Element) -> bool:
    """Whether an element is navigation by its tag or its role."""
    if element.tag in {"nav", "footer"}:
        return not any(above.tag in {"article", "li"} for above in islice(element.iterancestors(), 6))
    if element.tag == "header":
        return not any(above.tag in {"article", "main", "section", "li"} for above in element.iterancestors())
    return (element.get("role") or "").lower() in _NAVIGATION_ROLES


def names_furniture(element: etree._Element) -> bool:
    """Whether an element's class or id calls it a menu, a footer, a list of tags."""
    named = (element.get("class") or "")[:300]
    if element.tag in {"html", "body", "main", "article"} or _POST_CLASS.search(named):
        return False
    named = f"{named} {(element.get('id') or '')[:100]}"
    return any(_FURNITURE.fullmatch(token.lower()) for token in _TOKEN.findall(named))
