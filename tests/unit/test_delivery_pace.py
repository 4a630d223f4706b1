"""The pacer holds Telegram's limits in every window, without a clock of its own."""

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.pace import MINUTE, Pacer

PER_SECOND = 29
PER_MINUTE = 20


def sent_times(chats: list[int]) -> list[tuple[float, int]]:
    """When each message of this queue goes out, taken one after another as soon as it may."""
    pacer = Pacer(PER_SECOND, PER_MINUTE)
    now = 0.0
    times = []
    for chat in chats:
        while (wait := pacer.take(chat, now)) > 0:
            now += wait
        times.append((now, chat))
    return times


def most_in_a_window(times: list[float], seconds: float) -> int:
    return max((sum(start <= time < start + seconds for time in times) for start in times), default=0)


@given(st.lists(st.integers(min_value=-3, max_value=60).filter(bool), max_size=150))
def test_no_window_holds_more_than_telegram_allows(chats: list[int]) -> None:
    times = sent_times(chats)
    assert most_in_a_window([time for time, _ in times], 1.0) <= PER_SECOND
    by_chat = defaultdict(list)
    for time, chat in times:
        by_chat[chat].append(time)
    for chat, sent in by_chat.items():
        if chat > 0:
            assert most_in_a_window(sent, 1.0) == 1
        else:
            assert most_in_a_window(sent, MINUTE) <= PER_MINUTE


def test_the_pace_is_nearly_the_whole_limit() -> None:
    times = sent_times(list(range(1, 291)))
    assert 290 / (times[-1][0] + 1) > 0.95 * PER_SECOND


def test_replies_are_counted_and_never_wait() -> None:
    pacer = Pacer(PER_SECOND, PER_MINUTE)
    for chat in range(1, PER_SECOND + 1):
        pacer.count_reply(chat, 0.0)
    assert pacer.take(1000, 0.5) > 0


def test_a_chat_that_telegram_holds_waits_alone() -> None:
    pacer = Pacer(PER_SECOND, PER_MINUTE)
    pacer.hold(5, 0.0, 40.0)
    assert pacer.take(5, 10.0) == 30.0
    assert pacer.take(6, 10.0) == 0


def test_two_chats_held_at_once_mean_that_the_bot_is() -> None:
    pacer = Pacer(PER_SECOND, PER_MINUTE)
    pacer.hold(5, 0.0, 40.0)
    pacer.hold(6, 1.0, 30.0)
    assert pacer.take(7, 10.0) == 20.0


def test_chats_long_free_are_forgotten() -> None:
    pacer = Pacer(10_000_000, PER_MINUTE)
    for chat in range(1, 25_000):
        pacer.count_reply(chat, chat * 0.001)
    assert len(pacer._private) < 12_000
