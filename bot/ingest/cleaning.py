"""Takes the site's own words out of an article: share lines, lists of other headlines, log-in and cookie lines.

Rules of form, not copies of any site: how much of a line is links, where it stands, how short it is, and a few words
that such lines cannot do without. A word alone never condemns a line: an article may be about Telegram or cookies.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.ingest import phrases
from bot.ingest.blocks import Piece, whole_blocks, with_text
from bot.ingest.edges import (
    ALL_LINKS,
    LABEL,
    MANY_LINKS,
    SENTENCE_ENDS,
    SHORT,
    without_contacts,
    without_head,
    without_tail,
)
from storage.records import Block, BlockKind

_MANY, _MOSTLY = 4, 0.5  # links of one line, and the share of its letters in them
_WHOLLY = 0.9

_FEW_LETTERS = 12  # beside networks' names: "we are on", "and"
_LABEL_REST = 20  # characters after "Read also" in a heading of its own: "stories of the day"
_SENTENCE_BREAK = re.compile(r"(?<=[.!?…])\s+")
_LABELLED = 60  # characters of a label with what it names
_BULLETS = '-–—•*►▶👉→ «"'
_WALL_LENGTH = 500  # characters; a wall shows a sentence or two of the article at most
_BARS = 2  # between the parts of a menu
_PULLED = 25  # letters of a sentence that may be pulled out of the text


def article_alone(pieces: Sequence[Piece], title: str) -> tuple[Block, ...]:
    """The blocks that belong to the article, in their order.

    `title` is dropped where the text repeats it as its first line.
    """
    kept = [piece for piece in pieces if piece.block.kind is BlockKind.IMAGE or not is_furniture(piece)]
    kept = _without_link_lists(_without_also(pieces, _without_repeats(kept)))
    kept = without_tail(without_contacts(without_head(kept)))
    first = next((piece for piece in kept if piece.block.kind is not BlockKind.IMAGE), None)
    if first is not None and _same(first.block.text, title) and len(kept) > 1:
        kept.remove(first)
    return without_empty_headings(whole_blocks(replace(piece, block=_uncut(piece.block)) for piece in kept))


def opening_of(blocks: Sequence[Block]) -> int | None:
    """Where the text opens: its first block, or the paragraph right under it when that is a heading."""
    texts = [at for at, block in enumerate(blocks) if block.kind is not BlockKind.IMAGE]
    kinds = [blocks[at].kind for at in texts[:2]]
    return texts[1] if kinds == [BlockKind.HEADING, BlockKind.PARAGRAPH] else next(iter(texts), None)


def is_furniture(piece: Piece) -> bool:
    """Whether a line is the site's own wherever it stands."""
    text = piece.block.text
    if len(text) > SHORT * 2:
        return False
    if text.count("|") >= _BARS and piece.linked >= MANY_LINKS and not text.endswith(SENTENCE_ENDS):
        return True
    if phrases.IDLE.match(text) or (len(text) <= SHORT and phrases.NOTICE.search(text)):
        return True
    if phrases.MORE.match(text) or _is_advertisement(piece) or (phrases.COUNT.match(text) and _may_be_label(piece)):
        return True
    traits = (_is_appeal, _is_share, _is_newsletter, _is_log_in, _is_cookie, _is_correction, _is_credit)
    return any(trait(text) for trait in traits)


def is_wall(blocks: Sequence[Block]) -> bool:
    """Whether what a page gave is a wall in place of the article: little text, most of it a demand on the reader.

    The traits must meet in one sentence: a report on a portal has them, too, but spread over its paragraphs.
    """
    length = sum(len(block.text) for block in blocks)
    if length > _WALL_LENGTH:
        return False
    return any(len(block.text) > length / 2 and _asks_before_reading(block.text) for block in blocks)


def _asks_before_reading(text: str) -> bool:
    return _is_cookie(text) or any(_is_demand(sentence) for sentence in _SENTENCE_BREAK.split(text))


def _is_demand(sentence: str) -> bool:
    if phrases.WALL.search(sentence):
        return True
    is_withheld = phrases.WHOLE_TEXT.search(sentence) and phrases.ENTRY.search(sentence)
    asks_to_log_in = phrases.LOG_IN_CALL.search(sentence) and phrases.NEEDED.search(sentence)
    return bool(is_withheld or (asks_to_log_in and phrases.TO_READER.search(sentence)))


def _is_advertisement(piece: Piece) -> bool:
    text = piece.block.text
    is_short = len(text) <= _LABELLED or piece.linked >= MANY_LINKS
    return bool((is_short and phrases.ADVERTISEMENT.match(text)) or phrases.ADVERTISER.match(text))


def _may_be_label(piece: Piece) -> bool:
    """Whether a line may be a label and what it names; a whole sentence without links is a report."""
    text = piece.block.text
    return len(text) <= _LABELLED or piece.linked >= MANY_LINKS or not text.endswith((".", "!", "?"))


