"""Around every command: settings in, one clear line and an exit code out.

CommandError       the operation failed (exit 1)
└── UsageError     asked in a way that cannot be (exit 2)
"""

import asyncio
import os
import signal
import sys
import traceback
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Literal

from bot.clock import now_utc
from bot.commands.faults import refuse_topics
from bot.commands.options import Options
from bot.groups import first_of
from bot.ingest.errors import IngestError
from config.load import SettingsError, load_settings
from config.logging import configure_logging
from config.redact import Redactor
from config.settings import Settings
from storage.errors import StorageError

if TYPE_CHECKING:
    from storage.database import Database

DONE, FAILED, MISUSED = 0, 1, 2

Body = Callable[[Settings], Coroutine[Any, Any, int | None]]


class CommandError(Exception):
    """A command could not do what it was asked; the text is one sentence that says what to do."""

    exit_code = FAILED


class UsageError(CommandError):
    """The command was asked for something that makes no sense."""

    exit_code = MISUSED


def run(
    options: Options,
    body: Body,
    *,
    settings: Settings | None = None,
    logs: Literal["all", "warnings"] = "warnings",
) -> int:
    """Load the settings (unless they are given), run the body to its end and return the exit code.

    `logs="all"` is for what keeps running; a command that answers and ends only tells what went wrong. An error is
    one line on stderr, without secrets; with `--debug` its traceback stands above, as clean.
    """
    redact = Redactor()
    try:
        settings = settings or load_settings(options.config)
        redact = Redactor(settings.secrets())
        refuse_topics(settings)
        level = settings.log_level if logs == "all" or settings.log_level in {"debug", "error"} else "warning"
        configure_logging(level, settings.log_format, settings.secrets())
        return asyncio.run(body(settings)) or DONE
    except KeyboardInterrupt:
        return FAILED
    except BrokenPipeError:
        return leave_pipe()
    except Exception as error:  # noqa: BLE001 - the edge: whatever happened becomes one line and an exit code
        if options.is_debug:
            sys.stderr.write(redact("".join(traceback.format_exception(error))))
        code, line = describe(error)
        sys.stderr.write(f"khabar: {redact(line)}\n")
        return code


def describe(error: BaseException) -> tuple[int, str]:
    """The exit code and the line for an error."""
    error = first_of(error)
    words = " ".join(str(error).split())
    if isinstance(error, SettingsError):
        return MISUSED, words
    if isinstance(error, CommandError):
        return error.exit_code, words
    if isinstance(error, StorageError | IngestError):
        return FAILED, words
    if isinstance(error, OSError) and error.strerror:
        place = f"{error.filename}: " if error.filename else ""
        return FAILED, f"{place}{error.strerror}"
    return FAILED, f"unexpected {type(error).__name__}: {words}; run it again with --debug and report what it prints"


def leave_pipe() -> int:
    """Whoever read our output has closed it (`khabar latest | head -1`): end without another word."""
    # What is still buffered would raise again when Python flushes it at the end.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 128 + signal.SIGPIPE


@asynccontextmanager
async def archive(settings: Settings) -> AsyncIterator["Database"]:
    """The database for commands that read. Raises StorageError where it has no schema or an older one."""
    from storage.schema import require_newest

    async with _opened(settings) as database:
        await require_newest(database)
        yield database


@asynccontextmanager
async def archive_if_any(settings: Settings) -> AsyncIterator["Database | None"]:
    """As `archive`; None where there is no database yet, and none is made."""
    from storage.schema import require_newest

    async with _opened(settings) as database:
        is_there = database.path is None or database.path.exists()
        if is_there:
            await require_newest(database)
        yield database if is_there else None


@asynccontextmanager
async def archive_to_write(settings: Settings) -> AsyncIterator["Database"]:
    """The database for commands that write: made or brought to the newest schema first, as `khabar run` does."""
    from storage.schema import migrate

    async with _opened(settings) as database:
        await migrate(database, now_utc())
        yield database


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator["Database"]:
    from storage.database import Database

    database = Database(settings.database_url)
    try:
        yield database
    finally:
        await database.close()
