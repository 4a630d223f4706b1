"""Takes out of a page's tree what names itself as the site's own, and gives its parts the names that trafilatura minds.

An operator's selectors count before any of it.
"""

import re
from itertools import islice

from cssselect import GenericTranslator, SelectorError
from lxml import etree
from lxml.html import HtmlElement

from bot.ingest.dates import read_date
from bot.ingest.shape import BLOCKS, drop, is_sentence, line, short_line, weight

# What holds the site's own words by its class or id, removed before the text is looked for.
_FURNITURE = re.compile(
    r"(?:^|[\s_-])(?:share|sharing|social|socials|related|relatedposts|recommend\w*|read-?(?:also|more|next)|also|more-news|popular"
    r"|trending|comments?|respond|disqus|cookies?|consent|gdpr|subscribe|subscription|newsletter|login|auth|signin|breadcrumbs?"
    r"|pagination|pager|promo|banner|advert\w*|ads?|adv|ads?-?(?:box|block|slot|unit|place)|reklama|sponsor\w*|sidebar|widget"
    r"|tags?-?(?:list|cloud)|copyright|print|ya-share2?|(?:author-?)?bio|author-?(?:box|info)|about-?author|paywall|regwall|skip-link"
    r"|screen-reader-text|sr-only|visually-hidden|polls?|votes?|rating|likes?|ticker|teasers?|disclaimer|donat\w*|contribut\w*"
    r"|support(?:-us)?|contacts?|pull-?quotes?|soc|colophon|site-?footer|page-?footer|footer|counters?)(?:$|[\s_-])",
    re.IGNORECASE,
)
_COMMENTS = re.compile(
    r"(?:^|[\s_-])(?:comments?(?:-?(?:list|area|section|block))?|disqus\w*|respond|replies)(?:$|[\s_-])", re.IGNORECASE
)
# What says under a picture what it shows.
_CAPTION = re.compile(
    r"(?:^|[\s_-])(?:captions?|photo-?(?:text|credit|author)|image-?credit)(?:$|[\s_-])"
    r"|(?:photo|image|img|pic|foto)\w{0,10}[_-]{1,2}(?:desc\w*|sign\w*|info|copyright|title)",
    re.IGNORECASE,
)
_EMBEDDED = re.compile(
    r"(?:twitter|instagram|tiktok|telegram|bluesky|mastodon|wp)-?(?:tweet|media|embed(?:ded)?|post)", re.IGNORECASE
)
# How a network signs a post that it lets others show: the author's account, then the day.
_SIGNED = re.compile(r"\s\(@\w{1,40}\) .{0,20}\d{4}\W*$")
_MAX_POST = 1000  # characters
_MAX_HEADING = 100  # characters
_FEW = 8  # children of what frames a picture
_MAX_CAPTION = 300  # characters
_AROUND = 3  # elements upwards in which a caption's picture stands
_BLOCK_TAGS = ("div", "section", "aside", "ul", "ol", "p", "form", "nav", "footer")
_TOLD = 0.3  # share of the page's letters in sentences, from which an element holds its article whatever its name
_MAX_STAMP = 40  # characters of a date with its hour
_CLOCK = re.compile(r"\d{4}.{0,12}\d:\d\d|\d:\d\d.{0,20}\d{4}")
_AFTER_STAMP = re.compile(r"\s*[^\W\d_]*(?<![a-zа-яё])[«“\"]?[A-ZА-ЯЁӢӮҚҒҲҶ]|\s*[—–-]\s[A-ZА-ЯЁ]")
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
            drop(element)


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
        if _COMMENTS.search(names) or (weight(element) <= whole / 2 and not _holds_story(element, told)):
            drop(element)


def remove_comments(root: HtmlElement) -> None:
    """Take out what names itself as readers' comments."""
    for element in list(root.iter("div", "section", "ol", "ul")):
        names = f"{element.get('class') or ''} {element.get('id') or ''}"
        if _COMMENTS.search(names) and element.find(".//h1") is None:
            drop(element)


def _holds_story(element: HtmlElement, told: int) -> bool:
    return sum(weight(one) for one in element.iter("p") if is_sentence(one)) > told * _TOLD


