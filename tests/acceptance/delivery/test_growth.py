"""A story that goes on: posts in channels grow and change their headline, a reader is answered when the facts turn."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from bot.delivery.worker import Worker
from config.settings import StorySettings
from storage.database import Database
from storage.records import NewSource, Night, Schedule
from tests.acceptance.delivery.conftest import SECOND, Post
from tests.acceptance.person import Person
from tests.storage.samples import new_article, store
from tests.unit.fake_site import FakeSite

PACE = timedelta(minutes=5)
AVALANCHE = "На перевале Анзоб сошла лавина, погибли трое"
TURN = "Число погибших под лавиной на Анзобе выросло до двенадцати"
CLEARED = "Дорогу через Анзоб расчищают две бригады"
NAMES = ("Вестник долины", "Садои кӯҳ", "Хабари рӯз")


@dataclass(slots=True)
class Event:
    """One story, told by several sources page by page, and the bot that delivers it."""

    post: Post
    worker: Worker
    story_id: int | None = None
    pages: int = 0

    async def page(self, title: str, source: str = NAMES[0], *, is_turn: bool = False, **changes: Any) -> int:
        """One more page tells it; whoever follows becomes due."""
        self.pages += 1
        now = self.post.now()
        async with self.post.database.transaction() as stores:
            its = await stores.sources.add(NewSource(f"https://{NAMES.index(source)}.example/rss", source))
            new = new_article(self.pages, its.id, title=title, **({"published_at": now} | changes))
            article_id = await store(stores, new, story_id=self.story_id, at=now, is_turn=is_turn)
            self.story_id = (await stores.articles.get(article_id)).story_id
            await stores.waves.open(article_id, now)
        return article_id

    async def withdraw(self, article_id: int) -> None:
        async with self.post.database.transaction() as stores:
            assert await stores.articles.withdraw(article_id, self.post.now())

    async def goes_out(self) -> None:
        """Deliver everything; a reader may be written to again after a second."""
        self.post.turned += SECOND
        await self.worker.drain()

    async def edits(self, after: timedelta = PACE) -> int:
        """How many messages come right so much later."""
        self.post.turned += after
        return await self.worker.correct()

    async def stands(self, chat: int) -> list[dict[str, Any]]:
        """The bot's messages in a chat as Telegram gives them."""
        shown = (await self.post.telegram.look(f"/chats/{chat}/messages"))["messages"]
        return [one for one in shown if one["chat"]["type"] == "channel" or one["from"]["is_bot"]]


@pytest.fixture
def event(post: Post) -> Event:
    return Event(post, post.worker())


@pytest.fixture
async def pictures() -> AsyncIterator[tuple[str, str]]:
    """Addresses of two pictures that Telegram can fetch."""
    addresses = []
    async with FakeSite() as site:
        for colour in ("teal", "maroon"):
            drawn = BytesIO()
            Image.new("RGB", (640, 360), colour).save(drawn, "PNG")
            addresses.append(site.serve(f"/{colour}.png", drawn.getvalue(), Content_Type="image/png"))
        yield addresses[0], addresses[1]


def read(message: dict[str, Any]) -> str:
    return str(message.get("text") or message.get("caption"))


def answered(message: dict[str, Any]) -> int | None:
    """The number of the message that this one answers."""
    number: int | None = message.get("reply_to_message", {}).get("message_id")
    return number


async def test_a_post_names_who_tells_it_too_and_takes_the_headline_of_a_turn(event: Event, channel: int) -> None:
    await event.page(AVALANCHE)
    await event.goes_out()
    await event.page(CLEARED, NAMES[1])
    await event.goes_out()
    assert await event.edits() == 1
    [message] = await event.stands(channel)
    assert read(message).startswith(AVALANCHE)
    assert f"Также: {NAMES[1]}" in read(message)
    await event.page(TURN, NAMES[2], is_turn=True)
    await event.goes_out()
    assert await event.edits() == 1
    [grown] = await event.stands(channel)
    assert read(grown).startswith(TURN)
    assert NAMES[2] not in read(grown).partition("Также: ")[2]
    assert all(name in read(grown).partition("Также: ")[2] for name in NAMES[:2])
    assert await event.edits() == 0


