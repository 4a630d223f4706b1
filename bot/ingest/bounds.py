"""How long an article may be: a body goes on beyond that only where somebody wants the bot to choke. Pure."""

from collections.abc import Iterable
from dataclasses import replace

from storage.records import Block, BlockKind

MOST_LETTERS = 300_000  # of a body, as much as half a novel: ten times the longest report of any newsroom
MOST_BLOCKS = 5_000
_LONGEST_BLOCK = MOST_LETTERS // 2
_OF_BLOCK = 16  # letters that a block counts beyond its text: short ones cost as well


def within_bounds(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """The blocks from the first as long as they fit together; of one that is too long alone its beginning.

    Addresses and cells count as they are written. What comes after the first that does not fit is left out.
    """
    kept: list[Block] = []
    room = MOST_LETTERS
    for block in map(_begun, blocks):
        room -= _weight(block)
        if room < 0 or len(kept) == MOST_BLOCKS:
            break
        kept.append(block)
    return tuple(kept)


def _weight(block: Block) -> int:
    cells = sum(len(cell) for row in block.rows for cell in row)
    links = sum(len(link.url) for link in block.links)
    return _OF_BLOCK + len(block.text) + len(block.url or "") + cells + links


def _begun(block: Block) -> Block:
    """A block that is too long up to a blank; of a table the lines of its first rows."""
    if len(block.text) <= _LONGEST_BLOCK:
        return block
    text = block.text[:_LONGEST_BLOCK].rpartition(" ")[0] or block.text[:_LONGEST_BLOCK]
    if block.kind is BlockKind.TABLE:
        return Block(BlockKind.PARAGRAPH, text)
    return replace(block, text=text, links=tuple(link for link in block.links if link.end <= len(text)))
