import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.ingest.errors import ExtractError, HostileXml, NoArticle, NotAFeed, ParseError
from bot.ingest.stages import FetchedPage, ParsedFeed
from bot.ingest.workers import Workers
from bot.workers.child import MEMORY

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "tests" / "data" / "pages"
URL = "https://news.example/rss"
FEED = b"<rss version='2.0'><channel><title>T</title><item><title>Story</title><link>/1</link></item></channel></rss>"
# feedparser looks for a mail address in the author's name by a pattern whose cost is quadratic.
HEAVY = FEED.replace(b"<item>", b"<item xml:base='/'><author>" + b"a" * 200_000 + b"</author>")


def page(body: bytes) -> FetchedPage:
    return FetchedPage(URL, URL, 200, "text/html", None, body)


@pytest.fixture
async def workers() -> AsyncIterator[Workers]:
    async with Workers(1, time_limit=timedelta(seconds=2)) as workers:
        yield workers


def output_of(program: str) -> str:
    """What a Python program prints; its own asserts and errors fail the test."""
    command = [sys.executable, "-c", program]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout  # noqa: S603  our own program


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that is dead and not yet reaped by its new parent does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until_gone(pids: list[int], seconds: float) -> list[int]:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and any(map(is_alive, pids)):
        time.sleep(0.02)
    return [pid for pid in pids if is_alive(pid)]


async def test_a_feed_a_page_and_a_language_are_read_in_a_process_of_their_own(workers: Workers) -> None:
    assert workers.pids == ()
    feed = await workers.parse(page(FEED))
    assert [entry.title for entry in feed.entries] == ["Story"]
    article = await workers.extract(page((PAGES / "tg_networks.html").read_bytes()), feed.entries[0])
    assert article.title == "Дар Хуҷанд китобхонаи нав кушода шуд"
    assert await workers.detect("Имрӯз дар пойтахт ҷашни ҳосил баргузор шуд ва ҳазорон нафар омаданд") == "tg"
    assert len(workers.pids) == 1
    assert workers.pids[0] != os.getpid()


async def test_the_zone_of_the_newsroom_goes_with_every_task() -> None:
    dated = FEED.replace(b"</item>", b"<pubDate>18.10.2026 12:00</pubDate></item>")
    html = b"<html><head><meta name='date' content='18.10.2026 12:00'></head><body><p>" + b"Snow fell. " * 20
    async with Workers(1, zone="Asia/Dushanbe") as workers:
        (entry,) = (await workers.parse(page(dated))).entries
        article = await workers.extract(page(html))
    assert entry.published_at == article.published_at == datetime(2026, 10, 18, 7, tzinfo=UTC)


async def test_errors_come_back_as_they_were_raised(workers: Workers) -> None:
    with pytest.raises(NotAFeed, match="web page") as announced:
        await workers.parse(page(b"<!doctype html><link rel=alternate type=application/rss+xml href=/f>"))
    assert announced.value.url == URL
    assert [feed.url for feed in announced.value.feeds] == ["https://news.example/f"]
    with pytest.raises(HostileXml):
        await workers.parse(page(b"<!DOCTYPE r [<!ENTITY a 'b'>]>" + FEED))
    with pytest.raises(NoArticle):
        await workers.extract(page(b""))


async def test_a_stuck_worker_is_killed_and_replaced(workers: Workers) -> None:
    await workers.parse(page(FEED))
    (stuck,) = workers.pids
    started = time.monotonic()
    with pytest.raises(ParseError, match="longer than 2 s"):
        await workers.parse(page(HEAVY))
    assert time.monotonic() - started < 6
    assert not is_alive(stuck)
    assert (await workers.parse(page(FEED))).title == "T"
    assert stuck not in workers.pids


