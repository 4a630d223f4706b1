"""No question takes longer than it may, and nobody else pays for it."""

import asyncio
import time

import pytest

from storage.asking import Candidate, Candidates, Clause, Order
from storage.database import Database
from tests.storage.conftest import NOW
from tests.storage.samples import AGENCY, asking, new_article, store

ARTICLES = 6_000
KEYS = [f"слово{number}" for number in range(9)]
# Each article has all of these words and none of them near another: all of the index is read, and nothing found.
NASTY = Candidates(((Clause(((frozenset(KEYS[:4]),),)), Clause(((frozenset(KEYS[4:]),),))),))
FOREVER = 60.0  # seconds


@pytest.fixture
async def filled(database: Database) -> Database:
    """An index of long articles, and one real article with one of the words."""
    body = (" " + "прочее " * 160).join(KEYS)
    async with database.writer.begin() as connection:
        await connection.exec_driver_sql(
            "INSERT INTO article_terms(rowid, title, body, marks) VALUES (?, '', ?, '')",
            [(number, body) for number in range(2, ARTICLES)],
        )
    async with database.transaction() as stores:
        source = await stores.sources.add(AGENCY)
        await store(stores, new_article(1, source.id, lemmas=KEYS[0]))
    return database


async def test_a_nasty_question_is_cut_and_what_comes_after_it_is_not(filled: Database) -> None:
    async with filled.snapshot() as stores:
        whole = FOREVER
        for _ in range(2):
            started = time.monotonic()
            found = await stores.search.find(NASTY, seconds=FOREVER)
            whole = min(whole, time.monotonic() - started)
            assert (found.stories, found.is_cut) == ((), False)
        for part in (20, 8, 4):
            found = await stores.search.find(NASTY, seconds=whole / part)
            assert (found.stories, found.is_cut) == ((), True)
        # The same connection, a moment after an interruption.
        assert (await stores.articles.count()).articles == 1
        assert not (await stores.search.find(NASTY, seconds=FOREVER)).is_cut


async def test_a_question_that_is_cut_takes_nothing_from_the_transaction_it_is_put_in(filled: Database) -> None:
    async with filled.transaction() as stores:
        source = await stores.sources.add(AGENCY)
        article_id = await store(stores, new_article(2, source.id, lemmas="новое"))
        assert (await stores.search.find(NASTY, seconds=0.005)).is_cut
        assert await stores.search.find_ids(NASTY, None, limit=10, seconds=0.005) == []
    async with filled.snapshot() as stores:
        assert [view.article.id for view in (await stores.search.find(asking(["новое"]))).stories] == [article_id]


async def test_only_the_question_itself_is_interrupted(filled: Database) -> None:
    """Questions of others, on connections of the same pool, are answered while some are cut."""

    async def ask_nasty() -> bool:
        async with filled.snapshot() as stores:
            return (await stores.search.find(NASTY, seconds=0.005)).is_cut

    async def ask_plain() -> bool:
        async with filled.snapshot() as stores:
            assert (await stores.articles.count()).articles == 1
            return (await stores.search.find(asking([KEYS[0]]), seconds=FOREVER)).is_cut

    asked = [ask() for _ in range(12) for ask in (ask_nasty, ask_plain)]
    assert await asyncio.gather(*asked) == [True, False] * 12


async def test_who_goes_away_leaves_a_connection_that_answers(filled: Database) -> None:
    async with filled.snapshot() as stores:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(stores.search.find(NASTY, seconds=0.05), 0.005)
    async with filled.snapshot() as stores:
        assert not (await stores.search.find(NASTY, seconds=FOREVER)).is_cut


@pytest.mark.parametrize("order", Order)
async def test_a_judge_who_takes_long_is_asked_no_more_when_the_time_is_over(database: Database, order: Order) -> None:
    judged: list[int] = []

    def judge(article: Candidate) -> bool:
        judged.append(article.id)
        until = time.monotonic() + 0.02
        while time.monotonic() < until:
            pass
        return len(judged) == 2

    async with database.transaction() as stores:
        source = await stores.sources.add(AGENCY)
        ids = [await store(stores, new_article(number, source.id, published_at=NOW)) for number in range(40)]
        found = await stores.search.find(asking(["новость"]), judge, order=order, seconds=0.1)
    assert found.is_cut
    assert [view.article.id for view in found.stories] == [ids[-2]]
    assert judged == ids[: -1 - len(judged) : -1]
    assert len(judged) < len(ids)
