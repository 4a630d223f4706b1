"""The HTML of a rich message as a tree: only Telegram's tags, each closed where it was opened."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from bot.sandbox.errors import ApiError, bad_request

INLINE = frozenset(
    [
        "b",
        "strong",
        "i",
        "em",
        "u",
        "ins",
        "s",
        "strike",
        "del",
        "code",
        "mark",
        "sub",
        "sup",
        "tg-spoiler",
        "a",
        "br",
        "tg-time",
        "tg-emoji",
        "tg-math",
        "tg-reference",
        "cite",
        "input",
    ],
)
BLOCKS = frozenset(
    [
        "p",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "pre",
        "ul",
        "ol",
        "li",
        "blockquote",
        "aside",
        "details",
        "summary",
        "table",
        "caption",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "figure",
        "figcaption",
        "footer",
        "hr",
        "img",
        "video",
        "audio",
        "tg-map",
        "tg-collage",
        "tg-slideshow",
        "tg-math-block",
    ],
)
VOID = frozenset({"br", "hr", "img", "input", "tg-map"})
NAMED = {
    "lt": "<",
    "gt": ">",
    "amp": "&",
    "quot": '"',
    "apos": "'",
    "nbsp": "\u00a0",
    "hellip": "…",
    "mdash": "—",
    "ndash": "–",
    "lsquo": "‘",
    "rsquo": "’",
    "ldquo": "“",
    "rdquo": "”",
}
# HTMLParser would read references by HTML's rules, which know more names; hidden from it, they are ours to read.
HIDDEN_AND = "\uf8b0"
REFERENCE = re.compile(r"&(#[xX][0-9a-fA-F]{1,6}|#[0-9]{1,7}|[a-z]+);")


@dataclass(slots=True)
class Node:
    """A tag with its attributes and what stands in it."""

    tag: str
    attrs: dict[str, str]
    children: list["Node | str"] = field(default_factory=list)

    def child(self, tag: str) -> "Node | None":
        """The first child with that tag."""
        return next((c for c in self.children if isinstance(c, Node) and c.tag == tag), None)

    def nodes(self, *tags: str) -> list["Node"]:
        """The children with one of these tags."""
        return [c for c in self.children if isinstance(c, Node) and c.tag in tags]


def broken(text: str) -> ApiError:
    """The refusal of markup that cannot be read."""
    return bad_request(f"can't parse rich message: {text}")


def parse_html(html: str) -> Node:
    """The tree under a nameless root; raises for unknown tags and wrong nesting."""
    reader = _Reader()
    reader.feed(html.replace("&", HIDDEN_AND))
    reader.close()
    return reader.finish()


def _shown(text: str) -> str:
    """Numeric references and the few names Telegram knows are read; anything else stays as it is written."""
    return REFERENCE.sub(_character, text.replace(HIDDEN_AND, "&")) if HIDDEN_AND in text else text


def _character(match: re.Match[str]) -> str:
    name = match[1]
    if name.startswith("#"):
        number = int(f"0{name[1:]}", 0) if name[1] in "xX" else int(name[1:])
        return chr(number) if 0 < number < 0x110000 and not 0xD800 <= number < 0xE000 else match[0]
    return NAMED.get(name, match[0])


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self._root = Node("", {})
        self._open = [self._root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in INLINE and tag not in BLOCKS:
            line, column = self.getpos()
            raise broken(f'unsupported start tag "{tag}" at line {line}, column {column}')
        node = Node(tag, {name: _shown(value or "") for name, value in attrs})
        self._open[-1].children.append(node)
        if tag not in VOID:
            self._open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if len(self._open) == 1:
            raise broken(f'unexpected end tag "{tag}"')
        if self._open[-1].tag != tag:
            raise broken(f'unmatched end tag, expected "</{self._open[-1].tag}>", found "</{tag}>"')
        self._open.pop()

    def handle_data(self, data: str) -> None:
        if "<" in data:
            raise broken('unsupported start tag ""')
        self._open[-1].children.append(_shown(data))

    def handle_decl(self, decl: str) -> None:
        raise broken(f'unsupported declaration "{decl}"')

    def handle_pi(self, data: str) -> None:
        raise broken(f'unsupported instruction "{data}"')

    def finish(self) -> Node:
        if len(self._open) > 1:
            raise broken(f'can\'t find end tag corresponding to start tag "{self._open[-1].tag}"')
        return self._root
