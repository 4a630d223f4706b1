"""The kinds of values settings are made of: how each is written, checked and read.

Every function raises a ValueError whose text tells an operator what to write instead.
"""

import json
import re
from datetime import timedelta
from ipaddress import ip_network
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from cssselect import HTMLTranslator, SelectorError
from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, SecretStr

_DURATION = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
_SIZE = re.compile(r"(\d+) ?(B|KB|MB|GB)", re.IGNORECASE)
_PROXIES = frozenset({"http", "https", "socks4", "socks5"})
_UNITS = {"B": 1, "KB": 1024, "MB": 1024**2, "GB": 1024**3}


def parse_duration(value: object) -> timedelta:
    """A length of time as "30s", "5m", "24h", "7d" or "1h30m"; more than nothing."""
    if isinstance(value, timedelta):
        return value
    match = _DURATION.fullmatch(value.strip().replace(" ", "")) if isinstance(value, str) else None
    if match is None or not any(match.groups()):
        raise ValueError('write a length of time as "30s", "5m", "24h" or "1h30m"')
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    length = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    if not length:
        raise ValueError("the length of time must be more than nothing")
    return length


def format_duration(length: timedelta) -> str:
    """The shortest way to write a length of time that `parse_duration` reads back."""
    rest = int(length.total_seconds())
    parts = []
    for unit, seconds in (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)):
        amount, rest = divmod(rest, seconds)
        if amount:
            parts.append(f"{amount}{unit}")
    return "".join(parts)


def parse_size(value: object) -> int:
    """A number of bytes as "512KB" or "5MB"; 1 MB is 1024 KB."""
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    match = _SIZE.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None or not int(match[1]):
        raise ValueError('write a size as "512KB" or "5MB"')
    return int(match[1]) * _UNITS[match[2].upper()]


def parse_list(value: object) -> object:
    """The environment gives lists as text: JSON when it starts with a bracket, else separated by commas."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    if text.startswith(("[", "{")):
        try:
            return json.loads(text)
        except json.JSONDecodeError as error:
            raise ValueError(f"this is not JSON: {error.msg} at character {error.pos + 1}") from None
    return [part.strip() for part in text.split(",") if part.strip()]


def _check_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # OSError: the name of a folder of the zones, such as "Asia"
        raise ValueError('no such time zone; write an IANA name such as "Asia/Dushanbe"') from None
    return name


def check_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        is_good = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        is_good = False
    if not is_good:
        raise ValueError("write a whole address that starts with http:// or https://")
    return url


def split_address(listen: str) -> tuple[str, int]:
    """The host and the port of "127.0.0.1:8080" or "[::1]:8080"; a ValueError says how to write it."""
    host, colon, port = listen.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not (colon and host and port.isascii() and port.isdigit() and 0 <= int(port) < 65_536):
        raise ValueError('write a host and a port, such as "127.0.0.1:8080"')
    return host, int(port)


def _check_listen(listen: str) -> str:
    if listen:
        split_address(listen)
    return listen


def check_private(entry: str) -> str:
    """A host, a network or host:port whose private address may be fetched."""
    if "/" in entry:
        try:
            ip_network(entry)
        except ValueError:
            raise ValueError('write a network as "10.0.0.0/8", without a scheme or a path') from None
    return entry


def _check_language_code(code: str) -> str:
    if not re.fullmatch(r"[a-z]{2,3}", code):
        raise ValueError('write a language as two letters, such as "ru"')
    return code


def name_from_url(url: str) -> str:
    """What a source is called until someone names it: its host."""
    try:
        return (urlsplit(url).hostname or url).removeprefix("www.")
    except ValueError:  # a broken port or bracket; the address itself is judged elsewhere
        return url


def _check_selector(selector: str) -> str:
    if selector:
        try:
            HTMLTranslator().css_to_xpath(selector)
        except SelectorError as error:
            raise ValueError(f'this is no CSS selector ({error}); write one such as "div.news h2 a"') from None
    return selector


def _check_proxy(proxy: SecretStr) -> SecretStr:
    url = proxy.get_secret_value()
    try:
        parts = urlsplit(url)
        is_good = not url or (parts.scheme in _PROXIES and bool(parts.hostname) and (parts.port or 1) > 0)
    except ValueError:
        is_good = False
    if not is_good:
        raise ValueError('write a proxy as "http://user:password@host:3128" or "socks5://host:1080"')
    return proxy


def _check_user_agent(text: str) -> str:
    if not (text.isascii() and text.isprintable()):
        raise ValueError("use only Latin letters, digits and signs: it is sent as a header")
    return text


Duration = Annotated[timedelta, BeforeValidator(parse_duration), PlainSerializer(format_duration)]
OptionalDuration = Annotated[
    timedelta | None,
    BeforeValidator(lambda value: None if value in {"", None} else parse_duration(value)),
    PlainSerializer(lambda length: format_duration(length) if length else ""),
]
Selector = Annotated[str, AfterValidator(_check_selector)]
Proxy = Annotated[SecretStr, AfterValidator(_check_proxy)]
UserAgent = Annotated[str, AfterValidator(_check_user_agent)]
Size = Annotated[int, BeforeValidator(parse_size)]
Url = Annotated[str, AfterValidator(check_url)]
OptionalUrl = Annotated[str, AfterValidator(lambda url: check_url(url) if url else url)]
Zone = Annotated[str, AfterValidator(_check_zone)]
Listen = Annotated[str, AfterValidator(_check_listen)]
LanguageCode = Annotated[str, AfterValidator(_check_language_code)]
Names = Annotated[tuple[str, ...], BeforeValidator(parse_list)]
Positive = Annotated[int, Field(ge=1)]
