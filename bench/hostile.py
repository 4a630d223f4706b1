"""What one hostile source costs forty good ones: the same run without it and with it, taking turns.

    python -m bench.hostile [--seconds 60] [--rounds 2]

The bot is `khabar run` with its worker processes and a SQLite file; the good sources are feeds, each of which brings a
story every few seconds; the hostile one goes through the set of tests/acceptance/hostile, another at each connection.
Printed are the medians and 95th percentiles of the time from a story's appearance to the database, their ratio, the
answers to /latest, and the memory of the bot and of its workers.
"""

import argparse
import asyncio
import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import ClientSession, web

from bot.sandbox import start_sandbox
from tests.acceptance.desk import HOST, TOKEN, free_port
from tests.acceptance.hostile.serve import served
from tests.acceptance.person import LocalTelegram, Person
from tests.acceptance.process import descendants, running_bot, until, write_settings

GOOD = 40
EVERY = 0.5  # seconds between two stories, of any of the good sources
INTERVAL = "2s"  # between two visits to a source, the hostile one too
LOOK = 0.02  # seconds between two looks into the database
READERS = 20  # who take turns: the bot lets nobody ask too often
HUMBLEST = 19  # nice
WARM = 5.0  # seconds before anything counts
TEXT = "Жители улицы просили об этом три года, рассказали в районном штабе по благоустройству города. " * 4


@dataclass(slots=True)
class GoodSite:
    """Forty feeds with pages; `came` holds when each story came out."""

    came: dict[str, float] = field(default_factory=dict)
    stories: dict[int, list[str]] = field(default_factory=lambda: {number: [] for number in range(GOOD)})

    def publish(self, number: int) -> None:
        """A story comes out."""
        url = f"/{number}/{len(self.came)}"
        self.stories[number].insert(0, url)
        self.came[url] = time.monotonic()

    async def answer(self, request: web.Request) -> web.Response:
        if request.path.startswith("/feed/"):
            number = int(request.path.rpartition("/")[2])
            items = "".join(
                f"<item><title>Новость {url}</title><link>{url}</link><guid>{url}</guid>"
                f"<description>{TEXT}</description></item>"
                for url in self.stories[number][:20]
            )
            body = f'<rss version="2.0"><channel><title>Вести {number}</title>{items}</channel></rss>'
            return web.Response(text=body, content_type="application/rss+xml")
        paragraphs = "".join(f"<p>{TEXT} {request.path}</p>" for _ in range(6))
        html = f"<html><body><article><h1>Новость {request.path}</h1>{paragraphs}</article></body></html>"
        return web.Response(text=html, content_type="text/html")


@dataclass(slots=True)
class Run:
    """What one run showed, in seconds and bytes."""

    latencies: list[float] = field(default_factory=list)
    answers: list[float] = field(default_factory=list)
    cpu: tuple[float, float] = (0.0, 0.0)  # of the bot, of its workers that live at the end
    before: tuple[int, int] = (0, 0)  # of the bot, of all its workers together
    highest: tuple[int, int] = (0, 0)


@asynccontextmanager
async def good_site() -> AsyncIterator[tuple[GoodSite, str]]:
    site = GoodSite()
    app = web.Application()
    app.router.add_get("/{path:.*}", site.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, HOST, 0).start()
    try:
        yield site, f"{HOST}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def measure(seconds: float, *, with_hostile: bool) -> Run:
    """One run of the bot."""
    run = Run()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sandbox = await start_sandbox(HOST, 0, TOKEN, limits=False)
        try:
            async with good_site() as (site, host), served(folder) as rude, ClientSession() as http:
                for number in range(GOOD):
                    site.publish(number)
                sources = [
                    {"url": f"http://{host}/feed/{n}", "name": f"Вести {n}", "interval": INTERVAL} for n in range(GOOD)
                ]
                if with_hostile:
                    address = f"http://{HOST}:{rude.sites.port_of_all}/feed"
                    sources.append({"url": address, "name": "Злой", "interval": INTERVAL})
                # What a flood costs its sender is nothing that the bot could spare the others.
                os.setpriority(os.PRIO_PROCESS, rude.pid, HUMBLEST)
                _write(folder, sandbox.url, [host, *rude.sites.allowed], sources)
                async with running_bot(folder) as bot:
                    telegram = LocalTelegram(http, sandbox.url)
                    people = [await telegram.person(100 + n, f"Читатель {n}") for n in range(READERS)]
                    await until(lambda: _stored(folder, GOOD), "the first stories")
                    await asyncio.sleep(WARM)
                    await _observe(run, site, folder, bot.pid, people, seconds)
                if with_hostile:
                    print("canary touched:", len((await rude.look()).touched))
        finally:
            await sandbox.close()
    return run


