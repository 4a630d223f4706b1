"""An admin calls a story urgent: it goes first, past nights and digests' hours where a chat allows that, and once."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.delivery.worker import Worker
from storage.records import Night, Schedule
from tests.acceptance.delivery.conftest import SECOND, Post, comes_on_its_way
from tests.acceptance.delivery.test_schedules import at, comes
from tests.acceptance.person import Person

BY_DAY: dict[str, Any] = {"schedule": Schedule.DAILY, "hours": (9,)}
BY_WEEK: dict[str, Any] = {"schedule": Schedule.WEEKLY, "weekday": 6, "hours": (9,)}
BY_HOUR: dict[str, Any] = {"schedule": Schedule.HOURLY}
QUIET: dict[str, Any] = {"night": Night.QUIET, "night_from": 22, "night_until": 7}
CHOICES = [BY_DAY, BY_WEEK, BY_HOUR, QUIET]
NAMES = ["daily", "weekly", "hourly", "quiet"]
IN_TURN = {"daily": at(9, day=1), "weekly": at(9, day=6), "hourly": at(0, day=1), "quiet": at(7, day=1)}


async def begin(post: Post, reader: Person, choices: dict[str, Any]) -> Worker:
    """Half past eleven at night; an ordinary story waits for its time."""
    worker = post.worker()
    post.turn_to(at(23, 20))
    await post.choose(reader.number, **choices)
    await post.publish("Обычная")
    assert await worker.drain() == 0
    post.turn_to(at(23, 30))
    return worker


@pytest.mark.parametrize("name", NAMES)
async def test_who_takes_urgent_news_gets_it_at_once_and_no_second_time(post: Post, reader: Person, name: str) -> None:
    worker = await begin(post, reader, CHOICES[NAMES.index(name)])
    await post.hasten(await post.publish("Срочная"))
    assert await worker.drain() == 1
    assert await post.texts(reader.number) == ["Срочная"]
    assert await comes(post, worker, IN_TURN[name] - timedelta(minutes=1)) == 0
    assert await comes(post, worker, IN_TURN[name]) == 1
    assert await post.texts(reader.number) == ["Срочная", "Обычная"]


@pytest.mark.parametrize("name", NAMES)
async def test_who_does_not_take_urgent_news_gets_it_in_its_turn(post: Post, reader: Person, name: str) -> None:
    worker = await begin(post, reader, CHOICES[NAMES.index(name)] | {"takes_urgent": False})
    await post.hasten(await post.publish("Срочная"))
    assert await worker.drain() == 0
    assert await comes(post, worker, IN_TURN[name]) == 1
    [message] = [seen.text for seen in await post.telegram.messages(reader.number) if seen.is_bots]
    assert message.index("Срочная") < message.index("Обычная"), "the best first"


async def test_a_story_that_waits_already_may_be_called_urgent(post: Post, reader: Person) -> None:
    worker = await begin(post, reader, BY_DAY)
    article_id = await post.publish("Важная, как оказалось")
    assert await worker.drain() == 0
    await post.hasten(article_id)
    assert await worker.drain() == 1
    assert await post.texts(reader.number) == ["Важная, как оказалось"]


async def test_a_second_urgent_story_comes_too_and_the_digest_has_neither(post: Post, reader: Person) -> None:
    worker = await begin(post, reader, BY_DAY)
    for title in ("Срочная", "Ещё срочнее"):
        await post.hasten(await post.publish(title))
        assert await worker.drain() == 1
        post.turned += SECOND
    assert await comes(post, worker, at(9, day=1)) == 1
    assert await post.texts(reader.number) == ["Срочная", "Ещё срочнее", "Обычная"]


async def test_when_there_is_nothing_else_no_digest_follows(post: Post, reader: Person) -> None:
    worker = post.worker()
    post.turn_to(at(23, 30))
    await post.choose(reader.number, **BY_DAY)
    await post.hasten(await post.publish("Срочная"))
    assert await worker.drain() == 1
    assert await comes(post, worker, at(9, day=1)) == 0
    chat = await post.chat(reader.number)
    assert (chat.due_at, chat.missed) == (at(9, day=2), 0)


async def test_who_has_the_story_already_does_not_get_it_again(post: Post, reader: Person, channel: int) -> None:
    worker = post.worker()
    article_id = await post.publish("Новость")
    assert await worker.drain() == 2
    post.turned += SECOND
    await post.hasten(article_id)
    assert await worker.drain() == 0
    for chat_id in (reader.number, channel):
        assert await post.texts(chat_id) == ["Новость"]


async def test_a_channel_with_others_waiting_posts_it_first_and_once(post: Post, channel: int) -> None:
    ids = [await post.publish(f"Новость {number}") for number in (1, 2, 3)]
    await post.hasten(ids[2])
    worker = post.worker()
    assert await worker.drain() == 3
    assert await post.texts(channel) == ["Новость 3", "Новость 1", "Новость 2"]
    await post.publish("Новость 4")
    assert await worker.drain() == 1
    assert (await post.texts(channel))[3:] == ["Новость 4"]


async def test_a_channel_far_behind_posts_it_before_it_catches_up(post: Post, channel: int) -> None:
    ids = [await post.publish(f"Новость {number}") for number in range(1, 21)]
    await post.hasten(ids[-1])
    await post.worker().drain()
    texts = [seen.text for seen in await post.telegram.messages(channel)]
    assert texts[0].startswith("Новость 20\n")
    assert "Новость 20" not in "".join(texts[1:])


async def test_everybody_gets_the_urgent_story_before_anybody_gets_another(post: Post, channel: int) -> None:
    """At one message at a time: what is urgent goes first to channels and readers alike."""
    readers = await post.crowd(3)
    await post.publish("Обычная")
    await post.hasten(await post.publish("Срочная"))
    worker = post.worker(open_requests=1)
    await worker.drain()
    order = [chat for _, chat in await post.sends()]
    assert order[: 1 + len(readers)] == [channel, *readers]
    for number in readers:
        [message] = [seen.text for seen in await post.telegram.messages(number) if seen.is_bots]
        assert message.index("Срочная") < message.index("Обычная")
    assert await post.texts(channel) == ["Срочная", "Обычная"]


@pytest.mark.parametrize("name", NAMES)
async def test_two_urgent_stories_within_a_second_both_come_at_once_and_the_rest_in_its_turn(
    post: Post, reader: Person, name: str
) -> None:
    """The second has to wait for the chat's own second, and takes nothing else along."""
    worker = await begin(post, reader, CHOICES[NAMES.index(name)])
    await post.hasten(await post.publish("Срочная"))
    assert await worker.drain() == 1
    await post.hasten(await post.publish("Ещё срочнее"))
    await worker.drain()
    post.turned += SECOND
    await worker.drain()
    assert await post.texts(reader.number) == ["Срочная", "Ещё срочнее"]
    assert await comes(post, worker, IN_TURN[name] - timedelta(minutes=1)) == 0
    assert await comes(post, worker, IN_TURN[name]) == 1
    assert await post.texts(reader.number) == ["Срочная", "Ещё срочнее", "Обычная"]


