"""Blocks of a rich message from its HTML tree. Media are left as addresses; `rich` fetches them."""

from dataclasses import dataclass
from typing import Any

from bot.sandbox.rich_html import INLINE, Node, broken
from bot.sandbox.rich_inline import InlineReader, RichText
from bot.sandbox.world import Json

MEDIA = {"img": "photo", "video": "video", "audio": "audio"}
HEADINGS = {f"h{size}": size for size in range(1, 7)}
ROMAN = ((100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


@dataclass(frozen=True, slots=True)
class MediaRef:
    """A picture, film or sound by address, to be fetched: stands in a block in place of the stored media."""

    kind: str
    source: str


class BlockReader:
    """Turns nodes into blocks of RichMessage."""

    def __init__(self, inline: InlineReader) -> None:
        self._inline = inline

    def blocks(self, children: list[Node | str]) -> list[Json]:
        """Blocks in order; loose words between them make paragraphs."""
        found: list[Json] = []
        loose: list[Node | str] = []
        for child in children:
            if isinstance(child, str) or self._is_inline(child):
                loose.append(child)
                continue
            self._flush(loose, found)
            found += self._block(child)
        self._flush(loose, found)
        return found

    def _is_inline(self, node: Node) -> bool:
        return node.tag in INLINE or (node.tag == "img" and node.attrs.get("src", "").startswith("tg://emoji?"))

    def _flush(self, loose: list[Node | str], found: list[Json]) -> None:
        text = self._inline.read(loose)
        if isinstance(text, dict) and text["type"] == "anchor":
            found.append(text)
        elif text != "":
            found.append({"type": "paragraph", "text": text})
        loose.clear()

    def _block(self, node: Node) -> list[Json]:
        if node.tag in HEADINGS:
            return self._plain("heading", node, size=HEADINGS[node.tag])
        if node.tag in {"p", "footer"}:
            return self._plain("paragraph" if node.tag == "p" else "footer", node)
        if node.tag == "hr":
            return [{"type": "divider"}]
        if node.tag in MEDIA or node.tag == "tg-map":
            return [self._media(node)]
        makers = {
            "pre": self._pre,
            "ul": self._list,
            "ol": self._list,
            "blockquote": self._quote,
            "aside": self._aside,
            "details": self._details,
            "table": self._table,
            "figure": self._figure,
            "tg-collage": self._gallery,
            "tg-slideshow": self._gallery,
            "tg-math-block": self._math,
        }
        if node.tag not in makers:
            raise broken(f'tag "{node.tag}" can\'t be used here')
        return [made for made in [makers[node.tag](node)] if made is not None]

    def _plain(self, kind: str, node: Node, **more: Any) -> list[Json]:
        text = self._inline.read(node.children)
        return [{"type": kind, "text": text, **more}] if text != "" else []

    def _pre(self, node: Node) -> Json | None:
        code = node.child("code")
        holder = code if code is not None and len(node.children) == 1 else node
        text = "".join(_raw(child) for child in holder.children).strip("\n")
        block: Json = {"type": "pre", "text": text}
        if holder is code and code is not None and (language := code.attrs.get("class", "")).startswith("language-"):
            block["language"] = language.removeprefix("language-")
        return block if text else None

    def _credit(self, node: Node) -> tuple[list[Node | str], Json]:
        cites = node.nodes("cite")
        rest: list[Node | str] = [child for child in node.children if child not in cites]
        credit = self._inline.read(cites[-1].children) if cites else ""
        return rest, {"credit": credit} if credit != "" else {}

    def _quote(self, node: Node) -> Json | None:
        rest, credit = self._credit(node)
        if "expandable" in node.attrs or "collapsed" in node.attrs:
            text = self._inline.read(rest)
            return {"type": "expandable_blockquote", "text": text, **credit} if text != "" else None
        blocks = self.blocks(rest)
        return {"type": "blockquote", "blocks": blocks, **credit} if blocks else None

    def _aside(self, node: Node) -> Json | None:
        rest, credit = self._credit(node)
        text = self._inline.read(rest)
        return {"type": "pullquote", "text": text, **credit} if text != "" else None

    def _details(self, node: Node) -> Json:
        summary = node.child("summary")
        if summary is None:
            raise broken('tag "details" needs a "summary"')
        body = self.blocks([child for child in node.children if child is not summary])
        block: Json = {"type": "details", "summary": self._inline.read(summary.children), "blocks": body}
        return {**block, "is_open": True} if "open" in node.attrs else block

    def _list(self, node: Node) -> Json | None:
        items = node.nodes("li")
        if any(child.tag != "li" if isinstance(child, Node) else child.strip() for child in node.children):
            raise broken(f'only "li" can be used inside "{node.tag}"')
        reverse = "reversed" in node.attrs
        start = node.attrs.get("start", "")
        number = int(start) if start.lstrip("-").isdecimal() else len(items) if reverse else 1
        made = []
        for item in items:
            if item.attrs.get("value", "").isdecimal():
                number = int(item.attrs["value"])
            made.append(self._item(item, node.tag == "ol", number, item.attrs.get("type") or node.attrs.get("type")))
            number += -1 if reverse else 1
        return {"type": "list", "items": made} if made else None

    def _item(self, item: Node, ordered: bool, number: int, kind: str | None) -> Json:
        box = item.child("input")
        shown: Json = {"label": "•", "blocks": self.blocks([child for child in item.children if child is not box])}
        if box is not None:
            shown |= {"has_checkbox": True, **({"is_checked": True} if "checked" in box.attrs else {})}
        if ordered:
            kind = kind if kind in {"a", "A", "i", "I", "1"} else "1"
            shown |= {"label": f"{_label(number, kind)}.", "value": number, "type": kind}
        return shown

    def _media(self, node: Node, caption: Json | None = None) -> Json:
        shown: Json = {"caption": caption} if caption else {}
        if node.tag == "tg-map":
            return {"type": "map", **_map(node), **shown}
        kind = MEDIA[node.tag]
        if "tg-spoiler" in node.attrs and kind != "audio":
            shown["has_spoiler"] = True
        return {"type": kind, kind: MediaRef(kind, node.attrs.get("src", "")), **shown}

    def _caption(self, node: Node) -> Json | None:
        caption = node.child("figcaption")
        if caption is None:
            return None
        rest, credit = self._credit(caption)
        return {"text": self._inline.read(rest), **credit}

    def _figure(self, node: Node) -> Json:
        media = node.nodes("img", "video", "audio", "tg-map")
        if len(media) != 1:
            raise broken('tag "figure" needs exactly one media')
        return self._media(media[0], self._caption(node))

    def _gallery(self, node: Node) -> Json:
        blocks = [self._media(item) for item in node.nodes("img", "video")]
        if not blocks:
            raise broken(f'tag "{node.tag}" needs media')
        caption = self._caption(node)
        kind = node.tag.removeprefix("tg-")
        return {"type": kind, "blocks": blocks, **({"caption": caption} if caption else {})}

    def _math(self, node: Node) -> Json | None:
        expression = "".join(_raw(child) for child in node.children).strip()
        return {"type": "mathematical_expression", "expression": expression} if expression else None

    def _table(self, node: Node) -> Json | None:
        rows = [*node.nodes("tr"), *(row for part in node.nodes("thead", "tbody") for row in part.nodes("tr"))]
        cells = [[self._cell(cell) for cell in row.nodes("td", "th")] for row in rows]
        block: Json = {"type": "table", "cells": [row for row in cells if row]}
        block |= {f"is_{name}": True for name in ("bordered", "striped", "compact") if name in node.attrs}
        caption = node.child("caption")
        if caption is not None and (text := self._inline.read(caption.children)) != "":
            block["caption"] = text
        return block if block["cells"] else None

    def _cell(self, cell: Node) -> Json:
        align, valign = cell.attrs.get("align", "left"), cell.attrs.get("valign", "top")
        if align not in {"left", "center", "right"} or valign not in {"top", "middle", "bottom"}:
            raise broken("wrong alignment of a table cell")
        shown: Json = {"align": align, "valign": valign}
        text: RichText = self._inline.read(cell.children)
        if text != "":
            shown["text"] = text
        if cell.tag == "th":
            shown["is_header"] = True
        for span in ("colspan", "rowspan"):
            if (value := cell.attrs.get(span, "")).isdecimal() and int(value) > 1:
                shown[span] = int(value)
        return shown


def _raw(child: Node | str) -> str:
    return child if isinstance(child, str) else "".join(_raw(inner) for inner in child.children)


def _map(node: Node) -> Json:
    try:
        place = {"latitude": float(node.attrs["lat"]), "longitude": float(node.attrs["long"])}
        zoom = int(node.attrs.get("zoom", "14"))
    except (KeyError, ValueError) as error:
        raise broken('tag "tg-map" needs "lat" and "long"') from error
    return {"location": place, "zoom": zoom, "width": 600, "height": 300}


def _label(number: int, kind: str) -> str:
    if kind == "1" or number < 1:
        return str(number)
    if kind in {"i", "I"}:
        label = ""
        for value, sign in ROMAN:
            label += sign * (number // value)
            number %= value
    else:
        label = ""
        while number:
            number, digit = divmod(number - 1, 26)
            label = chr(ord("a") + digit) + label
    return label.upper() if kind.isupper() else label
