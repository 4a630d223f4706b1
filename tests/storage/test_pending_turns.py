"""A story that was told already waits for a reader again when its facts have changed, and for nobody else."""

from dataclasses import replace
from datetime import timedelta

import pytest

from storage.database import Database
from storage.deliveries import PendingStory, Plan, Post, PostKind
from storage.pending import Memory
from storage.records import Chat, Schedule
from storage.stores import Stores
from tests.storage.conftest import NOW
from tests.storage.samples import AGENCY, CHANNEL, READER, follow_everything, new_article, settle, store

OTHER = replace(AGENCY, url="https://other.example/rss", name="Другое")
NEIGHBOUR = replace(READER, id=1002)


async def waits(stores: Stores, chat: Chat, position: int = 0, memory: Memory | None = None) -> list[PendingStory]:
    """What waits for a chat as if its position were this one, where the settings speak Russian."""
    asks = replace(await stores.chats.get(chat.id), position=position)
    [only] = await stores.mailbox.get_pending([asks], memory or Memory(), NOW, language="ru")
    return list(only.stories)


async def tell(stores: Stores, chat: Chat, message_id: int, article_id: int) -> None:
    """A message in the chat shows the story by this article."""
    story_id = (await stores.articles.get(article_id)).story_id
    await stores.posts.add([Post(chat.id, message_id, story_id, article_id, 1, PostKind.TEXT, NOW)])


class Paper:
    """One story of one source, page by page."""

    def __init__(self, stores: Stores, source_id: int) -> None:
        self._stores = stores
        self._source_id = source_id
        self._pages = 0
        self.story_id: int | None = None

    async def page(self, language: str = "ru", *, is_turn: bool = False) -> int:
        self._pages += 1
        new = new_article(self._pages, self._source_id, language=language)
        article_id = await store(self._stores, new, story_id=self.story_id, is_turn=is_turn)
        self.story_id = (await self._stores.articles.get(article_id)).story_id
        return article_id


async def test_a_turn_answers_the_first_message_that_told_the_story(database: Database) -> None:
    async with database.transaction() as stores:
        paper = Paper(stores, await follow_everything(stores, READER))
        first = await paper.page()
        await tell(stores, READER, 42, first)
        await tell(stores, READER, 57, await paper.page())
        last = await paper.page()
        turn = await paper.page(is_turn=True)
        [again] = await waits(stores, READER, position=last)
        assert (again.article_id, again.is_turn, again.reply_to) == (turn, True, 42)


async def test_a_turn_answers_a_message_that_was_on_its_way_while_its_story_was_merged(database: Database) -> None:
    async with database.transaction() as stores:
        paper = Paper(stores, await follow_everything(stores, READER))
        first, gone = await paper.page(), paper.story_id
        paper.story_id = None
        last = await paper.page()
        assert gone is not None
        assert paper.story_id is not None
        await stores.stories.merge(paper.story_id, gone, NOW)
        await stores.posts.add([Post(READER.id, 42, gone, first, 1, PostKind.TEXT, NOW)])
        turn = await paper.page(is_turn=True)
        [again] = await waits(stores, READER, position=last)
        assert (again.article_id, again.is_turn, again.reply_to) == (turn, True, 42)


async def test_a_turn_of_which_nothing_stands_answers_nothing(database: Database) -> None:
    async with database.transaction() as stores:
        paper = Paper(stores, await follow_everything(stores, READER))
        first = await paper.page()
        turn = await paper.page(is_turn=True)
        [again] = await waits(stores, READER, position=first)
        assert (again.article_id, again.is_turn, again.reply_to) == (turn, True, None)


@pytest.mark.parametrize(
    ("described", "place"),
    [(["ru", "ru!", "ru"], 1), (["ru", "ru!", "ru!", "tg"], 2), (["ru", "tg!"], 0), (["tg", "tg!"], 1)],
)
async def test_whoever_hears_of_a_story_after_its_turn_hears_the_newest_facts_that_their_language_tells(
    database: Database, described: list[str], place: int
) -> None:
    """Nothing is told anew to whom it is all new."""
    async with database.transaction() as stores:
        paper = Paper(stores, await follow_everything(stores, READER))
        told = [await paper.page(one[:2], is_turn=one.endswith("!")) for one in described]
        [once] = await waits(stores, READER)
        assert (once.article_id, once.first_id, once.is_turn) == (told[place], told[0], False)


