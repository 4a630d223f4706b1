"""`sources add` looks at an address first, shows what is there, and saves how it is to be read."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.commands.adding import add_source
from bot.commands.shell import CommandError
from bot.commands.sources import export_opml, list_sources
from bot.ingest.errors import HttpError, NotAFeed
from config.settings import Settings
from storage.database import Database
from storage.records import Source, SourceKind
from tests.unit.fake_site import FakeSite

HTML = "text/html; charset=utf-8"
ITEMS = "".join(
    f"<item><title>Новость {n}</title><guid>{n}</guid><description>Паром встал на ремонт до весны.</description></item>"
    for n in range(5)
)
FEED = f"<rss version='2.0'><channel><title>Перевал</title>{ITEMS}</channel></rss>"
FRONT = (
    '<html><head><title>Перевал</title><link rel="alternate" type="application/rss+xml" href="/all.xml"></head>'
    "<body><p>Новости перевала.</p></body></html>"
)


@pytest.fixture
async def site() -> AsyncIterator[FakeSite]:
    async with FakeSite() as site:
        yield site


def settings(folder: Path) -> Settings:
    return Settings.model_validate(
        {"database_url": f"sqlite+aiosqlite:///{folder / 'k.db'}", "collect": {"allow_private": ["127.0.0.1"]}}
    )


async def stored(kept: Settings) -> list[Source]:
    database = Database(kept.database_url)
    async with database.snapshot() as stores:
        found = await stores.sources.get_all()
    await database.close()
    return found


async def test_a_site_is_read_from_the_feed_that_it_announces(
    site: FakeSite, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept, home = settings(tmp_path), site.serve("/", FRONT, Content_Type=HTML)
    feed = site.serve("/all.xml", FEED, Content_Type="application/rss+xml")
    assert await add_source(kept, home, "Перевал", is_sure=False) == 0
    said = capsys.readouterr()
    assert said.out == f"1\tПеревал\t{home}\n"
    assert f"Found: rss at {feed} (the site announces it)" in said.err
    assert [f"Новость {n}" in said.err for n in range(5)] == [True, True, True, False, False]
    [source] = await stored(kept)
    assert (source.url, source.address, source.kind) == (home, feed, SourceKind.FEED)
    with pytest.raises(CommandError, match="is source 1 already"):
        await add_source(kept, feed, None, is_sure=True)


async def test_nothing_is_saved_where_there_is_nothing_to_read(site: FakeSite, tmp_path: Path) -> None:
    kept = settings(tmp_path)
    empty = site.serve("/", "<html><body><p>Сайт обновляется.</p></body></html>", Content_Type=HTML)
    with pytest.raises(NotAFeed, match="no feed, no news sitemap and no headlines"):
        await add_source(kept, empty, None, is_sure=True)
    with pytest.raises(HttpError, match="404"):
        await add_source(kept, site.url("/rss"), None, is_sure=True)
    assert list(tmp_path.iterdir()) == []


async def test_what_cannot_be_reached_now_is_saved_with_a_word(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], unused_tcp_port: int
) -> None:
    kept = settings(tmp_path)
    url = f"http://127.0.0.1:{unused_tcp_port}/rss"
    assert await add_source(kept, url, None, is_sure=True) == 0
    said = capsys.readouterr()
    assert said.out == f"1\t127.0.0.1\t{url}\n"
    assert "It cannot be looked at now: 127.0.0.1 does not take connections" in said.err


async def test_a_private_address_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"leads to a private network.*list it in collect\.allow_private$"):
        await add_source(settings(tmp_path), "http://10.0.0.1/rss", None, is_sure=True)
    assert list(tmp_path.iterdir()) == []


async def test_a_bare_host_that_knows_no_https_is_read_without_it(
    site: FakeSite, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept, home = settings(tmp_path), site.serve("/rss", FEED, Content_Type="application/rss+xml")
    assert await add_source(kept, f"{site.host}/rss", None, is_sure=True) == 0
    assert capsys.readouterr().out == f"1\t127.0.0.1\t{home}\n"
    [source] = await stored(kept)
    assert (source.url, source.moved_to) == (home, None)


async def test_whoever_sits_at_a_terminal_is_asked_before_an_unknown_host_is_added(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, unused_tcp_port: int
) -> None:
    asked: list[bool] = []

    def confirm(_: str, *, default: bool, err: bool) -> bool:
        asked.append(default)
        return err and default

    monkeypatch.setattr("bot.commands.adding.is_terminal", lambda: True)
    monkeypatch.setattr("typer.confirm", confirm)
    url = f"http://127.0.0.1:{unused_tcp_port}/rss"
    assert await add_source(settings(tmp_path), url, None, is_sure=False) == 0
    assert asked == [False]
    assert "Nothing was added." in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


async def test_a_password_in_the_address_is_kept_and_never_shown(
    site: FakeSite, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = settings(tmp_path)
    secret = site.serve("/rss", FEED, Content_Type="application/rss+xml").replace("://", "://reader:geheim@")
    assert await add_source(kept, secret, None, is_sure=True) == 0
    await list_sources(kept)
    said = capsys.readouterr()
    assert "geheim" not in said.out + said.err
    assert f"http://***@{site.host}/rss" in said.out
    await export_opml(kept, tmp_path / "all.opml")
    assert secret in (tmp_path / "all.opml").read_text()
    assert "holds the passwords" in capsys.readouterr().err
