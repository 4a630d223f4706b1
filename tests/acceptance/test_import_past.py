"""A newsroom's past that is cut off by Ctrl-C keeps what was stored, says how to go on, and goes on."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

LINES = 300
ROOT = Path(__file__).parents[2]


def write_past(file: Path) -> None:
    first = datetime(2020, 1, 1, tzinfo=UTC)
    with file.open("w", encoding="utf-8") as lines:
        for number in range(LINES):
            said = {
                "url": f"https://news.example/{number}",
                "title": f"В школе {number} открыли библиотеку",
                "text": "Книги привезли из Душанбе. Вечером школу посетил Рустам Назаров.",
                "source": "Вестник долины" if number % 2 else "Пайки рӯз",
                "published_at": (first + timedelta(hours=number)).isoformat(),
                "language": "ru",
            }
            lines.write(json.dumps(said, ensure_ascii=False) + "\n")


def start(folder: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-m", "bot", "import", "past.jsonl"],
        cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def stored(folder: Path) -> int:
    """How many articles other processes see."""
    with sqlite3.connect(f"file:{folder / 'khabar.db'}?mode=ro", uri=True) as connection:
        try:
            count: int = connection.execute("SELECT count(*) FROM article").fetchone()[0]
        except sqlite3.OperationalError:
            return 0  # no table yet
    return count


def test_an_import_that_is_cut_off_goes_on_where_it_stood(tmp_path: Path) -> None:
    write_past(tmp_path / "past.jsonl")
    with start(tmp_path) as cut_off:
        deadline = time.monotonic() + 60
        while not (tmp_path / "khabar.db").exists() or stored(tmp_path) == 0:
            assert time.monotonic() < deadline
            assert cut_off.poll() is None
            time.sleep(0.01)
        cut_off.send_signal(signal.SIGINT)
        out, err = cut_off.communicate(timeout=20)
    kept = stored(tmp_path)
    assert (cut_off.returncode, out) == (1, "")
    assert 0 < kept < LINES
    said = re.fullmatch(r"Stopped; (\d+) articles were stored\. The same command goes on from there\.\n", err)
    assert said is not None
    assert int(said[1]) in {kept, kept - 50}  # the last batch may have been committed as the signal came
    with start(tmp_path) as again:
        out, err = again.communicate(timeout=100)
    assert (again.returncode, err) == (0, "")
    assert out == f"{LINES - kept} stored, {kept} known already, 0 could not be read\n"
    assert stored(tmp_path) == LINES
