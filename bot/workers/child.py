"""The main program of a worker process: tasks in by standard input, answers out by standard output, one at a time.

Started by pool.py as `python -m bot.workers.child MODULE SECONDS`. The module's `load_tasks()` gives the functions that
are served, by name. A message is its length in four bytes, then a pickle.
The process imports neither aiohttp nor aiogram nor SQLAlchemy.
"""

import ctypes
import importlib
import logging
import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from bot.workers.confine import confine
from bot.workers.wire import MOST_ANSWER, READY, Fault, Task, pack, read_message

Tasks = Mapping[str, Callable[..., object]]

MEMORY = 1536 * 1024**2  # bytes of address space; a text that needs more is an attack
_GRACE = 5  # seconds beyond the limit after which a worker ends itself, should its parent be gone
_PR_SET_PDEATHSIG = 1
_BIG = 0.1  # seconds; a task that took longer may have left much memory behind


def answer(tasks: Tasks, task: Task) -> object:
    """What the call returned, or a Fault."""
    try:
        return tasks[task.name](*task.arguments)
    except Exception as error:  # noqa: BLE001  libraries read hostile text here; a fault is an answer, and is reported
        return Fault(f"{type(error).__name__}: {str(error)[:200]}", traceback.format_exc(limit=-8))


def within_bounds(message: Sequence[bytes]) -> Sequence[bytes]:
    """The message, or a Fault where it would fill the parent's memory."""
    if sum(map(len, message)) <= MOST_ANSWER:
        return message
    return pack(Fault(f"what it says is longer than {MOST_ANSWER:,} bytes", ""))


def main(module: str, seconds: float) -> None:
    """Serve a module's tasks until standard input closes."""
    _settle_down()
    questions, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a library that prints must not write between the messages
    # Imported late, so that nothing of it is in the process before its limits are set.
    tasks: Tasks = importlib.import_module(module).load_tasks()
    confine(module.partition(".")[0])
    answers.writelines(pack(READY))
    answers.flush()
    while True:
        try:
            task = read_message(questions)
        except EOFError:
            return
        began = time.monotonic()
        signal.setitimer(signal.ITIMER_REAL, seconds + _GRACE)
        message = within_bounds(pack(answer(tasks, task)))
        signal.setitimer(signal.ITIMER_REAL, 0)
        answers.writelines(message)
        answers.flush()
        del task, message
        if time.monotonic() - began > _BIG:
            _give_memory_back()


def _settle_down() -> None:
    """Signals of the terminal or the service manager are the parent's business; its death is ours."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)  # ends the process even inside of C code
    logging.disable(logging.CRITICAL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        with suppress(OSError):  # where the machine has no memory left, this process goes first and the bot stays
            Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


def _give_memory_back() -> None:
    """The C library keeps what was freed; the machine may need it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).malloc_trim(0)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
