"""Names of one thing as articles told them: an abbreviation and what it stands for."""

import json
from collections import Counter
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.dialect import insert
from storage.naming import NamePair
from storage.tables import name_pair

# МИД may stand for several ministries: one told less than a third as often as the most told is left out.
TELLING_SHARE = 3
MOST_NAMES = 8  # that one name is given
MOST_COUNTED = 200  # articles; which of two words is the commoner need not be known more exactly


class NameStore:
    """Pairs of names, each with the number of articles that told it."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def learn(self, pairs: Collection[NamePair]) -> frozenset[str]:
        """Count one article that tells these pairs; the keys of those that nobody has told before."""
        told = {(pair.short_key, pair.long_key): pair for pair in pairs if pair.short_key != pair.long_key}
        new: set[str] = set()
        for (short_key, long_key), pair in told.items():
            statement = insert(self._connection, name_pair).values(
                short_key=short_key, long_key=long_key, short=pair.short, long=pair.long, articles=1
            )
            statement = statement.on_conflict_do_update(
                index_elements=["short_key", "long_key"], set_={"articles": name_pair.c.articles + 1}
            )
            articles = (await self._connection.execute(statement.returning(name_pair.c.articles))).scalar_one()
            if articles == 1:
                new |= {short_key, long_key}
        return frozenset(new)

    async def get(self, keys: Collection[str]) -> dict[str, tuple[str, ...]]:
        """For each of these keys that has any, the other names of the same thing, the most told first.

        An abbreviation has what it stands for, at least a third as often as for anything else; what is spelled out
        has the abbreviations for which that holds, and what else these stand for under the same rule is not its name.
        """
        if not keys:
            return {}
        pairs = await self._pairs(name_pair.c.short_key.in_(keys))
        by_long = await self._pairs(name_pair.c.long_key.in_(keys))
        shorts = {row.short_key for row in by_long} - {row.short_key for row in pairs}
        rivals = [*pairs, *(await self._pairs(name_pair.c.short_key.in_(shorts)) if shorts else ())]
        most: Counter[str] = Counter()
        for row in rivals:
            most[row.short_key] = max(most[row.short_key], row.articles)
        names: dict[str, dict[str, None]] = {}
        for row in sorted({*pairs, *by_long}, key=lambda row: (-row.articles, row.short_key, row.long_key)):
            if row.articles * TELLING_SHARE < most[row.short_key]:
                continue
            if row.short_key in keys:
                names.setdefault(row.short_key, {})[row.long] = None
            if row.long_key in keys:
                names.setdefault(row.long_key, {})[row.short] = None
        return {key: tuple(found)[:MOST_NAMES] for key, found in names.items()}

    async def count_words(self, words: Collection[str]) -> dict[str, int]:
        """How many articles have each of these keys of words, at most MOST_COUNTED; those that none has are left out.

        PostgreSQL has no such index: there every word counts as one that nobody writes.
        """
        asked = json.dumps([word for word in words if word.isalnum()], ensure_ascii=False)
        if self._connection.dialect.name != "sqlite" or asked == "[]":
            return {}
        statement = sa.text(
            "SELECT word.value, (SELECT count(*) FROM (SELECT 1 FROM article_terms"
            " WHERE article_terms MATCH '{body} : \"' || word.value || '\"' LIMIT :most)) AS articles"
            " FROM json_each(:words) AS word"
        )
        rows = await self._connection.execute(statement, {"words": asked, "most": MOST_COUNTED})
        return {word: articles for word, articles in rows if articles}

    async def _pairs(self, condition: sa.ColumnElement[bool]) -> list[sa.Row[Any]]:
        query = sa.select(
            name_pair.c.short_key, name_pair.c.long_key, name_pair.c.short, name_pair.c.long, name_pair.c.articles
        )
        # One abbreviation in a million articles stands for a handful of things, and a bound for a flood of others.
        query = query.where(condition).order_by(name_pair.c.articles.desc()).limit(200)
        return list(await self._connection.execute(query))
