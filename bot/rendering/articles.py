"""A whole article in the chat: as a rich message, and as plain messages for servers that know none.

Both are made of the same pieces, so that a fallback loses nothing but the looks.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from aiogram.types import InlineKeyboardMarkup, InputRichMessage
from aiogram.utils.formatting import BlockQuote, Bold, Text

from bot.rendering.headlines import linked_title, source_of, title_of
from bot.rendering.linked import linked, linked_line, linked_nodes, plain_nodes, portions, rich_text, together
from bot.rendering.locales import Words
from bot.rendering.message import MAX_ENTITIES, MAX_TEXT, Node, Outgoing, compose, length, link
from bot.rendering.tables import plain_table, rich_rows, rich_table
from bot.rendering.texts import clean, cut_at_sentence, cut_at_word, is_blank, one_line, web_url
from storage.records import Article, Block, BlockKind

# Telegram's bounds of one rich message (Bot API 10.1). Its characters are counted here with the markup, which is
# never less than what Telegram counts.
MAX_RICH = 32_768
MAX_BLOCKS = 500
MAX_MEDIA = 50

MAX_TITLE = 400  # code points
MAX_PLAIN_MESSAGES = 8  # a longer article is finished on its page: more would bury the chat
_TAIL_BLOCKS = 5  # kept for the closing lines
_PLAIN_TAIL = 650  # code points kept for the closing lines
_PORTION = MAX_TEXT - _PLAIN_TAIL
_MAX_PAGE_ENTITIES = MAX_ENTITIES - 8  # the closing lines have one for each source that they name
_MAX_CAPTION = 1000


@dataclass(frozen=True, slots=True)
class _Piece:
    """A run of the article that is shown as one: items of one list, a quotation and whose words it is; else a block."""

    kind: BlockKind
    blocks: tuple[Block, ...]


def rich_article(
    article: Article, words: Words, *, timezone: ZoneInfo, now: datetime, others: Text | None = None
) -> InputRichMessage:
    """The article for sendRichMessage. What does not fit is left to the page, and a sentence says so.

    `others` is a line that names who else tells its story; it stands below the text.
    An article that fits only without its links goes without them: its words come first.
    """
    byline = _byline(article, words, timezone=timezone, now=now)
    told = "" if others is None else f"<p>{rich_text(linked_nodes(others))}</p>"
    parts, is_cut = _rich_parts(article, words, byline, told)
    if is_cut:
        bare = replace(article, body=tuple(replace(block, links=()) for block in article.body))
        parts, _ = _rich_parts(bare, words, byline, told)
    return InputRichMessage(html="".join(parts), skip_entity_detection=True)


def _rich_parts(article: Article, words: Words, byline: str, told: str) -> tuple[list[str], bool]:
    """The blocks of the message, and whether the article is longer than they are."""
    address = web_url(article.url)
    title = _escaped(title_of(article, MAX_TITLE))
    heading = f'<h1><a href="{escape(address)}">{title}</a></h1>' if address else f"<h1>{title}</h1>"
    parts = [heading, f"<p>{_escaped(byline)}</p>"]
    room = MAX_RICH - sum(map(len, [*parts, *_rich_end(article, words, told, is_cut=True)]))
    blocks = MAX_BLOCKS - _TAIL_BLOCKS - len(parts)
    media = MAX_MEDIA
    is_cut = False
    for piece in _pieces(article):
        if piece.kind is BlockKind.IMAGE:
            media -= 1
            if media < 0:
                continue
        html = _rich(piece)
        if len(html) > room or _size(piece) > blocks:
            is_cut = True
            html = _rich_part(piece, room, blocks)
        parts.append(html)
        room -= len(html)
        blocks -= _size(piece)
        if is_cut:
            break
    return [*parts, *_rich_end(article, words, told, is_cut=is_cut)], is_cut


def plain_article(
    article: Article,
    words: Words,
    *,
    timezone: ZoneInfo,
    now: datetime,
    others: Text | None = None,
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
    end: list[Node] = [words.text("article.cut"), "\n"] if is_cut else []
    if others is not None:
        end += [others, "\n"]
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
    runs: list[list[Block]] = []
    for block in blocks:
        if runs and _continues(runs[-1][-1], block):
            runs[-1].append(block)
        else:
            runs.append([block])
    yield from (_Piece(run[0].kind, tuple(run)) for run in runs)


def _is_shown(block: Block) -> bool:
    return web_url(block.url) is not None if block.kind is BlockKind.IMAGE else not is_blank(clean(block.text))


def _continues(before: Block, block: Block) -> bool:
    """Whether a block is one thing with the one before it."""
    if before.kind is not block.kind:
        return False
    if block.kind is BlockKind.LIST_ITEM:
        return (before.level == 1) == (block.level == 1)
    return block.kind is BlockKind.QUOTE and (before.level, block.level) == (0, 1)


def _size(piece: _Piece) -> int:
    """How many of a message's blocks it takes: what stands in an item, a quotation or a row is counted, too."""
    match piece.kind:
        case BlockKind.LIST_ITEM:
            return 1 + 2 * len(piece.blocks)
        case BlockKind.QUOTE:
            return 2
        case BlockKind.TABLE:
            return 1 + rich_rows(piece.blocks[0])
        case _:
            return 1


