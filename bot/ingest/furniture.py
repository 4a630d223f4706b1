"""Takes out of a page's tree what names itself as the site's own, and gives its parts the names that trafilatura minds.

An operator's selectors count before any of it.
"""

import re

from cssselect import GenericTranslator, SelectorError
from lxml import etree
from lxml.html import HtmlElement

from bot.ingest.shape import BLOCKS, is_sentence, line, weight

# What holds the site's own words by its class or id, removed before the text is looked for.
_FURNITURE = re.compile(
    r"(?:^|[\s_-])(?:share|sharing|social|socials|related|relatedposts|recommend\w*|read-?(?:also|more|next)|also|more-news|popular"
    r"|trending|comments?|respond|disqus|cookies?|consent|gdpr|subscribe|subscription|newsletter|login|auth|signin|breadcrumbs?"
    r"|pagination|pager|promo|banner|advert\w*|ads?|adv|ads?-?(?:box|block|slot|unit|place)|reklama|sponsor\w*|sidebar|widget"
    r"|tags?-?(?:list|cloud)|copyright|print|ya-share2?|author-?(?:box|bio|info)|about-?author|paywall|regwall|skip-link"
    r"|screen-reader-text|sr-only|visually-hidden|poll|vote|ticker|teasers?)(?:$|[\s_-])",
    re.IGNORECASE,
)
_COMMENTS = re.compile(
    r"(?:^|[\s_-])(?:comments?(?:-?(?:list|area|section|block))?|disqus\w*|respond|replies)(?:$|[\s_-])", re.IGNORECASE
)
# What says under a picture what it shows.
_CAPTION = re.compile(
    r"(?:^|[\s_-])(?:captions?|photo-?(?:text|credit|author)|image-?credit)(?:$|[\s_-])", re.IGNORECASE
)
_AROUND = 3  # elements upwards in which a caption's picture stands
_BLOCK_TAGS = ("div", "section", "aside", "ul", "ol", "p", "form", "nav", "footer")
_TOLD = 0.3  # share of the page's letters in sentences, from which an element holds its article whatever its name
_MAX_SELECTOR = 500  # characters


def select(root: HtmlElement, selector: str) -> list[HtmlElement]:
    """The elements of a CSS selector, none of them inside another; none where it cannot be read."""
    if not selector or len(selector) > _MAX_SELECTOR:
        return []
    try:
        found = root.xpath(GenericTranslator().css_to_xpath(selector))
    except (SelectorError, etree.XPathError):
        return []
    chosen = set(found)
    return [one for one in found if not any(ancestor in chosen for ancestor in one.iterancestors())]


def remove(root: HtmlElement, selector: str) -> None:
    """Drop the elements of a CSS selector."""
    for element in select(root, selector):
        if element.getparent() is not None:
            element.drop_tree()


def remove_furniture(root: HtmlElement) -> None:
    """Take out elements that name themselves as furniture, but not what holds most of the page ("with-sidebar").

    A name alone does not condemn what holds the page's sentences: builders call every part of a page a widget.
    """
    whole = weight(root)
    told = sum(weight(one) for one in root.iter("p") if is_sentence(one))
    for element in list(root.iter(*_BLOCK_TAGS)):
        names = f"{element.get('class') or ''} {element.get('id') or ''}"
        if element.getparent() is None or not _FURNITURE.search(names) or element.find(".//h1") is not None:
            continue
        if _COMMENTS.search(names):
            element.drop_tree()
        elif weight(element) <= whole / 2 and not _holds_story(element, told):
            element.drop_tree()


def _holds_story(element: HtmlElement, told: int) -> bool:
    return sum(weight(one) for one in element.iter("p") if is_sentence(one)) > told * _TOLD


def hand_over_captions(root: HtmlElement) -> None:
    """What stands under a picture becomes the picture's own text, so that it is not taken for a paragraph."""
    for element in list(root.iter("p", "div", "span", "figcaption", "small", "em", "dd")):
        is_caption = element.tag == "figcaption" or _CAPTION.search(element.get("class") or "")
        if not is_caption or element.getparent() is None or element.find(".//img") is not None:
            continue
        text = line(element)
        ancestors = list(element.iterancestors())[:_AROUND]
        pictures: list[HtmlElement] = next((found for one in ancestors if (found := one.findall(".//img"))), [])
        if text and len(pictures) == 1:
            pictures[0].set("alt", text)
            element.drop_tree()


def name_paragraphs(root: HtmlElement) -> None:
    """A div that holds words and no other block is a paragraph; trafilatura runs such divs together."""
    for element in list(root.iter("div")):
        if element.text_content().strip() and not any(child.tag in BLOCKS for child in element.iterdescendants()):
            element.tag = "p"
