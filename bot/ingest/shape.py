"""Makes a page's tree fit for trafilatura: takes out what is navigation by its element, gives bare lines their
paragraphs and finds the element that holds the article.

trafilatura knows an article by the names of some content systems. Where it knows none it keeps bare paragraphs alone
(no headings, no pictures), and below 250 letters it takes the whole page, menu and footer included.
"""

from collections.abc import Iterator
from copy import deepcopy

from lxml.html import Element, HtmlElement, document_fromstring

from bot.ingest.blocks import Piece
from bot.ingest.cleaning import announces_others, is_furniture
from bot.ingest.edges import SHORT
from bot.ingest.text import words
from storage.records import Block, BlockKind

BLOCKS = words(
    "address article aside blockquote center div dl fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav"
    " ol p pre section table tbody td th tr ul"
)
_NAVIGATION = frozenset({"nav", "footer", "aside", "header"})
# Where such an element belongs to the text: the header of an article, the name under a quotation.
_AT_HOME = {"header": frozenset({"article", "main", "section"}), "footer": frozenset({"blockquote"})}
_NAVIGATION_ROLES = frozenset({"navigation", "banner", "contentinfo", "complementary", "search"})
_LINK_BLOCKS = ("div", "section", "ul", "ol", "dl", "table", "p")
_MANY = 5  # links, from which a block of little else leads elsewhere
_LINK_SHARE = 0.7  # of a block's letters
_ANNOUNCEMENT = 3  # words before a colon; fewer are a label
_SENTENCE = 25  # letters outside of links, ended by a full stop: a paragraph of an article, however short
_SENTENCE_ENDS = (".", "!", "?", "…", ".»", ".”", '."')
_HOLDERS = ("body", "div", "article", "section", "main", "td", "center", "blockquote")
_SILENT = words("script style noscript template iframe")
_COLUMNS = ("div", "td", "aside")
_BOXES = 2  # headings of a column beside the article
_SHORT_ARTICLE = 2  # paragraphs
_LONG_LINE = 80  # letters; lines of verse and addresses are shorter, paragraphs of old editors longer
_MOST = 0.6  # of the page's paragraph text must stand in the article
_BODY_LINKS = 0.3  # share of links above which a whole page is more than its article


def remove_navigation(root: HtmlElement) -> None:
    """Drop nav, footer, aside, the page's header and blocks of links; never what holds the headline."""
    headlines = sum(1 for _ in root.iter("h1"))
    for element in list(root.iter("nav", "footer", "aside", "header", "div", "section", "ul")):
        if element.getparent() is not None and _is_navigation(element, headlines):
            drop(element)
    for element in list(root.iter("ul", "ol")):
        _judge_by_label(element)
    gone: set[HtmlElement] = set()
    for element in list(root.iter(*_LINK_BLOCKS)):
        if element not in gone and _leads_elsewhere(element):
            gone.update(element.iter(*_LINK_BLOCKS))
            drop(element)


def _is_navigation(element: HtmlElement, headlines: int) -> bool:
    """`headlines` is how many the page has: a header with one of several holds the site's name, not the article's."""
    names_itself = element.tag in _NAVIGATION or (element.get("role") or "").lower() in _NAVIGATION_ROLES
    at_home = _AT_HOME.get(element.tag, frozenset())
    if not names_itself or any(ancestor.tag in at_home for ancestor in element.iterancestors()):
        return False
    own = sum(1 for _ in element.iter("h1"))
    return own == 0 or (element.tag == "header" and own < headlines)


def _leads_elsewhere(element: HtmlElement) -> bool:
    links = list(element.iter("a"))
    if len(links) < _MANY or element.find(".//h1") is not None:
        return False
    linked = sum(len(line(link)) for link in links)
    return linked > _LINK_SHARE * len(line(element)) and not any(map(is_sentence, element.iter("p")))


def is_sentence(paragraph: HtmlElement) -> bool:
    said = line(paragraph)
    return len(said) >= _SENTENCE and said.endswith(_SENTENCE_ENDS) and weight(paragraph) >= _SENTENCE


def _judge_by_label(element: HtmlElement) -> None:
    """A list after a colon: the site's own goes ("Read also:"), the article's stays ("What else was decided:").

    The latter's links become plain words, since trafilatura drops what is all links.
    """
    before = element.getprevious()
    said = (before.tail or "").strip() or line(before) if before is not None else _text_before(element)
    if not said.endswith(":"):
        return
    whole = f"{said} {' '.join(map(line, element))}"[:SHORT]
    if announces_others(_piece(said)) or is_furniture(_piece(whole)):
        drop(element)
    elif len(said.split()) >= _ANNOUNCEMENT:
        for link in list(element.iter("a")):
            link.drop_tag()


def _piece(text: str) -> Piece:
    return Piece(Block(BlockKind.PARAGRAPH, text))


def _text_before(element: HtmlElement) -> str:
    parent = element.getparent()
    return (parent.text or "").strip() if parent is not None else ""


def wrap_lines(root: HtmlElement) -> None:
    """Give text that stands bare in a block, or is cut by line breaks alone, paragraphs of its own."""
    for element in list(root.iter("p", "span", "font", "b", "strong")):
        if _has_gap(element):
            element.tag = "div"
    for element in list(root.iter(*_HOLDERS)):
        if _has_gap(element) or (_has_bare_text(element) and any(map(_is_block, element))):
            _wrap(element)


