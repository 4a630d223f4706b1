"""Keeps the fetcher out of private networks: the address is checked where it is dialled.

A check of the URL or of the resolver's answer can be walked around (literal addresses, odd spellings, redirects, a name
that resolves anew); the socket cannot.
"""

import ipaddress
import socket
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass

from aiohttp import AddrInfoType

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

# What `is_global` lets through and no public site lives on: protocol assignments, the old 6to4 relay, multicast,
# anything out of 2000::/3, and the tunnels whose far end is an IPv4 address of the sender's choice (Teredo, 6to4).
_DENIED = tuple(
    ipaddress.ip_network(text)
    for text in ("192.0.0.0/24", "192.88.99.0/24", "224.0.0.0/4", "2001::/32", "2002::/16", "3fff::/20")
)
_UNICAST6 = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are the IPv4 address really meant

# Names that mean a machine nearby wherever they are looked up (RFC 6761, 6762, 8375, and the ".internal" of clouds).
_NEARBY = (".localhost", ".local", ".internal", ".home.arpa")

# The host and port of the request that dials now: allow-listed names are known by it, the socket sees only numbers.
asked_host: ContextVar[tuple[str, int]] = ContextVar("asked_host", default=("", 0))


class AddressRefusedError(OSError):
    """Raised in place of a socket; an OSError, so that the connector's own handling of failed dials applies."""


def is_public(address: IPAddress) -> bool:
    """Whether an address belongs to the open internet, with addresses inside addresses unwrapped."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address in _NAT64:
            return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if address not in _UNICAST6:
            return False
    return address.is_global and not any(address in network for network in _DENIED)


def literal_address(host: str) -> IPAddress | None:
    """The address that a host is, in any spelling that a system's own reader takes; None for a name.

    "2130706433", "0x7f000001", "0177.0.0.1" and "127.1" are 127.0.0.1 (inet_aton(3)).
    """
    host = host.strip("[]").rstrip(".")
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        if not ends_in_number(host):
            return None
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except OSError:
        return None


def ends_in_number(host: str) -> bool:
    """Whether a host can only be an IPv4 address, or nothing: its last label is a number (WHATWG URL, 3.5)."""
    last = host.rstrip(".").rpartition(".")[2].lower()
    return bool(last) and (last.isdigit() or (last.startswith("0x") and not last[2:].strip("0123456789abcdef")))


@dataclass(frozen=True, slots=True)
class Allowed:
    """One line of `allow_private`: a network or a host name, on one port or on all."""

    network: IPNetwork | None
    name: str | None
    port: int | None

    def covers(self, address: IPAddress, port: int, host: str) -> bool:
        if self.port is not None and self.port != port:
            return False
        if self.network is not None:
            return address in self.network
        return self.name == host


def read_allowed(line: str) -> Allowed:
    """Read "127.0.0.1:8080", "10.0.0.0/8", "::1", "[::1]:80", "intranet" or "intranet:8080".

    Raises ValueError when the port is not a number.
    """
    host, port = line.strip().lower(), None
    if host.startswith("[") or host.count(":") == 1:
        host, _, tail = host.rpartition(":") if not host.endswith("]") else (host, "", "")
        port = int(tail) if tail else None
    host = host.strip("[]")
    try:
        return Allowed(ipaddress.ip_network(host, strict=False), None, port)
    except ValueError:
        return Allowed(None, host.rstrip("."), port)


class AddressGuard:
    """Makes sockets for addresses that may be dialled, and refuses the rest."""

    def __init__(self, allow_private: Iterable[str] = ()) -> None:
        self._allowed = tuple(read_allowed(line) for line in allow_private)

    def may_dial(self, address: IPAddress, port: int, host: str) -> bool:
        """Whether `host`, now standing at this address, may be asked. An IPv4 address inside IPv6 counts as itself."""
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        return is_public(address) or any(allowed.covers(address, port, host) for allowed in self._allowed)

    def may_name(self, host: str, port: int) -> bool:
        """Whether a proxy may be asked for a name that nobody here knows: not for one that means a machine nearby."""
        name = host.rstrip(".").lower()
        if "." in name and not name.endswith(_NEARBY):
            return True
        return any(allowed.name == name and allowed.port in {None, port} for allowed in self._allowed)

    @property
    def socket_factory(self) -> Callable[[AddrInfoType], socket.socket]:
        """For `aiohttp.TCPConnector(socket_factory=…)`."""
        return self._open

    def _open(self, info: AddrInfoType) -> socket.socket:
        family, kind, protocol, _, target = info
        address, port = ipaddress.ip_address(str(target[0])), int(target[1])
        host, _ = asked_host.get()
        if not self.may_dial(address, port, host):
            raise AddressRefusedError(f"{address} belongs to a private network")
        return socket.socket(family=family, type=kind, proto=protocol)
