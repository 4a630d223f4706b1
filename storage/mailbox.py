"""Who is due, what they get, and what is on its way: positions, the in-flight journal, the ledger of posts.

A row of the journal is committed before each POST and removed in the transaction that moves the position, since
Telegram has no idempotency key: what is left after a crash may or may not stand in a chat.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.chats import chat_record
from storage.records import Bundle, Chat, ChatKind, ChatState, Claim, Post, PostKind, Schedule, StoryView
from storage.rows import select_articles, story_views
from storage.tables import UtcDateTime, article, article_topic, chat, follow, in_flight, post, topic


class MailboxStore:
    """What is due to whom. Nothing is sent here."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def mark_due(self, article_id: int, now: datetime) -> int:
        """Chats that get stories at once and follow this article become due; how many did.

        A digest has its due time already, and a chat that waits (a back-off, a pause) keeps its own.
        """
        of_topics = sa.select(article_topic.c.topic_id).where(article_topic.c.article_id == article_id)
        its_source = sa.select(article.c.source_id).where(article.c.id == article_id).scalar_subquery()
        followers = sa.select(follow.c.chat_id).where(
            sa.or_(follow.c.topic_id.is_(None), follow.c.topic_id.in_(of_topics)),
            sa.or_(follow.c.source_id.is_(None), follow.c.source_id == its_source),
        )
        waiting = (chat.c.state == ChatState.ACTIVE, chat.c.schedule == Schedule.INSTANT, chat.c.due_at.is_(None))
        statement = sa.update(chat).where(*waiting, chat.c.id.in_(followers)).values(due_at=now)
        return (await self._connection.execute(statement)).rowcount

    async def advance_idle(self) -> None:
        """Move chats that have nothing to get to the end of the log.

        Else a position that stands still for months costs a long look back, and a topic that gets a new name would
        bring old stories as if they were new.
        """
        flying = sa.select(in_flight.c.chat_id)
        idle = (chat.c.state == ChatState.ACTIVE, chat.c.schedule == Schedule.INSTANT, chat.c.due_at.is_(None))
        end = sa.select(sa.func.coalesce(sa.func.max(article.c.id), 0)).scalar_subquery()
        behind = (chat.c.id.not_in(flying), chat.c.position < end)
        await self._connection.execute(sa.update(chat).where(*idle, *behind).values(position=end))

    async def get_due(self, now: datetime, limit: int) -> list[Chat]:
        """Chats to serve now, the longest due first; none to which something is on its way."""
        flying = sa.select(in_flight.c.chat_id)
        query = (
            sa.select(chat)
            .where(chat.c.due_at <= now, chat.c.state == ChatState.ACTIVE, chat.c.id.not_in(flying))
            .order_by(chat.c.due_at, chat.c.id)
            .limit(limit)
        )
        return [chat_record(row) for row in await self._connection.execute(query)]

    async def get_bundle(self, to: Chat, limit: int) -> Bundle:
        """The stories after a chat's position that it follows, oldest first: at most `limit`, the rest counted.

        A story counts once, by the first article of it that the follows match; `until` is the end of the log now.
        """
        until = (await self._connection.execute(sa.select(sa.func.max(article.c.id)))).scalar() or 0
        touched = sa.select(article.c.story_id).where(
            article.c.id > to.position, article.c.id <= until, article.c.is_pushed
        )
        first = sa.func.min(article.c.id)
        matching = (
            sa.select(first.label("id"))
            .select_from(article.join(follow, _matches(to.id)))
            .where(article.c.story_id.in_(touched), article.c.is_pushed, article.c.id > follow.c.since)
            .group_by(article.c.story_id)
            .having(first > to.position)
            .order_by(first)
        )
        ids = list((await self._connection.execute(matching)).scalars())
        stories = await self._stories(to.id, ids[:limit])
        return Bundle(to, tuple(stories), until, more=len(ids) - len(stories))

    async def claim(self, bundle: Bundle, now: datetime) -> Claim:
        """Write down that a message with this bundle is about to be sent."""
        values = {"chat_id": bundle.chat.id, "until": bundle.until, "claimed_at": now}
        statement = sa.insert(in_flight).values(values).returning(in_flight.c.id)
        claim_id = (await self._connection.execute(statement)).scalar_one()
        # Cleared here, not when it is settled: a story that comes meanwhile sets it anew.
        await self._connection.execute(sa.update(chat).where(chat.c.id == bundle.chat.id).values(due_at=None))
        return Claim(claim_id, bundle.chat, bundle.until, now)

    async def put_off(self, to: Chat, due_at: datetime) -> None:
        """Its own limit holds it: due again then, with the same stories."""
        await self._connection.execute(sa.update(chat).where(chat.c.id == to.id).values(due_at=due_at))

    async def pass_over(self, to: Chat, until: int, due_at: datetime | None) -> None:
        """Nothing to send: move the position alone."""
        values = {"position": until, "due_at": due_at, "attempts": 0}
        await self._connection.execute(sa.update(chat).where(chat.c.id == to.id).values(values))

    async def settle_done(self, claim: Claim, due_at: datetime | None, posts: Sequence[Post] = ()) -> None:
        """The message stands (or is given up for good): the position moves, the journal's row goes.

        `due_at` of None keeps the time that a story set in the meantime; a chat that woke anew keeps its position,
        one that receives no more is due no more.
        """
        if not await self._land(claim):
            return
        further = sa.case((chat.c.position > claim.until, chat.c.position), else_=claim.until)
        values: dict[str, Any] = {"position": further, "attempts": 0}
        if due_at is not None:
            values["due_at"] = _while_active(due_at)
        await self._connection.execute(sa.update(chat).where(chat.c.id == claim.chat.id).values(values))
        if posts:
            await self._connection.execute(sa.insert(post), [_post_values(one) for one in posts])
            await self._find_outdated(claim.chat, posts)

    async def settle_retry(self, claim: Claim, due_at: datetime) -> None:
        """It was not sent, or may not have been: the same stories are due again then."""
        await self._land(claim)
        values = {"due_at": _while_active(due_at), "attempts": chat.c.attempts + 1}
        await self._connection.execute(sa.update(chat).where(chat.c.id == claim.chat.id).values(values))

    async def settle_silenced(self, claim: Claim, state: ChatState, trouble: str) -> None:
        """The chat cannot be reached: nothing more until it wakes."""
        await self._land(claim)
        values = {"state": state, "trouble": trouble, "due_at": None, "attempts": 0}
        # Whoever said /stop meanwhile stays stopped: a blocked reader would wake with the next word.
        active = (chat.c.id == claim.chat.id, chat.c.state == ChatState.ACTIVE)
        await self._connection.execute(sa.update(chat).where(*active).values(values))

    async def get_uncertain(self) -> list[Claim]:
        """What was on its way when the process before this one ended."""
        query = sa.select(chat, in_flight.c.id.label("claim_id"), in_flight.c.until, in_flight.c.claimed_at).join(
            in_flight, in_flight.c.chat_id == chat.c.id
        )
        rows = await self._connection.execute(query)
        return [Claim(row.claim_id, chat_record(row), row.until, row.claimed_at) for row in rows]

    async def get_corrections(self, now: datetime, limit: int) -> list[Post]:
        """Posts whose article has changed since, the longest due first."""
        query = (
            sa.select(post)
            .join(chat, chat.c.id == post.c.chat_id)
            .where(post.c.edit_due_at <= now, chat.c.state == ChatState.ACTIVE)
            .order_by(post.c.edit_due_at)
            .limit(limit)
        )
        return [_post_record(row) for row in await self._connection.execute(query)]

    async def get_posted(self, chat_id: int, message_id: int) -> list[StoryView]:
        """The stories that a message shows, in their order, as they read now."""
        query = sa.select(post.c.article_id).where(post.c.chat_id == chat_id, post.c.message_id == message_id)
        ids = list((await self._connection.execute(query.order_by(post.c.article_id))).scalars())
        return await self._stories(chat_id, ids)

    async def settle_edit(self, chat_id: int, message_id: int, shown: Sequence[StoryView]) -> None:
        """The message shows these revisions now; a later change stays due."""
        for view in shown:
            which = (post.c.chat_id == chat_id, post.c.message_id == message_id, post.c.article_id == view.article.id)
            newest = sa.select(article.c.revision).where(article.c.id == view.article.id).scalar_subquery()
            done = sa.case((newest <= view.article.revision, sa.null()), else_=post.c.edit_due_at)
            image = sa.case((post.c.kind == PostKind.PHOTO, view.article.image), else_=sa.null())
            values = {"revision": view.article.revision, "edit_due_at": done, "image": image}
            await self._connection.execute(sa.update(post).where(*which).values(values))

    async def postpone_edit(self, chat_id: int, message_id: int, due_at: datetime) -> None:
        """Try that edit again later."""
        which = (post.c.chat_id == chat_id, post.c.message_id == message_id, post.c.edit_due_at.is_not(None))
        await self._connection.execute(sa.update(post).where(*which).values(edit_due_at=due_at))

    async def forget_post(self, chat_id: int, message_id: int) -> None:
        """That message is gone, or can be edited no more."""
        which = (post.c.chat_id == chat_id, post.c.message_id == message_id)
        await self._connection.execute(sa.delete(post).where(*which))

    async def forget_posts(self, before: datetime) -> None:
        """The ledger keeps only what was posted since then."""
        await self._connection.execute(sa.delete(post).where(post.c.posted_at < before))

    async def _find_outdated(self, to: Chat, posts: Sequence[Post]) -> None:
        """A correction that came while the message was on its way found no post to mark: mark it now."""
        if to.kind is not ChatKind.CHANNEL:
            return
        newest = sa.select(article.c.revision).where(article.c.id == post.c.article_id).scalar_subquery()
        ours = post.c.message_id.in_({one.message_id for one in posts})
        outdated = sa.and_(post.c.chat_id == to.id, ours, post.c.revision < newest)
        await self._connection.execute(sa.update(post).where(outdated).values(edit_due_at=posts[0].posted_at))

    async def _land(self, claim: Claim) -> bool:
        """Take the row out of the journal; False when the chat was deleted meanwhile, and the row with it."""
        return (await self._connection.execute(sa.delete(in_flight).where(in_flight.c.id == claim.id))).rowcount > 0

    async def _stories(self, chat_id: int, article_ids: Sequence[int]) -> list[StoryView]:
        """These articles as stories, each with the topics that this chat follows or that the settings name.

        Not all topics it matches: another reader's question is nobody's business.
        """
        query = select_articles().where(article.c.id.in_(article_ids)).order_by(article.c.id)
        views = await story_views(self._connection, list(await self._connection.execute(query)))
        followed = sa.select(follow.c.topic_id).where(follow.c.chat_id == chat_id, follow.c.topic_id.is_not(None))
        shown = sa.select(topic.c.name).where(sa.or_(topic.c.from_settings, topic.c.id.in_(followed)))
        names = set((await self._connection.execute(shown)).scalars())
        return [
            StoryView(
                view.story_id, view.article, view.articles, tuple(one for one in view.article.topics if one in names)
            )
            for view in views
        ]