async def test_a_post_is_edited_at_its_pace_and_once_for_all_that_came(event: Event, channel: int) -> None:
    first = await event.page(AVALANCHE)
    await event.goes_out()
    await event.page(CLEARED, NAMES[1])
    await event.page(CLEARED, NAMES[2])
    async with event.post.database.transaction() as stores:
        new = new_article(1, 1, title="На перевале Анзоб сошла лавина, погибли четверо")
        await stores.articles.revise(first, new, event.post.now())
    assert await event.edits(after=timedelta()) == 1, "what is wrong is put right at once"
    [message] = await event.stands(channel)
    assert all(name in read(message) for name in NAMES)
    await event.page(TURN, NAMES[1], is_turn=True)
    assert await event.edits(after=PACE - 2 * SECOND) == 0
    assert await event.edits(after=2 * SECOND) == 1
    assert len(await event.post.telegram.calls("editMessageText")) == 2


async def test_a_channel_of_one_source_names_no_other_and_is_not_edited_for_it(event: Event, channel: int) -> None:
    async with event.post.database.transaction() as stores:
        own = await stores.sources.add(NewSource("https://0.example/rss", NAMES[0]))
        await stores.chats.unfollow(channel)
        await stores.chats.follow(channel, source_id=own.id)
    await event.page(AVALANCHE)
    await event.page(CLEARED, NAMES[1])
    await event.goes_out()
    [message] = await event.stands(channel)
    assert NAMES[1] not in read(message)
    await event.page(CLEARED, NAMES[2])
    assert await event.edits() == 0
    assert await event.post.telegram.calls("editMessageText") == []
    await event.page(TURN, is_turn=True)
    assert await event.edits() == 1
    [message] = await event.stands(channel)
    assert read(message).startswith(TURN)


@pytest.mark.parametrize(
    ("stories", "later"),
    [(StorySettings(edit_for=None), PACE), (StorySettings(edit_for=timedelta(hours=2)), timedelta(hours=2))],
)
async def test_a_post_stays_as_it_was_where_its_time_is_over(
    event: Event, channel: int, stories: StorySettings, later: timedelta
) -> None:
    event.worker = event.post.worker(stories=stories)
    await event.page(AVALANCHE)
    await event.goes_out()
    event.post.turned += later
    await event.page(TURN, NAMES[1], is_turn=True)
    await event.goes_out()
    assert await event.edits() == 0
    assert [read(one).split("\n")[0] for one in await event.stands(channel)] == [AVALANCHE]


async def test_a_reader_is_answered_when_the_facts_turn_and_not_before(event: Event, reader: Person) -> None:
    await event.page(AVALANCHE)
    await event.goes_out()
    await event.page(CLEARED, NAMES[1])
    await event.goes_out()
    assert len(await event.stands(reader.number)) == 1
    await event.page(TURN, NAMES[2], is_turn=True)
    await event.goes_out()
    assert await event.edits() == 0, "in private nothing is edited"
    first, turn = await event.stands(reader.number)
    assert TURN in read(turn)
    assert (answered(first), answered(turn)) == (None, first["message_id"])


async def test_of_the_posts_of_stories_that_were_merged_one_takes_the_turn(event: Event, channel: int) -> None:
    await event.page(AVALANCHE)
    await event.goes_out()
    kept, event.story_id = event.story_id, None
    await event.page(CLEARED, NAMES[1])
    await event.goes_out()
    assert kept is not None
    assert event.story_id is not None
    async with event.post.database.transaction() as stores:
        await stores.stories.merge(kept, event.story_id, event.post.now())
    event.story_id = kept
    await event.page(TURN, NAMES[2], is_turn=True)
    assert await event.edits() == 2
    one, other = await event.stands(channel)
    assert read(one).startswith(TURN)
    assert read(other).startswith(CLEARED)
    assert NAMES[2] in read(other)


async def test_whoever_was_behind_hears_the_newest_facts_at_once(event: Event, channel: int, reader: Person) -> None:
    """In one message: nothing is a turn for whom the story is new."""
    await event.page(AVALANCHE)
    await event.page(TURN, NAMES[1], is_turn=True)
    await event.goes_out()
    for chat in (channel, reader.number):
        assert [read(one).split("\n")[0] for one in await event.stands(chat)] == [TURN]
    assert await event.edits() == 0


