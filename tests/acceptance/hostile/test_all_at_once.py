"""The bot as its operator runs it, with more hostile sources than good ones: it answers and delivers."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio

from tests.acceptance.desk import HOST, Desk, open_desk
from tests.acceptance.hostile.cases import CASES
from tests.acceptance.hostile.serve import Served, served
from tests.acceptance.process import Process, descendants, forget_peak, peak, running_bot, until, write_settings

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]

HOSTILE = [case for case in CASES if case.answer is not None]
STORIES = 10  # that come out while the sites rage
READERS = 12  # who take turns: the bot lets nobody ask too often
LOOKS = 60  # at the newest stories meanwhile
MOST_GROWN = 64 * 1024**2  # bytes that the bot itself may take more of, its worker processes aside
LONGEST_WAY = 150.0  # seconds until the last story stands: each of 220 sites costs the most that it may, all at once
LONGEST_ANSWER = 3.0  # seconds; bench/hostile.py has the sharp numbers, this machine may have other work


@dataclass(slots=True)
class Siege:
    """What was seen while the sites raged."""

    desk: Desk
    bot: Process
    site: Served
    answers: list[float] = field(default_factory=list)  # seconds from the command to the answer
    resident: int = 0  # bytes in the bot's own memory before
    highest: int = 0  # and the most that there were at any moment


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def siege(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Siege]:
    folder = tmp_path_factory.mktemp("siege")
    async with served(folder, is_tame=True) as site:
        sources = tuple(
            {"url": site.sites.address(case), "name": case.name, "interval": "20s", "language": "ru"}
            for case in HOSTILE
        )
        async with open_desk(folder, sources=sources) as desk:
            port = desk.site.url.rpartition(":")[2]
            allowed = [f"{HOST}:{port}", *site.sites.allowed]
            desk.settings["collect"] |= {"allow_private": allowed, "timeout": "2s", "concurrency": 32}
            write_settings(folder, desk.settings)
            async with running_bot(folder) as bot:
                siege = Siege(desk, bot, site)
                await _stand(siege)
                yield siege


async def _stand(siege: Siege) -> None:
    """Let the sites rage once all of them are known, and see what becomes of the bot."""
    await until(lambda: _all_known(siege), "every source is known")
    readers = [await siege.desk.telegram.person(100 + number, f"Читатель {number}") for number in range(READERS)]
    await readers[0].says("/latest")
    siege.resident = forget_peak(siege.bot.pid)
    await siege.site.rage()
    for look in range(LOOKS):
        if look % (LOOKS // STORIES) == 0:
            siege.desk.publish()
        began = time.monotonic()
        await readers[look % READERS].says("/latest")
        siege.answers.append(time.monotonic() - began)
        await asyncio.sleep(0.3)  # readers read; the siege lasts as long as its looks
    siege.highest = peak(siege.bot.pid)


async def _all_known(siege: Siege) -> bool:
    _, text = await siege.desk.metrics()
    polls = [line for line in text.splitlines() if line.startswith("khabar_polls_total{")]
    return sum(float(line.rpartition(" ")[2]) for line in polls) >= len(HOSTILE)


async def test_every_story_of_the_good_sources_arrives(siege: Siege) -> None:
    await siege.desk.all_stand(within=LONGEST_WAY)


async def test_readers_are_answered_all_the_while(siege: Siege) -> None:
    assert len(siege.answers) == LOOKS
    assert sorted(siege.answers)[int(LOOKS * 0.99) - 1] < LONGEST_ANSWER


async def test_the_bot_itself_hardly_grows(siege: Siege) -> None:
    assert siege.highest - siege.resident < MOST_GROWN


async def test_nothing_private_was_touched(siege: Siege) -> None:
    assert (await siege.site.look()).touched == []


async def test_it_stops_as_fast_as_ever_and_leaves_nothing_behind(siege: Siege) -> None:
    workers = descendants(siege.bot.pid)
    ended = await siege.bot.stop()
    assert ended.code == 0
    assert "Traceback" not in ended.said
    assert not any(Path(f"/proc/{pid}").exists() for pid in workers)
