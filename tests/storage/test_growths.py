"""Which posts are to grow with their story: those in channels and groups, in their time, at their pace."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from storage.database import Database
from storage.deliveries import Post, PostKind
from storage.growths import STORIES_AT_ONCE
from storage.records import Chat, ChatKind, ChatState
from storage.stores import Stores
from storage.turns import StoryPage
from tests.storage.conftest import NOW
from tests.storage.samples import AGENCY, CHANNEL, READER, new_article, store
from tests.storage.told import executed

GROUP = Chat(id=-42, kind=ChatKind.GROUP, title="Соседи", state=ChatState.ACTIVE)
EVERY, LASTS = timedelta(minutes=5), timedelta(hours=24)
SOON, LATER = NOW + EVERY - timedelta(seconds=1), NOW + EVERY
END = NOW + LASTS


class Paper:
    """A source with one story, and three chats."""

    def __init__(self, stores: Stores, source_id: int) -> None:
        self.stores = stores
        self._source_id = source_id
        self._pages = 0
        self.story_id = 0

    async def page(self, **changes: object) -> int:
        """One more page of the story."""
        self._pages += 1
        new = new_article(self._pages, self._source_id, **changes)
        article_id = await store(self.stores, new, story_id=self.story_id or None)
        self.story_id = (await self.stores.articles.get(article_id)).story_id
        return article_id

    async def stands(self, chat: Chat, article_id: int, message_id: int = 7, **changes: object) -> Post:
        """A message that shows the story as it is now."""
        version = (await self.stores.stories.get(self.story_id)).version
        post = Post(chat.id, message_id, self.story_id, article_id, 1, PostKind.TEXT, NOW, story_version=version)
        post = replace(post, **changes)  # type: ignore[arg-type]  # the fields' own types
        await self.stores.posts.add([post])
        return post

    async def due(self, now: datetime = LATER, lasts: timedelta | None = LASTS) -> list[Post]:
        return await self.stores.growths.get_due(now, 10, every=EVERY, lasts=lasts)

    async def is_closed(self, now: datetime = LATER, lasts: timedelta | None = LASTS) -> bool:
        """Whether nothing is left to do, once that has been looked at."""
        if await self.stores.growths.has_done(now, lasts):
            await self.stores.growths.close(now, lasts)
        return not await self.stores.growths.has_any()

    async def edited(self, post: Post, now: datetime, article_id: int | None = None) -> None:
        """The post shows what there is to show now, perhaps by another page."""
        views = await self.stores.posts.get_views(post.chat_id, [article_id or post.article_id])
        await self.stores.posts.settle_edit(post, views, now)


async def open_paper(stores: Stores) -> Paper:
    source = await stores.sources.add(AGENCY)
    for chat in (READER, CHANNEL, GROUP):
        await stores.chats.add(chat)
        await stores.chats.follow(chat.id)
    return Paper(stores, source.id)


def ids(posts: Sequence[Post]) -> set[int]:
    return {post.chat_id for post in posts}


async def test_posts_in_channels_and_groups_grow_and_readers_messages_do_not(database: Database) -> None:
    async with database.transaction() as stores:
        paper = await open_paper(stores)
        first = await paper.page()
        for chat in (READER, CHANNEL, GROUP):
            await paper.stands(chat, first)
        assert not await stores.growths.has_any()
        await paper.page()
        assert ids(await paper.due()) == {CHANNEL.id, GROUP.id}
        assert not await paper.is_closed()


async def test_of_one_chat_a_look_finds_two_posts_and_none_is_forgotten(database: Database) -> None:
    """Stories are looked through a few hundred at once; a channel that posts all of them holds up no other."""
    async with database.transaction() as stores:
        paper = await open_paper(stores)
        grown = []
        for number in range(STORIES_AT_ONCE + 2):
            paper.story_id = 0
            post = await paper.stands(CHANNEL, await paper.page(), 100 + number)
            grown.append(post)
            if number in {1, STORIES_AT_ONCE + 1}:
                await paper.stands(GROUP, post.article_id, 100 + number)
            await paper.page()
        due = await paper.due()
        assert [one.message_id for one in due if one.chat_id == CHANNEL.id] == [100, 101]
        assert [one.message_id for one in due if one.chat_id == GROUP.id] == [101, 100 + len(grown) - 1]
        for one in grown[: STORIES_AT_ONCE + 1]:
            await stores.posts.pass_over([one])
        assert [one.message_id for one in await paper.due() if one.chat_id == CHANNEL.id] == [100 + len(grown) - 1]


@pytest.mark.parametrize("is_analysed", [False, True])
async def test_what_grew_is_found_without_reading_the_ledger(database: Database, is_analysed: bool) -> None:
    async with database.transaction() as stores:
        paper = await open_paper(stores)
        for number in range(30):
            paper.story_id = 0
            await paper.stands(CHANNEL, await paper.page(), 100 + number)
        await paper.page()
    async with database.writer.connect() as connection:
        if is_analysed:
            await connection.exec_driver_sql("ANALYZE")
    async with database.transaction() as stores:
        paper.stores = stores
        with executed(database) as statements:
            assert len(await paper.due()) == 1
            assert not await stores.growths.has_done(LATER, LASTS)
    plans = []
    async with database.writer.connect() as connection:
        for statement, given in statements:
            rows = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)
            plans += [row.detail for row in rows if " post " in row.detail]
    assert len(plans) == 2
    assert all("ix_post_story_id_chat_id (story_id=?" in one for one in plans), plans


async def test_a_list_does_not_grow(database: Database) -> None:
    async with database.transaction() as stores:
        paper = await open_paper(stores)
        await paper.stands(CHANNEL, await paper.page(), kind=PostKind.LIST)
        await paper.page()
        assert await paper.due() == []
        assert await paper.is_closed()


async def test_a_post_is_edited_no_more_often_than_its_pace(database: Database) -> None:
    async with database.transaction() as stores:
        paper = await open_paper(stores)
        post = await paper.stands(CHANNEL, await paper.page())
        await paper.page()
        assert await paper.due(SOON) == []
        assert len(await paper.due(LATER)) == 1
        await paper.edited(post, LATER)
        assert await paper.is_closed()
        await paper.page()
        assert await paper.due(LATER + EVERY - timedelta(seconds=1)) == []
        assert len(await paper.due(LATER + EVERY)) == 1


async def test_a_post_grows_for_its_time_and_is_left_alone_then(database: Database) -> None:
    async with database.transaction() as stores:
        paper = await open_paper(stores)
        await paper.stands(CHANNEL, await paper.page())
        await paper.page()
        assert len(await paper.due(END - timedelta(seconds=1))) == 1
        assert await paper.due(END) == []
        assert not await paper.is_closed(END - timedelta(seconds=1))
        assert await paper.is_closed(END)


async def test_where_the_settings_say_never_nothing_grows(database: Database) -> None:
    async with database.transaction() as stores:
        paper = await open_paper(stores)
        await paper.stands(CHANNEL, await paper.page())
        await paper.page()
        assert await paper.due(lasts=None) == []
        assert await paper.is_closed(lasts=None)


async def test_a_correction_shows_how_the_story_grew_too(database: Database) -> None:
    async with database.transaction() as stores:
        paper = await open_paper(stores)
        first = await paper.page()
        post = await paper.stands(CHANNEL, first)
        await stores.articles.revise(first, new_article(1, 1, title="Иначе"), NOW)
        await paper.page()
        [wrong] = await stores.posts.get_corrections(NOW, 10, with_private=False)
        await paper.edited(wrong, SOON)
        assert await paper.due() == []
        assert await paper.is_closed()
        await paper.page()
        assert await paper.due(SOON + EVERY - timedelta(seconds=1)) == [], "its pace begins with the correction"
        assert [one.message_id for one in await paper.due(SOON + EVERY)] == [post.message_id]


async def test_what_grew_while_the_message_was_on_its_way_is_due(database: Database) -> None:
    async with database.transaction() as stores:
        paper = await open_paper(stores)
        first = await paper.page()
        await paper.page()
        await paper.stands(CHANNEL, first, story_version=1)
        assert len(await paper.due()) == 1


async def test_a_post_that_told_a_story_by_a_page_before_its_turn_is_due(database: Database) -> None:
    """It came late, after a quiet night: nothing else may come that would let it grow."""
    async with database.transaction() as stores:
        paper = await open_paper(stores)
        first = await paper.page()
        turn = await store(stores, new_article(9, 1), story_id=paper.story_id, is_turn=True)
        await paper.stands(CHANNEL, first)
        await paper.stands(GROUP, turn)
        assert ids(await paper.due()) == {CHANNEL.id}


async def test_another_page_takes_the_place_of_the_one_that_was_shown(database: Database) -> None:
    async with database.transaction() as stores:
        paper = await open_paper(stores)
        post = await paper.stands(CHANNEL, await paper.page(), kind=PostKind.PHOTO, image="https://one.example/1.jpg")
        later = await paper.page(image="https://two.example/2.jpg")
        [grown] = await paper.due()
        await stores.articles.revise(later, new_article(2, 1, title="Иначе"), NOW)
        before = await stores.posts.get_views(CHANNEL.id, [later])
        await stores.articles.revise(later, new_article(2, 1, title="И снова иначе"), NOW)
        await stores.posts.settle_edit(grown, before, LATER)
        [shown] = await stores.posts.get_posted(CHANNEL.id, post.message_id)
        assert shown.article.id == later
        [wrong] = await stores.posts.get_corrections(NOW, 10, with_private=False)
        assert (wrong.article_id, wrong.revision) == (later, 2), "it changed between the look and the edit"


async def test_an_edit_that_did_not_come_through_waits_for_its_time(database: Database) -> None:
    async with database.transaction() as stores:
        paper = await open_paper(stores)
        post = await paper.stands(CHANNEL, await paper.page())
        await paper.page()
        await stores.posts.postpone_edit(post.chat_id, post.message_id, END - EVERY)
        assert await paper.due() == []
        assert not await paper.is_closed()
        assert len(await paper.due(END - EVERY)) == 1


@pytest.mark.parametrize("state", [ChatState.BLOCKED, ChatState.PAUSED])
async def test_a_channel_that_cannot_be_reached_holds_nothing_open(database: Database, state: ChatState) -> None:
    async with database.transaction() as stores:
        paper = await open_paper(stores)
        await paper.stands(CHANNEL, await paper.page())
        await paper.page()
        await stores.chats.save(replace(CHANNEL, state=state))
        assert await paper.due() == []
        assert await paper.is_closed()


async def test_what_is_passed_over_grows_no_more_until_the_next_page(database: Database) -> None:
    async with database.transaction() as stores:
        paper = await open_paper(stores)
        post = await paper.stands(CHANNEL, await paper.page())
        await paper.page()
        await stores.posts.pass_over([post])
        assert await paper.is_closed()
        await paper.page()
        assert len(await paper.due()) == 1


async def test_posts_of_a_story_that_was_merged_grow_with_the_one_that_has_its_pages(database: Database) -> None:
    async with database.transaction() as stores:
        paper = await open_paper(stores)
        one = await paper.stands(CHANNEL, await paper.page())
        kept, paper.story_id = paper.story_id, 0
        other = await paper.stands(CHANNEL, await paper.page(), 8)
        await stores.stories.merge(kept, paper.story_id, NOW)
        assert {post.message_id for post in await paper.due()} == {one.message_id, other.message_id}
        for post in await paper.due():
            await paper.edited(post, LATER)
        assert await paper.is_closed()


async def test_an_edit_that_was_put_together_before_a_merge_leaves_the_post_to_grow(database: Database) -> None:
    async with database.transaction() as stores:
        paper = await open_paper(stores)
        await paper.page()
        kept, paper.story_id = paper.story_id, 0
        first = await paper.page()
        post = await paper.stands(CHANNEL, first)
        for _ in range(3):
            await paper.page()
        before = await stores.posts.get_views(CHANNEL.id, [first])
        await stores.stories.merge(kept, paper.story_id, NOW)
        await stores.posts.settle_edit(post, before, SOON)
        assert await paper.due(SOON + EVERY - timedelta(seconds=1)) == [], "it grew with that edit"
        assert len(await paper.due(SOON + EVERY)) == 1


async def test_an_edit_that_was_put_together_before_a_split_leaves_the_post_to_grow(database: Database) -> None:
    """It shows a page that is another story's by now, of which nothing stood in channels before."""
    async with database.transaction() as stores:
        paper = await open_paper(stores)
        post = await paper.stands(CHANNEL, await paper.page())
        turn = await paper.page()
        before = await stores.posts.get_views(CHANNEL.id, [turn])
        split = await stores.stories.split([turn], NOW)
        await stores.posts.settle_edit(post, before, SOON)
        [shown] = await paper.due(SOON + EVERY)
        assert (shown.article_id, shown.story_id, shown.story_version) == (turn, split, 0)
        await paper.edited(shown, LATER, turn)
        assert await paper.is_closed()


