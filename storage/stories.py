"""Stories: what people are shown, and the lists of them."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from storage.errors import NotFound
from storage.followed import get_followed
from storage.lookups import PARAMETERS
from storage.merging import StoryKeeper
from storage.pastids import NEWEST
from storage.records import NewArticle, Page, Story, StoryView, Telling
from storage.rows import select_articles, story_record, story_views
from storage.tables import article, story
from storage.tellings import get_tellings

PAGE_SIZE = 5

_PLACED: sa.Select[Any] = sa.select(article.c.id, article.c.story_id).where(
    article.c.id.in_(sa.bindparam("ids", expanding=True))
)


class StoryStore(StoryKeeper):
    """Articles about one event.

    Lists take the `language` of whom they are for: a story whose shown article is in another one is shown by its page
    in that language, where it has such a page.
    """

    async def get_copies(self, of: NewArticle, around: datetime, window: timedelta) -> list[Story]:
        """Stories changed within a window of a moment that hold an article with the very text of this one, or its page
        from another source: one site's lists of news overlap.

        None that the same source tells under another title: a site whose pages all show one text copies nobody.
        """
        is_page = sa.and_(
            article.c.page_key == of.page_key, article.c.page_key != "", article.c.source_id != of.source_id
        )
        holding = sa.select(article.c.story_id).where(
            sa.or_(article.c.fingerprint == of.fingerprint, is_page), article.c.withdrawn_at.is_(None)
        )
        another = sa.select(article.c.story_id).where(
            article.c.fingerprint == of.fingerprint, article.c.source_id == of.source_id, article.c.title != of.title
        )
        which = (
            story.c.id.in_(holding),
            story.c.id.not_in(another),
            story.c.changed_at.between(around - window, around + window),
        )
        return [
            story_record(row)
            for row in await self._connection.execute(sa.select(story).where(*which).order_by(story.c.id))
        ]

    async def get_placed(self, article_ids: Sequence[int]) -> dict[int, int]:
        """Of these articles, those that there are, each with its story."""
        placed: dict[int, int] = {}
        for start in range(0, len(article_ids), PARAMETERS):
            rows = await self._connection.execute(_PLACED, {"ids": list(article_ids[start : start + PARAMETERS])})
            placed |= {row.id: row.story_id for row in rows}
        return placed

    async def get_tellings(self, story_id: int) -> list[Telling]:
        """All pages of a story that stand, as they came. Raises `NotFound`."""
        return await get_tellings(self._connection, await self.resolve(story_id))

    async def get_view(self, story_id: int, language: str | None = None) -> StoryView:
        """A story by its lead article. Raises `NotFound`, also for one that was withdrawn."""
        found = await self.resolve(story_id)
        rows = list(await self._connection.execute(_leads().where(story.c.id == found)))
        if not rows:
            raise NotFound("story", story_id)
        return (await story_views(self._connection, rows, language))[0]

    async def get_latest(self, page: int = 0, size: int = PAGE_SIZE, language: str | None = None) -> Page[StoryView]:
        """The newest stories first."""
        query = _leads().order_by(article.c.id.desc()).limit(size + 1).offset(page * size)
        rows = list(await self._connection.execute(query))
        return Page(tuple(await story_views(self._connection, rows[:size], language)), page, older=len(rows) > size)

    async def get_below(
        self, article_id: int | None = None, size: int = PAGE_SIZE, language: str | None = None
    ) -> Page[StoryView]:
        """The newest stories below the one that this article shows, or at all: a page that later ones do not move."""
        below = NEWEST if article_id is None else article_id
        if article_id is not None and language is not None:
            # The page that a list shows in a language stands elsewhere in the order of arrival than the lead.
            lead: int | None = (await self._connection.execute(_lead_of(article_id, language))).scalar()
            below = article_id if lead is None else lead
        query = _leads().where(article.c.id < below).order_by(article.c.id.desc()).limit(size + 1)
        rows = list(await self._connection.execute(query))
        return Page(tuple(await story_views(self._connection, rows[:size], language)), 0, older=len(rows) > size)

    async def get_followed(
        self, chat_id: int, page: int = 0, size: int = PAGE_SIZE, language: str | None = None
    ) -> Page[StoryView]:
        """Whatever a chat's follows match in the whole archive, newest first, each story by its newest article.

        Goes back no further than `followed.LOOKED_AT` articles.
        """
        wanted = (page + 1) * size + 1
        shown = (await get_followed(self._connection, chat_id, wanted))[page * size : wanted]
        query = select_articles().where(article.c.id.in_(shown[:size])).order_by(article.c.id.desc())
        views = await story_views(self._connection, list(await self._connection.execute(query)), language)
        return Page(tuple(views), page, older=len(shown) > size)

    async def get_weightiest(
        self,
        since: datetime,
        weigh: Callable[[Story], float],
        page: int = 0,
        size: int = PAGE_SIZE,
        language: str | None = None,
    ) -> Page[StoryView]:
        """Stories opened since then, the heaviest first by `weigh`."""
        query = sa.select(story).where(story.c.opened_at >= since, story.c.articles > 0)
        stories = [story_record(row) for row in await self._connection.execute(query)]
        stories.sort(key=lambda one: (-weigh(one), -one.id))
        chosen = [one.id for one in stories[page * size : (page + 1) * size]]
        rows = {row.story_id: row for row in await self._connection.execute(_leads().where(story.c.id.in_(chosen)))}
        views = await story_views(self._connection, [rows[one] for one in chosen], language)
        return Page(tuple(views), page, older=len(stories) > (page + 1) * size)


def _leads() -> sa.Select[Any]:
    """Each story that stands by its lead article."""
    return select_articles().where(article.c.id == story.c.lead_article_id, article.c.withdrawn_at.is_(None))


def _lead_of(article_id: int, language: str) -> sa.Select[Any]:
    """The lead that a page in this language stood for in a list."""
    query = sa.select(story.c.lead_article_id).join(article, article.c.story_id == story.c.id)
    return query.where(article.c.id == article_id, article.c.language == language)
