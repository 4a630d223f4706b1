"""What a page says of itself in its head: Open Graph, article:*, Dublin Core, JSON-LD, canonical link, language."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from lxml.html import HtmlElement

from bot.ingest.blocks import absolute_url, html_text
from bot.ingest.dates import read_date
from bot.ingest.text import plain_title, tidy

_ARTICLE_TYPES = re.compile(
    r"(?:News|Reportage|Analysis|Opinion|Background|Review|Tech)?Article|BlogPosting|LiveBlogPosting|Report"
)
_SITE_SUFFIX = re.compile(r"\s+(?:[|•·»—–]|::|-)\s+[^|•·»—–]{1,60}$")
_MAX_JSON = 500_000  # characters of one script
_DEPTH = 6  # how deep in JSON-LD an article may be nested


@dataclass(frozen=True, slots=True)
class PageMeta:
    """All of it cleaned: plain text, absolute addresses, UTC; None or "" where the page is silent."""

    title: str
    description: str
    image: str | None
    author: str | None
    published_at: datetime | None
    language: str | None
    canonical_url: str | None
    tags: tuple[str, ...]


def read_meta(root: HtmlElement, url: str, zone: tzinfo = UTC) -> PageMeta:
    """Read a parsed page; `url` is where it was found, `zone` that of dates which name none."""
    named = _meta(root)
    linked = next(_articles(root), {})
    canonical = next(
        (link.get("href") for link in root.iter("link") if (link.get("rel") or "").lower() == "canonical"), None
    )
    image = named.get("og:image") or named.get("twitter:image") or _first_url(linked.get("image"))
    tags = _strings(linked.get("keywords")) or _split(named.get("article:tag")) or _split(named.get("news_keywords"))
    return PageMeta(
        title=_title(root, named, linked),
        description=html_text(
            named.get("og:description") or named.get("description") or _string(linked.get("description"))
        ),
        image=absolute_url(image, url),
        author=_author(root, named, linked),
        published_at=_published(root, named, linked, zone),
        language=_language(root, named, linked),
        canonical_url=absolute_url(canonical or named.get("og:url"), url),
        tags=tuple(dict.fromkeys(plain_title(tag)[:100] for tag in tags if tag.strip()))[:30],
    )


def _meta(root: HtmlElement) -> dict[str, str]:
    """Meta elements by lower-case name; the first that says anything counts, article:tag are joined."""
    named: dict[str, str] = {}
    for element in root.iter("meta"):
        name = (element.get("property") or element.get("name") or element.get("itemprop") or "").strip().lower()
        content = (element.get("content") or "").strip()
        if not name or not content:
            continue
        if name == "article:tag" and name in named:
            named[name] += f",{content}"
        named.setdefault(name, content)
    return named


def _articles(root: HtmlElement) -> Iterator[Mapping[str, Any]]:
    """The articles of the page's JSON-LD, the outermost first."""
    for script in root.iter("script"):
        if (script.get("type") or "").strip().lower() != "application/ld+json" or not script.text:
            continue
        try:
            data = json.loads(script.text[:_MAX_JSON], strict=False)
        except (ValueError, RecursionError):
            continue
        yield from _walk(data, _DEPTH)


def _walk(data: object, depth: int) -> Iterator[Mapping[str, Any]]:
    if depth == 0:
        return
    if isinstance(data, list):
        for part in data[:50]:
            yield from _walk(part, depth - 1)
    elif isinstance(data, dict):
        if any(_ARTICLE_TYPES.fullmatch(kind) for kind in _strings(data.get("@type"))):
            yield data
        for key in ("@graph", "mainEntity", "mainEntityOfPage"):
            yield from _walk(data.get(key), depth - 1)


def _title(root: HtmlElement, named: Mapping[str, str], linked: Mapping[str, Any]) -> str:
    """The page's own title first; the window's last, without the site's name behind it."""
    heading = root.find(".//h1")
    element = root.find(".//title")
    window = plain_title(element.text_content()) if element is not None else ""
    candidates = (
        named.get("og:title") or "",
        _string(linked.get("headline")),
        heading.text_content() if heading is not None and not _is_site(heading, window) else "",
        _SITE_SUFFIX.sub("", window) or window,
    )
    title = next((title for text in candidates if (title := plain_title(text))), "")
    site = plain_title(named.get("og:site_name") or "")
    suffix = _SITE_SUFFIX.search(title)
    return title[: suffix.start()] if suffix and site and site.casefold() in suffix[0].casefold() else title


def _is_site(heading: HtmlElement, window: str) -> bool:
    """Whether the first headline is the site's name, which stands behind the story's in the window's title."""
    suffix = _SITE_SUFFIX.search(window)
    name = plain_title(heading.text_content())
    return suffix is not None and bool(name) and suffix[0].casefold().endswith(name.casefold())


def _author(root: HtmlElement, named: Mapping[str, str], linked: Mapping[str, Any]) -> str | None:
    names = [
        _string(person.get("name")) if isinstance(person, dict) else _string(person)
        for person in _listed(linked.get("author"))
    ]
    names = names or [named.get("author") or named.get("article:author") or named.get("dc.creator") or ""]
    if not any(names):
        names = [tidy(link.text_content()) for link in root.iter("a") if (link.get("rel") or "").lower() == "author"][
            :3
        ]
    plain = [plain_title(name)[:100] for name in names if name and not re.match(r"https?://|@", name)]
    return ", ".join(dict.fromkeys(plain)) or None


def _published(root: HtmlElement, named: Mapping[str, str], linked: Mapping[str, Any], zone: tzinfo) -> datetime | None:
    keys = (
        "article:published_time",
        "datepublished",
        "dc.date.issued",
        "dc.date",
        "pubdate",
        "publishdate",
        "date",
        "og:article:published_time",
    )
    written = [_string(linked.get("datePublished")), *(named.get(key, "") for key in keys)]
    written += [element.get("datetime") or "" for element in root.iter("time")][:1]
    return next((moment for text in written if text and (moment := read_date(text, zone))), None)


def _language(root: HtmlElement, named: Mapping[str, str], linked: Mapping[str, Any]) -> str | None:
    written = (
        root.get("lang"),
        _string(linked.get("inLanguage")),
        named.get("og:locale"),
        named.get("content-language"),
    )
    for text in written:
        match = re.match(r"[a-z]{2}(?=[-_]|$)", (text or "").strip().lower())
        if match:
            return match[0]
    return None


def _first_url(value: object) -> str:
    for part in _listed(value):
        address = _string(part.get("url")) if isinstance(part, dict) else _string(part)
        if address:
            return address
    return ""


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value] if value else []


def _strings(value: object) -> list[str]:
    return [piece for part in _listed(value) if isinstance(part, str) for piece in part.split(",")]


def _split(text: str | None) -> list[str]:
    return text.split(",") if text else []


def _string(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
