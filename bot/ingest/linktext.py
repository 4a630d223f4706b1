"""The words of a link: its headline, without the date, the section and the counts that stand in it. Pure."""

import re
from itertools import islice

from lxml import etree

from bot.ingest.listdates import is_stamp
from bot.ingest.phrases import MORE
from bot.ingest.text import tidy, words

_MAX_TEXT = 2000  # characters of one link
HEADLINE = 300  # characters; a longer text of a link is its lead
HEADINGS = words("h1 h2 h3 h4 h5 h6")
TITLE_CLASS = re.compile(
    r"(?:^|[^a-z])(?:title|headline|heading|zagolovok|caption|subject|name)(?:$|[^a-z])", re.IGNORECASE
)
_LEAD_CLASS = re.compile(
    r"(?:^|[^a-z])(?:lead|anons|announce|excerpt|summary|desc\w{0,8}|intro|text|preview-text)(?:$|[^a-z])",
    re.IGNORECASE,
)
_SERVICE_TEXT = re.compile(
    r"^\W*(?:все|all|see all|ещ[её]|больше|все (?:новости|материалы|статьи)|показать (?:ещ[её]|больше)|загрузить ещ[её]"
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
