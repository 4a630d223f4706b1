"""Whether memory stays flat: an hour of collecting, looked at every minute.

    python -m bench.hour [--minutes 60] [--sources 200] [--interval 10]

`khabar run` as a process against the sandbox, and a site of feeds on loopback, a process too. Every source is visited
at the interval, whatever its rhythm; once a minute each feed has one story more, half a minute later another
lastBuildDate and nothing new, else it says 304. One source in ten has its pages fetched. Each minute the kernel says
what the bot and its workers hold. Thirty stories of every source are read first; the summary begins when that is done,
and tells the slope for the second half alone too, since caches fill for a while.
"""

import argparse
import asyncio
import json
import os
import re
import signal
import sqlite3
import statistics
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from bench.collect import ask, open_site
from bench.rest import TOKEN
from bench.running import LOG, free_port, running
from bot.sandbox import start_sandbox

HOST = "127.0.0.1"
WITH_PAGES = 10  # one source of so many
MINUTE = 60.0  # seconds
_POLLS = re.compile(r'^khabar_polls_total\{outcome="(\w+)"\} ([\d.e+]+)', re.MULTILINE)
CLOCK = os.sysconf("SC_CLK_TCK")  # ticks of processor time a second


@dataclass(frozen=True, slots=True)
class Minute:
    """What the kernel, the database and the bot's own counters said. Memory in MB."""

    at: float  # minutes since the bot was ready
    bot: float
    workers: tuple[float, ...]
    articles: int
    polls: dict[str, int]  # all visits so far, by outcome
    processor: float  # seconds so far, of the bot alone

    @property
    def all(self) -> float:
        """MB of all processes."""
        return self.bot + sum(self.workers)


@dataclass(frozen=True, slots=True)
class Place:
    """Where to look. `http` asks the bot's own counters."""

    folder: Path
    pid: int
    site: str
    http: aiohttp.ClientSession


def main() -> None:
    """Read the arguments, measure and print."""
    parser = argparse.ArgumentParser(description="Memory over an hour of collecting.")
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--sources", type=int, default=200)
    parser.add_argument("--interval", type=int, default=10, help="seconds between two visits to a source")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="khabar-bench-") as name:
        asyncio.run(measure(Path(name), given.minutes, given.sources, given.interval))


async def measure(folder: Path, minutes: int, sources: int, interval: int) -> None:
    """Run the bot for so long, then stop it."""
    sandbox = await start_sandbox(HOST, 0, TOKEN)
    try:
        metrics = f"{HOST}:{free_port()}"
        async with open_site() as site, aiohttp.ClientSession(f"http://{metrics}") as http:
            settings = settings_of(sandbox.url, site, metrics, sources, interval)
            (folder / "khabar.toml").write_text(settings, encoding="utf-8")
            async with running(folder) as bot:
                series = await watch(Place(folder, bot.pid, site, http), minutes)
                bot.send_signal(signal.SIGTERM)
                ended = await bot.wait()
            faults = (folder / LOG).read_text(encoding="utf-8").count("[error")
            print(f"{sources} sources, each visited every {interval} s: exit {ended}, {faults} errors in the log")
            report([one for one in series if sum(one.polls.values()) >= sources] or series)
    finally:
        await sandbox.close()


def settings_of(api_url: str, site: str, metrics: str, sources: int, interval: int) -> str:
    """Every feed a source, all on one host, so the limit of a host is set aside."""
    lines = [f"token = {json.dumps(TOKEN)}", f"api_url = {json.dumps(api_url)}", f'metrics.listen = "{metrics}"']
    lines += ["[collect]", *(f'{name} = "{interval}s"' for name in ("interval", "min_interval", "max_interval"))]
    lines += ["full_text = false", "per_host = 16", f"allow_private = [{json.dumps(site.removeprefix('http://'))}]"]
    for number in range(sources):
        lines += ["[[source]]", f'url = "{site}/feed/{number}"', f'name = "{number}"']
        if number % WITH_PAGES == 0:
            lines.append("full_text = true")
    return "\n".join(lines) + "\n"


async def watch(place: Place, minutes: int) -> list[Minute]:
    """Change the site and look at the processes, minute by minute; each is printed as it is seen."""
    loop = asyncio.get_running_loop()
    started, series = loop.time(), list[Minute]()
    for number in range(1, minutes + 1):
        await asyncio.sleep(max(started + (number - 0.5) * MINUTE - loop.time(), 0))
        await ask(f"{place.site}/tick")
        await asyncio.sleep(max(started + number * MINUTE - loop.time(), 0))
        series.append(await look(place, (loop.time() - started) / MINUTE))
        show(series[-1])
        await ask(f"{place.site}/grow")
    return series


async def look(place: Place, at: float) -> Minute:
    """The numbers of one moment."""
    children = [int(one) for one in Path(f"/proc/{place.pid}/task/{place.pid}/children").read_text().split()]
    memory = (resident(place.pid), *map(resident, children))
    async with place.http.get("/metrics") as response:
        counted = _POLLS.findall(await response.text())
    with closing(sqlite3.connect(place.folder / "khabar.db")) as database:
        [(articles,)] = database.execute("SELECT count(*) FROM article")
    polls = {outcome: int(float(number)) for outcome, number in counted}
    return Minute(at, memory[0], memory[1:], articles, polls, processor(place.pid))


def resident(pid: int) -> float:
    """VmRSS in MB."""
    [size] = re.findall(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(size) / 1024


def processor(pid: int) -> float:
    """Seconds of processor time of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / CLOCK


def show(minute: Minute) -> None:
    """One line."""
    workers = " ".join(f"{size:.0f}" for size in minute.workers)
    polls = ", ".join(f"{number} {outcome}" for outcome, number in sorted(minute.polls.items()))
    print(
        f"{minute.at:5.1f} min: bot {minute.bot:6.1f} MB, workers {workers} MB, {minute.articles} articles; "
        f"visits: {polls}; {minute.processor:.0f} s of processor in the bot",
        flush=True,
    )


def report(series: Sequence[Minute]) -> None:
    """Start, end and slope of the bot alone and of all processes."""
    half = series[len(series) // 2 :]
    for what, sizes, later in (
        ("the bot", [one.bot for one in series], [one.bot for one in half]),
        ("all processes", [one.all for one in series], [one.all for one in half]),
    ):
        print(
            f"{what:14} {sizes[0]:6.1f} MB after {series[0].at:.0f} min, {sizes[-1]:6.1f} MB after "
            f"{series[-1].at:.0f} min, {max(sizes):6.1f} MB at most; slope an hour: {slope(series, sizes):+.1f} MB, "
            f"in the second half {slope(half, later):+.1f} MB"
        )


def slope(series: Sequence[Minute], sizes: Sequence[float]) -> float:
    """MB an hour, by least squares; 0 for a single minute."""
    if len(series) < 2:
        return 0.0
    return statistics.linear_regression([one.at / 60 for one in series], sizes).slope


if __name__ == "__main__":
    main()
