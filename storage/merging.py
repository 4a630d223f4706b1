"""Stories that turn out to be one, and pages that turn out to tell another story."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.dialect import insert
from storage.errors import NotFound, NothingLeft
from storage.leads import count_pages, note_growth, take_page
from storage.records import Story
from storage.rows import story_record
from storage.sketches import note_regrouped
from storage.tables import ahead, apart, article, growth, post, story

# Made once: each new article needs it, and each button that names a story the other.
_OPENED = sa.insert(story).returning(story.c.id)
_OF_ID: sa.Select[Any] = sa.select(story).where(story.c.id == sa.bindparam("_id"))

# When a page came: those of the past, whose ids are below zero, on the day that they were published.
_MOMENT = sa.case((article.c.id < 0, article.c.published_at), else_=article.c.arrived_at)


class StoryKeeper:
    """Opens stories, lets them grow, merges and splits them.

    A story that was merged keeps its row, which names the one that has its pages now: whatever asks for it finds that.
    """

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, story_id: int) -> Story:
        """The story, or the one that it turned out to be. Raises `NotFound`."""
        asked = story_id
        while (row := (await self._connection.execute(_OF_ID, {"_id": asked})).first()) is not None:
            if row.merged_into is None:
                return story_record(row)
            asked = row.merged_into
        raise NotFound("story", story_id)

    async def resolve(self, story_id: int) -> int:
        """The id of the story that this one is by now. Raises `NotFound`."""
        return (await self.get(story_id)).id

    async def open(self, now: datetime, follows_id: int | None = None) -> int:
        """A new story, to which an article is added next; `follows_id` is the closed one that it is an echo of."""
        values = {"opened_at": now, "changed_at": now, "follows_id": follows_id}
        values |= {"articles": 0, "sources": 0, "version": 0}
        story_id: int = (await self._connection.execute(_OPENED, values)).scalar_one()
        return story_id

    async def grow(self, story_id: int, article_id: int, now: datetime, preferred: Sequence[int] = ()) -> int:
        """One more article, stored already, tells this story; `preferred` are sources, the first before the others.

        The story that it tells by now: one that has been merged meanwhile takes the article along. Raises `NotFound`.
        """
        if await take_page(self._connection, story_id, article_id, now, preferred):
            return story_id
        kept = await self.resolve(story_id)
        await self._move_pages(kept, article.c.id == article_id)
        await take_page(self._connection, kept, article_id, now, preferred)
        return kept

    async def merge(self, kept: int, gone: int, now: datetime, preferred: Sequence[int] = ()) -> None:
        """The one turned out to be the other: all that it had is the other's, in the chats too.

        Does nothing where they are one already. Raises `NotFound`.
        """
        into, of = await self.get(kept), await self.get(gone)
        if into.id == of.id:
            return
        await note_regrouped(self._connection, now, article.c.story_id == of.id)
        await self._move_pages(into.id, article.c.story_id == of.id)
        await self._connection.execute(sa.update(post).where(post.c.story_id == of.id).values(story_id=into.id))
        await self._move_ahead(into.id, of.id)
        await self._move_pairs(into.id, of.id)
        await self._connection.execute(sa.delete(growth).where(growth.c.story_id == of.id))
        follows_id = await self._follows(into, of)
        emptied = {"merged_into": into.id, "articles": 0, "sources": 0, "lead_article_id": 0, "follows_id": None}
        await self._connection.execute(sa.update(story).where(story.c.id == of.id).values(emptied))
        await count_pages(
            self._connection,
            into.id,
            preferred,
            version=max(into.version, of.version) + 1,  # above what any post of either shows
            opened_at=min(into.opened_at, of.opened_at),
            changed_at=max(into.changed_at, of.changed_at),
            is_marked=into.is_marked or of.is_marked,
            follows_id=follows_id,
        )
        await note_growth(self._connection, into.id, now)

    async def split(self, article_ids: Sequence[int], now: datetime, preferred: Sequence[int] = ()) -> int:
        """These pages of one story are another's: its id. The two are kept apart from now on.

        Messages that show these pages are the new story's. Raises `NotFound`, `ValueError` for pages of several
        stories, and `NothingLeft` where one of the two would be without a page that stands.
        """
        old = await self._story_of(article_ids)
        values = {"opened_at": old.opened_at, "changed_at": old.changed_at, "articles": 0}
        new_id: int = (await self._connection.execute(_OPENED, values)).scalar_one()
        await note_regrouped(self._connection, now, article.c.id.in_(article_ids))
        await self._move_pages(new_id, article.c.id.in_(article_ids))
        which = post.c.article_id.in_(article_ids)
        await self._connection.execute(sa.update(post).where(which).values(story_id=new_id))
        given = (ahead.c.story_id == old.id, ahead.c.article_id.in_(article_ids))
        await self._connection.execute(sa.update(ahead).where(*given).values(story_id=new_id))
        for one in (old.id, new_id):
            await self._count_anew(one, old.version + 1, preferred)
            await note_growth(self._connection, one, now)
        await self.keep_apart(old.id, new_id)
        return new_id

    async def keep_apart(self, one: int, other: int) -> None:
        """An admin says that these are two: they are never taken for one again. Raises `NotFound`."""
        low, high = sorted((await self.resolve(one), await self.resolve(other)))
        if low != high:
            await self._pair(low, high)

    async def get_apart(self) -> list[tuple[int, int]]:
        """Stories that are kept apart, the lower id first."""
        query = sa.select(apart.c.story_id, apart.c.other_id).order_by(apart.c.story_id, apart.c.other_id)
        return [(row.story_id, row.other_id) for row in await self._connection.execute(query)]

    async def _story_of(self, article_ids: Sequence[int]) -> Story:
        """The story that all these pages tell. Raises `NotFound`, `NothingLeft`."""
        query = sa.select(article.c.id, article.c.story_id, article.c.withdrawn_at).where(article.c.id.in_(article_ids))
        pages = {row.id: row for row in await self._connection.execute(query)}
        for one in article_ids:
            if one not in pages:
                raise NotFound("article", one)
        told = {row.story_id for row in pages.values()}
        if len(told) != 1:
            raise ValueError(f"pages of {len(told)} stories cannot be split off at once: {sorted(told)}")
        old = await self.get(told.pop())
        standing = sum(row.withdrawn_at is None for row in pages.values())
        if not 0 < standing < old.articles:
            raise NothingLeft(old.id)
        return old

    async def _count_anew(self, story_id: int, version: int, preferred: Sequence[int]) -> None:
        """After a split: when each of the two began and changed last is told by its pages."""
        pages = (article.c.story_id == story_id, article.c.withdrawn_at.is_(None))
        moments = sa.select(sa.func.min(_MOMENT), sa.func.max(_MOMENT)).where(*pages)
        opened_at, changed_at = (await self._connection.execute(moments)).one()
        marked = sa.select(sa.exists().where(*pages, article.c.is_urgent))
        await count_pages(
            self._connection,
            story_id,
            preferred,
            version=version,
            opened_at=opened_at,
            changed_at=changed_at,
            is_marked=bool((await self._connection.execute(marked)).scalar()),
        )

    async def _move_pages(self, to: int, which: sa.ColumnElement[bool]) -> None:
        await self._connection.execute(sa.update(article).where(which).values(story_id=to))

    async def _move_ahead(self, kept: int, gone: int) -> None:
        """A chat that was given either ahead was given this one; of both, until its position has come to the later."""
        other = ahead.alias()
        later = sa.select(other.c.article_id).where(
            other.c.chat_id == ahead.c.chat_id, other.c.story_id == gone, other.c.article_id > ahead.c.article_id
        )
        of_kept = sa.update(ahead).where(ahead.c.story_id == kept, later.exists())
        await self._connection.execute(of_kept.values(article_id=later.scalar_subquery()))
        both = sa.select(other.c.chat_id).where(other.c.story_id == kept)
        of_gone = ahead.c.story_id == gone
        await self._connection.execute(sa.delete(ahead).where(of_gone, ahead.c.chat_id.in_(both)))
        await self._connection.execute(sa.update(ahead).where(of_gone).values(story_id=kept))

    async def _move_pairs(self, kept: int, gone: int) -> None:
        """What was kept apart from the one is from the other; that the two were, nobody asks for any more."""
        which = sa.or_(apart.c.story_id == gone, apart.c.other_id == gone)
        pairs = [(row.story_id, row.other_id) for row in await self._connection.execute(sa.select(apart).where(which))]
        await self._connection.execute(sa.delete(apart).where(which))
        for pair in pairs:
            [other] = set(pair) - {gone}
            if other != kept:
                await self._pair(*sorted((kept, other)))

    async def _pair(self, low: int, high: int) -> None:
        statement = insert(self._connection, apart).values(story_id=low, other_id=high)
        await self._connection.execute(statement.on_conflict_do_nothing(index_elements=["story_id", "other_id"]))

    async def _follows(self, kept: Story, gone: Story) -> int | None:
        """What the one story follows that the two become; readers resolve what follows either of them."""
        for one in (kept.follows_id, gone.follows_id):
            if one is not None and await self.resolve(one) not in {kept.id, gone.id}:
                return one
        return None
