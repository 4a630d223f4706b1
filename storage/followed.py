"""Which articles the follows of a chat match in the whole archive, newest first, however many they are."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import article, article_topic, follow

NEWEST = 2**62  # above every id
OLDEST = -NEWEST  # below every one
# Rows of one look for what a chat follows, doubled with each further one; and how far a list of it goes back at most:
# nobody's pages may hold up all others.
FIRST_LOOK = 64
LOOKED_AT = 10_000

# The id of an article, and when a follow asks for it; the follow's topic and source are columns of what is given.
_Rows = Callable[[sa.FromClause], tuple[sa.ColumnElement[int], sa.ColumnElement[bool]]]


async def get_followed(connection: AsyncConnection, chat_id: int, wanted: int) -> list[int]:
    """So many articles, each the newest of its story that the chat's follows match; fewer where there are no more.

    Goes back no further than LOOKED_AT articles.
    """
    everything = (follow.c.chat_id == chat_id, follow.c.topic_id.is_(None), follow.c.source_id.is_(None))
    is_all = (await connection.execute(sa.select(follow.c.id).where(*everything))).first() is not None
    chosen: dict[int, int] = {}  # articles by story
    before, looked_at, look = NEWEST, 0, FIRST_LOOK
    while len(chosen) < wanted and looked_at < LOOKED_AT:
        query = _arrived(before, look) if is_all else _followed(chat_id, before, look)
        ids = list((await connection.execute(query)).scalars())
        looked_at += len(ids)
        for row in await connection.execute(_stands(ids)):
            chosen.setdefault(row.story_id, row.id)
        if len(ids) < look:
            break
        before, look = ids[-1], min(look * 2, LOOKED_AT - looked_at)
    return list(chosen.values())


def _stands(ids: list[int]) -> sa.Select[Any]:
    """Those of the articles that nobody withdrew, newest first, each with its story."""
    query = sa.select(article.c.id, article.c.story_id)
    return query.where(article.c.id.in_(ids), article.c.withdrawn_at.is_(None)).order_by(article.c.id.desc())


def _arrived(before: int, look: int) -> sa.Select[Any]:
    """The newest `look` ids below `before`."""
    return sa.select(article.c.id).where(article.c.id < before).order_by(article.c.id.desc()).limit(look)


def _followed(chat_id: int, before: int, look: int) -> sa.CompoundSelect[Any]:
    """The newest `look` ids below `before` that the follows of a chat match."""
    # By the chat alone: an index by topic and source would lead through everybody's follows.
    its = sa.select(follow.c.topic_id, follow.c.source_id).where(follow.c.chat_id == chat_id)
    its_follows = its.cte().prefix_with("MATERIALIZED")
    topic_id, source_id = its_follows.c.topic_id, its_follows.c.source_id
    shapes = (
        (_of_topic, sa.and_(topic_id.is_not(None), source_id.is_(None))),
        (_of_source, sa.and_(topic_id.is_(None), source_id.is_not(None))),
        (_of_both, sa.and_(topic_id.is_not(None), source_id.is_not(None))),
    )
    parts = [_of_follows(rows, its_follows, which, before, look) for rows, which in shapes]
    return sa.union(*parts).order_by(sa.desc("id")).limit(look)


def _of_follows(
    rows: _Rows, follows: sa.FromClause, which: sa.ColumnElement[bool], before: int, look: int
) -> sa.Select[Any]:
    """The newest `look` ids below `before` of each of these follows: each reads so many rows of its own index.

    The lowest of them is found first, since SQLite knows no LATERAL; once a follow, not anew for each row.
    """
    number, asked = rows(follows)
    ranked = sa.select(number).where(asked, number < before).order_by(number.desc()).limit(1).offset(look - 1)
    lowest = sa.func.coalesce(ranked.correlate(follows).scalar_subquery(), OLDEST).label("lowest")
    reach = sa.select(follows.c.topic_id, follows.c.source_id, lowest).where(which).cte().prefix_with("MATERIALIZED")
    number, asked = rows(reach)
    return sa.select(number.label("id")).where(asked, number.between(reach.c.lowest, before - 1))


def _of_topic(asker: sa.FromClause) -> tuple[sa.ColumnElement[int], sa.ColumnElement[bool]]:
    about = article_topic.alias()
    return about.c.article_id, about.c.topic_id == asker.c.topic_id


def _of_source(asker: sa.FromClause) -> tuple[sa.ColumnElement[int], sa.ColumnElement[bool]]:
    told = article.alias()
    return told.c.id, told.c.source_id == asker.c.source_id


def _of_both(asker: sa.FromClause) -> tuple[sa.ColumnElement[int], sa.ColumnElement[bool]]:
    about, told = article_topic.alias(), article.alias()
    asked = (about.c.topic_id == asker.c.topic_id, told.c.source_id == asker.c.source_id)
    return about.c.article_id, sa.and_(*asked, told.c.id == about.c.article_id)
