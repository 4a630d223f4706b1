"""Counts by day: how often entities and topics are spoken of."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.naming import Entity, EntityKind
from storage.tables import article, article_topic, entity, entity_day

MOST = 120  # entities of a day that are looked at: the most spoken of


class TrendStore:
    """Days are UTC's. Nothing is written here."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def count_top(self, today: date, days: int) -> list[tuple[Entity, tuple[int, ...]]]:
        """What today's articles speak of most, each with its counts of the `days` before and of today."""
        top = (
            sa.select(entity)
            .join(entity_day, entity_day.c.entity_id == entity.c.id)
            .where(entity_day.c.day == today)
            .order_by(entity_day.c.articles.desc(), entity.c.id)
            .limit(MOST)
        )
        found = [Entity(row.id, EntityKind(row.kind), row.name) for row in await self._connection.execute(top)]
        counts = await self.count_entities([one.id for one in found], today, days)
        return [(one, counts[one.id]) for one in found]

    async def count_entities(self, ids: Sequence[int], today: date, days: int) -> dict[int, tuple[int, ...]]:
        """Articles by day for each of these, the oldest day first, today last."""
        first = today - timedelta(days=days)
        which = (entity_day.c.entity_id.in_(ids), entity_day.c.day.between(first, today))
        counts = {one: [0] * (days + 1) for one in ids}
        for row in await self._connection.execute(sa.select(entity_day).where(*which)):
            counts[row.entity_id][(row.day - first).days] = row.articles
        return {one: tuple(of_days) for one, of_days in counts.items()}

    async def count_topic(self, topic_id: int, today: date, days: int) -> tuple[int, ...]:
        """A topic's articles by the day on which they were published, as `count_entities`."""
        first = today - timedelta(days=days)
        since = datetime.combine(first, time.min, UTC)
        of_topic = article_topic.join(article, article.c.id == article_topic.c.article_id)
        which = (article_topic.c.topic_id == topic_id, article.c.published_at >= since)
        counts = [0] * (days + 1)
        for at in (
            await self._connection.execute(sa.select(article.c.published_at).select_from(of_topic).where(*which))
        ).scalars():
            counts[min((at.date() - first).days, days)] += 1
        return tuple(counts)

    async def forget(self, before: date) -> None:
        """Drop the counts of days before this one."""
        await self._connection.execute(sa.delete(entity_day).where(entity_day.c.day < before))
