"""A table in the chat: drawn by Telegram in a rich message, else aligned letters or lines that a phone shows well."""

import unicodedata
from collections.abc import Iterator
from html import escape
from math import inf

from aiogram.utils.formatting import Bold, Pre

from bot.rendering.linked import Linked, kept_lines, portions, rich_text
from bot.rendering.message import Node, joined, length
from bot.rendering.texts import is_blank, one_line
from storage.records import Block

MAX_COLUMNS = 20  # Telegram's, of a table in a rich message
_RICH = "<table bordered striped>{}</table>"
_PHONE = 34  # letters of equal width that a phone shows on one line
_GAP = "  "
_NOTHING = "–"  # in a cell without words, where the columns are aligned by letters

Rows = list[list[str]]


def rich_rows(block: Block) -> int:
    """How many rows a rich message would draw; 0 where the table goes as lines of text."""
    rows = _shown(block)
    return len(rows) if rows and 2 <= len(rows[0]) <= MAX_COLUMNS else 0


def rich_table(block: Block, most: int | None = None, room: float = inf) -> str:
    """The table as a block of a rich message; with limits its first rows, as far as they fit `room` characters."""
    if not rich_rows(block):
        return f"<p>{rich_text(Linked(kept_lines(block.text)))}</p>"
    rows = _shown(block)
    has_head = _has_head(block)
    sides = [' align="right"' if right else "" for right in _figures(rows, has_head=has_head)]
    room -= len(_RICH.format(""))
    lines: list[str] = []
    for number, row in enumerate(rows if most is None else rows[: max(most, 0)]):
        tag = "th" if number == 0 and has_head else "td"
        cells = (f"<{tag}{side}>{escape(cell)}</{tag}>" for cell, side in zip(row, sides, strict=True))
        line = f"<tr>{''.join(cells)}</tr>"
        room -= len(line)
        if room < 0:
            break
        lines.append(line)
    return _RICH.format("".join(lines)) if lines else ""


def plain_table(block: Block, limit: int) -> Iterator[Node]:
    """The table as nodes of at most `limit` code points, of which each stands between blank lines."""
    rows = _shown(block)
    has_head = _has_head(block) and len(rows) > 1
    if not rows or len(rows[0]) < 2:
        yield from (part.text for part in portions(Linked(kept_lines(block.text)), limit))
    elif (aligned := _aligned(rows, has_head=has_head)) is not None:
        yield from (Pre(part.text) for part in portions(Linked(aligned), limit))
    elif has_head and len(rows[0]) > 2:
        yield from _told(rows, limit)
    else:
        lines = "\n".join(" — ".join(cell for cell in row if cell) for row in rows)
        yield from (part.text for part in portions(Linked(lines), limit))


def _shown(block: Block) -> Rows:
    """The rows with words in them, all of one width; none where the table is known as text alone."""
    rows = [[one_line(cell) for cell in row] for row in block.rows]
    rows = [row for row in rows if not all(map(is_blank, row))]
    width = max(map(len, rows), default=0)
    return [[*row, *[""] * (width - len(row))] for row in rows]


def _has_head(block: Block) -> bool:
    return block.level == 1


def _figures(rows: Rows, *, has_head: bool) -> list[bool]:
    """Which columns hold figures alone, under their name."""
    columns = zip(*rows[int(has_head) :], strict=True)
    found = [all(map(_is_figure, cells)) and any(cells) for cells in columns]
    return found or [False] * len(rows[0])


def _is_figure(cell: str) -> bool:
    return not cell or (any(map(str.isdigit, cell)) and not any(map(str.isalpha, cell)))


def _aligned(rows: Rows, *, has_head: bool) -> str | None:
    """Letters of equal width; None where a phone would break the lines or letters are not of one width."""
    if not all(map(_is_narrow, (char for row in rows for cell in row for char in cell))):
        return None
    rows = [[cell or _NOTHING for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    if sum(widths) + len(_GAP) * (len(widths) - 1) > _PHONE:
        return None
    right = _figures(rows, has_head=has_head)
    right[0] = False  # a message may not begin with blanks
    lines = [
        _GAP.join(
            cell.rjust(width) if is_right else cell.ljust(width)
            for cell, width, is_right in zip(row, widths, right, strict=True)
        ).rstrip()
        for row in rows
    ]
    if has_head:
        lines.insert(1, "─" * (sum(widths) + len(_GAP) * (len(widths) - 1)))
    return "\n".join(lines)


def _is_narrow(char: str) -> bool:
    is_wide = unicodedata.east_asian_width(char) in "WF" or unicodedata.category(char)[0] in "MC"
    return not is_wide and char != "\ufe0f"


def _told(rows: Rows, limit: int) -> Iterator[Node]:
    """A row after another: what it is of, and under it each column's name with what stands there."""
    names = rows[0]
    for row in rows[1:]:
        first, *others = row
        lines = [f"{name}: {cell}" if name else cell for name, cell in zip(names[1:], others, strict=True) if cell]
        title: list[Node] = [Bold(first)] if first else []
        node = joined([*title, *lines], "\n")
        if length(node) <= limit:
            yield node
        else:
            yield from (part.text for part in portions(Linked("\n".join([first, *lines]).strip()), limit))
