"""Addresses as people and servers write them, and as they can be asked for."""

from urllib.parse import quote_from_bytes

from yarl import URL

from bot.ingest.errors import BadAddress

LONGEST = 8000  # characters; servers take no longer ones (RFC 9110, 4.1)
LONGEST_HOST = 253  # characters (RFC 1035, 2.3.4)


def read_address(asked: str, address: str | URL) -> URL:
    """An http or https address without its fragment. Raises BadAddress, as met while `asked` was fetched."""
    try:
        url = URL(address)
        is_good = url.scheme in {"http", "https"} and bool(url.host) and url.port is not None
        is_short = len(str(address)) <= LONGEST and len(url.host or "") <= LONGEST_HOST
    except (ValueError, UnicodeError) as error:
        raise BadAddress(asked, f"this is not an address that can be fetched: {str(address)[:200]!r}") from error
    if not is_good:
        raise BadAddress(asked, f"only http and https addresses can be fetched, not {str(address)[:200]!r}")
    if not is_short:
        raise BadAddress(asked, f"this address is too long to be one: {str(address)[:200]!r}")
    return url.with_fragment(None)


def join_location(here: URL, location: str) -> URL | str:
    """A Location header against the address that sent it; raw bytes in it (windows-1251 paths) are percent-encoded."""
    raw = location.strip().encode("utf-8", "surrogateescape")
    try:
        return here.join(URL(quote_from_bytes(raw, safe="!#$%&'()*+,/:;=?@[]~")))
    except ValueError:
        return location
