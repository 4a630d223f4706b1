"""Telegram's pace as plain arithmetic."""

import pytest

from bot.sandbox.limits import Limits


def spend_all(limits: Limits, times: int, *, chat: int, private: bool, now: float = 0.0) -> list[int]:
    return [limits.spend(chat, now, private=private) for _ in range(times)]


def test_a_private_chat_takes_a_burst_then_one_a_second() -> None:
    limits = Limits(on=True)
    assert spend_all(limits, 6, chat=1, private=True) == [0, 0, 0, 0, 0, 1]
    assert limits.spend(1, 1.0, private=True) == 0
    assert limits.spend(1, 1.5, private=True) == 1
    assert limits.spend(1, 2.0, private=True) == 0


def test_a_group_takes_twenty_a_minute() -> None:
    limits = Limits(on=True)
    assert spend_all(limits, 10, chat=-1, private=False) == [0] * 10
    assert spend_all(limits, 11, chat=-1, private=False, now=30.0) == [0] * 10 + [30]
    assert limits.spend(-1, 61.0, private=False) == 0


def test_an_album_counts_each_item() -> None:
    limits = Limits(on=True)
    assert limits.spend(-1, 0.0, private=False, cost=15) == 0
    assert limits.spend(-1, 1.0, private=False, cost=6) == 59
    assert limits.spend(-1, 1.0, private=False, cost=5) == 0


@pytest.mark.parametrize(("paid", "allowed"), [(False, 30), (True, 1000)])
def test_the_bot_sends_so_many_a_second_in_all(*, paid: bool, allowed: int) -> None:
    limits = Limits(on=True)
    waits = [limits.spend(chat, 0.5, private=True, paid=paid) for chat in range(allowed + 1)]
    assert waits == [0] * allowed + [1]
    assert limits.spend(0, 1.6, private=True, paid=paid) == 0


def test_no_limits_when_off() -> None:
    assert set(spend_all(Limits(on=False), 100, chat=-1, private=False)) == {0}


def test_paid_messages_leave_the_free_ones_their_share() -> None:
    limits = Limits(on=True)
    assert {limits.spend(chat, 0.0, private=True, paid=True) for chat in range(500)} == {0}
    waits = [limits.spend(chat, 0.5, private=True) for chat in range(1000, 1031)]
    assert waits == [0] * 30 + [1]
