"""Chats, what they follow, and what they saved."""

from collections.abc import Collection, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.dialect import insert
from storage.errors import NotFound
from storage.records import Chat, ChatKind, ChatState, Follow, FollowView, Night, Page, Rank, Schedule, StoryView
from storage.rows import select_articles, story_views
from storage.stories import PAGE_SIZE
from storage.tables import UtcDateTime, article, article_topic, chat, follow, post, saved, source, topic

# What a chat chooses, or what happens to it; the mailbox alone moves positions forward.
_COLUMNS = tuple(one.name for one in fields(Chat) if one.name != "id")
# What a caller's record says of these may be old: a rank follows from the follows, delivery moves the others.
_DERIVED = frozenset({"rank"})
_MOVED = frozenset({"position", "missed", "attempts"})


class ChatStore:
    """Whoever receives."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def find(self, chat_id: int) -> Chat | None:
        """The chat with this Telegram id, if it is known."""
        row = (await self._connection.execute(sa.select(chat).where(chat.c.id == chat_id))).first()
        return None if row is None else chat_record(row)

    async def get(self, chat_id: int) -> Chat:
        """Raises `NotFound`."""
        found = await self.find(chat_id)
        if found is None:
            raise NotFound("chat", chat_id)
        return found

    async def add(self, new: Chat) -> Chat:
        """Remember a chat; one that is known keeps everything but its names."""
        said = {"title": new.title, "username": new.username, "kind": new.kind}
        statement = insert(self._connection, chat).values(id=new.id, **_values(new))
        await self._connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=said))
        await self._rank(new.id)
        return await self.get(new.id)

    async def save(self, changed: Chat) -> None:
        """Write down every choice of a chat, its due time among them; where delivery stands is not a choice."""
        values = {name: value for name, value in _values(changed).items() if name not in _MOVED}
        await self._connection.execute(sa.update(chat).where(chat.c.id == changed.id).values(values))

    async def wake(self, chat_id: int, due_at: datetime | None) -> Chat:
        """Start deliveries from here on: what came while the chat was silent is not sent after it."""
        end = sa.select(sa.func.coalesce(sa.func.max(article.c.id), 0)).scalar_subquery()
        values = {"state": ChatState.ACTIVE, "position": end, "due_at": due_at, "attempts": 0, "trouble": None}
        await self._connection.execute(sa.update(chat).where(chat.c.id == chat_id).values(values))
        return await self.get(chat_id)

    async def silence(self, chat_id: int, state: ChatState, trouble: str | None = None) -> None:
        """No more deliveries until it wakes; what it follows is kept."""
        values = {"state": state, "due_at": None, "trouble": trouble}
        await self._connection.execute(sa.update(chat).where(chat.c.id == chat_id).values(values))

    async def delete(self, chat_id: int) -> None:
        """Forget a chat: its follows, bookmarks, ledger and all."""
        await self._connection.execute(sa.delete(chat).where(chat.c.id == chat_id))

    async def migrate(self, old_id: int, new_id: int, now: datetime) -> None:
        """A group became a supergroup: every row follows to the new id. A second telling changes nothing.

        What the new id follows already, because it was met before the news of the migration, is kept beside it. It is
        due at once, since a wave may have passed the new id. A supergroup numbers its messages anew, so the ledger of
        the old ones is of no use.
        """
        if old_id == new_id or await self.find(old_id) is None:
            return
        met = [(view.follow.topic_id, view.follow.source_id) for view in await self.get_follows(new_id)]
        await self.delete(new_id)
        await self._connection.execute(sa.delete(post).where(post.c.chat_id == old_id))
        due_at = sa.case(
            (chat.c.state == ChatState.ACTIVE, sa.func.coalesce(chat.c.due_at, sa.literal(now, UtcDateTime))),
            else_=chat.c.due_at,
        )
        values = {"id": new_id, "kind": ChatKind.SUPERGROUP, "due_at": due_at}
        await self._connection.execute(sa.update(chat).where(chat.c.id == old_id).values(values))
        for topic_id, source_id in met:
            await self.follow(new_id, topic_id=topic_id, source_id=source_id)
        await self._rank(new_id)

    async def keep_settings(self, named: Collection[int | str]) -> frozenset[int]:
        """Channels that stood in settings and do so no more receive nothing; `named` are ids and @usernames.

        Their ids: one that the settings know by an old name goes on where it stood once it is found.
        """
        kept = {name.casefold() if isinstance(name, str) else name for name in named}
        rows = await self._connection.execute(sa.select(chat.c.id, chat.c.username).where(chat.c.from_settings))
        gone = [row.id for row in rows if kept.isdisjoint({row.id, f"@{row.username}".casefold()})]
        values = {"state": ChatState.STOPPED, "due_at": None, "from_settings": False}
        await self._connection.execute(sa.update(chat).where(chat.c.id.in_(gone)).values(values))
        return frozenset(gone)

    async def get_follows(self, chat_id: int) -> list[FollowView]:
        """What the chat follows, with the number of articles each has in the archive."""
        of_topic = (
            sa.select(sa.func.count()).select_from(article_topic).where(article_topic.c.topic_id == follow.c.topic_id)
        )
        count = sa.case((follow.c.topic_id.is_not(None), of_topic.scalar_subquery()), else_=0)
        query = (
            sa.select(follow, topic.c.name.label("topic"), source.c.name.label("source"), count.label("stories"))
            .outerjoin(topic, topic.c.id == follow.c.topic_id)
            .outerjoin(source, source.c.id == follow.c.source_id)
            .where(follow.c.chat_id == chat_id)
            .order_by(follow.c.id)
        )
        return [
            FollowView(
                Follow(row.id, row.chat_id, row.topic_id, row.source_id, row.since),
                " · ".join(name for name in (row.topic, row.source) if name),
                row.stories,
            )
            for row in await self._connection.execute(query)
        ]

    async def get_followed_topics(self, chat_id: int) -> frozenset[int]:
        """Ids of the topics that the chat follows."""
        query = sa.select(follow.c.topic_id).where(follow.c.chat_id == chat_id, follow.c.topic_id.is_not(None))
        return frozenset((await self._connection.execute(query)).scalars())

    async def follow(self, chat_id: int, *, topic_id: int | None = None, source_id: int | None = None) -> bool:
        """Follow stories about a topic, of a source, both, or everything, from here on; whether that is new."""
        end = sa.select(sa.func.coalesce(sa.func.max(article.c.id), 0)).scalar_subquery()
        values = {"chat_id": chat_id, "topic_id": topic_id, "source_id": source_id, "since": end}
        statement = insert(self._connection, follow).values(values).on_conflict_do_nothing().returning(follow.c.id)
        is_new = (await self._connection.execute(statement)).first() is not None
        await self._rank(chat_id)
        return is_new

    async def unfollow(self, chat_id: int, *, topic_id: int | None = None, source_id: int | None = None) -> bool:
        """Take back a follow; whether there was one."""
        which = (
            follow.c.chat_id == chat_id,
            follow.c.topic_id.is_not_distinct_from(topic_id),
            follow.c.source_id.is_not_distinct_from(source_id),
        )
        was_there = (await self._connection.execute(sa.delete(follow).where(*which))).rowcount > 0
        await self._rank(chat_id)
        return was_there

    async def replace_follows(self, chat_id: int, wanted: Sequence[tuple[int | None, int | None]]) -> None:
        """Make the follows just these pairs of topic and source; one that stays keeps its beginning."""
        have = {(view.follow.topic_id, view.follow.source_id) for view in await self.get_follows(chat_id)}
        for topic_id, source_id in have - set(wanted):
            await self.unfollow(chat_id, topic_id=topic_id, source_id=source_id)
        for topic_id, source_id in wanted:
            await self.follow(chat_id, topic_id=topic_id, source_id=source_id)

    async def bookmark(self, chat_id: int, article_id: int, now: datetime) -> bool:
        """Save an article, or take it back; whether it is saved now."""
        which = (saved.c.chat_id == chat_id, saved.c.article_id == article_id)
        if (await self._connection.execute(sa.delete(saved).where(*which))).rowcount:
            return False
        values = {"chat_id": chat_id, "article_id": article_id, "saved_at": now}
        await self._connection.execute(sa.insert(saved).values(values))
        return True

    async def is_saved(self, chat_id: int, article_id: int) -> bool:
        """Whether the chat has a bookmark there."""
        query = sa.select(saved.c.article_id).where(saved.c.chat_id == chat_id, saved.c.article_id == article_id)
        return (await self._connection.execute(query)).first() is not None

    async def get_saved(
        self, chat_id: int, page: int = 0, size: int = PAGE_SIZE, language: str | None = None
    ) -> Page[StoryView]:
        """Bookmarks, the last saved first; what was withdrawn since is shown to nobody.

        A story of which several pages were saved is shown by one in this language, else by the last saved.
        """
        best = _best_saved(chat_id, language).subquery()
        query = (
            select_articles()
            .join(best, best.c.id == article.c.id)
            .where(best.c.place == 1)
            .order_by(best.c.saved_at.desc(), article.c.id.desc())
            .limit(size + 1)
            .offset(page * size)
        )
        rows = list(await self._connection.execute(query))
        return Page(tuple(await story_views(self._connection, rows[:size])), page, older=len(rows) > size)

    async def _rank(self, chat_id: int) -> None:
        """Who goes first: channels and groups, then readers who chose, then those who take everything."""
        takes_all = sa.select(follow.c.id).where(
            follow.c.chat_id == chat_id, follow.c.topic_id.is_(None), follow.c.source_id.is_(None)
        )
        rank = sa.case(
            (chat.c.kind != ChatKind.PRIVATE, Rank.CHANNEL.value),
            (takes_all.exists(), Rank.EVERYTHING.value),
            else_=Rank.TOPIC.value,
        )
        await self._connection.execute(sa.update(chat).where(chat.c.id == chat_id).values(rank=rank))


def _best_saved(chat_id: int, language: str | None) -> sa.Select[Any]:
    """The pages that a chat saved, each with its place in its story, and when the story was last saved."""
    is_foreign = sa.case((article.c.language == language, 0), else_=1)
    story_id, saved_at = article.c.story_id, saved.c.saved_at
    place = sa.func.row_number().over(
        partition_by=story_id, order_by=(is_foreign, saved_at.desc(), article.c.id.desc())
    )
    last = sa.func.max(saved_at).over(partition_by=story_id)
    return (
        sa.select(article.c.id, place.label("place"), last.label("saved_at"))
        .join(saved, saved.c.article_id == article.c.id)
        .where(saved.c.chat_id == chat_id, article.c.withdrawn_at.is_(None))
    )


def chat_record(row: sa.Row[Any]) -> Chat:
    """A row of the chat table as a record; spelled out, for a broadcast reads millions of them."""
    return Chat(
        id=row.id,
        kind=ChatKind(row.kind),
        title=row.title,
        username=row.username,
        state=ChatState(row.state),
        language=row.language,
        timezone=row.timezone,
        schedule=Schedule(row.schedule),
        hours=tuple(row.hours),
        weekday=row.weekday,
        night=Night(row.night),
        night_from=row.night_from,
        night_until=row.night_until,
        takes_urgent=row.takes_urgent,
        is_silent=row.is_silent,
        with_pictures=row.with_pictures,
        with_hashtags=row.with_hashtags,
        with_albums=row.with_albums,
        thread_id=row.thread_id,
        position=row.position,
        due_at=row.due_at,
        rank=Rank(row.rank),
        missed=row.missed,
        attempts=row.attempts,
        owner_id=row.owner_id,
        from_settings=row.from_settings,
        trouble=row.trouble,
    )


def _values(record: Chat) -> dict[str, Any]:
    return {name: getattr(record, name) for name in _COLUMNS if name not in _DERIVED} | {"hours": list(record.hours)}
