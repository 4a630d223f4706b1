"""How much one person may ask at once."""

import random

import pytest

from bot.chat.allowance import MOST, WINDOW, Allowance, Verdict

READER, OTHER = 77, 88


def given(allowance: Allowance, user: int, times: list[float]) -> list[Verdict]:
    return [allowance.decide(user, at) for at in times]


def test_the_twentieth_at_once_is_a_word_of_warning_and_the_rest_are_dropped() -> None:
    verdicts = given(Allowance(), READER, [0.01 * number for number in range(1000)])
    assert verdicts == [Verdict.ANSWER] * (MOST - 1) + [Verdict.WARN] + [Verdict.DROP] * (1000 - MOST)


def test_another_person_loses_nothing_by_it() -> None:
    allowance = Allowance()
    given(allowance, READER, [0.0] * 1000)
    assert allowance.decide(OTHER, 0.0) is Verdict.ANSWER


def test_whoever_goes_on_and_on_is_answered_after_a_pause() -> None:
    allowance = Allowance()
    flood = given(allowance, READER, [0.1 * number for number in range(600)])  # a minute of it
    assert sum(verdict is not Verdict.DROP for verdict in flood) == MOST
    assert allowance.decide(READER, 60.0 + WINDOW / 2) is Verdict.DROP
    assert allowance.decide(READER, 60.0 + 2 * WINDOW) is Verdict.ANSWER


def test_two_a_second_is_just_too_much_and_a_little_less_is_not() -> None:
    fine = given(Allowance(), READER, [0.55 * number for number in range(200)])
    assert set(fine) == {Verdict.ANSWER}
    steady = given(Allowance(), READER, [0.5263 * number for number in range(200)])  # 20 in the window, all the while
    assert 2 <= steady.count(Verdict.WARN) <= 200 * 0.5263 / WINDOW
    assert Verdict.DROP not in steady


@pytest.mark.parametrize("seed", range(20))
def test_in_no_window_are_there_more_answers(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 — a repeatable sequence of moments
    at, answered, allowance = 0.0, [], Allowance()
    for _ in range(2000):
        at += chance.choice([0.0, 0.01, 0.3, 0.6, 8.0])
        if allowance.decide(READER, at) is not Verdict.DROP:
            answered.append(at)
    assert all(later - earlier >= WINDOW for earlier, later in zip(answered, answered[MOST:], strict=False))


def test_what_waited_while_the_bot_was_away_counts_by_its_own_time() -> None:
    """All of it is counted at one moment, each with the time when it was written."""
    assert set(given(Allowance(), READER, [60.0 * number for number in range(50)])) == {Verdict.ANSWER}


def test_presses_that_come_with_old_words_take_nothing_from_these() -> None:
    """A press has no date, so it counts at the moment when it comes; the words count when they were written."""
    allowance = Allowance()
    assert set(given(allowance, READER, [5000.0] * 19)) == {Verdict.ANSWER}
    assert set(given(allowance, READER, [2000.0 + 60 * number for number in range(40)])) == {Verdict.ANSWER}
    presses_and_words = [at for number in range(100) for at in (9000.0, 7000.0)]
    verdicts = given(Allowance(), READER, presses_and_words)
    assert verdicts.count(Verdict.WARN) == 2
    assert len(verdicts) - verdicts.count(Verdict.DROP) == 2 * MOST


def test_only_those_who_asked_lately_are_remembered() -> None:
    allowance = Allowance()
    for user in range(50_000):
        allowance.decide(user, user * 0.01)
    assert len(allowance) <= WINDOW / 0.01 + 1
