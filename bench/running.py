"""`khabar run` as a process of its own, in a folder with its settings; what it says goes into a file there."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bench.rest import environment

START = 60.0  # seconds until it serves
LOOK = 0.05  # seconds between two looks at a file that has no bell
LOG = "bot.log"


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """The process, once it is ready; killed if it still runs at the end."""
    log = folder / LOG
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", cwd=folder, env=environment(), stderr=output
        )
    try:
        async with asyncio.timeout(START):
            while b"] ready" not in log.read_bytes():
                if process.returncode is not None:
                    raise SystemExit(f"the bot ended before it was ready:\n{log.read_text()}")
                await asyncio.sleep(LOOK)
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def free_port() -> int:
    """A port of the loopback at which nothing listens."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
