"""`khabar run` as a process, from the feeds of three outlets to a reader's chat and a channel, over one working day."""

import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import pytest
import pytest_asyncio

from tests.acceptance.desk import Desk, open_desk
from tests.acceptance.person import Person, Seen
from tests.acceptance.process import END, Process, alive, ask, descendants, running_bot, until
from tests.unit.fake_site import FakeSite

# One bot serves every test here, in the order of the file; the last one stops it.
pytestmark = pytest.mark.asyncio(loop_scope="module")

READER = 21
BURST = 6  # stories that come out at once: fewer than make a channel catch up by lists


@dataclass(frozen=True, slots=True)
class Day:
    """The bot at work, the desk around it, and two servers that are no news sites at all."""

    desk: Desk
    bot: Process
    rude: FakeSite
    reader: Person

    @property
    def channel(self) -> int:
        return self.desk.channels[0]

    async def in_channel(self, title: str, after: int) -> int:
        """Wait for a post, or an edit of one, that has this headline; the message's number."""
        seen = await self.desk.telegram.wait(self.channel, after, lambda seen: title in seen.text, title)
        return seen.number

    async def reaches_channel(self, url: str, after: int) -> None:
        """Wait for a page in the channel: in a post of its own, or under the post of the story that it tells."""

        def is_linked(seen: Seen) -> bool:
            return any(address == url for _, address in seen.links)

        await self.desk.telegram.wait(self.channel, after, is_linked, url)

    async def edits(self) -> int:
        """How often the channel's posts were edited."""
        calls = await self.desk.telegram.calls("")
        edited = [call for call in calls if call["method"].startswith("edit") and call["status"] == HTTPStatus.OK]
        return sum(call["chat_id"] == self.channel for call in edited)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def day(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Day]:
    async with FakeSite() as rude:
        sources = (
            {"url": rude.serve("/broken", status=500), "name": "Сломанный"},
            {"url": rude.drip("/drip", every=0.1), "name": "Капля"},
        )
        async with (
            open_desk(tmp_path_factory.mktemp("day"), sources=sources) as desk,
            running_bot(desk.folder) as bot,
        ):
            await desk.first_fetch()
            yield Day(desk, bot, rude, await desk.telegram.person(READER, "Мадина"))


async def test_what_stood_on_the_sites_is_stored_and_not_pushed(day: Day) -> None:
    latest = await day.reader.says("/latest")
    assert len(latest.links) == 5
    assert await day.desk.telegram.messages(day.channel) == []
    # Stories are delivered in the order of their arrival: had the old ones been due, they would stand before this one.
    [url] = day.desk.publish()
    await day.in_channel(day.desk.title(url), 0)
    assert await day.desk.shown(day.channel) == dict.fromkeys(day.desk.stories([url]), 1)


async def test_a_new_topic_is_soon_given_its_past(day: Day) -> None:
    [(title, _), *_] = (await day.reader.says("/latest")).links
    word = max(title.split(), key=len)

    async def has_past() -> bool:
        with closing(sqlite3.connect(day.desk.folder / "khabar.db")) as file:
            return file.execute("SELECT 1 FROM topic WHERE NOT has_past").fetchone() is None

    await day.reader.says(f"/follow {word}")
    await until(has_past, "a topic has no past", within=20)
    listed = await day.reader.says("/topics")
    assert listed.text.startswith("Ваши подписки\n\n1. ")
    assert "— 0 " not in listed.text
    await day.reader.presses(listed.labels[0])


async def test_a_followed_story_comes_once_and_its_correction_edits_the_channel_alone(day: Day) -> None:
    desk, reader = day.desk, day.reader
    await reader.says("/start")
    await reader.says("/topic ОДКБ")
    await reader.presses("🔔 Следить за темой")
    before = await desk.telegram.cursor()
    [url] = desk.publish()
    while "ОДКБ" not in (title := desk.title(url)):
        [url] = desk.publish()

    card = await reader.sees(title, label="📖 Читать")
    assert (title, url) in card.links
    assert "#ОДКБ" in card.text
    number = await day.in_channel(title, before)
    [post] = [one for one in await raw_messages(day) if one["message_id"] == number]
    picture = post["photo"][-1]
    async with desk.http.get(f"{desk.telegram.url}/sandbox/files/{picture['file_id']}") as response:
        assert response.content_type == "image/jpeg"
        assert len(await response.read()) > 10_000

    before = await desk.telegram.cursor()
    desk.site.correct(url, title="Сессия ОДКБ перенесена на пятницу", lead="Делегации известили утром.")
    assert await day.in_channel("Сессия ОДКБ перенесена на пятницу", before) == number
    [edited] = [one for one in await raw_messages(day) if one["message_id"] == number]
    assert "Делегации известили утром." in edited["caption"]
    [story] = desk.stories([url])
    assert (await desk.shown(day.channel))[story] == 1
    private = await desk.telegram.messages(READER)
    [told] = [seen for seen in private if url in {address for _, address in seen.links}]
    assert told == card


async def test_a_source_that_fails_or_drips_holds_up_no_other_and_is_shown_with_its_error(day: Day) -> None:
    async def is_dripping() -> bool:
        return day.rude._open > 0

    await until(is_dripping, "a visit to the source that drips")
    before = await day.desk.telegram.cursor()
    [url] = day.desk.publish()
    await day.reaches_channel(url, before)

    async def is_shown() -> bool:
        listed = await ask(day.desk.folder, "sources", "list")
        assert listed.code == 0, listed.said
        rows = {name: line for line in listed.stdout.splitlines() for name in ("Сломанный", "Капля") if name in line}
        return "500" in rows["Сломанный"] and "4 s" in rows["Капля"]

    await until(is_shown, "the errors of both sources")


async def test_the_operators_pages_answer(day: Day) -> None:
    assert await day.desk.metrics("/livez") == (200, "ok")
    assert await day.desk.metrics("/readyz") == (200, "ok")
    status, text = await day.desk.metrics()
    assert status == 200
    assert 'khabar_messages_total{outcome="delivered"}' in text

    async def is_counted() -> bool:
        edits = await day.edits()
        return edits > 0 and f'khabar_messages_total{{outcome="edited"}} {edits}.0' in (await day.desk.metrics())[1]

    await until(is_counted, "as many edits counted as the channel had")


async def test_sigterm_while_stories_flow_loses_none_and_repeats_none(day: Day) -> None:
    """One source drips all the while."""
    desk = day.desk
    await desk.slows(0.3)
    await desk.publish_until_posted(BURST)
    workers = descendants(day.bot.pid)
    assert workers
    started = time.monotonic()
    ended = await day.bot.stop()
    assert time.monotonic() - started < END
    assert ended.code == 0
    assert "Traceback" not in ended.said
    assert alive(workers) == set()
    assert list(desk.folder.glob("*.db-wal")) == []
    urls = {url for seen in await desk.telegram.messages(day.channel) for _, url in seen.links}
    assert not set(desk.published) <= urls  # it was stopped in the middle

    desk.publish(2)
    async with running_bot(desk.folder) as bot:
        await desk.all_stand()
        assert (await bot.stop()).code == 0
    shown = await desk.shown(day.channel)
    assert shown.keys() == desk.stories(desk.published)
    assert shown <= desk.merged()
    assert len(shown) > len(desk.published) / 3  # the site tells most events twice, and no story swallowed all


async def raw_messages(day: Day) -> list[dict[str, Any]]:
    """The channel as the Bot API has it."""
    found: list[dict[str, Any]] = (await day.desk.telegram.look(f"/chats/{day.channel}/messages"))["messages"]
    return found