async def test_a_message_that_was_on_its_way_during_a_merge_or_a_split_is_of_the_story_that_has_its_page(
    database: Database,
) -> None:
    async with database.transaction() as stores:
        paper = await open_paper(stores)
        await paper.page()
        kept, paper.story_id = paper.story_id, 0
        merged, split = await paper.page(), await paper.page()
        apart = await stores.stories.split([split], NOW)
        await stores.stories.merge(kept, paper.story_id, NOW)
        # Of a higher version than either has now: it says nothing of another story.
        for chat, page in ((READER, merged), (CHANNEL, merged), (GROUP, split)):
            await paper.stands(chat, page, story_id=paper.story_id, story_version=99)
        found = {(one.article_id, one.story_id, one.story_version) for one in await paper.due()}
        assert found == {(merged, kept, 0), (split, apart, 0)}
        assert await stores.posts.get_of_story(READER.id, kept) == [merged]


async def test_pages_that_may_be_shown_are_those_the_chat_asks_for_and_that_stand(database: Database) -> None:
    async with database.transaction() as stores:
        paper = await open_paper(stores)
        other = await stores.sources.add(replace(AGENCY, url="https://other.example/rss", name="Другое"))
        await stores.chats.unfollow(CHANNEL.id)
        await stores.chats.follow(CHANNEL.id, source_id=other.id)
        await paper.page()
        gone, turn = [
            await store(stores, new_article(n, other.id, language="tg"), story_id=paper.story_id, is_turn=n == 9)
            for n in (8, 9)
        ]
        await store(stores, new_article(10, other.id), story_id=paper.story_id, is_pushed=False)
        await stores.articles.withdraw(gone, NOW)
        assert await stores.growths.get_pages(CHANNEL.id, paper.story_id) == [StoryPage(turn, "tg", is_turn=True)]


