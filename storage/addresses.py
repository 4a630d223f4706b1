"""What makes two addresses one page. Articles are indexed by it, so a change here needs a migration."""

import re
from urllib.parse import urlsplit

# Editions of one page for other screens and other servers: www.news.tj, m.news.tj, amp.news.tj.
_EDITIONS = frozenset({"www", "m", "mobile", "amp", "wap", "touch"})
# Parameters that choose an edition, never an article.
_EDITION_PARAMETER = re.compile(
    r"(?:amp|m|mobile|is_?amp)=(?:1|amp|mobile|true|)|(?:outputtype|view|version|theme)=(?:amp|mobile|m)|amp|m"
)
_AMP_END = re.compile(r"(?:/amp(?:\.html?)?|\.amp)$", re.IGNORECASE)
_INDEX = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?)$", re.IGNORECASE)
# Google's copies: news-example.cdn.ampproject.org/c/s/news.example/page, google.com/amp/s/news.example/page
_AMP_CACHE = re.compile(r"//(?:[\w-]+\.cdn\.ampproject\.org/\w|(?:www\.)?google\.[a-z.]{2,6}/amp)/(?:s/)?")
_SLASHES = re.compile(r"/{2,}")


def page_key(url: str) -> str:
    """A canonical address without what differs between editions of one page: scheme, www, mobile, AMP.

    Not an address to fetch. "" for what is no http(s) address.
    """
    try:
        parts = urlsplit(_AMP_CACHE.sub("//", url, count=1))
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not host:
        return ""
    labels = host.split(".")
    while len(labels) > 2 and labels[0] in _EDITIONS:
        labels = labels[1:]
    place = ".".join(labels) + (f":{port}" if port not in {None, 80, 443} else "")
    path = _INDEX.sub("/", _AMP_END.sub("", _SLASHES.sub("/", parts.path).rstrip("/"))).rstrip("/")
    path = path.removeprefix("/amp") if path.startswith("/amp/") else path
    kept = sorted(one for one in parts.query.split("&") if one and not _EDITION_PARAMETER.fullmatch(one.lower()))
    query = f"?{'&'.join(kept)}" if kept else ""
    fragment = f"#{parts.fragment}" if parts.fragment else ""
    return f"{place}{path}{query}{fragment}"