def _rich(piece: _Piece) -> str:
    block = piece.blocks[0]
    text = rich_text(linked(block))
    match piece.kind:
        case BlockKind.HEADING:
            level = min(max(block.level, 2), 4)
            return f"<h{level}>{escape(one_line(block.text))}</h{level}>"
        case BlockKind.PARAGRAPH:
            return f"<p>{text}</p>"
        case BlockKind.QUOTE:
            credit = "".join(f"<cite>{rich_text(linked(author))}</cite>" for author in piece.blocks[1:])
            return f"<blockquote>{text}{credit}</blockquote>"
        case BlockKind.LIST_ITEM:
            tag = "ol" if block.level == 1 else "ul"
            items = "".join(f"<li>{rich_text(linked(item))}</li>" for item in piece.blocks)
            return f"<{tag}>{items}</{tag}>"
        case BlockKind.IMAGE:
            caption = "" if is_blank(clean(block.text)) else f"<figcaption>{text}</figcaption>"
            return f'<figure><img src="{escape(web_url(block.url) or "")}">{caption}</figure>'
        case BlockKind.TABLE:
            return rich_table(block)


def _rich_part(piece: _Piece, room: int, blocks: int) -> str:
    """As much of the piece as fits: whole items and rows, whole sentences of a text; nothing of a picture."""
    first = piece.blocks[0]
    if piece.kind is BlockKind.LIST_ITEM:
        count = min(len(piece.blocks), max(blocks - 1, 0) // 2)
        while count and len(_rich(_Piece(piece.kind, piece.blocks[:count]))) > room:
            count -= 1
        return _rich(_Piece(piece.kind, piece.blocks[:count])) if count else ""
    if rich_rows(first):
        return rich_table(first, blocks - 1, room)
    # Escaping makes a character at most six (&quot;, &#x27;), so a sixth of the room is always safe.
    fits = (room - 30) // 6
    if piece.kind is BlockKind.IMAGE or fits < 40 or blocks < 2:
        return ""
    text = cut_at_sentence(clean(first.text), fits)
    return _rich(_Piece(piece.kind, (Block(first.kind, text, first.level),)))


def _rich_end(article: Article, words: Words, told: str, *, is_cut: bool) -> Iterator[str]:
    if is_cut:
        yield f"<p><i>{_escaped(words.text('article.cut'))}</i></p>"
    if told:
        yield told
    address = web_url(article.url)
    if address:
        label = _escaped(words.text("article.page", source=source_of(article)))
        yield f'<footer><a href="{escape(address)}">{label}</a></footer>'


def _escaped(text: str) -> str:
    return rich_text(linked(Block(BlockKind.PARAGRAPH, text)))


def _plain(piece: _Piece, words: Words) -> Iterator[Node]:
    """The piece as nodes of which each stands between blank lines; a picture is its caption."""
    block = piece.blocks[0]
    match piece.kind:
        case BlockKind.HEADING:
            yield Bold(cut_at_word(one_line(block.text), MAX_TITLE))
        case BlockKind.PARAGRAPH:
            yield from (Text(*plain_nodes(part)) for part in portions(linked(block), _PORTION))
        case BlockKind.QUOTE:
            said = together(("— " if author else "", linked(one)) for author, one in enumerate(piece.blocks))
            yield from (BlockQuote(*plain_nodes(part)) for part in portions(said, _PORTION))
        case BlockKind.LIST_ITEM:
            items = together(
                (f"{number}. " if block.level == 1 else "• ", linked_line(item))
                for number, item in enumerate(piece.blocks, start=1)
            )
            yield from (Text(*plain_nodes(part)) for part in portions(items, _PORTION))
        case BlockKind.IMAGE:
            yield _plain_picture(block, words)
        case BlockKind.TABLE:
            yield from plain_table(block, _PORTION)


def _plain_picture(block: Block, words: Words) -> Node:
    """The picture's address under its caption; under the sign before it, where the caption has links of its own."""
    caption = linked_line(block)
    if caption.links and len(caption.text) <= _MAX_CAPTION:
        return Text(link("🖼", block.url), " ", *plain_nodes(caption))
    said = cut_at_sentence(caption.text, _MAX_CAPTION)
    return link(f"🖼 {words.text('article.picture') if is_blank(said) else said}", block.url)


def _paginate(nodes: Sequence[Node]) -> list[list[Node]]:
    """The nodes laid out on messages, each with room for the closing lines."""
    pages: list[list[Node]] = []
    room = entities = 0
    for node in nodes:
        need = length(node) + 2
        marks = len(node.render()[1]) if isinstance(node, Text) else 0
        if not pages or need > room or marks > entities:
            pages.append([node])
            room = MAX_TEXT - _PLAIN_TAIL - need + 2
            entities = _MAX_PAGE_ENTITIES - marks
        else:
            pages[-1] += ["\n\n", node]
            room -= need
            entities -= marks
    return pages
