"""More is due than the pace lets through: fewer and fuller messages, the most wanted first, nobody forgotten.

Elsewhere: which wave is next in `tests/storage/test_waves`, what of a backlog is shown in
`tests/unit/test_delivery_bundle`, people's answers meanwhile in `test_pace`.
"""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from bot.delivery.settling import Result
from storage.deliveries import Outcome
from storage.records import Chat, ChatKind, ChatState
from tests.acceptance.delivery.conftest import OWNER, SECOND, Post
from tests.acceptance.person import LocalTelegram, Person
from tests.acceptance.process import until

PACE = 20  # messages a second
AN_HOUR = timedelta(hours=1)
TOPIC_READERS = 2000  # their first number; those of everything come before them by their numbers


@pytest.fixture
async def topic_id(post: Post) -> int:
    async with post.database.transaction() as stores:
        return (await stores.topics.add("Рогун", "рогун")).id


async def shown(post: Post, chat_id: int) -> list[str]:
    """Headlines that stand in the chat, in cards and lists."""
    messages = await post.telegram.messages(chat_id)
    return [words for seen in messages if seen.is_bots for words, _ in seen.links]


async def have_left(post: Post, count: int) -> None:
    async def are_seen() -> bool:
        return len(await post.sends()) >= count

    await until(are_seen, f"{count} messages")


async def test_what_comes_while_a_broadcast_runs_makes_messages_fuller_and_not_more(post: Post) -> None:
    """Two more stories come out while the first is on its way: most chats get all three as one list."""
    readers = await post.crowd(24)
    stories = ["Первая", "Вторая", "Третья"]
    worker = post.worker(pace=PACE, open_requests=2)
    await post.publish(stories[0])
    async with asyncio.TaskGroup() as group:
        draining = group.create_task(worker.drain())
        for title in stories[1:]:
            await have_left(post, len(await post.sends()) + 2)
            await post.publish(title)
        await draining
    post.turned += SECOND
    await worker.drain()
    for number in readers:
        assert sorted(await shown(post, number)) == sorted(stories)
    sent = Counter(chat_id for _, chat_id in await post.sends())
    assert sent.total() < 1.5 * len(readers)
    assert Counter(sent.values())[1] > len(readers) / 2


async def test_channels_come_first_then_readers_of_topics_then_readers_of_everything(
    post: Post, telegram: LocalTelegram, topic_id: int
) -> None:
    everything = await post.crowd(4)
    about = await post.crowd(4, first=TOPIC_READERS, topic_id=topic_id)
    owner = await telegram.person(OWNER, "Рустам")
    channels = [await telegram.chat("channel", f"Новости {one}", owner, bot="administrator") for one in (1, 2)]
    for number in channels:
        await post.follow(Chat(id=number, kind=ChatKind.CHANNEL, title="Новости", state=ChatState.ACTIVE))
    await post.publish("Рогун дал ток", topic_id=topic_id)
    await post.worker(pace=PACE, open_requests=1).drain()
    order = [chat_id for _, chat_id in await post.sends()]
    assert order == [*sorted(channels), *about, *everything]


async def test_a_newer_story_for_channels_passes_an_older_one_for_readers(post: Post, channel: int) -> None:
    """The readers' wave has begun, and the channel does not wait for its end."""
    readers = await post.crowd(16)
    await post.publish("Первая")
    worker = post.worker(pace=PACE, open_requests=1)
    async with asyncio.TaskGroup() as group:
        draining = group.create_task(worker.drain())
        await have_left(post, 5)
        await post.publish("Вторая")
        await draining
    order = [chat_id for _, chat_id in await post.sends()]
    assert order[0] == channel
    assert order.index(channel, 1) < 5 + 4
    post.turned += SECOND
    await worker.drain()
    assert set(order) == {channel, *readers}


@pytest.mark.parametrize(
    ("waited", "is_first"), [(AN_HOUR - timedelta(minutes=1), False), (AN_HOUR + timedelta(minutes=1), True)]
)
async def test_who_has_waited_an_hour_longer_goes_before_a_channel(
    post: Post, channel: int, topic_id: int, waited: timedelta, is_first: bool
) -> None:
    """A story for readers could not leave for so long; then one comes that the channel wants too."""
    await about_only(post, channel, topic_id)
    everything = await post.crowd(3)
    await post.publish("Для всех")
    post.turned += waited
    await post.publish("Рогун дал ток", topic_id=topic_id)
    await post.worker(pace=PACE, open_requests=1).drain()
    order = [chat_id for _, chat_id in await post.sends()]
    assert order == ([*everything, channel] if is_first else [channel, *everything])
    for number in everything:
        assert sorted(await shown(post, number)) == ["Для всех", "Рогун дал ток"]


async def test_a_steady_stream_for_channels_starves_no_reader(post: Post, channel: int, topic_id: int) -> None:
    """Room for one message every ten minutes, and each time the channel has another story waiting."""
    await about_only(post, channel, topic_id)
    [reader] = await post.crowd(1)
    await post.publish("Для всех")
    for number in range(8):
        await post.publish(f"Рогун {number}", topic_id=topic_id)
        await one_message(post)
        if reader in [chat_id for _, chat_id in await post.sends()]:
            break
        post.turned += timedelta(minutes=10)
    assert 6 <= number <= 7


async def one_message(post: Post) -> None:
    """Who is next gets its message, and then there is no more room."""
    worker = post.worker(pace=PACE, open_requests=1)
    async with post.database.transaction() as stores:
        claimed = await worker._claimer.claim(stores, 1, post.now())
    [(claim, bundle)] = claimed.messages
    worker._settler.add(Result(claim, bundle, worker._decide(claim.chat, await worker._send(claim.chat, bundle))))
    await worker._settler.settle_left(post.now())


async def about_only(post: Post, chat_id: int, topic_id: int) -> None:
    async with post.database.transaction() as stores:
        await stores.chats.replace_follows(chat_id, [(topic_id, None)])


async def test_a_story_that_grew_too_old_is_not_pushed_and_the_next_message_says_so(
    post: Post, reader: Person, channel: int
) -> None:
    """Nothing could be sent for a day; a channel's readers are not told what it did not post."""
    worker = post.worker(max_age="24h")
    for number in (1, 2):
        await post.publish(f"Старая {number}")
    post.turned += timedelta(hours=25)
    assert await worker.drain() == 0
    assert (await post.chat(reader.number)).missed == 2
    await post.publish("Свежая")
    assert await worker.drain() == 2
    [message] = [seen for seen in await post.telegram.messages(reader.number) if seen.is_bots]
    assert "Свежая" in message.text
    assert "Ещё 2 новости остались в архиве" in message.text
    assert "Старая" not in message.text
    assert message.labels[-1] == "📰 Показать все"
    assert await post.texts(channel) == ["Свежая"]
    assert (await post.outcomes())[Outcome.MISSED] == 4
    post.turned += SECOND
    await post.publish("Следующая")
    assert await worker.drain() == 2
    assert (await post.texts(reader.number))[1:] == ["Следующая"], "it is said once"


async def test_more_than_a_list_holds_is_counted_with_a_button_that_lists_it(post: Post, reader: Person) -> None:
    for number in range(20):
        await post.publish(f"Новость {number}")
    assert await post.worker().drain() == 1
    [message] = [seen for seen in await post.telegram.messages(reader.number) if seen.is_bots]
    assert message.text.startswith("20 новостей")
    assert len(message.links) == 15
    assert "и ещё 5 новостей" in message.text
    assert message.labels[-1] == "📰 Показать все"
