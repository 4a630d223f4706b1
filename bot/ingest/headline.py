"""Where the article of a page begins: its headline, whatever element the page writes it in."""

import re
from itertools import chain

from lxml.html import HtmlElement

from bot.ingest.shape import drop, is_sentence, short_line

_MAX_TITLE = 500  # characters
_SPOKEN = ("h2", "h3", "div", "span", "b", "strong", "font", "p", "td", "big")
_PICTURES = ("img", "picture", "figure", "video")


def name_headline(root: HtmlElement, title: str) -> None:
    """Make an h1 of what says the title, where no h1 does: the deepest element that says it and nothing else."""
    bare = _bare(title)
    if not bare or any(_bare(short_line(one, _MAX_TITLE)) == bare for one in root.iter("h1")):
        return
    named = (one for one in root.iterfind(".//*[@role='heading']") if one.get("aria-level") == "1")
    spoken = root.iter(*_SPOKEN)
    found = next((one for one in chain(named, spoken) if _says(one, bare)), None)
    while found is not None:
        inner = next((one for one in found if one.tag in _SPOKEN and _says(one, bare)), None)
        if inner is None:
            found.tag = "h1"
        found = inner


def _says(element: HtmlElement, bare: str) -> bool:
    return _bare(short_line(element, _MAX_TITLE)) == bare


def remove_above(article: HtmlElement) -> None:
    """Drop what stands in an article above its headline: its section, a badge, a date; not pictures and sentences."""
    heading = article.find(".//h1")
    if heading is None:
        return
    for holder in (heading, *heading.iterancestors()):
        if holder is article:
            break
        for before in list(holder.itersiblings(preceding=True)):
            if not isinstance(before.tag, str) or _tells(before):
                continue
            drop(before)
        parent = holder.getparent()
        if parent is not None:
            parent.text = None


def _tells(element: HtmlElement) -> bool:
    if element.tag in _PICTURES or any(True for _ in element.iter(*_PICTURES)):
        return True
    return any(is_sentence(one) for one in element.iter("p", "blockquote", "h2"))


def _bare(text: str) -> str:
    return re.sub(r"\W+", "", text).casefold()
