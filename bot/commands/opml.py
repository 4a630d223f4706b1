"""OPML, the list of sources that every reader of feeds takes and gives. Reading forgives, writing is strict.

Of OPML 2.0 we use `xmlUrl`, `title` (else `text`), `language` and, where there is none, a `category` that names one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml import etree

from config.values import name_from_url

LANGUAGES = frozenset({"ru", "tg", "en"})


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

    Raises OpmlError when nothing in it looks like an outline.
    """
    # No entities of its own, no network, and limits as lxml sets them: the file may come from anyone.
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, remove_comments=True)
    root = etree.fromstring(body.lstrip(), parser) if body.strip() else None
    if root is None:
        raise OpmlError("this is not XML")
    found: dict[str, Subscription] = {}
    outlines = 0
    for element in root.iter():
        if isinstance(element.tag, str) and etree.QName(element).localname.lower() == "outline":
            outlines += 1
            subscription = _subscription(element)
            if subscription is not None:
                found.setdefault(subscription.url, subscription)
    if not outlines and etree.QName(root).localname.lower() != "opml":
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


def _subscription(outline: etree._Element) -> Subscription | None:
    # Programs differ in the case of attributes: xmlUrl, xmlurl, xmlURL.
    said = {str(name).lower(): str(value).strip() for name, value in outline.attrib.items()}
    url = said.get("xmlurl") or (said.get("url") if said.get("type", "").lower() in {"rss", "atom"} else None)
    if not url:
        return None
    for scheme in ("feed://", "feed:"):  # how some readers mark a feed's address
        if url.lower().startswith(scheme):
            rest = url[len(scheme) :]
            url = rest if rest.lower().startswith(("http://", "https://")) else f"http://{rest}"
    try:
        if urlsplit(url).scheme.lower() not in {"http", "https"} or not urlsplit(url).hostname:
            return None
    except ValueError:
        return None
    name = said.get("title") or said.get("text") or name_from_url(url)
    return Subscription(url, " ".join(name.split()), _language(said))


def _language(said: dict[str, str]) -> str | None:
    """From language="ru-RU" or category="/news/ru"; a category such as "/russia" names none."""
    words = [said.get("language", "")[:2], *said.get("category", "").replace("/", ",").split(",")]
    return next((code for word in words if (code := word.strip().lower()) in LANGUAGES), None)
