"""OPML, the list of sources that every reader of feeds takes and gives. Reading forgives, writing is strict.

Of OPML 2.0 we use `xmlUrl`, `title` (else `text`), `language`, and outlines within outlines as folders. Where a file
has no folders a `category` names one; where it has no `language`, a category such as "/ru" does.
"""

import html
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit
from xml.sax.saxutils import quoteattr

from lxml import etree

from bot.ingest.decode import decode_feed
from bot.ingest.text import without_unwanted
from config.values import name_from_url

LANGUAGES = frozenset({"ru", "tg", "en"})

_DECLARATION = re.compile(r"<\?xml[^>]*\?>")
_DOCTYPE = re.compile(r"<!DOCTYPE[^>\[]*(\[.*?\]\s*)?>", re.IGNORECASE | re.DOTALL)
_ADDRESS = re.compile(r"""\bxmlUrl\s*=\s*["']([^"'<>\s]+)["']""", re.IGNORECASE)
# A value ends at the quotation mark that stands before the next attribute or the end of its tag: in broken files bare
# quotation marks, ampersands and "<" stand within.
_ATTRIBUTE = re.compile(
    r"""([\w:.-]{1,40})\s{0,9}=\s{0,9}(["'])(.{0,2000}?)\2(?=\s{1,99}[\w:.-]{1,40}\s{0,9}=|\s{0,99}/?>)""", re.DOTALL
)
# "asia.example/rss", "asia.example:8080": no scheme has a dot before its colon.
_BARE_HOST = re.compile(r"[\w-]{1,63}(?:\.[\w-]{1,63}){1,20}(?::\d{1,5})?(?:[/?]|$)")
_OPENING = re.compile(r"<outline\b", re.IGNORECASE)
_END = re.compile(r"\s{0,99}(/?)>")
_SLASH = "\u2215"  # for a slash in a folder's name, which would part it in two
_MAX_FOLDERS = 20  # within one another


class OpmlError(Exception):
    """This is no OPML."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A source as an OPML file names it. `folder` is "Outer/Inner", "" for none."""

    url: str
    name: str
    language: str | None = None
    folder: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """An outline that means a source and names none that can be fetched."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Outlines:
    """What an OPML file holds, in its order; each address once."""

    subscriptions: tuple[Subscription, ...]
    refused: tuple[Refused, ...] = ()


def read_opml(body: bytes) -> Outlines:
    """The feeds of an OPML file, with those that it names in vain.

    Raises OpmlError when nothing in it looks like an outline, or when it is broken before the first feed.
    """
    text = without_unwanted(_DOCTYPE.sub("", _DECLARATION.sub("", decode_feed(body, None), count=1), count=1))
    # No network, and limits as lxml sets them: the file may come from anyone.
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, remove_comments=True)
    try:
        root = etree.fromstring("".join(_repaired(text)).strip().encode(), parser)
    except etree.XMLSyntaxError:
        root = None
    if root is None:  # what lxml gives for a text in which it finds no element at all
        raise OpmlError("this is not XML")
    found: dict[str, Subscription] = {}
    refused: list[Refused] = []
    outlines = 0
    for element in root.iter():
        if _is_outline(element):
            outlines += 1
            _take(found, refused, _said(element), _folder(element))
    # What the repair did not reach costs the parser an outline; its address still stands in the text.
    for address in _ADDRESS.findall(text):
        _take(found, [], {"xmlurl": html.unescape(address)}, "")
    if not found and parser.error_log:
        raise OpmlError("its XML is broken, and no feed can be read from it")
    if not outlines and not found and etree.QName(root).localname.lower() != "opml":
        raise OpmlError("there are no outlines in it")
    return Outlines(tuple(found.values()), tuple(refused))


def write_opml(subscriptions: Iterable[Subscription], title: str) -> bytes:
    """An OPML 2.0 file, UTF-8: folders as outlines and as categories, each where its first source stands."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = title
    folders = {"": etree.SubElement(root, "body")}
    for one in subscriptions:
        outline = etree.SubElement(
            _open_folder(folders, one.folder), "outline", type="rss", text=one.name, title=one.name, xmlUrl=one.url
        )
        if one.language:
            outline.set("language", one.language)
        if one.folder:
            outline.set("category", f"/{one.folder}")
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _open_folder(folders: dict[str, etree._Element], path: str) -> etree._Element:
    if path not in folders:
        outer, _, name = path.rpartition("/")
        folders[path] = etree.SubElement(_open_folder(folders, outer), "outline", text=name, title=name)
    return folders[path]


