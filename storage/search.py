"""The search index: SQLite's FTS5 over lemmas, newest first by rowid.

Contentless and without positions it is the smallest and quickest (232 MB and a p99 of 3 ms a million articles);
what it cannot tell, the caller's `accepts` decides on the article itself. Ordering by anything but the rowid
costs hundreds of milliseconds on a common word, so article ids are the order of arrival.
"""

import zlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.asking import Candidates, Clause, Form
from storage.records import Article, StoryView
from storage.rows import article_record, select_articles, story_views
from storage.tables import article

BATCH = 64
LOOKED_AT = 3000  # articles that are read for one question, a few milliseconds each at worst
NEWEST = 2**62  # above every id

Accepts = Callable[[Article], bool]


class SearchStore:
    """Finds articles by their words."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def find(
        self, candidates: Candidates, accepts: Accepts | None = None, *, skip: int = 0, limit: int = 6
    ) -> list[StoryView]:
        """Stories that the question accepts, newest first, each by the newest article that matches.

        `accepts` of None takes every candidate. Reads no more of the archive than fills `skip + limit`, and where
        `accepts` has to judge no more than the newest LOOKED_AT: nobody's question may hold up all others.
        """
        found: list[sa.Row[Any]] = []
        stories: set[int] = set()
        before = NEWEST
        looked_at = 0
        while len(found) < skip + limit and (accepts is None or looked_at < LOOKED_AT):
            ids = await self._newest(candidates, before)
            looked_at += len(ids)
            for row in await self._rows(ids):
                if row.story_id not in stories and (accepts is None or accepts(article_record(row, ()))):
                    stories.add(row.story_id)
                    found.append(row)
            if len(ids) < BATCH:
                break
            before = ids[-1]
        return await story_views(self._connection, found[skip : skip + limit])

    async def find_ids(self, candidates: Candidates, accepts: Accepts | None, *, limit: int) -> list[int]:
        """Ids of the newest articles that the question accepts, looking at `limit` candidates at most."""
        ids: list[int] = []
        before = NEWEST
        while limit > 0:
            part = (await self._newest(candidates, before))[:limit]
            rows = await self._rows(part)
            ids += [row.id for row in rows if accepts is None or accepts(article_record(row, ()))]
            if len(part) < BATCH:
                break
            limit -= len(part)
            before = part[-1]
        return ids

    async def optimize(self) -> None:
        """Merge the index's segments; seconds on a large archive, so at night."""
        await self._connection.exec_driver_sql("INSERT INTO article_terms(article_terms) VALUES ('optimize')")

    async def _newest(self, candidates: Candidates, before: int) -> list[int]:
        question = _match_expression(candidates)
        if not question:
            return []
        query = sa.text(
            "SELECT rowid FROM article_terms WHERE article_terms MATCH :question AND rowid < :before"
            " ORDER BY rowid DESC LIMIT :batch"
        )
        values = {"question": question, "before": before, "batch": BATCH}
        return list((await self._connection.execute(query, values)).scalars())

    async def _rows(self, ids: list[int]) -> list[sa.Row[Any]]:
        standing = (article.c.id.in_(ids), article.c.withdrawn_at.is_(None))
        query = select_articles().where(*standing).order_by(article.c.id.desc())
        return list(await self._connection.execute(query))


@dataclass(frozen=True, slots=True)
class Terms:
    """What the index is given of an article: its keys word by word, and marks of what else can be asked for."""

    title: str
    body: str
    marks: str = ""

    def pack(self) -> bytes:
        """As it is kept beside the article: a contentless index takes out only the very words that it was given."""
        return zlib.compress(f"{self.title}\n{self.body}\n{self.marks}".encode())


def unpack_terms(packed: bytes) -> Terms:
    """What `Terms.pack` made."""
    title, body, marks = zlib.decompress(packed).decode().split("\n")
    return Terms(title, body, marks)


def marks_of(source_id: int, language: str) -> str:
    """What `source:` and `language:` ask the index for."""
    return f"{_source_mark(source_id)} {_language_mark(language)}"


async def index_article(connection: AsyncConnection, article_id: int, terms: Terms) -> None:
    """Make an article findable."""
    statement = sa.text("INSERT INTO article_terms(rowid, title, body, marks) VALUES (:id, :title, :body, :marks)")
    await connection.execute(statement, {"id": article_id, **asdict(terms)})


async def unindex_article(connection: AsyncConnection, article_id: int, terms: Terms) -> None:
    """Take an article out; a contentless index needs the very words it was given."""
    statement = sa.text(
        "INSERT INTO article_terms(article_terms, rowid, title, body, marks)"
        " VALUES ('delete', :id, :title, :body, :marks)"
    )
    await connection.execute(statement, {"id": article_id, **asdict(terms)})


def _source_mark(source_id: int) -> str:
    return f"source{source_id}"


def _language_mark(language: str) -> str:
    return f"language{language}"


def _match_expression(candidates: Candidates) -> str:
    """FTS5's own language; every key is quoted, so none can be taken for an operator."""
    alternatives = [_all(alternative) for alternative in candidates.alternatives]
    wanted = " OR ".join(f"({one})" for one in alternatives if one)
    return f"{{title body}} : ({wanted})" if wanted else ""


def _all(clauses: tuple[Clause, ...]) -> str:
    parts = [" OR ".join(f"({form})" for one in clause.forms if (form := _form(one))) for clause in clauses]
    return " AND ".join(f"({part})" for part in parts) if parts and all(parts) else ""


def _form(form: Form) -> str:
    words = [sorted(filter(_is_token, keys)) for keys in form]
    return " AND ".join("(" + " OR ".join(f'"{key}"' for key in keys) + ")" for keys in words) if all(words) else ""


def _is_token(key: str) -> bool:
    """Whether the index keeps this key as one word."""
    return bool(key) and all(not letter.isascii() or letter.isalnum() or letter in "-_." for letter in key)
