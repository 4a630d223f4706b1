"""Stories: what people are shown, and the lists of them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.errors import NotFound
from storage.records import NewArticle, Page, Story, StoryView
from storage.rows import select_articles, story_record, story_views
from storage.tables import article, article_topic, follow, story

PAGE_SIZE = 5
NEWEST = 2**62  # above every id
OLDEST = -NEWEST  # below every one
# Rows of one look for what a chat follows, doubled with each further one; and how far a list of it goes back at most:
# nobody's pages may hold up all others.
FIRST_LOOK = 64
LOOKED_AT = 10_000

# The id of an article, and when a follow asks for it; the follow's topic and source are columns of what is given.
_Rows = Callable[[sa.FromClause], tuple[sa.ColumnElement[int], sa.ColumnElement[bool]]]


# Made once: each new article needs them.
_OPENED = sa.insert(story).returning(story.c.id)
_GROWN = (
    sa.update(story)
    .where(story.c.id == sa.bindparam("_id"))
    .values(
        articles=story.c.articles + 1,
        lead_article_id=sa.case((story.c.articles == 0, sa.bindparam("_article")), else_=story.c.lead_article_id),
        changed_at=sa.bindparam("_now"),
    )
)


class StoryStore:
    """Articles about one event."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, story_id: int) -> Story:
        """Raises `NotFound`."""
        row = (await self._connection.execute(sa.select(story).where(story.c.id == story_id))).first()
        if row is None:
            raise NotFound("story", story_id)
        return story_record(row)

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

    async def open(self, now: datetime) -> int:
        """A new story, to which an article is added next."""
        values = {"opened_at": now, "changed_at": now, "articles": 0}
        story_id: int = (await self._connection.execute(_OPENED, values)).scalar_one()
        return story_id

    async def grow(self, story_id: int, article_id: int, now: datetime) -> None:
        """One more article tells this story; the first one leads it."""
        await self._connection.execute(_GROWN, {"_id": story_id, "_article": article_id, "_now": now})

    async def get_latest(self, page: int = 0, size: int = PAGE_SIZE) -> Page[StoryView]:
        """The newest stories first."""
        query = _leads().order_by(article.c.id.desc()).limit(size + 1).offset(page * size)
        rows = list(await self._connection.execute(query))
        return Page(tuple(await story_views(self._connection, rows[:size])), page, older=len(rows) > size)

    async def get_below(self, article_id: int | None = None, size: int = PAGE_SIZE) -> Page[StoryView]:
        """The newest stories whose leads stand below this id, or at all: a page that later stories do not move."""
        query = _leads().where(article.c.id < (NEWEST if article_id is None else article_id))
        rows = list(await self._connection.execute(query.order_by(article.c.id.desc()).limit(size + 1)))
        return Page(tuple(await story_views(self._connection, rows[:size])), 0, older=len(rows) > size)

    async def get_followed(self, chat_id: int, page: int = 0, size: int = PAGE_SIZE) -> Page[StoryView]:
        """Whatever a chat's follows match in the whole archive, newest first, each story by its newest article.

        Goes back no further than LOOKED_AT articles.
        """
        everything = (follow.c.chat_id == chat_id, follow.c.topic_id.is_(None), follow.c.source_id.is_(None))
        is_all = (await self._connection.execute(sa.select(follow.c.id).where(*everything))).first() is not None
        wanted = (page + 1) * size + 1
        chosen: dict[int, int] = {}  # articles by story
        before, looked_at, look = NEWEST, 0, FIRST_LOOK
        while len(chosen) < wanted and looked_at < LOOKED_AT:
            query = _arrived(before, look) if is_all else _followed(chat_id, before, look)
            ids = list((await self._connection.execute(query)).scalars())
            looked_at += len(ids)
            for row in await self._connection.execute(_stands(ids)):
                chosen.setdefault(row.story_id, row.id)
            if len(ids) < look:
                break
            before, look = ids[-1], min(look * 2, LOOKED_AT - looked_at)
        shown = list(chosen.values())[page * size : wanted]
        query = select_articles().where(article.c.id.in_(shown[:size])).order_by(article.c.id.desc())
        views = await story_views(self._connection, list(await self._connection.execute(query)))
        return Page(tuple(views), page, older=len(shown) > size)

    async def get_view(self, story_id: int) -> StoryView:
        """A story by its lead article. Raises `NotFound`, also for one that was withdrawn."""
        rows = list(await self._connection.execute(_leads().where(story.c.id == story_id)))
        if not rows:
            raise NotFound("story", story_id)
        return (await story_views(self._connection, rows))[0]

    async def get_weightiest(
        self, since: datetime, weigh: Callable[[Story], float], page: int = 0, size: int = PAGE_SIZE
    ) -> Page[StoryView]:
        """Stories opened since then, the heaviest first by `weigh`."""
        leads = story.join(article, article.c.id == story.c.lead_article_id)
        query = sa.select(story).select_from(leads).where(story.c.opened_at >= since, article.c.withdrawn_at.is_(None))
        stories = [story_record(row) for row in await self._connection.execute(query)]
        stories.sort(key=lambda one: (-weigh(one), -one.id))
        chosen = [one.id for one in stories[page * size : (page + 1) * size]]
        rows = {row.story_id: row for row in await self._connection.execute(_leads().where(story.c.id.in_(chosen)))}
        views = await story_views(self._connection, [rows[one] for one in chosen])
        return Page(tuple(views), page, older=len(stories) > (page + 1) * size)


def _leads() -> sa.Select[Any]:
    """Each story that stands by its lead article."""
    return select_articles().where(article.c.id == story.c.lead_article_id, article.c.withdrawn_at.is_(None))


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
