"""Repairs the text of an XML feed, so that a strict parser reads what was meant.

Done in one linear pass outside of CDATA sections: what stands inside them is HTML and is repaired by HTML's own rules.
"""

import html
import re
from collections.abc import Iterator
from datetime import UTC, tzinfo
from functools import partial
from xml.sax.saxutils import escape

from bot.ingest.dates import read_date
from bot.ingest.errors import HostileXml
from bot.ingest.text import without_unwanted

_ROOT = re.compile(r"<(?:rss|feed|rdf:rdf|rdf|channel)\b|<\w{1,20}:(?:feed|rss)\b", re.IGNORECASE)
_AMPERSAND = re.compile(r"&(?:(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});)?")
_XML_NAMES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_DATE_ELEMENT = re.compile(
    r"<((?:[A-Za-z]{1,12}:)?(?:pubDate|published|updated|modified|issued|created|date))(\s[^<>]{0,200})?>"
    r"(\s*(?:<!\[CDATA\[)?)([^<\]]{4,100})((?:\]\]>)?\s*)</",
    re.IGNORECASE,
)
# A title with elements of HTML in it (also Atom's xhtml): fastfeedparser would cut it at the first of them.
_MARKED_TITLE = re.compile(
    r"<title(?:\s[^<>]{0,200})?>([^<]{0,500}<(?!/title|!)(?:[^<]|<(?!/title|!)){0,2000})</title>"
)
_CDATA, _CDATA_END = "<![CDATA[", "]]>"
_CUT = re.compile(r"<(?:!(?:\[[CDAT]{0,5})?)?\s{0,9}\Z")  # a feed that ends within "<![CDATA["


def find_root(text: str) -> int:
    """Where the feed's first element starts, -1 when there is none in the first 64 KB."""
    match = _ROOT.search(text, 0, 65536)
    return match.start() if match else -1


def prepare(text: str, url: str, zone: tzinfo = UTC) -> str:
    """The feed's element alone, with entities, ampersands and dates that every XML parser reads.

    Junk before the root, the XML declaration and a DOCTYPE are dropped. Dates that name no zone are in `zone`.
    Raises HostileXml when a DTD declares entities.
    """
    root = max(find_root(text), 0)
    if re.search(r"<!ENTITY", text[:root], re.IGNORECASE):
        raise HostileXml(url, "the feed declares entities of its own, which only an attack needs")
    repaired = "".join(
        piece if piece.startswith(_CDATA) else _AMPERSAND.sub(_repair, piece)
        for piece in _sections(text[root : _end(text)])
    )
    return _DATE_ELEMENT.sub(partial(_iso_date, zone), _MARKED_TITLE.sub(_html_title, without_unwanted(repaired)))


def _end(text: str) -> int:
    """Where a feed ends, without the mark of a section in the middle of which it was cut off."""
    cut = _CUT.search(text, max(len(text) - 20, 0))
    return cut.start() if cut else len(text)


def _sections(text: str) -> Iterator[str]:
    """The text cut into CDATA sections and what stands between them."""
    position = 0
    while (start := text.find(_CDATA, position)) >= 0:
        yield text[position:start]
        end = text.find(_CDATA_END, start)
        if end < 0:
            yield text[start:] + _CDATA_END
            return
        position = end + len(_CDATA_END)
        yield text[start:position]
    yield text[position:]


def _repair(match: re.Match[str]) -> str:
    """XML's own entities stay; HTML's become letters; an ampersand that is none of them is escaped."""
    name = match[1]
    if name is None:
        return "&amp;"
    if name in _XML_NAMES:
        return match[0]
    letters = html.unescape(match[0]).replace("\ufffd", "")
    return "&amp;" + match[0][1:] if letters == match[0] else escape(letters)


def _html_title(match: re.Match[str]) -> str:
    return f'<title type="html">{_CDATA}{match[1]}{_CDATA_END}</title>'


def _iso_date(zone: tzinfo, match: re.Match[str]) -> str:
    """A date both parsers read alike; left as it is when we cannot read it either."""
    tag, attributes, before, written, after = match.groups()
    moment = read_date(written, zone)
    value = moment.isoformat() if moment else written
    return f"<{tag}{attributes or ''}>{before}{value}{after}</"
