"""How long to wait before what failed is tried again: the database cannot be written, or Telegram not be reached."""

import random

LONGEST_WAIT = 30.0  # seconds


def backoff(attempt: int) -> float:
    """Seconds until the next attempt, the later the longer; spread, for what failed together."""
    return min(2.0**attempt, LONGEST_WAIT) * random.uniform(0.5, 1)  # noqa: S311 — spreads retries
