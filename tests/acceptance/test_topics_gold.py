"""The gold set: sentences of three languages, and every way of asking for what they tell.

tests/data/gold/sentences.tsv says for each sentence which topics it answers, questions.tsv how people ask for each:
in any form, by other names, on the wrong keyboard, with a typo, in Tajik on a Russian keyboard. Each way must find just
the sentences of its topic. The sentences come down as articles do, and are asked for as readers ask.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from bot.annotator import Annotator
from bot.archive import Archive
from bot.ingest.draft import Draft
from bot.landing import Known, Landing
from bot.metrics import Metrics
from bot.topics.lemmas import Lemmatiser
from config.settings import Settings, StorySettings
from storage.database import Database
from storage.records import NewSource
from storage.schema import migrate

GOLD = Path(__file__).parent.parent / "data" / "gold"
RECALL, PRECISION = 0.98, 0.95
APART = Settings(stories=StorySettings(closes_after=timedelta(seconds=1)))  # sentences a minute apart are no one story
SOURCE = NewSource("https://valley.example/rss", "Вестник долины")


@dataclass(frozen=True, slots=True)
class Sentence:
    language: str
    topics: frozenset[str]
    text: str


@dataclass(frozen=True, slots=True)
class Asked:
    """One way of asking for a topic, with the sentences that it found and those that it should have."""

    topic: str
    words: str
    found: frozenset[str]
    wanted: frozenset[str]


def _lines(name: str) -> list[list[str]]:
    lines = (GOLD / name).read_text("utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


def read_sentences() -> list[Sentence]:
    return [Sentence(language, frozenset(topics.split()), text) for language, topics, text in _lines("sentences.tsv")]


def read_questions() -> dict[str, list[str]]:
    return {topic: ways for topic, *ways in _lines("questions.tsv")}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def asked(tmp_path_factory: pytest.TempPathFactory, lemmatiser: Lemmatiser) -> AsyncIterator[list[Asked]]:
    """Everything asked once, of an archive that has the sentences in it."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('gold') / 'khabar.db'}")
    now = datetime.now(UTC)
    await migrate(database, now)
    sentences = read_sentences()
    async with database.transaction() as stores:
        source = await stores.sources.add(SOURCE)
    async with Annotator(lemmatiser) as annotator:
        landing = Landing(database, annotator, lemmatiser, APART, Metrics())
        await landing.land(source, [Known(_draft(number, one, now)) for number, one in enumerate(sentences)])
    archive = Archive(lemmatiser)
    answers = []
    async with database.snapshot() as stores:
        assert (await stores.articles.count()).stories == len(sentences)
        for topic, ways in read_questions().items():
            wanted = frozenset(one.text for one in sentences if topic in one.topics)
            for words in ways:
                answer = await archive.ask_topic(stores, words, size=len(sentences))
                found = frozenset(view.article.title for view in answer.found.stories)
                answers.append(Asked(topic, words, found, wanted))
    yield answers
    await database.close()


def _draft(number: int, one: Sentence, now: datetime) -> Draft:
    return Draft(
        identity=f"gold-{number}",
        feed_hash=f"hash-{number}",
        url=f"https://valley.example/{number}",
        title=one.text,
        lead="",
        body=(),
        language=one.language,
        published_at=now - timedelta(minutes=number),
    )


def test_the_set_is_as_large_as_it_is_said_to_be() -> None:
    sentences, questions = read_sentences(), read_questions()
    assert len({one.text for one in sentences}) == len(sentences) >= 150
    assert {one.language for one in sentences} == {"ru", "tg", "en"}
    assert frozenset().union(*(one.topics for one in sentences)) == questions.keys()
    assert sum(not one.topics for one in sentences) >= 40  # near misses


@pytest.mark.asyncio(loop_scope="module")
async def test_questions_find_what_answers_them_and_little_else(asked: list[Asked]) -> None:
    right = sum(len(one.found & one.wanted) for one in asked)
    recall = right / sum(len(one.wanted) for one in asked)
    precision = right / sum(len(one.found) for one in asked)
    report = "\n".join(
        f"{one.topic} «{one.words}»: lost {sorted(one.wanted - one.found)}, wrong {sorted(one.found - one.wanted)}"
        for one in asked
        if one.found != one.wanted
    )
    print(f"recall {recall:.3f}, precision {precision:.3f}\n{report}")  # noqa: T201 — shown when it fails
    assert recall >= RECALL, report
    assert precision >= PRECISION, report
