"""The text of pages that carry it in JSON alone: JSON-LD, Next.js, Nuxt and other programs' first states.

Such data has no order of its own: what goes with the page's headline is looked for, and the longest text beside it.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from lxml.html import HtmlElement

from bot.ingest.linkeddata import same_words

_MAX_SCRIPT = 2_000_000  # characters
_MOST_SCRIPTS = 30
_MOST_NODES = 50_000  # values looked at in a page
_DEPTH = 40
_LEAST = 200  # letters of a text that may be an article
_PROSE = 8  # words, with which a string is no name or address
_STATE = re.compile(
    r"(?:window|self|globalThis)?(?:\.|\[['\"])?(?:__\w{2,40}__|__\w{2,40}|\w{0,20}(?:State|Data|initial\w{0,20}))(?:['\"]\])?\s*=\s*(?=[\[{\"])",
    re.IGNORECASE,
)
_FLIGHT = re.compile(r"self\.__next_f\.push\(\s*(?=\[)")
_MARKUP = re.compile(r"<(?:p|br|div|h[1-6]|li|blockquote)\b", re.IGNORECASE)
_TITLES = ("headline", "title", "name", "heading", "shortTitle", "seoTitle", "header")
# Names under which no text of an article stands.
_ASIDE = re.compile(
    r"(?:related|recommend\w*|comments?|menu|navigation|footer|sidebar|seo\w*|meta\w*|description|excerpt|teaser|summary|author\w*"
    r"|tags?|keywords|url|href|src|slug|style|css|class(?:name)?|id|widgets?|banners?|ads?|popular|latest|also|more\w*|translations?)",
    re.IGNORECASE,
)
_HEADINGS = re.compile(r"(?:h[1-6]|heading\w*|header|subtitle|subhead\w*|title)", re.IGNORECASE)


@dataclass(slots=True)
class _Budget:
    left: int = _MOST_NODES

    def spend(self) -> bool:
        self.left -= 1
        return self.left >= 0


def find_text(root: HtmlElement, title: str, linked: str) -> str | None:
    """The longest text of the page's data that goes with its headline, as HTML; None where there is none.

    `linked` is what JSON-LD gives as the article's text.
    """
    found = [_as_html(linked)] if len(linked) >= _LEAST else []
    budget = _Budget()
    for data in _states(root):
        found += _bodies(data, title, budget)
    return max(found, key=_letters, default=None)


def _states(root: HtmlElement) -> Iterator[object]:
    flight: list[str] = []
    scripts = (one for one in root.iter("script") if one.text and len(one.text) >= _LEAST)
    for script, _ in zip(scripts, range(_MOST_SCRIPTS), strict=False):
        kind = (script.get("type") or "").lower()
        text = script.text[:_MAX_SCRIPT].strip()
        if kind == "application/json" or script.get("id") in {"__NEXT_DATA__", "__NUXT_DATA__"}:
            yield from _decoded(text)
        elif "ld+json" in kind:
            continue
        elif flights := [text[found.end() :] for found in _FLIGHT.finditer(text)]:
            flight += [_piece(part) for one in flights for part in _decoded(one)]
        else:
            for found in list(_STATE.finditer(text[:_MAX_SCRIPT]))[:5]:
                for data in _decoded(text[found.end() :]):
                    yield from _decoded(data) if isinstance(data, str) else (data,)
    if flight:
        yield from _flown("".join(flight)[:_MAX_SCRIPT])


def _piece(part: object) -> str:
    return part[1] if isinstance(part, list) and len(part) > 1 and isinstance(part[1], str) else ""


def _flown(text: str) -> Iterator[object]:
    """What Next.js streams: a line each, a number in hexadecimal, a colon, JSON."""
    for row in text.split("\n")[:2000]:
        _, colon, said = row.partition(":")
        if colon and said[:1] in "[{":
            yield from _decoded(said)


def _decoded(text: str) -> Iterator[object]:
    """The JSON with which a text begins, whatever stands behind it."""
    try:
        yield json.JSONDecoder(strict=False).raw_decode(text)[0]
    except (ValueError, RecursionError):
        return


def _bodies(data: object, title: str, budget: _Budget) -> list[str]:
    """The texts of the objects that carry the headline; an object's own parts belong to it."""
    found: list[str] = []
    waiting: list[tuple[object, int]] = [(data, 0)]
    while waiting and budget.spend():
        value, depth = waiting.pop()
        if depth > _DEPTH:
            continue
        if isinstance(value, dict):
            if any(same_words(said, title) for key in _TITLES if isinstance(said := value.get(key), str)):
                found += [
                    html
                    for part in value.items()
                    if (html := _text_of(part[0], part[1], budget)) and _letters(html) >= _LEAST
                ]
            waiting += [(part, depth + 1) for part in value.values() if isinstance(part, (dict, list))]
        elif isinstance(value, list):
            waiting += [(part, depth + 1) for part in value if isinstance(part, (dict, list))]
    return found


def _text_of(key: str, value: object, budget: _Budget) -> str:
    if _ASIDE.fullmatch(key):
        return ""
    if isinstance(value, str):
        return _as_html(value) if _is_prose(value) else ""
    if isinstance(value, (dict, list)):
        return "".join(_parts(value, budget, 0))
    return ""


def _parts(value: object, budget: _Budget, depth: int) -> Iterator[str]:
    """The texts of a list of blocks, each as its kind; what has a headline of its own is another story."""
    if depth > _DEPTH or not budget.spend():
        return
    if isinstance(value, list):
        for part in value:
            if isinstance(part, str):
                yield _as_html(part) if _is_prose(part) else ""
            else:
                yield from _parts(part, budget, depth + 1)
    elif isinstance(value, dict):
        if {"title", "headline"} & value.keys() and {"url", "slug", "link", "href"} & value.keys():
            return
        kind = next(
            (
                said
                for key in ("type", "tag", "tagName", "blockType", "name")
                if isinstance(said := value.get(key), str)
            ),
            "",
        )
        for key, part in value.items():
            yield from _part(key, part, kind, budget, depth)


def _part(key: str, part: object, kind: str, budget: _Budget, depth: int) -> Iterator[str]:
    if isinstance(part, str):
        if key.lower() in {"text", "html", "content", "value", "body", "data", "markup", "paragraph"} and part.strip():
            yield _as_html(part, _element(kind))
    elif isinstance(part, list) and key == "items" and all(isinstance(one, str) for one in part):
        yield "<ul>" + "".join(_as_html(one, "li") for one in part) + "</ul>"
    elif not _ASIDE.fullmatch(key):
        yield from _parts(part, budget, depth + 1)


def _element(kind: str) -> str:
    lowered = kind.lower()
    if _HEADINGS.fullmatch(lowered):
        return "h2"
    return "blockquote" if "quote" in lowered else "p"


def _as_html(text: str, element: str = "p") -> str:
    """A text as HTML: its own markup, else an element a line."""
    if _MARKUP.search(text):
        return text
    if "<" not in text:
        text = escape(text, quote=False).replace("&amp;", "&")
    return "".join(f"<{element}>{row.strip()}</{element}>" for row in re.split(r"\s*\n\s*", text) if row.strip())


def _is_prose(text: str) -> bool:
    return text.count(" ") >= _PROSE and not text.lstrip().startswith(("{", "http", "/"))


def _letters(html: str) -> int:
    return len(re.sub(r"<[^<>]{0,1000}>", "", html))
