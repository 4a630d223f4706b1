"""What a reader's follows and bookmarks say of stories."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.deliveries import Post
from storage.posts import post_record
from storage.tables import article, article_topic, follow, post, saved, story

_SINCE: sa.BindParameter[datetime] = sa.bindparam("since", type_=story.c.opened_at.type)
_CHAT: sa.BindParameter[int] = sa.bindparam("chat_id")

# The pages of stories opened since then. Their lowest id bounds what is read of a topic: it may have years of articles.
_FRESH = sa.select(article.c.id, article.c.story_id, article.c.source_id).join(story, story.c.id == article.c.story_id)
_OPENED = _FRESH.where(story.c.opened_at >= _SINCE, article.c.withdrawn_at.is_(None)).cte().prefix_with("MATERIALIZED")
_LOWEST = sa.select(sa.func.min(_OPENED.c.id)).scalar_subquery()


def _made_counts() -> sa.Select[Any]:
    """How many of a chat's follows each of those stories answers; follows of everything are none of them."""
    of_source = sa.or_(follow.c.source_id.is_(None), follow.c.source_id == _OPENED.c.source_id)
    by_topic = (
        sa.select(_OPENED.c.story_id, follow.c.id)
        .select_from(follow)
        .join(article_topic, article_topic.c.topic_id == follow.c.topic_id)
        .join(_OPENED, _OPENED.c.id == article_topic.c.article_id)
        .where(follow.c.chat_id == _CHAT, article_topic.c.article_id >= _LOWEST, of_source)
    )
    by_source = (
        sa.select(_OPENED.c.story_id, follow.c.id)
        .select_from(follow)
        .join(_OPENED, _OPENED.c.source_id == follow.c.source_id)
        .where(follow.c.chat_id == _CHAT, follow.c.topic_id.is_(None))
    )
    answered = sa.union(by_topic, by_source).subquery()  # each pair once, however many pages answer the follow
    return sa.select(answered.c.story_id, sa.func.count().label("follows")).group_by(answered.c.story_id)


_COUNTS = _made_counts()
_SAVED = (
    sa.select(saved.c.article_id)
    .join(article, article.c.id == saved.c.article_id)
    .where(saved.c.chat_id == _CHAT, article.c.story_id == sa.bindparam("story_id"))
    .order_by(saved.c.article_id)
)


_TOLD = (
    sa.select(post)
    .where(post.c.chat_id == _CHAT, post.c.story_id == sa.bindparam("story_id"))
    .order_by(post.c.message_id, post.c.place)
)


class ReaderStore:
    """Stories as one chat sees them."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def count_follows(self, chat_id: int, since: datetime) -> dict[int, int]:
        """Of the stories opened since then, those that follows of the chat match, each with how many of them do."""
        rows = await self._connection.execute(_COUNTS, {"chat_id": chat_id, "since": since})
        return {row.story_id: row.follows for row in rows}

    async def get_saved_of(self, chat_id: int, story_id: int) -> list[int]:
        """The pages of a story that the chat has saved."""
        return list((await self._connection.execute(_SAVED, {"chat_id": chat_id, "story_id": story_id})).scalars())

    async def get_told(self, chat_id: int, story_id: int) -> list[Post]:
        """What stands of a story in a chat, as far as the ledger goes back, the first message first."""
        rows = await self._connection.execute(_TOLD, {"chat_id": chat_id, "story_id": story_id})
        return [post_record(row) for row in rows]
