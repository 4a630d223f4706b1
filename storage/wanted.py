"""Articles that a chat's follows ask for, as queries: those after its position, and those of one story."""

from typing import Any

import sqlalchemy as sa

from storage.records import Chat
from storage.tables import article, article_topic, follow, story

Follows = tuple[tuple[int | None, int | None, int], ...]  # topic, source, since


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
        kinds.append(_of_topics(to))
    if any(topic is None and source is not None for topic, source, _ in follows):
        kinds.append(_of_sources(to))
    if any(topic is None and source is None for topic, source, _ in follows):
        kinds.append(_of_everything(to))
    each = (kinds[0] if len(kinds) == 1 else sa.union_all(*kinds)).subquery()
    [number] = each.c
    matched = sa.select(number.label("article_id"), sa.func.count().label("follows")).group_by(number).subquery()
    columns = (article.c.id, article.c.story_id, article.c.arrived_at, article.c.is_urgent)
    more = (article.c.language, article.c.is_turn, matched.c.follows)
    of_story = (story.c.opened_at, story.c.articles, story.c.sources, story.c.changed_at, story.c.is_marked)
    return (
        sa.select(*columns, *more, *of_story)
        .select_from(matched)
        .join(article, article.c.id == matched.c.article_id)
        .join(story, story.c.id == article.c.story_id)
        .where(article.c.is_pushed, article.c.withdrawn_at.is_(None))
        .order_by(article.c.id)
    )


def _of_topics(to: Chat) -> sa.Select[Any]:
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


def _of_sources(to: Chat) -> sa.Select[Any]:
    one = article.alias()
    return sa.select(one.c.id).where(
        follow.c.chat_id == to.id,
        follow.c.topic_id.is_(None),
        one.c.source_id == follow.c.source_id,
        one.c.id > to.position,
        one.c.id > follow.c.since,
    )


def _of_everything(to: Chat) -> sa.Select[Any]:
    one = article.alias()
    follows_all = (follow.c.chat_id == to.id, follow.c.topic_id.is_(None), follow.c.source_id.is_(None))
    since = sa.select(follow.c.since).where(*follows_all).scalar_subquery()
    return sa.select(one.c.id).where(one.c.id > to.position, one.c.id > since)
