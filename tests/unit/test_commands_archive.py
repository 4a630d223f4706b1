"""A newsroom's past goes into the archive once and in order; sources are kept; questions are answered line by line."""

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.archive import Archive
from bot.commands.adding import add_source
from bot.commands.archive import latest
from bot.commands.database import migrate
from bot.commands.past import import_past
from bot.commands.pastlines import LineError, read_line
from bot.commands.questions import search, topic
from bot.commands.shell import CommandError, UsageError
from bot.commands.sources import export_opml, import_opml, list_sources, remove_source
from bot.provision import apply_settings
from bot.topics.lemmas import Lemmatiser
from config.settings import Settings
from storage.database import Database
from storage.records import Source

DUSHANBE = ZoneInfo("Asia/Dushanbe")
TOPIC = {"name": "Мастерицы Вахша", "aliases": ["Объединение ткачих долины"]}


def settings(folder: Path, **said: Any) -> Settings:
    return Settings.model_validate({"database_url": f"sqlite+aiosqlite:///{folder / 'khabar.db'}", **said})


def past(folder: Path, *lines: dict[str, Any] | str) -> Path:
    file = folder / "past.jsonl"
    whole = {"text": "Подробности позже.", "source": "Пример", "language": "ru"}
    texts = [line if isinstance(line, str) else json.dumps({**whole, **line}, ensure_ascii=False) for line in lines]
    file.write_text("\n".join(texts), encoding="utf-8")
    return file


def article(number: int, title: str, day: int, **more: Any) -> dict[str, Any]:
    return {
        "url": f"https://news.example/{number}",
        "title": title,
        "published_at": f"2024-05-{day:02}T10:00:00",
        **more,
    }


async def titles(kept: Settings, capsys: pytest.CaptureFixture[str]) -> list[str]:
    capsys.readouterr()
    await latest(kept, 100, as_json=True)
    return [json.loads(line)["title"] for line in capsys.readouterr().out.splitlines()]


