"""Finds stories by their words: the newest first, page by page in both directions, or the best of the newest."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.asking import Candidates, Cursor, Found, Order
from storage.matching import title_expression
from storage.pastids import NEWEST, OLDEST
from storage.ranking import weigh
from storage.reading import Accepts, Reader
from storage.rows import select_articles, story_views
from storage.tables import article
from storage.terms import unpack_terms

SECONDS = 0.25  # that a question may take
PAST_SECONDS = 1.0  # that finding the past of a new topic may take
LOOK = 6  # candidates for each article wanted that the index is asked for first; each further look is twice as large
SPARE = 3  # articles read first beyond what is wanted; each further reading is twice as large
BATCH = 64  # articles read at once at most
MERGED = 500  # pages of the index that one step of merging writes, some tens of milliseconds
RANKED = 100  # of the newest articles, and of those with the words in their headlines: the best are among these


class SearchStore:
    """Finds articles by their words."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def find(
        self,
        candidates: Candidates,
        accepts: Accepts | None = None,
        *,
        order: Order = Order.NEWEST,
        cursor: Cursor | None = None,
        limit: int = 5,
        seconds: float = SECONDS,
    ) -> Found:
        """A page of the stories that the question accepts, each once, by the newest of its articles that does.

        `accepts` of None takes every candidate. The newest come first, `limit` of them below the cursor or above it;
        where fewer are left above, the page is the first. Order.BEST weighs the newest RANKED articles and as many
        with the words in their headlines by `storage.ranking`, shows each story by its best article, and its cursor
        counts the stories that went before. What takes longer than `seconds` is cut, and what was found so far is all.
        """
        reader = Reader(self._connection, candidates, accepts, seconds)
        if order is Order.BEST:
            return await _best(reader, cursor.article_id if cursor else 0, limit)
        if cursor is not None and cursor.is_back:
            found = await _page_above(reader, cursor.article_id, limit)
            if found.newer or len(found.stories) == limit:
                return found
            cursor = None
        return await _page_below(reader, cursor.article_id if cursor else NEWEST, limit)

    async def find_ids(
        self, candidates: Candidates, accepts: Accepts | None, *, limit: int, seconds: float = PAST_SECONDS
    ) -> list[int]:
        """Ids of the newest articles that the question accepts, looking at `limit` candidates at most."""
        reader = Reader(self._connection, candidates, accepts, seconds)
        ids = await _newest(reader, limit)
        found: list[int] = []
        for start in range(0, len(ids), BATCH):
            rows = await reader.rows(ids[start : start + BATCH])
            found += [one for one in ids[start : start + BATCH] if one in rows and reader.answers(rows[one])]
        return found

    async def newest(self, candidates: Candidates, *, limit: int, seconds: float = SECONDS) -> list[int]:
        """Ids of the newest candidates, which nobody has looked at: nearly all of them are answers."""
        return await _newest(Reader(self._connection, candidates, None, seconds), limit)

    async def merge(self, *, is_first: bool) -> bool:
        """One step towards an index in one piece, MERGED pages written; whether there is more to do.

        FTS5's own optimize does it all at once, and holds the writer for half a minute at a million articles. Of its
        merge command a negative number begins anew and positive ones go on (sqlite.org/fts5.html).
        """
        merge = sa.text("INSERT INTO article_terms(article_terms, rank) VALUES ('merge', :pages)")
        before = await self._changes()
        await self._connection.execute(merge, {"pages": -MERGED if is_first else MERGED})
        return await self._changes() - before > 1

    async def _changes(self) -> int:
        return int((await self._connection.exec_driver_sql("SELECT total_changes()")).scalar_one())


async def _page_below(reader: Reader, before: int, limit: int) -> Found:
    """The newest stories below an id."""
    rows = await Walk(reader, OLDEST, before - 1).go(limit + 1)
    newer = before != NEWEST and bool(await Walk(reader, before, NEWEST, is_back=True).go(1))
    return await _found(reader, rows[:limit], older=len(rows) > limit, newer=newer)


async def _page_above(reader: Reader, after: int, limit: int) -> Found:
    """The oldest stories above an id, the newest of them first."""
    rows = await Walk(reader, after + 1, NEWEST, is_back=True).go(limit + 1)
    older = bool(await Walk(reader, OLDEST, after).go(1))
    return await _found(reader, rows[:limit][::-1], older=older, newer=len(rows) > limit)


async def _best(reader: Reader, offset: int, limit: int) -> Found:
    """The best stories after the first `offset` of them."""
    ranked = await _rank(reader)
    wanted = offset + limit + 1
    best: dict[int, sa.Row[Any]] = {}
    while ranked and len(best) < wanted:
        part, ranked = ranked[: limit + SPARE], ranked[limit + SPARE :]
        rows = await reader.rows(part)
        for row in (rows[one] for one in part if one in rows):
            if len(best) < wanted and row.story_id not in best and reader.answers(row):
                best[row.story_id] = row
    shown = list(best.values())[offset : offset + limit]
    return await _found(reader, shown, older=len(best) == wanted, newer=offset > 0)