def remove_embedded(root: HtmlElement) -> None:
    """Drop posts of networks and cards of other sites, and give pictures of AMP pages their own element."""
    for element in list(root.iter("blockquote", "div")):
        is_signed = element.tag == "blockquote" and _SIGNED.search(short_line(element, _MAX_POST))
        if (is_signed or _EMBEDDED.search(element.get("class") or "")) and element.getparent() is not None:
            drop(element)
    for element in list(root.iter("amp-img")):
        element.tag = "img"
    for element in list(root.iter("noscript")):  # the same pictures for those who load them at once
        parent = element.getparent()
        if parent is not None and parent.find(".//img") is not None:
            drop(element)


def unwrap(root: HtmlElement) -> None:
    """Take marks off words that trafilatura misreads: typewriter letters, headings that link to themselves."""
    for heading in root.iter("h2", "h3", "h4", "h5", "h6"):
        for link in list(heading.iter("a")):
            if (link.get("href") or "#").startswith("#"):
                link.drop_tag()
    for element in list(root.iter("code", "kbd", "samp", "tt", "var")):
        if not any(one.tag == "pre" for one in element.iterancestors()):
            element.drop_tag()


def hand_over_captions(root: HtmlElement) -> None:
    """What stands under a picture becomes the picture's own text, so that it is not taken for a paragraph.

    What an `alt` says describes the picture to those who do not see it, and is no caption.
    """
    for picture in root.iter("img"):
        picture.set("alt", "")
    for element in list(root.iter("small", "i", "em", "cite")):
        holder = _frame(element)
        if holder is not None:
            element.tag = "figcaption"
    for element in list(root.iter("p", "div", "span", "figcaption", "small", "em", "dd")):
        is_caption = element.tag == "figcaption" or _CAPTION.search(element.get("class") or "")
        if not is_caption or element.getparent() is None or element.find(".//img") is not None:
            continue
        text = line(element)
        ancestors = list(element.iterancestors())[:_AROUND]
        pictures: list[HtmlElement] = next((found for one in ancestors if (found := one.findall(".//img"))), [])
        if text and len(pictures) == 1:
            pictures[0].set("alt", text)
            drop(element)


def _frame(element: HtmlElement) -> HtmlElement | None:
    """The element that holds a picture and these words and nothing else, paragraphs of the text not among them."""
    said = short_line(element, _MAX_CAPTION)
    for holder in islice(element.iterancestors(), _AROUND) if said else ():
        if holder.tag in {"p", "body"} or _holds_many(holder) or short_line(holder, _MAX_CAPTION) != said:
            return None
        if sum(1 for _ in holder.iter("img")) == 1:
            return holder
    return None


def _holds_many(element: HtmlElement) -> bool:
    """Whether it has more than a few children; to count them all would cost as much as there are."""
    return next(islice(element.iterchildren(), _FEW, None), None) is not None


def name_headings(root: HtmlElement) -> None:
    """A short paragraph all in bold that is no sentence is a heading, as old editors write it; the first is a lead."""
    for paragraph in list(root.iter("p"))[1:]:
        inner = list(paragraph)
        if len(inner) != 1 or inner[0].tag not in {"b", "strong"}:
            continue
        said = short_line(paragraph, _MAX_HEADING)
        if said and said == line(inner[0]) and said[:1].isalnum() and said[-1:].isalnum():
            inner[0].drop_tag()
            paragraph.tag = "h3"


def name_paragraphs(root: HtmlElement) -> None:
    """A div that holds words and no other block is a paragraph; trafilatura runs such divs together."""
    for element in list(root.iter("div")):
        if element.text_content().strip() and not any(child.tag in BLOCKS for child in element.iterdescendants()):
            element.tag = "p"


def remove_stamps(article: HtmlElement) -> None:
    """Drop the date that stands before the first words of a block: builders write it into the text's own element."""
    for element in list(article.iter("span", "small", "time", "font", "em", "i", "b", "strong")):
        parent, said = element.getparent(), short_line(element, _MAX_STAMP)
        if parent is None or not _CLOCK.search(said) or not _stands_first(element):
            continue
        if _AFTER_STAMP.match(element.tail or "") and read_date(said) is not None:
            drop(element)


def _stands_first(element: HtmlElement) -> bool:
    """Whether no words stand before an element in its parent; pictures may."""
    before = list(islice(element.itersiblings(preceding=True), _FEW))
    words = [element.getparent().text or "", *(one.tail or "" for one in before)]
    return not "".join(words).strip() and all(one.tag in {"img", "br"} for one in before)
