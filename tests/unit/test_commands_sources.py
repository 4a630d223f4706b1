"""`sources list` fits a terminal of 80 columns, and gives a pipe its cells."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.commands.sources import list_sources
from config.settings import Settings
from storage.database import Database
from storage.records import NewSource, Rhythm, SourceCheck
from storage.schema import migrate

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
LONG = "https://vestnik.example/novosti/tajikistan/ekonomika/selskoe-khozyaystvo/lenta/2026/rss.xml?format=full&n=50"
ERROR = "vestnik.example did not answer in full within 30 s"


async def store(folder: Path, *checks: SourceCheck) -> Settings:
    kept = Settings.model_validate({"database_url": f"sqlite+aiosqlite:///{folder / 'k.db'}"})
    database = Database(kept.database_url)
    await migrate(database, NOW)
    async with database.transaction() as stores:
        for check in checks:
            await stores.sources.add(NewSource(f"{LONG}&of={check.source_id}", f"Вестник долины {check.source_id}"))
        await stores.sources.settle(*checks)
    await database.close()
    return kept


def check(number: int, *, error: str | None = None, rhythm: Rhythm | None = None) -> SourceCheck:
    return SourceCheck(number, NOW, NOW + timedelta(minutes=5), error=error, rhythm=rhythm or Rhythm())


def counted(age: timedelta) -> Rhythm:
    return Rhythm(usual=24.0, since=NOW - age, as_of=NOW)


async def test_a_terminal_of_80_columns_shows_a_source_a_line_and_addresses_unbroken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = await store(tmp_path, check(1, rhythm=counted(timedelta(days=2))), check(2, error=ERROR))
    monkeypatch.setattr("bot.commands.sources.is_terminal", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    await list_sources(kept)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["ID", "Name", "Read", "as", "Fetched", "A", "day", "State"]
    assert lines[1].split() == ["1", "Вестник", "долины", "1", "feed", "20.11", "14:00", "24.0", "fine"]
    assert lines[2] == f"    {LONG}&of=1"
    assert lines[3].split() == ["2", "Вестник", "долины", "2", "feed", "never", "failed"]
    assert lines[4] == f"    {LONG}&of=2"
    assert lines[5].startswith(f"    failed 1 time: {ERROR}, next try ")
    assert all(len(line) <= 80 for line in (lines[0], lines[1], lines[3]))
    assert len(lines) == 6


@pytest.mark.parametrize(("age", "told"), [(timedelta(hours=23), ""), (timedelta(days=1), "24.0")])
async def test_a_pipe_gets_the_cells_and_no_rate_before_a_day(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], age: timedelta, told: str
) -> None:
    await list_sources(await store(tmp_path, check(1, rhythm=counted(age))))
    [row] = capsys.readouterr().out.splitlines()
    expected: Sequence[str] = (
        "1",
        "Вестник долины 1",
        f"{LONG}&of=1",
        "5m",
        "2026-11-20 14:00",
        "fine",
        "feed",
        told,
        "",
    )
    assert row.split("\t") == list(expected)
