"""The light markup of story bodies, turned into HTML.

Blocks are parted by an empty line:
    ## words      a subheading
    - words       a list, an item a line
    > words       a quotation
    | a | b |     a table, a row a line, the first row is its head
    words         a paragraph

In a paragraph, `[words](/address)` is a link.
"""

import re
from html import escape
from itertools import groupby

_LINK = re.compile(r"\[([^\[\]]+)\]\((/[\w/-]+)\)")


def to_html(body: str) -> list[str]:
    """The body's blocks as HTML elements, in order."""
    return [_element(block.split("\n")) for block in _blocks(body)]


def _blocks(body: str) -> list[str]:
    lines = [line.strip() for line in body.strip().split("\n")]
    return ["\n".join(group) for full, group in groupby(lines, key=bool) if full]


def _element(lines: list[str]) -> str:
    first = lines[0]
    if first.startswith("## "):
        return f"<h2>{escape(first[3:], quote=False)}</h2>"
    if first.startswith("- "):
        return "<ul>" + "".join(f"<li>{escape(line[2:], quote=False)}</li>" for line in lines) + "</ul>"
    if first.startswith("> "):
        words = " ".join(line.removeprefix("> ") for line in lines)
        return f"<blockquote><p>{escape(words, quote=False)}</p></blockquote>"
    if first.startswith("|"):
        return _table(lines)
    words = escape(" ".join(lines), quote=False)
    return "<p>" + _LINK.sub(r'<a href="\2">\1</a>', words) + "</p>"


def _table(lines: list[str]) -> str:
    rows = [[escape(cell.strip(), quote=False) for cell in line.strip("|").split("|")] for line in lines]
    head = "".join(f"<th>{cell}</th>" for cell in rows[0])
    rest = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows[1:])
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rest}</tbody></table>"
