"""Articles: added once, revised in place, read as records."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.errors import NotFound
from storage.records import ArchiveSize, Article, ChatKind, KnownArticle, NewArticle
from storage.rows import article_record, select_articles, topics_of
from storage.search import index_article, unindex_article
from storage.tables import article, chat, post, source, story

# SQLite takes 32,766 parameters a statement; PostgreSQL more.
PARAMETERS = 10_000


class ArticleStore:
    """The archive's pages. A changed page is a new revision of the same article, never a new one."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, article_id: int) -> Article:
        """Raises `NotFound`."""
        found = await self.get_many([article_id])
        if not found:
            raise NotFound("article", article_id)
        return found[0]

    async def get_many(self, ids: Sequence[int]) -> list[Article]:
        """Those of the articles that exist, in the order asked."""
        rows = await self._connection.execute(select_articles().where(article.c.id.in_(ids)))
        by_id = {row.id: row for row in rows}
        topics = await topics_of(self._connection, by_id)
        return [article_record(by_id[one], topics.get(one, ())) for one in ids if one in by_id]

    async def get_by_url(self, url: str) -> Article | None:
        """The newest article at this canonical address."""
        query = sa.select(article.c.id).where(article.c.url == url).order_by(article.c.id.desc()).limit(1)
        found = (await self._connection.execute(query)).scalar()
        return None if found is None else await self.get(found)

    async def get_known(self, source_id: int, identities: Iterable[str]) -> dict[str, KnownArticle]:
        """What is stored of these identities of one source, by identity."""
        wanted = list(identities)
        known: dict[str, KnownArticle] = {}
        columns = (article.c.id, article.c.identity, article.c.url, article.c.feed_hash, article.c.published_at)
        for start in range(0, len(wanted), PARAMETERS):
            part = wanted[start : start + PARAMETERS]
            query = sa.select(*columns).where(article.c.source_id == source_id, article.c.identity.in_(part))
            for row in await self._connection.execute(query):
                known[row.identity] = KnownArticle(*row)
        return known

    async def add(self, new: NewArticle, story_id: int, arrived_at: datetime, *, is_pushed: bool) -> int:
        """Store and index a new article; the id tells its place in the order of arrival."""
        values = _values(new) | {
            "story_id": story_id,
            "source_id": new.source_id,
            "identity": new.identity,
            "arrived_at": arrived_at,
            "is_pushed": is_pushed,
            "revision": 1,
        }
        statement = sa.insert(article).values(values).returning(article.c.id)
        article_id: int = (await self._connection.execute(statement)).scalar_one()
        await index_article(self._connection, article_id, new.lemmas)
        return article_id

    async def revise(self, article_id: int, new: NewArticle, now: datetime) -> bool:
        """Replace what changed; whether a person would see the difference.

        A visible change (title, lead, body or picture) is the next revision and makes the posts that stand in
        channels due for an edit.
        """
        old = (await self._connection.execute(sa.select(article).where(article.c.id == article_id))).one()
        values = _values(new)
        visible = any(getattr(old, name) != values[name] for name in ("title", "lead", "body", "image"))
        if visible:
            values["revision"] = old.revision + 1
        await self._connection.execute(sa.update(article).where(article.c.id == article_id).values(values))
        if old.lemmas != new.lemmas:
            await unindex_article(self._connection, article_id, old.lemmas)
            await index_article(self._connection, article_id, new.lemmas)
        if visible:
            channels = sa.select(chat.c.id).where(chat.c.kind == ChatKind.CHANNEL)
            stands = sa.and_(post.c.article_id == article_id, post.c.chat_id.in_(channels))
            await self._connection.execute(sa.update(post).where(stands).values(edit_due_at=now))
        return visible

    async def get_newest_id(self) -> int:
        """The end of the log; 0 while the archive is empty."""
        return (await self._connection.execute(sa.select(sa.func.max(article.c.id)))).scalar() or 0

    async def count(self) -> ArchiveSize:
        """How much there is."""
        counts = [
            sa.select(sa.func.count()).select_from(article).scalar_subquery(),
            sa.select(sa.func.count()).select_from(story).scalar_subquery(),
            sa.select(sa.func.count()).select_from(source).where(source.c.removed_at.is_(None)).scalar_subquery(),
            sa.select(sa.func.count()).select_from(chat).scalar_subquery(),
        ]
        numbers = (await self._connection.execute(sa.select(*counts))).one()
        newest = await self._connection.execute(sa.select(article.c.arrived_at).order_by(article.c.id.desc()).limit(1))
        articles, stories, sources, chats = numbers
        return ArchiveSize(articles, stories, sources, chats, newest.scalar())


def _values(new: NewArticle) -> dict[str, Any]:
    """What a revision may change."""
    return {
        "url": new.url,
        "title": new.title,
        "lead": new.lead,
        "body": [asdict(block) for block in new.body],
        "language": new.language,
        "published_at": new.published_at,
        "image": new.image,
        "author": new.author,
        "tags": list(new.tags),
        "lemmas": new.lemmas,
        "fingerprint": new.fingerprint,
        "feed_hash": new.feed_hash,
    }
