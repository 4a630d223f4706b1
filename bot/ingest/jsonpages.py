"""The text of pages that carry it in JSON alone: JSON-LD, Next.js, Nuxt and other programs' first states.

Such data has no order of its own: what goes with the page's headline is looked for, and the longest text beside it.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape

from lxml.html import HtmlElement

from bot.ingest.linkeddata import same_words

_MAX_SCRIPT = 2_000_000  # characters
_MOST_SCRIPTS = 30
_MOST_NODES = 50_000  # values looked at in a page
_DEPTH = 40
_MOST_TAGS, _MAX_NAME = 30, 200  # of one story; characters of what one is called
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


@dataclass(frozen=True, slots=True)
class Story:
    """An article as a page's data has it: its text as HTML, and what is said of it, as it stands there."""

    html: str = ""
    published: str = ""
    modified: str = ""
    author: str = ""
    section: str = ""
    tags: tuple[str, ...] = ()


NO_STORY = Story()


def find_story(root: HtmlElement, title: str, linked: str) -> Story:
    """The longest text of the page's data that goes with its headline; of no text where there is none.

    `linked` is what JSON-LD gives as the article's text.
    """
    found = [Story(_as_html(linked))] if len(linked) >= _LEAST else []
    budget = _Budget()
    for data in _states(root):
        found += _stories(data, title, budget)
    return max(found, key=lambda story: _letters(story.html), default=NO_STORY)


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


def _stories(data: object, title: str, budget: _Budget) -> list[Story]:
    """The texts of the objects that carry the headline; an object's own parts belong to it."""
    found: list[Story] = []
    waiting: list[tuple[object, int]] = [(data, 0)]
    while waiting and budget.spend():
        value, depth = waiting.pop()
        if depth > _DEPTH:
            continue
        if isinstance(value, dict):
            if any(same_words(said, title) for key in _TITLES if isinstance(said := value.get(key), str)):
                texts = [_text_of(key, part, budget) for key, part in value.items()]
                found += [_story(value, html) for html in texts if _letters(html) >= _LEAST]
            waiting += [(part, depth + 1) for part in value.values() if isinstance(part, (dict, list))]
        elif isinstance(value, list):
            waiting += [(part, depth + 1) for part in value if isinstance(part, (dict, list))]
    return found


def _story(value: Mapping[str, object], html: str) -> Story:
    def said(*names: str) -> tuple[str, ...]:
        return next((found for name in names if (found := tuple(_names(value.get(name))))), ())

    return Story(
        html,
        published=next(
            iter(said("datePublished", "publishedAt", "published_at", "publishDate", "pubDate", "date")), ""
        ),
        modified=next(iter(said("dateModified", "updatedAt", "updated_at", "modifiedAt", "modified")), ""),
        author=", ".join(said("author", "authors", "byline")[:3]),
        section=next(iter(said("section", "rubric", "rubrics", "category", "categories", "articleSection")), ""),
        tags=said("tags", "keywords")[:_MOST_TAGS],
    )


def _names(value: object) -> Iterator[str]:
    """A string or a number, those of a list, or the names of the objects in it."""
    for part in value[:_MOST_TAGS] if isinstance(value, list) else [value]:
        name = (
            part
            if not isinstance(part, dict)
            else next((part[key] for key in ("name", "title", "fullName") if key in part), "")
        )
        if isinstance(name, (str, int)) and not isinstance(name, bool) and 0 < len(str(name)) <= _MAX_NAME:
            yield str(name)


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
