"""How much a rich message may hold."""

from typing import Any

from bot.sandbox.errors import bad_request
from bot.sandbox.events import flatten
from bot.sandbox.rich_blocks import MediaRef

MAX_CHARACTERS = 32_768
MAX_BLOCKS = 500  # nested blocks, list items, table rows and quotes counted
MAX_DEPTH = 16  # levels of blocks and formatting
MAX_MEDIA = 50
MAX_COLUMNS = 20


def check_limits(blocks: list[dict[str, Any]]) -> None:
    """Raises Telegram's refusal for the first limit that is passed."""
    if _depth(blocks) > MAX_DEPTH:
        raise bad_request("RICH_MESSAGE_DEPTH_INVALID")
    if sum(map(_count_blocks, blocks)) > MAX_BLOCKS:
        raise bad_request("RICH_MESSAGE_BLOCKS_TOO_MUCH")
    if _count_media(blocks) > MAX_MEDIA:
        raise bad_request("RICH_MESSAGE_MEDIA_TOO_MUCH")
    if _columns(blocks) > MAX_COLUMNS:
        raise bad_request("RICH_MESSAGE_TABLE_COLUMNS_TOO_MUCH")
    if len(flatten(blocks)) > MAX_CHARACTERS:
        raise bad_request("RICH_MESSAGE_TOO_LONG")


def _depth(node: Any) -> int:
    if isinstance(node, list):
        return max(map(_depth, node), default=0)
    if isinstance(node, dict):
        return 1 + max(map(_depth, node.values()), default=0)
    return 0


def _count_blocks(block: dict[str, Any]) -> int:
    inner = sum(map(_count_blocks, block.get("blocks") or []))
    items = sum(1 + sum(map(_count_blocks, item["blocks"])) for item in block.get("items") or [])
    return 1 + inner + items + len(block.get("cells") or [])


def _count_media(node: Any) -> int:
    if isinstance(node, MediaRef):
        return 1
    inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return sum(map(_count_media, inner))


def _columns(node: Any) -> int:
    inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    widest = max(map(_columns, inner), default=0)
    if isinstance(node, dict) and node.get("type") == "table":
        rows = (sum(int(cell.get("colspan", 1)) for cell in row) for row in node.get("cells") or [])
        widest = max(widest, *rows, 0)
    return widest