async def test_the_newest_article_of_the_past_is_the_newest_of_the_archive(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = settings(tmp_path)
    file = past(tmp_path, article(1, "Второе", 2), article(2, "Третье", 3, source="Другой"), article(3, "Первое", 1))
    assert await import_past(kept, file) == 0
    assert capsys.readouterr().out == "3 stored, 0 known already, 0 could not be read\n"
    assert await titles(kept, capsys) == ["Третье", "Второе", "Первое"]


async def test_an_import_that_is_started_again_stores_only_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = settings(tmp_path)
    await import_past(kept, past(tmp_path, article(1, "Первое", 1)))
    again = article(1, "Первое", 1) | {"url": "https://news.example/1?utm_source=feed#top"}
    capsys.readouterr()
    assert await import_past(kept, past(tmp_path, again, article(2, "Второе", 2), article(2, "Второе", 2))) == 0
    assert capsys.readouterr().out == "1 stored, 2 known already, 0 could not be read\n"
    assert await titles(kept, capsys) == ["Второе", "Первое"]


async def test_lines_that_are_no_articles_stop_no_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = settings(tmp_path)
    assert await import_past(kept, past(tmp_path, "{", "", article(1, "Первое", 1), "[]")) == 1
    said = capsys.readouterr()
    assert said.out == "1 stored, 0 known already, 2 could not be read\n"
    assert said.err.splitlines() == [
        f"{tmp_path}/past.jsonl: line 1: this is not JSON in UTF-8",
        f"{tmp_path}/past.jsonl: line 4: this is not a JSON object",
    ]


async def test_what_cannot_be_stored_is_taken_out_of_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = settings(tmp_path)
    escaped = json.dumps(
        {
            **article(1, "Пер\ud800вое\x00", 1),
            "text": "Абзац\udfff.\nДругой\x00.",
            "source": "При\udc00мер",
            "url": "https://news.example/\ud8001",
        }
    )
    assert await import_past(kept, past(tmp_path, escaped, "[" * 100_000, article(2, "Второе", 2))) == 1
    said = capsys.readouterr()
    assert said.out == "2 stored, 0 known already, 1 could not be read\n"
    assert said.err == f"{tmp_path}/past.jsonl: line 2: this is not JSON in UTF-8\n"
    assert await titles(kept, capsys) == ["Второе", "Первое"]


@pytest.mark.parametrize(
    ("said", "language"),
    [("ru", "ru"), ("tg-Cyrl", "tg"), (" EN_us ", "en"), ("Русский", None), ("Russian", None), ("", None), ("x", None)],
)
def test_a_language_is_a_code_or_found_out(said: str, language: str | None) -> None:
    line = json.dumps({**article(1, "Первое", 1), "text": "", "source": "Пример", "language": said}).encode()
    assert read_line(line, DUSHANBE).language == language


async def test_the_past_is_pushed_to_nobody_and_polled_from_nowhere(tmp_path: Path) -> None:
    kept = settings(tmp_path)
    recent = article(1, "Сегодня", 1, published_at=datetime.now(UTC).isoformat())
    await import_past(kept, past(tmp_path, recent))
    database = Database(kept.database_url)
    async with database.snapshot() as stores:
        assert await stores.sources.get_all() == []
        assert (await stores.articles.count()).articles == 1
    async with database.writer.connect() as connection:
        pushed = await connection.exec_driver_sql("SELECT count(*) FROM article WHERE is_pushed")
        assert pushed.scalar() == 0
    await database.close()


def test_a_date_without_a_zone_is_the_newsrooms() -> None:
    line = json.dumps({**article(1, " A  title ", 1), "text": "", "source": "Пример", "language": "ru-RU"}).encode()
    read = read_line(b"\xef\xbb\xbf" + line, DUSHANBE)
    assert read.published_at == datetime(2024, 5, 1, 5, tzinfo=UTC)
    assert (read.title, read.language) == ("A title", "ru")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"url": "ftp://news.example"}, "url: write a whole address"),
        ({"title": " "}, "title must be a text"),
        ({"title": "\ud800"}, "title must be a text"),
        ({"source": "\x00 "}, "source must be a text"),
        ({"url": "https://[::1/"}, "url: write a whole address"),
        ({"published_at": "0001-01-01T00:00:00+05:00"}, "published_at must be a date"),
        ({"text": None}, "text must be a text"),
        ({"published_at": "yesterday"}, "published_at must be a date"),
        ({"published_at": 1714557600}, "published_at must be a text"),
        ({"language": 5}, "language must be a text"),
    ],
)
def test_what_is_wrong_with_a_line_is_told(change: dict[str, Any], words: str) -> None:
    line = json.dumps({**article(1, "Первое", 1), "text": "", "source": "Пример", **change}).encode()
    with pytest.raises(LineError, match=words):
        read_line(line, DUSHANBE)


async def test_a_topic_is_found_by_its_other_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = settings(tmp_path)
    title = "Цех открыло Объединение ткачих долины"
    await import_past(kept, past(tmp_path, article(1, title, 1), article(2, "Долина ткачих объединилась", 2)))
    capsys.readouterr()
    await topic(kept, "Мастерицы Вахша", None, is_best=False, as_json=True)
    assert capsys.readouterr().out == ""
    await topic(settings(tmp_path, topic=[TOPIC]), "мастериц вахша", None, is_best=False, as_json=True)
    (found,) = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (found["title"], found["topics"]) == (title, ["Мастерицы Вахша"])


