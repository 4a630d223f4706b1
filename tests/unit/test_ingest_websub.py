"""What is decided of WebSub without a hub."""

import hashlib
import hmac
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.ingest.stages import FeedKind, FetchedPage, Look, ParsedFeed
from bot.ingest.websub import (
    FIRST_WAIT,
    LONGEST_LEASE,
    LONGEST_WAIT,
    UNSAID_LEASE,
    HubChoice,
    Mode,
    choose_hub,
    is_ours,
    next_request_at,
    read_lease,
    subscribe_fields,
    unsubscribe_fields,
    verify_signature,
)
from storage.records import HubState, Subscription

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
FOUND_AT = "https://news.example/rss"
ONE = Subscription(7, "https://hub.example/", "https://news.example/feed", "token", "тайна")
BODY = "<rss>Новость</rss>".encode()


def look(
    page_hubs: tuple[str, ...] = (),
    page_self: str | None = None,
    feed_hubs: tuple[str, ...] = (),
    feed_self: str | None = None,
) -> Look:
    page = FetchedPage(FOUND_AT, FOUND_AT, 200, "", None, b"", hubs=page_hubs, self_url=page_self)
    return Look(page, ParsedFeed("", None, FeedKind.RSS, None, (), hubs=feed_hubs, self_url=feed_self))


@pytest.mark.parametrize(
    ("found", "choice"),
    [
        (look(), None),
        (look(page_self="https://a.example/", feed_self="https://b.example/"), None),
        (look(feed_hubs=("https://h.example/",)), HubChoice("https://h.example/", FOUND_AT)),
        (
            look(feed_hubs=("https://h.example/",), feed_self="https://b.example/"),
            HubChoice("https://h.example/", "https://b.example/"),
        ),
        (
            look(("https://header.example/",), "https://a.example/", ("https://h.example/",), "https://b.example/"),
            HubChoice("https://header.example/", "https://a.example/"),
        ),
        (look(("http://plain.example/", "https://tls.example/")), HubChoice("https://tls.example/", FOUND_AT)),
        (look(("http://plain.example/",)), HubChoice("http://plain.example/", FOUND_AT)),
        (look(("ftp://h.example/", "https://[", "javascript:x", "https://")), None),
        (look(("https://h.example/",), "urn:feed:1"), HubChoice("https://h.example/", FOUND_AT)),
    ],
)
def test_the_hub_is_chosen_by_the_header_then_by_the_feed(found: Look, choice: HubChoice | None) -> None:
    assert choose_hub(found) == choice


def test_a_request_says_what_the_hub_needs_and_only_a_subscription_tells_the_secret() -> None:
    callback = "https://bot.example/websub/token"
    assert subscribe_fields(ONE, callback) == {
        "hub.mode": "subscribe",
        "hub.topic": "https://news.example/feed",
        "hub.callback": callback,
        "hub.secret": "тайна",
        "hub.lease_seconds": "864000",
    }
    assert unsubscribe_fields(ONE, callback) == {
        "hub.mode": "unsubscribe",
        "hub.topic": "https://news.example/feed",
        "hub.callback": callback,
    }


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512", "SHA256"])
def test_every_method_of_the_specification_signs(method: str) -> None:
    digest = hmac.new("тайна".encode(), BODY, getattr(hashlib, method.lower())).hexdigest()
    assert verify_signature(f"{method}={digest}", "тайна", BODY)
    assert verify_signature(f" {method}={digest.upper()} ", "тайна", BODY)
    assert not verify_signature(f"{method}={digest}", "другая", BODY)
    assert not verify_signature(f"{method}={digest}", "тайна", BODY + b" ")
    assert not verify_signature(f"{method}={digest[:-1]}", "тайна", BODY)


@pytest.mark.parametrize(
    "header",
    [None, "", "sha256", "sha256=", "=", "none=", "md5=d41d8cd98f00b204e9800998ecf8427e", "sha256=\udcff", "sha256=ы"],
)
def test_without_a_signature_that_can_be_checked_nothing_is_signed(header: str | None) -> None:
    assert not verify_signature(header, "тайна", BODY)


@pytest.mark.parametrize(
    ("text", "lease"),
    [
        ("3600", timedelta(hours=1)),
        ("60", timedelta(minutes=1)),
        ("99999999999999999999", LONGEST_LEASE),
        ("31536000", LONGEST_LEASE),
        *((text, UNSAID_LEASE) for text in (None, "", "0", "000", "-5", "1.5", "soon", "٣٦٠٠")),
    ],
)
def test_a_lease_is_no_longer_than_it_was_promised(text: str | None, lease: timedelta) -> None:
    assert read_lease(text) == lease


def test_a_lease_is_renewed_at_four_fifths_of_it() -> None:
    live = replace(ONE, state=HubState.LIVE, asked_at=NOW, ends_at=NOW + timedelta(days=10))
    assert next_request_at(live, NOW) == NOW + timedelta(days=8)


def test_a_renewal_that_comes_to_nothing_is_tried_again_before_the_end() -> None:
    asked = NOW + timedelta(days=8)
    live = replace(ONE, state=HubState.LIVE, asked_at=asked, ends_at=NOW + timedelta(days=10), failures=1)
    assert next_request_at(live, asked) == asked + timedelta(days=2) * 0.8


def test_a_hub_that_is_silent_is_asked_ever_less_often() -> None:
    assert next_request_at(ONE, NOW) == NOW
    waits = [next_request_at(replace(ONE, asked_at=NOW, failures=count), NOW) - NOW for count in range(1, 14)]
    assert waits[:4] == [FIRST_WAIT, FIRST_WAIT * 2, FIRST_WAIT * 4, FIRST_WAIT * 8]
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_WAIT
    assert next_request_at(replace(ONE, asked_at=NOW, failures=10**6), NOW) == NOW + LONGEST_WAIT


def test_a_lease_that_has_ended_waits_as_if_there_had_been_none() -> None:
    over = replace(ONE, state=HubState.LIVE, asked_at=NOW - timedelta(hours=1), ends_at=NOW, failures=2)
    assert next_request_at(over, NOW) == NOW - timedelta(hours=1) + FIRST_WAIT * 2


def test_a_hub_that_refused_is_asked_again_in_a_day() -> None:
    assert next_request_at(replace(ONE, state=HubState.REFUSED, asked_at=NOW, failures=1), NOW) == NOW + LONGEST_WAIT


@pytest.mark.parametrize(
    ("change", "is_meant"),
    [
        ({}, True),
        ({"hub.topic": "https://news.example/other"}, False),
        ({"hub.topic": ""}, False),
        ({"hub.mode": "unsubscribe"}, False),
        ({"hub.mode": ""}, False),
        ({"hub.challenge": ""}, False),
    ],
)
def test_only_what_was_asked_for_is_confirmed(change: dict[str, str], is_meant: bool) -> None:
    query = {"hub.mode": "subscribe", "hub.topic": ONE.topic, "hub.challenge": "x"} | change
    asked = replace(ONE, asked_at=NOW)
    assert is_ours(asked, Mode.SUBSCRIBE, query, NOW + timedelta(minutes=5)) is is_meant
    assert not is_ours(ONE, Mode.SUBSCRIBE, query, NOW)
    assert not is_ours(asked, Mode.SUBSCRIBE, query, NOW + timedelta(days=2))
