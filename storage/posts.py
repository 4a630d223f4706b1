"""The ledger: which message of ours stands where, and what it shows.

A post whose article has a newer revision is outdated. A change of an article costs one row of `correction`, however
many messages show it; the outdated ones are found article by article. Posts whose story grew are in `growths`.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.deliveries import Post, PostKind
from storage.leads import note_growth
from storage.outdated import mark_outdated
from storage.records import ChatState, StoryView
from storage.rows import views_for
from storage.tables import article, chat, correction, post, story

FORGOTTEN_AT_ONCE = 2000  # posts a transaction, some 20 ms
# Groups and channels have ids below zero, readers above (core.telegram.org/bots/api, Chat). Written out, not bound:
# only so can SQLite tell that the partial index of channels' posts fits.
IN_CHANNELS = sa.text("post.chat_id < 0")
_IN_PRIVATE = sa.text("post.chat_id > 0")
# An edit makes no sound, so whoever asked for silence gets it too. A blocked or paused chat cannot be reached.
REACHED = (ChatState.ACTIVE, ChatState.STOPPED)

_STORY = sa.bindparam("_story", type_=sa.BigInteger)
_VERSION = sa.bindparam("_version", type_=sa.Integer)
_TOLD = sa.select(article.c.story_id).where(article.c.id == sa.bindparam("_article", type_=sa.BigInteger))
# Made once: each message needs it.
_ADDED = sa.insert(post).values(
    story_id=_TOLD.scalar_subquery(),
    story_version=sa.case((_TOLD.scalar_subquery() == _STORY, _VERSION), else_=0),
)


class PostStore:
    """Messages that stand in chats. Nothing is sent or edited here."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, posts: Sequence[Post]) -> None:
        """Write down what stands now; what changed or grew while it was on its way makes it due for an edit.

        So does a story that was merged or split meanwhile: a post is of the story that its article is in by now.
        """
        if not posts:
            return
        await self._connection.execute(_ADDED, [_post_values(one) for one in posts])
        now = max(one.posted_at for one in posts)
        await self._note_changes(
            {one.article_id: one.revision for one in sorted(posts, key=lambda one: -one.revision)}, now
        )
        growing = [one for one in posts if one.chat_id < 0 and one.kind is not PostKind.LIST]
        if growing:
            await self._note_growth(growing, now)

    async def has_corrections(self) -> bool:
        """Whether any article has changed under messages that stand."""
        return (await self._connection.execute(sa.select(correction.c.article_id).limit(1))).first() is not None

    async def get_corrections(self, now: datetime, limit: int, *, with_private: bool) -> list[Post]:
        """Outdated posts that may be edited now, by the longest outdated article first.

        Channels and groups that can be reached come first; private chats when none of those is due: for a change only
        `with_private`, for a withdrawal always. Among these are chats that cannot be reached: the caller passes them
        over, so that they are not met again.
        """
        changed = await self._changed()
        ready = sa.or_(post.c.edit_due_at.is_(None), post.c.edit_due_at <= now)
        queries = [_outdated_in_channels(one) for one in changed]
        found = await self._first([query.where(ready) for query in queries], limit)
        if not found:
            queries = [_outdated_in_private(one) for one in changed if with_private or one.is_withdrawn]
            found = await self._first([query.where(ready) for query in queries], limit)
        return found

    async def close_corrections(self, *, with_private: bool) -> None:
        """Have done with articles of which nothing outdated is left that will be edited, now or later."""
        for one in await self._changed():
            queries = [_outdated_in_channels(one)]
            if with_private or one.is_withdrawn:
                queries.append(_outdated_in_private(one))
            if not await self._first(queries, 1):
                await self._connection.execute(sa.delete(correction).where(correction.c.article_id == one.id))

    async def get_last(self, chat_id: int) -> Post | None:
        """The newest message of ours that stands in the chat, as far as the ledger goes back; a list's first story."""
        query = sa.select(post).where(post.c.chat_id == chat_id).order_by(post.c.message_id.desc(), post.c.place)
        row = (await self._connection.execute(query.limit(1))).first()
        return None if row is None else post_record(row)

    async def get_posted(self, chat_id: int, message_id: int) -> list[StoryView]:
        """The stories that a message shows, in their order, as they read now; withdrawn ones are among them."""
        query = sa.select(post.c.article_id).where(post.c.chat_id == chat_id, post.c.message_id == message_id)
        ids = list((await self._connection.execute(query.order_by(post.c.place, post.c.article_id))).scalars())
        return await views_for(self._connection, chat_id, ids)

    async def get_of_story(self, chat_id: int, story_id: int) -> list[int]:
        """The articles by which a chat was told of a story, as far as the ledger goes back, the first one first."""
        query = sa.select(post.c.article_id).where(post.c.chat_id == chat_id, post.c.story_id == story_id)
        return list((await self._connection.execute(query.order_by(post.c.message_id))).scalars())

    async def get_views(self, chat_id: int, article_ids: Sequence[int]) -> list[StoryView]:
        """These articles as the chat would be shown them, in the order asked."""
        return await views_for(self._connection, chat_id, article_ids)

    async def get_first(self, chat_id: int, story_id: int) -> int | None:
        """The first message that shows a story to a chat, as far as the ledger goes back."""
        query = sa.select(sa.func.min(post.c.message_id))
        found: int | None = (
            await self._connection.execute(query.where(post.c.chat_id == chat_id, post.c.story_id == story_id))
        ).scalar()
        return found

    async def settle_edit(
        self, edited: Post, shown: Sequence[StoryView], now: datetime, *, image: str | None = None
    ) -> None:
        """The message shows these revisions now, and stories of these versions; what changed since is outdated still.

        A message of one story may show another page of it than before. Where the story was merged or split meanwhile,
        it shows an older version of the one that its page is in by now. `image` is the picture that was put in the
        place of the one that stands there; None: that one stands still.
        """
        message = _message(edited.chat_id, edited.message_id)
        for view in shown:
            which = (*message, post.c.article_id == view.article.id) if edited.kind is PostKind.LIST else message
            told = sa.select(article.c.story_id).where(article.c.id == view.article.id).scalar_subquery()
            is_newer = post.c.story_version < view.version
            has_grown = sa.or_(is_newer, post.c.article_id != view.article.id)
            values = {
                "article_id": view.article.id,
                "revision": view.article.revision,
                "story_id": told,
                "story_version": sa.case(
                    (told != view.story_id, 0), (is_newer, view.version), else_=post.c.story_version
                ),
                "edited_at": sa.case((has_grown, sa.literal(now, post.c.edited_at.type)), else_=post.c.edited_at),
                "edit_due_at": None,
                "image": post.c.image if image is None else image,
            }
            await self._connection.execute(sa.update(post).where(*which).values(values))
        await self._note_changes({view.article.id: view.article.revision for view in shown}, now)
        if edited.chat_id < 0 and edited.kind is not PostKind.LIST:
            await self._note_regrouped(edited, now)

    async def pass_over(self, posts: Sequence[Post]) -> None:
        """These stay as they are: nobody can be reached there. What changes or grows later is looked at anew."""
        revision = sa.select(article.c.revision).where(article.c.id == post.c.article_id).scalar_subquery()
        version = sa.select(story.c.version).where(story.c.id == post.c.story_id).scalar_subquery()
        values = {"revision": revision, "story_version": version, "edit_due_at": None}
        for one in posts:
            await self._connection.execute(sa.update(post).where(*_message(one.chat_id, one.message_id)).values(values))

    async def postpone_edit(self, chat_id: int, message_id: int, due_at: datetime) -> None:
        """Try that edit again later."""
        await self._connection.execute(sa.update(post).where(*_message(chat_id, message_id)).values(edit_due_at=due_at))

    async def forget_post(self, chat_id: int, message_id: int) -> None:
        """That message is gone, or can be edited no more."""
        await self._connection.execute(sa.delete(post).where(*_message(chat_id, message_id)))

    async def forget_posts(self, before: datetime, start: int | None = None) -> int | None:
        """Drop some of what was posted before then; the article to start from next, None when all of it is gone.

        Articles are gone through in the order of their arrival, and nothing is posted before its article arrives: so
        the ledger is never read as a whole, and no transaction is long.
        """
        oldest = sa.select(sa.func.min(post.c.article_id))
        if start is not None:
            oldest = oldest.where(post.c.article_id >= start)
        found = (await self._connection.execute(oldest)).scalar()
        arrived = sa.select(article.c.arrived_at).where(article.c.id == found)
        if found is None or (await self._connection.execute(arrived)).scalar_one() >= before:
            return None
        key = sa.tuple_(post.c.chat_id, post.c.message_id, post.c.article_id)
        old = sa.select(post.c.chat_id, post.c.message_id, post.c.article_id)
        old = old.where(post.c.article_id == found, post.c.posted_at < before).limit(FORGOTTEN_AT_ONCE)
        gone = (await self._connection.execute(sa.delete(post).where(key.in_(old)))).rowcount
        return int(found) if gone == FORGOTTEN_AT_ONCE else int(found) + 1

    async def _note_changes(self, shown: Mapping[int, int], now: datetime) -> None:
        """Articles that have a newer revision than the one that is shown, by their ids, are to be corrected."""
        newest = sa.select(article.c.id, article.c.revision).where(article.c.id.in_(shown))
        for row in list(await self._connection.execute(newest)):
            if shown[row.id] < row.revision:
                await mark_outdated(self._connection, row.id, now)

    async def _note_growth(self, shown: Sequence[Post], now: datetime) -> None:
        """Stories of which these posts in channels do not show all, or not the turn that they took, are to be grown."""
        query = sa.select(article.c.id, article.c.story_id, story.c.version).join(story)
        rows = await self._connection.execute(query.where(article.c.id.in_({one.article_id for one in shown})))
        told = {row.id: (row.story_id, row.version) for row in rows}
        turns = await self._turns({story_id for story_id, _ in told.values()})
        for one in shown:
            story_id, version = told[one.article_id]
            if one.article_id < turns.get(story_id, one.article_id):
                which = _message(one.chat_id, one.message_id)
                await self._connection.execute(sa.update(post).where(*which).values(story_version=0))
            elif story_id == one.story_id and one.story_version >= version:
                continue
            await note_growth(self._connection, story_id, now)

    async def _note_regrouped(self, edited: Post, now: datetime) -> None:
        """The post's story may be another one than that which had grown."""
        which = (*_message(edited.chat_id, edited.message_id), post.c.story_version == 0)
        for story_id in list((await self._connection.execute(sa.select(post.c.story_id).where(*which))).scalars()):
            await note_growth(self._connection, story_id, now)

    async def _turns(self, stories: Iterable[int]) -> dict[int, int]:
        """The newest article that stands with which each of these stories took a turn, if it did."""
        query = sa.select(article.c.story_id, sa.func.max(article.c.id).label("newest")).where(
            article.c.story_id.in_(stories), article.c.is_turn, article.c.withdrawn_at.is_(None)
        )
        rows = await self._connection.execute(query.group_by(article.c.story_id))
        return {row.story_id: row.newest for row in rows}

    async def _changed(self) -> list[sa.Row[Any]]:
        """Articles in `correction` with their revision: that is where to begin, not with the archive."""
        query = (
            sa.select(article.c.id, article.c.revision, article.c.withdrawn_at.is_not(None).label("is_withdrawn"))
            .select_from(correction.outerjoin(article, article.c.id == correction.c.article_id))
            .order_by(correction.c.since, correction.c.article_id)
        )
        return list(await self._connection.execute(query))

    async def _first(self, queries: Sequence[sa.Select[Any]], limit: int) -> list[Post]:
        found: list[Post] = []
        for query in queries:
            if len(found) < limit:
                rows = await self._connection.execute(query.limit(limit - len(found)))
                found += [post_record(row) for row in rows]
        return found


