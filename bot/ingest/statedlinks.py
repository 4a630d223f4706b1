"""Articles of a page that draws itself in the browser: its links stand in its data alone (`__NEXT_DATA__`, JSON-LD).

Pure, in a worker.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import tzinfo
from typing import Any

from lxml import etree

from bot.ingest.addressing import is_same_site, likeness, site_of
from bot.ingest.blocks import absolute_url
from bot.ingest.dates import read_date
from bot.ingest.identity import canonical_url, identity_of
from bot.ingest.linktext import is_headline
from bot.ingest.pointing import Pointer
from bot.ingest.stages import FeedEntry
from bot.ingest.text import first_words, plain_title
from storage.addresses import page_key

_MAX_JSON = 4_000_000  # characters of one script
_MOST_NODES = 200_000  # of all scripts
_MAX_DEPTH = 40
_FEW = 3  # alike in one list; fewer are no list of news
_TITLES = ("headline", "title", "name", "heading")
_ADDRESSES = ("url", "href", "link", "path", "permalink", "uri", "fullUrl", "webUrl", "@id")
_DATES = ("datePublished", "publishedAt", "published_at", "publishDate", "published", "pubDate", "date", "createdAt")
_LEADS = ("description", "lead", "summary", "excerpt", "announce", "subtitle")
_LEAD = 600


def stated_entries(root: etree._Element, here: str, zone: tzinfo) -> tuple[FeedEntry, ...]:
    """The articles that lists in a page's data name with title and address, each once, in their order."""
    found: dict[str, FeedEntry] = {}
    site = site_of(canonical_url(here))
    for data in _data(root):
        for entries in _lists(data):
            good = [entry for one in entries if (entry := _entry(one, here, site, zone)) is not None]
            if len(good) >= _FEW:
                for entry in good:
                    found.setdefault(page_key(canonical_url(entry.url)), entry)
    return tuple(found.values())


def _data(root: etree._Element) -> Iterator[object]:
    for script in root.iter("script"):
        kind = (script.get("type") or "").lower()
        if not kind.endswith("json") or not script.text or len(script.text) > _MAX_JSON:
            continue
        try:
            yield json.loads(script.text, strict=False)
        except (ValueError, RecursionError):
            continue


def _lists(data: object) -> Iterator[list[Mapping[str, Any]]]:
    """The lists of objects in a document, from the outside in; a list's item of JSON-LD stands for what it holds."""
    waiting: list[tuple[object, int]] = [(data, 0)]
    for node, depth in waiting:  # grows as it is read
        if len(waiting) > _MOST_NODES or depth > _MAX_DEPTH:
            return
        if isinstance(node, list):
            objects = [one.get("item", one) for one in node if isinstance(one, dict)]
            yield [one for one in objects if isinstance(one, dict)]
            waiting.extend((one, depth + 1) for one in node)
        elif isinstance(node, dict):
            waiting.extend((one, depth + 1) for one in node.values() if isinstance(one, dict | list))


def _entry(item: Mapping[str, Any], here: str, site: str, zone: tzinfo) -> FeedEntry | None:
    title = plain_title(_first(item, _TITLES))
    url = absolute_url(_first(item, _ADDRESSES) or None, here)
    if url is None or not is_headline(title) or not is_same_site(site, site_of(url)):
        return None
    published = read_date(_first(item, _DATES), zone)
    if likeness(url) < (0 if published else 1):
        return None
    return FeedEntry(
        identity=identity_of(None, url, title, None),
        guid=None,
        url=url,
        title=title,
        lead=first_words(plain_title(_first(item, _LEADS)), _LEAD),
        body=(),
        published_at=published,
        updated_at=None,
        image=absolute_url(_image(item.get("image")), here),
        author=None,
        tags=(),
        feed_hash=str(Pointer.of(url)),
    )


def _first(item: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return next((said for name in names if isinstance(said := item.get(name), str) and said.strip()), "")


def _image(value: object) -> str | None:
    if isinstance(value, list):
        value = next(iter(value), None)
    if isinstance(value, Mapping):
        value = _first(value, ("url", "src", "contentUrl"))
    return value if isinstance(value, str) else None
