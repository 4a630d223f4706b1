"""Ids for articles of the past: by their dates, below those of everything that arrived by itself.

They count back from a day that no article has, so that they are below zero, with room in each second.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import article

NEWEST = 2**62  # above every id
OLDEST = -NEWEST  # below every one
FAR_FUTURE = datetime(2200, 1, 1, tzinfo=UTC)
PAST_IDS = 4096  # a second; dates without a time put a whole day into one


def first_past_id(published_at: datetime) -> int:
    """The first id of a second of the past: what was published later has a higher one."""
    return int((published_at - FAR_FUTURE).total_seconds()) * PAST_IDS


async def free_past_id(connection: AsyncConnection, published_at: datetime) -> int:
    """The next free id of a second of the past, or of the seconds after it."""
    first = first_past_id(published_at)
    while True:
        here = article.c.id.between(first, first + PAST_IDS - 1)
        taken: int | None = (await connection.execute(sa.select(sa.func.max(article.c.id)).where(here))).scalar()
        if taken is None:
            return first
        if taken < first + PAST_IDS - 1:
            return taken + 1
        first += PAST_IDS
