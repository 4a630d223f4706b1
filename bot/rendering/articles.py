"""A whole article in the chat: as a rich message, and as plain messages for servers that know none.

Both are made of the same pieces, so that a fallback loses nothing but the looks.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from itertools import groupby
from zoneinfo import ZoneInfo

from aiogram.types import InlineKeyboardMarkup, InputRichMessage
from aiogram.utils.formatting import BlockQuote, Bold, Text

from bot.rendering.headlines import linked_title, source_of, title_of
from bot.rendering.locales import Words
from bot.rendering.message import MAX_ENTITIES, MAX_TEXT, Node, Outgoing, compose, length, link
from bot.rendering.texts import clean, cut_at_sentence, cut_at_word, is_blank, one_line, web_url
from storage.records import Article, Block, BlockKind

# Telegram's bounds of one rich message (Bot API 10.1). Its characters are counted here with the markup, which is
# never less than what Telegram counts.
MAX_RICH = 32_768
MAX_BLOCKS = 500
MAX_MEDIA = 50

MAX_TITLE = 400  # code points
MAX_PLAIN_MESSAGES = 8  # a longer article is finished on its page: more would bury the chat
_TAIL_BLOCKS = 4  # kept for the closing lines
_PLAIN_TAIL = 300  # code points kept for the closing lines
_MAX_CAPTION = 1000


@dataclass(frozen=True, slots=True)
class _Piece:
    """A run of the article that is shown as one: its blocks share a kind (and a numbering)."""

    kind: BlockKind
    blocks: tuple[Block, ...]


def rich_article(article: Article, words: Words, *, timezone: ZoneInfo, now: datetime) -> InputRichMessage:
    """The article for sendRichMessage. What does not fit is left to the page, and a sentence says so."""
    address = web_url(article.url)
    title = _escaped(title_of(article, MAX_TITLE))
    heading = f'<h1><a href="{escape(address)}">{title}</a></h1>' if address else f"<h1>{title}</h1>"
    parts = [heading, f"<p>{_escaped(_byline(article, words, timezone=timezone, now=now))}</p>"]
    room = MAX_RICH - sum(map(len, [*parts, *_rich_end(article, words, is_cut=True)]))
    rows = MAX_BLOCKS - _TAIL_BLOCKS - len(parts)
    media = MAX_MEDIA
    is_cut = False
    for piece in _pieces(article):
        if piece.kind is BlockKind.IMAGE:
            media -= 1
            if media < 0:
                continue
        html = _rich(piece)
        if len(html) > room or len(piece.blocks) + 1 > rows:
            is_cut = True
            html = _rich_part(piece, room, rows)
        parts.append(html)
        room -= len(html)
        rows -= len(piece.blocks) + 1
        if is_cut:
            break
    parts += _rich_end(article, words, is_cut=is_cut)
    return InputRichMessage(html="".join(parts), skip_entity_detection=True)


def plain_article(
    article: Article,
    words: Words,
    *,
    timezone: ZoneInfo,
    now: datetime,
    keyboard: InlineKeyboardMarkup | None = None,
) -> tuple[Outgoing, ...]:
    """The same content as plain messages split between paragraphs; the keyboard stands under the last."""
    byline = one_line(_byline(article, words, timezone=timezone, now=now))
    nodes: list[Node] = [Text(linked_title(article, MAX_TITLE), "\n", byline)]
    for piece in _pieces(article):
        nodes += _plain(piece, words)
    pages = _paginate(nodes)
    is_cut = len(pages) > MAX_PLAIN_MESSAGES
    pages = pages[:MAX_PLAIN_MESSAGES]
    end = [words.text("article.cut"), "\n"] if is_cut else []
    pages[-1] += ["\n\n", *end, link(words.text("article.page", source=source_of(article)), article.url)]
    last = len(pages) - 1
    return tuple(compose(*page, keyboard=keyboard if number == last else None) for number, page in enumerate(pages))


def _byline(article: Article, words: Words, *, timezone: ZoneInfo, now: datetime) -> str:
    when = words.moment(article.published_at, timezone=timezone, now=now)
    author = one_line(article.author or "")
    return " · ".join([source_of(article), *([author] if not is_blank(author) else []), when])


def _pieces(article: Article) -> Iterator[_Piece]:
    """The article's picture, lead and body in the order of reading, nothing twice, nothing empty."""
    blocks = [block for block in article.body if _is_shown(block)]
    texts = [one_line(block.text) for block in blocks if block.kind is not BlockKind.IMAGE]
    lead = one_line(article.lead)
    if lead and not is_blank(lead) and not (texts and texts[0].startswith(lead.rstrip("….").rstrip())):
        blocks.insert(0, Block(BlockKind.PARAGRAPH, lead))
    picture = web_url(article.image)
    if picture and picture not in {web_url(block.url) for block in blocks}:
        blocks.insert(0, Block(BlockKind.IMAGE, "", url=picture))
    for (kind, _), run in groupby(enumerate(blocks), key=lambda found: _run_key(*found)):
        yield _Piece(kind, tuple(block for _, block in run))


