"""JSON Feed 1.0 and 1.1 (jsonfeed.org) to raw entries. A field of the wrong type counts as missing."""

import json
from collections.abc import Mapping
from typing import Any

from bot.ingest.rawfeed import RawEntry, RawFeed
from bot.ingest.stages import FeedKind


def read_json(text: str, url: str) -> RawFeed | None:
    """Read a JSON Feed; None when the text is no JSON or no feed."""
    try:
        data = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict) or not isinstance(data.get("items"), list):
        return None
    return RawFeed(
        kind=FeedKind.JSON,
        title=_string(data.get("title")),
        home=_string(data.get("home_page_url")) or None,
        language=_string(data.get("language")) or None,
        ttl=None,
        entries=tuple(_entry(item, url) for item in data["items"] if isinstance(item, dict)),
        hubs=_hubs(data.get("hubs")),
        self_url=_string(data.get("feed_url")) or None,
    )


def _hubs(value: object) -> tuple[str, ...]:
    """The hubs that speak WebSub; others (rssCloud) are not ours."""
    named = [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
    return tuple(
        url for one in named if _string(one.get("type")).lower() == "websub" and (url := _string(one.get("url")))
    )


def _entry(item: Mapping[str, Any], url: str) -> RawEntry:
    html, plain = _string(item.get("content_html")), _string(item.get("content_text"))
    tags = item.get("tags")
    return RawEntry(
        guid=_string(item.get("id")) or None,
        link=_string(item.get("url")) or _string(item.get("external_url")) or None,
        title=_string(item.get("title")),
        summary=_string(item.get("summary")),
        content=html or plain,
        published=_string(item.get("date_published")) or None,
        updated=_string(item.get("date_modified")) or None,
        author=_author(item),
        tags=tuple(_string(tag) for tag in tags if _string(tag)) if isinstance(tags, list) else (),
        images=tuple(address for key in ("image", "banner_image") if (address := _string(item.get(key)))),
        base=url,
        is_plain=not html,
    )


def _author(item: Mapping[str, Any]) -> str | None:
    """1.1 has a list of authors, 1.0 a single one."""
    authors = item.get("authors")
    candidates = authors if isinstance(authors, list) else [item.get("author")]
    names = [_string(author.get("name")) for author in candidates if isinstance(author, dict)]
    return ", ".join(name for name in names if name) or None


def _string(value: object) -> str:
    if isinstance(value, bool):
        return ""
    return value.strip() if isinstance(value, str) else str(value) if isinstance(value, int | float) else ""
