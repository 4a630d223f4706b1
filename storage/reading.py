"""The search index as one question reads it: by rowid, for ids are the order of arrival, and not for long.

Ordering by anything else costs hundreds of milliseconds on a common word. What the index cannot tell, the caller's
`accepts` decides, by the terms that the index was given: reading a text anew would take ten times as long, and far more
as long as its words have not been met.
"""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.asking import Candidate, Candidates
from storage.driver import OneTripConnection
from storage.matching import match_expression
from storage.pastids import NEWEST, OLDEST, first_past_id
from storage.tables import article, source, story
from storage.tables.base import UtcDateTime
from storage.terms import unpack_terms

Accepts = Callable[[Candidate], bool]
Span = tuple[int, int]  # the lowest and the highest id

# By rowid, down or up; FTS5 goes straight to where the ids begin.
_DOWN = """
    SELECT rowid FROM article_terms WHERE article_terms MATCH ? AND rowid >= ? AND rowid <= ?
    ORDER BY rowid DESC LIMIT ?
"""
_UP = _DOWN.replace("DESC", "ASC")
# The first of the articles that came then or later: ids grow with the time of arrival, so a binary search finds it.
_ARRIVED = "(SELECT arrived_at FROM article WHERE id >= (low + high) / 2 ORDER BY id LIMIT 1) < :moment"
_FIRST_SINCE = sa.text(
    f"""
    WITH RECURSIVE narrowed(low, high) AS (
        SELECT 1, max(coalesce(max(id), 0), 0) + 1 FROM article
        UNION ALL
        SELECT iif({_ARRIVED}, (low + high) / 2 + 1, low), iif({_ARRIVED}, high, (low + high) / 2)
        FROM narrowed WHERE low < high
    )
    SELECT low FROM narrowed WHERE low = high
    """  # noqa: S608 - made of our own words alone
).bindparams(sa.bindparam("moment", type_=UtcDateTime()))

# Made once: SQLAlchemy takes longer to make such a statement than SQLite to run it.
_FACTS: sa.Select[Any] = (
    sa.select(article.c.id, article.c.story_id, story.c.articles)
    .join(story, story.c.id == article.c.story_id)
    .where(
        article.c.id.in_(sa.bindparam("ids", expanding=True)),
        article.c.withdrawn_at.is_(None),
        article.c.published_at >= sa.bindparam("after"),
    )
)
_JUDGED: sa.Select[Any] = _FACTS.join(source, source.c.id == article.c.source_id).add_columns(
    source.c.name, article.c.language, article.c.published_at, article.c.terms
)
_EVER = datetime.min.replace(tzinfo=UTC)


class Reader:
    """Reads the index and the articles for one question, which may take so many seconds of the index and of the judge.

    Waiting for others is not counted. `is_cut`: the time is over; nothing is read or judged any more.
    """

    def __init__(
        self, connection: AsyncConnection, candidates: Candidates, accepts: Accepts | None, seconds: float
    ) -> None:
        self.connection = connection
        self.candidates = candidates
        self.is_cut = False
        self._accepts = accepts
        self._left = seconds
        self._expression = match_expression(candidates)
        self._spans: list[Span] = []

    async def spans(self) -> list[Span]:
        """Where articles of the question's time stand: those imported from the past, and above them those that came."""
        after = self.candidates.after
        if after is None:
            return [(OLDEST, NEWEST)]
        if not self._spans:
            first: int = (await self.connection.execute(_FIRST_SINCE, {"moment": after})).scalar_one()
            self._spans = [(first_past_id(after), -1), (first, NEWEST)]
        return self._spans

    async def ids(
        self, low: int, high: int, count: int, *, is_back: bool = False, expression: str | None = None
    ) -> list[int]:
        """The newest candidates between two ids, or (`is_back`) the oldest first; by the question or a part of it."""
        asked = self._expression if expression is None else expression
        if not asked or self.is_cut:
            return []
        driver = cast("OneTripConnection", (await self.connection.get_raw_connection()).driver_connection)
        query, values = _UP if is_back else _DOWN, (asked, low, high, count)
        ran = await driver.query_for(self._left, query, values)
        self._left -= ran.seconds
        self.is_cut = ran.is_cut or self._left <= 0
        return [article_id for (article_id,) in ran.rows]

    async def rows(self, ids: Sequence[int]) -> dict[int, sa.Row[Any]]:
        """Those of the articles that stand and are young enough: `id`, `story_id`, the story's `articles`."""
        if not ids:
            return {}
        values = {"ids": ids, "after": self.candidates.after or _EVER}
        query = _FACTS if self._accepts is None else _JUDGED
        return {row.id: row for row in await self.connection.execute(query, values)}

    def answers(self, row: sa.Row[Any]) -> bool:
        """Whether the question accepts this article, one of `rows`."""
        if self._accepts is None:
            return True
        if self.is_cut:
            return False
        started = time.thread_time()
        terms = unpack_terms(row.terms)
        candidate = Candidate(row.id, terms.title, terms.body, row.name, row.language, row.published_at)
        is_accepted = self._accepts(candidate)
        self._left -= time.thread_time() - started
        self.is_cut = self._left <= 0
        return is_accepted
