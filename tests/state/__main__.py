"""The long run of the machine: `python -m tests.state --examples 5000 --steps 40`. Ends with the first fault found."""

import argparse
import time

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.state.machine import Newsroom


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.state")
    parser.add_argument("--examples", type=int, default=5000)
    parser.add_argument("--steps", type=int, default=40)
    asked = parser.parse_args()
    long = settings(
        max_examples=asked.examples,
        stateful_step_count=asked.steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
    began = time.monotonic()
    run_state_machine_as_test(Newsroom, settings=long)
    print(f"{asked.examples} examples of up to {asked.steps} steps in {time.monotonic() - began:.0f} s: no fault")  # noqa: T201 — what it was run for


if __name__ == "__main__":
    main()
