"""Blocks a bot gives ready made (InputRichBlock), as the blocks of RichMessage."""

from typing import Any

from bot.sandbox.errors import bad_request
from bot.sandbox.rich_blocks import MediaRef
from bot.sandbox.world import Json

MEDIA_BLOCKS = ("photo", "video", "audio", "animation", "document", "voice_note")
# What a block cannot be without, by its type.
NEEDED = {
    "paragraph": ("text",),
    "heading": ("text", "size"),
    "pre": ("text",),
    "footer": ("text",),
    "divider": (),
    "mathematical_expression": ("expression",),
    "anchor": ("name",),
    "list": ("items",),
    "blockquote": ("blocks",),
    "expandable_blockquote": ("text",),
    "pullquote": ("text",),
    "collage": ("blocks",),
    "slideshow": ("blocks",),
    "table": ("cells",),
    "details": ("summary", "blocks"),
    **{kind: (kind,) for kind in MEDIA_BLOCKS},
}


def given_blocks(blocks: Any) -> list[Json]:
    """Checks types and needed fields; media become addresses to fetch."""
    return [_block(block) for block in _objects(blocks, "InputRichBlock")]


def _objects(items: Any, name: str) -> list[Json]:
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise bad_request(f"can't parse {name}: Expected an Array of {name}")
    return items


def _block(block: Json) -> Json:
    kind = block.get("type")
    if kind not in NEEDED:
        raise bad_request("can't parse InputRichBlock: Unsupported type specified")
    for name in NEEDED[kind]:
        if not block.get(name):
            raise bad_request(f"can't parse InputRichBlock: Can't find field \"{name}\"")
    shown = dict(block)
    if kind in MEDIA_BLOCKS:
        shown |= _media(kind, block[kind])
    if "blocks" in block:
        shown["blocks"] = given_blocks(block["blocks"])
    if kind == "list":
        shown["items"] = [_item(item) for item in _objects(block["items"], "InputRichBlockListItem")]
    if kind == "table":
        rows = block["cells"] if isinstance(block["cells"], list) else [block["cells"]]
        shown["cells"] = [
            [{"align": "left", "valign": "top", **cell} for cell in _objects(row, "RichBlockTableCell")] for row in rows
        ]
    return shown


def _media(kind: str, media: Any) -> Json:
    if not isinstance(media, dict) or not media.get("media"):
        raise bad_request("can't parse InputRichBlock: Media expected")
    spoiler = {"has_spoiler": True} if media.get("has_spoiler") else {}
    return {kind: MediaRef(kind, str(media["media"])), **spoiler}


def _item(item: Json) -> Json:
    label = f"{item['value']}." if item.get("value") else "•"
    return {"label": label, **item, "blocks": given_blocks(item.get("blocks"))}
