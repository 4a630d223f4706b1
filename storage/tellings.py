"""The pages of a story beside the one that is shown, and the story before it."""

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.leads import best_first
from storage.records import MOST_OTHERS, Telling
from storage.tables import article, source, story

_IDS: sa.BindParameter[int] = sa.bindparam("ids", expanding=True)

# Made once: each message needs them.
_PAGES: sa.Select[Any] = (
    sa.select(
        article.c.id,
        article.c.story_id,
        article.c.source_id,
        source.c.name,
        article.c.url,
        article.c.title,
        article.c.language,
        article.c.published_at,
    )
    .join(source, source.c.id == article.c.source_id)
    .where(article.c.withdrawn_at.is_(None))
)
_OF_STORIES = _PAGES.where(article.c.story_id.in_(_IDS)).order_by(article.c.id)
_LEADS = _PAGES.join(story, story.c.id == article.c.story_id).where(
    story.c.id.in_(_IDS), article.c.id == story.c.lead_article_id
)
_BECAME = sa.select(story.c.id, story.c.merged_into).where(story.c.id.in_(_IDS), story.c.merged_into.is_not(None))
_IN_LANGUAGE = (
    sa.select(article.c.id, article.c.story_id)
    .where(
        article.c.story_id.in_(_IDS), article.c.language == sa.bindparam("language"), article.c.withdrawn_at.is_(None)
    )
    .order_by(*best_first())
)


async def get_tellings(connection: AsyncConnection, story_id: int) -> list[Telling]:
    """All pages of a story that stand, as they came."""
    return [_telling(row) for row in await connection.execute(_OF_STORIES, {"ids": [story_id]})]


async def get_others(
    connection: AsyncConnection, shown: Sequence[sa.Row[Any]], sources: Collection[int] | None = None
) -> dict[int, tuple[Telling, ...]]:
    """Pages beside each of these rows of `select_articles`, by the id of the article; none where there are no others.

    Those that stand, as they came, MOST_OTHERS of them at most; of these `sources` alone, None: any.
    """
    # A page that was withdrawn is not among the story's pages.
    told = {row.story_id for row in shown if row.story_articles > (row.withdrawn_at is None)}
    if not told:
        return {}
    pages: dict[int, list[Telling]] = {}
    for row in await connection.execute(_OF_STORIES, {"ids": list(told)}):
        if sources is None or row.source_id in sources:
            pages.setdefault(row.story_id, []).append(_telling(row))
    return {
        row.id: tuple(page for page in pages[row.story_id] if page.article_id != row.id)[:MOST_OTHERS]
        for row in shown
        if row.story_id in pages
    }


async def get_befores(connection: AsyncConnection, story_ids: Collection[int]) -> dict[int | None, Telling]:
    """The leads of these stories, or of those that they turned out to be, by the story asked for; those that stand."""
    if not story_ids:
        return {}
    became = {one: one for one in story_ids}
    while moved := {
        row.id: row.merged_into for row in await connection.execute(_BECAME, {"ids": list(became.values())})
    }:
        became = {one: moved.get(now, now) for one, now in became.items()}
    leads = {row.story_id: _telling(row) for row in await connection.execute(_LEADS, {"ids": list(became.values())})}
    return {one: leads[now] for one, now in became.items() if now in leads}


async def get_pages_in(connection: AsyncConnection, story_ids: Collection[int], language: str) -> dict[int, int]:
    """The page of each story that shows it to readers of a language, by the story: its first good one there."""
    pages: dict[int, int] = {}
    if story_ids:
        given = {"ids": list(story_ids), "language": language}
        for row in await connection.execute(_IN_LANGUAGE, given):
            pages.setdefault(row.story_id, row.id)
    return pages


def _telling(row: sa.Row[Any]) -> Telling:
    return Telling(row.id, row.source_id, row.name, row.url, row.title, row.language, row.published_at)
