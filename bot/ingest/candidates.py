"""Addresses at which a site's list of news may stand, the likeliest first. Pure."""

import re
from collections.abc import Sequence
from urllib.parse import urljoin, urlsplit

from bot.ingest.addressing import likeness
from bot.ingest.blocks import absolute_url
from bot.ingest.errors import AnnouncedFeed
from bot.ingest.text import tidy

_CHANNEL = re.compile(
    r"(?:https?://)?(?:www\.)?(?:t\.me|telegram\.me|telegram\.dog)/(?:s/)?([A-Za-z]\w{3,31})/?(?:\d{1,12}/?)?(?:[?#].*)?",
    re.ASCII | re.DOTALL,
)
_NAME = re.compile(r"@([A-Za-z]\w{3,31})", re.ASCII)
_NO_CHANNEL = frozenset({"joinchat", "addstickers", "share", "proxy", "socks", "setlanguage", "iv", "login"})
_CHANNEL_PAGE = re.compile(r"https?://(?:t|telegram)\.(?:me|dog)/s/\w", re.ASCII)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{0,20}://", re.IGNORECASE)
_COMMENTS = re.compile(r"comment|коммент|шарҳ", re.IGNORECASE)
_FEED_PATHS = ("rss", "feed", "rss.xml", "feed.xml", "atom.xml", "index.xml", "feed.json", "rss/all.xml", "rss.php")
_SECTION_PATHS = ("feed", "rss", "rss.xml")
_SITEMAP_PATHS = (
    "sitemap-news.xml", "news-sitemap.xml", "sitemap_news.xml", "sitemap/news.xml", "sitemap.xml", "sitemap_index.xml",
    "sitemap-index.xml", "wp-sitemap.xml",
)  # fmt: skip
_SITEMAP_LINE = re.compile(r"^[ \t]{0,20}sitemap[ \t]{0,20}:[ \t]{0,20}(\S{1,2000})", re.IGNORECASE | re.MULTILINE)
_ROBOTS = 500_000  # bytes of a robots.txt that are read, as Google does (RFC 9309, 2.5)
_MOST_SITEMAPS = 8
_ARTICLE = 2  # likeness from which an address alone names an article


def readable(address: str) -> str:
    """An address as people write it to one that can be fetched: a channel's public page, https before a bare host."""
    text = tidy(address)
    channel = _NAME.fullmatch(text) or _CHANNEL.fullmatch(text)
    if channel is not None and channel[1].lower() not in _NO_CHANNEL:
        return f"https://t.me/s/{channel[1]}"
    if _SCHEME.match(text) or "." not in text.partition("/")[0]:
        return text
    return f"https://{text}"


def is_channel(address: str) -> bool:
    """Whether an address is that of a channel's public page at Telegram."""
    return _CHANNEL_PAGE.match(address) is not None


def is_article(address: str) -> bool:
    """Whether an address looks like that of one article."""
    return likeness(address) >= _ARTICLE


def is_of_comments(address: str, title: str) -> bool:
    """Whether a feed tells what readers say."""
    return bool(_COMMENTS.search(urlsplit(address).path) or _COMMENTS.search(title))


def ranked(feeds: Sequence[AnnouncedFeed], here: str) -> list[AnnouncedFeed]:
    """Announced feeds in their order, but those of the page's own section first and those of comments last."""
    section = _folders(here)

    def rank(feed: AnnouncedFeed) -> tuple[bool, int]:
        return is_of_comments(feed.url, feed.title), -_shared(section, _folders(feed.url))

    return sorted(feeds, key=rank)


def common_feeds(here: str) -> list[str]:
    """Where feeds stand when nobody says so: of the section first, then of the site."""
    path = urlsplit(here).path.strip("/")
    own = [urljoin(here, f"/{path}/{name}") for name in _SECTION_PATHS] if path and not is_article(here) else []
    return own + [urljoin(here, f"/{name}") for name in _FEED_PATHS]


def common_sitemaps(here: str) -> list[str]:
    """Where sitemaps stand when robots.txt names none."""
    return [urljoin(here, f"/{name}") for name in _SITEMAP_PATHS]


def named_sitemaps(body: bytes, address: str) -> tuple[str, ...]:
    """The sitemaps that a robots.txt names, those of news first."""
    text = body[:_ROBOTS].decode("utf-8", "replace")
    found = (absolute_url(match[1], address) for match in _SITEMAP_LINE.finditer(text))
    named = dict.fromkeys(one for one in found if one)
    return tuple(sorted(named, key=lambda one: "news" not in one.lower()))[:_MOST_SITEMAPS]


def _folders(address: str) -> list[str]:
    return [part.lower() for part in urlsplit(address).path.split("/") if part]


def _shared(section: Sequence[str], folders: Sequence[str]) -> int:
    """How many names of the page's path the feed's path has, too, in order or anywhere: /sport and /rss/sport.xml."""
    stems = {part.partition(".")[0] for part in folders}
    return sum(part.partition(".")[0] in stems for part in section)
