"""Hourly, daily and weekly news, quiet and silent nights, each at its local hour; the clock is turned by hand.

Elsewhere: what the next hour is, for two years of local clocks, in `tests/unit/test_delivery_schedule`; a million
digests and both changes of the clock in `bench/digest.py`.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.delivery.worker import Worker
from storage.records import Chat, ChatKind, ChatState, Night, Schedule
from tests.acceptance.delivery.conftest import OWNER, TIMEZONE, Post
from tests.acceptance.person import LocalTelegram, Person

MONDAY = datetime(2026, 11, 30, tzinfo=ZoneInfo(TIMEZONE))
A_WEEK = timedelta(days=7)


def at(hour: int, minute: int = 0, *, day: int = 0) -> datetime:
    """A moment of that week in the readers' zone."""
    return MONDAY + timedelta(days=day, hours=hour, minutes=minute)


async def comes(post: Post, worker: Worker, moment: datetime) -> int:
    """How many messages leave when the worker looks then."""
    post.turn_to(moment)
    return await worker.drain()


async def test_hourly_is_one_message_at_the_full_hour_with_all_that_came(post: Post, reader: Person) -> None:
    worker = post.worker()
    post.turn_to(at(10, 5))
    await post.choose(reader.number, schedule=Schedule.HOURLY)
    for minute in (20, 40):
        post.turn_to(at(10, minute))
        await post.publish(f"Новость 10:{minute}")
        assert await worker.drain() == 0
    assert await comes(post, worker, at(10, 59)) == 0
    assert await comes(post, worker, at(11)) == 1
    [first] = await post.texts(reader.number)
    assert first.startswith("2 новости")

    assert await comes(post, worker, at(12)) == 0, "an hour without news"
    await post.publish("Новость 12:00")
    await comes(post, worker, at(12, 30))
    assert await comes(post, worker, at(13, 20)) == 1, "late, but it comes"
    assert (await post.texts(reader.number))[1:] == ["Новость 12:00"]
    assert await comes(post, worker, at(14)) == 0


async def test_hourly_in_a_channel_gives_each_story_its_post(post: Post, channel: int) -> None:
    worker = post.worker()
    post.turn_to(at(10, 20))
    await post.choose(channel, schedule=Schedule.HOURLY)
    for title in ("Первая", "Вторая"):
        await post.publish(title)
        assert await worker.drain() == 0
    assert await comes(post, worker, at(11)) == 2
    assert await post.texts(channel) == ["Первая", "Вторая"]


async def test_weekly_covers_the_whole_week_however_old(post: Post, reader: Person) -> None:
    worker = post.worker(max_age="24h")
    post.turn_to(at(8))
    await post.choose(reader.number, schedule=Schedule.WEEKLY, weekday=6, hours=(9,))
    for day in range(5):
        post.turn_to(at(12, day=day))
        await post.publish(f"Новость дня {day}")
        assert await worker.drain() == 0
    assert await comes(post, worker, at(9, day=6)) == 1
    [message] = [seen.text for seen in await post.telegram.messages(reader.number) if seen.is_bots]
    assert message.startswith("5 новостей")
    assert all(f"Новость дня {day}" in message for day in range(5))
    assert (await post.chat(reader.number)).due_at == at(9, day=6) + A_WEEK

    assert await comes(post, worker, at(9, day=6) + A_WEEK) == 0, "a week without news"
    assert (await post.chat(reader.number)).due_at == at(9, day=6) + 2 * A_WEEK


@pytest.mark.parametrize("schedule", [Schedule.INSTANT, Schedule.HOURLY])
async def test_a_quiet_night_holds_news_until_the_morning(post: Post, reader: Person, schedule: Schedule) -> None:
    worker = post.worker()
    post.turn_to(at(21))
    await post.choose(reader.number, schedule=schedule, night=Night.QUIET, night_from=22, night_until=7)
    for moment in (at(22), at(23, 30), at(3, day=1)):
        post.turn_to(moment)
        await post.publish(f"Новость {moment:%H:%M}")
        assert await worker.drain() == 0
    assert await comes(post, worker, at(6, 59, day=1)) == 0
    assert await comes(post, worker, at(7, day=1)) == 1
    [message] = await post.texts(reader.number)
    assert message.startswith("3 новости")