def _has_gap(element: HtmlElement) -> bool:
    return any(_ends_paragraph(child) for child in element if child.tag == "br")


def _has_bare_text(element: HtmlElement) -> bool:
    return bool((element.text or "").strip()) or any((child.tail or "").strip() for child in element)


def _is_block(element: HtmlElement) -> bool:
    return element.tag in BLOCKS or any(child.tag in BLOCKS for child in element.iterdescendants())


def _ends_paragraph(lone: HtmlElement) -> bool:
    """Whether a line break parts paragraphs: it has another one beside it, or long sentences on both sides."""
    following, previous = lone.getnext(), lone.getprevious()
    after = (lone.tail or "").strip()
    if following is not None and following.tag == "br" and not after:
        return True
    if previous is not None and previous.tag == "br" and not (previous.tail or "").strip():
        return True
    before = (previous.tail if previous is not None else _text_before(lone)) or ""
    return len(after) >= _LONG_LINE and len(before.strip()) >= _LONG_LINE and before.strip().endswith(_SENTENCE_ENDS)


def _wrap(holder: HtmlElement) -> None:
    gaps = {child for child in holder if child.tag == "br" and _ends_paragraph(child)}
    children, text = list(holder), holder.text
    for child in children:
        holder.remove(child)
    holder.text = None
    paragraph = Element("p")
    paragraph.text = text
    for child in children:
        tail, child.tail = child.tail, None
        if child in gaps or child.tag in _SILENT or _is_block(child):
            _close(holder, paragraph)
            if child not in gaps:
                holder.append(child)
            paragraph = Element("p")
            paragraph.text = tail
        else:
            paragraph.append(child)
            child.tail = tail
    _close(holder, paragraph)


def _close(holder: HtmlElement, paragraph: HtmlElement) -> None:
    if line(paragraph) or paragraph.find(".//img") is not None:
        holder.append(paragraph)


def hold_article(root: HtmlElement) -> HtmlElement | None:
    """The smallest element with the headline and most of the paragraphs, as an `article`; None where there is none.

    What it holds is moved into the new element, which stands in its place.
    """
    told = _paragraph_text(root)
    whole = told.get(root, 0)
    candidates = dict.fromkeys(_candidates(root, told, whole * _MOST)) if whole else {}
    found = min(candidates, key=lambda one: len(line(one)), default=None)
    if found is None or found.tag in {"article", "html"}:
        return found if found is not None and found.tag == "article" else None
    if found.tag == "body" and _link_share(found) > _BODY_LINKS:
        return None
    article = Element("article")
    article.text, found.text = found.text, None
    for child in list(found):
        article.append(child)
    found.append(article)
    return article


def alone(article: HtmlElement) -> HtmlElement:
    """A page of the article and nothing else."""
    page: HtmlElement = document_fromstring("<html><body></body></html>")
    page.body.append(deepcopy(article))
    return page


def _candidates(root: HtmlElement, told: dict[HtmlElement, int], least: float) -> Iterator[HtmlElement]:
    yield from (one for one in root.iter("article") if told.get(one, 0) >= least)
    for heading in root.iter("h1"):
        holders = (one for one in heading.iterancestors() if told.get(one, 0) >= least or _is_beside_boxes(one, told))
        holder = next(holders, None)
        if holder is not None:
            yield holder


def _is_beside_boxes(holder: HtmlElement, told: dict[HtmlElement, int]) -> bool:
    """Whether it holds a short article, and what is beside it are columns of boxes with headings."""
    if holder.tag not in _COLUMNS or sum(1 for one in holder.iterchildren("p") if is_sentence(one)) < _SHORT_ARTICLE:
        return False
    beside = [one for one in holder.itersiblings() if told.get(one, 0)]
    is_longer = sum(told.get(one, 0) for one in beside) > told.get(holder, 0)
    return is_longer and all(one.tag in _COLUMNS and len(one.findall(".//h3")) >= _BOXES for one in beside)


def _paragraph_text(root: HtmlElement) -> dict[HtmlElement, int]:
    """The letters of paragraphs, outside of links, that each element holds."""
    told: dict[HtmlElement, int] = {}
    for paragraph in root.iter("p"):
        letters = weight(paragraph)
        for holder in paragraph.iterancestors():
            told[holder] = told.get(holder, 0) + letters
    return told


def _link_share(element: HtmlElement) -> float:
    return sum(len(line(link)) for link in element.iter("a")) / max(len(line(element)), 1)


def drop(element: HtmlElement) -> None:
    """Take an element out of its tree, if it still stands in one; what follows it stays."""
    if element.getparent() is not None:
        element.drop_tree()


def line(element: HtmlElement) -> str:
    """An element's text in one line."""
    return " ".join(element.text_content().split())


def weight(element: HtmlElement) -> int:
    """Letters outside of links."""
    return len(line(element)) - sum(len(line(link)) for link in element.iter("a"))


def short_line(element: HtmlElement, limit: int) -> str:
    """An element's text in one line, "" where it is longer: nested elements are not read again and again."""
    parts: list[str] = []
    letters = 0
    for part in element.itertext():
        bare = part.strip()
        letters += len(bare)
        if letters > limit:
            return ""
        parts.append(part)
    text = " ".join("".join(parts).split())
    return text if len(text) <= limit else ""
