"""What a page's JSON-LD says: its article, and the way to it from the home page.

Forgives what real pages get wrong: comment marks around the script, commas before a bracket, broken strings, from
which single facts are still read.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml.html import HtmlElement

from bot.ingest.text import plain_title

_ARTICLE_TYPES = re.compile(
    r"(?:https?://schema\.org/)?(?:\w*Article|\w*BlogPosting|Report|Reportage|\w*Review|Recipe|SocialMediaPosting)",
    re.IGNORECASE,
)
_PAGE_TYPES = re.compile(r"(?:https?://schema\.org/)?(?:WebPage|ItemPage|Event|VideoObject)", re.IGNORECASE)
_MAX_JSON = 500_000  # characters of one script
_MOST_SCRIPTS = 20
_DEPTH = 8  # how deep an article may be nested
_WIDTH = 100  # parts of one list
_WRAPPING = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/|<!\[CDATA\[)|(?:-->|(?://|/\*)?\s*\]\]>(?:\s*\*/)?|;)\s*$"
)
_LAST_COMMA = re.compile(r",(?=\s*[}\]])")
_FACT = re.compile(
    r'"(headline|datePublished|dateModified|dateCreated|articleSection|articleBody)"\s*:\s*"((?:[^"\\\n]|\\.){1,100000})"'
)


@dataclass(frozen=True, slots=True)
class LinkedData:
    """`article` is empty where the page names none; `trail` are the names of its breadcrumbs, the home page first."""

    article: Mapping[str, Any] = field(default_factory=dict)
    trail: tuple[str, ...] = ()


def read_linked(root: HtmlElement, title: str = "") -> LinkedData:
    """Of several articles the one with the page's title, else the first: the others are lists of further news."""
    articles: list[Mapping[str, Any]] = []
    pages: list[Mapping[str, Any]] = []
    trail: tuple[str, ...] = ()
    for data in _scripts(root):
        people: dict[str, Mapping[str, Any]] = {}
        for node in _nodes(data, _DEPTH):
            kinds = strings(node.get("@type"))
            if isinstance(node.get("@id"), str) and "name" in node:
                people.setdefault(node["@id"], node)
            if any(map(_ARTICLE_TYPES.fullmatch, kinds)):
                articles.append({"@people": people, **node})
            elif any(map(_PAGE_TYPES.fullmatch, kinds)):
                pages.append({key: node[key] for key in ("datePublished", "dateModified", "inLanguage") if key in node})
            elif "BreadcrumbList" in kinds:
                trail = trail or tuple(_names(node.get("itemListElement")))
    own = next((one for one in articles if title and same_words(string(one.get("headline")), title)), None)
    page: Mapping[str, Any] = next(iter(pages), {})
    return LinkedData({**page, **(own or next(iter(articles), {}))}, trail)


def same_words(one: str, other: str) -> bool:
    """Whether two titles are one, whatever their signs and markup; a cut one is the same as its whole."""
    bare, told = (re.sub(r"\W+", "", plain_title(text)).casefold() for text in (one, other))
    return (
        bool(bare)
        and bool(told)
        and (bare == told or (min(len(bare), len(told)) > 30 and (bare.startswith(told) or told.startswith(bare))))
    )


def listed(value: object) -> list[Any]:
    """A value as a list: JSON-LD writes one thing alone."""
    return value[:_WIDTH] if isinstance(value, list) else [value] if value else []


def string(value: object) -> str:
    """A string, or the first of several; "" for anything else."""
    first = value[0] if isinstance(value, list) and value else value
    if isinstance(first, dict):
        first = first.get("@value")
    return first.strip() if isinstance(first, str) else ""


def strings(value: object) -> list[str]:
    """Strings, those with commas in parts."""
    return [
        piece.strip() for part in listed(value) if isinstance(part, str) for piece in part.split(",") if piece.strip()
    ]


def _scripts(root: HtmlElement) -> Iterator[object]:
    found = (one for one in root.iter("script") if "ld+json" in (one.get("type") or "").lower() and one.text)
    for script, _ in zip(found, range(_MOST_SCRIPTS), strict=False):
        text = _WRAPPING.sub("", _WRAPPING.sub("", script.text[:_MAX_JSON])).strip()
        data = _loaded(text) or _loaded(_LAST_COMMA.sub("", text))
        yield data if data is not None else _facts(text)


def _loaded(text: str) -> object:
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def _facts(text: str) -> Mapping[str, Any]:
    """Single facts of a script that is no JSON: the first of each."""
    facts: dict[str, Any] = {}
    for name, said in _FACT.findall(text):
        facts.setdefault(
            name, re.sub(r"\\(.)", lambda mark: {"n": "\n", "t": " ", "r": ""}.get(mark[1], mark[1]), said)
        )
    return {"@type": "Article", **facts} if facts else {}


def _nodes(data: object, depth: int) -> Iterator[Mapping[str, Any]]:
    if depth == 0:
        return
    if isinstance(data, list):
        for part in data[:_WIDTH]:
            yield from _nodes(part, depth - 1)
    elif isinstance(data, dict):
        yield data
        for key in ("@graph", "mainEntity", "mainEntityOfPage", "breadcrumb", "author", "subjectOf"):
            yield from _nodes(data.get(key), depth - 1)


def _names(parts: object) -> Iterator[str]:
    for part in listed(parts):
        if isinstance(part, dict):
            item = part.get("item")
            name = string(part.get("name")) or (string(item.get("name")) if isinstance(item, dict) else "")
            if name:
                yield name
