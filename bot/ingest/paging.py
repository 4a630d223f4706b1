"""Where an article goes on: the link to its next page, told from links to other articles and to older news. Pure.

A next page has the address of the first with a number more: ?page=2, /2/, -2.html. An archive has another address
before its number, and the next article another name. That, and a sign that the link is there for turning pages.
"""

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlencode, urlsplit

from lxml.html import HtmlElement

from bot.ingest.blocks import absolute_url
from bot.ingest.identity import canonical_url
from bot.ingest.shape import short_line

_MOST = 30  # pages; a higher number at the end of an address names an article
_MAX_LINK = 80  # characters of a link that turns the page
_PARAMETER = re.compile(
    r"page|p|pg|pagen_?\d*|part|str|paged|pageno|page_?num(?:ber)?|pn|sheet|start_?page", re.IGNORECASE
)
# A number at the end of a path: a part of its own (/2/, /page/2, /page-2) or behind a sign (-2.html, _2, ,2, -page-2).
_TAIL = re.compile(
    r"(?P<stem>.{1,2000}?)(?:/(?:(?:page|p|part|str)[-_/]?)?|[-_.,](?:(?:page|p|part|str)[-_]?)?)(?P<number>\d{1,2})"
    r"(?P<end>\.\w{2,5})?/?"
)
_ENDING = re.compile(r"\.\w{2,5}$")
_TURNS = re.compile(
    r"\W*(?:продолжение|читать (?:продолжение|дальше|далее)|далее|дальше|следующая(?: страница)?"
    r"|на следующ(?:ей|ую) странице?|вперёд|вперед|next(?: page)?|continue(?:d)?(?: reading)?(?: on the next page)?"
    r"|page \d+|страница \d+|стр\. ?\d+"
    r"|саҳифаи (?:навбатӣ|оянда|дигар|\d+)|идома\w*|давом\w*|баъдӣ|оянда)\b.{0,40}",
    re.IGNORECASE,
)
_FOREIGN = re.compile(r"(?:^|[\s_-])(?:comments?|replies|gallery|disqus|related)(?:$|[\s_-])", re.IGNORECASE)


def find_next(root: HtmlElement, url: str) -> str | None:
    """The address of the page on which the article of `url` goes on."""
    place = canonical_url(url)
    for link, said in _turning(root):
        found = absolute_url(link.get("href"), url)
        number = page_number(place, canonical_url(found)) if found else None
        if number is not None and (said in {"", str(number)} or _TURNS.fullmatch(said)) and not _is_foreign(link):
            return found
    return None


def page_number(place: str, other: str) -> int | None:
    """The number of `other`, where it is the page that follows `place`; both canonical addresses."""
    if place.split("/", 3)[2:3] != other.split("/", 3)[2:3]:
        return None
    ahead = next((there for there in _readings(other) if there[1] > 1), None)
    if ahead is None:
        return None
    return ahead[1] if any(stem == ahead[0] and number == ahead[1] - 1 for stem, number in _readings(place)) else None


def is_page_of(first: str, other: str) -> bool:
    """Whether `other` is a later page of the article that begins at `first`; both canonical addresses."""
    stem = _readings(first)[0][0]
    return any(number > 1 and there == stem for there, number in _readings(other))


def _turning(root: HtmlElement) -> Iterator[tuple[HtmlElement, str]]:
    """Links and what they say; "" where the link says by its nature that a page follows."""
    for link in root.iter("link", "a"):
        if not link.get("href") or link.get("href").startswith("#"):
            continue
        if "next" in (link.get("rel") or "").lower().split():
            yield link, ""
        elif link.tag == "a":
            said = short_line(link, _MAX_LINK) or (link.get("title") or link.get("aria-label") or "")
            if said and (said.isdecimal() or _TURNS.fullmatch(said)):
                yield link, said


def _is_foreign(link: HtmlElement) -> bool:
    return any(
        _FOREIGN.search(f"{one.get('class') or ''} {one.get('id') or ''}")
        for one in link.iterancestors()
        if one.tag != "body"
    )


def _readings(address: str) -> list[tuple[str, int]]:
    """What an address may mean: an article's name and its page; the whole of it as a first page comes first."""
    parts = urlsplit(address)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    path = parts.path.rstrip("/")
    for at, (name, value) in enumerate(pairs):
        if _PARAMETER.fullmatch(name) and value.isascii() and value.isdecimal() and 0 < int(value[:6]) <= _MOST:
            rest = urlencode(pairs[:at] + pairs[at + 1 :])
            return [(f"{_ENDING.sub('', path)}?{rest}", int(value))]
    query = f"?{urlencode(pairs)}"
    readings = [(f"{_ENDING.sub('', path)}{query}", 1)]
    tail = _TAIL.fullmatch(path)
    if tail and 1 < int(tail["number"]) <= _MOST:
        readings.append((f"{_ENDING.sub('', tail['stem'])}{query}", int(tail["number"])))
    return readings
