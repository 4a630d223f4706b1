"""The article of a web page, without the page around it. Runs in a worker process.

trafilatura finds the text (fast=True: its slower cascade gained nothing on news pages, LIBRARIES.md), cleaning.py takes
out the site's own lines that stand inside of it, and what is left is judged before it may stand for the article.
"""

import re

import lxml.html
import trafilatura
from lxml import etree
from lxml.html import HtmlElement

from bot.ingest.blocks import html_pieces, join_text
from bot.ingest.cleaning import article_alone, is_wall
from bot.ingest.decode import decode_html
from bot.ingest.errors import NoArticle
from bot.ingest.language import detect
from bot.ingest.pagemeta import PageMeta, read_meta
from bot.ingest.parse import LEAD
from bot.ingest.stages import ExtractedPage, FeedEntry, FetchedPage
from bot.ingest.text import first_words, words
from storage.records import Block, BlockKind

_MAX_HTML = 3_000_000  # characters; longer pages are lists or attacks
_LEAST = 80  # letters; less is a caption or a stub
_AGAINST_FEED = 0.7  # the page must give at least this share of the words that the feed already has
# What holds the site's own words by its class or id, removed before the text is looked for.
_FURNITURE = re.compile(
    r"(?:^|[\s_-])(?:share|sharing|social|socials|related|recommend\w*|read-?(?:also|more|next)|also|more-news|popular|trending"
    r"|comments?|respond|disqus|cookies?|consent|gdpr|subscribe|subscription|newsletter|login|auth|signin|breadcrumbs?|pagination"
    r"|promo|banner|advert\w*|sidebar|widget|tags?-?(?:list|cloud)|copyright|print|ya-share2?)(?:$|[\s_-])",
    re.IGNORECASE,
)
_BLOCKS = words(
    "address article aside blockquote div dl fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p"
    " pre section table ul"
)
_BLOCK_TAGS = ("div", "section", "aside", "ul", "ol", "p", "form", "nav", "footer")


def extract_page(page: FetchedPage, entry: FeedEntry | None, language: str | None) -> ExtractedPage:
    """Read a fetched page as the article of a feed's entry; without an entry, for itself alone."""
    title = entry.title if entry else ""
    text = f"{entry.lead} {join_text(entry.body)}".strip() if entry else ""
    return extract_article(
        page.body, page.final_url, page.charset, hint_title=title, hint_text=text, hint_language=language
    )


def extract_article(
    html: bytes,
    url: str,
    charset: str | None,
    *,
    hint_title: str = "",
    hint_text: str = "",
    hint_language: str | None = None,
) -> ExtractedPage:
    """Read one page. The hints are what the feed said of it: title, text, language.

    Raises NoArticle when the page holds no text, a wall in its place, or less than the feed already told.
    """
    root = _tree(html, url, charset)
    meta = read_meta(root, url)
    title = meta.title or hint_title
    _remove_furniture(root)
    _name_paragraphs(root)
    blocks = _blocks(root, url, title, hint_title)
    _judge(blocks, url, hint_text)
    lead, body = _lead(meta, blocks)
    return ExtractedPage(
        title=title or first_words(join_text(blocks), 120),
        lead=lead,
        body=body,
        image=meta.image or next((block.url for block in blocks if block.kind is BlockKind.IMAGE), None),
        author=meta.author,
        published_at=meta.published_at,
        language=detect(f"{title} {join_text(blocks)}", meta.language or hint_language),
        canonical_url=meta.canonical_url,
        tags=meta.tags,
    )


def _tree(html: bytes, url: str, charset: str | None) -> HtmlElement:
    text = decode_html(html, charset)[:_MAX_HTML].replace("\x00", "")
    parser = lxml.html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    try:
        return lxml.html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, ValueError) as error:
        raise NoArticle(url, "the page is empty") from error


def _remove_furniture(root: HtmlElement) -> None:
    """Take out elements that name themselves as furniture, unless they hold most of the page's paragraphs."""
    paragraphs = _weight(root)
    for element in list(root.iter(*_BLOCK_TAGS)):
        names = f"{element.get('class') or ''} {element.get('id') or ''}"
        if element.getparent() is None or not _FURNITURE.search(names):
            continue
        if _weight(element) <= paragraphs / 4:
            element.drop_tree()


def _name_paragraphs(root: HtmlElement) -> None:
    """A div that holds words and no other block is a paragraph; trafilatura runs such divs together."""
    for element in list(root.iter("div")):
        if element.text_content().strip() and not any(child.tag in _BLOCKS for child in element.iterdescendants()):
            element.tag = "p"


def _weight(element: HtmlElement) -> int:
    """Letters that stand in paragraphs of some length."""
    texts = (paragraph.text_content().strip() for paragraph in element.iter("p"))
    return sum(len(text) for text in texts if len(text) > 120)


def _blocks(root: HtmlElement, url: str, *titles: str) -> tuple[Block, ...]:
    found = trafilatura.extract(
        root,
        url=url,
        output_format="html",
        fast=True,
        include_comments=False,
        include_formatting=True,
        include_images=True,
        include_links=True,
        include_tables=True,
        with_metadata=False,
    )
    pieces = html_pieces(found or "", url)
    for title in titles:
        pieces = tuple(
            piece for piece in pieces if piece.block.kind is not BlockKind.HEADING or piece.block.text != title
        )
    return article_alone(pieces, titles[0])


def _judge(blocks: tuple[Block, ...], url: str, hint_text: str) -> None:
    text = join_text(blocks)
    if not text:
        raise NoArticle(url, "no text was found in the page")
    if is_wall(blocks):
        raise NoArticle(url, "the page asks to log in, to pay or to accept cookies instead of showing the article")
    if len(text) < min(_LEAST, len(hint_text) or _LEAST):
        raise NoArticle(url, f"the page gives no more than {len(text)} characters")
    if len(text) < len(hint_text) * _AGAINST_FEED:
        raise NoArticle(url, f"the page gives {len(text)} characters, the feed already {len(hint_text)}")


def _lead(meta: PageMeta, blocks: tuple[Block, ...]) -> tuple[str, tuple[Block, ...]]:
    """The first paragraph where it is one, else the description; never both, and not again in the body."""
    first = next((at for at, block in enumerate(blocks) if block.kind is not BlockKind.IMAGE), None)
    if first is None:
        return meta.description, blocks
    opening = blocks[first]
    is_paragraph = opening.kind is BlockKind.PARAGRAPH and len(opening.text) <= LEAD
    told = _bare(meta.description)
    is_whole = len(meta.description) <= LEAD and not meta.description.endswith(("…", "..."))
    if told and is_whole and told not in _bare(join_text(blocks)):
        return meta.description, blocks
    if is_paragraph:
        return opening.text, blocks[:first] + blocks[first + 1 :]
    return first_words(opening.text if opening.kind is BlockKind.PARAGRAPH else join_text(blocks), LEAD), blocks


def _bare(text: str) -> str:
    return re.sub(r"\W+", "", text.rstrip("…. ")).casefold()
