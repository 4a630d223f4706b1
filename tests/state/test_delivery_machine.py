"""Whatever happens in whatever order: delivered is what was asked for, each story once, nothing passed in silence.

The normal run is short. The long one: `python -m tests.state --examples 5000`.
"""

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.state.machine import Newsroom


def test_every_story_that_was_asked_for_comes_once_whatever_breaks() -> None:
    short = settings(max_examples=30, stateful_step_count=15, deadline=None, derandomize=True, database=None)
    run_state_machine_as_test(Newsroom, settings=short)
