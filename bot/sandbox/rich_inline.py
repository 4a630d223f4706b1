"""Inline text of a rich message: a string, a list of parts, or a marked part (RichText)."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bot.sandbox.errors import bad_request
from bot.sandbox.rich_html import INLINE, Node, broken
from bot.sandbox.text import MAYBE_AUTOMATIC, find_entities, is_good_link
from bot.sandbox.wire import user_json
from bot.sandbox.world import Entity, User, World

RichText = Any  # str | list | dict, as on the wire

STYLES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "code": "code",
    "mark": "marked",
    "sub": "subscript",
    "sup": "superscript",
    "tg-spoiler": "spoiler",
}
FOUND_FIELDS = {
    "url": "url",
    "email": "email_address",
    "mention": "username",
    "hashtag": "hashtag",
    "cashtag": "cashtag",
    "bot_command": "bot_command",
    "phone_number": "phone_number",
    "bank_card_number": "bank_card_number",
}
SPECIAL_LINKS = {
    "#": ("anchor_link", "anchor_name"),
    "mailto:": ("email_address", "email_address"),
    "tel:": ("phone_number", "phone_number"),
}
BLANKS = re.compile(r"[ \t\n\r\f]+")


class InlineReader:
    """Reads one run of inline nodes; blanks shrink to one across nodes, as in a browser."""

    def __init__(self, world: World, *, detect: bool) -> None:
        self._world = world
        self._detect = detect
        self._after_blank = True

    def read(self, children: list[Node | str]) -> RichText:
        """The text without blanks at its ends; '' when there is none."""
        self._after_blank = True
        return _strip_end(self._parts(children, detect=self._detect))

    def _parts(self, children: list[Node | str], *, detect: bool) -> RichText:
        parts: list[RichText] = []
        for child in children:
            part = self._words(child, detect=detect) if isinstance(child, str) else self._marked(child, detect=detect)
            if isinstance(part, list):
                parts += part
            elif part != "":
                parts.append(part)
        return simplify(parts)

    def _words(self, text: str, *, detect: bool) -> RichText:
        text = BLANKS.sub(" ", text)
        if self._after_blank:
            text = text.lstrip(" ")
        if text:
            self._after_blank = text.endswith(" ")
        return _with_found(text) if detect and MAYBE_AUTOMATIC.search(text) else text

    def _marked(self, node: Node, *, detect: bool) -> RichText:
        if node.tag == "br":
            self._after_blank = True
            return "\n"
        if node.tag in STYLES:
            text = self._parts(node.children, detect=detect and node.tag != "code")
            return {"type": STYLES[node.tag], "text": text} if text != "" else ""
        if node.tag == "a":
            return self._link(node)
        if node.tag == "img" and node.attrs.get("src", "").startswith("tg://emoji?"):
            self._after_blank = False
            number = _query(node.attrs["src"], "id")
            return {"type": "custom_emoji", "custom_emoji_id": number, "alternative_text": node.attrs.get("alt", "")}
        if node.tag not in INLINE or node.tag in {"cite", "input"}:
            raise broken(f'tag "{node.tag}" can\'t be used inside a text')
        return self._special(node)

    def _special(self, node: Node) -> RichText:
        text = self._parts(node.children, detect=False)
        if node.tag == "tg-time":
            if not node.attrs.get("unix", "").isdecimal():
                raise bad_request("RICH_MESSAGE_DATE_INVALID")
            shown = {"unix_time": int(node.attrs["unix"]), "date_time_format": node.attrs.get("format", "")}
            return {"type": "date_time", "text": text, **shown}
        if node.tag == "tg-emoji":
            number = node.attrs.get("emoji-id", "")
            return {"type": "custom_emoji", "custom_emoji_id": number, "alternative_text": str(text)}
        if node.tag == "tg-math":
            return {"type": "mathematical_expression", "expression": str(text)}
        return {"type": "reference", "text": text, "name": node.attrs.get("name", "")}

    def _link(self, node: Node) -> RichText:
        if "href" not in node.attrs:
            return {"type": "anchor", "name": node.attrs.get("name", "")}
        text = self._parts(node.children, detect=False)
        href = node.attrs["href"]
        if text == "":
            return ""
        for start, (kind, field) in SPECIAL_LINKS.items():
            if href.startswith(start):
                return {"type": kind, "text": text, field: href.removeprefix(start)}
        if href.startswith("tg://user?") and (number := _query(href, "id")).isdecimal():
            user = self._world.users.get(int(number)) or User(int(number), "")
            return {"type": "text_mention", "text": text, "user": user_json(user)}
        if not is_good_link(href):
            raise bad_request("RICH_MESSAGE_URL_INVALID")
        return {"type": "url", "text": text, "url": href}


def simplify(parts: list[RichText]) -> RichText:
    """Joins neighbouring strings; a single part stands alone."""
    joined: list[RichText] = []
    for part in parts:
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        else:
            joined.append(part)
    if not joined:
        return ""
    return joined[0] if len(joined) == 1 else joined


def _query(address: str, name: str) -> str:
    return parse_qs(urlsplit(address).query).get(name, [""])[0]


def _with_found(text: str) -> RichText:
    """Links, hashtags and the like in plain words become marked parts."""
    units = text.encode("utf-16-le")
    parts: list[RichText] = []
    at = 0
    for entity in find_entities(text):
        if entity.offset < at:
            continue
        parts.append(units[at * 2 : entity.offset * 2].decode("utf-16-le"))
        at = entity.offset + entity.length
        parts.append(_found(entity, units[entity.offset * 2 : at * 2].decode("utf-16-le")))
    parts.append(units[at * 2 :].decode("utf-16-le"))
    return [part for part in parts if part != ""]


def _found(entity: Entity, words: str) -> RichText:
    kind = "email_address" if entity.type == "email" else entity.type
    value = words.lstrip("@") if entity.type == "mention" else words
    if entity.type == "url" and "://" not in words:
        value = f"http://{words}"
    return {"type": kind, "text": words, FOUND_FIELDS[entity.type]: value}


def _strip_end(text: RichText) -> RichText:
    if isinstance(text, str):
        return text.rstrip(" \n")
    if isinstance(text, list):
        last = _strip_end(text[-1])
        if last == "":
            return _strip_end(simplify(text[:-1])) if len(text) > 1 else ""
        return simplify([*text[:-1], last])
    if "text" in text and text["type"] != "code":
        stripped = _strip_end(text["text"])
        return {**text, "text": stripped} if stripped != "" else ""
    return text
