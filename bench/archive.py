"""An archive of any size in the bot's own tables: articles of words as often as language has them, by the million.

Processes of their own write the articles; they are put into the database past the stores, which take a transaction
each. The same texts go into a plain FTS5 index of raw words beside it, for comparison.
"""

import asyncio
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import numpy as np
import sqlalchemy as sa

from bench.filling import SITE
from bench.questions import SAYING_NOTHING, read_vocabulary, sentence
from bot.topics.lemmas import Lemmatiser
from storage.asking import END, SIDE_BY_SIDE
from storage.database import Database
from storage.records import Block, BlockKind, NewArticle, SourceKind
from storage.tables import article, article_topic, entity, source, story, topic
from storage.terms import IN_TITLE, Terms, keys_in, marks_of

WORDS, FORMS = 30_000, 2  # of the vocabulary, and of each word
SHORT, LONG = 158, 300  # words of an article
TITLE, SENTENCE, PARAGRAPH = 8, 14, 4  # words, words, sentences
FUNCTION_SHARE = 0.35  # of an article's words
BATCH = 2_000  # articles written and stored at once
PROCESSES, AHEAD = 2, 4  # that write, and batches that they are ahead
SOURCES, TOPICS, ENTITIES = 50, 1_000, 3_000
LANGUAGES = ("ru", "ru", "ru", "en")  # the second as a mark alone: the words are the same
JOINS, TELLS_STILL = 0.3, 200  # so many articles tell a story that one of the last so many has begun
EVERY = timedelta(seconds=90)  # an article comes
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
BULK_HASH, USUAL_HASH = 64 * 1024**2, 1024**2  # bytes that FTS5 gathers before it writes a segment


class Text(NamedTuple):
    """An article's words: as numbers of the vocabulary (of numpy; -1 says nothing), and as they are written."""

    numbers: Any
    words: list[str]


@dataclass(frozen=True, slots=True)
class Rows:
    """A batch of articles, ready to be stored."""

    articles: list[dict[str, Any]] = field(default_factory=list)
    stories: dict[int, dict[str, Any]] = field(default_factory=dict)
    links: list[dict[str, Any]] = field(default_factory=list)
    terms: list[tuple[int, str, str, str]] = field(default_factory=list)
    plain: list[tuple[int, str, str]] = field(default_factory=list)


class Author:
    """Draws texts of a vocabulary; those of one batch are always the same. `keys` are those of each written word."""

    def __init__(self, forms: Sequence[Sequence[str]], keys: Mapping[str, str], seed: int) -> None:
        self._seed = seed
        self._keys = keys
        self._counts = np.array([len(one) for one in forms])
        self._starts = np.cumsum(self._counts) - self._counts
        self._forms = np.array([form for one in forms for form in one], dtype=object)
        self._idle = np.array(SAYING_NOTHING, dtype=object)
        self._shares = np.cumsum(1 / np.arange(1, len(forms) + 1))

    def draw(self, batch: int, count: int = BATCH) -> Iterator[Text]:
        """The texts of a batch."""
        chance = np.random.default_rng((self._seed, batch))
        lengths = chance.integers(SHORT, LONG, count)
        total = int(lengths.sum())
        numbers = np.searchsorted(self._shares, chance.random(total) * self._shares[-1])
        words = self._forms[self._starts[numbers] + (chance.random(total) * self._counts[numbers]).astype(int)]
        idle = chance.random(total) < FUNCTION_SHARE
        words[idle] = self._idle[chance.integers(0, len(self._idle), int(idle.sum()))]
        numbers[idle] = -1
        ends = np.cumsum(lengths)
        for start, end in zip(ends - lengths, ends, strict=True):
            yield Text(numbers[start:end], words[start:end].tolist())

    def new(self, words: list[str], number: int, published_at: datetime) -> NewArticle:
        """The article with this number, of these words."""
        title = sentence(words[:TITLE])
        sentences = [sentence(words[start : start + SENTENCE]) for start in range(TITLE, len(words), SENTENCE)]
        texts = [". ".join(sentences[start : start + PARAGRAPH]) for start in range(0, len(sentences), PARAGRAPH)]
        terms = self._terms(words)
        return NewArticle(
            source_id=1 + number % SOURCES,
            identity=f"{SITE}/{number}",
            url=f"{SITE}/{number}",
            title=title,
            lead=texts[0][:200],
            body=tuple(Block(BlockKind.PARAGRAPH, text) for text in texts),
            language=LANGUAGES[number % len(LANGUAGES)],
            published_at=published_at,
            lemmas=terms,
            title_lemmas=terms[: terms.index(END) + 1],
            fingerprint=f"print {number}",
            feed_hash=str(number),
        )

    def _terms(self, words: list[str]) -> str:
        """Word by word, as the bot writes down what it has read."""
        parts = [words[:TITLE], *(words[start : start + SENTENCE] for start in range(TITLE, len(words), SENTENCE))]
        return " ".join(f"{' '.join([self._keys[word] for word in part])} {END}" for part in parts)


def ends_sentence(place: int) -> bool:
    """Whether the word at this place of a text is the last of its sentence or headline."""
    return place + 1 >= TITLE and (place + 1 - TITLE) % SENTENCE == 0


def make_author(seed: int) -> Author:
    """Its words are nouns of the dictionary; what they are known by is looked up once for all processes."""
    vocabulary = read_vocabulary(WORDS, Random(seed))  # noqa: S311 - chance, not secrecy
    forms = [one[:FORMS] for one in vocabulary.forms]
    lemmatiser = Lemmatiser()
    written = {*SAYING_NOTHING, *(form for one in forms for form in one)}
    return Author(forms, {word: SIDE_BY_SIDE.join(sorted(lemmatiser.keys(word, "ru"))) for word in written}, seed)


