"""The whole bot over a folder of feeds: `khabar run` against the sandbox, each file a source of its own.

    python -m bench.sources FOLDER

Serves the folder on loopback, waits until every source was visited once, and prints how many were read, why the others
were not, how long it took and what the bot holds. The feeds of feedparser's and miniflux's test suites are a good
folder; without one it says so and leaves.
"""

import argparse
import asyncio
import json
import re
import signal
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from aiohttp import web

from bench.rest import MB, TOKEN, start_bot
from bot.sandbox import start_sandbox

GIVE_UP = 600.0  # seconds


def main() -> None:
    """Read the arguments, measure and print."""
    parser = argparse.ArgumentParser(description="The bot over a folder of feeds.")
    parser.add_argument("folder", type=Path)
    root: Path = parser.parse_args().folder
    files = sorted(path for path in root.rglob("*") if path.is_file()) if root.is_dir() else []
    if not files:
        raise SystemExit(f"{root} holds no feeds: name a folder that does")
    with tempfile.TemporaryDirectory(prefix="khabar-bench-") as folder:
        asyncio.run(measure(root, files, Path(folder)))


async def measure(root: Path, files: Sequence[Path], folder: Path) -> None:
    """Run the bot until it has visited all of them, then stop it."""
    application = web.Application()
    application.router.add_static("/", root)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    sandbox = await start_sandbox("127.0.0.1", 0, TOKEN)
    try:
        addresses = [
            f"http://127.0.0.1:{runner.addresses[0][1]}/{quote(str(path.relative_to(root)))}" for path in files
        ]
        write_settings(folder, sandbox.url, addresses, runner.addresses[0][1])
        process = await start_bot(folder)
        started = time.monotonic()
        await visited(folder, len(files))
        print(f"{len(files)} sources visited in {time.monotonic() - started:.1f} s after the bot was ready")
        report(folder)
        [held] = re.findall(r"VmRSS:\s+(\d+)", Path(f"/proc/{process.pid}/status").read_text())
        print(f"the bot holds {int(held) // MB} MB")
        started = time.monotonic()
        process.send_signal(signal.SIGTERM)
        print(f"SIGTERM: exit {await process.wait()} after {time.monotonic() - started:.1f} s")
    finally:
        await sandbox.close()
        await runner.cleanup()


def write_settings(folder: Path, api_url: str, addresses: Sequence[str], port: int) -> None:
    """Every address a source; no page beside the feeds is served, so none is asked for."""
    lines = [f"token = {json.dumps(TOKEN)}", f"api_url = {json.dumps(api_url)}"]
    lines += ["[collect]", 'interval = "1h"', "full_text = false", f'allow_private = ["127.0.0.1:{port}"]']
    for number, url in enumerate(addresses, 1):
        lines += ["[[source]]", f"url = {json.dumps(url)}", f'name = "{number}"']
    (folder / "khabar.toml").write_text("\n".join(lines), encoding="utf-8")


async def visited(folder: Path, count: int) -> None:
    """Wait until every source has an outcome."""
    async with asyncio.timeout(GIVE_UP):
        while True:
            with closing(sqlite3.connect(folder / "khabar.db")) as database:
                [(done,)] = database.execute("SELECT count(*) FROM source WHERE checked_at IS NOT NULL")
            if done == count:
                return
            await asyncio.sleep(0.5)


def report(folder: Path) -> None:
    """How many were read, and why the others were not, without the numbers that differ from one to the next."""
    with closing(sqlite3.connect(folder / "khabar.db")) as database:
        errors = [error for (error,) in database.execute("SELECT last_error FROM source")]
        [(articles,)] = database.execute("SELECT count(*) FROM article")
    refused = Counter(re.sub(r"\d+|; feeds it announces.*", "", error) for error in errors if error)
    print(f"{sum(error is None for error in errors)} read, {articles} articles stored, {refused.total()} refused:")
    for reason, number in refused.most_common():
        print(f"{number:7}  {reason}")


if __name__ == "__main__":
    main()
