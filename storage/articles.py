"""Articles: added once, revised in place, read as records."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage.addresses import page_key
from storage.entities import count_entities, discount_entities
from storage.errors import NotFound
from storage.leads import lose_page
from storage.lookups import ArticleLookups
from storage.naming import Entity, NewEntity
from storage.outdated import mark_naming, mark_outdated
from storage.pastids import free_past_id
from storage.records import ArchiveSize, Article, NewArticle
from storage.rows import article_record, pack_block, select_articles, topics_of
from storage.sketches import note_regrouped
from storage.tables import article, article_topic, chat, source, story
from storage.terms import Terms, index_article, marks_of, unindex_article, unpack_terms

# Made once: to make a statement takes longer than to execute it.
_ADDED = sa.insert(article).returning(article.c.id)


class ArticleStore(ArticleLookups):
    """The archive's pages. A changed page is a new revision of the same article, never a new one."""

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

    async def get_below(self, article_id: int | None, *, limit: int) -> list[Article]:
        """The newest that stand below this id, or at all, newest first; without their topics."""
        which = [article.c.withdrawn_at.is_(None)] + ([] if article_id is None else [article.c.id < article_id])
        query = select_articles().where(*which).order_by(article.c.id.desc()).limit(limit)
        return [article_record(row, ()) for row in await self._connection.execute(query)]

    async def get_by_url(self, url: str) -> Article | None:
        """The newest article at this canonical address, or at another edition of its page (www, mobile, AMP)."""
        at = sa.or_(article.c.url == url, sa.and_(article.c.page_key == page_key(url), article.c.page_key != ""))
        query = sa.select(article.c.id).where(at).order_by(article.c.id.desc()).limit(1)
        found = (await self._connection.execute(query)).scalar()
        return None if found is None else await self.get(found)

    async def is_pushed(self, article_id: int) -> bool:
        """Whether it came to be sent; the past and what a source's first fetch found only stand in the archive."""
        query = sa.select(article.c.is_pushed).where(article.c.id == article_id)
        return bool((await self._connection.execute(query)).scalar())

    async def get_first_arrival(self, source_id: int) -> datetime | None:
        """When the first article of a source came by itself, not with an import; None while there is none."""
        query = sa.select(article.c.arrived_at).where(article.c.source_id == source_id, article.c.id > 0)
        found: datetime | None = (await self._connection.execute(query.order_by(article.c.id).limit(1))).scalar()
        return found

    async def add(
        self,
        new: NewArticle,
        story_id: int,
        arrived_at: datetime,
        *,
        is_pushed: bool,
        is_past: bool = False,
        is_turn: bool = False,
    ) -> int:
        """Store and index a new article; the id tells its place in the order of arrival.

        `is_turn`: the facts of its story changed with it.
        `is_past` gives it an id by its date, below all that arrived by itself: imports of any years in any order
        stand among one another by date, and never above the news of the day.
        """
        values = {"id": await free_past_id(self._connection, new.published_at)} if is_past else {}
        values |= _values(new) | {
            "story_id": story_id,
            "source_id": new.source_id,
            "arrived_at": arrived_at,
            "is_pushed": is_pushed,
            "is_turn": is_turn,
            "revision": 1,
            "entities": _packed(await count_entities(self._connection, new.entities, new.published_at.date())),
        }
        article_id: int = (await self._connection.execute(_ADDED, values)).scalar_one()
        await index_article(self._connection, article_id, _terms(new))
        return article_id

    async def revise(self, article_id: int, new: NewArticle, now: datetime) -> bool:
        """Replace what changed; whether a person would see the difference.

        A visible change (title, lead, body or picture) is the next revision, and what stands somewhere is outdated
        by it. A withdrawn article stays as it was, whatever its site says later: only that the feed was read is noted.
        """
        old = (await self._connection.execute(sa.select(article).where(article.c.id == article_id))).one()
        if old.withdrawn_at is not None:
            await self._update(article_id, {"feed_hash": new.feed_hash})
            return False
        # The first date stays: ids and days are counted by it, and sites date a page anew with each correction.
        values = _values(new) | {"published_at": old.published_at}
        visible = any(getattr(old, name) != values[name] for name in ("title", "lead", "body", "image"))
        if visible:
            values["revision"] = old.revision + 1
        await self._discount(old)
        values["entities"] = _packed(await count_entities(self._connection, new.entities, old.published_at.date()))
        await self._update(article_id, values)
        if old.terms != values["terms"]:
            await self._unindex(article_id, old.terms)
            await index_article(self._connection, article_id, _terms(new))
        if visible:
            await mark_outdated(self._connection, article_id, now)
        return visible

    async def reindex(
        self, article_id: int, *, revision: int, lemmas: str, title_lemmas: str, entities: Sequence[NewEntity]
    ) -> bool:
        """Replace what search and trends know of an article: its text was read anew, as it stood in this revision.

        False where it has changed since or was withdrawn; then nothing is done.
        """
        old = (await self._connection.execute(sa.select(article).where(article.c.id == article_id))).first()
        if old is None or old.withdrawn_at is not None or old.revision != revision:
            return False
        terms = Terms(title_lemmas, lemmas, marks_of(old.source_id, old.language))
        await self._discount(old)
        kept = await count_entities(self._connection, entities, old.published_at.date())
        await self._update(article_id, {"terms": terms.pack(), "entities": _packed(kept)})
        await self._unindex(article_id, old.terms)
        await index_article(self._connection, article_id, terms)
        return True

    async def is_indexed(self) -> bool:
        """Whether the newest article that stands can be found by its words; so can an archive without any."""
        query = sa.select(article.c.terms.is_not(None)).where(article.c.withdrawn_at.is_(None))
        newest = (await self._connection.execute(query.order_by(article.c.id.desc()).limit(1))).scalar()
        return newest is None or bool(newest)

    async def withdraw(
        self, article_id: int, now: datetime, *, feed_hash: str | None = None, preferred: Sequence[int] = ()
    ) -> bool:
        """Take an article back for good: nobody finds it any more, and what stands of it is removed or marked.

        False when it was withdrawn already. `feed_hash` notes what the feed says now, so that the page is not asked
        for again. Nothing undoes a withdrawal by itself, whoever asked for it: a page that comes back after it was
        taken down is for people to judge. Its story is led by the best article that still stands, if there is one;
        `preferred` are sources, the first before the others.
        Raises `NotFound`.
        """
        old = (await self._connection.execute(sa.select(article).where(article.c.id == article_id))).first()
        if old is None:
            raise NotFound("article", article_id)
        if feed_hash is not None:
            await self._update(article_id, {"feed_hash": feed_hash})
        if old.withdrawn_at is not None:
            return False
        await self._update(article_id, {"withdrawn_at": now, "revision": old.revision + 1})
        await self._unindex(article_id, old.terms)
        await self._discount(old)
        await self._connection.execute(sa.delete(article_topic).where(article_topic.c.article_id == article_id))
        await note_regrouped(self._connection, now, article.c.id == article_id)
        await lose_page(self._connection, old.story_id, now, preferred)
        await mark_naming(self._connection, article_id, old.story_id, now)
        await mark_outdated(self._connection, article_id, now)
        return True

    async def _discount(self, old: sa.Row[Any]) -> None:
        """One article less speaks of whom and what this one spoke of."""
        await discount_entities(self._connection, [number for number, *_ in old.entities], old.published_at.date())

    async def _unindex(self, article_id: int, packed: bytes | None) -> None:
        if packed is not None:
            await unindex_article(self._connection, article_id, unpack_terms(packed))

    async def _update(self, article_id: int, values: Mapping[str, Any]) -> None:
        await self._connection.execute(sa.update(article).where(article.c.id == article_id).values(values))

    async def count(self) -> ArchiveSize:
        """How much there is."""
        counts = [
            sa.select(sa.func.count()).select_from(article).scalar_subquery(),
            sa.select(sa.func.count()).select_from(story).where(story.c.merged_into.is_(None)).scalar_subquery(),
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
        "identity": new.identity,
        "url": new.url,
        "title": new.title,
        "lead": new.lead,
        "body": [pack_block(block) for block in new.body],
        "language": new.language,
        "published_at": new.published_at,
        "image": new.image,
        "author": new.author,
        "tags": list(new.tags),
        "terms": _terms(new).pack(),
        "fingerprint": new.fingerprint,
        "feed_hash": new.feed_hash,
        "page_key": new.page_key,
        "section": new.section,
        "modified_at": new.modified_at,
    }


def _packed(entities: Sequence[Entity]) -> list[list[Any]]:
    """As an article keeps them."""
    return [[one.id, one.kind, one.name] for one in entities]


def _terms(new: NewArticle) -> Terms:
    return Terms(new.title_lemmas, new.lemmas, marks_of(new.source_id, new.language))
