"""The past of topics: articles that came before a topic was made, or was named as it is now.

Finding them takes up to seconds, so it reads a snapshot; what was found is written down in a short transaction.
"""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.asking import Candidates
from storage.pastids import NEWEST
from storage.reading import Accepts, Reader
from storage.records import MOST_COUNTED
from storage.tables import article, article_topic, topic

SECONDS = 3.0  # that finding a topic's past may take
LOOK = 64  # candidates looked at before the next are asked for; each further look is twice as large
MOST_AT_ONCE = 1_024  # of them
GONE_AT_ONCE = 1_000  # articles named in one statement


@dataclass(frozen=True, slots=True)
class Past:
    """What a topic's articles are to become: `new` ones are added, those in `gone` answer no more. Article ids."""

    new: tuple[int, ...]
    gone: tuple[int, ...]


class PastStore:
    """Gives topics their past."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def next_waiting(self) -> int | None:
        """The oldest topic whose past is not known."""
        query = sa.select(topic.c.id).where(topic.c.has_past.is_(sa.false())).order_by(topic.c.id).limit(1)
        waiting: int | None = (await self._connection.execute(query)).scalar()
        return waiting

    async def find(
        self, topic_id: int, candidates: Candidates, accepts: Accepts | None, *, seconds: float = SECONDS
    ) -> Past:
        """Compare a topic's articles with the newest MOST_COUNTED that its question accepts.

        Of those that are older, or that there was no time for, nothing is known: they stay as they are.
        """
        query = sa.select(article_topic.c.article_id).where(article_topic.c.topic_id == topic_id)
        have = set((await self._connection.execute(query)).scalars())
        reader = Reader(self._connection, candidates, accepts, seconds)
        found = await _newest(reader)
        if reader.is_cut or len(found) == MOST_COUNTED:
            oldest = min(found, default=NEWEST)
            gone = {one for one in have if one >= oldest} - set(found)
        else:
            gone = have - set(found)
        return Past(tuple(one for one in found if one not in have), tuple(sorted(gone)))

    async def keep(self, topic_id: int, past: Past) -> None:
        """Write down what was found. The archive shows what is new, nobody is sent it: it came before.

        What was attached to the topic meanwhile, or withdrawn, is left alone.
        """
        of_topic = article_topic.c.topic_id == topic_id
        for start in range(0, len(past.gone), GONE_AT_ONCE):
            is_gone = article_topic.c.article_id.in_(past.gone[start : start + GONE_AT_ONCE])
            await self._connection.execute(sa.delete(article_topic).where(of_topic, is_gone))
        attached = sa.select(article_topic.c.article_id).where(of_topic, article_topic.c.article_id == article.c.id)
        stands = (article.c.id.in_(past.new), article.c.withdrawn_at.is_(None), ~attached.exists())
        new = (await self._connection.execute(sa.select(article.c.id).where(*stands))).scalars()
        rows = [{"topic_id": topic_id, "article_id": one, "is_late": True} for one in new]
        if rows:
            await self._connection.execute(sa.insert(article_topic), rows)
        await self._connection.execute(sa.update(topic).where(topic.c.id == topic_id).values(has_past=True))


async def _newest(reader: Reader) -> list[int]:
    """Ids of the newest articles that answer, the newest first."""
    found: list[int] = []
    for low, newest in reversed(await reader.spans()):
        high, look = newest, LOOK
        while len(found) < MOST_COUNTED:
            ids = await reader.ids(low, high, look)
            rows = await reader.rows(ids)
            found += [one for one in ids if one in rows and reader.answers(rows[one])]
            if len(ids) < look:
                break
            high, look = ids[-1] - 1, min(look * 2, MOST_AT_ONCE)
    return found[:MOST_COUNTED]
