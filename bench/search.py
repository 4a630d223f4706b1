"""What people wait for when they search an archive of a million articles, and what a new article costs it.

    python -m bench.search [--articles 10000,100000,1000000] [--questions 200] [--commits 1000] [--likes 2] [--seed 1]

The archive stands in the bot's own tables, with a search index that was merged as at night, and grows while it is
looked at: new articles are committed one by one as the pipeline does, and fsynced. Then questions are put to it as the
chat does, each for the first page: one word, two near one another, two in a row; the first of them rare, middling or
very common. All of them have answers. Beside that the same words are looked up

  index       in the same index alone, newest first, nothing read of the articles
  plain       in an FTS5 index of raw words, newest first
  plain best  in the same, as bm25 ranks them
  LIKE        in the texts, newest first; few times, since each may read all of the archive

None of these knows stories, and all but the first know no forms.
"""

import argparse
import asyncio
import sqlite3
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from random import Random

from bench.archive import BATCH, NOW, Author, ends_sentence, fill, make_author
from bench.crash import kept
from bench.fanout import MIB, quantile
from bot.archive import Archive
from bot.topics.aliases import topic_key
from bot.topics.lemmas import Lemmatiser
from bot.topics.query import compile_question, parse_question
from storage.asking import Cursor, Order
from storage.database import Database
from storage.matching import NEAR_WORDS, match_expression
from storage.schema import migrate

FIRST_PAGE, COMMIT = 10.0, 60.0  # promised, milliseconds
PAGE = 5  # stories
CLASSES = {"rare": (10_000, 30_000), "middling": (300, 1_000), "common": (0, 30)}  # words by their place in frequency
KINDS = ("one word", "two words", "phrase")
NEAR = 4  # telling words from one to the other of two that are asked for together
TAKEN = 0.1  # of the articles that a question could be taken from
WARMED = 10  # questions before those that count

Look = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and how the baselines ask it: FTS5's expression, and what LIKE looks for."""

    text: str
    plain: str
    likes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Room:
    """One archive that stands."""

    database: Database
    archive: Archive
    lemmatiser: Lemmatiser
    index: sqlite3.Connection  # the bot's own file
    plain: sqlite3.Connection
    author: Author
    articles: int


def main() -> None:
    """Read the arguments, measure and print."""
    parser = argparse.ArgumentParser(description="Search by the size of the archive.")
    parser.add_argument("--articles", default="10000,100000,1000000")
    parser.add_argument("--questions", type=int, default=200, help="of each class")
    parser.add_argument("--commits", type=int, default=1000)
    parser.add_argument("--likes", type=int, default=2, help="of each class")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    author = make_author(given.seed)
    for articles in map(int, given.articles.split(",")):
        with tempfile.TemporaryDirectory(prefix="khabar-bench-") as name:
            asyncio.run(measure(Path(name), author, articles, given))


async def measure(folder: Path, author: Author, articles: int, given: argparse.Namespace) -> None:
    """One size."""
    database = Database(f"sqlite+aiosqlite:///{folder / 'khabar.db'}")
    try:
        await migrate(database, NOW)
        started = time.perf_counter()
        await fill(database, folder / "plain.db", author, articles)
        filled = time.perf_counter()
        is_more, is_first = True, True
        while is_more:
            async with database.transaction() as stores:
                is_more = await stores.search.merge(is_first=is_first)
            is_first = False
        merged = time.perf_counter() - filled
        print(f"{articles} articles, filled in {filled - started:.0f} s, the index merged in {merged:.1f} s")
        report_size(folder, articles)
        lemmatiser = Lemmatiser()
        with (
            closing(sqlite3.connect(folder / "khabar.db")) as index,
            closing(sqlite3.connect(folder / "plain.db")) as plain,
        ):
            room = Room(database, Archive(lemmatiser), lemmatiser, index, plain, author, articles)
            await report_commits(room, given.commits)
            chance = Random(given.seed)  # noqa: S311 - chance, not secrecy
            for name, (low, high) in CLASSES.items():
                for kind in KINDS:
                    asked = draw(room, kind, range(low, high), WARMED + given.questions, chance)
                    print(f"  {name}, {kind}")
                    await report_class(room, asked, given.likes)
    finally:
        await database.close()


