"""The sample site's HTML: one shell and one article layout an outlet, as cluttered as the pages of real outlets.

The clutter is the point: menus, hot words, other stories' headlines, advertising, share and log-in lines must not
reach a reader who extracts the article.
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from functools import cache
from html import escape
from importlib import resources
from string import Template

from .markup import to_html
from .newsroom import Published
from .texts import Edition

LOCAL_ZONE = timezone(timedelta(hours=5))
"""Asia/Dushanbe: UTC+5 all year."""

OTHER_HEADLINES = 20
"""Headlines beside a story, filled from the archive when too few stories are out."""

BARE_EVERY = 60
"""Stories whose order divides by this have pages without og:, JSON-LD and canonical link, as some sites do."""


def render_article(edition: Edition, published: Published, others: Sequence[Published], base: str) -> str:
    """The page of one story. `others` are the edition's stories, newest first; `base` is the site's address."""
    story = published.story
    blocks = to_html(story.body)
    beside = _headlines(edition, [one for one in others if one.story.path != story.path])
    local = published.published_at.astimezone(LOCAL_ZONE)
    main = _template(_layout(edition) + ".article").substitute(
        _words(edition),
        title=escape(story.title),
        lead=escape(story.lead),
        section=escape(story.section),
        author=escape(story.author),
        iso=local.isoformat(),
        date=human_date(edition, published.published_at),
        updated=_updated(edition, published),
        figure=_figure(published, base if edition.feed_kind == "atom" else ""),
        first=blocks[0],
        rest="\n".join(blocks[1:]),
        tags=", ".join(_link(f"/{edition.key}/?tag={tag}", tag) for tag in story.tags),
        few="".join(beside[3:6]),
        below="".join(beside[6:14]),
    )
    meta = "" if story.order % BARE_EVERY == 0 else _meta(edition, published, base)
    return _shell(edition, f"{escape(story.title)} — {escape(edition.name)}", meta, main, beside)


def render_front(edition: Edition, stories: Sequence[Published]) -> str:
    """The outlet's front page: every story that is out, newest first."""
    cards = "".join(
        f'<div class="teaser"><h2>{_link(one.story.path, one.story.title)}</h2><p>{escape(one.story.lead)}</p></div>'
        for one in stories
    )
    meta = f'<meta name="description" content="{escape(edition.tagline)}">'
    main = f"<h1>{escape(edition.back_title)}</h1>{cards}"
    return _shell(edition, escape(edition.name), meta, main, _headlines(edition, stories))


def render_root(editions: Sequence[Edition]) -> str:
    """The site's first page: which outlets it serves."""
    rows = "".join(
        f"<li>{_link(f'/{one.key}/', one.name)} · {escape(one.tagline)} · {_link(one.feed_path, one.feed_kind)}</li>"
        for one in editions
    )
    return f'<!doctype html><html lang="ru"><meta charset="utf-8"><title>Khabar</title><ul>{rows}</ul></html>'


def human_date(edition: Edition, moment: datetime) -> str:
    """Day, month in words, year and local time, as the outlet's readers write it: 5 марта 2026, 14:05."""
    local = moment.astimezone(LOCAL_ZONE)
    return f"{local.day} {edition.months[local.month - 1]} {local.year}, {local:%H:%M}"


def _shell(edition: Edition, head_title: str, meta: str, main: str, side: Sequence[str]) -> str:
    return _template(_layout(edition)).substitute(
        _words(edition),
        lang=edition.language,
        head_title=head_title,
        meta=meta,
        feed=edition.feed_path,
        nav=" ".join(_link(f"/{edition.key}/?rubric={number}", name) for number, name in enumerate(edition.nav)),
        hot=" ".join(_link(f"/{edition.key}/?hot={number}", name) for number, name in enumerate(edition.hot)),
        side="".join(side),
        main=main,
    )


def _headlines(edition: Edition, stories: Sequence[Published]) -> list[str]:
    """Twenty headlines of others as list items: two of the archive first, as pinned stories are."""
    archive = [_link(f"/{edition.key}/archive/{number}", title) for number, title in enumerate(edition.archive)]
    live = [_link(one.story.path, one.story.title) for one in stories]
    return [f"<li>{link}</li>" for link in (archive[:2] + live + archive[2:])[:OTHER_HEADLINES]]


def _figure(published: Published, base: str) -> str:
    story = published.story
    image = f'<img src="{base}{story.picture_path}" alt="{escape(story.caption)}" width="1280" height="720">'
    if story.edition == "chashma":
        return f'<div class="wp-caption">{image}<p class="wp-caption-text">{escape(story.caption)}</p></div>'
    return f"<figure>{image}<figcaption>{escape(story.caption)}</figcaption></figure>"


def _updated(edition: Edition, published: Published) -> str:
    if not published.is_corrected:
        return ""
    local = published.updated_at.astimezone(LOCAL_ZONE)
    return f'<span class="updated">{escape(edition.updated_label)} {local:%H:%M}</span>'


def _meta(edition: Edition, published: Published, base: str) -> str:
    """og: tags and the canonical link; «Чашмаи хабар» has no JSON-LD, the others do."""
    story = published.story
    address = base + story.path
    properties = {
        "og:type": "article",
        "og:title": story.title,
        "og:description": story.lead,
        "og:url": address,
        "og:image": base + story.picture_path,
        "og:site_name": edition.name,
        "article:published_time": published.published_at.astimezone(LOCAL_ZONE).isoformat(),
        "article:section": story.section,
    }
    lines = [f'<link rel="canonical" href="{address}">']
    lines += [f'<meta property="{name}" content="{escape(value)}">' for name, value in properties.items()]
    if edition.feed_kind != "json":
        lines.append(_json_ld(edition, published, base))
    return "\n".join(lines)


def _json_ld(edition: Edition, published: Published, base: str) -> str:
    story = published.story
    record = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": story.title,
        "description": story.lead,
        "image": [base + story.picture_path],
        "datePublished": published.published_at.astimezone(LOCAL_ZONE).isoformat(),
        "dateModified": published.updated_at.astimezone(LOCAL_ZONE).isoformat(),
        "inLanguage": edition.language,
        "author": {"@type": "Organization", "name": story.author},
        "publisher": {"@type": "NewsMediaOrganization", "name": edition.publisher},
        "mainEntityOfPage": base + story.path,
    }
    # "</script>" inside a headline would end the element early.
    text = json.dumps(record, ensure_ascii=False).replace("<", "\\u003c")
    return f'<script type="application/ld+json">{text}</script>'


def _link(href: str, words: str) -> str:
    return f'<a href="{escape(href)}">{escape(words, quote=False)}</a>'


def _words(edition: Edition) -> dict[str, str]:
    names = ("key", "name", "tagline", "share", "login", "cookie", "footer")
    labels = ("author_label", "tags_label", "side_title", "below_title", "back_title")
    words = {name: escape(getattr(edition, name), quote=False) for name in names + labels}
    return words | {"ad": _link(f"/{edition.key}/?ad=1", edition.ad)}


def _layout(edition: Edition) -> str:
    return edition.key.partition("-")[0]


@cache
def _template(name: str) -> Template:
    return Template((resources.files(__package__) / "templates" / f"{name}.html").read_text("utf-8"))