async def test_a_turn_that_the_follows_do_not_match_is_told_by_the_next_page_that_they_do_and_once(
    database: Database,
) -> None:
    async with database.transaction() as stores:
        paper = Paper(stores, await follow_everything(stores, READER))
        other = await stores.sources.add(OTHER)
        await stores.chats.unfollow(READER.id)
        await stores.chats.follow(READER.id, source_id=(await stores.sources.add(AGENCY)).id)
        first = await paper.page()
        turn = await store(stores, new_article(9, other.id), story_id=paper.story_id, is_turn=True)
        assert await waits(stores, READER, position=first) == []
        told = await paper.page()
        [again] = await waits(stores, READER, position=turn)
        assert (again.article_id, again.is_turn) == (told, True)
        [once] = await waits(stores, READER)
        assert (once.article_id, once.is_turn) == (told, False)
        await paper.page()
        assert await waits(stores, READER, position=told) == []
        await give_ahead(stores, told)
        assert await waits(stores, READER, position=first) == []


async def test_a_story_whose_page_was_given_ahead_and_then_withdrawn_comes_by_the_next(database: Database) -> None:
    async with database.transaction() as stores:
        paper = Paper(stores, await follow_everything(stores, READER))
        first = await paper.page()
        await give_ahead(stores, first)
        second = await paper.page()
        assert await waits(stores, READER) == []
        await stores.articles.withdraw(first, NOW)
        [once] = await waits(stores, READER)
        assert (once.article_id, once.is_turn) == (second, False)


@pytest.mark.parametrize(("schedule", "place"), [(Schedule.INSTANT, 1), (Schedule.DAILY, 0)])
async def test_a_page_that_grew_too_old_is_not_shown_where_a_newer_one_tells_the_same_but_in_digests(
    database: Database, schedule: Schedule, place: int
) -> None:
    async with database.transaction() as stores:
        source_id = await follow_everything(stores, READER)
        await stores.chats.save(replace(await stores.chats.get(READER.id), schedule=schedule))
        first = await store(stores, new_article(1, source_id), at=NOW - timedelta(hours=25))
        story_id = (await stores.articles.get(first)).story_id
        second = await store(stores, new_article(2, source_id), story_id=story_id)
        chat = await stores.chats.get(READER.id)
        [found] = await stores.mailbox.get_pending([chat], Memory(), NOW, max_age=timedelta(days=1))
        [once] = found.stories
        assert (once.article_id, once.first_id) == ((first, second)[place], first)


async def test_a_turn_that_grew_too_old_is_told_by_a_newer_page(database: Database) -> None:
    async with database.transaction() as stores:
        source_id = await follow_everything(stores, READER)
        ages = ((50, False), (25, True), (1, False))
        story_id, told = None, []
        for age, is_turn in ages:
            new = new_article(age, source_id)
            at = NOW - timedelta(hours=age)
            told.append(await store(stores, new, story_id=story_id, is_turn=is_turn, at=at))
            story_id = (await stores.articles.get(told[0])).story_id
        chat = replace(await stores.chats.get(READER.id), position=told[0])
        [found] = await stores.mailbox.get_pending([chat], Memory(), NOW, max_age=timedelta(days=1))
        assert [(one.article_id, one.is_turn) for one in found.stories] == [(told[2], True)]


async def test_a_channel_behind_gets_a_story_once_though_its_first_page_is_withdrawn_between_two_posts(
    database: Database,
) -> None:
    """The post shows a page that lies behind stories which are still to come."""
    async with database.transaction() as stores:
        source_id = await follow_everything(stores, CHANNEL)
        paper = Paper(stores, source_id)
        first = await paper.page("tg")
        other = await store(stores, new_article(50, source_id))
        shown = await paper.page("ru")
        chat = await stores.chats.get(CHANNEL.id)
        [claim] = await stores.mailbox.claim([Plan(chat, (shown,), first, has_rest=True)], NOW)
        await settle(stores, claim)
        await stores.articles.withdraw(first, NOW)
        assert [one.article_id for one in await waits(stores, CHANNEL, position=first)] == [other]


async def test_who_asks_only_for_the_source_of_the_turn_is_told_of_the_story_by_it(database: Database) -> None:
    async with database.transaction() as stores:
        paper = Paper(stores, await follow_everything(stores, READER))
        other = await stores.sources.add(OTHER)
        await stores.chats.add(NEIGHBOUR)
        await stores.chats.follow(NEIGHBOUR.id, source_id=other.id)
        first = await paper.page()
        turn = await store(stores, new_article(9, other.id), story_id=paper.story_id, is_turn=True)
        memory = Memory()
        [again] = await waits(stores, READER, position=first, memory=memory)
        [once] = await waits(stores, NEIGHBOUR, position=first, memory=memory)
        assert [(one.article_id, one.is_turn) for one in (again, once)] == [(turn, True), (turn, False)]


async def test_channels_and_groups_wait_for_no_turn(database: Database) -> None:
    async with database.transaction() as stores:
        paper = Paper(stores, await follow_everything(stores, CHANNEL))
        await stores.chats.add(READER)
        await stores.chats.follow(READER.id)
        first = await paper.page()
        await paper.page(is_turn=True)
        memory = Memory()
        assert len(await waits(stores, READER, position=first, memory=memory)) == 1
        assert await waits(stores, CHANNEL, position=first, memory=memory) == []


