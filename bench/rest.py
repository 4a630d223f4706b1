"""What the bot costs at rest and how soon it answers: memory, time to ready, the terminal's commands.

    python -m bench.rest [--runs 5]

Starts the sandbox, the sample site and `khabar run` as an operator would, waits for the first stories, and reads the
kernel's numbers. Times are the median of the runs, with the smallest and largest; each is also given as a ratio to
starting Python itself, measured in the same run.
"""

import argparse
import asyncio
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bot.sandbox import start_sandbox
from bot.sandbox.site import SampleSite, start_site

TOKEN = "700000001:AAbench-only-token-0000000000000000000"  # noqa: S105 — opens nothing but the sandbox
MB = 1024  # kB
SETTLE = 90.0  # seconds that the first stories may take


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Memory and start of the bot.")
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory(prefix="khabar-bench-") as folder:
        asyncio.run(measure_bot(Path(folder), runs))
        measure_commands(Path(folder), runs)


async def measure_bot(folder: Path, runs: int) -> None:
    """Start it `runs` times, each on an empty database; the memory is read in the last."""
    site = await start_site("127.0.0.1", 0, every=0)
    sandbox = await start_sandbox("127.0.0.1", 0, TOKEN)
    try:
        write_settings(folder, sandbox.url, site)
        ready: list[float] = []
        stopped: list[float] = []
        for run in range(runs):
            for left in folder.glob("khabar.db*"):
                left.unlink()
            started = time.monotonic()
            process = await start_bot(folder)
            ready.append(time.monotonic() - started)
            await first_stories(folder)
            if run == runs - 1:
                await report_memory(process.pid)
            started = time.monotonic()
            process.send_signal(signal.SIGTERM)
            if await process.wait() != 0:
                raise SystemExit(f"the bot ended with {process.returncode}")
            stopped.append(time.monotonic() - started)
        show("khabar run until ready", ready)
        show("SIGTERM until gone", stopped)
    finally:
        await sandbox.close()
        await site.close()


def write_settings(folder: Path, api_url: str, site: SampleSite) -> None:
    """The demo's newsroom."""
    lines = [
        f"token = {json.dumps(TOKEN)}",
        f"api_url = {json.dumps(api_url)}",
        "[collect]",
        f'allow_private = ["127.0.0.1:{site.port}"]',
    ]
    for feed in site.feeds:
        lines += ["[[source]]", f"url = {json.dumps(feed.url)}", f"name = {json.dumps(feed.name)}"]
    (folder / "khabar.toml").write_text("\n".join(lines), encoding="utf-8")


async def start_bot(folder: Path) -> asyncio.subprocess.Process:
    """The process, once it says that it is ready."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", cwd=folder, env=environment(), stderr=asyncio.subprocess.PIPE
    )
    if process.stderr is None:
        raise SystemExit("no pipe from the bot")
    async for line in process.stderr:
        if b"ready" in line:
            return process
    raise SystemExit("the bot ended before it was ready")


def environment() -> dict[str, str]:
    """Ours without settings of another Khabar."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KHABAR_")}
    return kept | {"PYTHONPATH": str(Path(__file__).parent.parent)}


async def first_stories(folder: Path) -> None:
    """Wait until every source was read, so that dictionaries and workers are loaded."""
    async with asyncio.timeout(SETTLE):
        while True:
            listed = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "latest", "-n", "24", cwd=folder, env=environment(),
                stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
            out, _ = await listed.communicate()
            if len(out.splitlines()) >= 24:
                return


async def report_memory(pid: int) -> None:
    """Resident and proportional memory of the bot and its workers."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    for name, number in [("bot", str(pid)), *((f"worker {place}", child) for place, child in enumerate(children, 1))]:
        rollup = Path(f"/proc/{number}/smaps_rollup").read_text()
        sizes = {line.split(":")[0]: int(line.split()[1]) // MB for line in rollup.splitlines()[1:]}
        print(f"{name:28} {sizes['Rss']:4} MB resident, {sizes['Pss']:4} MB proportional")


def measure_commands(folder: Path, runs: int) -> None:
    """The terminal's commands beside Python itself and the import of aiogram."""
    baseline = show("python -c pass", timed(["-c", "pass"], folder, runs))
    show("python -c 'import aiogram'", timed(["-c", "import aiogram"], folder, runs), baseline)
    show("khabar --help", timed(["-m", "bot", "--help"], folder, runs), baseline)
    show("khabar latest", timed(["-m", "bot", "latest"], folder, runs), baseline)
    show("khabar search вода", timed(["-m", "bot", "search", "вода"], folder, runs), baseline)


def timed(arguments: Sequence[str], folder: Path, runs: int) -> list[float]:
    """Seconds of each run, after one that warms the file cache."""
    seconds = []
    for _ in range(runs + 1):
        started = time.monotonic()
        subprocess.run(  # noqa: S603 — our own interpreter and our own arguments
            [sys.executable, *arguments], cwd=folder, env=environment(), stdout=subprocess.DEVNULL, check=True
        )
        seconds.append(time.monotonic() - started)
    return seconds[1:]


def show(what: str, seconds: Sequence[float], baseline: float | None = None) -> float:
    """Print a line; the median comes back."""
    median = statistics.median(seconds)
    ratio = f", {median / baseline:.1f} x Python itself" if baseline else ""
    print(f"{what:28} {median:5.2f} s (min {min(seconds):.2f}, max {max(seconds):.2f}){ratio}")
    return median


if __name__ == "__main__":
    main()
