"""Who wrote an article: as the page's head says, else as it stands in the page."""

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from lxml.html import HtmlElement

from bot.ingest import phrases
from bot.ingest.linkeddata import listed
from bot.ingest.shape import short_line
from bot.ingest.text import plain_title, tidy

_MAX_NAME = 100  # characters of one author, or of several in one line
_MAX_LINE = 160  # characters of a line that names its author
_MOST = 5  # authors
_META = (
    "author", "article:author", "og:article:author", "citation_author", "dc.creator", "dcterms.creator",
    "parsely-author",
    "sailthru.author",
    "byl", "mediator_author", "twitter:data1",
)  # fmt: skip
_NAMED = re.compile(
    r"(?:^|[\s_-])(?:by-?lines?|authors?(?:-?name)?|article-?authors?|post-?author|entry-?author|autor|writer"
    r"|muallif|auth|firma|auteur|autore|reporter|by)(?:$|[\s_-])",
    re.IGNORECASE,
)
# What is named after the author and is more than the name: a box with a portrait, a subscription, a list of articles.
_BOXES = re.compile(
    r"(?:^|[\s_-])(?:bio|box|about|avatar|photo|image|img|social|posts|follow|comments?)(?:$|[\s_-])", re.IGNORECASE
)
_AFTER = re.compile(
    r"\s*(?:[|•·/]\s.*|,?\s*[a-z]{3,9}\.? \d{1,2}(?:st|nd|rd|th)?, \d{4}.*"
    r"|,?\s*(?:\d{1,2}[.:]\d{2}\b|\d{1,2}\s+[а-яёa-z]{3,}\.?\s+\d{4}|\d{4}-\d{2}).*|\(?фото\b.*|©.*"
    r"|\b(?:published|updated|posted|опубликовано|обновлено|нашр)\b.*)$",
    re.IGNORECASE,
)
# How content systems call whoever typed a text in.
_NOBODY = re.compile(
    r"(?:super ?|site ?)?(?:admin\w*|root|user\d*|webmaster|editor|moderator|test|none|null|undefined|unknown"
    r"|админ\w*|автор|author|муаллиф)",
    re.IGNORECASE,
)
_PROFILE = re.compile(
    r"(?:^|[\s_-])(?:profile|blogger|columnist|author-?(?:box|card|info|bio))(?:$|[\s_-])", re.IGNORECASE
)
_PERSON = re.compile(r"/(?:authors?|avtory?|users?|writers?|journalists?|columnists?|by)/[^/?#]{2,}", re.IGNORECASE)
_CLIMB, _MOST_LOOKED = 3, 20  # elements over the headline, links in each
# A date, and who wrote it: blogs of the first years say "… 2011 at 8:15 am by Clare".
_DATED = re.compile(r"^.{3,30}\b\d{4}(?:\W{1,3}(?:at )?\d{1,2}:\d\d(?: ?[ap]m)?)?\W{1,3}by (?=[A-Z])(.{2,40})$")
_ADDRESS = re.compile(r"https?://|^@|^www\.|^/", re.IGNORECASE)


def find_author(root: HtmlElement, named: Mapping[str, str], article: Mapping[str, Any]) -> str | None:
    """The authors in one line; None where nobody is named."""
    for names in _ways(root, named, article):
        found = list(dict.fromkeys(name for text in names if (name := _name(text))))[:_MOST]
        if found:
            return ", ".join(found)[: _MAX_NAME * 2]
    return None


def _ways(root: HtmlElement, named: Mapping[str, str], article: Mapping[str, Any]) -> Iterator[list[str]]:
    yield _linked(article)
    for key in _META:
        if key != "twitter:data1" or re.match(
            r"(?:written by|author|автор|написано)", named.get("twitter:label1", ""), re.IGNORECASE
        ):
            yield [named.get(key, "")]
    yield list(islice(_marked(root), _MOST))
    yield list(
        islice(
            (link.text_content() for link in root.iter("a") if "author" in (link.get("rel") or "").lower().split()), 3
        )
    )
    yield list(islice(_by_class(root), 1))
    yield list(islice(_by_address(root), 1))
    yield list(islice(_by_profile(root), 1))
    yield list(islice(_by_label(root), 1))


