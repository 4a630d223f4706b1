"""The article of a web page, without the page around it. Runs in a worker process.

trafilatura finds the text (fast=True: its slower cascade gained nothing on news pages, LIBRARIES.md), cleaning.py takes
out the site's own lines that stand inside of it, and what is left is judged before it may stand for the article. Where
a page's markup misleads us, trafilatura's own reading of the page as it came stands in, and then the page's JSON.
"""

import re
from collections.abc import Sequence
from configparser import ConfigParser
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, tzinfo
from functools import partial
from zoneinfo import ZoneInfo

import lxml.html
import trafilatura
from lxml import etree
from lxml.html import HtmlElement
from trafilatura.settings import DEFAULT_CONFIG, use_config

from bot.ingest.blocks import Piece, html_pieces, join_text
from bot.ingest.bounds import within_bounds
from bot.ingest.cards import remove_calls, remove_cards, remove_labelled
from bot.ingest.cleaning import article_alone
from bot.ingest.dates import read_date
from bot.ingest.decode import decode_html
from bot.ingest.errors import NoArticle
from bot.ingest.furniture import (
    hand_over_captions,
    name_headings,
    name_paragraphs,
    remove,
    remove_comments,
    remove_embedded,
    remove_furniture,
    remove_stamps,
    select,
    unwrap,
)
from bot.ingest.headline import name_headline, remove_above
from bot.ingest.jsonpages import NO_STORY, Story, find_story
from bot.ingest.judging import judge
from bot.ingest.language import detect
from bot.ingest.mending import lead_of, listed_links, main_picture, with_links, with_picture
from bot.ingest.pagemeta import PageMeta, is_stand_in, read_meta
from bot.ingest.paging import find_next
from bot.ingest.shape import alone, hold_article, line, remove_navigation, wrap_lines
from bot.ingest.sparing import spare_sentences, told_in
from bot.ingest.stages import NO_RULES, ExtractedPage, FeedEntry, FetchedPage, SourceRules
from bot.ingest.text import first_words, plain_title, tidy, without_unwanted
from storage.records import Block, BlockKind

_MAX_HTML = 3_000_000  # characters; longer pages are lists or attacks
_LEAST = 80  # letters; less is a caption or a stub
_LEAST_HELD = 20  # the same, where the page shows what its article is
_RUN_TOGETHER = 300  # letters; trafilatura's last resort puts a whole page into one paragraph
# Below 250 letters trafilatura may run a whole element together, share lines and all; a flash is shorter.
_FOR_SHORT = use_config()
_FOR_SHORT.set("DEFAULT", "MIN_EXTRACTED_SIZE", "40")
_SHORT = 250  # letters, below which trafilatura may take what is not the article
_WHOLE = 0.5  # of the page's sentences; a text that has less is compared with another reading of the page
_PARAGRAPH = 80  # letters; an announcement of another story is shorter
_BETTER = 1.4  # times as long another reading must be to be taken instead
_MOST_LINKS, _MOST_ELEMENTS = 2000, 15_000  # of a page that may be read twice
_JSON_BELOW = 600  # letters, below which the page's JSON is looked into
_READABLE = re.compile(r"text/(?:html|plain|xml)|application/(?:xhtml\+)?xml|application/octet-stream")


@dataclass(frozen=True, slots=True)
class _Reading:
    """What one way of reading a page gave. `is_held`: the page shows what its article is; `picture` is its first one.

    `story` is what the page's data says of it, where the text comes from there.
    """

    blocks: tuple[Block, ...] = ()
    is_held: bool = False
    picture: str | None = None
    story: Story = NO_STORY

    @property
    def length(self) -> int:
        return sum(len(block.text) for block in self.blocks if block.kind is not BlockKind.IMAGE)


def extract_page(
    page: FetchedPage,
    entry: FeedEntry | None,
    language: str | None,
    zone: str = "UTC",
    rules: SourceRules = NO_RULES,
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
        rules=rules,
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
    rules: SourceRules = NO_RULES,
) -> ExtractedPage:
    """Read one page. The hints are what the feed said of it (title, text) and what is known of the source (language).

    The page's own word on its language comes after the source's, and the feed's after that.

    Raises NoArticle when the page holds no text, a wall in its place, or less than the feed already told.
    """
    parse = partial(_tree, html, url, charset, rules)
    root = parse()
    meta = read_meta(root, url, zone)
    title = meta.title or tidy(hint_title)
    next_url = find_next(root, url)
    reading = _chosen(root, url, rules) or _best(root, parse, meta, url, (title, hint_title))
    pristine = parse()
    least = _LEAST_HELD if reading.is_held else _LEAST
    judge(reading.blocks, url, title, pristine, hint_text=hint_text, least=least)
    lead, body = lead_of(reading.blocks, meta.description, pristine)
    pictures = (block.url for block in reading.blocks if block.kind is BlockKind.IMAGE)
    return ExtractedPage(
        title=title or first_words(join_text(reading.blocks), 120),
        lead=lead,
        body=within_bounds(body),
        image=meta.image or next((one for one in pictures if one and not is_stand_in(one)), reading.picture),
        author=meta.author or plain_title(reading.story.author) or None,
        published_at=meta.published_at or read_date(reading.story.published, zone),
        language=detect(f"{title} {join_text(reading.blocks)}", hint_language or meta.language or feed_language),
        canonical_url=meta.canonical_url,
        tags=meta.tags or tuple(map(plain_title, reading.story.tags)),
        modified_at=meta.modified_at or read_date(reading.story.modified, zone),
        section=meta.section or plain_title(reading.story.section) or None,
        next_url=next_url,
    )


