import ipaddress

import pytest

from bot.ingest.guard import AddressGuard, Allowed, is_public, read_allowed


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "95.142.81.1", "2a00:1450:4001:80b::200e", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"],
)
def test_the_open_internet_is_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.31.0.1", "192.0.0.8", "192.88.99.1",
        "192.168.0.1", "198.18.0.1", "203.0.113.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255",
        "::", "::1", "::127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b:1::1", "100::1", "2001::1",
        "2001:db8::1", "2002:7f00:1::", "3fff::1", "fc00::1", "fd12::1", "fe80::1%eth0", "fec0::1", "ff02::1",
    ],
)  # fmt: skip
def test_everything_else_is_not(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    ("line", "allowed"),
    [
        ("10.0.0.0/8", Allowed(ipaddress.ip_network("10.0.0.0/8"), None, None)),
        ("10.1.2.3/8", Allowed(ipaddress.ip_network("10.0.0.0/8"), None, None)),
        ("127.0.0.1:8080", Allowed(ipaddress.ip_network("127.0.0.1"), None, 8080)),
        ("::1", Allowed(ipaddress.ip_network("::1"), None, None)),
        ("[::1]", Allowed(ipaddress.ip_network("::1"), None, None)),
        ("[::1]:80", Allowed(ipaddress.ip_network("::1"), None, 80)),
        ("fd00::/8", Allowed(ipaddress.ip_network("fd00::/8"), None, None)),
        ("Intranet.Example.", Allowed(None, "intranet.example", None)),
        ("intranet:8080", Allowed(None, "intranet", 8080)),
    ],
)
def test_a_line_of_the_settings_is_a_network_or_a_name(line: str, allowed: Allowed) -> None:
    assert read_allowed(line) == allowed


def test_a_name_opens_its_own_requests_alone() -> None:
    guard = AddressGuard(("intranet:8080", "10.0.0.0/8"))
    inside, other = ipaddress.ip_address("192.168.1.5"), ipaddress.ip_address("10.9.9.9")
    assert guard.may_dial(inside, 8080, "intranet")
    assert not guard.may_dial(inside, 8080, "news.example")
    assert not guard.may_dial(inside, 80, "intranet")
    assert guard.may_dial(other, 80, "news.example")
    assert guard.may_dial(ipaddress.ip_address("::ffff:10.9.9.9"), 80, "news.example")
