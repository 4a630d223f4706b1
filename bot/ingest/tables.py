"""Tables of figures, told from tables that only lay out a page."""

from collections.abc import Iterator

from lxml import etree

from bot.ingest.text import tidy, words

_BETWEEN = " · "
_CELL = 300  # characters; a longer cell is a column of a page
_NOT_IN_CELLS = words("table h1 h2 h3 h4 h5 h6 img ul ol blockquote form article section")
_MOST_PARAGRAPHS = 1  # in a cell: editors wrap each figure into one


def read_rows(table: etree._Element) -> list[tuple[str, float]] | None:
    """The rows of a table of figures, each as one line with the share of its letters that stand in links (0-1).

    None for a table that lays out a page: one row or column, or cells with headings, pictures and paragraphs in them.
    """
    rows = [[cell for cell in row if cell.tag in {"td", "th"}] for row in table.iter("tr")]
    if len(rows) < 2 or max(map(len, rows)) < 2 or not all(_is_short(cell) for row in rows for cell in row):
        return None
    return [(text, _linked(row) / len(text)) for row in rows if (text := _BETWEEN.join(_texts(row)))]


def _is_short(cell: etree._Element) -> bool:
    paragraphs = sum(1 for _ in cell.iter("p"))
    breaks = [one for one in cell.iter("br") if (after := one.getnext()) is not None and after.tag == "br"]
    if paragraphs > _MOST_PARAGRAPHS or breaks or any(True for _ in cell.iter(*_NOT_IN_CELLS)):
        return False
    return len(_text(cell)) <= _CELL


def _texts(row: list[etree._Element]) -> Iterator[str]:
    yield from (text for cell in row if (text := _text(cell)))


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
