"""What a story's row says of its pages: how many there are, of how many sources, which of them leads, and that what
stands in channels shows it as it was.

The lead is the page of the first preferred source that tells the story, else its first good page, else its first one;
of pages that stand. One of the past, whose id is below zero, leads only where none came by itself: lists are ordered by
the ids of leads, and a story would leave the news of the day for the year that it began.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.dialect import insert
from storage.tables import UtcDateTime, article, growth, post, story

# Letters of a body as it is kept, with what its blocks are: some 400 of text. A page with less is a flash, or behind a
# wall of its site.
GOOD = 600
PREFERENCES = 8  # lists of preferred sources for which statements are kept

_STORY = sa.bindparam("_story", type_=sa.BigInteger)
_ARTICLE = sa.bindparam("_article", type_=sa.BigInteger)
_NOW = sa.bindparam("_now", type_=UtcDateTime())

# Made once: each new article needs them.
_STANDS = (article.c.story_id == story.c.id, article.c.withdrawn_at.is_(None))
_SHOWN_IN_CHANNELS = sa.select(sa.exists().where(post.c.story_id == _STORY, post.c.chat_id < 0))


async def take_page(
    connection: AsyncConnection, story_id: int, article_id: int, now: datetime, preferred: Sequence[int]
) -> bool:
    """One more page, stored already, tells the story; False where there is no such story any more.

    The page is compared with the lead alone, so that it costs the same however many there are.
    """
    values = {"_story": story_id, "_article": article_id, "_now": now}
    version: int | None = (await connection.execute(_taking(tuple(preferred)), values)).scalar()
    if version is None:
        return False
    if version > 1:  # else nobody can have been told of it
        await note_growth(connection, story_id, now)
    return True


async def lose_page(connection: AsyncConnection, story_id: int, now: datetime, preferred: Sequence[int]) -> None:
    """A page of the story was withdrawn; where it was the lead, the best of those that are left leads now."""
    await connection.execute(_losing(tuple(preferred)), {"_story": story_id})
    await note_growth(connection, story_id, now)


async def count_pages(connection: AsyncConnection, story_id: int, preferred: Sequence[int], **values: Any) -> None:
    """Pages came and went: count them, elect the lead, and set these columns too. `version` is the caller's to set."""
    counting = _counting(tuple(preferred))
    await connection.execute(counting.values(values), {"_story": story_id})


async def note_growth(connection: AsyncConnection, story_id: int, now: datetime) -> None:
    """What channels and groups show of the story is not all of it any more. One row, however many show it."""
    if (await connection.execute(_SHOWN_IN_CHANNELS, {"_story": story_id})).scalar():
        noted = insert(connection, growth).values(story_id=story_id, since=now)
        await connection.execute(noted.on_conflict_do_nothing(index_elements=["story_id"]))


def best_first(preferred: Sequence[int] = ()) -> tuple[sa.ColumnElement[Any], ...]:
    """The order in which pages of a story would lead it; `preferred` are ids of sources."""
    is_past = sa.case((article.c.id < 0, 1), else_=0)
    length = sa.func.length(sa.cast(article.c.body, sa.Text))
    if not preferred:
        return is_past, sa.case((length >= GOOD, 0), else_=1), article.c.id
    places = {source_id: place for place, source_id in enumerate(preferred)}
    rank = sa.case(places, value=article.c.source_id, else_=len(preferred))
    # Of a preferred source it is the first page, good or not.
    merit = sa.case((article.c.source_id.in_(preferred), 0), (length >= GOOD, 0), else_=1)
    return is_past, rank, merit, article.c.id


def _best(preferred: tuple[int, ...], *which: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    """Of the pages of the story at hand that stand, the one to lead it."""
    query = sa.select(article.c.id).where(*_STANDS, *which)
    return query.order_by(*best_first(preferred)).limit(1).correlate(story).scalar_subquery()


@lru_cache(PREFERENCES)
def _taking(preferred: tuple[int, ...]) -> sa.Executable:
    source_id = sa.select(article.c.source_id).where(article.c.id == _ARTICLE).scalar_subquery()
    other = article.alias()
    is_known = sa.exists().where(
        other.c.story_id == story.c.id,
        other.c.source_id == source_id,
        other.c.id != _ARTICLE,
        other.c.withdrawn_at.is_(None),
    )
    is_first = story.c.articles == 0
    best = _best(preferred, article.c.id.in_([story.c.lead_article_id, _ARTICLE]))
    return (
        sa.update(story)
        .where(story.c.id == _STORY, story.c.merged_into.is_(None))
        .values(
            articles=story.c.articles + 1,
            sources=sa.case((is_first, 1), (is_known, story.c.sources), else_=story.c.sources + 1),
            version=story.c.version + 1,
            lead_article_id=sa.case((is_first, _ARTICLE), else_=sa.func.coalesce(best, _ARTICLE)),
            opened_at=sa.case((story.c.opened_at > _NOW, _NOW), else_=story.c.opened_at),
            changed_at=sa.case((story.c.changed_at < _NOW, _NOW), else_=story.c.changed_at),
        )
        .returning(story.c.version)
    )


@lru_cache(PREFERENCES)
def _losing(preferred: tuple[int, ...]) -> sa.Update:
    stands = sa.exists().where(article.c.id == story.c.lead_article_id, *_STANDS)
    best = sa.func.coalesce(_best(preferred), story.c.lead_article_id)
    values = {"lead_article_id": sa.case((stands, story.c.lead_article_id), else_=best)}
    return _counting(preferred).values(version=story.c.version + 1, **values)


@lru_cache(PREFERENCES)
def _counting(preferred: tuple[int, ...]) -> sa.Update:
    pages = sa.select(sa.func.count()).select_from(article).where(*_STANDS)
    sources = sa.select(sa.func.count(article.c.source_id.distinct())).where(*_STANDS)
    return (
        sa.update(story)
        .where(story.c.id == _STORY)
        .values(
            articles=pages.correlate(story).scalar_subquery(),
            sources=sources.correlate(story).scalar_subquery(),
            lead_article_id=sa.func.coalesce(_best(preferred), story.c.lead_article_id),
        )
    )
