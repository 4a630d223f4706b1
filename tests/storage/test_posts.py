"""The ledger: a change costs one row, and whatever shows the old revision is found, once, in its order."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from storage.database import Database
from storage.deliveries import Post, PostKind
from storage.posts import FORGOTTEN_AT_ONCE
from storage.records import Chat, ChatKind, ChatState, NewArticle
from storage.stores import Stores
from tests.storage.conftest import NOW
from tests.storage.samples import AGENCY, CHANNEL, READER, new_article, store

GROUP = Chat(id=-42, kind=ChatKind.GROUP, title="Соседи", state=ChatState.ACTIVE)
LATER = NOW + timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Archive:
    """One source and three chats."""

    source_id: int

    def changed(self, number: int, **changes: object) -> NewArticle:
        return new_article(number, self.source_id, **({"title": f"Иначе {number}"} | changes))

    async def publish(self, stores: Stores, number: int) -> int:
        return await store(stores, new_article(number, self.source_id))


@pytest.fixture
async def archive(database: Database) -> Archive:
    async with database.transaction() as stores:
        source = await stores.sources.add(AGENCY)
        for chat in (READER, CHANNEL, GROUP):
            await stores.chats.add(chat)
    return Archive(source.id)


def shown(chat: Chat, article_id: int, message_id: int = 7, **changes: object) -> Post:
    """A message that shows the first revision of an article, each a story of its own."""
    post = Post(chat.id, message_id, article_id, article_id, 1, PostKind.TEXT, NOW)
    return replace(post, **changes)  # type: ignore[arg-type]  # the fields' own types


async def due(stores: Stores, now: datetime = NOW, *, with_private: bool = False, limit: int = 10) -> list[Post]:
    return await stores.posts.get_corrections(now, limit, with_private=with_private)


async def test_nothing_is_due_where_nothing_changed(database: Database, archive: Archive) -> None:
    async with database.transaction() as stores:
        article_id = await archive.publish(stores, 1)
        await stores.posts.add([shown(CHANNEL, article_id)])
        same = new_article(1, archive.source_id, feed_hash="other", tags=("метка",))
        assert not await stores.articles.revise(article_id, same, NOW)
        assert not await stores.posts.has_corrections()
        assert await due(stores) == []


async def test_channels_come_before_private_chats_and_those_only_where_asked_for(
    database: Database, archive: Archive
) -> None:
    async with database.transaction() as stores:
        article_id = await archive.publish(stores, 1)
        posts = [shown(chat, article_id) for chat in (READER, CHANNEL, GROUP)]
        await stores.posts.add(posts)
        await stores.articles.revise(article_id, archive.changed(1), NOW)
        assert {post.chat_id for post in await due(stores, with_private=True)} == {CHANNEL.id, GROUP.id}
        for chat in (CHANNEL, GROUP):
            await stores.posts.settle_edit(shown(chat, article_id), await stores.posts.get_posted(chat.id, 7), NOW)
        assert await due(stores, with_private=True) == [posts[0]]
        assert await due(stores) == []


async def test_a_withdrawal_reaches_private_chats_whatever_the_settings_say(
    database: Database, archive: Archive
) -> None:
    async with database.transaction() as stores:
        first, second = await archive.publish(stores, 1), await archive.publish(stores, 2)
        await stores.posts.add([shown(READER, first), shown(READER, second, 8)])
        await stores.articles.revise(second, archive.changed(2), NOW)
        await stores.articles.withdraw(first, NOW)
        assert [post.article_id for post in await due(stores)] == [first]


async def test_a_correction_that_came_while_the_message_was_on_its_way_is_due(
    database: Database, archive: Archive
) -> None:
    async with database.transaction() as stores:
        article_id = await archive.publish(stores, 1)
        await stores.articles.revise(article_id, archive.changed(1), NOW)
        await stores.posts.add([shown(CHANNEL, article_id, revision=2)])
        assert not await stores.posts.has_corrections()
        late = shown(CHANNEL, article_id, 8)
        await stores.posts.add([late, shown(CHANNEL, article_id, 9, revision=2)])
        assert await due(stores) == [late]


async def test_the_longest_outdated_article_comes_first_and_no_more_than_asked(
    database: Database, archive: Archive
) -> None:
    async with database.transaction() as stores:
        articles = [await archive.publish(stores, number) for number in range(1, 4)]
        await stores.posts.add([shown(CHANNEL, one, number) for number, one in enumerate(articles)])
        for minutes, number in enumerate((2, 3, 1)):
            at = NOW + timedelta(minutes=minutes)
            await stores.articles.revise(articles[number - 1], archive.changed(number), at)
        found = await due(stores, LATER, limit=2)
        assert [post.article_id for post in found] == [articles[1], articles[2]]


async def test_an_edit_that_did_not_come_through_waits_for_its_time(database: Database, archive: Archive) -> None:
    async with database.transaction() as stores:
        article_id = await archive.publish(stores, 1)
        await stores.posts.add([shown(CHANNEL, article_id)])
        await stores.articles.revise(article_id, archive.changed(1), NOW)
        await stores.posts.postpone_edit(CHANNEL.id, 7, LATER)
        assert await due(stores, NOW) == []
        await stores.posts.close_corrections(with_private=False)
        assert len(await due(stores, LATER)) == 1


async def test_a_second_change_during_the_edit_is_outdated_still(database: Database, archive: Archive) -> None:
    async with database.transaction() as stores:
        article_id = await archive.publish(stores, 1)
        await stores.posts.add([shown(CHANNEL, article_id, kind=PostKind.PHOTO, image="https://old.example/1.jpg")])
        await stores.articles.revise(article_id, archive.changed(1, image="https://new.example/1.jpg"), NOW)
        views = await stores.posts.get_posted(CHANNEL.id, 7)
        await stores.articles.revise(article_id, archive.changed(1, title="И снова иначе"), NOW)
        await stores.posts.settle_edit(shown(CHANNEL, article_id), views, NOW, image="https://new.example/1.jpg")
        [post] = await due(stores)
        assert (post.revision, post.image) == (2, "https://new.example/1.jpg")


async def test_a_list_tells_its_stories_in_their_places(database: Database, archive: Archive) -> None:
    async with database.transaction() as stores:
        articles = [await archive.publish(stores, number) for number in range(1, 4)]
        places = dict(zip(articles, (2, 0, 1), strict=True))
        posts = [shown(CHANNEL, one, kind=PostKind.LIST, place=place) for one, place in places.items()]
        await stores.posts.add(posts)
        await stores.articles.withdraw(articles[2], NOW)
        views = await stores.posts.get_posted(CHANNEL.id, 7)
        assert [view.article.id for view in views] == [articles[1], articles[2], articles[0]]
        assert [view.article.withdrawn_at for view in views] == [None, NOW, None]


@pytest.mark.parametrize("state", [ChatState.BLOCKED, ChatState.PAUSED])
async def test_a_channel_that_cannot_be_reached_holds_nothing_open(
    database: Database, archive: Archive, state: ChatState
) -> None:
    async with database.transaction() as stores:
        article_id = await archive.publish(stores, 1)
        await stores.posts.add([shown(CHANNEL, article_id)])
        await stores.articles.revise(article_id, archive.changed(1), NOW)
        await stores.chats.save(replace(CHANNEL, state=state))
        assert await due(stores) == []
        await stores.posts.close_corrections(with_private=False)
        assert not await stores.posts.has_corrections()


async def test_who_asked_for_silence_is_corrected_too_since_an_edit_makes_no_sound(
    database: Database, archive: Archive
) -> None:
    async with database.transaction() as stores:
        article_id = await archive.publish(stores, 1)
        await stores.posts.add([shown(CHANNEL, article_id)])
        await stores.articles.revise(article_id, archive.changed(1), NOW)
        await stores.chats.save(replace(CHANNEL, state=ChatState.STOPPED))
        assert len(await due(stores)) == 1


async def test_what_is_passed_over_is_not_met_again_until_the_next_change(database: Database, archive: Archive) -> None:
    async with database.transaction() as stores:
        article_id = await archive.publish(stores, 1)
        await stores.posts.add([shown(READER, article_id)])
        await stores.articles.revise(article_id, archive.changed(1), NOW)
        await stores.posts.pass_over(await due(stores, with_private=True))
        assert await due(stores, with_private=True) == []
        await stores.articles.revise(article_id, archive.changed(1, title="И снова иначе"), NOW)
        assert len(await due(stores, with_private=True)) == 1


@pytest.mark.parametrize(("with_private", "is_open"), [(True, True), (False, False)])
async def test_an_article_is_done_with_when_nothing_is_left_that_will_be_edited(
    database: Database, archive: Archive, with_private: bool, is_open: bool
) -> None:
    async with database.transaction() as stores:
        article_id = await archive.publish(stores, 1)
        await stores.posts.add([shown(READER, article_id), shown(CHANNEL, article_id)])
        await stores.articles.revise(article_id, archive.changed(1), NOW)
        await stores.posts.close_corrections(with_private=with_private)
        assert await stores.posts.has_corrections()
        await stores.posts.forget_post(CHANNEL.id, 7)
        await stores.posts.close_corrections(with_private=with_private)
        assert await stores.posts.has_corrections() is is_open


async def test_the_ledger_forgets_by_the_day_of_posting_in_short_steps(database: Database, archive: Archive) -> None:
    """Of an article that arrived before then, what was posted later is kept."""
    extra = 3
    day = NOW + timedelta(days=1)
    async with database.transaction() as stores:
        first, second = await archive.publish(stores, 1), await archive.publish(stores, 2)
        old = [shown(READER, first, number) for number in range(FORGOTTEN_AT_ONCE + extra)]
        kept = [shown(CHANNEL, first, 1, posted_at=day), shown(CHANNEL, second, 2, posted_at=day)]
        await stores.posts.add([*old, *kept])
    left, start, steps = [], None, 0
    while True:
        async with database.transaction() as stores:
            start = await stores.posts.forget_posts(day, start)
        left.append(await count_posts(database))
        if start is None:
            break
        steps += 1
    assert left == [extra + 2, 2, 2, 2]
    assert steps == 3


async def count_posts(database: Database) -> int:
    async with database.writer.begin() as connection:
        return int((await connection.execute(sa.text("SELECT count(*) FROM post"))).scalar_one())


async def test_the_ledger_reads_no_further_than_what_is_old(database: Database, archive: Archive) -> None:
    async with database.transaction() as stores:
        await stores.posts.add([shown(CHANNEL, await archive.publish(stores, 1))])
        assert await stores.posts.forget_posts(NOW) is None
    assert await count_posts(database) == 1
