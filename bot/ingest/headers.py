"""What the header of an answer says beside the body: how long it stays fresh, what it links to, when to come back.

All of it is a stranger's word: bounded, and as good as unsaid where it cannot be read.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin, urlsplit

LONGEST_FRESH = timedelta(days=1)  # nobody's news keep longer, whatever a cache is told
LONGEST_LINKS = 16 * 1024  # characters of Link headers that are looked at
LONGEST_HEADER = 4 * 1024  # characters of any other
LONGEST_ADDRESS = 2000  # characters
MOST_HUBS = 5
_DIGITS = re.compile(r"[0-9]{1,9}")
_KIND = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+", re.ASCII)
_CHARSET = re.compile(r";\s*charset\s*=[\s\"']*([\w.:+-]{1,40})", re.ASCII | re.IGNORECASE)
_PARAMETER = re.compile(r'\s*;\s*([\w!#$&+.^`|~-]+)\*?(?:\s*=\s*(?:"([^"]*)"|([^\s";,]*)))?')


@dataclass(frozen=True, slots=True)
class HubLinks:
    """The links for WebSub (W3C WebSub, 4): absolute addresses, the hubs in the order of the header."""

    hubs: tuple[str, ...] = ()
    self_url: str | None = None


NO_LINKS = HubLinks()


def read_content_type(value: str | None) -> tuple[str, str | None]:
    """A Content-Type as its kind, "" if there is none, and its charset; both in lower case.

    The reader of the standard library, which aiohttp asks, takes a second of CPU for 8 KB of parameters.
    """
    text = (value or "")[:LONGEST_HEADER]
    kind = _KIND.fullmatch(text.partition(";")[0].strip())
    charset = _CHARSET.search(text)
    return (kind[0].lower() if kind else ""), (charset[1].lower() if charset else None)


def read_retry_after(value: str | None, now: datetime) -> timedelta | None:
    """The wait that a Retry-After header asks for, in seconds or as a date (RFC 9110, 10.2.3); None if unreadable."""
    text = (value or "").strip()
    if text.isascii() and text.isdigit() and len(text) < 8:
        return timedelta(seconds=int(text))
    moment = _date(text)
    return None if moment is None else max(moment - now, timedelta(0))


def read_max_age(headers: Mapping[str, str], cache_control: Sequence[str]) -> timedelta | None:
    """How long the answer stays fresh from now on (RFC 9111, 4.2), at most `LONGEST_FRESH`; None where it is not said.

    `cache_control` are all headers of that name. What is meant for shared caches alone (s-maxage) is not for us.
    """
    if cache_control:
        said = _directives(cache_control)
        if "no-cache" in said or "no-store" in said:
            return None
        if "max-age" in said:
            digits = _DIGITS.fullmatch(said["max-age"])
            return None if digits is None else _fresh(timedelta(seconds=int(digits[0])), headers)
    if "Expires" not in headers:
        return None
    expires, date = _date(headers["Expires"]), _date(headers.get("Date", ""))
    return None if expires is None or date is None else _fresh(expires - date, headers)


def read_hub_links(values: Iterable[str], base: str) -> HubLinks:
    """rel=hub and rel=self of Link headers (RFC 8288, 3), resolved against `base`; a link of another page is none."""
    hubs: list[str] = []
    self_url = None
    for target, rels in _links(",".join(values)[:LONGEST_LINKS], base):
        address = _resolved(target, base) if rels & {"hub", "self"} else None
        if address is None:
            continue
        if "hub" in rels and address not in hubs and len(hubs) < MOST_HUBS:
            hubs.append(address)
        if "self" in rels and self_url is None:
            self_url = address
    return HubLinks(tuple(hubs), self_url) if hubs or self_url else NO_LINKS


def printable(value: str | None) -> str | None:
    """A header's value that can be sent back as it is; anything odd is as good as none."""
    return value if value and len(value) <= 500 and value.isascii() and value.isprintable() else None


def _fresh(lifetime: timedelta, headers: Mapping[str, str]) -> timedelta | None:
    """What is left of a lifetime after the time that caches on the way have held the answer; None for nothing."""
    digits = _DIGITS.fullmatch(headers.get("Age", "").strip())
    left = lifetime - timedelta(seconds=int(digits[0]) if digits else 0)
    return min(left, LONGEST_FRESH) if left > timedelta(0) else None


def _directives(values: Sequence[str]) -> dict[str, str]:
    """The first of each name counts (RFC 9111, 4.2.1)."""
    said: dict[str, str] = {}
    for part in ",".join(values)[:LONGEST_HEADER].split(","):
        name, _, value = part.partition("=")
        said.setdefault(name.strip().lower(), value.strip().strip('"'))
    return said


def _date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text[:100])
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _links(text: str, base: str) -> Iterable[tuple[str, frozenset[str]]]:
    """Each link's target and relations; whoever says nothing of a link's context means the page itself."""
    here = 0
    while (start := text.find("<", here)) >= 0:
        end = text.find(">", start)
        if end < 0:
            return
        here = end + 1
        said: dict[str, str] = {}
        while parameter := _PARAMETER.match(text, here):
            here = parameter.end()
            said.setdefault(parameter[1].lower(), parameter[2] if parameter[2] is not None else parameter[3] or "")
        if "anchor" not in said or _resolved(said["anchor"], base) == base:
            yield text[start + 1 : end], frozenset(said.get("rel", "").lower().split())


def _resolved(target: str, base: str) -> str | None:
    """An absolute http or https address; None for anything else."""
    try:
        address = urljoin(base, target.strip())
        parts = urlsplit(address)
        is_good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return address if is_good and len(address) <= LONGEST_ADDRESS and address.isprintable() else None