def _while_active(due_at: datetime) -> sa.ColumnElement[Any]:
    """A due time for a chat that may have been silenced while a message was on its way to it."""
    return sa.case((chat.c.state == ChatState.ACTIVE, sa.literal(due_at, UtcDateTime)), else_=sa.null())


def _matches(chat_id: int) -> sa.ColumnElement[bool]:
    """Whether a follow of this chat asks for an article."""
    about = sa.select(article_topic.c.article_id).where(
        article_topic.c.topic_id == follow.c.topic_id, article_topic.c.article_id == article.c.id
    )
    return sa.and_(
        follow.c.chat_id == chat_id,
        sa.or_(follow.c.source_id.is_(None), follow.c.source_id == article.c.source_id),
        sa.or_(follow.c.topic_id.is_(None), about.exists()),
    )


def _post_record(row: sa.Row[Any]) -> Post:
    return Post(
        chat_id=row.chat_id,
        message_id=row.message_id,
        story_id=row.story_id,
        article_id=row.article_id,
        revision=row.revision,
        kind=PostKind(row.kind),
        posted_at=row.posted_at,
        image=row.image,
    )


def _post_values(record: Post) -> dict[str, Any]:
    return {
        "chat_id": record.chat_id,
        "message_id": record.message_id,
        "story_id": record.story_id,
        "article_id": record.article_id,
        "revision": record.revision,
        "kind": record.kind,
        "posted_at": record.posted_at,
        "image": record.image,
        "edit_due_at": None,
    }
