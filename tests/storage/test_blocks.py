"""What an article's row keeps of its body."""

import json

import pytest

from storage.records import Block, BlockKind, Link
from storage.rows import pack_block, unpack_block

BLOCKS = [
    Block(
        BlockKind.PARAGRAPH, "Мост открыт", links=(Link(0, 4, "https://a.example/"), Link(5, 11, "https://b.example/"))
    ),
    Block(BlockKind.TABLE, "a · b\nc", level=1, rows=(("a", "b"), ("c", ""))),
    Block(BlockKind.IMAGE, "Вид", url="https://a.example/1.jpg", links=(Link(0, 3, "https://a.example/"),)),
]


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.kind)
def test_a_block_comes_back_from_its_row_as_it_was(block: Block) -> None:
    assert unpack_block(json.loads(json.dumps(pack_block(block)))) == block