async def test_a_turn_that_the_channel_does_not_ask_for_is_brought_by_the_next_page_that_it_does(
    database: Database,
) -> None:
    async with database.transaction() as stores:
        paper = await open_paper(stores)
        other = await stores.sources.add(replace(AGENCY, url="https://other.example/rss", name="Другое"))
        await stores.chats.unfollow(CHANNEL.id)
        await stores.chats.follow(CHANNEL.id, source_id=(await stores.sources.add(AGENCY)).id)
        first = await paper.page()
        for number in (8, 9):
            await store(stores, new_article(number, other.id), story_id=paper.story_id, is_turn=True)
        brought, last = await paper.page(), await paper.page()
        pages = await stores.growths.get_pages(CHANNEL.id, paper.story_id)
        assert [(one.article_id, one.is_turn) for one in pages] == [(first, False), (brought, True), (last, False)]


async def test_what_was_taken_back_goes_from_beside_posts_of_any_age(database: Database) -> None:
    async with database.transaction() as stores:
        paper = await open_paper(stores)
        first, gone = await paper.page(), await paper.page()
        for chat in (READER, CHANNEL):
            await paper.stands(chat, first)
        await paper.stands(GROUP, first, posted_at=NOW - timedelta(minutes=1))
        late = END + timedelta(days=30)
        await paper.is_closed(late)
        await stores.articles.withdraw(gone, late)
        assert await paper.due(late) == []
        wrong = await stores.posts.get_corrections(late, 10, with_private=True)
        assert [post.chat_id for post in wrong] == [CHANNEL.id], "the group's came before that page did"
        await paper.edited(wrong[0], late)
        assert await stores.posts.get_corrections(late, 10, with_private=True) == []
        await stores.posts.close_corrections(with_private=True)
        assert not await stores.posts.has_corrections()


async def test_the_picture_that_stands_is_known_whatever_the_article_has_now(database: Database) -> None:
    async with database.transaction() as stores:
        paper = await open_paper(stores)
        old, new = "https://one.example/1.jpg", "https://two.example/2.jpg"
        post = await paper.stands(CHANNEL, await paper.page(image=old), kind=PostKind.PHOTO, image=old)
        views = await stores.posts.get_views(CHANNEL.id, [await paper.page(image=new)])
        await stores.posts.settle_edit(post, views, LATER)
        shown = await stores.posts.get_last(CHANNEL.id)
        assert shown is not None
        assert shown.image == old, "Telegram refused the new one, or there was none to put in"
        await stores.posts.settle_edit(post, views, LATER, image=new)
        shown = await stores.posts.get_last(CHANNEL.id)
        assert shown is not None
        assert shown.image == new
