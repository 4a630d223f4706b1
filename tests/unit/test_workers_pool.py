"""A pool serves any module's tasks, keeps no process that has nothing to do, and tells how a task failed."""

import asyncio
import os
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from bot.workers.pool import Pool, TaskFault, WorkerLost

SOON = timedelta(seconds=0.2)


def load_tasks() -> Mapping[str, Callable[..., object]]:
    """What the processes of these tests serve."""
    return {
        "pid": os.getpid,
        "divide": lambda one, other: one / other,
        "leave": lambda: os._exit(1),
        "repeat": lambda text, times: [text] * times,
        "count": len,
        "meet": meet,
    }


def meet(folder: str, count: int) -> int:
    """Wait until so many processes do the same at once, each of which leaves its number there."""
    os.mkdir(f"{folder}/{os.getpid()}")  # noqa: PTH102  a worker process opens no file
    while len(os.listdir(folder)) < count:  # noqa: PTH208
        time.sleep(0.01)
    return os.getpid()


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> str:
    """This module, as a worker process finds it."""
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2]))
    return __name__


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not is_so():  # noqa: ASYNC110  another process's end sets no event here
            await asyncio.sleep(0.01)


def is_running(pid: object) -> bool:
    return Path(f"/proc/{pid}").exists()


async def test_a_process_that_has_nothing_to_do_ends_and_another_takes_the_next_task(module: str) -> None:
    async with Pool(module, 1, idle=SOON) as pool:
        first = await pool.ask("pid")
        assert pool.pids == (first,)
        await until(lambda: not is_running(first))
        assert not pool.pids
        second = await pool.ask("pid")
        assert second != first
        assert pool.pids == (second,)
    assert not is_running(second)


async def test_a_process_that_works_on_keeps_its_memory(module: str) -> None:
    async with Pool(module, 1, idle=SOON) as pool:
        loop = asyncio.get_running_loop()
        first, end = await pool.ask("pid"), loop.time() + 3 * SOON.total_seconds()
        while loop.time() < end:
            assert await pool.ask("pid") == first
            await asyncio.sleep(SOON.total_seconds() / 4)


async def test_those_too_many_end_while_one_goes_on(module: str, tmp_path: Path) -> None:
    async with Pool(module, 3, idle=timedelta(seconds=1)) as pool:
        started = set(await asyncio.gather(*(pool.ask("meet", str(tmp_path), 3) for _ in range(3))))
        assert len(started) == 3
        async with asyncio.timeout(10):
            while len(pool.pids) > 1:
                last = await pool.ask("pid")
                await asyncio.sleep(0.1)
        assert pool.pids == (last,)
        assert last in started


async def test_a_fault_is_told_with_its_trace_and_costs_no_process(module: str) -> None:
    async with Pool(module, 1) as pool:
        assert await pool.ask("divide", 6, 3) == 2
        with pytest.raises(TaskFault, match="ZeroDivisionError: division by zero") as told:
            await pool.ask("divide", 1, 0)
        assert "one / other" in told.value.__notes__[0]
        pids = pool.pids
        assert await pool.ask("pid") == pids[0]


async def test_a_process_that_leaves_is_a_worker_lost(module: str) -> None:
    async with Pool(module, 1) as pool:
        with pytest.raises(WorkerLost, match="died"):
            await pool.ask("leave")
        assert pool.pids == ()


async def test_a_task_waits_for_no_start_when_another_is_done_before(module: str) -> None:
    async with Pool(module, 2) as pool:
        first = await pool.ask("pid")
        assert await asyncio.gather(*(pool.ask("pid") for _ in range(5))) == [first] * 5


async def test_a_module_that_cannot_be_loaded_is_a_worker_lost() -> None:
    async with Pool("bot.no_such_module", 1) as pool:
        answers = await asyncio.gather(*(pool.ask("anything") for _ in range(3)), return_exceptions=True)
        assert [type(answer) for answer in answers] == [WorkerLost] * 3


async def test_what_is_long_goes_over_whole_both_ways(module: str) -> None:
    async with Pool(module, 1) as pool:
        assert await pool.ask("count", bytes(5_000_000)) == 5_000_000
        text = "слово " * 50_000
        assert await pool.ask("repeat", text, 3) == [text] * 3
        assert await pool.ask("repeat", "да", 300_000) == ["да"] * 300_000
