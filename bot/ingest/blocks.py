"""HTML of a feed's entry to blocks of plain text.

Not a sanitiser: no markup survives at all, so nothing of it can reach a message.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import lxml.html
from lxml import etree

from bot.ingest.tables import read_rows
from bot.ingest.text import tidy, without_unwanted, words
from storage.records import Block, BlockKind

_DROPPED = words(
    "script style noscript template head title meta link iframe object embed applet form button select textarea svg"
    " math audio video canvas map nav"
)
_HEADINGS = {f"h{level}": max(level, 2) for level in range(1, 7)}
_BREAKS = words(
    "p div section article main header footer aside address figure table tbody tr td th dl dt dd ul ol pre hr center"
    " details summary fieldset body html"
)
_TINY = 3  # pixels: a picture this small counts readers, it shows nothing
_MAX_HTML = 2_000_000  # characters of one entry; no article is longer


@dataclass(frozen=True, slots=True)
class Piece:
    """A block, with the share of its letters that stand in links (0-1): lists of other headlines are all links."""

    block: Block
    linked: float = 0.0


def html_pieces(html: str, base: str) -> tuple[Piece, ...]:
    """The blocks of a piece of HTML. Addresses are resolved against `base`; pictures without one are left out."""
    root = _parse(html)
    if root is None:
        return ()
    builder = _Builder(base)
    walker = etree.iterwalk(root, events=("start", "end"))
    for event, element in walker:
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start" and (not tag or tag in _DROPPED):
            walker.skip_subtree()
        elif event == "start" and tag == "table" and (rows := read_rows(element)) is not None:
            builder.add_rows(rows)
            walker.skip_subtree()
        elif event == "start":
            builder.open(tag, element)
        else:
            if tag and tag not in _DROPPED:
                builder.close(tag)
            builder.add(element.tail)
    builder.flush()
    return tuple(builder.pieces)


def html_blocks(html: str, base: str) -> tuple[Block, ...]:
    """`html_pieces` without what is known of links."""
    return tuple(piece.block for piece in html_pieces(html, base))


def html_text(html: str) -> str:
    """A piece of HTML as one line of plain text."""
    if "<" not in html and "&" not in html:
        return tidy(html)
    return join_text(piece.block for piece in html_pieces(html, ""))


def join_text(blocks: Iterable[Block]) -> str:
    """The words of blocks in one line, captions left out."""
    return " ".join(block.text for block in blocks if block.kind is not BlockKind.IMAGE and block.text)


def absolute_url(address: str | None, base: str) -> str | None:
    """An http(s) address resolved against `base`; None for anything else (`data:`, `javascript:`, nothing)."""
    if not address or len(address) > 4000:
        return None
    try:
        joined = urljoin(base, tidy(address).replace(" ", "%20"))
        parts = urlsplit(joined)
    except ValueError:
        return None
    return joined if parts.scheme in {"http", "https"} and parts.netloc else None


def _parse(html: str) -> etree._Element | None:
    text = without_unwanted(html[:_MAX_HTML]).strip()  # lxml takes no lone surrogate, and ends a text at a NUL
    if not text:
        return None
    try:
        root: etree._Element = lxml.html.fragment_fromstring(text, create_parent="div")
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        return None
    return root


@dataclass(slots=True)
class _Builder:
    """Collects text until a block ends. `lists` holds 1 for a numbered list that is open, 0 for another."""

    base: str
    pieces: list[Piece] = field(default_factory=list)
    lists: list[int] = field(default_factory=list)
    quotes: int = 0
    heading: int = 0
    item: bool = False
    caption: bool = False
    links: int = 0  # how many are open
    linked: int = 0  # letters of the buffer that stand in links
    buffer: list[str] = field(default_factory=list)

    def open(self, tag: str, element: etree._Element) -> None:
        if tag == "br":
            self._line_break(element)
        elif tag == "img":
            self._picture(element)
        elif tag in _HEADINGS or tag in _BREAKS or tag in {"li", "blockquote", "figcaption"}:
            self.flush()
            self._enter(tag)
        elif tag == "q":
            self.buffer.append("«")
        elif tag == "a":
            self.links += 1
        self.add(element.text)

    def _enter(self, tag: str) -> None:
        if tag in {"ul", "ol"}:
            self.lists.append(int(tag == "ol"))
        elif tag == "li":
            self.item = True
        elif tag == "blockquote":
            self.quotes += 1
        elif tag == "figcaption":
            self.caption = True
        elif tag in _HEADINGS:
            self.heading = _HEADINGS[tag]

    def close(self, tag: str) -> None:
        if tag == "q":
            self.buffer.append("»")
        elif tag == "a":
            self.links = max(self.links - 1, 0)
        if not (tag in _HEADINGS or tag in _BREAKS or tag in {"li", "blockquote", "figcaption"}):
            return
        self.flush()
        if tag in {"ul", "ol"} and self.lists:
            self.lists.pop()
        elif tag == "blockquote":
            self.quotes = max(self.quotes - 1, 0)
        elif tag == "figcaption":
            self.caption = False
        elif tag in _HEADINGS:
            self.heading = 0
        self.item = False if tag == "li" else self.item

    def add(self, text: str | None) -> None:
        if text:
            self.buffer.append(text)
            self.linked += len(text.strip()) if self.links else 0

    def add_rows(self, rows: Iterable[tuple[str, float]]) -> None:
        """The rows of a table, a line each; the one with the names of the columns stands first anyway."""
        self.flush()
        self.pieces.extend(Piece(Block(BlockKind.LIST_ITEM, text), min(share, 1.0)) for text, share in rows)

    def flush(self) -> None:
        text = tidy("".join(self.buffer))
        share = min(self.linked / len(text), 1.0) if text else 0.0
        self.buffer.clear()
        self.linked = 0
        if not text:
            return
        last = self.pieces[-1].block if self.pieces else None
        if self.caption and last is not None and last.kind is BlockKind.IMAGE:
            self.pieces[-1] = Piece(Block(BlockKind.IMAGE, text, url=last.url))
        else:
            self.pieces.append(Piece(self._block(text), share))

    def _block(self, text: str) -> Block:
        if self.heading:
            return Block(BlockKind.HEADING, text, level=self.heading)
        if self.item:
            self.item = False
            return Block(BlockKind.LIST_ITEM, text, level=self.lists[-1] if self.lists else 0)
        return Block(BlockKind.QUOTE if self.quotes else BlockKind.PARAGRAPH, text)

    def _line_break(self, element: etree._Element) -> None:
        """Two in a row end a paragraph, as old editors write it; a single one is a blank."""
        following = element.getnext()
        is_double = following is not None and following.tag == "br" and not (element.tail or "").strip()
        if is_double and not self.item and not self.heading:
            self.flush()
        else:
            self.buffer.append(" ")

    def _picture(self, element: etree._Element) -> None:
        sizes = [element.get("width", ""), element.get("height", "")]
        if any(size.isdecimal() and int(size) <= _TINY for size in sizes if len(size) < 6):
            return
        url = absolute_url(element.get("src") or element.get("data-src"), self.base)
        if url:
            self.flush()
            self.pieces.append(Piece(Block(BlockKind.IMAGE, tidy(element.get("alt") or ""), url=url)))