async def test_a_silent_night_brings_news_without_a_sound(post: Post, reader: Person) -> None:
    worker = post.worker()
    post.turn_to(at(21))
    await post.choose(reader.number, night=Night.SILENT, night_from=22, night_until=7)
    for moment in (at(21, 59), at(22), at(6, 59, day=1), at(7, day=1)):
        post.turn_to(moment)
        await post.publish(f"Новость {moment:%H:%M}")
        assert await worker.drain() == 1
    sounds = [not call["params"].get("disable_notification") for call in await post.telegram.calls("sendMessage")]
    assert sounds == [True, False, False, True]


async def test_after_a_night_of_downtime_there_is_one_digest_and_then_the_usual_ones(
    post: Post, reader: Person
) -> None:
    """Down from 17:00 to 10:30: the hours of 18 and 9 went by."""
    post.turn_to(at(12))
    await post.choose(reader.number, schedule=Schedule.DAILY, hours=(9, 18))
    for moment in (at(16), at(20), at(8, day=1)):
        post.turn_to(moment)
        await post.publish(f"Новость {moment:%H:%M}")
    worker = post.worker()
    assert await comes(post, worker, at(10, 30, day=1)) == 1
    assert await comes(post, worker, at(17, 59, day=1)) == 0
    await post.publish("Вечерняя")
    assert await comes(post, worker, at(18, day=1)) == 1
    assert await comes(post, worker, at(18, 30, day=1)) == 0
    first, second = await post.texts(reader.number)
    assert first.startswith("3 новости")
    assert second == "Вечерняя"


@pytest.mark.parametrize(
    ("night", "hours", "digests"),
    [
        # The clocks of Berlin go back at 3:00 of 25 October 2026: 2:30 comes twice, at 0:30 and 1:30 UTC.
        (datetime(2026, 10, 25, tzinfo=ZoneInfo("UTC")), [0, 1, 2], [1, 0, 0]),
        # They jump over 2:30 of 28 March 2027: what should come at 2 comes at 3, which is 1:00 UTC.
        (datetime(2027, 3, 28, tzinfo=ZoneInfo("UTC")), [0, 1, 2], [0, 1, 0]),
    ],
)
async def test_where_the_clocks_change_there_is_one_digest_a_night(
    post: Post, reader: Person, night: datetime, hours: list[int], digests: list[int]
) -> None:
    worker = post.worker()
    post.turn_to(night - timedelta(hours=6))
    await post.choose(reader.number, schedule=Schedule.DAILY, hours=(2,), timezone="Europe/Berlin")
    came = []
    for hour in hours:
        await post.publish(f"Новость {hour}")
        came.append(await comes(post, worker, night + timedelta(hours=hour, minutes=30)))
    assert came == digests
    assert await comes(post, worker, night + timedelta(hours=25)) == 1, "the next night's has the rest"


async def test_each_chat_has_its_own_zone(post: Post) -> None:
    """Nine in the morning, from east to west."""
    zones = ("Asia/Tokyo", "Asia/Dushanbe", "Europe/Moscow", "America/New_York")
    readers = dict(zip(await post.crowd(len(zones)), zones, strict=True))
    worker = post.worker()
    post.turn_to(at(0, 30))
    for number, zone in readers.items():
        await post.choose(number, schedule=Schedule.DAILY, hours=(9,), timezone=zone)
    await post.publish("Новость")
    for number, zone in readers.items():
        assert await comes(post, worker, MONDAY.replace(hour=9, tzinfo=ZoneInfo(zone)) - timedelta(minutes=1)) == 0
        assert await comes(post, worker, MONDAY.replace(hour=9, tzinfo=ZoneInfo(zone))) == 1
        assert await post.texts(number) == ["Новость"]


async def test_a_groups_digest_comes_into_its_forum_topic(post: Post, telegram: LocalTelegram) -> None:
    owner = await telegram.person(OWNER, "Рустам")
    forum = await telegram.chat("supergroup", "Форум", owner, is_forum=True, bot="member")
    thread = int((await telegram.act(f"/chats/{forum}/threads", name="Дайджест"))["message_thread_id"])
    chat = Chat(id=forum, kind=ChatKind.SUPERGROUP, title="Форум", state=ChatState.ACTIVE, thread_id=thread)
    await post.follow(chat)
    post.turn_to(at(8))
    await post.choose(forum, schedule=Schedule.DAILY, hours=(9,))
    for number in (1, 2):
        await post.publish(f"Новость {number}")
    assert await comes(post, post.worker(), at(9)) == 1
    [digest] = [seen for seen in await telegram.messages(forum) if seen.is_bots]
    assert (digest.thread, digest.text.startswith("2 новости")) == (thread, True)
