"""Two stories that turn out to be one are one everywhere."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from random import Random

import pytest
import sqlalchemy as sa

from storage.database import Database
from storage.errors import NotFound, NothingLeft
from storage.records import Article, Story, Telling
from storage.stores import Stores
from storage.tables import ahead, post, story
from tests.storage.conftest import NOW
from tests.storage.samples import CHANNEL, READER, asking, new_article, pending
from tests.storage.told import LATER, LONG, SHORT, add_sources, grown, ids_of, in_ahead, show, tell_one, two

OTHERS = (1002, 1003)  # more readers


async def test_a_merged_story_has_all_pages_and_counts_them_anew(database: Database) -> None:
    async with database.transaction() as stores:
        kept, its, gone, pages = await two(stores)
        await stores.stories.merge(kept, gone, LATER)
        story = await stores.stories.get(kept)
        assert await ids_of(stores, kept) == [*its, *pages]
        assert (story.articles, story.sources, story.lead_article_id) == (4, 3, its[1])
        assert (story.opened_at, story.changed_at) == (NOW, LATER + timedelta(minutes=1))
        assert story.version == 3  # above whatever a post of either shows


async def test_the_earlier_story_can_be_the_one_that_goes(database: Database) -> None:
    async with database.transaction() as stores:
        gone, its, kept, pages = await two(stores)
        await stores.stories.merge(kept, gone, LATER)
        story = await stores.stories.get(kept)
        assert (story.id, story.opened_at, story.changed_at) == (kept, NOW, LATER + timedelta(minutes=1))
        assert (await ids_of(stores, kept), story.lead_article_id) == ([*its, *pages], its[1])


async def test_whatever_names_the_gone_story_finds_the_one_it_is(database: Database) -> None:
    async with database.transaction() as stores:
        kept, _, gone, _ = await two(stores)
        await stores.stories.merge(kept, gone, LATER)
        assert await stores.stories.resolve(gone) == kept
        assert (await stores.stories.get(gone)).id == kept
        assert await stores.stories.get_view(gone) == await stores.stories.get_view(kept)
        assert await stores.stories.get_tellings(gone) == await stores.stories.get_tellings(kept)
        for ask in (stores.stories.resolve, stores.stories.get, stores.stories.get_view, stores.stories.get_tellings):
            with pytest.raises(NotFound):
                await ask(404)


async def test_chains_of_merges_lead_to_their_end_and_a_second_merge_changes_nothing(database: Database) -> None:
    async with database.transaction() as stores:
        [source_id] = await add_sources(stores, 1)
        a, b, c, d = [(await tell_one(stores, source_id, number))[0] for number in range(4)]
        await stores.stories.merge(b, a, LATER)
        await stores.stories.merge(c, b, LATER)
        await stores.stories.merge(d, a, LATER)  # which is c by now
        assert [await stores.stories.resolve(one) for one in (a, b, c, d)] == [d] * 4
        story = await stores.stories.get(a)
        for kept, gone in ((d, a), (a, d), (b, c), (d, d)):
            await stores.stories.merge(kept, gone, LATER)
        assert await stores.stories.get(a) == story
        assert (story.id, story.articles, story.sources) == (d, 4, 1)
        with pytest.raises(NotFound):
            await stores.stories.merge(d, 404, LATER)


async def test_a_page_that_comes_for_a_story_merged_meanwhile_goes_along(database: Database) -> None:
    async with database.transaction() as stores:
        kept, its, gone, pages = await two(stores)
        await stores.stories.merge(kept, gone, LATER)
        [source_id] = await add_sources(stores, 1)
        late = await stores.articles.add(new_article(50, source_id), gone, LATER, is_pushed=True)
        assert await stores.stories.grow(gone, late, LATER) == kept
        assert await ids_of(stores, kept) == [*its, *pages, late]
        assert (await stores.stories.get(gone)).articles == 5
        assert (await stores.articles.get(late)).story_id == kept


async def test_no_list_shows_an_emptied_story(database: Database) -> None:
    async with database.transaction() as stores:
        kept, its, gone, pages = await two(stores)
        await stores.chats.add(READER)
        await stores.chats.follow(READER.id)
        await stores.stories.merge(kept, gone, LATER)
        newest = max(pages)
        top = await stores.stories.get_weightiest(NOW, lambda one: one.id)
        lists = [(await stores.stories.get_latest()).items, (await stores.stories.get_below()).items, top.items]
        for items in lists:
            assert [(view.story_id, view.article.id, view.articles) for view in items] == [(kept, its[1], 4)]
        for items in (
            (await stores.stories.get_followed(READER.id)).items,
            (await stores.search.find(asking(["новость"]))).stories,
        ):
            assert [(view.story_id, view.article.id) for view in items] == [(kept, newest)]
        assert (await stores.articles.count()).stories == 1


async def test_messages_of_both_are_messages_of_the_one_and_those_in_channels_are_behind(database: Database) -> None:
    async with database.transaction() as stores:
        kept, _, gone, pages = await two(stores)
        for chat in (CHANNEL, READER):
            await stores.chats.add(chat)
            await show(stores, chat.id, await stores.stories.get(gone), pages[0])
        await stores.stories.merge(kept, gone, LATER)
        assert await stores.posts.get_of_story(READER.id, kept) == [pages[0]]
        assert await stores.posts.get_of_story(READER.id, gone) == []
    assert await grown(database) == {kept}
    async with database.writer.connect() as connection:
        behind = sa.select(post.c.chat_id).join(story, story.c.id == post.c.story_id)
        rows = await connection.execute(behind.where(post.c.story_version < story.c.version))
        assert set(rows.scalars()) == {CHANNEL.id, READER.id}


async def test_the_growth_of_the_gone_story_goes_with_it(database: Database) -> None:
    async with database.transaction() as stores:
        kept, _, gone, pages = await two(stores)
        await stores.chats.add(CHANNEL)
        await show(stores, CHANNEL.id, await stores.stories.get(gone), pages[0])
        await stores.articles.withdraw(pages[1], LATER)
    assert await grown(database) == {gone}
    async with database.transaction() as stores:
        await stores.stories.merge(kept, gone, LATER)
    assert await grown(database) == {kept}


async def test_who_was_given_either_ahead_was_given_the_one(database: Database) -> None:
    async with database.transaction() as stores:
        kept, its, gone, pages = await two(stores)
        for chat_id in (READER.id, *OTHERS):
            await stores.chats.add(replace(READER, id=chat_id))
    given = [
        (READER.id, kept, its[0]),
        (OTHERS[0], gone, pages[0]),
        (OTHERS[1], kept, its[1]),
        (OTHERS[1], gone, pages[1]),
    ]
    async with database.writer.begin() as connection:
        names = ("chat_id", "story_id", "article_id")
        await connection.execute(sa.insert(ahead), [dict(zip(names, row, strict=True)) for row in given])
    async with database.transaction() as stores:
        await stores.stories.merge(kept, gone, LATER)
    # Of two rows the later article counts: the chat's position has yet to come to it.
    expected = [(READER.id, kept, its[0]), (OTHERS[0], kept, pages[0]), (OTHERS[1], kept, pages[1])]
    assert await in_ahead(database) == expected


async def test_a_chat_that_was_told_of_one_is_not_told_of_both(database: Database) -> None:
    async with database.transaction() as stores:
        await stores.chats.add(READER)
        await stores.chats.follow(READER.id)
        kept, its, gone, pages = await two(stores)
        assert await pending(stores, READER.id, its[-1]) == [pages[0]]
        await stores.stories.merge(kept, gone, LATER)
        assert await pending(stores, READER.id, its[-1]) == []


async def test_what_an_admin_marked_and_what_was_kept_apart_are_the_kept_storys(database: Database) -> None:
    async with database.transaction() as stores:
        kept, _, gone, pages = await two(stores)
        third, _ = await tell_one(stores, (await add_sources(stores, 1))[0], 3)
        for other in (kept, third):
            await stores.stories.keep_apart(gone, other)
        await stores.stories.keep_apart(third, kept)
        await stores.stories.keep_apart(kept, kept)
        await stores.waves.hasten(pages[0], LATER)
        assert await stores.stories.get_apart() == [(kept, gone), (kept, third), (gone, third)]
        await stores.stories.merge(kept, gone, LATER)
        assert (await stores.stories.get(kept)).is_marked
        assert await stores.stories.get_apart() == [(kept, third)]
        await stores.stories.keep_apart(gone, third)
        assert await stores.stories.get_apart() == [(kept, third)]


async def test_what_followed_the_gone_story_is_read_to_follow_the_kept_one(database: Database) -> None:
    async with database.transaction() as stores:
        [source_id] = await add_sources(stores, 1)
        old, _ = await tell_one(stores, source_id, 0)
        gone, _ = await tell_one(stores, source_id, 1, old)
        kept, its = await tell_one(stores, source_id, 2)
        echo, _ = await tell_one(stores, source_id, 3, gone)
        await stores.stories.merge(kept, gone, LATER)
        assert [(await stores.stories.get(one)).follows_id for one in (kept, echo)] == [old, gone]
        before = (await stores.stories.get_view(echo)).before
        assert before is not None
        # Of both stories' pages the first leads.
        assert before.article_id < its
        await stores.stories.merge(kept, echo, LATER)
        assert (await stores.stories.get(kept)).follows_id == old
        await stores.stories.merge(old, kept, LATER)
        assert (await stores.stories.get(old)).follows_id is None


async def test_no_story_is_read_to_follow_itself_whichever_of_a_chain_become_one(database: Database) -> None:
    async with database.transaction() as stores:
        [source_id] = await add_sources(stores, 1)
        number = 0
        for pairs in permutations(permutations(range(3), 2), 2):
            chain: list[int] = []
            for _ in range(3):
                chain.append((await tell_one(stores, source_id, number, chain[-1] if chain else None))[0])
                number += 1
            for kept, gone in pairs:
                await stores.stories.merge(chain[kept], chain[gone], LATER)
            for story_id in chain:
                view = await stores.stories.get_view(story_id)
                assert view.before is None or view.before.article_id not in await ids_of(stores, story_id), pairs


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_happens_in_any_order_stories_agree_with_their_pages(database: Database, seed: int) -> None:
    """Pages come and are withdrawn, stories are merged and split: each is compared with what stands of it."""
    chance = Random(seed)  # noqa: S311 - chance, not secrecy
    stories: list[int] = []
    pages: list[int] = []
    async with database.transaction() as stores:
        sources = await add_sources(stores, 4)
        preferred = sources[:1]
        for number in range(40):
            at = NOW + timedelta(minutes=number)
            chosen = chance.random()
            if chosen < 0.6 or len(stories) < 2:
                if chosen < 0.3 or not stories:
                    stories.append(await stores.stories.open(at))
                new = new_article(number, chance.choice(sources), body=chance.choice((SHORT, LONG)))
                told = chance.choice(stories)
                pages.append(await stores.articles.add(new, told, at, is_pushed=True))
                await stores.stories.grow(told, pages[-1], at, preferred)
            elif chosen < 0.75:
                kept, gone = chance.sample(stories, 2)
                await stores.stories.merge(kept, gone, at, preferred)
            elif chosen < 0.9:
                with suppress(NothingLeft):
                    stories.append(await stores.stories.split([chance.choice(pages)], at, preferred))
            else:
                await stores.articles.withdraw(chance.choice(pages), at, preferred=preferred)
        for story_id in stories:
            await agrees(stores, await stores.stories.get(story_id), sources[0])


async def agrees(stores: Stores, story: Story, preferred: int) -> None:
    """The counts of a story are those of its pages, and the best of them leads."""
    tellings = await stores.stories.get_tellings(story.id)
    assert story.merged_into is None
    assert story.articles == len(tellings)
    assert story.sources == len({telling.source_id for telling in tellings})
    ranked = [(one.source_id != preferred, one.body == SHORT, one.id) for one in await articles_of(stores, tellings)]
    if ranked:
        favourites = [number for is_other, _, number in ranked if not is_other]
        assert story.lead_article_id == min(favourites, default=min(ranked)[-1])


async def articles_of(stores: Stores, tellings: Sequence[Telling]) -> list[Article]:
    """These pages whole."""
    return await stores.articles.get_many([telling.article_id for telling in tellings])
