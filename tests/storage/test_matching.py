"""What the index is asked never loses an article that the judge of questions takes."""

import random

import pytest

from bot.topics.lemmas import Lemmatiser, read_terms
from bot.topics.matcher import NEAR_WORDS as JUDGED_NEAR
from bot.topics.matcher import Facts
from bot.topics.query import compile_question, parse_question
from storage.database import Database
from storage.matching import NEAR_WORDS
from tests.storage.conftest import NOW
from tests.storage.samples import AGENCY, new_article, store

ARTICLES = 150
TITLE_WORDS, TEXT_WORDS = 5, 70
# Some are forms of one word, some of several: their keys stand side by side in the index.
VOCABULARY = (
    "вода воды водой стали сталь стать банка банк банке мост мосты река реки рекой душил души душа печь пекли рогун "
    "рогуна об аҳолӣ обҳои сарбанд рахмонов рахмонова complexes complex bridges bridge taxes rivers"
)
WORDS = VOCABULARY.split()
QUESTIONS = (
    "вода",
    "вода мост",
    "стали банка душа",
    "стали банка душа печь река",
    '"вода стали"',
    '"банка стали душа"',
    '"стали банка" река',
    "мост | сталь",
    "вода мост | рогун река",
    "вода -мост",
    'вода -"мост река"',
    "title:вода",
    'title:"вода мост"',
    "title:вода река",
    "вода language:tg",
    "рахмонов bridge",
    "обҳои сарбанд",
)


def test_what_is_near_is_so_for_the_index_and_the_judge() -> None:
    assert NEAR_WORDS == JUDGED_NEAR


@pytest.mark.parametrize("seed", range(2))
async def test_every_article_that_is_accepted_is_a_candidate(database: Database, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - chance, not secrecy
    lemmatiser = Lemmatiser()
    readings = {}
    async with database.transaction() as stores:
        source = await stores.sources.add(AGENCY)
        for number in range(ARTICLES):
            # Sentences of few different words: they repeat, so that words stand in a row and near one another.
            few = chance.sample(WORDS, 12)
            title = " ".join(chance.choices(few, k=TITLE_WORDS))
            text = ". ".join(" ".join(chance.choices(few, k=7)).capitalize() for _ in range(TEXT_WORDS // 7))
            language = chance.choice(("ru", "tg"))
            reading = lemmatiser.read_article(title, text, language)
            words = {"lemmas": reading.body_terms, "title_lemmas": reading.title_terms, "language": language}
            assert read_terms(reading.title_terms, reading.body_terms) == reading
            readings[await store(stores, new_article(number, source.id, published_at=NOW, **words))] = reading, language
        for asked in QUESTIONS:
            matcher = compile_question(parse_question(asked), lemmatiser)
            accepted = {
                number
                for number, (reading, language) in readings.items()
                if matcher.accepts(reading, Facts(source.name, language, NOW))
            }
            # Read back for the question alone, the same articles are accepted.
            assert accepted == {
                number
                for number, (reading, language) in readings.items()
                if matcher.accepts(
                    read_terms(reading.title_terms, reading.body_terms, matcher.keys),
                    Facts(source.name, language, NOW),
                )
            }
            found = set(await stores.search.find_ids(matcher.candidates(), None, limit=ARTICLES))
            assert accepted <= found, asked
            assert accepted, asked
            assert matcher.is_words_alone <= (accepted == found), asked
