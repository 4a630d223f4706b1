"""What makes an article the same article next time."""

import hashlib
import re
from datetime import datetime
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from bot.ingest.text import without_unwanted, words

_MAX_IDENTITY = 500  # characters; a longer guid is kept as its hash
_DEFAULT_PORTS = {"http": 80, "https": 443}
_TRACKING_PREFIXES = ("utm_", "mtm_", "pk_", "hsa_", "at_", "__hs", "_hs", "ns_", "vero_", "oly_", "fb_")
# Marks of where a click came from, and of who clicks; what they name is never another article.
_TRACKING = words(
    "fbclid gclid gclsrc dclid gbraid wbraid yclid ysclid ymclid _openstat msclkid twclid ttclid igshid igsh li_fat_id"
    " mc_cid mc_eid mkt_tok erid rb_clickid cmpid s_cid _ga _gl wt_mc xtor smid ito phpsessid jsessionid"
)
_SESSION = re.compile(r";jsessionid=[^/;]*", re.IGNORECASE)  # of a server that puts it into the path

_ESCAPE = re.compile(r"%[0-9a-fA-F]{2}")
_SAFE = "/%:@!$&'()*+,;=~-._"


def canonical_url(url: str, *, with_anchor: bool = False) -> str:
    """An address reduced to what names the page; `with_anchor` also keeps what names a place in it.

    Host in lower case, default port, fragment (but a hash-bang) and tracking parameters dropped; the order of the rest
    stays, since some sites mind it. An address that cannot be read comes back as it is.
    """
    text = without_unwanted(url).strip()
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return text
    if parts.scheme.lower() not in _DEFAULT_PORTS or not host:
        return text
    scheme = parts.scheme.lower()
    host = f"[{host}]" if ":" in host else _ascii_host(host)
    if port is not None and port != _DEFAULT_PORTS[scheme]:
        host = f"{host}:{port}"
    kept = [piece for piece in parts.query.split("&") if piece and not is_tracking(piece.split("=", 1)[0])]
    is_kept = parts.fragment.startswith("!") or (with_anchor and not is_tracking(parts.fragment.partition("=")[0]))
    fragment = parts.fragment if is_kept else ""
    return urlunsplit(
        (
            scheme,
            host,
            _escaped(_SESSION.sub("", parts.path), _SAFE) or "/",
            _escaped("&".join(kept), _SAFE + "?[]"),
            _escaped(fragment, _SAFE),
        )
    )


def is_tracking(parameter: str) -> bool:
    """Whether a query parameter only tells where the reader came from."""
    name = parameter.lower()
    return name in _TRACKING or name.startswith(_TRACKING_PREFIXES)


def is_front_page(url: str, home: str) -> bool:
    """Whether an address names the site, or `home`, and no article of it."""
    canonical = canonical_url(url)
    return canonical in {canonical_url(home), canonical_url(urljoin(canonical, "/"))}


def identity_of(guid: str | None, url: str, title: str, published_at: datetime | None) -> str:
    """The guid as it is; else the canonical address with its anchor; else a hash of title and date, all that is left.

    The anchor counts because a live text gives each of its messages the same page.
    """
    if guid and (said := without_unwanted(guid).strip()):
        return _bounded(said)
    if url:
        return _bounded(canonical_url(url, with_anchor=True))
    return _hashed(f"{title}\n{published_at.isoformat() if published_at else ''}")


def identity_at(identity: str, address: str) -> str:
    """The identity of an entry whose guid its feed used for another story before: with its canonical address."""
    return _bounded(f"{identity} {address}")


def _bounded(text: str) -> str:
    return text if len(text) <= _MAX_IDENTITY else _hashed(text)


def _hashed(text: str) -> str:
    return "sha256:" + hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def _ascii_host(host: str) -> str:
    try:
        return host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


def _escaped(text: str, safe: str) -> str:
    return _ESCAPE.sub(lambda match: match[0].upper(), quote(text, safe=safe, errors="replace"))
