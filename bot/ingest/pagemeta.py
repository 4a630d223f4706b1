"""What a page says of itself: Open Graph, article:*, Dublin Core, JSON-LD, microdata, breadcrumbs, canonical link."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from bot.ingest.addressing import is_same_site, site_of
from bot.ingest.blocks import absolute_url, html_text
from bot.ingest.byline import find_author
from bot.ingest.linkeddata import LinkedData, listed, read_linked, same_words, string, strings
from bot.ingest.pagedates import find_dates
from bot.ingest.shape import short_line
from bot.ingest.text import plain_title, tidy

_SITE_SUFFIX = re.compile(r"\s+(?:[|•·»—–/]|::|-)\s+[^|•·»—–/]{1,60}$")
_SAID_BY_META = 60  # characters of a tag or a section; more is a sentence
# What a site shows where it has no picture of the story.
_NO_PICTURE = re.compile(
    r"(?:^|[/_.-])(?:logo\w*|site-?logo|placeholder\w*|default(?:[_-]?(?:image|img|pic|thumb\w*|share|og|social|news))?"
    r"|no[_-]?(?:image|photo|img|pic\w*|foto)|blank|stub|dummy|sprite|favicon|apple-touch-icon|spacer|pixel|1x1|transparent"
    r"|(?:social|share|sharing|og|fb)[_-]?(?:default|logo|image|img|share|cover)?|zaglushka)"
    r"(?:[_-]?(?:\d+x?\d*|[a-z]{2}|new|big|small|large|white|dark|og|share|social|fb|v\d+))*\.(?:png|jpe?g|gif|svg|webp|ico)$",
    re.IGNORECASE,
)
_HOME = re.compile(
    r"(?:главная|домой|на главную|home(?:page)?|начало|асосӣ|саҳифаи (?:асосӣ|аввал)|хона)\b.{0,20}", re.IGNORECASE
)
_TRAIL = re.compile(
    r"(?:^|[\s_-])(?:bread-?crumbs?(?:-?list)?|path|pathway|navigator|crumbs?|speedbar)(?:$|[\s_-])", re.IGNORECASE
)
_TAGS = re.compile(
    r"(?:^|[\s_-])(?:tags?|tags?-?(?:list|links|cloud|block)|article-?tags?|post-?tags?|entry-?tags?|keywords)(?:$|[\s_-])",
    re.IGNORECASE,
)
_KICKER = re.compile(
    r"(?:^|[\s_-])(?:kicker|rubrics?|rubrika|section|category|cat-links|eyebrow|hero-tag|sec)(?:$|[\s_-])",
    re.IGNORECASE,
)
_CLIMB, _MOST_LOOKED = 3, 40  # elements over the headline, and in each
_MOST_TAGS = 30
_MAX_TITLE = 500  # characters
_HEADLINE = 15  # characters of what may be one
_LARGE = re.compile(r"[4-7]|\+[1-4]")  # sizes of letters, as <font> counts them


@dataclass(frozen=True, slots=True)
class PageMeta:
    """All of it cleaned: plain text, absolute addresses, UTC; None or "" where the page is silent.

    `body` is the article's text by JSON-LD, as it stands there.
    """

    title: str
    description: str
    image: str | None
    author: str | None
    published_at: datetime | None
    language: str | None
    canonical_url: str | None
    tags: tuple[str, ...]
    modified_at: datetime | None = None
    section: str | None = None
    body: str = ""


def read_meta(root: HtmlElement, url: str, zone: tzinfo = UTC) -> PageMeta:
    """Read a parsed page; `url` is where it was found, `zone` that of dates which name none."""
    named = _meta(root)
    linked = read_linked(root, named.get("og:title") or "")
    article = linked.article
    title = _title(root, named, article)
    dates = find_dates(root, named, article, url=url, zone=zone, title=title)
    return PageMeta(
        title=title,
        description=html_text(
            named.get("og:description") or named.get("description") or string(article.get("description"))
        ),
        image=_image(root, named, article, url),
        author=find_author(root, named, article),
        published_at=dates.published_at,
        language=_language(root, named, article),
        canonical_url=_canonical(root, named, url),
        tags=_tags(root, named, article),
        modified_at=dates.modified_at,
        section=_section(root, named, linked, title),
        body=string(article.get("articleBody")) or string(article.get("text")),
    )


def is_stand_in(address: str) -> bool:
    """Whether a picture's address is that of a logo, or of what stands where there is no picture."""
    return bool(_NO_PICTURE.search(urlsplit(address).path))


