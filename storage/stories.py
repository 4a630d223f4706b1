"""Stories: what people are shown, and the lists of them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.errors import NotFound
from storage.records import NewArticle, Page, Story, StoryView
from storage.rows import select_articles, story_views
from storage.tables import article, story

PAGE_SIZE = 5


class StoryStore:
    """Articles about one event."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, story_id: int) -> Story:
        """Raises `NotFound`."""
        row = (await self._connection.execute(sa.select(story).where(story.c.id == story_id))).first()
        if row is None:
            raise NotFound("story", story_id)
        return Story(*row)

    async def get_copies(self, of: NewArticle, around: datetime, window: timedelta) -> list[Story]:
        """Stories changed within a window of a moment that hold an article with the very text of this one.

        None that the same source tells under another title: a site whose pages all show one text copies nobody.
        """
        holding = sa.select(article.c.story_id).where(article.c.fingerprint == of.fingerprint)
        another = sa.select(article.c.story_id).where(
            article.c.fingerprint == of.fingerprint, article.c.source_id == of.source_id, article.c.title != of.title
        )
        which = (
            story.c.id.in_(holding),
            story.c.id.not_in(another),
            story.c.changed_at.between(around - window, around + window),
        )
        return [
            Story(*row) for row in await self._connection.execute(sa.select(story).where(*which).order_by(story.c.id))
        ]

    async def open(self, now: datetime) -> int:
        """A new story, to which an article is added next."""
        statement = sa.insert(story).values(opened_at=now, changed_at=now, articles=0).returning(story.c.id)
        story_id: int = (await self._connection.execute(statement)).scalar_one()
        return story_id

    async def grow(self, story_id: int, article_id: int, now: datetime) -> None:
        """One more article tells this story; the first one leads it."""
        lead = sa.case((story.c.articles == 0, article_id), else_=story.c.lead_article_id)
        values = {"articles": story.c.articles + 1, "lead_article_id": lead, "changed_at": now}
        await self._connection.execute(sa.update(story).where(story.c.id == story_id).values(values))

    async def get_latest(self, page: int = 0, size: int = PAGE_SIZE) -> Page[StoryView]:
        """The newest stories first."""
        query = _leads().order_by(article.c.id.desc()).limit(size + 1).offset(page * size)
        rows = list(await self._connection.execute(query))
        return Page(tuple(await story_views(self._connection, rows[:size])), page, older=len(rows) > size)

    async def get_view(self, story_id: int) -> StoryView:
        """A story by its lead article. Raises `NotFound`."""
        rows = list(await self._connection.execute(_leads().where(story.c.id == story_id)))
        if not rows:
            raise NotFound("story", story_id)
        return (await story_views(self._connection, rows))[0]

    async def get_weightiest(
        self, since: datetime, weigh: Callable[[Story], float], page: int = 0, size: int = PAGE_SIZE
    ) -> Page[StoryView]:
        """Stories opened since then, the heaviest first by `weigh`."""
        query = sa.select(story).where(story.c.opened_at >= since, story.c.articles > 0)
        stories = [Story(*row) for row in await self._connection.execute(query)]
        stories.sort(key=lambda one: (-weigh(one), -one.id))
        chosen = [one.id for one in stories[page * size : (page + 1) * size]]
        rows = {row.story_id: row for row in await self._connection.execute(_leads().where(story.c.id.in_(chosen)))}
        views = await story_views(self._connection, [rows[one] for one in chosen])
        return Page(tuple(views), page, older=len(stories) > (page + 1) * size)


def _leads() -> sa.Select[Any]:
    """Each story by its lead article."""
    return select_articles().where(article.c.id == story.c.lead_article_id)
