"""Which articles are known already: by identity, by page, by words, by the moment they were published."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.records import Asked, KnownArticle
from storage.tables import article

# SQLite takes 32,766 parameters a statement; PostgreSQL more.
PARAMETERS = 10_000
KNOWN = (
    article.c.id,
    article.c.identity,
    article.c.url,
    article.c.feed_hash,
    article.c.published_at,
    article.c.title,
    article.c.page_key,
    article.c.modified_at,
    article.c.arrived_at,
)
LATEST = 300  # of a source's articles that are looked through for one of a given moment


# Statements that each visit needs are made once: to make one takes longer than to execute it.
@cache
def _known_by(column: sa.Column[Any]) -> sa.Select[Any]:
    """What deciding needs of the articles of one source whose column has one of the values."""
    which = (article.c.source_id == sa.bindparam("source_id"), column.in_(sa.bindparam("values", expanding=True)))
    return sa.select(*KNOWN).where(*which).order_by(article.c.id)


_LATEST = (
    sa.select(*KNOWN)
    .where(article.c.source_id == sa.bindparam("source_id"))
    .order_by(article.c.id.desc())
    .limit(LATEST)
)


@cache
def _present_in(column: sa.Column[Any]) -> sa.Select[Any]:
    """Those of the values that the column has."""
    return sa.select(column).distinct().where(column.in_(sa.bindparam("values", expanding=True)))


class ArticleLookups:
    """What is asked of the archive before anything is stored."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get_known(self, source_id: int, asked: Sequence[Asked]) -> dict[str, KnownArticle]:
        """What is stored of one source, by the identity asked for.

        What stands under another identity at the same page, or else with the same words, is told as well: the caller
        decides whether it is the same article. Where nothing is, and a moment is asked for, the latest articles of
        that moment are told, by their own identities.
        """
        known = await self._known(source_id, article.c.feed_hash, {one.feed_hash: one.identity for one in asked})
        known |= await self._known(source_id, article.c.page_key, {one.page_key: one.identity for one in asked})
        known |= await self._known(source_id, article.c.identity, {one.identity: one.identity for one in asked})
        moments = {one.published_at for one in asked if one.published_at is not None and one.identity not in known}
        return (await self._of_moments(source_id, moments) if moments else {}) | known

    async def _of_moments(self, source_id: int, moments: Collection[datetime]) -> dict[str, KnownArticle]:
        """Those of a source's latest articles that were published at these moments, by identity."""
        rows = await self._connection.execute(_LATEST, {"source_id": source_id})
        return {row.identity: KnownArticle(*row) for row in rows if row.published_at in moments}

    async def find_known(self, source_id: int | None, asked: Mapping[str, str]) -> set[str]:
        """Those of the identities that are stored of a source, or whose canonical URL is that of any article.

        `asked` gives each identity's URL; for a source that is not stored itself the URLs alone tell.
        """
        urls = await self.find_urls(set(asked.values()))
        known = {identity for identity, url in asked.items() if url in urls}
        if source_id is not None:
            known |= await self._present(article.c.identity, asked, article.c.source_id == source_id)
        return known

    async def find_urls(self, urls: Collection[str]) -> set[str]:
        """Those that are the canonical URL of an article."""
        return await self._present(article.c.url, urls)

    async def find_fingerprints(self, fingerprints: Collection[str]) -> set[str]:
        """Those that an article has."""
        return await self._present(article.c.fingerprint, fingerprints)

    async def find_pages(self, keys: Collection[str]) -> set[str]:
        """Those that are the page of an article."""
        return await self._present(article.c.page_key, [key for key in keys if key])

    async def get_story_at(self, article_id: int, revision: int) -> int | None:
        """The story of the article as it stands in this revision; None where it has another one, or was withdrawn."""
        which = (article.c.id == article_id, article.c.revision == revision, article.c.withdrawn_at.is_(None))
        found: int | None = (await self._connection.execute(sa.select(article.c.story_id).where(*which))).scalar()
        return found

    async def find_copies(self, article_id: int) -> list[int]:
        """This article and those of its story that have its very text, as they came."""
        of = sa.select(article.c.story_id, article.c.fingerprint).where(article.c.id == article_id).subquery()
        is_copy = sa.and_(article.c.fingerprint == of.c.fingerprint, article.c.fingerprint != "")
        query = sa.select(article.c.id).join(of, of.c.story_id == article.c.story_id)
        rows = await self._connection.execute(
            query.where(sa.or_(article.c.id == article_id, is_copy)).order_by(article.c.id)
        )
        return list(rows.scalars())

    async def _present(self, column: sa.Column[Any], values: Iterable[str], *which: sa.ColumnElement[bool]) -> set[str]:
        """Those of the values that the column has."""
        wanted = list(values)
        found: set[str] = set()
        for start in range(0, len(wanted), PARAMETERS):
            query = _present_in(column).where(*which) if which else _present_in(column)
            rows = await self._connection.execute(query, {"values": wanted[start : start + PARAMETERS]})
            found.update(rows.scalars())
        return found

    async def _known(self, source_id: int, column: sa.Column[Any], asked: Mapping[str, str]) -> dict[str, KnownArticle]:
        """Articles of one source whose column has one of these values, by what the value stands for."""
        values = [value for value in asked if value]
        found: dict[str, KnownArticle] = {}
        for start in range(0, len(values), PARAMETERS):
            given = {"source_id": source_id, "values": values[start : start + PARAMETERS]}
            for row in await self._connection.execute(_known_by(column), given):
                one = KnownArticle(*row)
                found[asked[getattr(row, column.key)]] = one
        return found
