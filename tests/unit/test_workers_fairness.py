"""No owner's texts hold up those of the others: one process at a time, heavy ones aside, ruinous ones not at all."""

import asyncio
import os
import socket
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import cast

import pytest

from bot.workers.ledger import FORGOTTEN, HALVED, HEAVY, LOST_MOST, Ledger
from bot.workers.pool import PATIENCE, OwnerBarred, Pool, TaskFault, WorkerLost
from bot.workers.process import HUMBLE

LIMIT = timedelta(seconds=2)
RUDE, GOOD = 1, 2


def spin(seconds: float) -> tuple[float, float]:
    """Work that takes the processor for so long; when it began and ended, by the machine's clock."""
    began, end = time.monotonic(), time.process_time() + seconds
    while time.process_time() < end:
        pass
    return began, time.monotonic()


def connect(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=1):
        pass


def load_tasks() -> Mapping[str, Callable[..., object]]:
    """What the processes of these tests serve."""
    return {
        "pid": os.getpid,
        "spin": spin,
        "nice": lambda: os.getpriority(os.PRIO_PROCESS, 0),
        "connect": connect,
        "read": lambda path: Path(path).read_text(),
        "run": lambda: os.system("true"),  # noqa: S605, S607  it must be refused
    }


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> str:
    """This module, as a worker process finds it."""
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2]))
    return __name__


async def spinning(pool: Pool, seconds: float, owner: int) -> tuple[float, float]:
    return cast("tuple[float, float]", await pool.ask("spin", seconds, owner=owner))


@pytest.mark.parametrize(
    ("costs", "after", "is_heavy", "is_barred"),
    [
        ([], 0, False, False),
        ([(HEAVY * 0.9, False)], 0, False, False),
        ([(HEAVY * 0.5, False)] * 2, 0, True, False),
        ([(HEAVY, False)], HALVED, False, False),
        ([(HEAVY * 2.1, False)], HALVED, True, False),
        ([(0.1, True)], 0, True, False),
        ([(0.1, True)], FORGOTTEN + 1, False, False),
        ([(0.1, True)] * LOST_MOST, 0, True, True),
        ([(0.1, True)] * LOST_MOST, FORGOTTEN + 1, False, False),
    ],
)
def test_what_an_owner_has_cost_decides_how_it_is_served(
    costs: list[tuple[float, bool]], after: float, *, is_heavy: bool, is_barred: bool
) -> None:
    ledger = Ledger()
    for seconds, is_lost in costs:
        ledger.enter(RUDE, seconds, 1000.0, is_lost=is_lost)
    now = 1000.0 + after
    assert ledger.is_heavy(RUDE, now) is is_heavy
    assert (ledger.seconds_barred(RUDE, now) > 0) is is_barred
    assert not ledger.is_heavy(GOOD, now)
    assert ledger.seconds_barred(GOOD, now) == 0


def test_an_owner_that_is_barred_is_read_again_once_its_first_loss_is_forgotten() -> None:
    ledger = Ledger()
    for moment in (0.0, 100.0, 200.0, 300.0):
        ledger.enter(RUDE, 1.0, moment, is_lost=True)
    assert ledger.seconds_barred(RUDE, 300.0) == 100.0 + FORGOTTEN - 300.0
    assert ledger.seconds_barred(RUDE, 100.0 + FORGOTTEN) == 0


def test_what_is_forgotten_takes_no_memory() -> None:
    ledger = Ledger()
    for owner in range(1000):
        ledger.enter(owner, 1.0, 0.0, is_lost=False)
    assert len(ledger) == 1000
    assert not any(ledger.is_heavy(owner, 10 * FORGOTTEN) for owner in range(1000))
    assert len(ledger) == 0


async def test_an_owner_has_one_process_at_a_time(module: str) -> None:
    async with Pool(module, 2, aside=1) as pool:
        spans = sorted(await asyncio.gather(*(spinning(pool, 0.1, RUDE) for _ in range(6))))
        assert all(before[1] <= after[0] for before, after in pairwise(spans))


