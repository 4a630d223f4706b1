"""What comes down into the archive: topics it matches, names it teaches, and what a change of it takes back."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from bot.annotator import Annotator
from bot.ingest.draft import Draft
from bot.landing import Known, Landing
from bot.metrics import Metrics
from bot.topics.aliases import topic_key
from bot.topics.lemmas import Lemmatiser
from config.settings import Settings
from storage.database import Database
from storage.pending import Memory
from storage.records import Block, BlockKind, Chat, ChatKind, ChatState, NewSource, Source
from storage.schema import migrate
from storage.stores import Stores

NOW = datetime.now(UTC)
LEMMATISER = Lemmatiser()
AGENCY = NewSource("https://agency.example/rss", "Агентство", language="ru")
READER = Chat(id=1001, kind=ChatKind.PRIVATE, title="Читатель", state=ChatState.ACTIVE)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'khabar.db'}")
    await migrate(database, NOW)
    yield database
    await database.close()


@pytest.fixture
async def annotator() -> AsyncIterator[Annotator]:
    async with Annotator(LEMMATISER) as annotator:
        yield annotator


@pytest.fixture
def landing(database: Database, annotator: Annotator) -> Landing:
    return new_landing(database, annotator)


@pytest.fixture
async def source(database: Database) -> Source:
    async with database.transaction() as stores:
        return await stores.sources.add(AGENCY)


def new_landing(database: Database, annotator: Annotator) -> Landing:
    return Landing(database, annotator, LEMMATISER, Settings(), Metrics())


def draft(title: str, text: str = "Подробности позже.") -> Draft:
    return Draft(
        identity=title,
        feed_hash=f"{title} {text}",
        url=f"https://agency.example/{abs(hash(title))}",
        title=title,
        lead="",
        body=(Block(BlockKind.PARAGRAPH, text),),
        language="ru",
        published_at=NOW,
    )


async def land(landing: Landing, source: Source, one: Draft, article_id: int | None = None) -> None:
    await landing.land(source, [Known(one, article_id)], frozenset({one.identity}))


async def add_topic(stores: Stores, name: str) -> int:
    return (await stores.topics.add(name, topic_key(name, LEMMATISER))).id


async def newest(database: Database) -> tuple[int, tuple[str, ...]]:
    """The id and the topics of the article that came last."""
    async with database.snapshot() as stores:
        (article,) = await stores.articles.get_below(None, limit=1)
        return article.id, (await stores.articles.get(article.id)).topics


async def waiting(database: Database, chat: Chat) -> list[int]:
    """Articles that wait for a chat."""
    async with database.snapshot() as stores:
        [found] = await stores.mailbox.get_pending([await stores.chats.get(chat.id)], Memory(), NOW)
        return [story.article_id for story in found.stories]


async def test_an_article_matches_the_topics_that_stand_and_those_made_since(
    database: Database, landing: Landing, source: Source
) -> None:
    async with database.transaction() as stores:
        await add_topic(stores, "Рогун")
    await land(landing, source, draft("На Рогуне пустили агрегат"))
    assert (await newest(database))[1] == ("Рогун",)
    async with database.transaction() as stores:
        await add_topic(stores, "агрегат")
    await land(landing, source, draft("На Рогуне пустят ещё один агрегат"))
    assert (await newest(database))[1] == ("Рогун", "агрегат")
    async with database.snapshot() as stores:
        assert await stores.topics.get_stale() == []


async def test_topics_are_learned_again_when_the_landing_was_rolled_back(
    database: Database, landing: Landing, source: Source
) -> None:
    await land(landing, source, draft("Погода в долине"))
    async with database.transaction() as stores:
        topic_id = await add_topic(stores, "Рогун")
    nobody = Source(id=404, url="https://nobody.example/", name="Никто")
    with pytest.raises(IntegrityError):
        await land(landing, nobody, draft("На Рогуне пустили агрегат"))
    async with database.snapshot() as stores:
        assert [topic.id for topic in await stores.topics.get_stale()] == [topic_id]
    await land(landing, source, draft("На Рогуне пустили агрегат"))
    assert (await newest(database))[1] == ("Рогун",)


async def test_what_another_process_learned_is_known_here(
    database: Database, annotator: Annotator, landing: Landing, source: Source
) -> None:
    await land(landing, source, draft("Погода в долине"))
    async with database.transaction() as stores:
        await add_topic(stores, "Рогун")
    other = new_landing(database, annotator)
    await land(other, source, draft("Погода в горах"))
    async with database.snapshot() as stores:
        assert await stores.topics.get_stale() == []
    await land(landing, source, draft("На Рогуне пустили агрегат"))
    assert (await newest(database))[1] == ("Рогун",)


async def test_more_topics_than_a_transaction_learns_count_at_once(
    database: Database, landing: Landing, source: Source
) -> None:
    async with database.transaction() as stores:
        for number in range(450):
            await add_topic(stores, f"станция{number}")
    await land(landing, source, draft("Открыта станция7", "Говорят и о станция444."))
    assert (await newest(database))[1] == ("станция7", "станция444")


async def test_a_topic_that_is_no_question_any_more_holds_up_nothing(
    database: Database, landing: Landing, source: Source
) -> None:
    async with database.transaction() as stores:
        await stores.topics.add('"', "какой-то ключ")
        await add_topic(stores, "Рогун")
    await land(landing, source, draft("На Рогуне пустили агрегат"))
    assert (await newest(database))[1] == ("Рогун",)
    async with database.snapshot() as stores:
        assert await stores.topics.get_stale() == []


async def test_a_changed_article_is_matched_anew_and_not_sent_to_whom_it_no_longer_concerns(
    database: Database, landing: Landing, source: Source
) -> None:
    async with database.transaction() as stores:
        topic_id = await add_topic(stores, "Рогун")
        await stores.chats.add(READER)
        await stores.chats.follow(READER.id, topic_id=topic_id)
    first = draft("На Рогуне пустили агрегат")
    await land(landing, source, first)
    article_id, topics = await newest(database)
    assert (topics, await waiting(database, READER)) == (("Рогун",), [article_id])
    await land(landing, source, draft("На Нуреке пустили агрегат"), article_id)
    assert (await newest(database))[1] == ()
    assert await waiting(database, READER) == []


async def test_what_a_change_makes_an_article_match_is_shown_and_pushed_to_nobody(
    database: Database, landing: Landing, source: Source
) -> None:
    async with database.transaction() as stores:
        topic_id = await add_topic(stores, "Рогун")
        await stores.chats.add(READER)
        await stores.chats.follow(READER.id, topic_id=topic_id)
    await land(landing, source, draft("На Нуреке пустили агрегат"))
    article_id, _ = await newest(database)
    await land(landing, source, draft("На Рогуне пустили агрегат"), article_id)
    assert (await newest(database))[1] == ("Рогун",)
    assert await waiting(database, READER) == []
