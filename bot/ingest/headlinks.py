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
from bot.ingest.listdates import is_stamp
from bot.ingest.phrases import MORE
from bot.ingest.text import tidy, words
from storage.addresses import page_key

MOST_ELEMENTS = 100_000  # of one page
MOST_LINKS = 3000  # of one page; a front page has a few hundred
_DEPTH = 40  # elements above a link that are looked at
_PATH = 5  # elements whose tags and classes tell one list of a page from another
_MAX_TEXT = 2000  # characters of one link
HEADLINE = 300  # characters; a longer text of a link is its lead
_MAX_NOTE = 60  # characters
_NOTED = words("h1 h2 h3 h4 h5 h6 div p span b strong legend th td dt li time")
HEADINGS = words("h1 h2 h3 h4 h5 h6")
_NAVIGATION_ROLES = words("navigation banner contentinfo search menu menubar toolbar tablist dialog")
TITLE_CLASS = re.compile(
    r"(?:^|[^a-z])(?:title|headline|heading|zagolovok|caption|subject|name)(?:$|[^a-z])", re.IGNORECASE
)
_LEAD_CLASS = re.compile(
    r"(?:^|[^a-z])(?:lead|anons|announce|excerpt|summary|desc\w{0,8}|intro|text|preview-text)(?:$|[^a-z])",
    re.IGNORECASE,
)
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
_ADVERTISED = re.compile(
    r"^\W*(?:реклама|на правах рекламы|партн[её]рский материал|спонсор\w{0,10}|advertisement|sponsored(?: content)?|ad"
    r"|promoted|таблиғот|эълон)\W*$",
    re.IGNORECASE,
)
_SERVICE_TEXT = re.compile(
    r"^\W*(?:ещ[её]|больше|все (?:новости|материалы|статьи)|показать (?:ещ[её]|больше)|загрузить ещ[её]"
    r"|(?:следующая|предыдущая)(?: страница)?|вперед|назад|главная|комментировать|обсудить|фото|видео|аудио|смотреть"
    r"|слушать|поделиться|more|load more|show more|view all|all news|(?:next|previous)(?: page)?|home|comment|photos?"
    r"|videos?|watch|listen|share|бештар|ҳамаи хабарҳо|ҳама|оянда|гузашта|асосӣ|акс"
    r"|\d+ (?:коммент\w*|comments?|шарҳ\w*|просмотр\w*|views?))\W*$",
    re.IGNORECASE,
)
_SKIPPED_CLASS = re.compile(
    r"(?:^|[^a-z])(?:date|datetime|time|ago|views?|counter?|category|rubrics?|label|badge|section|kicker|icon|duration)"
    r"(?:$|[^a-z])",
    re.IGNORECASE,
)
_BLOCKS = words("div p li ul ol h1 h2 h3 h4 h5 h6 br figure figcaption section header footer article td tr table")
_SILENT = words("script style noscript svg template button time sup")
_LEADING_DATE = re.compile(r"^(?:\d{1,2}[./]\d{1,2}[./]\d{2,4})?[\s,]{0,3}\d{1,2}:\d{2}[\s|—–-]{1,5}(?=\S)")
_LETTERS = re.compile(r"[^\W\d_]")
RANKS = {"picture": 0, "attribute": 1, "plain": 2, "title": 3, "heading": 4}
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


def text_of(link: etree._Element) -> tuple[str, int]:
    """A link's headline and how sure it is: a heading, what is called a title, its words, its attributes."""
    if any(above.tag in HEADINGS for above in islice(link.iterancestors(), 3)):
        return joined(link), RANKS["heading"]
    titled = ""
    for part in islice(link.iterdescendants(etree.Element), 60):
        if part.tag in HEADINGS and (text := joined(part)):
            return text, RANKS["heading"]
        if not titled and TITLE_CLASS.search(part.get("class") or ""):
            titled = joined(part)
    if is_headline(titled):
        return titled, RANKS["title"]
    if text := _best_line(link):
        return text, RANKS[_role(link)]
    said = link.get("title") or link.get("aria-label")
    if said:
        return tidy(said[:_MAX_TEXT]), RANKS["attribute"]
    pictured = (tidy((image.get("alt") or "")[:_MAX_TEXT]) for image in islice(link.iter("img"), 3))
    return next((text for text in pictured if text), ""), RANKS["picture"]


