"""Structured logs on stderr: readable on a terminal, plain in a pipe, JSON when asked; every secret redacted.

What the libraries log (aiogram, aiohttp, APScheduler, Alembic, asyncio) goes through the same formatter, and so do
crashes: the redaction works on the finished line, so no event, exception text or traceback can slip past it.
"""

import logging
import sys
import threading
from collections.abc import Iterable
from types import TracebackType
from typing import IO, Literal

import structlog

from config.redact import Redactor

# Libraries that tell of every request or job; they say less unless the operator asks for "debug".
# APScheduler warns of each tick that finds the last one still at work, which is how our ticks are meant to be.
CHATTY = dict.fromkeys(
    ("aiogram.event", "aiohttp.access", "alembic", "asyncio", "htmldate", "pymorphy3", "trafilatura"), "WARNING"
)
CHATTY |= {"apscheduler": "ERROR"}
# What these say at "debug" is of use to their own authors alone: every cursor, every wake-up, every word parsed.
SELF_ABSORBED = ("aiosqlite", "asyncio", "apscheduler", "htmldate", "trafilatura", "pymorphy3", "charset_normalizer")


SHARED: tuple[structlog.typing.Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.stdlib.ExtraAdder(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)


class RedactingFormatter(structlog.stdlib.ProcessorFormatter):
    """The last hand that a log line passes through."""

    def __init__(self, redactor: Redactor, **options: object) -> None:
        super().__init__(**options)  # type: ignore[arg-type]  # handed on as they came
        self._redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        return self._redactor(super().format(record))


def configure_logging(
    level: Literal["debug", "info", "warning", "error"] = "info",
    log_format: Literal["text", "json"] = "text",
    secrets: Iterable[str] = (),
    stream: IO[str] | None = None,
) -> None:
    """Send every log line and every crash of this process to `stream` (stderr); calling it again replaces the old way.

    `secrets` are redacted wherever they stand, beside anything that has a token's shape.
    """
    out = stream or sys.stderr
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    formatter = RedactingFormatter(
        Redactor(secrets),
        foreign_pre_chain=SHARED,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_renderer(log_format, out)],
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    _quieten(is_debug=level == "debug")
    logging.captureWarnings(capture=True)
    _catch_crashes()


def _quieten(*, is_debug: bool) -> None:
    for name, least in CHATTY.items():
        logging.getLogger(name).setLevel("NOTSET" if is_debug else least)
    if is_debug:
        for name in SELF_ABSORBED:
            logging.getLogger(name).setLevel("INFO")


def _renderer(log_format: str, out: IO[str]) -> list[structlog.typing.Processor]:
    if log_format == "json":
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    # Not the default traceback: rich's shows the values of local variables.
    return [structlog.dev.ConsoleRenderer(colors=out.isatty(), exception_formatter=structlog.dev.plain_traceback)]


def _catch_crashes() -> None:
    """Route what Python would print to stderr by itself. (asyncio's own handler already writes to its logger.)"""
    log = logging.getLogger("khabar.crash")

    def on_exception(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            return
        log.critical("crashed", exc_info=(kind, error, traceback))

    def on_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and not issubclass(args.exc_type, SystemExit):
            log.critical("a thread crashed", exc_info=(args.exc_type, args.exc_value, args.exc_traceback))

    def on_unraisable(args: "sys.UnraisableHookArgs") -> None:
        if args.exc_value is not None:
            log.error("an error nobody could catch", exc_info=(args.exc_type, args.exc_value, args.exc_traceback))

    sys.excepthook = on_exception
    threading.excepthook = on_thread
    sys.unraisablehook = on_unraisable