async def _rank(reader: Reader) -> list[int]:
    """Ids of the candidates to choose the best from, the weightiest first."""
    ids = set(await _newest(reader, RANKED))
    titled = set(await _newest(reader, RANKED, title_expression(reader.candidates)))
    query = sa.select(article.c.id, article.c.published_at, article.c.terms)
    standing = (article.c.withdrawn_at.is_(None), article.c.terms.is_not(None))
    rows = list(await reader.connection.execute(query.where(article.c.id.in_(ids | titled), *standing)))
    newest = max((row.published_at for row in rows), default=None)
    weights: dict[int, float] = {}
    for row in rows:
        terms, age = unpack_terms(row.terms), newest - row.published_at
        weights[row.id] = weigh(reader.candidates, terms, is_titled=row.id in titled, age=age)
    return sorted(weights, key=lambda one: (-weights[one], -one))


async def _newest(reader: Reader, count: int, expression: str | None = None) -> list[int]:
    """The newest candidates of the question's time."""
    ids: list[int] = []
    for low, high in reversed(await reader.spans()):
        ids += await reader.ids(low, high, count - len(ids), expression=expression)
    return ids


async def _found(reader: Reader, rows: Sequence[sa.Row[Any]], *, older: bool, newer: bool) -> Found:
    """A page of these articles, in this order."""
    query = select_articles().where(article.c.id.in_([row.id for row in rows]))
    shown = {row.id: row for row in await reader.connection.execute(query)} if rows else {}
    stories = await story_views(reader.connection, [shown[row.id] for row in rows])
    return Found(tuple(stories), older=older, newer=newer, is_cut=reader.is_cut)


class Walk:
    """Goes through the candidates between two ids from one end on, for articles that stand for their stories.

    Each story is told by the newest article that answers, wherever that stands: one that has a newer such article is
    passed over. Only stories of several articles are looked at for that.
    """

    def __init__(self, reader: Reader, low: int, high: int, *, is_back: bool = False) -> None:
        self._reader = reader
        self._low, self._high = low, high
        self._is_back = is_back
        self._found: list[sa.Row[Any]] = []
        self._leads: dict[int, int] = {}  # the newest article that answers, by story
        self._read = 0  # articles read at once

    async def go(self, wanted: int) -> list[sa.Row[Any]]:
        """So many of them, in the order of the walk; fewer when there are no more, or no time."""
        self._read = wanted + SPARE
        spans = await self._reader.spans()
        for span_low, span_high in spans if self._is_back else reversed(spans):
            low, high = max(self._low, span_low), min(self._high, span_high)
            look = wanted * LOOK
            while low <= high and len(self._found) < wanted:
                ids = await self._reader.ids(low, high, look, is_back=self._is_back)
                await self._take(ids, wanted)
                if len(ids) < look:
                    break
                low, high = (ids[-1] + 1, high) if self._is_back else (low, ids[-1] - 1)
                look *= 2
        return self._found

    async def _take(self, ids: Sequence[int], wanted: int) -> None:
        """Look at candidates in their order until enough are found."""
        start = 0
        while start < len(ids) and len(self._found) < wanted:
            part = ids[start : start + self._read]
            start += self._read
            self._read = min(self._read * 2, BATCH)
            rows = await self._reader.rows(part)
            for row in (rows[one] for one in part if one in rows):
                if len(self._found) < wanted and await self._leads_its_story(row):
                    self._found.append(row)

    async def _leads_its_story(self, row: sa.Row[Any]) -> bool:
        """Whether an article answers, and no newer one of its story does."""
        lead = self._leads.get(row.story_id)
        if lead not in {None, row.id} or not self._reader.answers(row):
            return False
        if lead is None:
            newer = await self._newer_answer(row) if row.articles > 1 else None
            lead = self._leads[row.story_id] = newer or row.id
        return bool(lead == row.id)

    async def _newer_answer(self, row: sa.Row[Any]) -> int | None:
        """The newest article of the same story that answers too, where this walk has not seen that there is none."""
        above = row.id if self._is_back else self._high
        if above == NEWEST - 1:
            return None
        query = sa.select(article.c.id).where(article.c.story_id == row.story_id, article.c.id > above)
        siblings = set((await self._reader.connection.execute(query)).scalars())
        # Ids of the past are far from those of what came: in between may stand a whole archive.
        for part in ([one for one in siblings if one > 0], [one for one in siblings if one < 0]):
            if part and (found := await self._newest_of(part)) is not None:
                return found
        return None

    async def _newest_of(self, siblings: Sequence[int]) -> int | None:
        """The newest of these articles that answers."""
        low, high = min(siblings), max(siblings)
        while low <= high:
            ids = await self._reader.ids(low, high, BATCH)
            rows = await self._reader.rows([one for one in ids if one in siblings])
            for one in sorted(rows, reverse=True):
                if self._reader.answers(rows[one]):
                    return one
            if len(ids) < BATCH:
                break
            high = ids[-1] - 1
        return None
