"""HTML of a feed's entry to blocks of plain text.

Not a sanitiser: no markup survives at all, so nothing of it can reach a message.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import groupby
from urllib.parse import urljoin, urlsplit

import lxml.html
from lxml import etree

from bot.ingest.linked import LinkedText
from bot.ingest.pictures import addresses, first_address, is_pixel
from bot.ingest.tables import BETWEEN, Table, read_table
from bot.ingest.text import tidy, without_unwanted, words
from storage.records import Block, BlockKind, Link

_DROPPED = words(
    "script style noscript template head title meta link iframe object embed applet form button select textarea svg"
    " math audio video canvas map nav"
)
_HEADINGS = {f"h{level}": max(level, 2) for level in range(1, 7)}
_BREAKS = words(
    "p div section article main header footer aside address figure table tbody tr td th dl dt dd ul ol pre hr center"
    " details summary fieldset body html"
)
_MAX_HTML = 2_000_000  # characters of one entry; no article is longer


@dataclass(frozen=True, slots=True)
class Piece:
    """A block, with the share of its letters that stand in links (0-1): lists of other headlines are all links.

    A table comes a row a piece, so that its rows are judged one by one; those of one table share its number, from 1.
    `first_url` is set where a picture's best address is not the one that its page names first ("": none).
    """

    block: Block
    linked: float = 0.0
    table: int = 0
    first_url: str | None = None


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
            if tag == "video":
                builder.add_picture(element.get("poster"))
            walker.skip_subtree()
        elif event == "start" and tag == "table" and (table := read_table(element)) is not None:
            builder.add_table(table)
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
    """`html_pieces` without what is known of them, each table whole."""
    return whole_blocks(html_pieces(html, base))


def whole_blocks(pieces: Iterable[Piece]) -> tuple[Block, ...]:
    """The blocks of pieces; neighbouring rows of one table become one block."""
    blocks: list[Block] = []
    for table, run in groupby(pieces, key=lambda piece: piece.table):
        rows = [piece.block for piece in run]
        blocks += [_table(rows)] if table else rows
    return tuple(blocks)


def _table(rows: list[Block]) -> Block:
    cells = tuple(row for block in rows for row in block.rows)
    return Block(BlockKind.TABLE, "\n".join(block.text for block in rows), level=rows[0].level, rows=cells)


def with_text(block: Block, text: str) -> Block:
    """The block with other words in place of its own: links stay where what they stand on has stayed.

    A table gets the rows that the text has.
    """
    if text == block.text:
        return block
    if block.kind is BlockKind.TABLE:
        return replace(block, text=text, rows=tuple(tuple(line.split(BETWEEN)) for line in text.split("\n")))
    head = _alike(block.text, text)
    tail = _alike(block.text[head:][::-1], text[head:][::-1])
    shift = len(text) - len(block.text)
    kept = [link for link in block.links if link.end <= head]
    kept += [
        Link(link.start + shift, link.end + shift, link.url)
        for link in block.links
        if link.end > head and link.start >= len(block.text) - tail
    ]
    return replace(block, text=text, links=tuple(kept))


def _alike(one: str, other: str) -> int:
    """How many characters two texts have in common at their start."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (left, right) in pairs if left != right), min(len(one), len(other)))


def html_text(html: str) -> str:
    """A piece of HTML as one line of plain text."""
    if "<" not in html and "&" not in html:
        return tidy(html)
    return join_text(piece.block for piece in html_pieces(html, ""))


