"""OPML, the list of sources that every reader of feeds takes and gives. Reading forgives, writing is strict.

Of OPML 2.0 we use `xmlUrl`, `title` (else `text`), `language` and, where there is none, a `category` that names one.
"""

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from lxml import etree

from bot.ingest.decode import decode_feed
from config.values import name_from_url

LANGUAGES = frozenset({"ru", "tg", "en"})

_DECLARATION = re.compile(r"<\?xml[^>]*\?>")
_DOCTYPE = re.compile(r"<!DOCTYPE[^>\[]*(\[.*?\]\s*)?>", re.IGNORECASE | re.DOTALL)
_ADDRESS = re.compile(r"""\bxmlUrl\s*=\s*["']([^"'<>\s]+)["']""", re.IGNORECASE)
_AMPERSAND = re.compile(r"&(#\d{1,7};|#[xX][0-9a-fA-F]{1,6};|[A-Za-z][A-Za-z0-9]{1,31};)?")


class OpmlError(Exception):
    """This is no OPML."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A source as an OPML file names it."""

    url: str
    name: str
    language: str | None = None


def read_opml(body: bytes) -> list[Subscription]:
    """The feeds of an OPML file, folders within folders, each address once, in the order of the file.

    Raises OpmlError when nothing in it looks like an outline, or when it is broken before the first feed.
    """
    text = _AMPERSAND.sub(_repair, _DOCTYPE.sub("", _DECLARATION.sub("", decode_feed(body, None), count=1), count=1))
    # No network, and limits as lxml sets them: the file may come from anyone.
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, remove_comments=True)
    try:
        root = etree.fromstring(text.strip().encode(), parser)
    except etree.XMLSyntaxError:
        root = None
    if root is None:  # what lxml gives for a text in which it finds no element at all
        raise OpmlError("this is not XML")
    found: dict[str, Subscription] = {}
    outlines = 0
    for element in root.iter():
        if isinstance(element.tag, str) and etree.QName(element).localname.lower() == "outline":
            outlines += 1
            _take(found, {str(name).lower(): str(value) for name, value in element.attrib.items()})
    # A quotation mark inside a title costs the parser the rest of that outline; its address still stands there.
    for address in _ADDRESS.findall(text):
        _take(found, {"xmlurl": html.unescape(address)})
    if not found and parser.error_log:
        raise OpmlError("its XML is broken, and no feed can be read from it")
    if not outlines and not found and etree.QName(root).localname.lower() != "opml":
        raise OpmlError("there are no outlines in it")
    return list(found.values())


def write_opml(subscriptions: Iterable[Subscription], title: str) -> bytes:
    """An OPML 2.0 file, UTF-8, with the language as a category."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = title
    body = etree.SubElement(root, "body")
    for one in subscriptions:
        outline = etree.SubElement(body, "outline", type="rss", text=one.name, title=one.name, xmlUrl=one.url)
        if one.language:
            outline.set("language", one.language)
            outline.set("category", f"/{one.language}")
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _repair(match: re.Match[str]) -> str:
    """Most broken OPML is broken by an address with a bare ampersand, or by HTML's names of letters."""
    return escape(html.unescape(match[0]), {'"': "&quot;"})


def _take(found: dict[str, Subscription], attributes: dict[str, str]) -> None:
    """Add the feed of an outline, if it has one that is new. Names of attributes are in lower case here."""
    said = {name: value.strip() for name, value in attributes.items()}
    url = said.get("xmlurl") or (said.get("url") if said.get("type", "").lower() in {"rss", "atom"} else None)
    url = _web_address(url or "")
    if url and url not in found:
        name = said.get("title") or said.get("text") or name_from_url(url)
        found[url] = Subscription(url, " ".join(name.split()), _language(said))


def _web_address(url: str) -> str | None:
    for scheme in ("feed://", "feed:"):  # how some readers mark a feed's address
        if url.lower().startswith(scheme):
            rest = url[len(scheme) :]
            url = rest if rest.lower().startswith(("http://", "https://")) else f"http://{rest}"
    try:
        if urlsplit(url).scheme.lower() not in {"http", "https"} or not urlsplit(url).hostname:
            return None
    except ValueError:
        return None
    return url


def _language(said: dict[str, str]) -> str | None:
    """From language="ru-RU" or category="/news/ru"; a category such as "/russia" names none."""
    words = [said.get("language", "")[:2], *said.get("category", "").replace("/", ",").split(",")]
    return next((code for word in words if (code := word.strip().lower()) in LANGUAGES), None)