async def test_questions_are_read_line_by_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = settings(tmp_path)
    await import_past(kept, past(tmp_path, article(1, "Рахмон открыл школу", 1), article(2, "Открытие школы", 2)))
    capsys.readouterr()
    monkeypatch.setattr("sys.stdin", io.StringIO("школа\r\nРахмоном\n-\n\n"))
    await search(kept, "-", None, is_best=False, as_json=False)
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(one["question"], len(one["stories"])) for one in answers] == [
        ("школа", 2),
        ("Рахмоном", 1),
        ("-", 0),
        ("", 0),
    ]
    assert answers[1]["stories"][0]["title"] == "Рахмон открыл школу"
    assert answers[3]["error"] == "ask for at least one word"


async def test_what_was_understood_instead_is_told_apart_from_the_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = settings(tmp_path)
    await import_past(kept, past(tmp_path, article(1, "Водохранилище наполнено", 1), article(2, "Рис подорожал", 2)))
    capsys.readouterr()
    await search(kept, "водохранлище", None, is_best=False, as_json=True)
    said = capsys.readouterr()
    assert json.loads(said.out)["title"] == "Водохранилище наполнено"
    assert said.err == "You asked 'водохранлище'; these are the stories for 'водохранилище'.\n"
    monkeypatch.setattr("sys.stdin", io.StringIO("hbc\nкенгуру\n"))
    await topic(kept, "-", None, is_best=False, as_json=False)
    said = capsys.readouterr()
    answers = [json.loads(line) for line in said.out.splitlines()]
    assert [(one["question"], one.get("instead"), len(one["stories"])) for one in answers] == [
        ("hbc", "рис", 1),
        ("кенгуру", None, 0),
    ]
    assert said.err == "You asked 'hbc'; these are the stories for 'рис'.\n"


