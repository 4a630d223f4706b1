"""Whether what a page gave is its article: walls, stubs, errors, log-in pages, menus and lists are not. Pure.

A wrong refusal loses an article, a wrong acceptance puts a menu into the news: a short text is judged by what the page
says besides, a long one by its form alone.
"""

import re
from collections.abc import Sequence

from lxml.html import HtmlElement

from bot.ingest import phrases
from bot.ingest.blocks import join_text
from bot.ingest.cleaning import is_wall
from bot.ingest.errors import NoArticle
from bot.ingest.shape import line, short_line
from bot.ingest.text import plain_title
from storage.records import Block, BlockKind

_AGAINST_FEED = 0.7  # the page must give at least this share of the words that the feed already has
_ERROR_LENGTH = 1500  # characters; no error page says more
# What may follow an error in a window's title: the site's name behind a sign.
_SITE_NAME = re.compile(r"[^\W\d]{0,12}\s*(?:$|[|—–•·.!(/-].{0,60}$)")
_LOG_IN_LENGTH = 500
_STUB_LENGTH = 1200  # characters of an article that a stub shows, beside a feed that may say as much
_STUB_ALONE = 600  # the same where there is no feed to turn to
_TOLD, _SEVERAL = 80, 3  # letters of a paragraph, and how many make a beginning worth reading
_LEAST_DEMAND, _MAX_DEMAND = 8, 300  # characters of a line that asks to pay or to log in
_INTRODUCTION = 150  # characters that a section's page says of itself
_INDEX = 10  # headlines of other stories, beside which so little is no article
_FEW_LINES = 6  # fewer are no list
_PROSE = 0.15  # share of the letters in sentences, below which lines are a menu or a list
_SENTENCE = 40  # letters
_ENDS = (".", "!", "?", "…", ".»", ".”", '."', ":", ";", "。", "！", "？", "।", "؟", "۔", ")")
_LATIN_OR_CYRILLIC = re.compile(r"[A-Za-zÀ-ɏЀ-ӿ]")
_HOLDERS = ("p", "div", "section", "h2", "h3", "h4", "span", "strong", "b", "a", "td")


def judge(blocks: Sequence[Block], url: str, title: str, root: HtmlElement, *, hint_text: str, least: int) -> None:
    """Raise NoArticle, with a sentence, where the blocks are not the article of the page.

    `root` is the page as it came, `hint_text` what the feed already says.
    """
    text = join_text(blocks)
    if not text:
        raise NoArticle(url, "no text was found in the page")
    if len(text) < _ERROR_LENGTH and is_error(title, root, text):
        raise NoArticle(
            url, "the page says that it has failed, asks before it shows anything, or only lists what was found"
        )
    if is_wall(blocks) or is_log_in(root, title, text) or is_stub(root, blocks, has_feed=bool(hint_text)):
        raise NoArticle(url, "the page asks to log in, to pay or to accept cookies instead of showing the article")
    if is_listing(blocks) or (len(text) < _INTRODUCTION and _linked_headings(root) >= _INDEX):
        raise NoArticle(url, "the page holds a menu or a list of headlines, and no article")
    if len(text) < min(least, len(hint_text) or least):
        raise NoArticle(url, f"the page gives no more than {len(text)} characters")
    if len(text) < len(hint_text) * _AGAINST_FEED:
        raise NoArticle(url, f"the page gives {len(text)} characters, the feed already {len(hint_text)}")


def _linked_headings(root: HtmlElement) -> int:
    return sum(1 for one in root.iter("h2", "h3", "h4") if one.find(".//a") is not None)


def is_error(title: str, root: HtmlElement, text: str) -> bool:
    """Whether the page's headlines say that it failed, or a short text begins so."""
    window, heading = root.find(".//title"), root.find(".//h1")
    heads = [title, *(line(one) for one in list(root.iter("h1", "h2"))[:3])]
    heads += [window.text_content()[:300]] if window is not None else []
    if any(_says_error(plain_title(head)) for head in heads):
        return True
    if any(phrases.ASKING.match(plain_title(head)) for head in (title, line(heading) if heading is not None else "")):
        return True
    return len(text) < _LOG_IN_LENGTH and bool(phrases.ERROR.match(text) or phrases.NO_PAGE.search(text))


def _says_error(head: str) -> bool:
    """Whether a headline says that the page failed and hardly anything else: «Доступ ограничен: …» is news."""
    match = phrases.ERROR.match(head)
    return match is not None and _SITE_NAME.match(head, match.end()) is not None


def is_log_in(root: HtmlElement, title: str, text: str) -> bool:
    """Whether there is a field for a password and little besides, under a headline that asks to come in."""
    if len(text) > _LOG_IN_LENGTH or not any(
        (one.get("type") or "").lower() == "password" for one in root.iter("input")
    ):
        return False
    heads = [title, *(line(one) for one in list(root.iter("h1", "h2"))[:3])]
    return any(phrases.LOG_IN.search(head) or phrases.LOG_IN_CALL.search(head) for head in heads)


def is_stub(root: HtmlElement, blocks: Sequence[Block], *, has_feed: bool) -> bool:
    """Whether the page shows how an article begins, and asks for something before it shows the rest.

    Where there is no feed to turn to, a beginning of several paragraphs is better than nothing.
    """
    told = sum(1 for block in blocks if len(block.text) >= _TOLD and block.text.endswith(_ENDS))
    if len(join_text(blocks)) > (_STUB_LENGTH if has_feed else _STUB_ALONE) or (told >= _SEVERAL and not has_feed):
        return False
    return any(map(_is_demand, root.iter(*_HOLDERS)))


def _is_demand(element: HtmlElement) -> bool:
    said = short_line(element, _MAX_DEMAND)
    if len(said) < _LEAST_DEMAND or not phrases.READ_ON.search(said):
        return False
    return not any(one.tag in {"footer", "nav", "header", "aside", "a"} for one in element.iterancestors())


def is_listing(blocks: Sequence[Block]) -> bool:
    """Whether hardly a line is a sentence: menus, regions, lists of headlines. Scripts without full stops pass."""
    texts = [
        block.text for block in blocks if block.kind in {BlockKind.PARAGRAPH, BlockKind.QUOTE, BlockKind.LIST_ITEM}
    ]
    letters = sum(map(len, texts))
    if len(texts) < _FEW_LINES or len(_LATIN_OR_CYRILLIC.findall(" ".join(texts))) < letters / 2:
        return False
    prose = sum(len(text) for text in texts if len(text) >= _SENTENCE and text.endswith(_ENDS))
    return prose < letters * _PROSE and letters / len(texts) < _SENTENCE * 3
