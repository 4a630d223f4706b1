"""The pacer holds Telegram's limits in every window, without a clock of its own."""

import heapq
import itertools
from collections import defaultdict, deque

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.delivery.pace import AHEAD, EVERYTHING, MARGIN, MINUTE, MINUTE_MARGIN, Pacer

PER_SECOND = 29
PER_MINUTE = 20


def sent_times(chats: list[int], *, cost: int = 1, late: float = 0.0) -> list[tuple[float, int]]:
    """When each message of this queue goes out, taken one after another as soon as it may, or so much later."""
    pacer = Pacer(PER_SECOND, PER_MINUTE)
    now = 0.0
    times = []
    for chat in chats:
        while (wait := pacer.take(chat, now, cost)) > 0:
            now += wait + late
        times.append((now, chat))
    return times


def most_in_a_window(times: list[float], seconds: float) -> int:
    return max((sum(start <= time < start + seconds for time in times) for start in times), default=0)


@given(st.lists(st.integers(min_value=-3, max_value=60).filter(bool), max_size=150), st.integers(1, 10))
def test_no_window_holds_more_than_telegram_allows(chats: list[int], cost: int) -> None:
    times = sent_times(chats, cost=cost)
    assert most_in_a_window([time for time, _ in times], 1.0) * cost <= PER_SECOND
    by_chat = defaultdict(list)
    for time, chat in times:
        by_chat[chat].append(time)
    for chat, sent in by_chat.items():
        if chat > 0:
            assert most_in_a_window(sent, 1.0) == 1
        else:
            assert most_in_a_window(sent, MINUTE) * cost <= PER_MINUTE


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 0.2)), max_size=200))
def test_replies_and_broadcasts_together_stay_within_the_limit(asked: list[tuple[bool, float]]) -> None:
    pacer = Pacer(PER_SECOND, PER_MINUTE)
    now, sent = 0.0, []
    for chat, (is_reply, pause) in enumerate(asked, 1):
        now += pause
        if is_reply:
            sent.append(now + pacer.book_reply(chat, now))
        elif pacer.take(chat, now) == 0:
            sent.append(now)
    assert most_in_a_window(sent, 1.0) <= PER_SECOND
    assert sent == sorted(sent)


@pytest.mark.parametrize("late", [0.0, 0.002, 0.01])
def test_the_pace_is_nearly_the_whole_limit(late: float) -> None:
    """Also where each wait ends a little late: a message that comes late does not put off those behind it."""
    times = sent_times(list(range(1, 601)), late=late)
    assert 600 / times[-1][0] > (0.95 if late < 0.01 else 0.94) * PER_SECOND


def test_broadcasts_leave_evenly() -> None:
    times = [time for time, _ in sent_times(list(range(1, 291)))]
    assert max(after - before for before, after in itertools.pairwise(times)) < 1.1 / PER_SECOND
    assert most_in_a_window(times, 0.2) <= 0.2 * PER_SECOND + 1


def test_after_a_stall_broadcasts_become_even_again() -> None:
    pacer = Pacer(PER_SECOND, PER_MINUTE)
    now, times = 0.0, []
    for chat in range(1, 30 * PER_SECOND):
        now += 0.09 if chat == 100 else 0.0
        while (wait := pacer.take(chat, now)) > 0:
            now += wait
        times.append(now)
    assert most_in_a_window(times, 1.0) <= PER_SECOND
    assert max(after - before for before, after in itertools.pairwise(times[-PER_SECOND:])) < 1.1 / PER_SECOND