def _meta(root: HtmlElement) -> dict[str, str]:
    """Meta elements by lower-case name; the first that says anything counts, article:tag are joined."""
    named: dict[str, str] = {}
    for element in root.iter("meta"):
        names = (element.get("property"), element.get("name"), element.get("itemprop"), element.get("http-equiv"))
        content = (element.get("content") or "").strip()
        for name in {(one or "").strip().lower() for one in names} - {""}:
            if not content:
                continue
            if name == "article:tag" and name in named:
                named[name] += f",{content}"
            named.setdefault(name, content)
    return named


def _title(root: HtmlElement, named: Mapping[str, str], article: Mapping[str, Any]) -> str:
    """The page's own title first; the window's last, without the site's name behind it."""
    headings = [plain_title(one.text_content()) for one in islice(root.iter("h1"), 5)]
    element = root.find(".//title")
    window = plain_title(element.text_content()) if element is not None else ""
    heading = headings[0] if headings and not _is_site(headings[0], window) else ""
    heading = _announced(root, heading, window) or heading
    candidates = (
        named.get("og:title") or "",
        string(article.get("headline")),
        named.get("twitter:title") or "",
        heading,
        _SITE_SUFFIX.sub("", window) or window,
    )
    title = next((title for text in candidates if (title := plain_title(text))), "")
    cut = _SITE_SUFFIX.sub("", title)
    site = plain_title(named.get("og:site_name") or "")
    if cut != title and (cut in headings or (site and site.casefold() in title[len(cut) :].casefold())):
        return cut
    return title


def _is_site(heading: str, window: str) -> bool:
    """Whether the first headline is the site's name, which stands behind the story's in the window's title.

    Where the site's name comes first, the headline is the longer one.
    """
    suffix = _SITE_SUFFIX.search(window)
    if suffix is None or not heading or len(heading) > suffix.start():
        return False
    return suffix[0].casefold().endswith(heading.casefold())


def _announced(root: HtmlElement, heading: str, window: str) -> str:
    """The lesser headline that the window's title says, where the first one is not in it: the site's own name, linked.

    Where a page of the old days has no headings at all, the first line in large letters.
    """
    if heading and heading.casefold() in window.casefold():
        return ""
    lesser = (plain_title(short_line(one, _MAX_TITLE)) for one in islice(root.iter("h2", "h3"), _MOST_LOOKED))
    found = next((one for one in lesser if len(one) >= _HEADLINE and one.casefold() in window.casefold()), "")
    if found or heading or next(root.iter("h1", "h2", "h3"), None) is not None:
        return found
    large = (plain_title(short_line(one, _MAX_TITLE)) for one in root.iter("font") if _is_large(one))
    return next((one for one in large if len(one) >= _HEADLINE), "")


def _is_large(letters: HtmlElement) -> bool:
    return _LARGE.fullmatch((letters.get("size") or "").strip()) is not None and letters.find(".//a") is None


def _image(root: HtmlElement, named: Mapping[str, str], article: Mapping[str, Any], url: str) -> str | None:
    """The main picture; a logo is none."""
    linked = (link.get("href") for link in root.iter("link") if (link.get("rel") or "").lower() == "image_src")
    written = [
        named.get(key)
        for key in ("og:image", "og:image:secure_url", "og:image:url", "twitter:image", "twitter:image:src")
    ]
    written += [
        _first_url(article.get("image")),
        next(linked, None),
        named.get("image"),
        _first_url(article.get("thumbnailUrl")),
    ]
    return next(
        (found for one in written if one and (found := absolute_url(one, url)) and not is_stand_in(found)), None
    )


def _canonical(root: HtmlElement, named: Mapping[str, str], url: str) -> str | None:
    """The address that the page gives itself, where it is one of the same site and not its home page."""
    links = (one.get("href") for one in root.iter("link") if "canonical" in (one.get("rel") or "").lower().split())
    for said in (*islice(links, 3), named.get("og:url")):
        address = absolute_url(said, url)
        if address and is_same_site(site_of(address), site_of(url)) and not (_is_home(address) and not _is_home(url)):
            return address
    return None


