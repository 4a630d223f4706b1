"""Takes from the start and the end of a text what is never its start or its end: menus, dates, contacts, names."""

import re
from collections.abc import Sequence

from bot.ingest import phrases
from bot.ingest.blocks import Piece
from bot.ingest.dates import read_date
from storage.records import BlockKind

SHORT = 200  # characters; the site's own lines are shorter, an article's paragraph seldom is
MANY_LINKS = 0.3  # share of a line's letters, from which it is a menu where it is short and no sentence
ALL_LINKS = 0.7  # share of a line's letters in links, from which it is a list of links
LABEL = 40  # characters of a label before a colon
SENTENCE_ENDS = (".", "!", "?", "…", ":", "»", '"', "”")
_CONTACTS = 4  # lines at the end of a press release
_STAMP_LETTERS = 25  # of a date with its day of the week and zone
_HEAD_LINES = 5  # among which the text must start
_LINES = frozenset({BlockKind.PARAGRAPH, BlockKind.LIST_ITEM})


def without_head(pieces: list[Piece]) -> list[Piece]:
    """Drop from the start what comes before the text: the site's menu, the line with the date."""
    texts = [at for at, piece in enumerate(pieces) if piece.block.kind is not BlockKind.IMAGE]
    starts = [at for at in texts[:_HEAD_LINES] if not _is_head_line(pieces[at])]
    if not starts:
        return pieces
    heads = {at for at in texts[:_HEAD_LINES] if at < starts[0] or _is_stamp(pieces[at])}
    heads |= _around_stamps(pieces, texts[: _HEAD_LINES * 2], heads)
    return [piece for at, piece in enumerate(pieces) if at not in heads]


def _around_stamps(pieces: Sequence[Piece], texts: Sequence[int], heads: set[int]) -> set[int]:
    """The short lines beside a date at the head: a name, a rubric, the names of buttons."""
    found: set[int] = set()
    for order in (texts, texts[::-1]):
        is_beside = False
        for at in order:
            is_beside = at in heads or (is_beside and _is_bare(pieces[at]))
            found |= {at} if is_beside else set()
    return found if len(found) < len(pieces) else set()


def _is_bare(piece: Piece) -> bool:
    """Whether a line is neither a heading nor a sentence and no longer than a name with its title."""
    block = piece.block
    return block.kind in _LINES and len(block.text) <= LABEL and not block.text.endswith(SENTENCE_ENDS)


def _is_stamp(piece: Piece) -> bool:
    """Whether a line is a date and little else, or names who wrote the text."""
    text = piece.block.text
    if len(text) > SHORT // 2 or piece.block.kind not in _LINES or text.endswith(SENTENCE_ENDS):
        return False
    letters = len(re.sub(r"[\W\d]+", "", text))
    is_dated = phrases.DAY.match(text) is not None or read_date(text) is not None
    return phrases.BYLINE.match(text) is not None or (letters <= _STAMP_LETTERS and is_dated)


def _is_head_line(piece: Piece) -> bool:
    text = piece.block.text
    if len(text) > SHORT // 2 or piece.block.kind is BlockKind.QUOTE or text.endswith(SENTENCE_ENDS):
        return False
    is_stamp = (
        any(stamp.match(text) for stamp in (phrases.STAMP, phrases.HOUR, phrases.DAY)) or read_date(text) is not None
    )
    return piece.linked >= MANY_LINKS or text.count("|") >= 2 or is_stamp


def without_contacts(pieces: list[Piece]) -> list[Piece]:
    """Drop from the end whom to call about the text, as press offices put it under theirs."""
    for at in range(max(len(pieces) - _CONTACTS, 1), len(pieces)):
        if len(pieces[at].block.text) <= LABEL and phrases.CONTACTS.match(pieces[at].block.text):
            return pieces[:at]
    return pieces


def without_tail(pieces: list[Piece]) -> list[Piece]:
    """Drop from the end what is never the end of an article: a lone link, a heading with nothing under it."""
    while pieces:
        last = pieces[-1]
        if len(pieces) > 1 and phrases.BYLINE.match(last.block.text) and len(last.block.text) <= SHORT // 2:
            pieces = pieces[:-1]
            continue
        if len(pieces) > 1 and phrases.READ_ON.match(last.block.text) and len(last.block.text) <= SHORT // 2:
            pieces = pieces[:-1]
            continue
        is_link = last.linked >= ALL_LINKS and len(last.block.text) <= SHORT
        if last.block.kind is BlockKind.HEADING or (is_link and len(pieces) > 1):
            pieces = pieces[:-1]
        else:
            break
    return pieces
