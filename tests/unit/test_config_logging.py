"""Logs are structured and no secret stands in them, whoever wrote the line."""

import asyncio
import gc
import io
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import aiosqlite
import pytest
import structlog

from config.logging import configure_logging
from config.redact import Redactor, redact_shapes

TOKEN = "123456:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQr"


@pytest.fixture(autouse=True)
def _restore() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


def test_json_lines_hold_the_event_and_its_values() -> None:
    out = io.StringIO()
    configure_logging(log_format="json", stream=out)
    structlog.get_logger("khabar.test").info("stored", stories=3, source="Пример")
    line = json.loads(out.getvalue())
    assert (line["event"], line["stories"], line["source"], line["level"]) == ("stored", 3, "Пример", "info")
    assert "Пример" in out.getvalue()
    assert line["timestamp"].endswith("Z")


def test_a_pipe_gets_plain_text() -> None:
    out = io.StringIO()
    configure_logging(stream=out)
    structlog.get_logger("khabar.test").info("stored", stories=3)
    assert "stories=3" in out.getvalue()
    assert "\x1b" not in out.getvalue()


def test_libraries_speak_through_the_same_formatter() -> None:
    out = io.StringIO()
    configure_logging(log_format="json", secrets=["hook-secret"], stream=out)
    logging.getLogger("aiogram.dispatcher").warning("Failed to fetch /bot%s/getUpdates with %s", TOKEN, "hook-secret")
    logging.getLogger("apscheduler.scheduler").info("a job was added")
    (line,) = out.getvalue().splitlines()
    assert json.loads(line)["event"] == "Failed to fetch /bot[redacted]/getUpdates with [redacted]"


async def test_debug_tells_of_the_bot_and_not_of_the_drivers_insides(tmp_path: Path) -> None:
    out = io.StringIO()
    configure_logging("debug", stream=out)
    async with aiosqlite.connect(tmp_path / "a.db") as connection:
        await connection.execute("SELECT 1")
    structlog.get_logger("khabar.test").debug("looked up")
    logging.getLogger("aiogram.event").debug("handled")
    lines = out.getvalue().splitlines()
    assert ["looked up" in lines[0], "handled" in lines[1], len(lines)] == [True, True, 2]


def test_a_level_set_again_holds_for_the_libraries_too() -> None:
    out = io.StringIO()
    configure_logging("debug", stream=out)
    configure_logging("info", stream=out)
    logging.getLogger("aiogram.event").info("handled")
    logging.getLogger("aiosqlite").info("opened")
    assert "handled" not in out.getvalue()
    assert "opened" in out.getvalue()


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_a_traceback_holds_no_secret(log_format: str) -> None:
    out = io.StringIO()
    configure_logging(log_format="json" if log_format == "json" else "text", secrets=["hook-secret"], stream=out)

    def ask() -> None:
        address = f"https://api.telegram.org/bot{TOKEN}/getMe?secret=hook-secret"
        raise ValueError(address)

    try:
        ask()
    except ValueError as error:
        structlog.get_logger().exception("failed", address=str(error), nested={"token": [TOKEN]})
    assert "Traceback" in out.getvalue()
    assert "ValueError: https://api.telegram.org/bot[redacted]/getMe" in out.getvalue()
    assert TOKEN not in out.getvalue()
    assert "hook-secret" not in out.getvalue()


def test_crashes_of_threads_and_tasks_are_logged_without_secrets() -> None:
    out = io.StringIO()
    configure_logging(stream=out)

    def fail() -> None:
        raise ValueError(f"in a thread {TOKEN}")

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()

    async def forget() -> None:
        async def fail_later() -> None:
            raise ValueError(f"in a task {TOKEN}")

        task = asyncio.create_task(fail_later())
        await asyncio.wait([task])
        del task
        gc.collect()

    asyncio.run(forget())
    assert "in a thread [redacted]" in out.getvalue()
    assert "in a task [redacted]" in out.getvalue()
    assert TOKEN not in out.getvalue()


def test_a_crash_of_the_process_is_logged_without_secrets() -> None:
    code = (
        f"from config.logging import configure_logging\nconfigure_logging()\nraise OSError('no route to bot{TOKEN}')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)  # noqa: S603 - our own code
    assert done.returncode == 1
    assert "OSError: no route to bot[redacted]" in done.stderr
    assert TOKEN not in done.stderr


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (f"GET /bot{TOKEN}/getMe", "GET /bot[redacted]/getMe"),
        (f"GET /bot{TOKEN.replace(':', '%3A')}/getMe", "GET /bot[redacted]/getMe"),
        ("GET /bot42:TEST/getMe", "GET /bot[redacted]/getMe"),
        (f"token={TOKEN}, next", "token=[redacted], next"),
        ("postgresql+asyncpg://u:pass@db/khabar", "postgresql+asyncpg://u:[redacted]@db/khabar"),
        ("at 12:30 in room 5:abc", "at 12:30 in room 5:abc"),
    ],
)
def test_shapes(text: str, clean: str) -> None:
    assert redact_shapes(text) == clean


def test_known_secrets_are_found_plain_and_encoded() -> None:
    redact = Redactor(["p/ss w", "p"])
    assert redact("p/ss w p%2Fss%20w") == "[redacted] [redacted]"