def _role(link: etree._Element) -> str:
    """What the names of a link and of its holder say of its words."""
    above = link.getparent()
    names = f"{link.get('class') or ''} {(above.get('class') or '') if above is not None else ''}"
    if TITLE_CLASS.search(names):
        return "title"
    is_lead = _LEAD_CLASS.search(names) or (
        above is not None and above.tag == "p" and len(joined(link)) > HEADLINE // 2
    )
    return "attribute" if is_lead else "plain"


def _best_line(link: etree._Element) -> str:
    """The words of a link that wraps a whole card: its first line that can be a headline, else the longest."""
    found = lines(link)
    return next((line for line in found if is_headline(line)), max(found, key=len, default=""))


def joined(element: etree._Element) -> str:
    return _without_date(" ".join(lines(element)))


def lines(element: etree._Element) -> list[str]:
    """The text of an element by its blocks; dates, labels and counts that stand in elements of their own left out."""
    found: list[str] = []
    buffer: list[str] = []
    length = 0

    def end_line() -> None:
        text = tidy("".join(buffer))
        buffer.clear()
        if text:
            found.append(_without_date(text))

    walker = etree.iterwalk(element, events=("start", "end"))
    for event, part in walker:
        tag = part.tag if isinstance(part.tag, str) else ""
        if tag in _BLOCKS and part is not element:
            end_line()
        if event == "start":
            if part is not element and (not tag or tag in _SILENT or _is_label(part)):
                walker.skip_subtree()
            elif part.text:
                buffer.append(part.text)
        elif part is not element and part.tail:
            buffer.append(part.tail)
        length += len(part.text or "") + len(part.tail or "")
        if length > _MAX_TEXT * 2:
            break
    end_line()
    return found


def _is_label(part: etree._Element) -> bool:
    """Whether a part of a link is its date, its section, its number of views."""
    if part.tag in HEADINGS:
        return False
    text = part.text or ""
    if _SKIPPED_CLASS.search(part.get("class") or "") and len(text) < HEADLINE // 6:
        return True
    return 0 < len(text) < HEADLINE // 6 and is_stamp(text)


def words_of(element: etree._Element) -> str:
    """All that an element says, as it stands."""
    return etree.tostring(element, method="text", encoding="unicode", with_tail=False)


def _without_date(text: str) -> str:
    return _LEADING_DATE.sub("", text, count=1)


def is_headline(text: str) -> bool:
    """Whether words can be a headline by themselves: three words of some length, no service's own phrase."""
    count = len(text.split())
    letters = len(_LETTERS.findall(text[:HEADLINE]))
    return (
        len(text) <= HEADLINE
        and ((count >= 3 and letters >= 14) or (count == 2 and letters >= 19))
        and not is_service(text)
    )


def is_service(text: str) -> bool:
    """Whether words lead on or do something, and name nothing: "Read more", "12 comments", an hour."""
    return bool(_SERVICE_TEXT.match(text) or MORE.match(text) or is_stamp(text))


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
    many = len(set(stories.values())) * _MANY
    articles = {one.key for one in mentions if one.likeness >= 1}
    labels = _labels(notes, Places(mentions), articles)
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
    """The lines over parts of the page, by the smallest element around them that holds several stories."""
    found: dict[etree._Element, list[Note]] = {}
    for note in notes:
        holds = places.holds(note.element)
        if not note.is_of_others and (not note.is_heading or holds == Places.SEVERAL or holds in articles):
            continue
        for above in islice(note.element.iterancestors(), _DEPTH):
            if places.holds(above) == Places.SEVERAL:
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
