"""Articles that a chat's follows ask for: those after its position, those of one story, and all in the archive."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.pastids import NEWEST, OLDEST
from storage.records import Chat
from storage.tables import article, article_topic, follow, story

# Rows of one look for what a chat follows, doubled with each further one; and how far a list of it goes back at most:
# nobody's pages may hold up all others.
FIRST_LOOK = 64
LOOKED_AT = 10_000

Follows = tuple[tuple[int | None, int | None, int], ...]  # topic, source, since
# The id of an article, and when a follow asks for it; the follow's topic and source are columns of what is given.
_Rows = Callable[[sa.FromClause], tuple[sa.ColumnElement[int], sa.ColumnElement[bool]]]


def select_asked_for(chat_id: int, *columns: sa.ColumnElement[Any]) -> sa.Select[Any]:
    """These columns of the articles that stand and a chat's follows ask for, each once a follow."""
    about = sa.select(article_topic.c.article_id).where(
        article_topic.c.topic_id == follow.c.topic_id,
        article_topic.c.article_id == article.c.id,
        sa.not_(article_topic.c.is_late),
    )
    return (
        sa.select(*columns)
        .select_from(article.join(follow, follow.c.chat_id == chat_id))
        .where(
            article.c.id > follow.c.since,
            article.c.is_pushed,
            article.c.withdrawn_at.is_(None),
            sa.or_(follow.c.source_id.is_(None), follow.c.source_id == article.c.source_id),
            sa.or_(follow.c.topic_id.is_(None), about.exists()),
        )
    )


def select_waiting(to: Chat, follows: Follows) -> sa.Select[Any]:
    """Articles after the position that the follows match, oldest first, each with how many of them do.

    Only kinds of follow that there are.
    """
    kinds = []
    if any(topic is not None for topic, _, _ in follows):
        kinds.append(_waiting_by_topics(to))
    if any(topic is None and source is not None for topic, source, _ in follows):
        kinds.append(_waiting_by_sources(to))
    if any(topic is None and source is None for topic, source, _ in follows):
        kinds.append(_waiting_at_all(to))
    each = (kinds[0] if len(kinds) == 1 else sa.union_all(*kinds)).subquery()
    [number] = each.c
    matched = sa.select(number.label("article_id"), sa.func.count().label("follows")).group_by(number).subquery()
    columns = (article.c.id, article.c.story_id, article.c.arrived_at, article.c.is_urgent)
    more = (article.c.language, matched.c.follows)
    of_story = (story.c.opened_at, story.c.articles, story.c.sources, story.c.changed_at, story.c.is_marked)
    return (
        sa.select(*columns, *more, *of_story)
        .select_from(matched)
        .join(article, article.c.id == matched.c.article_id)
        .join(story, story.c.id == article.c.story_id)
        .where(article.c.is_pushed, article.c.withdrawn_at.is_(None))
        .order_by(article.c.id)
    )


def _waiting_by_topics(to: Chat) -> sa.Select[Any]:
    # A source beside the topic is looked at only where a follow names one.
    its_source = sa.select(article.c.source_id).where(article.c.id == article_topic.c.article_id).scalar_subquery()
    return sa.select(article_topic.c.article_id).where(
        follow.c.chat_id == to.id,
        article_topic.c.topic_id == follow.c.topic_id,
        article_topic.c.article_id > to.position,
        article_topic.c.article_id > follow.c.since,
        sa.not_(article_topic.c.is_late),
        sa.or_(follow.c.source_id.is_(None), follow.c.source_id == its_source),
    )


def _waiting_by_sources(to: Chat) -> sa.Select[Any]:
    one = article.alias()
    return sa.select(one.c.id).where(
        follow.c.chat_id == to.id,
        follow.c.topic_id.is_(None),
        one.c.source_id == follow.c.source_id,
        one.c.id > to.position,
        one.c.id > follow.c.since,
    )


def _waiting_at_all(to: Chat) -> sa.Select[Any]:
    one = article.alias()
    follows_all = (follow.c.chat_id == to.id, follow.c.topic_id.is_(None), follow.c.source_id.is_(None))
    since = sa.select(follow.c.since).where(*follows_all).scalar_subquery()
    return sa.select(one.c.id).where(one.c.id > to.position, one.c.id > since)


async def get_only_sources(connection: AsyncConnection, chat_id: int) -> frozenset[int] | None:
    """The sources that a channel or group asked for, if each of its follows names one; None: any.

    A newsroom's channel does not point to others. What readers follow decides what they get, not whom they may meet.
    """
    if chat_id > 0:
        return None
    query = sa.select(follow.c.source_id).where(follow.c.chat_id == chat_id)
    asked: list[int | None] = list((await connection.execute(query)).scalars())
    named = frozenset(one for one in asked if one is not None)
    return named if named and len(named) == len(set(asked)) else None


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
