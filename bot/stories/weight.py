"""How important a story is now, to put the best first."""

import math
from datetime import timedelta

HALF_LIFE = timedelta(hours=8)  # after which a story weighs half
BURST = timedelta(hours=2)  # sources that come within so little of one another tell of something urgent
FOLLOWED = 1.5  # a story of what the reader follows weighs so many times more, a further follow less
MARKED = 4.0  # one that an admin marked


def weight(*, sources: int, span: timedelta, age: timedelta, follows: int = 0, is_marked: bool = False) -> float:
    """1 for a single page just out.

    It grows with the number of `sources` that tell it independently, each further one counting less, and up to twice
    as much when they came at once: `span` is the time from its first page to its last. It halves with each HALF_LIFE
    of its `age`, counted from its first page. `follows` are the reader's that it answers.
    """
    told = math.log2(1 + max(sources, 0))
    at_once = 1 + (1 - 1 / max(sources, 1)) * math.exp2(-max(span, timedelta()) / BURST)
    wanted = 1 + (FOLLOWED - 1) * math.log2(1 + max(follows, 0))
    freshness = math.exp2(-max(age, timedelta()) / HALF_LIFE)
    return told * at_once * wanted * freshness * (MARKED if is_marked else 1.0)