def _outdated_in_channels(changed: sa.Row[Any]) -> sa.Select[Any]:
    reached = post.join(chat, chat.c.id == post.c.chat_id)
    return _outdated(changed).select_from(reached).where(IN_CHANNELS, chat.c.state.in_(REACHED))


def _outdated_in_private(changed: sa.Row[Any]) -> sa.Select[Any]:
    return _outdated(changed).where(_IN_PRIVATE)


def _outdated(changed: sa.Row[Any]) -> sa.Select[Any]:
    return sa.select(post).where(post.c.article_id == changed.id, post.c.revision < changed.revision)


def _message(chat_id: int, message_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    return (post.c.chat_id == chat_id, post.c.message_id == message_id)


def post_record(row: sa.Row[Any]) -> Post:
    """A row of the ledger as a record."""
    return Post(
        chat_id=row.chat_id,
        message_id=row.message_id,
        story_id=row.story_id,
        article_id=row.article_id,
        revision=row.revision,
        kind=PostKind(row.kind),
        posted_at=row.posted_at,
        image=row.image,
        place=row.place,
        more=row.more,
        missed=row.missed,
        story_version=row.story_version,
        edited_at=row.edited_at,
    )


def _post_values(record: Post) -> dict[str, Any]:
    return {
        "chat_id": record.chat_id,
        "message_id": record.message_id,
        "_story": record.story_id,
        "_version": record.story_version,
        "_article": record.article_id,
        "article_id": record.article_id,
        "revision": record.revision,
        "kind": record.kind,
        "posted_at": record.posted_at,
        "image": record.image,
        "place": record.place,
        "more": record.more,
        "missed": record.missed,
        "edited_at": record.edited_at,
        "edit_due_at": None,
    }
