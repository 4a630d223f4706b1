"""The doctor finds what is wrong, says what to do, and never shows the token."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.commands.check import look, look_at_sqlite
from bot.commands.finding import Finding, Status
from config.settings import Settings

TOKEN = "123456:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQr"
ME = {"id": 123456, "is_bot": True, "first_name": "Khabar", "username": "khabar_bot"}
FEED = """<rss version="2.0"><channel><title>Перевал</title>
<item><title>Мука подешевела</title><link>http://pereval.example/1</link></item></channel></rss>"""

Reply = Callable[[web.Request], web.StreamResponse]
Serve = Callable[[Reply], Any]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Starts a server on loopback that answers every request with what the function makes of it."""
    servers: list[TestServer] = []

    async def start(reply: Reply) -> str:
        async def handle(request: web.Request) -> web.StreamResponse:
            return reply(request)

        app = web.Application()
        app.router.add_route("*", "/{rest:.*}", handle)
        server = TestServer(app)
        await server.start_server()
        servers.append(server)
        return str(server.make_url("/")).rstrip("/")

    yield start
    for server in servers:
        await server.close()


def ok(result: object) -> web.Response:
    return web.json_response({"ok": True, "result": result})


def refuse(code: int, description: str) -> web.Response:
    return web.json_response({"ok": False, "error_code": code, "description": description}, status=code)


def telegram(methods: dict[str, Callable[[], web.Response]]) -> Reply:
    return lambda request: methods[request.path.rsplit("/", 1)[-1]]()


async def findings(folder: Path, **settings: Any) -> dict[str, Finding]:
    said = {"token": TOKEN, "database_url": f"sqlite+aiosqlite:///{folder / 'khabar.db'}", **settings}
    found = [one async for one in look(Settings.model_validate(said))]
    assert all(TOKEN not in f"{one.detail} {one.advice}" for one in found)
    assert all(one.advice for one in found if one.status is not Status.OK)
    return {one.check: one for one in found}


async def test_all_is_well(serve: Serve, tmp_path: Path) -> None:
    chat = {"id": -100500, "type": "channel", "title": "Новости"}
    admin = {"status": "administrator", "can_post_messages": True}
    api = await serve(
        telegram({"getMe": lambda: ok(ME), "getChat": lambda: ok(chat), "getChatMember": lambda: ok(admin)})
    )
    site = await serve(lambda _: web.Response(text=FEED, content_type="application/rss+xml"))
    host = site.removeprefix("http://")
    found = await findings(
        tmp_path,
        api_url=api,
        collect={"allow_private": [host]},
        source=[{"url": f"{site}/rss", "name": "Перевал"}],
        channel=[{"chat": "@news_channel"}],
    )
    assert {name: one.status.value for name, one in found.items() if name != "sqlite"} == {
        "database": "ok",
        "bot api": "ok",
        "token": "ok",
        "inline": "ok",
        "channel @news_channel": "ok",
        "source Перевал": "ok",
    }
    assert found["token"].detail == "@khabar_bot"
    assert "/setinline" in found["inline"].detail
    assert found["source Перевал"].detail == "1 entry"


@pytest.mark.parametrize(
    ("reply", "name", "detail"),
    [
        (lambda _: refuse(401, "Unauthorized"), "token", "refused: Unauthorized"),
        (lambda _: refuse(404, "Not Found"), "token", "refused: Not Found"),
        (lambda _: refuse(500, "Internal Server Error"), "bot api", "getMe: Internal Server Error"),
        (
            lambda request: web.Response(text=f"<p>{request.path}</p>"),
            "bot api",
            "getMe with HTTP 200 and no Bot API reply",
        ),
        (
            lambda request: web.Response(text=request.path, status=502),
            "bot api",
            "getMe with HTTP 502 and no Bot API reply",
        ),
        (lambda _: web.json_response(["ok"]), "bot api", "no Bot API reply"),
        (lambda _: web.json_response({"ok": True}), "bot api", "getMe: no reason given"),
        (lambda _: web.Response(body=b"\xff\xfe\x00"), "bot api", "no Bot API reply"),
    ],
)
async def test_a_server_that_refuses_or_is_another(
    serve: Serve, tmp_path: Path, reply: Reply, name: str, detail: str
) -> None:
    found = await findings(tmp_path, api_url=await serve(reply))
    assert found[name].status is Status.ERROR
    assert detail in found[name].detail


async def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    found = await findings(tmp_path, api_url="http://127.0.0.1:9")
    assert "no connection to 127.0.0.1:9" in found["bot api"].detail


async def test_a_server_that_speaks_no_http(tmp_path: Path) -> None:
    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-none\r\n")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        host, port = server.sockets[0].getsockname()[:2]
        found = await findings(tmp_path, api_url=f"http://{host}:{port}")
    assert found["bot api"].status is Status.ERROR


@pytest.mark.parametrize(
    ("chat", "member", "detail"),
    [
        ("channel", {"status": "administrator", "can_post_messages": False}, "the bot may not post in Новости"),
        ("channel", {"status": "left"}, "it is left there"),
        ("supergroup", {"status": "restricted", "can_send_messages": False}, "it is restricted there"),
    ],
)
async def test_missing_rights(serve: Serve, tmp_path: Path, chat: str, member: dict[str, Any], detail: str) -> None:
    there = {"id": -100500, "type": chat, "title": "Новости"}
    api = await serve(
        telegram({"getMe": lambda: ok(ME), "getChat": lambda: ok(there), "getChatMember": lambda: ok(member)})
    )
    found = await findings(tmp_path, api_url=api, channel=[{"chat": -100500}])
    assert found["channel -100500"].status is Status.ERROR
    assert detail in found["channel -100500"].detail


async def test_an_unknown_channel(serve: Serve, tmp_path: Path) -> None:
    api = await serve(
        telegram({"getMe": lambda: ok(ME), "getChat": lambda: refuse(400, "Bad Request: chat not found")})
    )
    found = await findings(tmp_path, api_url=api, channel=[{"chat": "@nobody_there"}])
    assert found["channel @nobody_there"].detail == "Bad Request: chat not found"


async def test_sources_that_fail_are_told_one_by_one(serve: Serve, tmp_path: Path) -> None:
    pages = {
        "/gone": lambda: web.Response(status=410),
        "/page": lambda: web.Response(
            text='<html><head><link rel="alternate" type="application/rss+xml" href="/feed"></head></html>',
            content_type="text/html",
        ),
        "/feed": lambda: web.Response(text=FEED, content_type="application/rss+xml"),
    }
    site = await serve(lambda request: pages[request.path]())
    found = await findings(
        tmp_path,
        token="",
        collect={"allow_private": [site.removeprefix("http://")]},
        source=[{"url": f"{site}{path}", "name": path} for path in pages]
        + [{"url": "http://10.0.0.1/", "name": "private"}],
    )
    assert found["source /gone"].status is Status.ERROR
    assert found["source /page"] == Finding("source /page", Status.OK, "1 entry"), "the feed that it announces"
    assert found["source /feed"].status is Status.OK
    assert "allow_private" in found["source private"].advice
    assert found["token"].status is Status.ERROR


async def test_a_database_that_cannot_be_opened(tmp_path: Path) -> None:
    found = await findings(tmp_path / "nowhere", token="")
    assert found["database"].status is Status.ERROR


@pytest.mark.parametrize(
    ("version", "status"),
    [((3, 6, 23), "ok"), ((3, 40, 1), "warning"), ((3, 51, 2), "warning"), ((3, 51, 3), "ok")],
)
def test_the_version_of_sqlite(version: tuple[int, ...], status: str) -> None:
    assert look_at_sqlite(version).status == status


async def _run(folder: Path, api_url: str, *arguments: str, until: asyncio.Event | None = None) -> tuple[int, str]:
    """The program with a token, its exit code and all it printed; stopped by SIGTERM once `until` is set."""
    environ = {
        "PATH": os.defpath,
        "PYTHONPATH": os.pathsep.join(sys.path),
        "KHABAR_TOKEN": TOKEN,
        "KHABAR_API_URL": api_url,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *arguments,
        cwd=folder, env=environ, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    try:
        if until is not None:
            await until.wait()
            process.send_signal(signal.SIGTERM)
        printed, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode is not None
    return process.returncode, printed.decode()


async def test_check_against_garbage_never_shows_the_token(serve: Serve, tmp_path: Path) -> None:
    api = await serve(lambda request: web.Response(text=f"you asked for {request.url}", status=200))
    code, printed = await _run(tmp_path, api, "--debug", "check")
    assert code == 1
    assert "error\tbot api\t" in printed
    assert "AAbbCC" not in printed


@pytest.mark.parametrize("log_format", ["text", "json"])
async def test_run_against_garbage_never_shows_the_token(serve: Serve, tmp_path: Path, log_format: str) -> None:
    asked = asyncio.Event()
    requests: list[str] = []

    def reply(request: web.Request) -> web.Response:
        requests.append(request.path)
        if len(requests) > 3:
            asked.set()
        return web.Response(text=f"you asked for {request.url}")

    (tmp_path / "khabar.toml").write_text(f'log_format = "{log_format}"\nlog_level = "debug"\n')
    code, printed = await _run(tmp_path, await serve(reply), "--debug", "run", until=asked)
    assert code == 0
    assert any(TOKEN in path for path in requests)
    assert "[redacted]" in printed
    assert "AAbbCC" not in printed
