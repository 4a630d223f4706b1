"""What a story shows beside its page: who else tells it, what was before, and the page in the reader's language."""

from datetime import timedelta

import pytest

from storage.database import Database
from storage.errors import NotFound
from storage.pending import Memory
from storage.records import MOST_OTHERS, NewArticle, StoryView
from storage.stores import Stores
from tests.storage.conftest import NOW
from tests.storage.samples import READER, claim_all, new_article
from tests.storage.told import LATER, LONG, SHORT, add_sources, executed, scans, show, tell, tell_one


def named(view: StoryView) -> list[int]:
    """The other pages that a view names."""
    return [telling.article_id for telling in view.others]


async def grow(stores: Stores, story_id: int, new: NewArticle) -> int:
    """One more page of the story; its id."""
    article_id = await stores.articles.add(new, story_id, LATER, is_pushed=True)
    await stores.stories.grow(story_id, article_id, LATER)
    return article_id


async def test_a_view_names_the_pages_beside_the_one_shown(database: Database) -> None:
    async with database.transaction() as stores:
        one, other = await add_sources(stores, 2)
        story_id, ids = await tell(stores, [(one, True), (other, True), (one, True), (other, False)])
        await stores.articles.withdraw(ids[2], LATER)
        view = await stores.stories.get_view(story_id)
        assert (view.article.id, view.articles, view.sources, view.version) == (ids[0], 3, 2, 5)
        assert (named(view), view.before) == ([ids[1], ids[3]], None)
        [telling, _] = view.others
        article = await stores.articles.get(ids[1])
        assert (telling.source_id, telling.source_name) == (other, article.source_name)
        shown = (article.url, article.title, article.language, article.published_at)
        assert (telling.url, telling.title, telling.language, telling.published_at) == shown
        tellings = await stores.stories.get_tellings(story_id)
        assert [page.article_id for page in tellings] == [ids[0], ids[1], ids[3]]


async def test_a_story_of_one_page_names_no_others(database: Database) -> None:
    async with database.transaction() as stores:
        [one] = await add_sources(stores, 1)
        view = await stores.stories.get_view((await tell(stores, [(one, True)]))[0])
        assert (view.others, view.sources, view.version) == ((), 1, 1)


async def test_a_message_whose_page_was_taken_back_names_those_that_stand(database: Database) -> None:
    async with database.transaction() as stores:
        one, other = await add_sources(stores, 2)
        story_id, [first, second] = await tell(stores, [(one, True), (other, True)])
        await stores.chats.add(READER)
        await show(stores, READER.id, await stores.stories.get(story_id), first)
        await stores.articles.withdraw(first, LATER)
        [view] = await stores.posts.get_posted(READER.id, first)
        assert (view.article.id, named(view), view.sources) == (first, [second], 1)


async def test_so_many_others_are_named_and_all_sources_counted(database: Database) -> None:
    async with database.transaction() as stores:
        sources = await add_sources(stores, MOST_OTHERS + 3)
        story_id, ids = await tell(stores, [(one, True) for one in sources])
        view = await stores.stories.get_view(story_id)
        assert (named(view), view.sources) == (ids[1 : MOST_OTHERS + 1], MOST_OTHERS + 3)


async def test_a_message_shows_each_story_by_its_own_page(database: Database) -> None:
    async with database.transaction() as stores:
        one, other = await add_sources(stores, 2)
        await stores.chats.add(READER)
        await stores.chats.follow(READER.id, source_id=other)
        _, ids = await tell(stores, [(one, True), (other, True)])
        alone, its = await tell_one(stores, other, 1)
        claim = await claim_all(stores, READER.id)
        [[grown, single]] = await stores.mailbox.get_views([claim.plan], Memory())
        assert (grown.article.id, named(grown), grown.sources, grown.version) == (ids[1], [ids[0]], 2, 2)
        assert (single.story_id, single.article.id, single.others) == (alone, its, ())