async def _observe(  # noqa: PLR0917  what is observed, and by whom
    run: Run, site: GoodSite, folder: Path, pid: int, people: Sequence[Person], seconds: float
) -> None:
    """Let stories come out and see when they are stored, with readers who ask all the while."""
    run.before = run.highest = memory(pid)
    counted: set[str] = set()
    began = cpu_seconds(pid)
    end = time.monotonic() + seconds

    async def publish() -> None:
        number = 0
        while time.monotonic() < end:
            site.publish(number % GOOD)
            number += 1
            await asyncio.sleep(EVERY)

    async def read() -> None:
        number = 0
        while time.monotonic() < end:
            began = time.monotonic()
            await people[number % len(people)].says("/latest")
            run.answers.append(time.monotonic() - began)
            own, workers = memory(pid)
            run.highest = max(run.highest[0], own), max(run.highest[1], workers)
            number += 1
            await asyncio.sleep(EVERY)

    async def look() -> None:
        while time.monotonic() < end + WARM:
            for url in _urls(folder) - counted:
                if site.came.get(url, 0.0) > end - seconds:
                    run.latencies.append(time.monotonic() - site.came[url])
                counted.add(url)
            await asyncio.sleep(LOOK)

    async with asyncio.TaskGroup() as group:
        group.create_task(publish())
        group.create_task(read())
        await asyncio.sleep(EVERY)
        group.create_task(look())
    run.cpu = cpu_seconds(pid) - began, sum(map(cpu_seconds, descendants(pid)))


def _write(folder: Path, api: str, allowed: list[str], sources: list[dict[str, str]]) -> None:
    collect = {"interval": INTERVAL, "max_interval": INTERVAL, "timeout": "2s", "allow_private": allowed}
    write_settings(folder, {"token": TOKEN, "api_url": api, "collect": collect, "source": sources,
                            "metrics": {"listen": f"{HOST}:{free_port()}"}})  # fmt: skip


def _urls(folder: Path) -> set[str]:
    with closing(sqlite3.connect(folder / "khabar.db")) as file:
        found = file.execute("SELECT url FROM article").fetchall()
    return {"/" + url.split("/", 3)[3] for (url,) in found}


async def _stored(folder: Path, number: int) -> bool:
    return len(_urls(folder)) >= number


def memory(pid: int) -> tuple[int, int]:
    """Bytes in memory of a process, and of all those that it has started together."""
    return _resident(pid), sum(map(_resident, descendants(pid)))


def _resident(pid: int) -> int:
    with suppress(OSError):
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:")), 0)
    return 0


def cpu_seconds(pid: int) -> float:
    """Seconds of the processor that a process has used."""
    with suppress(OSError):
        told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def _at(values: list[float], share: float) -> float:
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def main() -> None:
    """Read the arguments, measure and print."""
    parser = argparse.ArgumentParser(description="What one hostile source costs forty good ones.")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rounds", type=int, default=2)
    given = parser.parse_args()
    runs: dict[bool, list[Run]] = {False: [], True: []}
    for turn in range(given.rounds):
        for with_hostile in (True, False) if turn % 2 else (False, True):  # neither always has the later, warmer place
            run = asyncio.run(measure(given.seconds, with_hostile=with_hostile))
            runs[with_hostile].append(run)
            tell(("with a hostile one" if with_hostile else "forty good ones"), [run])
    for with_hostile, kept in runs.items():
        tell("all rounds, " + ("with a hostile one" if with_hostile else "forty good ones"), kept)
    ratios = [
        statistics.median(rude.latencies) / statistics.median(good.latencies)
        for good, rude in zip(runs[False], runs[True], strict=True)
    ]
    print("ratios of the medians, round by round:", *(f"{one:.3f}" for one in ratios))
    without, beside = ([one for run in kept for one in run.latencies] for kept in runs.values())
    print(f"ratio of all: median {statistics.median(beside) / statistics.median(without):.3f}, "
          f"p95 {_at(beside, 0.95) / _at(without, 0.95):.3f}")  # fmt: skip


def tell(what: str, kept: Sequence[Run]) -> None:
    """Print what some runs showed together."""
    latencies = [one for run in kept for one in run.latencies]
    answers = [one for run in kept for one in run.answers]
    grown = [max(run.highest[part] - run.before[part] for run in kept) / 1024**2 for part in (0, 1)]
    own, workers = (sum(run.cpu[part] for run in kept) for part in (0, 1))
    print(
        f"{what}: {len(latencies)} stories, median {statistics.median(latencies):.3f} s, "
        f"p95 {_at(latencies, 0.95):.3f} s; "
        f"/latest p50 {_at(answers, 0.5) * 1000:.0f} ms, p99 {_at(answers, 0.99) * 1000:.0f} ms; "
        f"grown by {grown[0]:.0f} MB, its workers by {grown[1]:.0f} MB; "
        f"processor {own:.1f} s, workers {workers:.1f} s; others' load {os.getloadavg()[0]:.1f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
