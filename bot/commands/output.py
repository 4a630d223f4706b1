"""What commands print: tables and progress on a terminal, plain lines in a pipe, JSON when asked."""

import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

Advance = Callable[[int], None]

_USER = re.compile(r"(\b[a-z][a-z0-9+.-]{0,20}://)[^/?#\s]{1,500}@", re.IGNORECASE)


def is_terminal() -> bool:
    """Whether a person is looking at standard output."""
    return sys.stdout.isatty()


def clean(text: str) -> str:
    """A stranger's text on one line, without what could steer a terminal."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def without_passwords(text: str) -> str:
    """The text with `***` for whoever stands before the @ of an address: "https://***@example.tj/rss"."""
    return _USER.sub(r"\1***@", text)


def plural(count: int, one: str, many: str) -> str:
    """The number with the word that belongs to it."""
    return f"{count} {one if count == 1 else many}"


def print_line(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def announce(text: str) -> None:
    """A line that somebody is waiting for while the program goes on."""
    print_line(text)
    sys.stdout.flush()


def print_json(value: Mapping[str, Any]) -> None:
    """One object on one line, at once: the reader may be waiting for it."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def note(text: str) -> None:
    """A word to the person, apart from the answer itself."""
    sys.stderr.write(f"{text}\n")


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Rows under headings on a terminal; in a pipe the rows alone, cells separated by tabs."""
    if not is_terminal():
        for row in rows:
            print_line("\t".join(clean(cell) for cell in row))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(clean(cell)) for cell in row))
    Console().print(table)


@contextmanager
def progress(label: str, total: int | None) -> Iterator[Advance]:
    """A bar on stderr while the block runs, where somebody sees it; call what is given with each step done."""
    if not sys.stderr.isatty():
        yield _ignore
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, Task, TextColumn, TimeRemainingColumn
    from rich.text import Text

    class RateColumn(TextColumn):
        """How many steps are done in a second."""

        def render(self, task: Task) -> Text:
            return Text(f"{task.speed:,.0f}/s" if task.speed else "")

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        RateColumn(""),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=total)
        yield lambda steps: bar.advance(task, steps)


def _ignore(_steps: int) -> None:
    """Nobody looks."""