FAILURES = [
    ("error", {"error_code": 429, "description": "Too Many Requests", "parameters": {"retry_after": 30}}),
    ("status", {"status": 502}),
    ("drop_before", {}),
]


@pytest.mark.parametrize(("kind", "order"), FAILURES, ids=[kind for kind, _ in FAILURES])
@pytest.mark.parametrize("name", NAMES)
async def test_what_did_not_get_through_is_tried_again_soon_and_not_in_its_turn(
    post: Post, reader: Person, name: str, kind: str, order: dict[str, object]
) -> None:
    worker = await begin(post, reader, CHOICES[NAMES.index(name)])
    await post.hasten(await post.publish("Срочная"))
    await post.fault(kind, method="sendMessage", **order)
    assert await worker.drain() == 0
    post.turned += timedelta(seconds=31)
    assert await worker.drain() == 1
    assert await post.texts(reader.number) == ["Срочная"]
    assert await comes(post, worker, IN_TURN[name] - timedelta(minutes=1)) == 0
    assert await comes(post, worker, IN_TURN[name]) == 1
    assert await post.texts(reader.number) == ["Срочная", "Обычная"]


async def test_a_story_called_urgent_while_the_digest_is_on_its_way_comes_right_after(
    post: Post, reader: Person
) -> None:
    worker = await begin(post, reader, BY_DAY)
    post.turn_to(at(9, day=1))
    await post.fault("delay", method="sendMessage", seconds=0.5)
    async with asyncio.TaskGroup() as group:
        group.create_task(worker.drain())
        await comes_on_its_way(post)
        await post.hasten(await post.publish("Срочная"))
    post.turned += SECOND
    await worker.drain()
    assert await post.texts(reader.number) == ["Обычная", "Срочная"]
    assert (await post.chat(reader.number)).due_at == at(9, day=2)


async def test_an_hour_that_strikes_while_an_urgent_story_is_on_its_way_is_kept(post: Post, reader: Person) -> None:
    worker = await begin(post, reader, BY_DAY)
    post.turn_to(at(8, 59, day=1) + timedelta(seconds=59.9))
    await post.hasten(await post.publish("Срочная"))
    await post.fault("delay", method="sendMessage", seconds=0.3)
    assert await worker.drain() == 1
    post.turned += SECOND
    await worker.drain()
    assert await post.texts(reader.number) == ["Срочная", "Обычная"]