async def test_the_others_take_turns_with_an_owner_of_many_texts(module: str) -> None:
    async with Pool(module, 1) as pool:
        rude = [asyncio.create_task(pool.ask("spin", 0.2, owner=RUDE)) for _ in range(10)]
        await asyncio.sleep(0)
        await pool.ask("pid", owner=GOOD)
        assert sum(task.done() for task in rude) <= 2
        for task in rude:
            task.cancel()


async def test_of_those_that_wait_whoever_has_cost_least_goes_first(module: str) -> None:
    other = 3
    async with Pool(module, 1) as pool:
        await pool.ask("spin", 0.4, owner=RUDE)
        spans = [asyncio.create_task(spinning(pool, 0.2, owner)) for owner in (other, RUDE, GOOD)]
        first, last, second = await asyncio.gather(*spans)
        assert first[1] <= second[0] < second[1] <= last[0]


async def test_what_takes_long_is_set_aside_and_the_others_have_their_process(module: str) -> None:
    """One process for all, and yet nobody waits for the end of a long task."""
    async with Pool(module, 1, aside=1, time_limit=timedelta(seconds=30)) as pool:
        first = await pool.ask("pid")
        long = asyncio.create_task(pool.ask("spin", 20.0, owner=RUDE))
        await asyncio.sleep(0)  # it has its process now
        began = time.monotonic()
        second = await pool.ask("pid", owner=GOOD)
        assert second != first
        assert PATIENCE < time.monotonic() - began < 15
        assert not long.done()
        assert await pool.ask("nice", owner=GOOD) == os.getpriority(os.PRIO_PROCESS, 0)
        assert os.getpriority(os.PRIO_PROCESS, int(str(first))) == os.getpriority(os.PRIO_PROCESS, 0) + HUMBLE
        assert set(pool.pids) == {first, second}
        long.cancel()


async def test_heavy_owners_are_served_aside_from_then_on(module: str) -> None:
    async with Pool(module, 1, aside=1) as pool:
        await pool.ask("spin", HEAVY + 0.5, owner=RUDE)
        humble = os.getpriority(os.PRIO_PROCESS, 0) + HUMBLE
        assert await pool.ask("nice", owner=RUDE) == humble
        assert await pool.ask("nice", owner=GOOD) == humble - HUMBLE
        assert await pool.ask("nice") == humble - HUMBLE


async def test_an_owner_that_costs_process_after_process_is_barred_alone(module: str) -> None:
    async with Pool(module, 2, aside=1, time_limit=timedelta(seconds=0.3)) as pool:
        for _ in range(LOST_MOST):
            with pytest.raises(WorkerLost, match=r"longer than 0\.3 s"):
                await pool.ask("spin", 60.0, owner=RUDE)
        with pytest.raises(OwnerBarred, match="nothing more of it is read for 10 min"):
            await pool.ask("pid", owner=RUDE)
        assert await pool.ask("pid", owner=GOOD) in pool.pids
        assert not pool._turns


async def test_several_rude_owners_leave_the_others_a_process(module: str) -> None:
    async with Pool(module, 2, aside=2, time_limit=LIMIT) as pool:
        rude = [asyncio.create_task(pool.ask("spin", 60.0, owner=owner)) for owner in range(10, 14)]
        await pool.ask("pid", owner=GOOD)
        assert not all(task.done() for task in rude)
        assert len(pool.pids) <= 4
        ended = await asyncio.gather(*rude, return_exceptions=True)
        assert all(isinstance(one, WorkerLost) for one in ended)


async def test_without_owners_nothing_is_set_aside(module: str) -> None:
    async with Pool(module, 1) as pool:
        first = await pool.ask("pid")
        await pool.ask("spin", 3 * PATIENCE)
        assert pool.pids == (first,)
        assert await pool.ask("nice") == os.getpriority(os.PRIO_PROCESS, 0)


async def test_a_text_reaches_nothing_outside_of_its_process(module: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("of the machine")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        async with Pool(module, 1) as pool:
            for name, *arguments in (("connect", port), ("read", str(secret)), ("read", "/etc/passwd"), ("run",)):
                with pytest.raises(TaskFault, match="Confined: a text is no reason"):
                    await pool.ask(name, *arguments)
        server.setblocking(False)
        with pytest.raises(BlockingIOError):
            server.accept()
