"""The command line as a person and a script use it."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bot.cli import call

COMMANDS = (
    "demo", "run", "check", "sources", "import", "export", "collect", "latest", "topic", "search", "sandbox", "backup",
    "migrate",
)  # fmt: skip

# Runs several commands in one process, then tells whether a heavy library was needed.
SEVERAL = """
import json, sys
from bot.cli import call
codes = [call(arguments) for arguments in json.loads(sys.argv[1])]
heavy = sorted({name.partition(".")[0] for name in sys.modules} & {"aiogram", "alembic", "trafilatura", "py3langid"})
print(json.dumps({"codes": codes, "heavy": heavy}))
"""
PAST = {
    "url": "https://news.example/1",
    "title": "Заседание Организации Договора о коллективной безопасности",
    "text": "Министры собрались в Душанбе.",
    "source": "Пример",
    "published_at": "2024-05-01T10:00:00+05:00",
    "language": "ru",
}


def python(folder: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    environ = {"PATH": os.defpath, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run(  # noqa: S603 - our own program
        [sys.executable, *arguments], cwd=folder, env=environ, input=stdin, capture_output=True, text=True, check=False
    )


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["--help"]) == 0
    said = capsys.readouterr().out
    assert [name for name in COMMANDS if f" {name} " not in said] == []


def test_help_imports_next_to_nothing(folder: Path) -> None:
    code = "import sys; from bot.cli import call; call(['--help']); print(*sorted(sys.modules), file=sys.stderr)"
    done = python(folder, "-c", code)
    loaded = set(done.stderr.split())
    assert "typer" in loaded
    assert not loaded & {"pydantic_settings", "structlog", "sqlalchemy", "aiohttp", "aiogram", "lxml", "asyncio"}


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["latst"], "khabar: No such command 'latst'. Did you mean 'latest'? See khabar --help.\n"),
        (
            ["latest", "-n", "0"],
            "khabar: Invalid value for '-n': Input should be greater than or equal to 1. See khabar --help.\n",
        ),
        (["latest", "--jsn"], "khabar: No such option: --jsn (Possible options: --json). See khabar --help.\n"),
        (["topic", "ОДКБ", "--jsn"], "khabar: No such option: --jsn. Did you mean --json? See khabar --help.\n"),
        (["search", "--flood", "ОДКБ"], "khabar: No such option: --flood. See khabar --help.\n"),
        (["topic"], "khabar: Missing argument 'words'."),
        (["import", "none.opml"], "khabar: Invalid value for 'file': file 'none.opml' does not exist."),
        (["--config", "none.toml", "latest"], "khabar: none.toml: there is no such file"),
        (["latest", "--config", "none.toml"], "khabar: none.toml: there is no such file"),
        (["--config", "a.toml", "latest", "--config", "b.toml"], "khabar: b.toml: there is no such file"),
        (["sandbox", "--token", "nonsense"], "khabar: a bot token looks like"),
    ],
)
def test_wrong_use_is_one_line_and_exit_code_2(
    arguments: list[str], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(arguments) == 2
    said = capsys.readouterr()
    assert said.err.startswith(line)
    assert said.err.count("\n") == 1
    assert said.out == ""


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("words", [["-flood", "-n", "5", "--json"], ["--json", "--", "--flood", "--jsn"]])
def test_a_minus_before_a_word_is_the_questions(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["search", "ОДКБ", *words]) == 1
    assert "there is no database" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["-h"], ["topic", "-h"], ["sources", "list", "--help"]])
def test_help_shows_a_flag_without_a_value(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert call(arguments) == 0
    said = capsys.readouterr().out
    assert "--debug" in said
    assert "bool" not in said


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["--version"]) == 0
    assert re.fullmatch(r"khabar \d+\.\d+\.\d+\n", capsys.readouterr().out)


def test_a_traceback_comes_only_when_asked_for(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "khabar.toml").write_text("langage = 1\n")
    assert call(["latest"]) == 2
    assert capsys.readouterr().err == "khabar: khabar.toml: langage: there is no such setting; did you mean language?\n"
    assert call(["latest", "--debug"]) == 2
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["run", "check", "latest"])
@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            '[[topic]]\nname = "-наводнение"\n',
            "topic[1].name: '-наводнение' is no topic: say what to find, not only what to leave out",
        ),
        (
            '[[channel]]\nchat = "@news_channel"\ntopics = ["ОДКБ", "source:Вести"]\n',
            "channel[1].topics: 'source:Вести' is no topic: say what to find, not only where or since when",
        ),
        (
            '[[channel]]\nchat = "@news_channel"\nsources = ["Вести"]\n',
            "khabar.toml: channel[1].sources: no [[source]] is called 'Вести'; write the name that its [[source]] has",
        ),
    ],
)
def test_every_command_refuses_what_run_would(
    folder: Path, command: str, text: str, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "khabar.toml").write_text(f'token = "1:a"\napi_url = "http://127.0.0.1:9"\n{text}', encoding="utf-8")
    assert call([command]) == 2
    assert capsys.readouterr() == ("", f"khabar: {line}\n")


def test_a_missing_archive_is_a_failure_that_says_what_to_do(folder: Path) -> None:
    done = python(folder, "-m", "bot", "latest")
    assert done.returncode == 1
    assert done.stderr == "khabar: there is no database khabar.db yet: start the bot once with `khabar run`\n"
    assert list(folder.iterdir()) == []


def test_run_without_a_token_is_wrong_use(folder: Path) -> None:
    done = python(folder, "-m", "bot", "run")
    assert done.returncode == 2
    assert "KHABAR_TOKEN" in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_archive_from_the_terminal_never_needs_aiogram(folder: Path) -> None:
    (folder / "past.jsonl").write_text(json.dumps(PAST, ensure_ascii=False) + "\n", encoding="utf-8")
    (folder / "khabar.toml").write_text(
        '[[topic]]\nname = "ОДКБ"\naliases = ["Организация Договора о коллективной безопасности"]\n', encoding="utf-8"
    )
    writing = [["import", "past.jsonl"], ["sources", "list"], ["collect"]]
    reading = [
        ["latest", "--json"],
        ["topic", "ОДКБ", "--json"],
        ["search", "министр", "-Москва", "--json"],
        ["export", "sources.opml"],
        ["backup", "copy.db"],
    ]
    assert json.loads(python(folder, "-c", SEVERAL, json.dumps(writing)).stdout.splitlines()[-1])["codes"] == [0, 0, 0]
    done = python(folder, "-c", SEVERAL, json.dumps(reading))
    *stories, exported, copied, told = done.stdout.splitlines()
    assert json.loads(told) == {"codes": [0, 0, 0, 0, 0], "heavy": []}
    assert [json.loads(story) for story in stories] == [
        {
            "id": 1,
            "title": PAST["title"],
            "url": "https://news.example/1",
            "source": "Пример",
            "published_at": "2024-05-01T05:00:00+00:00",
            "topics": ["ОДКБ"],
            "sources": 1,
            "also": [],
        }
    ] * 3
    assert exported == "0 written to sources.opml"
    assert copied == "written to copy.db"


def test_collecting_and_checking_never_need_aiogram(folder: Path) -> None:
    done = python(folder, "-c", SEVERAL, json.dumps([["collect"], ["migrate"], ["check", "--json"]]))
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["codes"] == [0, 0, 1]
    assert "aiogram" not in told["heavy"]


def test_whoever_stops_reading_gets_no_traceback(folder: Path) -> None:
    lines = "".join(
        json.dumps({**PAST, "url": f"https://news.example/{n}", "text": f"{n}" * 400}) + "\n" for n in range(300)
    )
    (folder / "past.jsonl").write_text(lines)
    assert python(folder, "-m", "bot", "import", "past.jsonl").returncode == 0
    reader, writer = os.pipe()
    os.close(reader)
    environ = {"PATH": os.defpath, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-m", "bot", "latest", "-n", "300", "--json"],
        cwd=folder, env=environ, stdout=writer, stderr=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    os.close(writer)
    assert done.stderr == ""
