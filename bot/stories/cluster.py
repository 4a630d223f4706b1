"""Which story an article belongs to, and how much a story weighs."""

import math
from collections.abc import Sequence
from datetime import timedelta

from storage.records import NewArticle, Story

HALF_LIFE = timedelta(hours=8)  # after which a story weighs half


def place(article: NewArticle, copies: Sequence[Story]) -> int | None:
    """The id of the story an article joins; None: it opens a new one.

    `copies` are the open stories that hold an article with the same fingerprint or of the same page; of several the
    oldest counts. An article without any words is nobody's copy.
    """
    if not article.fingerprint or not copies:
        return None
    return min(story.id for story in copies)


def weight(articles: int, age: timedelta) -> float:
    """How important a story is now, for putting the best first: 1 for a single page just out.

    It grows with the number of pages, each further one counting less, and halves with each HALF_LIFE of its age.
    """
    return math.log2(1 + max(articles, 0)) * math.exp2(-max(age, timedelta()) / HALF_LIFE)
