"""An article that is taken back is found by nobody, and stays taken back."""

from datetime import timedelta

import pytest

from storage.database import Database
from storage.deliveries import Post, PostKind
from storage.errors import NotFound
from storage.records import Asked
from storage.stores import Stores
from tests.storage.conftest import NOW
from tests.storage.samples import AGENCY, CHANNEL, asking, new_article, store

LATER = NOW + timedelta(hours=1)
ABOUT_NEWS = asking(["новость"])


async def found(stores: Stores) -> list[int]:
    return [view.article.id for view in (await stores.search.find(ABOUT_NEWS)).stories]


async def test_a_withdrawn_article_says_when_and_is_a_new_revision(database: Database) -> None:
    async with database.transaction() as stores:
        source = await stores.sources.add(AGENCY)
        article_id = await store(stores, new_article(1, source.id))
        assert await found(stores) == [article_id]
        assert await stores.articles.withdraw(article_id, LATER)
        article = await stores.articles.get(article_id)
        assert (article.withdrawn_at, article.revision) == (LATER, 2)
        assert await found(stores) == []


async def test_its_topics_count_it_no_more(database: Database) -> None:
    async with database.transaction() as stores:
        source = await stores.sources.add(AGENCY)
        article_id = await store(stores, new_article(1, source.id))
        topic = await stores.topics.name_from_settings("мосты", "key", ())
        await stores.topics.attach(article_id, [topic.id])
        assert [view.stories for view in await stores.topics.count_articles([topic])] == [1]
        await stores.articles.withdraw(article_id, NOW)
        assert [view.stories for view in await stores.topics.count_articles([topic])] == [0]


async def test_it_is_withdrawn_once(database: Database) -> None:
    async with database.transaction() as stores:
        source = await stores.sources.add(AGENCY)
        article_id = await store(stores, new_article(1, source.id))
        assert await stores.articles.withdraw(article_id, NOW)
        assert not await stores.articles.withdraw(article_id, LATER)
        article = await stores.articles.get(article_id)
        assert (article.withdrawn_at, article.revision) == (NOW, 2)


async def test_what_does_not_exist_cannot_be_withdrawn(database: Database) -> None:
    async with database.transaction() as stores:
        with pytest.raises(NotFound):
            await stores.articles.withdraw(404, NOW)


async def test_the_next_article_that_stands_leads_the_story(database: Database) -> None:
    async with database.transaction() as stores:
        source = await stores.sources.add(AGENCY)
        first = await store(stores, new_article(1, source.id))
        story_id = (await stores.articles.get(first)).story_id
        second = await store(stores, new_article(2, source.id), story_id=story_id)
        third = await store(stores, new_article(3, source.id), story_id=story_id)
        await stores.articles.withdraw(second, NOW)
        assert (await stores.stories.get(story_id)).lead_article_id == first
        await stores.articles.withdraw(first, NOW)
        story = await stores.stories.get(story_id)
        assert (story.lead_article_id, story.articles) == (third, 1)


async def test_a_copy_that_comes_later_leads_a_story_of_which_nothing_stands(database: Database) -> None:
    async with database.transaction() as stores:
        source = await stores.sources.add(AGENCY)
        first = await store(stores, new_article(1, source.id))
        story_id = (await stores.articles.get(first)).story_id
        await stores.articles.withdraw(first, NOW)
        assert (await stores.stories.get(story_id)).articles == 0
        second = await store(stores, new_article(2, source.id), story_id=story_id)
        story = await stores.stories.get(story_id)
        assert (story.lead_article_id, story.articles) == (second, 1)


async def test_its_feed_does_not_bring_it_back(database: Database) -> None:
    """Only what the feed says is noted, so that the page is not asked for at every visit."""
    async with database.transaction() as stores:
        source = await stores.sources.add(AGENCY)
        article_id = await store(stores, new_article(1, source.id))
        await stores.articles.withdraw(article_id, NOW, feed_hash="taken down")
        assert (await stores.articles.get_known(source.id, [Asked("guid-1")]))["guid-1"].feed_hash == "taken down"
        again = new_article(1, source.id, title="Снова здесь", feed_hash="back")
        assert not await stores.articles.revise(article_id, again, LATER)
        article = await stores.articles.get(article_id)
        assert (article.title, article.revision, article.withdrawn_at) == ("Новость 1", 2, NOW)
        assert (await stores.articles.get_known(source.id, [Asked("guid-1")]))["guid-1"].feed_hash == "back"
        assert await found(stores) == []


async def test_only_what_stands_somewhere_is_to_be_corrected(database: Database) -> None:
    async with database.transaction() as stores:
        source = await stores.sources.add(AGENCY)
        article_id = await store(stores, new_article(1, source.id))
        await stores.chats.add(CHANNEL)
        await stores.articles.revise(article_id, new_article(1, source.id, title="Иначе"), NOW)
        assert not await stores.posts.has_corrections()
        story_id = (await stores.articles.get(article_id)).story_id
        await stores.posts.add([Post(CHANNEL.id, 7, story_id, article_id, 2, PostKind.TEXT, NOW)])
        assert not await stores.posts.has_corrections()
        await stores.articles.withdraw(article_id, NOW)
        assert await stores.posts.has_corrections()
