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


_rival = name_pair.alias()


def _is_part_of(pair: sa.FromClause) -> sa.ColumnElement[bool]:
    return sa.or_(pair.c.long.endswith(" " + pair.c.short), pair.c.long.startswith(pair.c.short + " "))


def _told(articles: sa.ColumnElement[int], *conditions: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    """How often what shares the short name of a pair was told."""
    query = sa.select(articles).where(_rival.c.short_key == name_pair.c.short_key, *conditions)
    return query.correlate(name_pair).scalar_subquery()


_RIVALS = (
    _told(sa.func.max(_rival.c.articles), ~_is_part_of(_rival)).label("most"),
    _told(sa.func.sum(_rival.c.articles), _is_part_of(_rival)).label("of_people"),
)


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
        pair = name_pair.c
        # A first name alone is nobody's other name, and counting all who have it takes time.
        of_long = sa.and_(pair.long_key.in_(keys), ~pair.long.startswith(pair.short + " "))
        asked = sa.or_(sa.and_(pair.short_key.in_(keys), ~_is_part_of(name_pair)), of_long)
        order = (pair.articles.desc(), pair.short_key, pair.long_key)
        query = sa.select(name_pair, *_RIVALS).where(asked).order_by(*order).limit(MOST_PAIRS)
        names: dict[str, dict[str, None]] = {}
        for row in await self._connection.execute(query):
            if not _is_meant(row):
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


def _is_part(row: sa.Row[Any]) -> bool:
    return bool(row.long.endswith(f" {row.short}") or row.long.startswith(f"{row.short} "))


def _is_meant(row: sa.Row[Any]) -> bool:
    """Whether the short name alone means this one."""
    if _is_part(row):
        return bool(row.long.endswith(f" {row.short}") and row.articles >= row.of_people * PERSON_SHARE)
    return bool(row.articles * TELLING_SHARE >= row.most)