async def test_of_several_turns_the_newest_in_the_chats_language_is_told(database: Database) -> None:
    async with database.transaction() as stores:
        paper = Paper(stores, await follow_everything(stores, READER))
        await stores.chats.save(replace(await stores.chats.get(READER.id), language="tg"))
        first = await paper.page("tg")
        await paper.page("tg", is_turn=True)
        wanted = await paper.page("tg", is_turn=True)
        await paper.page("ru", is_turn=True)
        [again] = await waits(stores, READER, position=first)
        assert again.article_id == wanted


@pytest.mark.parametrize(("chosen", "place"), [(None, 1), ("ru", 1), ("tg", 0), ("en", 0)])
async def test_of_several_pages_the_one_in_the_chats_language_is_told(
    database: Database, chosen: str | None, place: int
) -> None:
    async with database.transaction() as stores:
        paper = Paper(stores, await follow_everything(stores, READER))
        await stores.chats.save(replace(await stores.chats.get(READER.id), language=chosen))
        told = [await paper.page(language) for language in ("tg", "ru", "ru")]
        [once] = await waits(stores, READER)
        assert (once.article_id, once.first_id) == (told[place], told[0])


async def test_readers_of_two_languages_who_ask_alike_are_told_apart(database: Database) -> None:
    async with database.transaction() as stores:
        paper = Paper(stores, await follow_everything(stores, READER))
        await stores.chats.add(replace(NEIGHBOUR, language="tg"))
        await stores.chats.follow(NEIGHBOUR.id)
        first, second = await paper.page("ru"), await paper.page("tg")
        memory = Memory()
        told = [(await waits(stores, chat, memory=memory))[0].article_id for chat in (READER, NEIGHBOUR)]
        assert told == [first, second]


async def test_each_reader_of_a_turn_has_a_message_of_their_own_to_answer(database: Database) -> None:
    async with database.transaction() as stores:
        paper = Paper(stores, await follow_everything(stores, READER))
        await stores.chats.add(NEIGHBOUR)
        await stores.chats.follow(NEIGHBOUR.id)
        first = await paper.page()
        await tell(stores, READER, 42, first)
        await tell(stores, NEIGHBOUR, 8, first)
        await paper.page(is_turn=True)
        memory = Memory()
        answered = [
            (await waits(stores, chat, position=first, memory=memory))[0].reply_to for chat in (READER, NEIGHBOUR)
        ]
        assert answered == [42, 8]


async def test_a_turn_after_a_story_that_was_given_ahead_waits_once(database: Database) -> None:
    """Given ahead too, it is remembered by the later page."""
    async with database.transaction() as stores:
        paper = Paper(stores, await follow_everything(stores, READER))
        first = await paper.page()
        await give_ahead(stores, first)
        assert await waits(stores, READER) == []
        turn = await paper.page(is_turn=True)
        [again] = await waits(stores, READER)
        assert (again.article_id, again.is_turn) == (turn, True)
        await give_ahead(stores, turn)
        assert await waits(stores, READER) == []
        assert await waits(stores, READER, position=first) == []


async def give_ahead(stores: Stores, article_id: int) -> None:
    """The reader is given the story out of its turn, by this article."""
    chat = await stores.chats.get(READER.id)
    [claim] = await stores.mailbox.claim([Plan(chat, (article_id,), chat.position, is_ahead=True)], NOW)
    await settle(stores, claim)


async def test_what_it_takes_to_weigh_a_story_comes_with_it(database: Database) -> None:
    async with database.transaction() as stores:
        source_id = await follow_everything(stores, READER)
        other = await stores.sources.add(OTHER)
        topic = await stores.topics.add("мосты", "мост")
        await stores.chats.follow(READER.id, topic_id=topic.id)
        paper = Paper(stores, source_id)
        first = await paper.page()
        await stores.topics.attach(first, [topic.id])
        await store(stores, new_article(9, other.id), story_id=paper.story_id)
        await stores.waves.hasten(first, NOW)
        [once] = await waits(stores, READER)
        assert (once.sources, once.articles, once.follows) == (2, 2, 2)
        assert (once.is_marked, once.is_urgent, once.changed_at) == (True, True, NOW)


async def test_what_a_message_answers_stands_in_the_journal(database: Database) -> None:
    async with database.transaction() as stores:
        article_id = await Paper(stores, await follow_everything(stores, READER)).page()
        plan = Plan(await stores.chats.get(READER.id), (article_id,), article_id, reply_to=42)
        await stores.mailbox.claim([plan], NOW)
        [claim] = await stores.mailbox.get_in_flight()
        assert claim.plan == plan
