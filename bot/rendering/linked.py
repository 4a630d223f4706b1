"""A block's text with its links, as rich markup and as plain nodes.

Links are drawn only where the text is shown as it is stored: what had to be cleaned may have moved their words.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

from aiogram.utils.formatting import Text

from bot.rendering.message import Node, link
from bot.rendering.texts import clean, cut_at_sentence, is_blank, one_line, web_url
from storage.records import Block, Link

_MAX_LINKS = 90  # of one portion of a plain message, which has 100 entities at most


@dataclass(frozen=True, slots=True)
class Linked:
    """A text ready to be shown, and its links in their order: each opens, none is blank, none overlaps another."""

    text: str
    links: tuple[Link, ...] = ()


def kept_lines(text: str) -> str:
    """The text with its own line breaks, none of them empty."""
    return "\n".join(line for part in clean(text).split("\n") if (line := one_line(part)))


def linked(block: Block) -> Linked:
    """The block's text with the links that Telegram would open."""
    text = kept_lines(block.text)
    return Linked(text, tuple(_good(text, block.links)) if text == block.text else ())


def linked_line(block: Block) -> Linked:
    """The same on one line."""
    whole = linked(block)
    return whole if "\n" not in whole.text else Linked(one_line(whole.text))


def linked_nodes(node: Text) -> Linked:
    """A text made of nodes, of which only its links are kept."""
    text, entities = node.render()
    units = text.encode("utf-16-le")  # what Telegram counts in

    def at(offset: int) -> int:
        return len(units[: 2 * offset].decode("utf-16-le"))

    links = [Link(at(one.offset), at(one.offset + one.length), one.url) for one in entities if one.url]
    return Linked(text, tuple(links))


def rich_text(whole: Linked) -> str:
    """As the inside of a block of a rich message."""
    runs = (f'<a href="{escape(url)}">{_escaped(words)}</a>' if url else _escaped(words) for words, url in _runs(whole))
    return "".join(runs)


def plain_nodes(whole: Linked) -> list[Node]:
    """As nodes of a plain message."""
    return [link(words, url) for words, url in _runs(whole)]


def together(lines: Iterable[tuple[str, Linked]]) -> Linked:
    """Lines, each behind a mark of its own, as one text."""
    text = ""
    links: list[Link] = []
    for mark, line in lines:
        text += f"\n{mark}" if text else mark
        links += (Link(one.start + len(text), one.end + len(text), one.url) for one in line.links)
        text += line.text
    return Linked(text, tuple(links))


def portions(whole: Linked, limit: int) -> Iterator[Linked]:
    """A text longer than `limit` code points in several, cut after a line or a sentence; links are cut with it."""
    text, at = whole.text, 0
    while len(text) - at > limit:
        rest = text[at:]
        head = rest[: rest.rfind("\n", 0, limit)] if "\n" in rest[limit // 2 : limit] else cut_at_sentence(rest, limit)
        end = at + len(head if rest.startswith(head) else head.removesuffix("…"))
        yield Linked(head, _clipped(whole, at, end))
        at = end + len(text[end:]) - len(text[end:].lstrip())
    if at < len(text):
        yield Linked(text[at:], _clipped(whole, at, len(text)))


def _escaped(text: str) -> str:
    return escape(text).replace("\n", "<br>")


def _runs(whole: Linked) -> Iterator[tuple[str, str | None]]:
    """The text in pieces, each with its address or None."""
    at = 0
    for one in whole.links:
        yield whole.text[at : one.start], None
        yield whole.text[one.start : one.end], one.url
        at = one.end
    yield whole.text[at:], None


def _good(text: str, links: Sequence[Link]) -> Iterator[Link]:
    at = 0
    for one in links:
        address = web_url(one.url)
        if address and at <= one.start < one.end <= len(text) and not is_blank(text[one.start : one.end]):
            yield Link(one.start, one.end, address)
            at = one.end


def _clipped(whole: Linked, start: int, end: int) -> tuple[Link, ...]:
    """The links of a part of the text, counted from its start."""
    parts = (Link(max(one.start, start), min(one.end, end), one.url) for one in whole.links)
    inside = [one for one in parts if one.start < one.end and not is_blank(whole.text[one.start : one.end])]
    return tuple(Link(one.start - start, one.end - start, one.url) for one in inside[:_MAX_LINKS])