def report_size(folder: Path, articles: int) -> None:
    """What the archive holds on the disk."""
    with closing(sqlite3.connect(folder / "khabar.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (index,) = connection.execute("SELECT sum(length(block)) FROM article_terms_data").fetchone()
    whole = sum(path.stat().st_size for path in folder.glob("khabar.db*"))
    plain = sum(path.stat().st_size for path in folder.glob("plain.db*"))
    print(f"    the database {whole / MIB:.0f} MiB, {whole / articles / 1024:.1f} KiB an article;", end=" ")
    print(f"its index of all forms {index / MIB:.0f} MiB, plain FTS5 without the texts {plain / MIB:.0f} MiB")


async def report_commits(room: Room, commits: int) -> None:
    """New articles, one transaction each."""
    times: list[float] = []
    texts = list(room.author.draw(10**6, commits))
    for number, text in enumerate(texts, room.articles + 1):
        new = room.author.new(text.words, number, NOW)
        started = time.perf_counter()
        async with room.database.transaction() as stores:
            story_id = await stores.stories.open(NOW)
            article_id = await stores.articles.add(new, story_id, NOW, is_pushed=True)
            await stores.stories.grow(story_id, article_id, NOW)
            await stores.topics.attach(article_id, [1, 2])
        times.append(time.perf_counter() - started)
    is_kept = 1000 * quantile(sorted(times), 0.99) <= COMMIT
    print(f"    a new article's commit {told(times)}, at most {1000 * max(times):.1f}  {kept(is_kept)}", flush=True)


def draw(room: Room, kind: str, wanted: range, count: int, chance: Random) -> list[Asked]:
    """Questions whose words stand in some article of the archive, the first of them as common as is wanted."""
    found: list[Asked] = []
    while len(found) < count:
        batch = chance.randrange(max(1, room.articles // BATCH))
        for text in room.author.draw(batch, min(BATCH, room.articles)):
            if len(found) == count:
                break
            numbers = text.numbers.tolist()
            places = [
                place
                for place, (number, following) in enumerate(pairwise(numbers))
                if number in wanted and following >= 0 and not ends_sentence(place)
            ]
            if places and chance.random() < TAKEN:
                place = chance.choice(places)
                near = [text.words[one] for one in range(place + 1, len(numbers)) if numbers[one] >= 0][:NEAR]
                chosen = (text.words[place], near[0], chance.choice(near))
                # «мары» in small letters is no city, but asked for it is: such a word finds nothing of these texts.
                if all(room.lemmatiser.question_keys(one) & room.lemmatiser.keys(one, "ru") for one in chosen):
                    found.append(ask(kind, *chosen))
    return found


def ask(kind: str, word: str, following: str, near: str) -> Asked:
    """A question of what stands there."""
    match kind:
        case "one word":
            return Asked(word, f'"{word}"', (word,))
        case "two words":
            return Asked(f"{word} {near}", f'NEAR("{word}" "{near}", {NEAR_WORDS})', (word, near))
        case _:
            return Asked(f'"{word} {following}"', f'"{word} {following}"', (f"{word} {following}",))


async def report_class(room: Room, asked: Sequence[Asked], likes: int) -> None:
    """The same questions put to everybody."""
    async with room.database.transaction() as stores:
        for one in asked:
            await stores.topics.add(one.text, topic_key(one.text, room.lemmatiser))
    times: dict[str, list[float]] = {}
    for place, one in enumerate(asked):
        for name, look in (*bot_looks(room, one), *plain_looks(room, one)):
            if name != "LIKE" or WARMED <= place < WARMED + likes:
                started = time.perf_counter()
                await look()
                if place >= WARMED:
                    times.setdefault(name, []).append(time.perf_counter() - started)
    base = quantile(sorted(times["plain best"]), 0.5)
    for name, taken in times.items():
        is_promised = name in {"/search", "/topic"}
        verdict = f"  {kept(1000 * quantile(sorted(taken), 0.99) <= FIRST_PAGE)}" if is_promised else ""
        print(f"    {name:<12}{told(taken)}, {quantile(sorted(taken), 0.5) / base:.2f} x plain best{verdict}")
    print(end="", flush=True)


def bot_looks(room: Room, asked: Asked) -> list[tuple[str, Look]]:
    """What the bot does."""

    async def search(order: Order = Order.NEWEST, cursor: Cursor | None = None) -> None:
        async with room.database.snapshot() as stores:
            answer = await room.archive.search(stores, asked.text, order=order, cursor=cursor, size=PAGE)
            assert answer.found.stories or cursor, asked.text

    async def topic() -> None:
        async with room.database.snapshot() as stores:
            answer = await room.archive.ask_topic(stores, asked.text, size=PAGE)
            assert answer.found.stories, asked.text

    return [
        ("/search", search),
        ("/topic", topic),
        ("years back", lambda: search(cursor=Cursor(room.articles // 3))),
        ("best first", lambda: search(order=Order.BEST)),
    ]


def plain_looks(room: Room, asked: Asked) -> list[tuple[str, Look]]:
    """What the baselines do."""
    matcher = compile_question(parse_question(asked.text), room.lemmatiser)
    expression = match_expression(matcher.candidates())
    newest = "SELECT rowid FROM {0} WHERE {0} MATCH ? ORDER BY rowid DESC LIMIT 6"
    best = "SELECT rowid FROM plain WHERE plain MATCH ? ORDER BY rank LIMIT 6"
    conditions = " AND ".join(["body LIKE ?"] * len(asked.likes))
    likes = f"SELECT id FROM article WHERE {conditions} ORDER BY id DESC LIMIT 6"  # noqa: S608 - our own words

    def look(connection: sqlite3.Connection, query: str, *values: str) -> Look:
        async def run() -> None:
            connection.execute(query, values).fetchall()

        return run

    return [
        ("index", look(room.index, newest.format("article_terms"), expression)),
        ("plain", look(room.plain, newest.format("plain"), asked.plain)),
        ("plain best", look(room.plain, best, asked.plain)),
        ("LIKE", look(room.index, likes, *(f"%{one}%" for one in asked.likes))),
    ]


def told(times: Sequence[float]) -> str:
    """Milliseconds."""
    p50, p99 = (1000 * quantile(sorted(times), share) for share in (0.5, 0.99))
    return f"{p50:9.2f} ms (p50) {p99:9.2f} ms (p99)"


if __name__ == "__main__":
    main()