async def test_a_worker_that_dies_costs_its_task_and_nothing_else(workers: Workers) -> None:
    await workers.parse(page(FEED))
    (victim,) = workers.pids
    heavy = asyncio.create_task(workers.parse(page(HEAVY)))
    waiting = asyncio.create_task(workers.parse(page(FEED)))
    await asyncio.sleep(0)  # the first task has its worker now
    os.kill(victim, signal.SIGKILL)
    with pytest.raises(ParseError, match="died"):
        await heavy
    assert (await waiting).title == "T"


async def test_a_worker_that_died_while_idle_costs_one_error(workers: Workers) -> None:
    await workers.parse(page(FEED))
    os.kill(workers.pids[0], signal.SIGKILL)
    wait_until_gone(list(workers.pids), 5)
    with pytest.raises(ExtractError, match="died"):
        await workers.detect("text")
    assert (await workers.parse(page(FEED))).title == "T"


async def test_a_task_that_is_cancelled_leaves_no_worker_behind(workers: Workers) -> None:
    await workers.parse(page(FEED))
    (busy,) = workers.pids
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await workers.parse(page(HEAVY))
    assert not is_alive(busy)
    assert (await workers.parse(page(FEED))).title == "T"


async def test_no_more_processes_start_than_are_needed() -> None:
    async with Workers(3) as workers:
        for _ in range(3):
            await workers.parse(page(FEED))
        assert len(workers.pids) == 1
        pids: set[int] = set()
        while len(pids) < 3:  # those that are needed start while the others work on
            answers = await asyncio.gather(*(workers.parse(page(FEED)) for _ in range(20)))
            assert all(isinstance(answer, ParsedFeed) for answer in answers)
            pids.update(workers.pids)
        assert set(workers.pids) == pids
    assert wait_until_gone(list(pids), 0) == []


@pytest.mark.parametrize("kill", [signal.SIGKILL, signal.SIGTERM], ids=["SIGKILL", "SIGTERM"])
@pytest.mark.parametrize("task", ["FEED", "HEAVY"], ids=["idle", "busy"])
def test_no_worker_outlives_its_parent(kill: signal.Signals, task: str) -> None:
    program = f"""
import asyncio
from bot.ingest.workers import Workers
from tests.unit.test_ingest_workers import FEED, HEAVY, page
async def main():
    async with Workers(1) as workers:
        await workers.parse(page(FEED))
        print(*workers.pids, flush=True)
        await workers.parse(page({task}))
        await asyncio.sleep(600)
asyncio.run(main())
"""
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:  # noqa: S603  our own program
        assert parent.stdout is not None
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        assert len(pids) == 1
        assert is_alive(pids[0])
        parent.send_signal(kill)
        parent.wait()
        assert wait_until_gone(pids, 5) == []


def test_a_terminals_ctrl_c_is_left_to_the_parent() -> None:
    program = """
import asyncio, os, signal
from bot.ingest.workers import Workers
from tests.unit.test_ingest_workers import FEED, page
async def main():
    async with Workers(1) as workers:
        await workers.parse(page(FEED))
        for number in (signal.SIGINT, signal.SIGTERM):
            os.kill(workers.pids[0], number)
        print((await workers.parse(page(FEED))).title)
asyncio.run(main())
"""
    assert output_of(program) == "T\n"


def test_a_worker_is_light_and_knows_no_secret() -> None:
    program = """
import sys
import bot.workers.child
from bot.ingest.tasks import load_tasks
load_tasks()
heavy = {"aiogram", "aiohttp", "sqlalchemy", "pydantic", "typer", "pymorphy3"}
print(*sorted({name.partition(".")[0] for name in sys.modules} & heavy))
"""
    assert output_of(program).split() == []


async def test_a_workers_memory_has_a_bound(workers: Workers) -> None:
    await workers.parse(page(FEED))
    limits = Path(f"/proc/{workers.pids[0]}/limits").read_text()
    assert f"Max address space         {MEMORY}" in limits


async def test_the_environment_stays_with_the_parent(workers: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KHABAR_TOKEN", "123:secret")
    await workers.parse(page(FEED))
    assert b"secret" not in Path(f"/proc/{workers.pids[0]}/environ").read_bytes()
