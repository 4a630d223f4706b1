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
ENOUGH = 2  # the weight of what articles told, from which on a pair counts
MOST_NAMES = 8  # that one name is given
MOST_COUNTED = 200  # articles; which of two words is the commoner need not be known more exactly
MOST_PAIRS = 200  # that are looked at for one question
MOST_NAMESAKES = 200  # of somebody, the most told ones


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
    """Pairs of names, each with the weight of all articles that told it (`NamePair.weight`).

    Of an abbreviation the short name is no word of the long one; of a person it is, the first or the last.
    """

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def learn(self, pairs: Collection[NamePair]) -> frozenset[str]:
        """Count one article that tells these pairs; the keys of the abbreviations that count from now on."""
        told = {(pair.short_key, pair.long_key): pair for pair in pairs if pair.short_key != pair.long_key}
        if not told:
            return frozenset()
        statement = insert(self._connection, name_pair).values([_row(pair) for pair in told.values()])
        statement = statement.on_conflict_do_update(
            index_elements=["short_key", "long_key"],
            set_={"articles": name_pair.c.articles + statement.excluded.articles},
        )
        new: set[str] = set()
        for row in await self._connection.execute(statement.returning(name_pair)):
            before = row.articles - told[row.short_key, row.long_key].weight
            if before < ENOUGH <= row.articles and not _is_part(row):
                new |= {row.short_key, row.long_key}
        return frozenset(new)

    async def get(self, keys: Collection[str]) -> dict[str, tuple[str, ...]]:
        """For each of these keys that has any, the other names of the same thing, the most told first.

        An abbreviation has what it stands for, where that is told at least a third as often as anything else; what is
        spelled out has the abbreviations for which that holds. A person's whole name has the last name alone where
        hardly anybody else has that word in theirs. What was told once, and not beyond doubt, does not count.
        """
        if not keys:
            return {}
        pair = name_pair.c
        # A first name alone is nobody's other name, and counting all who have it takes time.
        of_long = sa.and_(pair.long_key.in_(keys), ~pair.long.startswith(pair.short + " "))
        asked = sa.or_(sa.and_(pair.short_key.in_(keys), ~_is_part_of(name_pair)), of_long)
        order = (pair.articles.desc(), pair.short_key, pair.long_key)
        query = sa.select(name_pair, *_RIVALS).where(asked).order_by(*order).limit(MOST_PAIRS)
        rows = list(await self._connection.execute(query))
        same = await self._count_same({row.short_key for row in rows if _is_part(row) and not _is_alone(row)})
        names: dict[str, dict[str, None]] = {}
        for row in rows:
            if not _is_meant(row, same):
                continue
            if row.short_key in keys and not _is_part(row):
                names.setdefault(row.short_key, {})[row.long] = None
            if row.long_key in keys:
                names.setdefault(row.long_key, {})[row.short] = None
        return {key: tuple(found)[:MOST_NAMES] for key, found in names.items()}

    async def _count_same(self, keys: Collection[str]) -> list[sa.Row[Any]]:
        """The people with these last names, to tell who of them are one."""
        if not keys:
            return []
        pair = name_pair.c
        people = sa.select(pair.short_key, pair.long, pair.articles).where(
            pair.short_key.in_(keys), pair.long.endswith(" " + pair.short)
        )
        return list(
            await self._connection.execute(people.order_by(pair.articles.desc(), pair.long_key).limit(MOST_NAMESAKES))
        )

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


def _is_alone(row: sa.Row[Any]) -> bool:
    """Whether hardly anybody else is called so."""
    return bool(row.articles >= ENOUGH and row.articles >= row.of_people * PERSON_SHARE)


def _is_meant(row: sa.Row[Any], people: Collection[sa.Row[Any]]) -> bool:
    """Whether the short name alone means this one; `people` are those who share it, where they are needed."""
    if not _is_part(row):
        return bool(row.articles >= ENOUGH and row.articles * TELLING_SHARE >= row.most)
    if not row.long.endswith(f" {row.short}"):
        return False
    if _is_alone(row):
        return True
    one = [other.articles for other in people if other.short_key == row.short_key and _is_one(row.long, other.long)]
    return bool(sum(one) >= max(ENOUGH, row.of_people * PERSON_SHARE))


def _is_one(name: str, other: str) -> bool:
    """Whether two whole names that end alike are one person's: Тайип Эрдоган is a part, the ends are what counts."""
    words, others = name.split(), other.split()
    return words[0] == others[0] or name.endswith(f" {other}") or other.endswith(f" {name}")


def _row(pair: NamePair) -> dict[str, Any]:
    told = asdict(pair)
    weight = told.pop("weight")
    return {**told, "articles": weight}
