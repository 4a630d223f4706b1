"""The article of a web page, without the page around it. Runs in a worker process.

trafilatura finds the text (fast=True: its slower cascade gained nothing on news pages, LIBRARIES.md), cleaning.py takes
out the site's own lines that stand inside of it, and what is left is judged before it may stand for the article.
"""

import re
from configparser import ConfigParser
from copy import deepcopy
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo

import lxml.html
import trafilatura
from lxml import etree
from lxml.html import HtmlElement
from trafilatura.settings import DEFAULT_CONFIG, use_config

from bot.ingest.blocks import Piece, html_pieces, join_text
from bot.ingest.cleaning import article_alone, is_wall, opening_of, without_empty_headings
from bot.ingest.decode import decode_html
from bot.ingest.errors import NoArticle
from bot.ingest.language import detect
from bot.ingest.pagemeta import PageMeta, read_meta
from bot.ingest.parse import LEAD
from bot.ingest.shape import BLOCKS, hold_article, line, remove_navigation, weight, wrap_lines
from bot.ingest.stages import NO_RULES, ExtractedPage, FeedEntry, FetchedPage, SourceRules
from bot.ingest.text import first_words, tidy, without_unwanted
from storage.records import Block, BlockKind

_MAX_HTML = 3_000_000  # characters; longer pages are lists or attacks
_LEAST = 80  # letters; less is a caption or a stub
_LEAST_HELD = 20  # the same, where the page shows what its article is
_RUN_TOGETHER = 300  # letters; trafilatura's last resort puts a whole page into one paragraph
_AGAINST_FEED = 0.7  # the page must give at least this share of the words that the feed already has
# Below 250 letters trafilatura may run a whole element together, share lines and all; a flash is shorter.
_FOR_SHORT = use_config()
_FOR_SHORT.set("DEFAULT", "MIN_EXTRACTED_SIZE", "40")
_SHORT = 250  # letters, below which trafilatura may take what is not the article
# What holds the site's own words by its class or id, removed before the text is looked for.
_FURNITURE = re.compile(
    r"(?:^|[\s_-])(?:share|sharing|social|socials|related|recommend\w*|read-?(?:also|more|next)|also|more-news|popular|trending"
    r"|comments?|respond|disqus|cookies?|consent|gdpr|subscribe|subscription|newsletter|login|auth|signin|breadcrumbs?|pagination"
    r"|promo|banner|advert\w*|ads?|adv|ads?-?(?:box|block|slot|unit|place)|reklama|sponsor\w*|sidebar|widget|tags?-?(?:list|cloud)|copyright|print|ya-share2?)(?:$|[\s_-])",
    re.IGNORECASE,
)
# What says under a picture what it shows.
_CAPTION = re.compile(
    r"(?:^|[\s_-])(?:captions?|photo-?(?:text|credit|author)|image-?credit)(?:$|[\s_-])", re.IGNORECASE
)
_AROUND = 3  # elements upwards in which a caption's picture stands
_READABLE = re.compile(r"text/(?:html|plain|xml)|application/(?:xhtml\+)?xml|application/octet-stream")
_BLOCK_TAGS = ("div", "section", "aside", "ul", "ol", "p", "form", "nav", "footer")


def extract_page(
    page: FetchedPage,
    entry: FeedEntry | None,
    language: str | None,
    zone: str = "UTC",
    rules: SourceRules = NO_RULES,  # noqa: ARG001
) -> ExtractedPage:
    """Read a fetched page as the article of a feed's entry; without an entry, for itself alone.

    A date that names no zone is in `zone`, by its IANA name.
    """
    if page.content_type and not _READABLE.match(page.content_type):
        raise NoArticle(page.url, f"the address answers with {page.content_type}, not with a web page")
    title = entry.title if entry else ""
    text = f"{entry.lead} {join_text(entry.body)}".strip() if entry else ""
    return extract_article(
        page.body,
        page.final_url,
        page.charset,
        hint_title=title,
        hint_text=text,
        hint_language=language,
        feed_language=entry.language if entry else None,
        zone=ZoneInfo(zone),
    )


def extract_article(
    html: bytes,
    url: str,
    charset: str | None,
    *,
    hint_title: str = "",
    hint_text: str = "",
    hint_language: str | None = None,
    feed_language: str | None = None,
    zone: tzinfo = UTC,
) -> ExtractedPage:
    """Read one page. The hints are what the feed said of it (title, text) and what is known of the source (language).

    The page's own word on its language comes after the source's, and the feed's after that.

    Raises NoArticle when the page holds no text, a wall in its place, or less than the feed already told.
    """
    root = _tree(html, url, charset)
    meta = read_meta(root, url, zone)
    title = meta.title or tidy(hint_title)
    _remove_furniture(root)
    remove_navigation(root)
    _hand_over_captions(root)
    wrap_lines(root)
    _name_paragraphs(root)
    article = hold_article(root)
    blocks = _blocks(root, article, url, title, hint_title)
    _judge(blocks, url, hint_text, least=_LEAST if article is None else _LEAST_HELD)
    lead, body = _lead(meta, blocks)
    return ExtractedPage(
        title=title or first_words(join_text(blocks), 120),
        lead=lead,
        body=body,
        image=meta.image or next((block.url for block in blocks if block.kind is BlockKind.IMAGE), None),
        author=meta.author,
        published_at=meta.published_at,
        language=detect(f"{title} {join_text(blocks)}", hint_language or meta.language or feed_language),
        canonical_url=meta.canonical_url,
        tags=meta.tags,
    )


