"""What goes wrong between a request and its answer, in words that tell whose fault it is."""

import asyncio
from collections.abc import Coroutine
from http import HTTPStatus
from typing import Any, TypeVar

import aiohttp
from aiohttp_socks import ProxyConnectionError, ProxyError, ProxyTimeoutError
from yarl import URL

from bot.ingest.errors import BadAddress, FetchError, ForbiddenAddress, TimedOut, Unreachable
from bot.ingest.guard import AddressRefusedError
from bot.ingest.roads import asked_proxy

_PROXY_FAULTS = (
    aiohttp.ClientProxyConnectionError,
    aiohttp.ClientHttpProxyError,
    ProxyConnectionError,
    ProxyError,
    ProxyTimeoutError,
)
_Got = TypeVar("_Got")


async def bounded(url: str, start: URL, seconds: float, asking: Coroutine[Any, Any, _Got]) -> _Got:
    """What is asked for, within so much time in all; whatever goes wrong is a FetchError."""
    try:
        async with asyncio.timeout(seconds):
            return await asking
    except TimeoutError as error:
        raise TimedOut(url, f"{start.host} did not answer in full within {seconds:g} s") from error
    except _PROXY_FAULTS as error:
        raise Unreachable(url, _of_proxy(start, error)) from None
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise _as_fetch_error(url, start, error) from error


def is_of_proxy(error: Exception) -> bool:
    """Whether not the site failed but the proxy on the way to it."""
    return isinstance(error, Unreachable) and error.sentence.startswith("the proxy ")


def _of_proxy(start: URL, error: Exception) -> str:
    """That the way to a site ends at the proxy, which is named without the password that its address may hold."""
    refused = isinstance(error, aiohttp.ClientHttpProxyError) and error.status
    if refused == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        why = "it wants another name and password"
    elif refused:
        why = f"it answers {refused}"
    elif isinstance(error, ProxyError):
        why = "it refuses; see its name, its password and its rules"
    else:
        why = "see that it runs"
    return f"the proxy {asked_proxy.get()} does not lead to {start.host}: {why}"


def _of_tls(start: URL, error: aiohttp.ClientSSLError) -> str:
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return f"{start.host} has no valid certificate"
    return f"{start.host} does not speak https at this port; try the address with http://"


def _as_fetch_error(url: str, start: URL, error: Exception) -> FetchError:
    """Name a failure of the connection. FetchErrors raised on the way are no OSError and never come here."""
    refused = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    # Where a host has several addresses the connector joins the refusals of all of them into one plain OSError.
    if isinstance(refused, AddressRefusedError) or "private network" in str(refused):
        return ForbiddenAddress.of(url, start.host or "")
    if isinstance(error, aiohttp.InvalidURL | ValueError):
        return BadAddress(url, f"this is not an address that can be fetched: {url[:200]!r}")
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return Unreachable(url, f"there is no host named {error.host}")
    if isinstance(error, aiohttp.ClientSSLError):
        return Unreachable(url, _of_tls(start, error))
    if isinstance(error, aiohttp.ClientConnectorError):
        return Unreachable(url, f"{start.host} does not take connections ({refused})")
    return Unreachable(url, f"{start.host} broke the connection off ({type(error).__name__})")