def _is_share(text: str) -> bool:
    """Hardly anything but networks' names, a call that starts the line or invites to "us", or its label before them."""
    label = text.strip(f"{_BULLETS}:")
    if text.endswith(":") and (call := phrases.CALLS.match(label)):
        return len(text) <= LABEL and (call.end() == len(label) or phrases.US.search(label) is not None)
    names = phrases.NETWORKS.findall(text)
    if not names or len(text) > SHORT:
        return False
    rest = re.sub(r"\W+", "", phrases.NETWORKS.sub("", phrases.CALLS.sub("", text)))
    if len(names) >= 2 and len(rest) <= _FEW_LETTERS:
        return True
    starts = phrases.CALLS.match(text.lstrip(_BULLETS)) is not None
    return (starts and len(text) <= SHORT // 2) or bool(phrases.CALLS.search(text) and phrases.US.search(text))


def _is_appeal(text: str) -> bool:
    """What the site asks of its reader, and whose picture stands above."""
    return bool(phrases.APPEAL.search(text) or phrases.PICTURED.match(text))


def _is_newsletter(text: str) -> bool:
    start = text.lstrip(_BULLETS)
    is_call = phrases.CALLS.match(start) or phrases.LOG_IN_CALL.match(start)
    return len(text) <= SHORT // 2 and bool(is_call and phrases.NEWSLETTER.search(text))


def _is_log_in(text: str) -> bool:
    return (
        len(text) <= SHORT
        and bool(phrases.LOG_IN.search(text))
        and bool(phrases.COMMENT.search(text))
        and (bool(phrases.NEEDED.search(text)) or len(text) <= SHORT // 2)
    )


def _is_cookie(text: str) -> bool:
    return (
        len(text) <= SHORT * 2
        and bool(phrases.COOKIES.search(text))
        and bool(phrases.CONSENT.search(text))
        and bool(phrases.ADDRESS.search(text))
    )


def _is_correction(text: str) -> bool:
    """How a reader may tell the newsroom of a misprint."""
    return len(text) <= SHORT and bool(phrases.SHORTCUT.search(text) and phrases.MISTAKE.search(text))


def _is_credit(text: str) -> bool:
    return len(text) <= SHORT and bool(phrases.CREDIT.match(text) or phrases.APPEARED.search(text))


def _without_also(pieces: Sequence[Piece], kept: Sequence[Piece]) -> list[Piece]:
    """Drop "Read also" lines with the links that follow each of them."""
    alive = {id(piece) for piece in kept}
    result: list[Piece] = []
    follows = False
    for piece in pieces:
        if id(piece) not in alive:
            continue
        if announces_others(piece):
            follows = True
            continue
        is_link = piece.linked >= ALL_LINKS or (piece.block.kind is BlockKind.IMAGE and follows)
        follows = follows and is_link
        if not follows:
            result.append(piece)
    return result


def announces_others(piece: Piece) -> bool:
    """Whether a line says "Read also": alone, before a colon or with its links, not as the start of a sentence."""
    text = piece.block.text
    match = phrases.ALSO.match(text)
    if match is None or len(text) > SHORT:
        return False
    rest = text[match.end() :].strip()
    is_label = len(rest) <= _LABEL_REST and not rest.endswith((".", "!", "?"))
    names_one = rest.startswith((":", "—", "–", "→")) and _may_be_label(piece)
    return is_label or names_one or piece.linked > MANY_LINKS


def _without_link_lists(pieces: Sequence[Piece]) -> list[Piece]:
    """Drop runs of two or more short lines that are links altogether: other headlines."""
    result: list[Piece] = []
    run: list[Piece] = []
    for piece in [*(one for one in pieces if not _is_listed_in_one(one)), None]:
        if (
            piece is not None
            and piece.block.kind is not BlockKind.IMAGE
            and piece.linked >= ALL_LINKS
            and len(piece.block.text) <= SHORT
        ):
            run.append(piece)
            continue
        announced = bool(result) and result[-1].block.text.endswith(":")  # the article's own list of links
        result.extend(run if announced or (len(run) < 2 and not any(map(_is_headline, run))) else ())
        run = []
        if piece is not None:
            result.append(piece)
    return result


def _is_listed_in_one(piece: Piece) -> bool:
    """Whether a line is many headlines, run together because their page has nothing but line breaks between them."""
    return len(piece.block.links) >= _MANY and piece.linked >= _MOSTLY and piece.block.kind is BlockKind.PARAGRAPH


def _is_headline(piece: Piece) -> bool:
    """Whether a line by itself is another story's headline: all of it a link, and no sentence."""
    text = piece.block.text
    return piece.linked >= _WHOLLY and piece.block.kind is BlockKind.PARAGRAPH and not text.endswith(SENTENCE_ENDS)


def _without_repeats(pieces: Sequence[Piece]) -> list[Piece]:
    """Drop quotations that a longer paragraph says word for word: they were pulled out of it to be seen."""
    said = [_squeezed(piece.block.text) for piece in pieces]
    return [
        piece
        for piece, text in zip(pieces, said, strict=True)
        if not _may_be_pulled(piece) or not any(text in other and len(other) > len(text) for other in said)
    ]


def _may_be_pulled(piece: Piece) -> bool:
    text = piece.block.text
    is_quoted = piece.block.kind is BlockKind.QUOTE or text.startswith(("“", "«", '"', "„"))
    return is_quoted and _PULLED <= len(text) <= SHORT


def _squeezed(text: str) -> str:
    return re.sub(r"\W+", "", text).casefold()


def without_empty_headings(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """A heading directly before a heading of its own or a higher level has lost its text to the cleaning."""
    following = (*blocks[1:], None)
    return tuple(
        block
        for block, after in zip(blocks, following, strict=False)
        if block.kind is not BlockKind.HEADING
        or (after is not None and not (after.kind is BlockKind.HEADING and after.level <= block.level))
    )


def _uncut(block: Block) -> Block:
    if block.kind is BlockKind.IMAGE:
        text = phrases.CAPTION_TAIL.sub("", block.text)
    else:
        text = phrases.CUT_TAIL.sub("…", block.text)
    return with_text(block, text)


def _same(one: str, other: str) -> bool:
    return bool(other) and _squeezed(one) == _squeezed(other)
