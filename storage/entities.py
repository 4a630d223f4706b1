"""People, organisations and places: known once, counted by the articles that speak of them."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.dialect import insert
from storage.errors import NotFound
from storage.naming import Entity, EntityKind, Mention, NewEntity
from storage.tables import article, entity, entity_day


class EntityStore:
    """Whom and what the archive's articles speak of. Counting is done with the articles: `count_entities`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def keep(self, entities: Sequence[NewEntity], day: date) -> list[Entity]:
        """One more article of this day speaks of these; their ids, in the order given, each once."""
        return await count_entities(self._connection, entities, day)

    async def get(self, entity_id: int) -> Entity:
        """Raises `NotFound`."""
        found = await self.get_many([entity_id])
        if not found:
            raise NotFound("entity", entity_id)
        return found[0].entity

    async def get_many(self, ids: Sequence[int]) -> list[Mention]:
        """Those of them that exist, in the order asked, with the number of all their articles."""
        rows = await self._connection.execute(sa.select(entity).where(entity.c.id.in_(ids)))
        found = {row.id: Mention(_record(row), row.articles) for row in rows}
        return [found[one] for one in ids if one in found]

    async def get_by_key(self, key: str) -> Entity | None:
        """The entity whose name is this question."""
        row = (await self._connection.execute(sa.select(entity).where(entity.c.key == key))).first()
        return None if row is None else _record(row)

    async def find_near(self, article_ids: Sequence[int], *, limit: int) -> list[Mention]:
        """Whom and what most of these articles speak of, with how many of them; of equals the one met first."""
        query = sa.select(article.c.id, article.c.entities).where(article.c.id.in_(article_ids))
        by_article = {row.id: row.entities for row in await self._connection.execute(query)}
        counts: dict[Entity, int] = {}
        for one in article_ids:
            for number, kind, name in by_article.get(one, ()):
                met = Entity(number, EntityKind(kind), name)
                counts[met] = counts.get(met, 0) + 1
        most = sorted(counts.items(), key=lambda pair: -pair[1])
        return [Mention(met, articles) for met, articles in most[:limit]]


async def count_entities(connection: AsyncConnection, entities: Sequence[NewEntity], day: date) -> list[Entity]:
    """One more article of this day speaks of these; their ids, in the order given, each once."""
    by_key = {one.key: one for one in entities}
    if not by_key:
        return []
    rows = [{"kind": one.kind, "name": one.name, "key": key, "articles": 1} for key, one in by_key.items()]
    statement = insert(connection, entity).values(rows)
    statement = statement.on_conflict_do_update(
        index_elements=["key"], set_={"articles": entity.c.articles + statement.excluded.articles}
    )
    kept = {row.key: _record(row) for row in await connection.execute(statement.returning(entity))}
    days = [{"day": day, "entity_id": one.id, "articles": 1} for one in kept.values()]
    counted = insert(connection, entity_day).values(days)
    counted = counted.on_conflict_do_update(
        index_elements=["day", "entity_id"], set_={"articles": entity_day.c.articles + counted.excluded.articles}
    )
    await connection.execute(counted)
    return [kept[key] for key in by_key]


async def discount_entities(connection: AsyncConnection, entity_ids: Sequence[int], day: date) -> None:
    """One article of this day less speaks of these."""
    if not entity_ids:
        return
    less = sa.update(entity).where(entity.c.id.in_(entity_ids)).values(articles=entity.c.articles - 1)
    await connection.execute(less)
    of_day = (entity_day.c.day == day, entity_day.c.entity_id.in_(entity_ids))
    await connection.execute(sa.update(entity_day).where(*of_day).values(articles=entity_day.c.articles - 1))
    await connection.execute(sa.delete(entity_day).where(*of_day, entity_day.c.articles <= 0))


def _record(row: sa.Row[Any]) -> Entity:
    return Entity(row.id, EntityKind(row.kind), row.name)