@pytest.mark.parametrize("is_again", [False, True], ids=["retried", "after a crash"])
async def test_an_answer_survives_a_failed_attempt_and_a_crash(event: Event, reader: Person, is_again: bool) -> None:
    await event.page(AVALANCHE)
    await event.goes_out()
    event.post.turned += SECOND
    await event.page(TURN, NAMES[1], is_turn=True)
    if is_again:
        await event.post.claim()
        event.worker = event.post.worker()
    else:
        await event.post.fault("status", method="sendMessage", status=502)
    await event.goes_out()
    await event.post.hurry(reader.number)
    await event.goes_out()
    first, turn = await event.stands(reader.number)
    assert answered(turn) == first["message_id"]


@pytest.mark.parametrize("fails", [False, True])
async def test_a_turn_answers_before_the_list_of_what_came_beside_it(event: Event, reader: Person, fails: bool) -> None:
    """Each comes once, though the answer did not come through at first."""
    await event.page(AVALANCHE)
    await event.goes_out()
    await event.page(TURN, NAMES[1], is_turn=True)
    bridges = ("В Хороге открыли мост", "В Пенджикенте открыли мост")
    for title in bridges:
        event.story_id = None
        await event.page(title)
    if fails:
        await event.post.fault("status", method="sendMessage", status=502)
    for _ in range(2 + fails):
        await event.goes_out()
        await event.post.hurry(reader.number)
    await event.goes_out()
    first, turn, rest = await event.stands(reader.number)
    assert (answered(turn), answered(rest)) == (first["message_id"], None)
    assert TURN in read(turn)
    assert all(title in read(rest) for title in bridges)
    assert TURN not in read(rest)


async def test_an_answer_that_did_not_come_through_until_the_night_waits_for_the_morning(
    event: Event, reader: Person
) -> None:
    await event.page(AVALANCHE)
    await event.goes_out()
    hour = event.post.now().hour
    night = {"night": Night.QUIET, "night_from": (hour + 2) % 24, "night_until": (hour + 5) % 24}
    await event.post.choose(reader.number, timezone="UTC", **night)
    await event.page(TURN, NAMES[1], is_turn=True)
    event.story_id = None
    await event.page("В Хороге открыли мост")
    await event.post.fault("status", method="sendMessage", status=502)
    await event.goes_out()
    event.post.turned += timedelta(hours=3)
    await event.goes_out()
    assert len(await event.stands(reader.number)) == 1
    event.post.turned += timedelta(hours=3)
    await event.goes_out()
    await event.goes_out()
    first, turn, _ = await event.stands(reader.number)
    assert answered(turn) == first["message_id"]


async def test_where_the_first_message_is_gone_the_turn_stands_by_itself(
    event: Event, reader: Person, pictures: tuple[str, str]
) -> None:
    """With a picture too."""
    await event.page(AVALANCHE)
    await event.goes_out()
    [first] = await event.stands(reader.number)
    await event.post.bot.delete_message(reader.number, first["message_id"])
    await event.page(TURN, NAMES[1], is_turn=True, image=pictures[0])
    await event.goes_out()
    [turn] = await event.stands(reader.number)
    assert "photo" in turn
    assert answered(turn) is None


async def test_in_a_digest_a_turn_is_one_of_the_stories(event: Event, reader: Person) -> None:
    await event.page(AVALANCHE)
    await event.goes_out()
    await event.post.choose(reader.number, schedule=Schedule.DAILY, hours=(event.post.now().hour,))
    await event.page(TURN, NAMES[1], is_turn=True)
    event.story_id = None
    await event.page("В Хороге открыли мост", NAMES[2])
    await event.goes_out()
    event.post.turned += timedelta(days=1)
    await event.goes_out()
    _, digest = await event.stands(reader.number)
    assert TURN in read(digest)
    assert answered(digest) is None


async def test_a_page_that_was_taken_back_gives_way_to_the_next(event: Event, channel: int, reader: Person) -> None:
    first = await event.page(AVALANCHE)
    await event.goes_out()
    await event.page(CLEARED, NAMES[1])
    await event.goes_out()
    await event.withdraw(first)
    assert [await event.edits(after=SECOND) for _ in range(3)] == [1, 1, 0]
    for chat in (channel, reader.number):
        [message] = await event.stands(chat)
        assert read(message).startswith(CLEARED)
        assert NAMES[0] not in read(message)


