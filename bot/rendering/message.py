"""A message ready to be sent: text and entities, never a parse mode, so no title can break it.

Limits are Telegram's (core.telegram.org/bots/api): 4096 code points of text, 1024 of a caption, 100 entities,
2 to 10 pictures in an album.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from aiogram.types import InlineKeyboardMarkup, LinkPreviewOptions, MessageEntity
from aiogram.utils.formatting import Text, TextLink, sizeof

from bot.rendering.texts import BLANKS, clean, cut_at_word, web_url

MAX_TEXT = 4096
MAX_CAPTION = 1024
MAX_ENTITIES = 100
MAX_ALBUM = 10

Node = Text | str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What one message says. With a photo, the text is its caption.

    `photo` is the picture's address. `preview_url` is the page whose large preview stands above the text when
    there is no photo; None means no preview at all. `album` are the addresses of 2 to 10 pictures that go out
    instead of the one photo, and are what the photo stands in for when Telegram refuses one of them. An album takes
    no keyboard.
    """

    text: str
    entities: tuple[MessageEntity, ...] = ()
    photo: str | None = None
    preview_url: str | None = None
    keyboard: InlineKeyboardMarkup | None = None
    album: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        limit = MAX_CAPTION if self.photo else MAX_TEXT
        if not self.text or len(self.text) > limit:
            raise ValueError(f"a message has 1 to {limit} characters, this one {len(self.text)}")
        if len(self.entities) > MAX_ENTITIES:
            raise ValueError(f"a message has at most {MAX_ENTITIES} entities, this one {len(self.entities)}")

        if self.album and (not 2 <= len(self.album) <= MAX_ALBUM or not self.photo or self.keyboard is not None):
            raise ValueError(f"an album has 2 to {MAX_ALBUM} pictures, one to stand in for them, and no keyboard")

    def without_photo(self) -> "Outgoing":
        """The same text with a large preview of the page, for when Telegram refuses the picture."""
        return replace(self, photo=None, album=())

    @property
    def link_preview(self) -> LinkPreviewOptions:
        """What sendMessage and editMessageText take as `link_preview_options`."""
        if self.preview_url is None:
            return LinkPreviewOptions(is_disabled=True)
        return LinkPreviewOptions(
            is_disabled=False, url=self.preview_url, prefer_large_media=True, show_above_text=True
        )


def compose(
    *nodes: Node,
    photo: str | None = None,
    preview_url: str | None = None,
    keyboard: InlineKeyboardMarkup | None = None,
    album: tuple[str, ...] = (),
) -> Outgoing:
    """A message of these nodes: cleaned, trimmed, cut to the limit, its entities moved along.

    Raises ValueError when nothing is left to show.
    """
    raw, found = _cleaned(Text(*nodes)).render()
    text = cut_at_word(raw.strip(BLANKS), MAX_CAPTION if photo else MAX_TEXT)
    shift = sizeof(raw[: len(raw) - len(raw.lstrip(BLANKS))])
    # The outer one first where two begin together: the order in which Telegram itself gives them.
    entities = sorted(_fitted(found, text, shift), key=lambda entity: (entity.offset, -entity.length))
    return Outgoing(text, tuple(entities[:MAX_ENTITIES]), photo, preview_url, keyboard, album)


def link(text: str, url: str | None) -> Node:
    """The text as a link, or as it is when the address cannot be opened."""
    address = web_url(url)
    return TextLink(text, url=address) if address else text


def joined(nodes: list[Node], separator: str) -> Text:
    """The nodes with the separator between them."""
    parts: list[Node] = []
    for node in nodes:
        parts += [separator, node] if parts else [node]
    return Text(*parts)


def length(*nodes: Node) -> int:
    """Code points that the nodes take in a message."""
    return sum(length(*node) if isinstance(node, Text) else len(clean(str(node))) for node in nodes)


def _cleaned(node: Text) -> Text:
    parts: list[Any] = [_cleaned(child) if isinstance(child, Text) else clean(str(child)) for child in node]
    return node.replace(*parts)


def _fitted(entities: list[MessageEntity], text: str, shift: int) -> Iterator[MessageEntity]:
    """The entities as they lie in the trimmed text: inside it, on no blank edge, none of them empty."""
    units = text.encode("utf-16-le")
    size = len(units) // 2
    for entity in entities:
        start = max(entity.offset - shift, 0)
        end = min(entity.offset - shift + entity.length, size)
        if end <= start:
            continue
        piece = units[2 * start : 2 * end].decode("utf-16-le")
        start += sizeof(piece[: len(piece) - len(piece.lstrip(BLANKS))])
        kept = sizeof(piece.strip(BLANKS))
        if kept:
            yield entity.model_copy(update={"offset": start, "length": kept})
