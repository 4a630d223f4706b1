"""Names of one thing as articles told them: an abbreviation and what it stands for, a person and the last name."""

import json
from collections.abc import Collection
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.dialect import insert
from storage.naming import NamePair
from storage.tables import name_pair

# МИД may stand for several ministries: one told less than a third as often as the most told is left out.
TELLING_SHARE = 3
# A last name alone means somebody when this share of all people with that word in their names is this one person.
PERSON_SHARE = 0.8
MOST_NAMES = 8  # that one name is given
MOST_COUNTED = 200  # articles; which of two words is the commoner need not be known more exactly
MOST_PAIRS = 200  # that are looked at for one question


class NameStore:
    """Pairs of names, each with the number of articles that told it.

    Of an abbreviation the short name is no word of the long one; of a person it is, the first or the last.
    """

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def learn(self, pairs: Collection[NamePair]) -> frozenset[str]:
        """Count one article that tells these pairs; the keys of the abbreviations that nobody has told before."""
        told = {(pair.short_key, pair.long_key): pair for pair in pairs if pair.short_key != pair.long_key}
        if not told:
            return frozenset()
        statement = insert(self._connection, name_pair).values(
            [{**asdict(pair), "articles": 1} for pair in told.values()]
        )
        statement = statement.on_conflict_do_update(
            index_elements=["short_key", "long_key"], set_={"articles": name_pair.c.articles + 1}
        )
        returned = statement.returning(name_pair)
        rows = await self._connection.execute(returned)
        new = [row for row in rows if row.articles == 1 and not _is_part(row)]
        return frozenset(key for row in new for key in (row.short_key, row.long_key))

    async def get(self, keys: Collection[str]) -> dict[str, tuple[str, ...]]:
        """For each of these keys that has any, the other names of the same thing, the most told first.

        An abbreviation has what it stands for, where that is told at least a third as often as anything else; what is
        spelled out has the abbreviations for which that holds. A person's whole name has the last name alone where
        hardly anybody else has that word in theirs.
        """
        if not keys:
            return {}
        of_short = sa.and_(name_pair.c.short_key.in_(keys), ~_IS_PART)
        query = sa.select(name_pair).where(sa.or_(of_short, name_pair.c.long_key.in_(keys)))
        order = (name_pair.c.articles.desc(), name_pair.c.short_key, name_pair.c.long_key)
        rows = list(await self._connection.execute(query.order_by(*order).limit(MOST_PAIRS)))
        told = await self._count({row.short_key for row in rows})
        names: dict[str, dict[str, None]] = {}
        for row in rows:
            if not _is_meant(row, told):
                continue
            if row.short_key in keys and not _is_part(row):
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

    async def _count(self, shorts: Collection[str]) -> dict[tuple[str, bool], tuple[int, int]]:
        """How often the most told meaning of each short name was told, and all of them; apart for parts of names."""
        if not shorts:
            return {}
        of_whom = sa.case((_IS_PART, 1), else_=0)
        articles = name_pair.c.articles
        query = sa.select(name_pair.c.short_key, of_whom, sa.func.max(articles), sa.func.sum(articles))
        query = query.where(name_pair.c.short_key.in_(shorts)).group_by(name_pair.c.short_key, of_whom)
        rows = await self._connection.execute(query)
        return {(short, bool(is_part)): (most, whole) for short, is_part, most, whole in rows}


_IS_PART: sa.ColumnElement[bool] = sa.or_(
    name_pair.c.long.endswith(" " + name_pair.c.short), name_pair.c.long.startswith(name_pair.c.short + " ")
)


def _is_part(row: sa.Row[Any]) -> bool:
    return bool(row.long.endswith(f" {row.short}") or row.long.startswith(f"{row.short} "))


def _is_meant(row: sa.Row[Any], told: dict[tuple[str, bool], tuple[int, int]]) -> bool:
    """Whether the short name alone means this one."""
    most, whole = told[row.short_key, _is_part(row)]
    if _is_part(row):
        return bool(row.long.endswith(f" {row.short}") and row.articles >= whole * PERSON_SHARE)
    return bool(row.articles * TELLING_SHARE >= most)
