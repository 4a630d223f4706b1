"""Topics: saved questions, their other names, and the articles that match them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.asking import StoredTopic
from storage.dialect import insert
from storage.errors import NotFound
from storage.naming import Alias, AliasOrigin
from storage.records import Topic, TopicView
from storage.tables import article_topic, question, topic, topic_alias

MOST_OFFERED = 500  # topics of the settings that are looked at when something near is sought

STORED_PAGE = 5_000  # rows: what a page takes is little beside the index it becomes
STALE_PAGE = 1_000
KEYS_AT_ONCE = 50  # SQLite allows an expression a depth of 1,000
SCANNED = 20_000  # topics that are looked through word by word, some milliseconds

# What parts the words of a key that are in a phrase or have a sign before them.
_SIGNS = '":-'
_BARE = str.maketrans(_SIGNS, " " * len(_SIGNS))


_RECORD = (topic.c.id, topic.c.name, topic.c.key, topic.c.from_settings)


_A_STALE_ONE = sa.select(topic.c.id).where(topic.c.terms.is_(None)).limit(1)


class TopicStore:
    """Topics are shared: chats that ask the same follow the same one."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get_all(self, *, above: int = 0) -> list[Topic]:
        """Every topic, oldest first; with `above` only those made after the one with this id."""
        return await self._topics(topic.c.id > above)

    async def get(self, topic_id: int) -> Topic:
        """Raises `NotFound`."""
        found = await self._topics(topic.c.id == topic_id)
        if not found:
            raise NotFound("topic", topic_id)
        return found[0]

    async def get_many(self, topic_ids: Collection[int]) -> list[Topic]:
        """Those of them that exist, the oldest first."""
        return await self._topics(topic.c.id.in_(topic_ids))

    async def add(self, name: str, key: str) -> Topic:
        """The topic with this key, made if there is none."""
        statement = insert(self._connection, topic).values(name=name, key=key, from_settings=False)
        await self._connection.execute(statement.on_conflict_do_nothing(index_elements=["key"]))
        return (await self._topics(topic.c.key == key))[0]

    async def find(self, keys: Collection[str], alias_keys: Collection[str]) -> list[Topic]:
        """The topics that stand under one of these keys themselves, or by an alias, the oldest first."""
        by_alias = sa.select(topic_alias.c.topic_id).where(topic_alias.c.key.in_(alias_keys))
        named = sa.or_(topic.c.key.in_(keys), topic.c.id.in_(by_alias))
        return await self._topics(named) if keys or alias_keys else []

    async def get_aliases(self, topic_id: int) -> list[Alias]:
        """The other names of a topic with who gave them, the settings' first."""
        query = sa.select(topic_alias).where(topic_alias.c.topic_id == topic_id)
        query = query.order_by(topic_alias.c.origin.desc(), topic_alias.c.alias)
        return [Alias(row.alias, row.key, AliasOrigin(row.origin)) for row in await self._connection.execute(query)]

    async def add_alias(self, topic_id: int, alias: Alias) -> bool:
        """Give a topic one more name; False when it has it already. The topic is matched anew."""
        if any(one.key == alias.key for one in await self.get_aliases(topic_id)):
            return False
        await self._connection.execute(sa.insert(topic_alias).values(**_alias_row(topic_id, alias)))
        await self._make_stale(topic_id)
        return True

    async def remove_alias(self, topic_id: int, name: str) -> bool:
        """Take a name that an admin gave off again; False when there is none. The topic is matched anew."""
        given = (
            topic_alias.c.topic_id == topic_id,
            topic_alias.c.alias == name,
            topic_alias.c.origin == AliasOrigin.ADMIN,
        )
        gone = await self._connection.execute(sa.delete(topic_alias).where(*given))
        if gone.rowcount:
            await self._make_stale(topic_id)
        return bool(gone.rowcount)

    async def name_from_settings(self, name: str, key: str, aliases: Sequence[Alias]) -> Topic:
        """The topic with this key under the name and the aliases that settings give it; those of admins stay."""
        said = {"name": name, "from_settings": True}
        await self._rename_key(name, key)
        statement = insert(self._connection, topic).values(key=key, **said)
        changed = sa.or_(topic.c.name != name, topic.c.from_settings.is_(sa.false()))
        anew = {**said, "terms": None, "has_past": False}
        statement = statement.on_conflict_do_update(index_elements=["key"], set_=anew, where=changed)
        await self._connection.execute(statement)
        topic_id = (await self._connection.execute(sa.select(topic.c.id).where(topic.c.key == key))).scalar_one()
        wanted = {alias.name: alias for alias in aliases}
        stand = {one.name: one for one in await self.get_aliases(topic_id)}
        kept = {one.name for one in stand.values() if one.origin is AliasOrigin.ADMIN or wanted.get(one.name) == one}
        gone = topic_alias.c.alias.in_(stand.keys() - kept)
        await self._connection.execute(sa.delete(topic_alias).where(topic_alias.c.topic_id == topic_id, gone))
        rows = [_alias_row(topic_id, alias) for alias in wanted.values() if alias.name not in kept]
        if rows:
            await self._connection.execute(sa.insert(topic_alias), rows)
        if rows or stand.keys() - kept:
            await self._make_stale(topic_id)
        return await self.get(topic_id)

    async def get_from_settings(self) -> list[Topic]:
        """The topics that the settings name, the oldest first; no more than can be looked at one by one."""
        return await self._topics(topic.c.from_settings, limit=MOST_OFFERED)

    async def get_offered(self, also: Collection[int] = ()) -> list[TopicView]:
        """The settings' topics and those with these ids, the richest first.

        What other readers asked for is nobody's business and is never offered.
        """
        found = {one.id: one for one in await self.get_from_settings()}
        if also:
            found |= {one.id: one for one in await self._topics(topic.c.id.in_(also))}
        views = await self.count_articles(list(found.values()))
        return sorted(views, key=lambda view: (not view.topic.from_settings, -view.stories, view.topic.id))

    async def count_articles(self, topics: Sequence[Topic]) -> list[TopicView]:
        """These topics with the number of their articles."""
        query = (
            sa.select(article_topic.c.topic_id, sa.func.count().label("articles"))
            .where(article_topic.c.topic_id.in_([one.id for one in topics]))
            .group_by(article_topic.c.topic_id)
        )
        counts = {row.topic_id: row.articles for row in await self._connection.execute(query)}
        return [TopicView(one, counts.get(one.id, 0)) for one in topics]

    async def keep_settings(self, keys: Collection[str]) -> None:
        """Topics that stood in settings and do so no more are nobody's but their followers'.

        They lose the names that the settings gave them; those of admins stay.
        """
        left = sa.and_(topic.c.from_settings, topic.c.key.not_in(keys))
        gone = list((await self._connection.execute(sa.select(topic.c.id).where(left))).scalars())
        given = sa.and_(topic_alias.c.topic_id.in_(gone), topic_alias.c.origin == AliasOrigin.SETTINGS)
        names = list((await self._connection.execute(sa.select(topic_alias.c.key).where(given))).scalars())
        await self.mark_stale(names)
        await self._connection.execute(sa.delete(topic_alias).where(given))
        dropped = sa.update(topic).where(topic.c.id.in_(gone))
        await self._connection.execute(dropped.values(from_settings=False, terms=None, has_past=False))

    async def attach(self, article_id: int, topic_ids: Sequence[int], *, is_late: bool = False) -> None:
        """The topics of an article are now just these; one that it has already keeps its row.

        `is_late`: the others are found after it came, for the archive alone.
        """
        of_article = article_topic.c.article_id == article_id
        have = set((await self._connection.execute(sa.select(article_topic.c.topic_id).where(of_article))).scalars())
        gone = have - set(topic_ids)
        if gone:
            no_longer = article_topic.c.topic_id.in_(gone)
            await self._connection.execute(sa.delete(article_topic).where(of_article, no_longer))
        rows = [{"topic_id": one, "article_id": article_id, "is_late": is_late} for one in topic_ids if one not in have]
        if rows:
            await self._connection.execute(sa.insert(article_topic), rows)

    async def get_attached(self, article_id: int) -> dict[int, bool]:
        """The topics of an article, each with whether it was found after the article had come."""
        query = sa.select(article_topic.c.topic_id, article_topic.c.is_late)
        rows = await self._connection.execute(query.where(article_topic.c.article_id == article_id))
        return {row.topic_id: row.is_late for row in rows}

    async def get_stored(self, *, above: int = 0, limit: int = STORED_PAGE) -> list[StoredTopic]:
        """Topics as their index loads them, oldest first: a page of those made after the one with the id `above`."""
        query = sa.select(topic.c.id, topic.c.terms).where(topic.c.id > above, topic.c.terms.is_not(None))
        rows = await self._connection.execute(query.order_by(topic.c.id).limit(limit))
        return [StoredTopic(topic_id, terms) for topic_id, terms in rows]

    async def get_stale(self, *, limit: int = STALE_PAGE) -> list[Topic]:
        """The oldest of the topics whose terms are to be made: new ones, and those that were marked."""
        if (await self._connection.execute(_A_STALE_ONE)).first() is None:  # as nearly always
            return []
        return await self._topics(topic.c.terms.is_(None), limit=limit)

    async def keep_terms(self, topic_id: int, terms: bytes) -> None:
        """Its question as the index of topics is to load it from now on."""
        await self._connection.execute(sa.update(topic).where(topic.c.id == topic_id).values(terms=terms))

    async def mark_stale(self, keys: Collection[str]) -> None:
        """The terms of each topic whose question uses a name with one of these keys are to be made anew.

        Among up to SCANNED topics those are all that have its words: more than use the name, never less, for words in
        a row stand sorted in a key. Among more only those that ask for the name and nothing else; the others learn it
        with the next change of theirs. Looking through a million would hold the writer for a second a name.
        """
        if not keys:
            return
        named = sa.select(topic_alias.c.topic_id).where(topic_alias.c.key.in_(keys))
        found: list[sa.ColumnElement[bool]] = [topic.c.key.in_(keys), topic.c.id.in_(named)]
        newest = (await self._connection.execute(sa.select(sa.func.max(topic.c.id)))).scalar() or 0
        if newest <= SCANNED:
            padded = sa.literal(" ") + _bare(topic.c.key) + " "
            found += [
                sa.and_(*(padded.contains(f" {word} ", autoescape=True) for word in words))
                for key in sorted(keys)
                if (words := key.translate(_BARE).split())
            ]
        for start in range(0, len(found), KEYS_AT_ONCE):
            which = sa.select(topic.c.id).where(sa.or_(*found[start : start + KEYS_AT_ONCE]))
            await self._connection.execute(sa.update(topic).where(topic.c.id.in_(which)).values(terms=None))

    async def outdate(self, version: bytes) -> None:
        """All terms that do not begin with this version are to be made anew."""
        is_other = sa.func.substr(topic.c.terms, 1, len(version)) != version
        await self._connection.execute(sa.update(topic).where(is_other).values(terms=None))

    async def keep_question(self, text: str, now: datetime) -> int:
        """A short number for a question, for buttons that page its list."""
        statement = insert(self._connection, question).values(text=text, asked_at=now)
        statement = statement.on_conflict_do_update(index_elements=["text"], set_={"asked_at": now})
        kept: int = (await self._connection.execute(statement.returning(question.c.id))).scalar_one()
        return kept

    async def get_question(self, question_id: int) -> str:
        """The text of a kept question. Raises `NotFound` once it was forgotten."""
        query = sa.select(question.c.text).where(question.c.id == question_id)
        text: str | None = (await self._connection.execute(query)).scalar()
        if text is None:
            raise NotFound("question", question_id)
        return text

    async def forget_questions(self, before: datetime) -> None:
        """Drop questions that nobody has asked since then."""
        await self._connection.execute(sa.delete(question).where(question.c.asked_at < before))

    async def _topics(self, *conditions: sa.ColumnElement[bool], limit: int | None = None) -> list[Topic]:
        """Topics with their aliases, the oldest first, in one statement."""
        found = sa.select(*_RECORD).where(*conditions).order_by(topic.c.id).limit(limit).subquery()
        query = sa.select(found, topic_alias.c.alias).select_from(
            found.outerjoin(topic_alias, topic_alias.c.topic_id == found.c.id)
        )
        topics: dict[int, Topic] = {}
        for row in await self._connection.execute(query.order_by(found.c.id, topic_alias.c.alias)):
            known = topics.get(row.id) or Topic(row.id, row.name, row.key, (), row.from_settings)
            topics[row.id] = replace(known, aliases=(*known.aliases, row.alias)) if row.alias is not None else known
        return list(topics.values())

    async def rekey(self, topic_id: int, key: str, alias_keys: Mapping[str, str]) -> None:
        """Another version of the lemmatiser knows a topic by another key, and its aliases by these.

        One whose new key is taken keeps the old one: it is the same question, asked by others.
        """
        taken = topic.alias()
        is_taken = sa.exists().where(taken.c.key == key)
        change = sa.update(topic).where(topic.c.id == topic_id, topic.c.key != key, ~is_taken)
        await self._connection.execute(change.values(key=key))
        for name, alias_key in alias_keys.items():
            of_alias = (topic_alias.c.topic_id == topic_id, topic_alias.c.alias == name, topic_alias.c.key != alias_key)
            await self._connection.execute(sa.update(topic_alias).where(*of_alias).values(key=alias_key))

    async def _rename_key(self, name: str, key: str) -> None:
        """The settings' topic of this name is the same one when the lemmatiser gives it another key."""
        query = sa.select(topic.c.id).where(topic.c.from_settings, topic.c.name == name, topic.c.key != key)
        for topic_id in (await self._connection.execute(query)).scalars():
            await self.rekey(topic_id, key, {})

    async def _make_stale(self, topic_id: int) -> None:
        """Whatever matches topics reads this one anew, and its past is looked for anew."""
        anew = sa.update(topic).where(topic.c.id == topic_id)
        await self._connection.execute(anew.values(terms=None, has_past=False))


def _bare(key: sa.ColumnElement[str]) -> sa.ColumnElement[str]:
    """The key's words with nothing but blanks between them."""
    for sign in _SIGNS:
        key = sa.func.replace(key, sign, " ")
    return key


def _alias_row(topic_id: int, alias: Alias) -> dict[str, Any]:
    return {"topic_id": topic_id, "alias": alias.name, "key": alias.key, "origin": alias.origin.value}