async def test_a_turn_brings_its_picture(event: Event, channel: int, pictures: tuple[str, str]) -> None:
    await event.page(AVALANCHE, image=pictures[0])
    await event.goes_out()
    await event.page(TURN, NAMES[1], is_turn=True, image=pictures[1])
    await event.goes_out()
    assert await event.edits() == 1
    [call] = await event.post.telegram.calls("editMessageMedia")
    assert pictures[1] in str(call["params"]["media"])
    assert TURN in read((await event.stands(channel))[0])


async def test_a_restart_edits_nothing_anew(event: Event, channel: int, database: Database) -> None:
    await event.page(AVALANCHE)
    await event.goes_out()
    await event.page(CLEARED, NAMES[1])
    assert await event.edits() == 1
    event.worker = event.post.worker()
    await event.goes_out()
    assert await event.edits() == 0
    async with database.snapshot() as stores:
        assert not await stores.growths.has_any()
    assert len(await event.stands(channel)) == 1


async def test_a_post_that_people_deleted_grows_no_more(event: Event, channel: int) -> None:
    await event.page(AVALANCHE)
    await event.goes_out()
    [message] = await event.stands(channel)
    await event.post.bot.delete_message(channel, message["message_id"])
    await event.page(CLEARED, NAMES[1])
    assert [await event.edits(), await event.edits()] == [0, 0]
    assert len(await event.post.telegram.calls("editMessageText")) == 1


async def test_corrections_come_before_what_grew(event: Event, channel: int) -> None:
    del channel
    wrong = await event.page(AVALANCHE)
    await event.goes_out()
    event.story_id = None
    await event.page("В Хороге открыли мост")
    await event.goes_out()
    await event.page("В Хороге открыт мост", NAMES[1])
    event.post.turned += PACE
    async with event.post.database.transaction() as stores:
        await stores.articles.revise(wrong, new_article(1, 1, title="Лавина сошла в стороне"), event.post.now())
    assert await event.edits(after=timedelta()) == 2
    first, second = await event.post.telegram.calls("editMessageText")
    assert "Лавина" in first["params"]["text"]
    assert "мост" in second["params"]["text"]


async def test_a_channel_of_another_language_keeps_its_own(event: Event, channel: int) -> None:
    async with event.post.database.transaction() as stores:
        await stores.chats.save(replace(await stores.chats.get(channel), language="tg"))
    await event.page("Дар ағбаи Анзоб тарма фаромад", language="tg")
    await event.goes_out()
    await event.page(TURN, NAMES[1], is_turn=True)
    assert await event.edits() == 1
    [message] = await event.stands(channel)
    assert read(message).startswith("Дар ағбаи Анзоб")
    assert NAMES[1] in read(message)


async def test_edits_of_what_grew_leave_a_channel_most_of_its_minute_for_news(event: Event, channel: int) -> None:
    event.worker = event.post.worker(minute=12)
    for number in range(8):
        event.story_id = None
        await event.page(f"{CLEARED}: день {number + 1}")
        await event.goes_out()
        event.post.turned += timedelta(minutes=2)
        await event.page(CLEARED, NAMES[1])
        await event.goes_out()
    assert [await event.edits(after=after) for after in (PACE, SECOND, SECOND)] == [2, 2, 0], "of eight"
    event.story_id = None
    await event.page(AVALANCHE)
    await event.goes_out()
    assert AVALANCHE in read((await event.stands(channel))[-1]), "news do not wait for edits"
    assert await event.edits(after=timedelta(minutes=2)) == 2


@pytest.mark.usefixtures("reader")
async def test_a_message_that_a_reader_must_not_see_goes_before_posts_grow(event: Event, channel: int) -> None:
    await event.page(AVALANCHE)
    await event.goes_out()
    await event.page(CLEARED, NAMES[1])
    event.story_id = None
    gone = await event.page(TURN)
    await event.goes_out()
    [_, post] = await event.stands(channel)
    async with event.post.database.transaction() as stores:
        await stores.posts.forget_post(channel, post["message_id"])
    await event.withdraw(gone)
    assert await event.edits() == 2
    changing = [
        call["method"]
        for call in await event.post.telegram.calls("")
        if call["method"].lower().startswith(("edit", "delete"))
    ]
    assert [one.lower() for one in changing] == ["deletemessage", "editmessagetext"]
