"""The policies of delivery as tables: what a refusal means, what follows from it."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.delivery.results import (
    NotSent,
    RateLimited,
    Refusal,
    Refused,
    SendResult,
    Sent,
    Uncertain,
    classify,
)
from bot.delivery.retry import (
    LONGEST_WAIT,
    REFUSED_ATTEMPTS,
    Decision,
    Delivered,
    InDoubt,
    Migrate,
    PassOver,
    RetryAt,
    Silence,
    Stop,
    back_off,
    decide,
    decide_doubt,
    policy_for,
)
from config.settings import DeliverySettings, OnUncertain
from storage.deliveries import PostKind
from storage.records import ChatKind, ChatState

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
SENT = Sent(7, PostKind.TEXT)


@pytest.mark.parametrize(
    ("code", "description", "expected"),
    [
        (403, "Forbidden: bot was blocked by the user", Refusal.GONE),
        (403, "Forbidden: user is deactivated", Refusal.GONE),
        (403, "Forbidden: bot can't initiate conversation with a user", Refusal.GONE),
        (403, "Forbidden: bot was kicked from the channel chat", Refusal.NO_ACCESS),
        (403, "Forbidden: bot is not a member of the channel chat", Refusal.NO_ACCESS),
        (400, "Bad Request: chat not found", Refusal.NO_ACCESS),
        (400, "Bad Request: need administrator rights in the channel chat", Refusal.NO_ACCESS),
        (400, "Bad Request: not enough rights to send text messages to the chat", Refusal.NO_ACCESS),
        (400, "Bad Request: have no write access to the chat", Refusal.NO_ACCESS),
        (403, "Forbidden: something nobody has seen yet", Refusal.NO_ACCESS),
        (400, "Bad Request: message thread not found", Refusal.THREAD_GONE),
        (400, "Bad Request: TOPIC_CLOSED", Refusal.THREAD_GONE),
        (400, "Bad Request: wrong file identifier/HTTP URL specified", Refusal.PICTURE),
        (400, "Bad Request: failed to get HTTP URL content", Refusal.PICTURE),
        (400, "Bad Request: wrong type of the web page content", Refusal.PICTURE),
        (400, "Bad Request: PHOTO_INVALID_DIMENSIONS", Refusal.PICTURE),
        (400, "Bad Request: WEBPAGE_MEDIA_EMPTY", Refusal.PICTURE),
        (400, "Bad Request: IMAGE_PROCESS_FAILED", Refusal.PICTURE),
        (400, "Bad Request: message to edit not found", Refusal.POST_GONE),
        (400, "Bad Request: message can't be edited", Refusal.POST_GONE),
        (401, "Unauthorized", Refusal.TOKEN),
        (404, "Not Found", Refusal.TOKEN),
        (400, "Bad Request: message is too long", Refusal.OTHER),
    ],
)
def test_telegrams_words_say_what_to_do(code: int, description: str, expected: Refusal) -> None:
    assert classify(code, description) == Refused(expected, description)


def test_a_migrated_group_is_told_by_its_parameter() -> None:
    refused = classify(400, "Bad Request: group chat was upgraded to a supergroup chat", -100123)
    assert refused.migrated_to == -100123


@pytest.mark.parametrize(
    ("result", "policy", "expected"),
    [
        (SENT, "resend", Delivered(SENT)),
        (RateLimited(40), "resend", RetryAt(NOW + timedelta(seconds=40), "rate limit")),
        (NotSent("no connection"), "skip", RetryAt(NOW + timedelta(seconds=2), "no connection")),
        (Uncertain("cut"), "resend", RetryAt(NOW + timedelta(seconds=2), "cut", is_uncertain=True)),
        (Uncertain("cut"), "skip", PassOver("cut", is_uncertain=True)),
        (Refused(Refusal.GONE, "blocked"), "resend", Silence(ChatState.BLOCKED, "blocked")),
        (Refused(Refusal.NO_ACCESS, "kicked"), "resend", Silence(ChatState.PAUSED, "kicked")),
        (Refused(Refusal.MIGRATED, "upgraded", -100), "resend", Migrate(-100)),
        (Refused(Refusal.THREAD_GONE, "TOPIC_CLOSED"), "resend", Silence(ChatState.PAUSED, "TOPIC_CLOSED")),
        (Refused(Refusal.TOKEN, "Unauthorized"), "resend", Stop("Unauthorized")),
        (Refused(Refusal.OTHER, "odd"), "resend", RetryAt(NOW + timedelta(seconds=2), "odd")),
    ],
)
def test_what_follows_from_a_result(result: SendResult, policy: OnUncertain, expected: Decision) -> None:
    assert decide(result, attempts=0, refusals=0, now=NOW, on_uncertain=policy, jitter=1.0) == expected


def test_a_refusal_we_do_not_know_is_given_up_after_a_few_attempts() -> None:
    odd = Refused(Refusal.OTHER, "odd")
    last = decide(odd, attempts=9, refusals=REFUSED_ATTEMPTS - 1, now=NOW, on_uncertain="resend", jitter=0.5)
    assert last == PassOver("odd")


def test_failures_of_the_network_do_not_count_as_refusals() -> None:
    odd = Refused(Refusal.OTHER, "odd")
    first = decide(odd, attempts=20, refusals=0, now=NOW, on_uncertain="resend", jitter=1.0)
    assert isinstance(first, RetryAt)


def test_waits_double_up_to_a_bound_and_are_spread() -> None:
    waits = [back_off(attempts, 1.0).total_seconds() for attempts in range(12)]
    assert waits[:4] == [2, 4, 8, 16]
    assert max(waits) == LONGEST_WAIT
    assert back_off(3, 0.0) == back_off(3, 1.0) / 2


def test_where_the_bot_can_look_a_lost_answer_is_a_doubt_first() -> None:
    lost = decide(Uncertain("cut"), attempts=0, refusals=0, now=NOW, on_uncertain="resend", jitter=1.0, can_look=True)
    assert isinstance(lost, InDoubt)
    assert lost.look_at > NOW
    assert decide_doubt("skip", NOW, "cut") == PassOver("cut", is_uncertain=True)
    assert decide_doubt("resend", NOW, "cut") == RetryAt(NOW, "cut", is_uncertain=True)


def test_a_kind_of_chat_may_have_a_policy_of_its_own() -> None:
    settings = DeliverySettings(on_uncertain="resend", on_uncertain_channel="skip")
    policies = {kind: policy_for(kind, settings) for kind in ChatKind}
    assert policies == dict.fromkeys(ChatKind, "resend") | {ChatKind.CHANNEL: "skip"}