def join_text(blocks: Iterable[Block]) -> str:
    """The words of blocks in one line, captions left out."""
    texts = " ".join(block.text for block in blocks if block.kind is not BlockKind.IMAGE and block.text)
    return texts.replace("\n", " ")  # between the rows of a table


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
    text: LinkedText = field(default_factory=LinkedText)
    lists: list[int] = field(default_factory=list)
    quotes: int = 0
    heading: int = 0
    item: bool = False
    caption: bool = False
    author: bool = False  # of a quotation
    tables: int = 0  # so far

    def open(self, tag: str, element: etree._Element) -> None:
        if tag == "br":
            self._line_break(element)
        elif tag == "img":
            self._picture(element)
        elif tag == "cite":
            self._open_cite(element)
        elif _is_block(tag):
            self.flush()
            self._enter(tag)
        elif tag == "q":
            self.text.add_sign("«")
        elif tag == "a":
            self.text.open(_leads_to(element, self.base))
        self.add(element.text)

    def _enter(self, tag: str) -> None:
        if tag in {"ul", "ol"}:
            self.lists.append(int(tag == "ol"))
        elif tag in {"li", "dd"}:
            self.item = True
        elif tag == "blockquote":
            self.quotes += 1
        elif tag == "figcaption":
            self.caption = True
        elif tag == "footer":
            self.author = self.quotes > 0
        elif tag in _HEADINGS:
            self.heading = _HEADINGS[tag]

    def _open_cite(self, element: etree._Element) -> None:
        """Whose words a quotation is, where it closes the quotation; elsewhere it is the name of a book."""
        following = element.getnext()
        if self.quotes and following is None and not (element.tail or "").strip():
            self.flush()
            self.author = True

    def close(self, tag: str) -> None:
        if tag == "q":
            self.text.add_sign("»")
        elif tag == "a":
            self.text.close()
        elif tag == "cite" and self.author:
            self.flush()
            self.author = False
        if not _is_block(tag):
            return
        self.flush()
        if tag in {"ul", "ol"} and self.lists:
            self.lists.pop()
        elif tag == "blockquote":
            self.quotes = max(self.quotes - 1, 0)
        elif tag == "figcaption":
            self.caption = False
        elif tag == "footer":
            self.author = False
        elif tag in _HEADINGS:
            self.heading = 0
        self.item = False if tag in {"li", "dd"} else self.item

    def add(self, text: str | None) -> None:
        if text:
            self.text.add(text)

    def add_table(self, table: Table) -> None:
        self.flush()
        self.tables += 1
        self.pieces += [Piece(Block(BlockKind.PARAGRAPH, caption)) for caption in table.captions]
        for row in table.rows:
            block = Block(BlockKind.TABLE, row.text, level=int(row.is_head), rows=(row.cells,))
            self.pieces.append(Piece(block, row.linked, self.tables))

    def add_picture(self, address: str | None) -> None:
        """The still of a film, which itself cannot be shown."""
        if (url := absolute_url(address, self.base)) is not None:
            self.flush()
            self.pieces.append(Piece(Block(BlockKind.IMAGE, "", url=url), first_url=""))

    def flush(self) -> None:
        text, links, share = self.text.take()
        if not text:
            return
        last = self.pieces[-1] if self.pieces else None
        if self.caption and last is not None and last.block.kind is BlockKind.IMAGE:
            self.pieces[-1] = replace(last, block=Block(BlockKind.IMAGE, text, url=last.block.url, links=links))
        else:
            self.pieces.append(Piece(self._block(text, links), share))

    def _block(self, text: str, links: tuple[Link, ...]) -> Block:
        if self.heading:
            return Block(BlockKind.HEADING, text, level=self.heading)
        if self.item:
            self.item = False
            return Block(BlockKind.LIST_ITEM, text, level=self.lists[-1] if self.lists else 0, links=links)
        if self.quotes:
            return Block(BlockKind.QUOTE, text, level=int(self.author), links=links)
        return Block(BlockKind.PARAGRAPH, text, links=links)

    def _line_break(self, element: etree._Element) -> None:
        """Two in a row end a paragraph, as old editors write it; a single one is a blank."""
        following = element.getnext()
        is_double = following is not None and following.tag == "br" and not (element.tail or "").strip()
        if is_double and not self.item and not self.heading:
            self.flush()
        else:
            self.text.add_sign(" ")

    def _picture(self, element: etree._Element) -> None:
        if is_pixel(element):
            return
        url = next((url for one in addresses(element) if (url := absolute_url(one, self.base))), None)
        if url is not None:
            self.flush()
            first = absolute_url(first_address(element), self.base) or ""
            block = Block(BlockKind.IMAGE, tidy(element.get("alt") or ""), url=url)
            self.pieces.append(Piece(block, first_url=None if first == url else first))


def _is_block(tag: str) -> bool:
    return tag in _HEADINGS or tag in _BREAKS or tag in {"li", "blockquote", "figcaption"}


def _leads_to(link: etree._Element, base: str) -> str | None:
    """Where a link leads; None for a place in the same page and for what no reader can open."""
    address = (link.get("href") or "").strip()
    return None if address.startswith("#") else absolute_url(address, base)