def _linked(article: Mapping[str, Any]) -> list[str]:
    """Names of JSON-LD, where an author may be told by reference."""
    people: Mapping[str, Any] = article.get("@people") or {}
    names: list[str] = []
    for person in listed(article.get("author") or article.get("creator")):
        if isinstance(person, dict):
            whole = person if person.get("name") else people.get(str(person.get("@id")), {})
            names += [name for name in listed(whole.get("name")) if isinstance(name, str)]
        elif isinstance(person, str):
            names.append(person)
    return names


def _marked(root: HtmlElement) -> Iterator[str]:
    """itemprop=author, with the name that stands inside of it."""
    for element in root.iterfind(".//*[@itemprop]"):
        if "author" not in element.get("itemprop", "").lower().split() or element.tag == "meta":
            continue
        inner = next(
            (one for one in element.iterfind(".//*[@itemprop]") if one.get("itemprop", "").lower() == "name"), element
        )
        yield inner.get("content") or inner.text_content()


def _by_class(root: HtmlElement) -> Iterator[str]:
    for element in root.iter("span", "div", "p", "a", "address", "li", "b", "strong", "em", "cite"):
        name = element.get("class") or ""
        if _NAMED.search(name) and not _BOXES.search(name):
            people = [short_line(one, _MAX_NAME) for one in element.iter("a") if _PERSON.search(one.get("href") or "")]
            text = tidy(", ".join(filter(None, people)) or short_line(element, _MAX_LINE))
            if len(text) > 2 and _is_name(_name(text)):
                yield text


def _by_address(root: HtmlElement) -> Iterator[str]:
    """A link beside the headline that leads to a page about somebody."""
    heading = root.find(".//h1")
    for holder in islice(heading.iterancestors(), _CLIMB) if heading is not None else ():
        for link in islice(holder.iter("a"), _MOST_LOOKED):
            name = tidy(short_line(link, _MAX_NAME))
            if _PERSON.search(link.get("href") or "") and _is_name(_name(name)):
                yield name


def _by_profile(root: HtmlElement) -> Iterator[str]:
    """The name in the box that tells of the author."""
    for box in root.iter("div", "section", "aside"):
        if _PROFILE.search(box.get("class") or ""):
            for element in islice(box.iter("b", "strong", "h3", "h4", "h5", "a"), _MOST):
                name = tidy(short_line(element, _MAX_NAME))
                if _is_name(_name(name)):
                    yield name


def _by_label(root: HtmlElement) -> Iterator[str]:
    """A line that says «Автор: …»; a "by" alone starts any sentence."""
    for element in root.iter("span", "div", "p", "li", "b", "strong", "em", "i", "font", "small", "address"):
        text = tidy(short_line(element, _MAX_LINE))
        dated = _DATED.search(text)
        text = dated[1] if dated else text
        if text and (dated or phrases.BYLINE.match(text)) and _is_name(_name(text)):
            yield text


def _name(text: str) -> str:
    """A name without its label and what follows it; "" for what is none."""
    if not text or _ADDRESS.search(text.strip()):
        return ""
    bare = phrases.BYLINE.sub("", plain_title(text), count=1)
    bare = _AFTER.sub("", bare).strip(' ,;:—–-|•·/."')
    return "" if _NOBODY.fullmatch(bare) or len(bare) > _MAX_NAME or not re.search(r"[^\W\d_]", bare) else bare


def _is_name(text: str) -> bool:
    """Whether a text of the page can be a name: few words, the first one in upper case, no sentence."""
    words = text.split()
    return 0 < len(words) <= 8 and text[:1].isupper() and not re.search(r"[.!?]\s+[^\W\d_]{3}|\d{2}", text)