def moment(number: int, articles: int) -> datetime:
    """When the article with this number came."""
    return NOW - (articles - number) * EVERY


def write(author: Author, batch: int, count: int, articles: int) -> Rows:
    """The rows of a batch of an archive of so many articles; the number of an article is its id."""
    chance = Random(batch)  # noqa: S311 - chance, not secrecy
    rows = Rows()
    for number, text in enumerate(author.draw(batch, count), batch * BATCH + 1):
        new = author.new(text.words, number, moment(number, articles))
        still = list(rows.stories)[-TELLS_STILL:]
        story_id = chance.choice(still) if still and chance.random() < JOINS else number
        first: dict[str, Any] = {
            "id": story_id,
            "lead_article_id": story_id,
            "articles": 0,
            "opened_at": new.published_at,
        }
        told = rows.stories.setdefault(story_id, first)
        told |= {"articles": told["articles"] + 1, "changed_at": new.published_at}
        terms = Terms(new.title_lemmas, new.lemmas, marks_of(new.source_id, new.language))
        rows.articles.append(article_row(new, number, story_id, terms, chance))
        rows.links.append({"topic_id": 1 + chance.randrange(TOPICS), "article_id": number, "is_late": False})
        title = " ".join(f"{IN_TITLE}{key}" for key in keys_in(terms.title))
        rows.terms.append((number, title, terms.body, terms.marks))
        rows.plain.append((number, new.title, "\n".join(block.text for block in new.body)))
    return rows


def article_row(new: NewArticle, number: int, story_id: int, terms: Terms, chance: Random) -> dict[str, Any]:
    """As the table has it."""
    entities = [[one, "org", f"Учреждение {one}"] for one in chance.sample(range(1, ENTITIES), 3)]
    names = ("source_id", "identity", "url", "title", "lead", "language", "published_at", "fingerprint", "feed_hash")
    return {name: getattr(new, name) for name in names} | {
        "id": number,
        "story_id": story_id,
        "body": [{"kind": block.kind, "text": block.text, "level": 0, "url": None} for block in new.body],
        "arrived_at": new.published_at,
        "is_pushed": True,
        "tags": [],
        "terms": terms.pack(),
        "entities": entities,
    }


async def fill(database: Database, plain_path: Path, author: Author, articles: int) -> None:
    """Write an archive into a new database, and a plain index of its words beside it."""
    await _prepare(database)
    with closing(sqlite3.connect(plain_path, check_same_thread=False)) as plain:
        plain.execute("PRAGMA journal_mode = WAL")
        plain.execute("PRAGMA synchronous = OFF")
        plain.execute("CREATE VIRTUAL TABLE plain USING fts5(title, body, content = '')")
        plain.execute("INSERT INTO plain(plain, rank) VALUES ('hashsize', ?)", (BULK_HASH,))
        spawning = get_context("spawn")
        with ProcessPoolExecutor(PROCESSES, spawning, _begin, (author,)) as authors:
            waiting: list[Future[Rows]] = []
            starts = iter(range(0, articles, BATCH))
            while True:
                while len(waiting) < AHEAD and (start := next(starts, None)) is not None:
                    count = min(BATCH, articles - start)
                    waiting.append(authors.submit(_write, start // BATCH, count, articles))
                if not waiting:
                    break
                rows = await asyncio.wrap_future(waiting.pop(0))
                await asyncio.gather(_store(database, rows), asyncio.to_thread(_index, plain, rows))
        plain.execute("INSERT INTO plain(plain) VALUES ('optimize')")
        plain.commit()
    await _configure(database, "FULL", USUAL_HASH)


_authors: list[Author] = []


def _begin(author: Author) -> None:
    _authors.append(author)


def _write(batch: int, count: int, articles: int) -> Rows:
    return write(_authors[0], batch, count, articles)


async def _prepare(database: Database) -> None:
    """All that articles stand on."""
    sources = [
        {"url": f"{SITE}/{number}/rss", "name": f"Вестник {number}", "kind": SourceKind.FEED}
        for number in range(SOURCES)
    ]
    topics = [{"name": f"Тема {number}", "key": f"тема{number}", "from_settings": False} for number in range(TOPICS)]
    named = [
        {"kind": "org", "name": f"Учреждение {number}", "key": f"учреждение {number}", "articles": 1}
        for number in range(ENTITIES)
    ]
    async with database.writer.begin() as connection:
        for table, rows in ((source, sources), (topic, topics), (entity, named)):
            await connection.execute(sa.insert(table), rows)
    await _configure(database, "OFF", BULK_HASH)


async def _configure(database: Database, synchronous: str, hashsize: int) -> None:
    async with database.writer.connect() as connection:
        await connection.exec_driver_sql(
            "INSERT INTO article_terms(article_terms, rank) VALUES ('hashsize', ?)", (hashsize,)
        )
        await connection.commit()
        raw = await connection.get_raw_connection()
        assert raw.driver_connection is not None
        await raw.driver_connection.execute(f"PRAGMA synchronous = {synchronous}")


async def _store(database: Database, rows: Rows) -> None:
    async with database.writer.begin() as connection:
        await connection.execute(sa.insert(story), list(rows.stories.values()))
        await connection.execute(sa.insert(article), rows.articles)
        await connection.execute(sa.insert(article_topic), rows.links)
        await connection.exec_driver_sql(
            "INSERT INTO article_terms(rowid, title, body, marks) VALUES (?, ?, ?, ?)", rows.terms
        )


def _index(plain: sqlite3.Connection, rows: Rows) -> None:
    plain.executemany("INSERT INTO plain(rowid, title, body) VALUES (?, ?, ?)", rows.plain)
    plain.commit()
