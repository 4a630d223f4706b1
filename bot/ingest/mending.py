"""Puts back what the search for the text loses: links of lists, the picture above the text, the lead beside it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from lxml.html import HtmlElement

from bot.ingest.blocks import absolute_url, join_text
from bot.ingest.cleaning import opening_of, without_empty_headings
from bot.ingest.pagemeta import is_stand_in
from bot.ingest.parse import LEAD
from bot.ingest.pictures import addresses, is_pixel
from bot.ingest.shape import line, short_line
from bot.ingest.text import first_words
from storage.records import Block, BlockKind, Link

_MOST = 2000  # items of lists
_MAX_ITEM = 400  # characters
_LEAST = 25  # letters of a lead; less is a section's name
_SPOKEN = ("p", "div", "h2", "h3", "span", "strong", "b")


def listed_links(root: HtmlElement) -> dict[str, tuple[str, str]]:
    """By the words of a list's item the words of its only link, and its address."""
    found: dict[str, tuple[str, str]] = {}
    for item, _ in zip(root.iter("li"), range(_MOST), strict=False):
        links = list(item.iter("a"))
        if len(links) == 1 and (said := short_line(item, _MAX_ITEM)) and links[0].get("href"):
            found.setdefault(said, (line(links[0]), links[0].get("href")))
    return found


def with_links(blocks: Sequence[Block], found: Mapping[str, tuple[str, str]], url: str) -> tuple[Block, ...]:
    """The blocks, with the links that items of lists had in the page."""
    return tuple(_linked(block, *found.get(block.text, ("", "")), url) for block in blocks)


def _linked(block: Block, words: str, address: str, url: str) -> Block:
    absolute, start = absolute_url(address, url), block.text.find(words)
    if block.kind is not BlockKind.LIST_ITEM or block.links or absolute is None or start < 0 or not words:
        return block
    return replace(block, links=(Link(start, start + len(words), absolute),))


def main_picture(article: HtmlElement, url: str) -> Block | None:
    """The first picture of an article that shows something, with its caption."""
    for picture in article.iter("img"):
        found = next((one for text in addresses(picture) if (one := absolute_url(text, url))), None)
        if found and not is_pixel(picture) and not is_stand_in(found):
            return Block(BlockKind.IMAGE, picture.get("alt") or "", url=found)
    return None


def with_picture(blocks: tuple[Block, ...], picture: Block | None) -> tuple[Block, ...]:
    """The blocks, opened by the article's first picture where it was lost together with its caption."""
    if picture is None or not picture.text or any(block.url == picture.url for block in blocks):
        return blocks
    return (picture, *blocks)


def _standfirst(root: HtmlElement, description: str) -> str:
    """The line of a page that says what its head describes it with, whole where the head cuts it; "" if none does."""
    told = _bare(description)
    if len(told) < _LEAST:
        return ""
    body = root.find("body")
    for element in body.iter(*_SPOKEN) if body is not None else ():
        said = short_line(element, LEAD)
        if len(said) >= _LEAST and _bare(said).startswith(told):
            return line(element)
    return ""


def lead_of(blocks: tuple[Block, ...], description: str, root: HtmlElement) -> tuple[str, tuple[Block, ...]]:
    """The description where the page shows it above its text, else the first paragraph; not again in the body."""
    first = opening_of(blocks)
    if first is None:
        return description, blocks
    opening = blocks[first]
    is_paragraph = opening.kind is BlockKind.PARAGRAPH and len(opening.text) <= LEAD
    told = _bare(description)
    if told and told not in _bare(join_text(blocks)) and (shown := _standfirst(root, description)):
        return shown, blocks
    if is_paragraph:
        return opening.text, without_empty_headings(blocks[:first] + blocks[first + 1 :])
    lead = first_words(opening.text, LEAD)
    if opening.kind is BlockKind.PARAGRAPH and any(block.kind is BlockKind.HEADING for block in blocks[:first]):
        return lead, (*blocks[:first], _without_start(opening, lead), *blocks[first + 1 :])
    return lead, blocks


def _without_start(block: Block, start: str) -> Block:
    """A block without the sentences that it begins with; as it is where they are cut within one."""
    if not block.text.startswith(start):
        return block
    cut = len(block.text) - len(block.text[len(start) :].lstrip())
    links = (Link(link.start - cut, link.end - cut, link.url) for link in block.links if link.start >= cut)
    return replace(block, text=block.text[cut:], links=tuple(links))


def _bare(text: str) -> str:
    return re.sub(r"\W+", "", text.rstrip("…. ")).casefold()