def _tree(html: bytes, url: str, charset: str | None) -> HtmlElement:
    text = without_unwanted(decode_html(html, charset)[:_MAX_HTML])
    parser = lxml.html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    try:
        return lxml.html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, ValueError) as error:
        raise NoArticle(url, "the page is empty") from error


def _remove_furniture(root: HtmlElement) -> None:
    """Take out elements that name themselves as furniture, but not what holds most of the page ("with-sidebar")."""
    whole = weight(root)
    for element in list(root.iter(*_BLOCK_TAGS)):
        names = f"{element.get('class') or ''} {element.get('id') or ''}"
        if element.getparent() is not None and _FURNITURE.search(names) and weight(element) <= whole / 2:
            element.drop_tree()


def _hand_over_captions(root: HtmlElement) -> None:
    """What stands under a picture becomes the picture's own text, so that it is not taken for a paragraph."""
    for element in list(root.iter("p", "div", "span", "figcaption", "small", "em", "dd")):
        text = line(element)
        is_caption = element.tag == "figcaption" or _CAPTION.search(element.get("class") or "")
        if not is_caption or not text or element.getparent() is None or element.find(".//img") is not None:
            continue
        ancestors = list(element.iterancestors())[:_AROUND]
        pictures: list[HtmlElement] = next((found for one in ancestors if (found := one.findall(".//img"))), [])
        if len(pictures) == 1:
            pictures[0].set("alt", text)
            element.drop_tree()


def _name_paragraphs(root: HtmlElement) -> None:
    """A div that holds words and no other block is a paragraph; trafilatura runs such divs together."""
    for element in list(root.iter("div")):
        if element.text_content().strip() and not any(child.tag in BLOCKS for child in element.iterdescendants()):
            element.tag = "p"


def _blocks(root: HtmlElement, article: HtmlElement | None, url: str, *titles: str) -> tuple[Block, ...]:
    whole = root if article is None else _alone(article)
    pieces = _found(deepcopy(whole), url, DEFAULT_CONFIG)
    if len(pieces) == 1:
        short = _found(deepcopy(whole), url, _FOR_SHORT)
        pieces = short if len(short) > 1 else pieces
    if article is not None and sum(len(piece.block.text) for piece in pieces) < _SHORT:
        pieces = list(html_pieces(lxml.html.tostring(article, encoding="unicode"), url))
    if len(pieces) == 1 and len(pieces[0].block.text) > _RUN_TOGETHER and not _is_paragraph(pieces[0], root):
        raise NoArticle(url, "no article can be told from the page around it")
    for title in titles:
        pieces = [piece for piece in pieces if piece.block.kind is not BlockKind.HEADING or piece.block.text != title]
    return article_alone(pieces, titles[0])


def _alone(article: HtmlElement) -> HtmlElement:
    """A page of the article and nothing else."""
    page: HtmlElement = lxml.html.document_fromstring("<html><body></body></html>")
    page.body.append(deepcopy(article))
    return page


def _is_paragraph(piece: Piece, root: HtmlElement) -> bool:
    """Whether a text stands in the page as one paragraph."""
    return any(line(paragraph) == piece.block.text for paragraph in root.iter("p", "blockquote", "li"))


def _found(root: HtmlElement, url: str, config: ConfigParser) -> list[Piece]:
    """What trafilatura takes for the text, with its links: they tell our cleaning what is furniture."""
    html = trafilatura.extract(
        root,
        url=url,
        output_format="html",
        fast=True,
        config=config,
        include_comments=False,
        include_formatting=True,
        include_images=True,
        include_links=True,
        include_tables=True,
        with_metadata=False,
    )
    return list(html_pieces(html or "", url))


def _judge(blocks: tuple[Block, ...], url: str, hint_text: str, least: int) -> None:
    text = join_text(blocks)
    if not text:
        raise NoArticle(url, "no text was found in the page")
    if is_wall(blocks):
        raise NoArticle(url, "the page asks to log in, to pay or to accept cookies instead of showing the article")
    if len(text) < min(least, len(hint_text) or least):
        raise NoArticle(url, f"the page gives no more than {len(text)} characters")
    if len(text) < len(hint_text) * _AGAINST_FEED:
        raise NoArticle(url, f"the page gives {len(text)} characters, the feed already {len(hint_text)}")


def _lead(meta: PageMeta, blocks: tuple[Block, ...]) -> tuple[str, tuple[Block, ...]]:
    """The first paragraph where it is one, else the description; never both, and not again in the body."""
    first = opening_of(blocks)
    if first is None:
        return meta.description, blocks
    opening = blocks[first]
    is_paragraph = opening.kind is BlockKind.PARAGRAPH and len(opening.text) <= LEAD
    told = _bare(meta.description)
    is_whole = len(meta.description) <= LEAD and not meta.description.endswith(("…", "..."))
    if told and is_whole and told not in _bare(join_text(blocks)):
        return meta.description, blocks
    if is_paragraph:
        return opening.text, without_empty_headings(blocks[:first] + blocks[first + 1 :])
    return first_words(opening.text if opening.kind is BlockKind.PARAGRAPH else join_text(blocks), LEAD), blocks


def _bare(text: str) -> str:
    return re.sub(r"\W+", "", text.rstrip("…. ")).casefold()
