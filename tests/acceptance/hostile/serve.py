"""Hostile sites in a process of their own: `python -m tests.acceptance.hostile.serve FOLDER [tame]`.

It prints a line of JSON once all of them are open, and then one for each line that it reads: "rage" makes tame sites
hostile. It ends with its input.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.acceptance.hostile.cases import ALL
from tests.acceptance.hostile.site import Canary, HostileSites, open_sites

ROOT = Path(__file__).parents[3]


@dataclass(slots=True)
class Served:
    """The sites as whoever is to suffer from them sees them."""

    sites: HostileSites
    _process: asyncio.subprocess.Process

    @property
    def pid(self) -> int:
        """The process that serves them."""
        return self._process.pid

    async def look(self, word: str = "look") -> Canary:
        """What was touched so far."""
        told = await self._ask(word)
        return Canary(self.sites.canary.port, self.sites.canary.file, told["touched"])

    async def rage(self) -> None:
        """Be tame no more."""
        await self._ask("rage")

    async def _ask(self, word: str) -> Any:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{word}\n".encode())
        return await _line(self._process)


@asynccontextmanager
async def served(folder: Path, *, is_tame: bool = False) -> AsyncIterator[Served]:
    """All hostile sites, until the end of the block."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.acceptance.hostile.serve", str(folder), *(["tame"] if is_tame else []),
        cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=2**20,
    )  # fmt: skip
    try:
        told = await _line(process)
        canary = Canary(told["canary"], Path(told["file"]))
        yield Served(HostileSites(canary, told["ports"], port_of_all=told["all"]), process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.kill()
        await process.wait()


async def _line(process: asyncio.subprocess.Process) -> Any:
    assert process.stdout is not None
    return json.loads(await process.stdout.readline())


def _say(told: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


async def _serve(folder: Path, *, is_tame: bool) -> None:
    async with open_sites(ALL, folder, is_tame=is_tame) as sites:
        canary = sites.canary
        _say({"canary": canary.port, "file": str(canary.file), "ports": sites.ports, "all": sites.port_of_all})
        loop = asyncio.get_running_loop()
        while word := await loop.run_in_executor(None, sys.stdin.readline):
            if word.strip() == "rage":
                sites.is_tame = False
            _say({"touched": canary.touched})


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]), is_tame="tame" in sys.argv[2:]))
