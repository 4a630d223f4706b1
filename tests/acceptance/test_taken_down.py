"""A page that its site takes down (410): its article is withdrawn, and a new one never becomes news."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from pydantic import SecretStr

from bot.clock import now_utc
from bot.metrics import Metrics
from bot.pipeline import Collected, Pipeline, open_pipeline
from bot.topics.lemmas import Lemmatiser
from config.settings import CollectSettings, Settings
from storage.database import Database
from storage.records import Article, NewSource, SourceCheck
from tests.acceptance.conftest import TOKEN
from tests.unit.fake_site import FakeSite

TEXT = "".join(
    f"<p>В Хороге в {year} году открыли мост через Гунт: строители сдали его раньше срока, и движение пошло.</p>"
    for year in range(2012, 2026)
)


class Newspaper:
    """A site with a feed, and the pipeline that reads it."""

    def __init__(self, site: FakeSite, database: Database, pipeline: Pipeline) -> None:
        self.site = site
        self._database = database
        self._pipeline = pipeline

    def page(self, number: int, status: int = 200) -> None:
        body = f"<html><body><article><h1>Мост {number}</h1>{TEXT}</article></body></html>"
        self.site.serve(f"/{number}", body if status == 200 else "", status, Content_Type="text/html; charset=utf-8")

    def feed(self, **leads: str) -> str:
        """Entries by their number, each with what the feed says of it."""
        items = "".join(
            f"<item><title>Мост {name[1:]}</title><link>/{name[1:]}</link><description>{lead}</description></item>"
            for name, lead in leads.items()
        )
        return self.site.serve("/rss", f"<rss version='2.0'><channel><title>Вести</title>{items}</channel></rss>")

    async def visit(self) -> Collected:
        """One visit, whenever the next would be due."""
        async with self._database.transaction() as stores:
            [source] = await stores.sources.get_all()
            if source.due_at is not None:
                long_ago = now_utc() - timedelta(hours=1)
                await stores.sources.settle(SourceCheck(source.id, long_ago, long_ago))
        [collected] = await self._pipeline.collect()
        assert collected.error is None
        return collected

    async def articles(self) -> dict[str, Article]:
        """All that is stored, by title."""
        async with self._database.snapshot() as stores:
            found = await stores.articles.get_many(range(1, 10))
        return {article.title: article for article in found}

    def asked(self, path: str) -> int:
        return sum(seen.path == path for seen in self.site.seen)


@pytest.fixture
async def newspaper(database: Database, lemmatiser: Lemmatiser) -> AsyncIterator[Newspaper]:
    async with FakeSite() as site:
        settings = Settings(token=SecretStr(TOKEN), collect=CollectSettings(allow_private=(site.host,)))
        async with database.transaction() as stores:
            await stores.sources.add(NewSource(site.url("/rss"), "Вести", language="ru"))
        async with open_pipeline(settings, database, lemmatiser, Metrics()) as pipeline:
            yield Newspaper(site, database, pipeline)


async def test_a_known_article_is_withdrawn_and_its_page_left_alone(newspaper: Newspaper) -> None:
    newspaper.page(1)
    newspaper.feed(n1="Открыт.")
    await newspaper.visit()
    assert (await newspaper.articles())["Мост 1"].withdrawn_at is None
    newspaper.page(1, status=410)
    newspaper.feed(n1="Открыт, но не там.")
    await newspaper.visit()
    withdrawn = (await newspaper.articles())["Мост 1"]
    assert withdrawn.withdrawn_at is not None
    assert len(withdrawn.body) > 5, "what was read of it stays, for those who ask why it went"
    await newspaper.visit()
    assert newspaper.asked("/1") == 2


async def test_a_withdrawn_article_does_not_come_back_with_its_page(newspaper: Newspaper) -> None:
    newspaper.page(1)
    newspaper.feed(n1="Открыт.")
    await newspaper.visit()
    newspaper.page(1, status=410)
    newspaper.feed(n1="Открыт, но не там.")
    await newspaper.visit()
    newspaper.page(1)
    newspaper.feed(n1="Открыт снова.")
    await newspaper.visit()
    assert (await newspaper.articles())["Мост 1"].withdrawn_at is not None


async def test_a_new_entry_whose_page_was_taken_down_is_no_news(newspaper: Newspaper) -> None:
    newspaper.page(1)
    newspaper.page(2, status=410)
    newspaper.feed(n1="Открыт.", n2="Закрыт.")
    await newspaper.visit()
    assert set(await newspaper.articles()) == {"Мост 1"}


async def test_a_page_that_cannot_be_found_leaves_what_the_feed_says(newspaper: Newspaper) -> None:
    newspaper.page(1, status=404)
    newspaper.feed(n1="Открыт.")
    await newspaper.visit()
    article = (await newspaper.articles())["Мост 1"]
    assert (article.lead, article.withdrawn_at) == ("Открыт.", None)
