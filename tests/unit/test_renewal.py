"""The archive is read anew when reading has changed: newest first, in steps, told to nobody."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import renewal
from bot.annotator import Annotator
from bot.archive import Archive
from bot.landing import COMPARED_BY, COMPARING, READING, Landing, note_version
from bot.metrics import Metrics
from bot.renewal import Pasts, Renewal
from bot.topics.aliases import topic_key
from bot.topics.annotate import VERSION
from bot.topics.lemmas import Lemmatiser
from config.settings import Settings
from storage.asking import Candidates, Clause
from storage.chores import Chore
from storage.database import Database
from storage.pasts import Past
from storage.records import NewArticle, NewSource, Topic
from storage.schema import migrate
from storage.stores import Stores

NOW = datetime.now(UTC)
LEMMATISER = Lemmatiser()
ARTICLES = 6


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'khabar.db'}")
    await migrate(database, NOW)
    yield database
    await database.close()


@pytest.fixture
async def landing(database: Database) -> AsyncIterator[Landing]:
    async with Annotator(LEMMATISER) as annotator:
        yield Landing(database, annotator, LEMMATISER, Settings(), Metrics())


@pytest.fixture
async def ids(database: Database) -> list[int]:
    """Articles as another version of the lemmatiser indexed them, oldest first."""
    async with database.transaction() as stores:
        source = await stores.sources.add(NewSource("https://agency.example/rss", "Агентство"))
        await stores.chores.keep(COMPARING, Chore(COMPARED_BY))
        return [await store(stores, source.id, number) for number in range(ARTICLES)]


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renewal, "STEP", 2)


async def store(stores: Stores, source_id: int, number: int) -> int:
    story = await stores.stories.open(NOW)
    new = NewArticle(
        source_id=source_id,
        identity=str(number),
        url=f"https://agency.example/{number}",
        title=f"Рогун пустил агрегат {number}",
        lead="",
        body=(),
        language="ru",
        published_at=NOW - timedelta(days=ARTICLES - number),
        lemmas="прежний",
        title_lemmas="прежний",
        fingerprint=str(number),
        feed_hash="",
    )
    article_id = await stores.articles.add(new, story, NOW, is_pushed=True)
    await stores.stories.grow(story, article_id, NOW)
    return article_id


async def found(database: Database, word: str) -> list[int]:
    async with database.snapshot() as stores:
        asked = Candidates(((Clause(((frozenset({word}),),)),),))
        return await stores.search.find_ids(asked, None, limit=100)


async def state(database: Database) -> Chore | None:
    async with database.snapshot() as stores:
        return await stores.chores.get(READING)


async def test_what_new_articles_are_compared_with_is_made_anew_first_and_only_of_the_last_days(
    database: Database, landing: Landing, ids: list[int]
) -> None:
    async with database.transaction() as stores:
        await stores.chores.keep(COMPARING, Chore("another"))
        await stores.articles.withdraw(ids[-1], NOW)
    async with database.writer.begin() as connection:
        await connection.exec_driver_sql("UPDATE article SET arrived_at = '2020-01-01' WHERE id <= ?", (ids[1],))
    renewing = Renewal(database, landing)
    await renewing.step()
    assert await compared(database) == ids[-2:-4:-1]
    await renewing.step()
    assert await found(database, "рогун") == []
    for _ in range(ARTICLES):
        await renewing.step()
    assert await compared(database) == ids[-2:1:-1]
    assert await found(database, "рогун") == ids[-2::-1]
    async with database.snapshot() as stores:
        assert await stores.chores.get(COMPARING) == Chore(COMPARED_BY)


async def compared(database: Database) -> list[int]:
    async with database.snapshot() as stores:
        return [row.article_id for row in await stores.sketches.get_newest(100)]


async def test_the_newest_are_read_first_and_a_new_start_goes_on_from_there(
    database: Database, landing: Landing, ids: list[int]
) -> None:
    assert await found(database, "рогун") == []
    await Renewal(database, landing).step()
    assert await found(database, "рогун") == ids[:-3:-1]
    assert await found(database, "прежний") == ids[-3::-1]
    assert await state(database) == Chore(VERSION, ids[-2])
    started_again = Renewal(database, landing)
    for _ in range(3):
        await started_again.step()
    assert await found(database, "рогун") == ids[::-1]
    assert await found(database, "прежний") == []
    assert await state(database) == Chore(VERSION)


async def test_an_archive_of_another_version_is_read_from_its_newest_article(
    database: Database, landing: Landing, ids: list[int]
) -> None:
    async with database.transaction() as stores:
        await stores.chores.keep(READING, Chore("1", ids[1]))
    await Renewal(database, landing).step()
    assert await state(database) == Chore(VERSION, ids[-2])


@pytest.mark.usefixtures("ids")
async def test_an_archive_that_was_read_by_this_version_is_left_alone(database: Database, landing: Landing) -> None:
    async with database.transaction() as stores:
        await stores.chores.keep(READING, Chore(VERSION))
    await Renewal(database, landing).step()
    assert await found(database, "рогун") == []


async def test_a_new_archive_has_nothing_to_be_read_anew(database: Database) -> None:
    async with database.transaction() as stores:
        await note_version(stores)
    assert await state(database) == Chore(VERSION)


@pytest.mark.usefixtures("ids")
async def test_an_archive_of_unknown_version_is_not_taken_for_a_new_one(database: Database) -> None:
    async with database.transaction() as stores:
        await note_version(stores)
    assert await state(database) is None


async def test_articles_find_their_topics_late_and_withdrawn_ones_none(
    database: Database, landing: Landing, ids: list[int]
) -> None:
    async with database.transaction() as stores:
        await stores.topics.add("Рогун", topic_key("Рогун", LEMMATISER))
        await stores.articles.withdraw(ids[-1], NOW)
    await Renewal(database, landing).step()
    async with database.snapshot() as stores:
        assert [one.topics for one in await stores.articles.get_many(ids[-3:])] == [("Рогун",), ("Рогун",), ()]
    async with database.writer.connect() as connection:
        late = await connection.exec_driver_sql("SELECT DISTINCT is_late FROM article_topic")
        assert list(late.scalars()) == [1]


async def test_an_article_that_changed_while_it_was_read_is_left_as_it_is(
    database: Database, landing: Landing, ids: list[int]
) -> None:
    async with database.snapshot() as stores:
        articles = await stores.articles.get_below(None, limit=2)
    read = await landing.reread(articles)
    async with database.transaction() as stores:
        source = (await stores.sources.get_all())[0]
        changed = NewArticle(
            source_id=source.id,
            identity=str(ARTICLES - 1),
            url="https://agency.example/changed",
            title="Нурек пустил агрегат",
            lead="",
            body=(),
            language="ru",
            published_at=NOW,
            lemmas="нурек",
            title_lemmas="нурек",
            fingerprint="changed",
            feed_hash="",
        )
        assert await stores.articles.revise(ids[-1], changed, NOW)
        await landing.renew(stores, read)
    assert await found(database, "нурек") == [ids[-1]]
    assert await found(database, "рогун") == [ids[-2]]


async def test_a_step_that_had_to_wait_for_the_writer_leaves_it_to_others_for_a_while(
    database: Database, landing: Landing, ids: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renewal, "PATIENCE", 0.0)
    patient = Renewal(database, landing)
    await patient.step()
    await patient.step()
    assert await state(database) == Chore(VERSION, ids[-2])
    monkeypatch.setattr(renewal, "PAUSE", 0.0)
    hasty = Renewal(database, landing)
    await hasty.step()
    await hasty.step()
    assert await state(database) == Chore(VERSION, ids[-6])


class Renaming(Archive):
    """An archive whose topics are given another name while their past is looked for."""

    def __init__(self, database: Database) -> None:
        super().__init__(LEMMATISER)
        self._database = database
        self._is_renamed = False

    async def find_past(self, stores: Stores, topic: Topic) -> Past:
        past = await super().find_past(stores, topic)
        if not self._is_renamed:
            self._is_renamed = True
            async with self._database.transaction() as others:
                assert await self.add_alias(others, topic, "прежнее")
        return past


async def test_topics_are_given_their_past_and_one_that_is_named_anew_meanwhile_is_asked_again(
    database: Database, ids: list[int]
) -> None:
    archive = Renaming(database)
    async with database.transaction() as stores:
        topics = [await archive.save_topic(stores, words) for words in ("кенгуру", "прежний")]
    await Pasts(database, archive).step()
    async with database.snapshot() as stores:
        assert await stores.pasts.next_waiting() is None
        counted = await stores.topics.count_articles(topics)
        assert [(one.topic.name, one.stories) for one in counted] == [("кенгуру", ARTICLES), ("прежний", ARTICLES)]
        assert await stores.topics.get_attached(ids[0]) == {one.id: True for one in topics}


async def test_no_past_is_looked_for_while_the_index_does_not_know_all(database: Database, ids: list[int]) -> None:
    """Else what a follower waits for would be taken for gone, and come back as something that is never sent."""
    async with database.transaction() as stores:
        topic = await stores.topics.add("агрегат", topic_key("агрегат", LEMMATISER))
        await stores.topics.attach(ids[0], [topic.id])
        await stores.chores.keep(READING, Chore(VERSION, ids[3]))
    pasts = Pasts(database, Archive(LEMMATISER))
    await pasts.step()
    async with database.transaction() as stores:
        assert await stores.topics.get_attached(ids[0]) == {topic.id: False}
        assert await stores.pasts.next_waiting() == topic.id
        await stores.chores.keep(READING, Chore(VERSION))
    await pasts.step()
    async with database.snapshot() as stores:
        assert await stores.pasts.next_waiting() is None
