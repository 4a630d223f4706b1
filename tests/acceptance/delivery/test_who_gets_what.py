"""Who gets what when several things meet in one turn of the worker: nobody's topics, nobody's hour, no story lost."""

from dataclasses import replace
from datetime import timedelta

import pytest

from storage.deliveries import Passed
from storage.pasts import Past
from storage.records import Chat, ChatKind, ChatState, Schedule
from tests.acceptance.delivery.conftest import Post
from tests.acceptance.person import LocalTelegram, Person
from tests.storage.samples import new_article, store
from tests.storage.told import executed

NEIGHBOUR = 79
LATER = timedelta(hours=1)


async def meet(post: Post, telegram: LocalTelegram, number: int) -> Person:
    """Another reader who follows everything."""
    person = await telegram.person(number, "Фаррух")
    await telegram.act(f"/chats/{number}/messages", **{"from": number, "text": "/start"})
    await post.follow(Chat(id=number, kind=ChatKind.PRIVATE, title="Фаррух", state=ChatState.ACTIVE))
    return person


async def topic(post: Post, name: str, *followers: int) -> int:
    async with post.database.transaction() as stores:
        made = await stores.topics.add(name, name)
        for chat_id in followers:
            await stores.chats.follow(chat_id, topic_id=made.id)
    return made.id


async def words(post: Post, chat_id: int) -> str:
    """All that the bot has written there."""
    return "\n".join(seen.text for seen in await post.telegram.messages(chat_id) if seen.is_bots)


async def test_a_readers_own_topic_is_shown_to_nobody_else(post: Post, reader: Person, telegram: LocalTelegram) -> None:
    """Both are served in one turn, after chats for which there is nothing."""
    await meet(post, telegram, NEIGHBOUR)
    private = await topic(post, "развод", reader.number)
    await post.publish("Новый закон о браке", topic_id=private)
    async with post.database.transaction() as stores:
        now = post.now()
        await stores.mailbox.set_due({reader.number: now - 2 * LATER})
        for number in range(2000, 2004):
            idle = Chat(id=number, kind=ChatKind.PRIVATE, title="", state=ChatState.ACTIVE, due_at=now - LATER)
            await stores.chats.add(idle)
    await post.worker().drain()
    assert "#развод" in await words(post, reader.number)
    neighbours = await words(post, NEIGHBOUR)
    assert "Новый закон о браке" in neighbours
    assert "#развод" not in neighbours


async def test_an_ordinary_story_that_comes_with_an_urgent_one_is_told_at_the_chats_hour(
    post: Post, reader: Person
) -> None:
    async with post.database.transaction() as stores:
        chat = await stores.chats.get(reader.number)
        await stores.chats.save(replace(chat, schedule=Schedule.HOURLY))
    await post.publish("Обычная")
    await post.hasten(await post.publish("Срочная"))
    worker = post.worker()
    await worker.drain()
    assert await post.texts(reader.number) == ["Срочная"]
    assert (await post.chat(reader.number)).due_at is not None
    post.turned += LATER
    await worker.drain()
    assert (await post.texts(reader.number))[-1] == "Обычная"


async def test_an_urgent_story_with_two_audiences_leaves_a_digest_that_is_owed_alone(
    post: Post, reader: Person
) -> None:
    """The digest of an hour ago was not sent yet: it comes now, after the urgent story, and not tomorrow."""
    both = await topic(post, "выборы", reader.number)
    async with post.database.transaction() as stores:
        chat = await stores.chats.get(reader.number)
        owed = post.now() - LATER
        await stores.chats.save(replace(chat, schedule=Schedule.DAILY, hours=(9,), due_at=owed))
    await post.publish("Обычная")
    await post.hasten(await post.publish("Срочная", topic_id=both))
    worker = post.worker()
    await worker.drain()
    post.turned += timedelta(seconds=2)
    await worker.drain()
    assert await post.texts(reader.number) == ["Срочная", "Обычная"]


async def test_an_urgent_story_sends_no_digest_before_its_hour(post: Post, reader: Person) -> None:
    both = await topic(post, "выборы", reader.number)
    async with post.database.transaction() as stores:
        chat = await stores.chats.get(reader.number)
        to_come = post.now() + LATER
        await stores.chats.save(replace(chat, schedule=Schedule.DAILY, hours=(9,), due_at=to_come))
    await post.publish("Обычная")
    await post.hasten(await post.publish("Срочная", topic_id=both))
    worker = post.worker()
    for _ in range(3):
        await worker.drain()
        post.turned += timedelta(seconds=2)
    assert await post.texts(reader.number) == ["Срочная"]
    assert (await post.chat(reader.number)).due_at == to_come


