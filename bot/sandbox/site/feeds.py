"""The feeds of the sample site: RSS 2.0, Atom and JSON Feed, each with the habits of its outlet.

RSS (agency): guid that is no address, dates with +0500, HTML in some titles, the lead alone, picture as enclosure.
Atom (paper): tag: identities, summary as HTML, picture as an enclosure link.
JSON Feed (Tajik edition): the whole text in content_html, followed by the site's own share line.
Every link carries tracking parameters, as feeds in the wild do.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from html import escape
from xml.sax.saxutils import quoteattr

from .markup import to_html
from .newsroom import Published
from .pages import LOCAL_ZONE
from .texts import Edition, Story

CONTENT_TYPES = {
    "rss": "application/rss+xml",
    "atom": "application/atom+xml",
    "json": "application/feed+json",
}

LONGEST_FEED = 40
"""Entries a feed shows; older ones fall off its end."""


def render_feed(edition: Edition, stories: Sequence[Published], base: str) -> bytes:
    """The edition's feed. `stories` newest first, at least one. The same input gives the same bytes."""
    render = {"rss": _rss, "atom": _atom, "json": _json}[edition.feed_kind]
    return render(edition, stories[:LONGEST_FEED], base).encode()


def last_change(stories: Sequence[Published]) -> datetime:
    return max(one.updated_at for one in stories)


def identity(edition: Edition, story: Story) -> str:
    """What names the story in its feed for ever, whatever its words become."""
    if edition.feed_kind == "atom":
        return f"tag:dolina.example,2026:{story.order}"
    return f"{edition.key}-{7000 + story.order}"


def _rss(edition: Edition, stories: Sequence[Published], base: str) -> str:
    items = "".join(_rss_item(edition, one, base) for one in stories)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>\n'
        f"<title>{escape(edition.publisher)}</title><link>{base}/{edition.key}/</link>\n"
        f"<description>{escape(edition.tagline)}</description><language>{edition.language}</language>\n"
        f"<lastBuildDate>{_rfc822(last_change(stories))}</lastBuildDate><ttl>1</ttl>\n"
        f"{items}</channel></rss>\n"
    )


def _rss_item(edition: Edition, published: Published, base: str) -> str:
    story = published.story
    image = base + story.picture_path
    description = (
        f'<p><img src="{image}" alt=""></p><p>{escape(story.lead, quote=False)}</p><a href="#">Читать далее</a>'
    )
    return (
        f"<item>\n<title>{escape(story.feed_title or story.title, quote=False)}</title>\n"
        f"<link>{escape(_tracked(edition, story, base))}</link>\n"
        f'<guid isPermaLink="false">{identity(edition, story)}</guid>\n'
        f"<pubDate>{_rfc822(published.published_at)}</pubDate>\n"
        f"<dc:creator>{escape(story.author)}</dc:creator><category>{escape(story.section)}</category>\n"
        f'<enclosure url="{image}" type="image/jpeg" length="0"/>\n'
        f"<description><![CDATA[{description}]]></description>\n</item>\n"
    )


def _atom(edition: Edition, stories: Sequence[Published], base: str) -> str:
    entries = "".join(_atom_entry(edition, one, base) for one in stories)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{edition.language}">\n'
        f"<id>tag:dolina.example,2026:{edition.key}</id><title>{escape(edition.name)}</title>\n"
        f"<subtitle>{escape(edition.tagline)}</subtitle><updated>{_iso(last_change(stories))}</updated>\n"
        f'<link rel="self" href="{base}{edition.feed_path}"/><link rel="alternate" href="{base}/{edition.key}/"/>\n'
        f"{entries}</feed>\n"
    )


def _atom_entry(edition: Edition, published: Published, base: str) -> str:
    story = published.story
    tags = "".join(f"<category term={quoteattr(tag)}/>" for tag in (story.section, *story.tags))
    return (
        f"<entry>\n<id>{identity(edition, story)}</id>\n<title>{escape(story.title, quote=False)}</title>\n"
        f'<link rel="alternate" type="text/html" href={quoteattr(_tracked(edition, story, base))}/>\n'
        f'<link rel="enclosure" type="image/jpeg" href="{base}{story.picture_path}"/>\n'
        f"<published>{_iso(published.published_at)}</published><updated>{_iso(published.updated_at)}</updated>\n"
        f"<author><name>{escape(story.author)}</name></author>{tags}\n"
        f'<summary type="html">{escape(f"<p>{escape(story.lead, quote=False)}</p>")}</summary>\n</entry>\n'
    )


def _json(edition: Edition, stories: Sequence[Published], base: str) -> str:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": edition.name,
        "home_page_url": f"{base}/{edition.key}/",
        "feed_url": base + edition.feed_path,
        "language": edition.language,
        "items": [_json_item(edition, one, base) for one in stories],
    }
    return json.dumps(feed, ensure_ascii=False, indent=1)


def _json_item(edition: Edition, published: Published, base: str) -> dict[str, object]:
    story = published.story
    text = "".join([f"<p><strong>{escape(story.lead, quote=False)}</strong></p>", *to_html(story.body)])
    item: dict[str, object] = {
        "id": identity(edition, story),
        "url": _tracked(edition, story, base),
        "title": story.title,
        "summary": story.lead,
        "content_html": f"{text}<p>{escape(edition.share, quote=False)}</p>",
        "image": base + story.picture_path,
        "date_published": _iso(published.published_at),
        "authors": [{"name": story.author}],
        "tags": list(story.tags),
    }
    if published.is_corrected:
        item["date_modified"] = _iso(published.updated_at)
    return item


def _tracked(edition: Edition, story: Story, base: str) -> str:
    return f"{base}{story.path}?utm_source={edition.feed_kind}&utm_medium=feed&utm_campaign=all"


def _rfc822(moment: datetime) -> str:
    return format_datetime(moment.astimezone(LOCAL_ZONE))


def _iso(moment: datetime) -> str:
    return moment.astimezone(LOCAL_ZONE).isoformat()
