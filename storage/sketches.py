"""What articles are compared by, kept beside them, so that a process finds again what it knew; and by what it hears of
articles that are in another story since, or went.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.dialect import insert
from storage.lookups import PARAMETERS
from storage.pastids import NEWEST
from storage.records import SketchRow
from storage.tables import article, regrouped, sketch

SECONDS_A_DAY = 86_400
# Made once: each new article is followed by a look.
_SKETCHES: sa.Select[Any] = (
    sa.select(sketch.c.article_id, article.c.story_id, article.c.source_id, article.c.published_at, sketch.c.data)
    .join(article, article.c.id == sketch.c.article_id)
    .where(article.c.withdrawn_at.is_(None))
)
_LIMIT = sa.bindparam("limit", type_=sa.Integer)
_NEWEST = (
    _SKETCHES.where(sketch.c.article_id < sa.bindparam("before")).order_by(sketch.c.article_id.desc()).limit(_LIMIT)
)
_ABOVE = _SKETCHES.where(sketch.c.article_id > sa.bindparam("after")).order_by(sketch.c.article_id).limit(_LIMIT)
_OF_DAYS = _SKETCHES.where(sketch.c.day.between(sa.bindparam("first"), sa.bindparam("last"))).order_by(
    sketch.c.article_id
)
_OF_IDS = _SKETCHES.where(sketch.c.article_id.in_(sa.bindparam("ids", expanding=True))).order_by(sketch.c.article_id)
_REGROUPED = (
    sa.select(regrouped.c.id, regrouped.c.article_id)
    .where(regrouped.c.id > sa.bindparam("after"))
    .order_by(regrouped.c.id)
)
_LAST = sa.select(sa.func.max(regrouped.c.id))


class SketchStore:
    """Sketches of articles, packed: what is in them is not this store's business."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def keep(self, article_id: int, published_at: datetime, data: bytes) -> None:
        """The sketch of an article, in place of one that it had."""
        values = {"article_id": article_id, "day": self.day_of(published_at), "data": data}
        statement = insert(self._connection, sketch).values(values)
        anew = {"day": statement.excluded.day, "data": statement.excluded.data}
        await self._connection.execute(statement.on_conflict_do_update(index_elements=["article_id"], set_=anew))

    async def get_newest(self, limit: int, before: int | None = None) -> list[SketchRow]:
        """Those of the articles that came last, or last before this one, the newest first."""
        return await self._read(_NEWEST, before=NEWEST if before is None else before, limit=limit)

    async def get_above(self, article_id: int, limit: int) -> list[SketchRow]:
        """Those of the articles that came after this one, the oldest first."""
        return await self._read(_ABOVE, after=article_id, limit=limit)

    async def get_of_days(self, first: int, last: int) -> list[SketchRow]:
        """Those of the articles published on these days and between them, as they came; see `day_of`."""
        return await self._read(_OF_DAYS, first=first, last=last)

    @staticmethod
    def day_of(moment: datetime) -> int:
        """Whole days since 1970 in UTC."""
        return int(moment.timestamp() // SECONDS_A_DAY)

    async def get_of(self, article_ids: Sequence[int]) -> list[SketchRow]:
        """Those of these articles, in the order of their ids."""
        found = []
        ids = sorted(set(article_ids))
        for start in range(0, len(ids), PARAMETERS):
            found += await self._read(_OF_IDS, ids=ids[start : start + PARAMETERS])
        return found

    async def note_regrouped(self, article_ids: Sequence[int], now: datetime) -> None:
        """Let everybody hear that what they know of these articles is out of date."""
        if article_ids:
            rows = [{"article_id": one, "at": now} for one in article_ids]
            await self._connection.execute(sa.insert(regrouped), rows)

    async def get_regrouped(self, after: int) -> list[tuple[int, int]]:
        """What was noted after this entry, each an entry and its article, the oldest first."""
        rows = await self._connection.execute(_REGROUPED, {"after": after})
        return [(row.id, row.article_id) for row in rows]

    async def get_last_regrouped(self) -> int:
        """The newest entry; 0 where there is none."""
        return (await self._connection.execute(_LAST)).scalar() or 0

    async def forget_regrouped(self, before: datetime) -> None:
        """Drop what was noted before then: whoever was there has heard of it."""
        await self._connection.execute(sa.delete(regrouped).where(regrouped.c.at < before))

    async def _read(self, query: sa.Select[Any], **given: int | Sequence[int]) -> list[SketchRow]:
        return [
            SketchRow(row.article_id, row.story_id, row.source_id, row.published_at, row.data)
            for row in await self._connection.execute(query, given)
        ]


async def note_regrouped(connection: AsyncConnection, now: datetime, which: sa.ColumnElement[bool]) -> None:
    """Let everybody hear that these articles are in another story than they were, or went."""
    of = sa.select(article.c.id, sa.literal(now, regrouped.c.at.type)).where(which).order_by(article.c.id)
    await connection.execute(sa.insert(regrouped).from_select(["article_id", "at"], of))