def _repaired(text: str) -> Iterator[str]:
    """The text with the values of its outlines as XML wants them; the rest as it is."""
    position = 0
    for opening in _OPENING.finditer(text):
        if opening.start() < position:
            continue
        yield text[position : opening.end()]
        position = opening.end()
        while (value := _ATTRIBUTE.match(text, _past_blanks(text, position))) is not None:
            yield f" {value[1]}={quoteattr(html.unescape(value[3]))}"
            position = value.end()
        if (end := _END.match(text, position)) is not None:
            yield f"{end[1]}>"
            position = end.end()
    yield text[position:]


def _past_blanks(text: str, position: int) -> int:
    while position < len(text) and text[position].isspace():
        position += 1
    return position


def _is_outline(element: etree._Element) -> bool:
    return isinstance(element.tag, str) and etree.QName(element).localname.lower() == "outline"


def _said(element: etree._Element) -> dict[str, str]:
    """An outline's attributes, their names in lower case."""
    return {str(name).lower(): _line(str(value)) for name, value in element.attrib.items()}


def _folder(element: etree._Element) -> str:
    """The outlines that it stands in, the outermost first."""
    outer = [_said(one) for one in element.iterancestors() if _is_outline(one)][:_MAX_FOLDERS]
    return _path([said.get("title") or said.get("text") or "" for said in reversed(outer)])


def _path(names: Sequence[str]) -> str:
    return "/".join(name.replace("/", _SLASH) for name in names if name)


def _line(text: str) -> str:
    return " ".join(text.split())


def _take(found: dict[str, Subscription], refused: list[Refused], said: Mapping[str, str], folder: str) -> None:
    """Add the feed of an outline, if it has one that is new."""
    is_feed = said.get("type", "").lower() in {"rss", "atom"}
    written = said.get("xmlurl") or (said.get("url") if is_feed else None) or ""
    name = said.get("title") or said.get("text") or ""
    url = _web_address(written)
    if url is None:
        reason = _why_not(said, written, is_feed=is_feed)
        if reason:
            refused.append(Refused(name or written or "an outline", reason))
    elif url not in found:
        category = said.get("category", "")
        is_folder = bool(folder) and category == f"/{folder}"
        language = _language(said.get("language", ""), "" if is_folder else category)
        found[url] = Subscription(url, name or name_from_url(url), language, folder or _category(category))


def _why_not(said: Mapping[str, str], written: str, *, is_feed: bool) -> str:
    """Why an outline names no feed; empty for one that means none, such as a folder."""
    home = said.get("htmlurl", "")
    if written:
        return f"{written[:200]} is no http or https address"
    if home and (is_feed or not said.get("type")):
        return f"it names no feed (xmlUrl), only the page {home[:200]}"
    return "it names no address" if is_feed or "xmlurl" in said else ""


def _web_address(url: str) -> str | None:
    for scheme in ("feed://", "feed:"):  # how some readers mark a feed's address
        if url.lower().startswith(scheme):
            rest = url[len(scheme) :]
            url = rest if rest.lower().startswith(("http://", "https://")) else f"http://{rest}"
    if _BARE_HOST.match(url):
        url = f"https://{url}"
    try:
        parts = urlsplit(url)
        is_good = parts.scheme.lower() in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return None
    return url if is_good else None


def _category(written: str) -> str:
    """The first category as a folder; one that only names a language is none."""
    names = [name for part in written.split(",", maxsplit=1)[0].split("/") if (name := part.strip())]
    return _path([name for name in names if name.lower() not in LANGUAGES])


def _language(language: str, category: str) -> str | None:
    """From language="ru-RU" or category="/news/ru"; a category such as "/russia" names none."""
    words = [language[:2], *category.replace("/", ",").split(",")]
    return next((code for word in words if (code := word.strip().lower()) in LANGUAGES), None)
