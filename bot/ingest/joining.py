"""One article out of several pages. Pure."""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.ingest.bounds import within_bounds
from bot.ingest.stages import ExtractedPage
from storage.records import Block, BlockKind

MOST_PAGES = 10  # after the first; more is a book or a loop
_TELLING = 20  # letters; shorter lines may come twice in one article


def join_pages(pages: Sequence[ExtractedPage]) -> ExtractedPage:
    """The first page, and of each further one what was not said before. A page that says nothing new is the last."""
    first, *further = pages
    body = list(first.body)
    seen = {_mark(block) for block in (_spoken(first.title), _spoken(first.lead), *first.body)}
    for page in further:
        more = [block for block in _blocks(page) if _is_new(block, seen, page.title)]
        if not any(block.kind is not BlockKind.IMAGE for block in more):
            break
        seen.update(map(_mark, more))
        body.extend(more)
    return replace(first, body=within_bounds(body), next_url=None)


def says_more(pages: Sequence[ExtractedPage]) -> bool:
    """Whether the last of some pages says anything that those before it did not."""
    return len(pages) == 1 or len(join_pages(pages).body) > len(join_pages(pages[:-1]).body)


def _blocks(page: ExtractedPage) -> tuple[Block, ...]:
    """A page's whole text: its lead stands before the body, unless it is only how the body begins."""
    begins = next((block.text for block in page.body if block.kind is not BlockKind.IMAGE), "")
    if not page.lead or begins.startswith(page.lead.rstrip("…")):
        return page.body
    return (_spoken(page.lead), *page.body)


def _is_new(block: Block, seen: set[str], title: str) -> bool:
    mark = _mark(block)
    if block.kind is BlockKind.HEADING and mark == _mark(_spoken(title)):
        return False
    is_telling = block.kind is BlockKind.IMAGE or len(mark) >= _TELLING
    return not (is_telling and mark in seen)


def _mark(block: Block) -> str:
    """What makes two blocks the same."""
    if block.kind is BlockKind.IMAGE:
        return block.url or ""
    return re.sub(r"\W+", "", block.text).casefold()


def _spoken(text: str) -> Block:
    return Block(BlockKind.PARAGRAPH, text)