@given(st.lists(st.floats(0.0, 0.4), min_size=100, max_size=300), st.integers(1, 8))
@settings(deadline=None)
def test_the_limit_holds_at_the_server_however_late_requests_arrive(delays: list[float], at_once: int) -> None:
    """So many requests are open at once; each reaches the server after 5 ms and its delay, and is answered in 5 ms.

    Where answers take wildly different times one message more may fall into a second: nobody knows when Telegram
    counted it. The default pace is one below Telegram's limit for that.
    """
    pacer = Pacer(PER_SECOND, PER_MINUTE)
    now, arrived = 0.0, []
    answers: list[tuple[float, float]] = []
    for chat, delay in enumerate([0.0, *delays], 1):
        while len(answers) == at_once or (answers and answers[0][0] <= now):
            answer, began = heapq.heappop(answers)
            now = max(now, answer)
            pacer.answered(began, answer)
        while (wait := pacer.take(chat, now)) > 0:
            now += wait
            while answers and answers[0][0] <= now:
                answer, began = heapq.heappop(answers)
                pacer.answered(began, answer)
        arrived.append(now + 0.005 + delay)
        heapq.heappush(answers, (now + 0.010 + delay, now))
    assert most_in_a_window(arrived, 1.0) <= PER_SECOND + 1


def test_requests_that_are_always_slow_cost_no_pace() -> None:
    pacer = Pacer(PER_SECOND, PER_MINUTE)
    now, answers = 0.0, deque[float]()
    for chat in range(1, 20 * PER_SECOND):
        while (wait := pacer.take(chat, now)) > 0:
            now += wait
        answers.append(now)
        while answers and answers[0] + 0.15 <= now:
            pacer.answered(answers[0], answers.popleft() + 0.15)
    assert 20 * PER_SECOND / now > 0.95 * PER_SECOND


def test_a_reply_takes_the_next_slot_and_broadcasts_wait_behind_it() -> None:
    pacer = Pacer(PER_SECOND, PER_MINUTE)
    now = 0.0
    for chat in range(1, 4 * PER_SECOND):
        while (wait := pacer.take(chat, now)) > 0:
            now += wait
    first = pacer.book_reply(1001, now)
    second = pacer.book_reply(1002, now)
    assert first < 2 / PER_SECOND
    assert second < 3 / PER_SECOND
    assert pacer.take(1003, now + first) >= second - first


def test_replies_to_one_person_may_come_in_a_burst_and_a_broadcast_to_them_waits() -> None:
    pacer = Pacer(PER_SECOND, PER_MINUTE)
    assert [pacer.book_reply(5, 0.0) for _ in range(3)] == [0.0, 0.0, 0.0]
    assert pacer.wait_for(5, 0.5) == pytest.approx(0.5 + MARGIN)
    assert pacer.wait_for(6, 0.5) == 0


def test_a_refused_message_leaves_the_chats_second_free() -> None:
    pacer = Pacer(PER_SECOND, PER_MINUTE)
    assert pacer.take(5, 0.0) == 0
    pacer.release(5)
    assert pacer.wait_for(5, 0.1) == 0


def test_a_group_whose_minute_is_full_is_not_replied_to() -> None:
    pacer = Pacer(PER_SECOND, PER_MINUTE)
    for _ in range(PER_MINUTE):
        assert pacer.wait_to_reply(-5, 0.0) == 0
        pacer.book_reply(-5, 0.0)
    assert pacer.wait_to_reply(-5, 10.0) == pytest.approx(MINUTE + MINUTE_MARGIN - 10.0)
    assert pacer.wait_to_reply(-6, 10.0) == 0


def test_the_pictures_of_an_album_count_one_by_one() -> None:
    pacer = Pacer(PER_SECOND, PER_MINUTE)
    assert pacer.take(-5, 0.0, cost=10) == 0
    assert pacer.take(-5, 2.0, cost=10) == 0
    assert pacer.take(-5, 4.0, cost=1) == pytest.approx(MINUTE + MINUTE_MARGIN - 4.0)


def test_there_is_room_for_as_many_as_may_leave_soon() -> None:
    pacer = Pacer(PER_SECOND, PER_MINUTE)
    now, chat = 0.0, 0
    while now < 5.0:
        now += pacer.wait(now)
        room = pacer.room(now)
        assert room > 0
        for _ in range(room):
            chat += 1
            asked = now
            while (wait := pacer.take(chat, now)) > 0:
                now += wait
            assert now - asked <= AHEAD + 1 / PER_SECOND
    assert chat > 0.95 * 5 * PER_SECOND


