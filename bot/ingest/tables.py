"""Tables of figures, told from tables that only lay out a page."""

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from bot.ingest.text import tidy, words

BETWEEN = " · "
_CELL = 300  # characters; a longer cell is a column of a page
_NOT_IN_CELLS = words("table h1 h2 h3 h4 h5 h6 img ul ol blockquote form article section")
_MOST_PARAGRAPHS = 1  # in a cell: editors wrap each figure into one
_WIDEST, _TALLEST = 20, 100  # columns and rows that one cell may take; more is a mistake of the page
_MOST_COLUMNS = 40  # from which a cell takes one place whatever it says


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table. `text` says each cell once; in `cells` every column has its place.

    A cell over several rows stands in each of them, so that each can be read alone; one over several columns stands in
    the first of them. `linked` is the share of the row's letters that stand in links (0-1).
    """

    text: str
    cells: tuple[str, ...]
    linked: float
    is_head: bool


@dataclass(frozen=True, slots=True)
class Table:
    """A table of figures, with what it says above itself."""

    captions: tuple[str, ...]
    rows: list[Row]


def read_table(table: etree._Element) -> Table | None:
    """The rows of a table of figures that have words in them; only the first may be its head.

    None for a table that lays out a page: one row or column, or cells with headings, pictures and paragraphs in them.
    """
    rows = [[cell for cell in row if cell.tag in {"td", "th"}] for row in table.iter("tr")]
    if len(rows) < 2 or max(map(len, rows)) < 2 or not all(_is_short(cell) for row in rows for cell in row):
        return None
    above = table.find("caption")
    captions = [_text(above)] if above is not None else []
    if len(rows) > 2 and _is_caption(rows[0]):
        captions.append(_text(rows.pop(0)[0]))
    return Table(tuple(dict.fromkeys(one for one in captions if one)), list(_rows(rows)))


def _is_caption(row: list[etree._Element]) -> bool:
    """Whether a first row is no row of figures: one cell alone, as some editors write it, or a <caption> that
    trafilatura made a <th> with empty cells beside it."""
    if not row or not _text(row[0]) or _span(row[0], "rowspan", _TALLEST) > 1:
        return False
    others = row[1:]
    return not others or (row[0].tag == "th" and all(cell.tag == "td" and not _text(cell) for cell in others))


def _rows(rows: list[list[etree._Element]]) -> Iterator[Row]:
    is_first = True
    for row, cells in zip(rows, _grid(rows), strict=True):
        text = BETWEEN.join(words for cell in row if (words := _text(cell)))
        if text:
            yield Row(text, cells, min(_linked(row) / len(text), 1.0), is_first and _names_columns(row))
            is_first = False


def _names_columns(row: list[etree._Element]) -> bool:
    holder = row[0].getparent()
    around = holder.getparent() if holder is not None else None
    in_head = around is not None and around.tag == "thead"
    return in_head or all(cell.tag == "th" for cell in row if _text(cell))


def _grid(rows: list[list[etree._Element]]) -> Iterator[tuple[str, ...]]:
    """The words of each row's cells, each in its column."""
    above: dict[int, tuple[str, int]] = {}  # by column: the words of a cell that reaches down, and how many rows more
    for row in rows:
        below: dict[int, tuple[str, int]] = {}
        cells: list[str] = []
        last = max(above, default=-1)
        waiting = [(_text(cell), _span(cell, "colspan", _WIDEST), _span(cell, "rowspan", _TALLEST)) for cell in row]
        waiting.reverse()
        while waiting or len(cells) <= last:
            column = len(cells)
            if column in above:
                text, across, down = above[column][0], 1, above[column][1]
            else:
                text, across, down = waiting.pop() if waiting else ("", 1, 1)
            if column >= _MOST_COLUMNS:
                across = down = 1
            cells += [text, *[""] * (across - 1)]
            if down > 1:
                below |= {column + place: (cells[column + place], down - 1) for place in range(across)}
        above = below
        yield tuple(cells)


def _span(cell: etree._Element, name: str, most: int) -> int:
    value = (cell.get(name) or "").strip()
    return min(max(int(value), 1), most) if value.isdecimal() and len(value) < 6 else 1


def _is_short(cell: etree._Element) -> bool:
    paragraphs = sum(1 for _ in cell.iter("p"))
    breaks = [one for one in cell.iter("br") if (after := one.getnext()) is not None and after.tag == "br"]
    if paragraphs > _MOST_PARAGRAPHS or breaks or any(True for _ in cell.iter(*_NOT_IN_CELLS)):
        return False
    return len(_text(cell)) <= _CELL


def _text(element: etree._Element) -> str:
    """An element's words; what parts lines in it becomes a blank."""
    return tidy("".join(f" {text}" if parts else text for text, parts in _runs(element)))


def _runs(element: etree._Element) -> Iterator[tuple[str, bool]]:
    for one in element.iter():
        if isinstance(one.tag, str) and one.tag not in {"script", "style"}:
            yield one.text or "", one.tag in {"p", "div"}
        if one is not element:
            yield one.tail or "", one.tag in {"br", "p", "div"}


def _linked(row: list[etree._Element]) -> int:
    return sum(len(_text(link)) for cell in row for link in cell.iter("a"))