async def test_a_group_that_migrates_behind_a_wave_gets_its_story_all_the_same(
    post: Post, telegram: LocalTelegram, reader: Person
) -> None:
    """The wave has passed the new id by the time the group has it."""
    old = await telegram.chat("group", "Соседи", reader, bot="member")
    await post.follow(Chat(id=old, kind=ChatKind.GROUP, title="Соседи", state=ChatState.ACTIVE))
    await post.publish("Новость")
    async with post.database.transaction() as stores:
        wave = await stores.waves.get_next()
        assert wave is not None
        await stores.waves.move(replace(wave, after=old - 1), is_over=False)
    new = int((await telegram.act(f"/chats/{old}/migrate"))["id"])
    async with post.database.transaction() as stores:
        await stores.chats.migrate(old, new, post.now())
    await post.worker().drain()
    assert await post.texts(new) == ["Новость"]


async def test_what_a_topic_found_late_silences_no_later_page_of_the_story(post: Post, reader: Person) -> None:
    """The reader was never told: the first page came before the topic knew that name."""
    async with post.database.transaction() as stores:
        await stores.chats.unfollow(reader.number)
    name = await topic(post, "ОДКБ", reader.number)
    first = await post.publish("Саммит в Душанбе")
    async with post.database.transaction() as stores:
        await stores.mailbox.pass_over([Passed(reader.number, first)])
        await stores.pasts.keep(name, Past(new=(first,), gone=()))
        story = (await stores.articles.get(first)).story_id
        again = await store(
            stores, new_article(99, post.source_id, title="Итоги саммита"), story_id=story, at=post.now()
        )
        await stores.topics.attach(again, [name])
        await stores.waves.open(again, post.now())
    await post.worker().drain()
    assert await post.texts(reader.number) == ["Итоги саммита"]


async def test_a_fault_of_ours_in_settling_costs_one_chat_a_doubt_and_the_others_nothing(
    post: Post, reader: Person, telegram: LocalTelegram
) -> None:
    await meet(post, telegram, NEIGHBOUR)
    await post.publish("Первая")
    worker = post.worker()
    performing = worker._settler._stands

    async def stumble(stores: object, chat: Chat, *rest: object) -> object:
        if chat.id == reader.number:
            raise ValueError("a fault of ours")
        return await performing(stores, chat, *rest)  # type: ignore[arg-type]  # handed on as they came

    worker._settler._stands = stumble  # type: ignore[method-assign,assignment]  # a fault, made
    with pytest.raises(ValueError, match="a fault of ours"):
        await worker.drain()
    worker._settler._stands = performing  # type: ignore[method-assign]
    post.turned += timedelta(minutes=1)
    await worker.drain()
    await post.publish("Вторая")
    post.turned += timedelta(minutes=1)
    await worker.drain()
    assert (await post.texts(NEIGHBOUR)) == ["Первая", "Вторая"]
    assert (await post.texts(reader.number))[-1].startswith(("Вторая", "2 новости"))


async def test_a_page_that_tells_nobody_anything_new_moves_everybody_at_once(post: Post, reader: Person) -> None:
    """A follow-up page comes to all who follow it: what it costs must not grow with a statement each."""
    crowd = range(2000, 2040)
    async with post.database.transaction() as stores:
        for number in crowd:
            await stores.chats.add(Chat(id=number, kind=ChatKind.PRIVATE, title="", state=ChatState.ACTIVE))
            await stores.chats.follow(number)
    first = await post.publish("Саммит в Душанбе")
    async with post.database.transaction() as stores:
        await stores.mailbox.pass_over([Passed(number, first) for number in (*crowd, reader.number)])
        story = (await stores.articles.get(first)).story_id
        again = await store(stores, new_article(99, post.source_id), story_id=story, at=post.now())
        await stores.waves.open(again, post.now())
    with executed(post.database) as statements:
        await post.worker().drain()
    moved = [statement for statement, _ in statements if statement.startswith("UPDATE chat SET position")]
    assert 0 < len(moved) < 10
    async with post.database.snapshot() as stores:
        assert {(await stores.chats.get(number)).position for number in (*crowd, reader.number)} == {again}
    assert await words(post, reader.number) == ""