def _is_home(address: str) -> bool:
    parts = urlsplit(address)
    return parts.path.strip("/").lower() in {"", "index.html", "index.php", "index.htm"} and not parts.query


def _section(root: HtmlElement, named: Mapping[str, str], linked: LinkedData, title: str) -> str | None:
    """What the head says, else the last step of the breadcrumbs that is neither the home page nor the article."""
    marked = (
        one.get("content") or short_line(one, _SAID_BY_META)
        for one in root.iterfind(".//*[@itemprop='articleSection']")
    )
    told = [
        string(linked.article.get("articleSection")),
        next(marked, ""),
        named.get("article:section", ""),
        named.get("section", ""),
    ]
    told += reversed(linked.trail[1:] if len(linked.trail) > 1 else linked.trail)
    told += reversed(list(_crumbs(root)))
    told += _kickers(root)
    for text in told:
        name = plain_title(text)
        if 0 < len(name) <= _SAID_BY_META and not _HOME.fullmatch(name) and not same_words(name, title):
            return name
    return None


def _crumbs(root: HtmlElement) -> Iterator[str]:
    """The links of the first element that is named as the way to the page, or marked as it."""
    for element in root.iter("nav", "div", "ul", "ol", "p", "span", "section"):
        names = f"{element.get('class') or ''} {element.get('id') or ''} {element.get('aria-label') or ''}"
        is_marked = (element.get("itemtype") or "").endswith("BreadcrumbList")
        if is_marked or _TRAIL.search(names):
            links = [tidy(short_line(link, _MAX_TITLE)) for link in islice(element.iter("a"), 12)]
            if any(links):
                yield from links
                return


def _kickers(root: HtmlElement) -> Iterator[str]:
    """What stands beside the headline under the name of a rubric."""
    heading = root.find(".//h1")
    for holder in islice(heading.iterancestors(), _CLIMB) if heading is not None else ():
        for element in islice(holder.iter("a", "div", "span", "p", "li"), _MOST_LOOKED):
            if _KICKER.search(element.get("class") or ""):
                yield tidy(short_line(element, _SAID_BY_META))


def _tags(root: HtmlElement, named: Mapping[str, str], article: Mapping[str, Any]) -> tuple[str, ...]:
    written = strings(article.get("keywords")) or _split(named.get("article:tag")) or _split(named.get("news_keywords"))
    written = written or list(islice(_linked_tags(root), _MOST_TAGS))
    plain = (plain_title(tag).lstrip("#")[:100].strip() for tag in written)
    return tuple(dict.fromkeys(tag for tag in plain if tag))[:_MOST_TAGS]


def _linked_tags(root: HtmlElement) -> Iterator[str]:
    """rel=tag, else the links of the first element that is named after tags and holds few of them: no cloud."""
    marked = [one for one in root.iter("a") if (one.get("rel") or "").lower().split() == ["tag"]]
    if marked:
        yield from (short_line(one, _MAX_TITLE) for one in marked)
        return
    for element in root.iter("div", "ul", "p", "section", "footer"):
        if _TAGS.search(f"{element.get('class') or ''} {element.get('id') or ''}"):
            links = [tidy(short_line(link, _MAX_TITLE)) for link in islice(element.iter("a"), _MOST_TAGS)]
            if 0 < len(links) < _MOST_TAGS / 2:
                yield from (text for text in links if len(text) <= _SAID_BY_META)
                return


def _language(root: HtmlElement, named: Mapping[str, str], article: Mapping[str, Any]) -> str | None:
    written = (
        root.get("lang"),
        string(article.get("inLanguage")),
        named.get("og:locale"),
        named.get("content-language"),
    )
    for text in written:
        match = re.match(r"[a-z]{2}(?=[-_]|$)", (text or "").strip().lower())
        if match:
            return match[0]
    return None


def _first_url(value: object) -> str:
    for part in listed(value):
        address = string(part.get("url") or part.get("contentUrl")) if isinstance(part, dict) else string(part)
        if address:
            return address
    return ""


def _split(text: str | None) -> list[str]:
    return text.split(",") if text else []