async def test_all_views_of_a_page_take_one_look_for_others(database: Database) -> None:
    async with database.transaction() as stores:
        one, other = await add_sources(stores, 2)
        for number in range(4):
            story_id = await stores.stories.open(NOW)
            for place in range(3):
                new = new_article(number * 10 + place, (one, other)[place % 2])
                await stores.stories.grow(story_id, await stores.articles.add(new, story_id, NOW, is_pushed=True), NOW)
    with executed(database) as many:
        async with database.transaction() as stores:
            views = (await stores.stories.get_latest()).items
    single = await counted_alone(database)
    assert [len(view.others) for view in views] == [2, 2, 2, 2]
    assert len(many) == single + 1


async def counted_alone(database: Database) -> int:
    """How many statements a list takes of which no story has other pages."""
    async with database.transaction() as stores:
        for view in (await stores.stories.get_latest()).items:
            for telling in view.others:
                await stores.articles.withdraw(telling.article_id, LATER)
    with executed(database) as few:
        async with database.transaction() as stores:
            await stores.stories.get_latest()
    return len(few)


async def test_what_a_message_shows_is_found_without_reading_a_table_from_end_to_end(database: Database) -> None:
    async with database.transaction() as stores:
        one, other = await add_sources(stores, 2)
        old, _ = await tell_one(stores, one, 1)
        echo, page = await tell_one(stores, other, 2, old)
        await grow(stores, echo, new_article(3, one))
        await stores.chats.add(READER)
        await show(stores, READER.id, await stores.stories.get(echo), page)
        with executed(database) as looks:
            await stores.posts.get_posted(READER.id, page)
            await stores.stories.get_view(echo, "tg")
            await stores.stories.get_tellings(echo)
    assert await scans(database, looks) == []


async def test_a_story_that_follows_another_points_back_to_its_lead(database: Database) -> None:
    async with database.transaction() as stores:
        [source_id] = await add_sources(stores, 1)
        old, its = await tell_one(stores, source_id, 0)
        echo, _ = await tell_one(stores, source_id, 1, old)
        late, _ = await tell_one(stores, source_id, 2, echo)
        other, _ = await tell_one(stores, source_id, 3)
        views = {view.story_id: view.before for view in (await stores.stories.get_latest()).items}
        assert views[old] is None
        assert views[other] is None
        before = views[echo]
        assert before is not None
        assert (before.article_id, before.title) == (its, (await stores.articles.get(its)).title)
        await stores.articles.withdraw(its, LATER)
        assert (await stores.stories.get_view(echo)).before is None
        assert (await stores.stories.get_view(late)).before is not None


async def test_it_points_to_what_that_story_turned_out_to_be(database: Database) -> None:
    async with database.transaction() as stores:
        [source_id] = await add_sources(stores, 1)
        old, _ = await tell_one(stores, source_id, 4)  # later than its echo: an import came in another order
        echo, _ = await tell_one(stores, source_id, 1, old)
        kept, its = await tell_one(stores, source_id, 0)
        last, _ = await tell_one(stores, source_id, 3)
        await stores.stories.merge(kept, old, LATER)
        await stores.stories.merge(last, kept, LATER)
        before = (await stores.stories.get_view(echo)).before
        assert before is not None
        assert before.article_id == min(its, before.article_id)
        assert (await stores.articles.get(before.article_id)).story_id == last