def _is_shown(block: Block) -> bool:
    return web_url(block.url) is not None if block.kind is BlockKind.IMAGE else not is_blank(clean(block.text))


def _run_key(position: int, block: Block) -> tuple[BlockKind, int]:
    """Items of one list run together; anything else stands alone."""
    is_item = block.kind is BlockKind.LIST_ITEM
    return (block.kind, -1 - (block.level == 1)) if is_item else (block.kind, position)


def _rich(piece: _Piece) -> str:
    block = piece.blocks[0]
    text = escape(one_line(block.text)) if piece.kind is BlockKind.HEADING else _escaped(block.text)
    match piece.kind:
        case BlockKind.HEADING:
            level = min(max(block.level, 2), 4)
            return f"<h{level}>{text}</h{level}>"
        case BlockKind.PARAGRAPH:
            return f"<p>{text}</p>"
        case BlockKind.QUOTE:
            return f"<blockquote>{text}</blockquote>"
        case BlockKind.LIST_ITEM:
            tag = "ol" if block.level == 1 else "ul"
            items = "".join(f"<li>{_escaped(item.text)}</li>" for item in piece.blocks)
            return f"<{tag}>{items}</{tag}>"
        case BlockKind.IMAGE:
            caption = "" if is_blank(clean(block.text)) else f"<figcaption>{text}</figcaption>"
            return f'<figure><img src="{escape(web_url(block.url) or "")}">{caption}</figure>'
        case BlockKind.TABLE:
            return "".join(f"<p>{_escaped(row)}</p>" for row in block.text.split("\n"))


def _rich_part(piece: _Piece, room: int, rows: int) -> str:
    """As much of the piece as fits: whole items of a list, whole sentences of a text; nothing of a picture."""
    if piece.kind is BlockKind.LIST_ITEM:
        count = min(len(piece.blocks), max(rows - 1, 0))
        while count and len(_rich(_Piece(piece.kind, piece.blocks[:count]))) > room:
            count -= 1
        return _rich(_Piece(piece.kind, piece.blocks[:count])) if count else ""
    # Escaping makes a character at most six (&quot;, &#x27;), so a sixth of the room is always safe.
    fits = (room - 30) // 6
    if piece.kind is BlockKind.IMAGE or fits < 40 or rows < 2:
        return ""
    first = piece.blocks[0]
    return _rich(_Piece(piece.kind, (Block(first.kind, cut_at_sentence(clean(first.text), fits), first.level),)))


def _rich_end(article: Article, words: Words, *, is_cut: bool) -> Iterator[str]:
    if is_cut:
        yield f"<p><i>{_escaped(words.text('article.cut'))}</i></p>"
    address = web_url(article.url)
    if address:
        label = _escaped(words.text("article.page", source=source_of(article)))
        yield f'<footer><a href="{escape(address)}">{label}</a></footer>'


def _escaped(text: str) -> str:
    return escape(_kept_lines(text)).replace("\n", "<br>")


def _kept_lines(text: str) -> str:
    """The text with its own line breaks, none of them empty."""
    return "\n".join(line for part in clean(text).split("\n") if (line := one_line(part)))


def _plain(piece: _Piece, words: Words) -> Iterator[Node]:
    """The piece as nodes of which each stands between blank lines; a picture is its caption."""
    block = piece.blocks[0]
    match piece.kind:
        case BlockKind.HEADING:
            yield Bold(cut_at_word(one_line(block.text), MAX_TITLE))
        case BlockKind.PARAGRAPH:
            yield from _portions(_kept_lines(block.text))
        case BlockKind.QUOTE:
            yield from (BlockQuote(portion) for portion in _portions(_kept_lines(block.text)))
        case BlockKind.LIST_ITEM:
            lines = (
                f"{number}. {one_line(item.text)}" if block.level == 1 else f"• {one_line(item.text)}"
                for number, item in enumerate(piece.blocks, start=1)
            )
            yield from _portions("\n".join(lines))
        case BlockKind.IMAGE:
            caption = cut_at_sentence(one_line(block.text), _MAX_CAPTION)
            yield link(f"🖼 {words.text('article.picture') if is_blank(caption) else caption}", block.url)


def _portions(text: str) -> Iterator[str]:
    """A text longer than a message in several, cut after a line or a sentence."""
    limit = MAX_TEXT - _PLAIN_TAIL
    while len(text) > limit:
        head = text[: text.rfind("\n", 0, limit)] if "\n" in text[limit // 2 : limit] else cut_at_sentence(text, limit)
        yield head
        text = text[len(head.removesuffix("…")) :].lstrip()
    if text:
        yield text


def _paginate(nodes: Sequence[Node]) -> list[list[Node]]:
    """The nodes laid out on messages, each with room for the closing lines."""
    pages: list[list[Node]] = []
    room = 0
    for node in nodes:
        need = length(node) + 2
        if not pages or need > room or len(pages[-1]) > MAX_ENTITIES:
            pages.append([node])
            room = MAX_TEXT - _PLAIN_TAIL - need + 2
        else:
            pages[-1] += ["\n\n", node]
            room -= need
    return pages