def _tree(html: bytes, url: str, charset: str | None, rules: SourceRules) -> HtmlElement:
    text = without_unwanted(decode_html(html, charset)[:_MAX_HTML])
    parser = lxml.html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    try:
        root: HtmlElement = lxml.html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, ValueError) as error:
        raise NoArticle(url, "the page is empty") from error
    remove(root, rules.remove)
    return root


def _chosen(root: HtmlElement, url: str, rules: SourceRules) -> _Reading | None:
    """What the operator's selector holds, word for word; None where it finds no words."""
    held = "".join(lxml.html.tostring(one, encoding="unicode", with_tail=False) for one in select(root, rules.text))
    blocks = tuple(piece.block for piece in html_pieces(held, url))
    return _Reading(blocks, is_held=True) if join_text(blocks) else None


def _best(
    root: HtmlElement, parse: partial[HtmlElement], meta: PageMeta, url: str, titles: tuple[str, str]
) -> _Reading:
    """Our own reading of the page, unless another one gives clearly more of what the page tells."""
    is_light, told = _is_light(root), told_in(root, least=_PARAGRAPH)
    failure = None
    try:
        best = _shaped(root, url, titles)
    except NoArticle as error:
        best, failure = _Reading(), error
    has_lost = told_in(root, least=_PARAGRAPH) < told * _WHOLE if best.is_held else best.length < max(told, _SHORT)
    if is_light and has_lost:
        whole = parse()
        remove_comments(whole)
        remove_labelled(whole)
        least = told_in(whole, least=_PARAGRAPH) * _WHOLE
        if told_in(root, least=_PARAGRAPH) < least if best.is_held else best.length < max(least, _SHORT):
            best = _longer(best, _plain(whole, url, titles))
    if best.length < _JSON_BELOW or len(meta.body) > best.length * _BETTER:
        story = find_story(parse(), titles[0], meta.body)
        told_there = _Reading(_cleaned(html_pieces(story.html, url), titles), is_held=True, story=story)
        best = _longer(best, told_there)
    if failure is not None and not best.blocks:
        raise failure
    return best


def _is_light(root: HtmlElement) -> bool:
    """Whether a page may be read twice: trafilatura goes through the links of each element that holds any."""
    return sum(1 for _ in root.iter("a")) <= _MOST_LINKS and sum(1 for _ in root.iter()) <= _MOST_ELEMENTS


def _longer(one: _Reading, other: _Reading) -> _Reading:
    return other if other.length > one.length * _BETTER else one


def _shaped(root: HtmlElement, url: str, titles: tuple[str, str]) -> _Reading:
    """What trafilatura finds once the page is rid of its navigation and its article is put into one element."""
    addresses = listed_links(root)
    article = _prepared(root, titles[0])
    whole = root if article is None else alone(article)
    pieces = _found(deepcopy(whole), url, DEFAULT_CONFIG)
    if len(pieces) == 1 and _is_light(whole):
        short = _found(deepcopy(whole), url, _FOR_SHORT)
        pieces = short if len(short) > 1 else pieces
    found = sum(len(piece.block.text) for piece in pieces)
    if article is not None and (found < _SHORT or found < told_in(article) * _WHOLE):
        pieces = list(html_pieces(lxml.html.tostring(article, encoding="unicode"), url))
    _refuse_run_together(pieces, root, url)
    blocks = with_links(_cleaned(pieces, titles), addresses, url)
    if article is None:
        return _Reading(blocks)
    picture = main_picture(article, url)
    return _Reading(with_picture(blocks, picture), is_held=True, picture=picture.url if picture else None)


def _prepared(root: HtmlElement, title: str) -> HtmlElement | None:
    """The element of the article, in a tree that is rid of the page around it."""
    name_headline(root, title)
    remove_embedded(root)
    remove_furniture(root)
    remove_cards(root)
    remove_labelled(root)
    remove_calls(root)
    remove_navigation(root)
    hand_over_captions(root)
    remove_stamps(root)
    wrap_lines(root)
    name_headings(root)
    name_paragraphs(root)
    article = hold_article(root)
    if article is not None:
        remove_above(article)
        spare_sentences(article)
    return article


def _plain(root: HtmlElement, url: str, titles: tuple[str, str]) -> _Reading:
    """What trafilatura finds in the page as it came."""
    pieces = _found(root, url, DEFAULT_CONFIG)
    try:
        _refuse_run_together(pieces, root, url)
    except NoArticle:
        return _Reading()
    return _Reading(_cleaned(pieces, titles))


def _refuse_run_together(pieces: Sequence[Piece], root: HtmlElement, url: str) -> None:
    if len(pieces) == 1 and len(pieces[0].block.text) > _RUN_TOGETHER and not _is_paragraph(pieces[0], root):
        raise NoArticle(url, "no article can be told from the page around it")


def _cleaned(pieces: Sequence[Piece], titles: tuple[str, str]) -> tuple[Block, ...]:
    """The article's blocks, without its title."""
    rest = [piece for piece in pieces if piece.block.kind is not BlockKind.HEADING or piece.block.text not in titles]
    return article_alone(rest, titles[0])


def _is_paragraph(piece: Piece, root: HtmlElement) -> bool:
    """Whether a text stands in the page as one paragraph."""
    return any(line(paragraph) == piece.block.text for paragraph in root.iter("p", "blockquote", "li"))


def _found(root: HtmlElement, url: str, config: ConfigParser) -> list[Piece]:
    """What trafilatura takes for the text, with its links: they tell our cleaning what is furniture."""
    unwrap(root)
    etree.strip_elements(root, "script", with_tail=False)  # trafilatura would run their texts into one paragraph
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