def test_a_thousand_a_second_have_room_for_a_batch() -> None:
    pacer = Pacer(1000, PER_MINUTE)
    assert 48 <= pacer.room(0.0) <= 52


def test_there_is_no_room_while_the_bot_is_held() -> None:
    pacer = Pacer(PER_SECOND, PER_MINUTE)
    pacer.hold_all(10.0)
    assert pacer.room(5.0) == 0
    assert pacer.wait(5.0) == pytest.approx(5.0 - AHEAD)


def test_a_chat_that_telegram_holds_waits_alone() -> None:
    pacer = Pacer(PER_SECOND, PER_MINUTE)
    pacer.hold(5, 0.0, 40.0)
    assert pacer.take(5, 10.0) == 30.0
    assert pacer.wait_to_reply(5, 10.0) == 30.0
    assert pacer.take(6, 10.0) == 0


@pytest.mark.parametrize(("since", "until"), [(1.0, 30.0), (35.0, 41.0)])
def test_two_chats_held_at_once_mean_that_the_bot_is(since: float, until: float) -> None:
    pacer = Pacer(PER_SECOND, PER_MINUTE)
    pacer.hold(5, 0.0, 40.0)
    pacer.hold(6, since, until)
    assert pacer.take(7, 20.0) == until - 20.0


def test_chats_that_got_more_than_their_share_hold_nobody_else() -> None:
    """People who send one command after another, and groups that are talkative, cannot stop the bot."""
    pacer = Pacer(PER_SECOND, PER_MINUTE)
    for chat in (5, 6):
        for _ in range(5):
            pacer.book_reply(chat, 0.0)
        pacer.hold(chat, 0.5, 40.0)
    for chat in (-5, -6):
        assert pacer.take(chat, 2.0 - chat, cost=11) == 0
        pacer.hold(chat, 8.5, 40.0)
    assert pacer.take(7, 20.0) == 0


def test_two_chats_held_at_different_times_are_held_alone() -> None:
    pacer = Pacer(PER_SECOND, PER_MINUTE)
    pacer.hold(5, 0.0, 40.0)
    pacer.hold(6, 10.0, 15.0)
    assert pacer.take(7, 11.0) == 0


def test_holds_are_told_once_and_can_be_given_back() -> None:
    pacer = Pacer(PER_SECOND, PER_MINUTE)
    pacer.hold(5, 0.0, 40.0)
    pacer.hold(6, 1.0, 30.0)
    new = pacer.take_new_holds()
    assert sorted(new) == [(EVERYTHING, 30.0), (5, 40.0), (6, 30.0)]
    assert pacer.take_new_holds() == []
    other = Pacer(PER_SECOND, PER_MINUTE)
    for chat, until in new:
        other.restore_hold(chat, until)
    assert other.take(7, 10.0) == 20.0
    assert other.take(5, 30.0) == 10.0
    assert other.take_new_holds() == []


def test_chats_long_free_are_forgotten() -> None:
    pacer = Pacer(1000, PER_MINUTE)
    for chat in range(1, 25_000):
        pacer.book_reply(chat, chat * 0.001)
        pacer.book_reply(-chat, chat * 0.1)
    assert len(pacer._private) < 1100
    assert len(pacer._groups) < 1100


def test_what_can_wait_gets_a_quarter_of_a_groups_minute() -> None:
    pacer = Pacer(PER_SECOND, PER_MINUTE)
    for number in range(5):
        assert pacer.has_spare(-1, number)
        assert pacer.take(-1, number) == 0
    assert not pacer.has_spare(-1, 5)
    assert pacer.has_spare(-2, 5)
    assert pacer.has_spare(-1, MINUTE)
    pacer.hold(-2, 5, 90)
    assert not pacer.has_spare(-2, 89)