async def test_what_a_reader_follows_by_mistake_stands_in_no_ones_way(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = settings(tmp_path)
    await import_past(kept, past(tmp_path, article(1, "Рис подорожал", 1)))
    database = Database(kept.database_url)
    async with database.transaction() as stores:
        await stores.topics.add("hbc", "hbc")
    await database.close()
    capsys.readouterr()
    monkeypatch.setattr("sys.stdin", io.StringIO("hbc\n"))
    await topic(kept, "-", None, is_best=False, as_json=False)
    [said] = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (said["instead"], len(said["stories"])) == ("рис", 1)


async def test_the_best_may_come_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = settings(tmp_path)
    await import_past(kept, past(tmp_path, article(1, "Рис, рис и рис", 1), article(2, "Рынок", 2, text="Есть и рис.")))
    capsys.readouterr()
    for is_best, wanted in ((False, ["Рынок", "Рис, рис и рис"]), (True, ["Рис, рис и рис", "Рынок"])):
        await search(kept, "рис", None, is_best=is_best, as_json=True)
        assert [json.loads(line)["title"] for line in capsys.readouterr().out.splitlines()] == wanted


async def test_a_question_that_cannot_be_asked_is_wrong_use(tmp_path: Path) -> None:
    kept = settings(tmp_path)
    await import_past(kept, past(tmp_path, article(1, "Первое", 1)))
    with pytest.raises(UsageError, match="not only what to leave out"):
        await search(kept, "-школа", None, is_best=False, as_json=False)


async def start_with(kept: Settings) -> None:
    """Store the sources of the settings as whatever collects does."""
    assert await migrate(kept) == 0
    database = Database(kept.database_url)
    async with database.transaction() as stores:
        await apply_settings(kept, stores, Archive(Lemmatiser()), datetime.now(UTC))
    await database.close()


async def sources_of(kept: Settings) -> list[Source]:
    database = Database(kept.database_url)
    async with database.snapshot() as stores:
        found = await stores.sources.get_all()
    await database.close()
    return found


async def rows(kept: Settings, capsys: pytest.CaptureFixture[str]) -> list[list[str]]:
    capsys.readouterr()
    await list_sources(kept)
    return [line.split("\t") for line in capsys.readouterr().out.splitlines()]


async def test_sources_come_and_go(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    named = {"url": "https://pereval.example/rss", "name": "Перевал", "interval": "2m"}
    kept = settings(tmp_path, source=[named])
    await add_source(kept, "https://dolina.example/feed", "Долина", is_sure=True)
    await add_source(kept, "https://dolina.example/sport", None, is_sure=True)
    for url, name, words in (
        ("https://dolina.example/feed?utm_source=x", None, "is source .* already, Долина"),
        ("https://third.example/", "долина", "called Долина already"),
        ("https://pereval.example/rss#top", None, "stands in the settings already, as Перевал"),
        ("https://third.example/", "перевал", "called Перевал already"),
    ):
        with pytest.raises(CommandError, match=words):
            await add_source(kept, url, name, is_sure=True)
    with pytest.raises(UsageError, match="starts with http"):
        await add_source(kept, "ftp://dolina.example", None, is_sure=True)
    shown = await rows(kept, capsys)
    assert [(row[1], row[3], row[5]) for row in shown] == [
        ("Долина", "5m", "new"),
        ("dolina.example", "5m", "new"),
        ("Перевал", "2m", "new"),
    ]
    await remove_source(kept, int(shown[0][0]))
    assert [one.name for one in await sources_of(kept)] == ["dolina.example"]


async def test_a_source_of_the_settings_is_removed_in_the_settings(tmp_path: Path) -> None:
    kept = settings(tmp_path, source=[{"url": "https://pereval.example/rss", "name": "Перевал"}])
    await start_with(kept)
    (stored,) = await sources_of(kept)
    with pytest.raises(CommandError, match="stands in the settings"):
        await remove_source(kept, stored.id)


async def test_a_look_at_the_sources_changes_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pereval = {"url": "https://pereval.example/rss", "name": "Перевал"}
    other = settings(tmp_path, source=[{"url": "https://dolina.example/rss", "name": "Долина"}])
    assert [row[:2] for row in await rows(other, capsys)] == [["-", "Долина"]]
    assert list(tmp_path.iterdir()) == []
    await start_with(settings(tmp_path, source=[pereval]))
    assert [row[1] for row in await rows(other, capsys)] == ["Перевал", "Долина"]
    await export_opml(other, tmp_path / "sources.opml")
    await add_source(other, "https://third.example/", "Третий", is_sure=True)
    assert [one.name for one in await sources_of(other)] == ["Перевал", "Третий"]


async def test_opml_goes_in_once_and_comes_out_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = settings(tmp_path, source=[{"url": "https://pereval.example/rss", "name": "Перевал"}])
    file = tmp_path / "sources.opml"
    file.write_text(
        '<opml><body><outline text="Новости" xmlUrl="https://a.example/rss" language="tg"/>'
        '<outline text="Новости" xmlUrl="https://b.example/rss"/>'
        '<outline text="Другое имя" xmlUrl="https://pereval.example/rss"/></body></opml>',
        encoding="utf-8",
    )
    await import_opml(kept, file)
    await import_opml(kept, file)
    assert capsys.readouterr().out == "2 added, 1 known already, 0 refused\n0 added, 3 known already, 0 refused\n"
    assert [(one.name, one.language) for one in await sources_of(kept)] == [
        ("Новости", "tg"),
        ("Новости (b.example)", None),
    ]
    copy = tmp_path / "copy.opml"
    await export_opml(kept, copy)
    other = settings(tmp_path / "other")
    (tmp_path / "other").mkdir()
    await import_opml(other, copy)
    assert [(one.name, one.url) for one in await sources_of(other)] == [
        ("Новости", "https://a.example/rss"),
        ("Новости (b.example)", "https://b.example/rss"),
        ("Перевал", "https://pereval.example/rss"),
    ]


async def test_what_is_no_opml_is_a_failure(tmp_path: Path) -> None:
    file = tmp_path / "sources.opml"
    file.write_text("hello")
    with pytest.raises(CommandError, match="is no OPML"):
        await import_opml(settings(tmp_path), file)
