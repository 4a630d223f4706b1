"""WebSub, as far as it can be decided without speaking to anyone (W3C Recommendation, 23 January 2018).

A feed names a hub and the address under which the hub knows it (its topic). We ask the hub to call us; it asks back
whether we meant it, and from then on until the lease ends it brings what is new, signed with a secret of ours.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from bot.ingest.stages import Look
from storage.records import HubState, Subscription

WANTED_LEASE = timedelta(days=10)
LONGEST_LEASE = timedelta(days=30)  # a hub that promises more is asked again all the same
UNSAID_LEASE = timedelta(days=1)  # where a hub confirms and does not say for how long, which it must (5.3)
RENEW_AT = 0.8  # of the lease
FIRST_WAIT = timedelta(minutes=10)  # after the first request that came to nothing; doubled each time
LONGEST_WAIT = timedelta(days=1)
LATEST_ANSWER = timedelta(days=1)  # a hub may ask back so long after it was asked
_DIGESTS = {"sha1": hashlib.sha1, "sha256": hashlib.sha256, "sha384": hashlib.sha384, "sha512": hashlib.sha512}


class Mode(StrEnum):
    """What a request to a hub, or its question to us, is about (5.1, 5.2, 5.3)."""

    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"
    DENIED = "denied"


@dataclass(frozen=True, slots=True)
class HubChoice:
    """The hub to be asked for a feed, and the feed's name there."""

    hub: str
    topic: str


def choose_hub(look: Look) -> HubChoice | None:
    """The hub that a feed names: by its header, else in itself (4); one that speaks TLS before the others.

    A feed that names a hub and not itself goes by the address at which it was found.
    """
    hubs = _usable(look.page.hubs) or _usable(look.feed.hubs)
    if not hubs:
        return None
    named = [url for url in (look.page.self_url, look.feed.self_url) if url]
    topic = next(iter(_usable(named)), look.page.final_url)
    return HubChoice(min(hubs, key=lambda hub: not hub.startswith("https:")), topic)


def subscribe_fields(one: Subscription, callback: str) -> dict[str, str]:
    """The form that asks a hub for a subscription, or for a longer lease (5.1)."""
    lease = str(int(WANTED_LEASE.total_seconds()))
    return {**_fields(Mode.SUBSCRIBE, one, callback), "hub.secret": one.secret, "hub.lease_seconds": lease}


def unsubscribe_fields(one: Subscription, callback: str) -> dict[str, str]:
    """The form that ends a subscription (5.1)."""
    return _fields(Mode.UNSUBSCRIBE, one, callback)


def is_ours(one: Subscription, mode: Mode, query: Mapping[str, str], now: datetime) -> bool:
    """Whether a hub's question is about something that we asked it for, and not long ago (5.3)."""
    return (
        query.get("hub.mode") == mode
        and query.get("hub.topic") == one.topic
        and bool(query.get("hub.challenge"))
        and one.asked_at is not None
        and now - one.asked_at <= LATEST_ANSWER
    )


def read_lease(text: str | None) -> timedelta:
    """How long a hub promises to call; its word is never made longer."""
    if not text or not (text.isascii() and text.isdigit()) or not int(text[:12]):
        return UNSAID_LEASE
    return min(timedelta(seconds=int(text[:9])), LONGEST_LEASE)


def next_request_at(one: Subscription, now: datetime) -> datetime:
    """When the hub is to be asked (again): at 80 % of a lease, and ever less often where it does not answer.

    `failures` counts the requests since the hub last confirmed.
    """
    if one.asked_at is None:
        return now
    doubled = 1 << min(max(one.failures - 1, 0), 10)
    again = one.asked_at + min(FIRST_WAIT * doubled, LONGEST_WAIT)
    if one.state is HubState.REFUSED:
        return one.asked_at + LONGEST_WAIT
    if one.state is HubState.LIVE and one.ends_at is not None and one.ends_at > now:
        renewal = one.asked_at + (one.ends_at - one.asked_at) * RENEW_AT
        return max(renewal, again) if one.failures else renewal
    return again


def verify_signature(header: str | None, secret: str, body: bytes) -> bool:
    """Whether X-Hub-Signature, "method=hex digits", is that of these bytes (7.1). No signature is a wrong one."""
    method, _, given = (header or "").strip().partition("=")
    digest = _DIGESTS.get(method.lower())
    if digest is None:
        return False
    expected = hmac.new(secret.encode(), body, digest).hexdigest()
    return hmac.compare_digest(expected.encode(), given.strip().lower().encode("utf-8", "surrogateescape"))


def _fields(mode: Mode, one: Subscription, callback: str) -> dict[str, str]:
    return {"hub.mode": mode, "hub.topic": one.topic, "hub.callback": callback}


def _usable(urls: "tuple[str, ...] | list[str]") -> list[str]:
    """Those that are addresses of the web."""
    found = []
    for url in urls:
        try:
            parts = urlsplit(url)
        except ValueError:
            continue
        if parts.scheme in {"http", "https"} and parts.hostname:
            found.append(url)
    return found