async def test_lists_show_a_story_by_its_page_in_the_readers_language(database: Database) -> None:
    async with database.transaction() as stores:
        one, other, third = await add_sources(stores, 3)
        story_id, [lead] = await tell(stores, [(one, True)])
        await grow(stores, story_id, new_article(1, other, language="tg", body=SHORT))
        good = await grow(stores, story_id, new_article(2, third, language="tg", body=LONG))
        await grow(stores, story_id, new_article(3, other, language="tg", body=LONG))
        alone, its = await tell_one(stores, one, 4)
        await stores.chats.add(READER)
        await stores.chats.follow(READER.id, source_id=one)
        listed = {
            "tg": [(alone, its), (story_id, good)],
            "ru": [(alone, its), (story_id, lead)],
            "en": [(alone, its), (story_id, lead)],
            None: [(alone, its), (story_id, lead)],
        }
        for language, expected in listed.items():
            pages = [
                await stores.stories.get_latest(language=language),
                await stores.stories.get_below(language=language),
                await stores.stories.get_weightiest(NOW, lambda one: one.id, language=language),
                await stores.stories.get_followed(READER.id, language=language),
            ]
            for page in pages:
                assert [(view.story_id, view.article.id) for view in page.items] == expected
            assert (await stores.stories.get_view(story_id, language)).article.id == expected[1][1]
        shown = await stores.stories.get_view(story_id, "tg")
        assert shown.article == await stores.articles.get(good)
        assert (named(shown)[0], len(shown.others), shown.articles) == (lead, 3, 4)


async def test_the_weightiest_are_weighed_without_a_look_at_their_pages(database: Database) -> None:
    async with database.transaction() as stores:
        [source_id] = await add_sources(stores, 1)
        early, light, gone, heavy = [await tell_one(stores, source_id, number) for number in range(4)]
        await stores.articles.withdraw(gone[1], LATER)
        since = NOW + timedelta(hours=1)
        with executed(database) as statements:
            top = await stores.stories.get_weightiest(since, lambda one: one.id)
        assert [view.story_id for view in top.items] == [heavy[0], light[0]]
        assert early[0] not in {view.story_id for view in top.items}
    assert "article " not in statements[0][0]
    assert await scans(database, statements[:1]) == []


async def test_a_withdrawn_page_is_not_the_one_in_a_language(database: Database) -> None:
    async with database.transaction() as stores:
        one, other = await add_sources(stores, 2)
        story_id, [lead] = await tell(stores, [(one, True)])
        page = await grow(stores, story_id, new_article(1, other, language="en", body=LONG))
        assert (await stores.stories.get_view(story_id, "en")).article.id == page
        await stores.articles.withdraw(page, LATER)
        assert (await stores.stories.get_view(story_id, "en")).article.id == lead


async def test_pages_of_a_list_in_a_language_go_on_where_the_last_one_ended(database: Database) -> None:
    async with database.transaction() as stores:
        one, other = await add_sources(stores, 2)
        told = [(await tell_one(stores, one, number))[0] for number in range(7)]
        for number, story_id in enumerate(told):
            if number % 2:
                await grow(stores, story_id, new_article(50 + number, other, language="en", body=SHORT))
        seen: list[int] = []
        below = None
        for _ in range(4):
            page = await stores.stories.get_below(below, 2, "en")
            seen += [view.story_id for view in page.items]
            below = page.items[-1].article.id
        assert seen == told[::-1]
        assert not page.older


async def test_stories_with_the_same_lead_are_never_two_in_a_list(database: Database) -> None:
    """After a split the page that led both leads one."""
    async with database.transaction() as stores:
        one, other = await add_sources(stores, 2)
        story_id, ids = await tell(stores, [(one, True), (other, True)])
        new = await stores.stories.split([ids[0]], LATER)
        shown = [(view.story_id, view.article.id) for view in (await stores.stories.get_latest()).items]
        assert shown == [(story_id, ids[1]), (new, ids[0])]


async def test_a_view_of_nothing_is_not_found(database: Database) -> None:
    async with database.transaction() as stores:
        [source_id] = await add_sources(stores, 1)
        story_id, [only] = await tell(stores, [(source_id, True)])
        await stores.articles.withdraw(only, LATER)
        for asked in (story_id, 404):
            with pytest.raises(NotFound):
                await stores.stories.get_view(asked)
        assert await stores.stories.get_tellings(story_id) == []
