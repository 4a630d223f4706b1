"""Khabar as an operator starts it: `khabar …` as a process of its own, with its settings in a folder of its own."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bot

START = 60  # seconds until the bot serves, on a machine that has other work
END = 10  # seconds that a stop may take: the contract's
LOOK = 0.05  # seconds between two looks at what has no bell


@dataclass(frozen=True, slots=True)
class Ended:
    """What a process left behind."""

    code: int
    stdout: str
    stderr: str

    @property
    def said(self) -> str:
        return self.stdout + self.stderr


class Process:
    """A running `khabar …`. Both its outputs are read as they come, so a full pipe never holds it."""

    def __init__(self, child: asyncio.subprocess.Process) -> None:
        assert child.stdout is not None
        assert child.stderr is not None
        self._child = child
        self._heard: dict[str, list[str]] = {"stdout": [], "stderr": []}
        self._news = asyncio.Condition()
        self._listening = [
            asyncio.create_task(self._listen("stdout", child.stdout)),
            asyncio.create_task(self._listen("stderr", child.stderr)),
        ]

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def stdout(self) -> str:
        return "".join(self._heard["stdout"])

    @property
    def stderr(self) -> str:
        return "".join(self._heard["stderr"])

    async def hears(self, words: str, of: str = "stderr", within: float = START) -> str:
        """Wait for a line with these words and return it; AssertionError with all that was said when none comes."""

        def found() -> str | None:
            return next((line for line in self._heard[of] if words in line), None)

        try:
            async with asyncio.timeout(within), self._news:
                await self._news.wait_for(lambda: found() or all(task.done() for task in self._listening))
        except TimeoutError:
            pass  # said below, with what was heard instead
        line = found()
        assert line is not None, f"{words!r} was not said:\n{self.stdout}{self.stderr}"
        return line

    async def ends(self, within: float = END) -> Ended:
        """Wait for the end; TimeoutError when it does not come."""
        async with asyncio.timeout(within):
            code = await self._child.wait()
            await asyncio.gather(*self._listening)
        return Ended(code, self.stdout, self.stderr)

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> Ended:
        """Ask it to end, and wait for that; TimeoutError after the ten seconds that the contract gives."""
        self._child.send_signal(number)
        return await self.ends()

    async def kill(self) -> Ended:
        """End it as a power cut does."""
        if self._child.returncode is None:
            self._child.kill()
        return await self.ends()

    async def _listen(self, name: str, stream: asyncio.StreamReader) -> None:
        async for line in stream:
            async with self._news:
                self._heard[name].append(line.decode())
                self._news.notify_all()
        async with self._news:
            self._news.notify_all()


@asynccontextmanager
async def khabar(folder: Path, *words: str, **environ: str) -> AsyncIterator[Process]:
    """`khabar WORDS` in a folder, with nothing of ours in its environment; killed if it still runs at the end."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *words,
        cwd=folder, env=_environ(folder, environ), stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, limit=2**20,
    )  # fmt: skip
    process = Process(child)
    try:
        yield process
    finally:
        await process.kill()


@asynccontextmanager
async def running_bot(folder: Path, **environ: str) -> AsyncIterator[Process]:
    """`khabar run` with the folder's khabar.toml, once it serves."""
    async with khabar(folder, "run", "--config", "khabar.toml", **environ) as process:
        await process.hears("ready")
        yield process


async def ask(folder: Path, *words: str) -> Ended:
    """The answer of a command that answers and ends."""
    async with khabar(folder, *words) as process:
        return await process.ends(START)


def _environ(folder: Path, more: Mapping[str, str]) -> dict[str, str]:
    return {
        "PATH": os.defpath,
        "PYTHONPATH": str(Path(bot.__file__).parents[1]),
        "PYTHONUTF8": "1",
        "HOME": str(folder),
        "TMPDIR": str(folder),
        **more,
    }


def write_settings(folder: Path, settings: Mapping[str, Any]) -> None:
    """khabar.toml: values, then tables, then lists of tables."""
    values = [f"{key} = {_toml(value)}" for key, value in settings.items() if not _is_table(value)]
    for key, value in settings.items():
        if isinstance(value, Mapping):
            values += [f"[{key}]", *(f"{name} = {_toml(one)}" for name, one in value.items())]
        elif _is_table(value):
            for table in value:
                values += [f"[[{key}]]", *(f"{name} = {_toml(one)}" for name, one in table.items())]
    (folder / "khabar.toml").write_text("\n".join(values) + "\n", encoding="utf-8")


def _is_table(value: object) -> bool:
    return isinstance(value, Mapping) or (isinstance(value, list) and bool(value) and isinstance(value[0], Mapping))


def _toml(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)  # the same notation for text, numbers, true, false and lists of them


async def until(condition: Callable[[], Awaitable[bool]], what: str, within: float = START) -> None:
    """Look again and again until the condition holds; AssertionError when it never does."""
    try:
        async with asyncio.timeout(within):
            while not await condition():  # noqa: ASYNC110 - pages, files and processes have no bell
                await asyncio.sleep(LOOK)
    except TimeoutError:
        raise AssertionError(f"waited {within:g} s in vain: {what}") from None


def descendants(pid: int) -> set[int]:
    """The processes that a process has started, and those that they have."""
    found: set[int] = set()
    waiting = [pid]
    while waiting:
        for task in Path(f"/proc/{waiting.pop()}/task").glob("*"):
            children = {int(one) for one in (task / "children").read_text().split()}
            waiting += children - found
            found |= children
    return found


def forget_peak(pid: int) -> int:
    """The bytes that a process has in memory; from now on `peak` tells the most of them (man 5 proc, clear_refs)."""
    Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")
    return peak(pid)


def peak(pid: int) -> int:
    """The most bytes that a process had in memory."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))


def alive(pids: Iterable[int]) -> set[int]:
    """Those that still run. What has ended and was not yet buried by its new parent does not."""
    return {pid for pid in pids if (state := _state(pid)) is not None and state not in "ZX"}


def _state(pid: int) -> str | None:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return None
