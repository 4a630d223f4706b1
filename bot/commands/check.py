"""check: the operator's doctor. Each finding says what is so and, where it is wrong, what to do.

The steps do not stop one another: a wrong token hides no broken source.
"""

import os
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

from bot.commands.botapi import BotApi, BotApiError, NotTheBotApi, Refused
from bot.commands.finding import Finding, Status
from bot.commands.output import clean, is_terminal, print_json, print_line
from bot.commands.shell import DONE, FAILED
from bot.commands.sights import look_at_sources
from config.settings import ChannelSettings, Settings
from storage.database import Database
from storage.errors import StorageError
from storage.schema import NEWEST, find_version

# A WAL reset with two writing connections can corrupt the file; mended in 3.51.3.
WAL_RESET_BUG = ((3, 7, 0), (3, 51, 2))


async def check(settings: Settings, *, as_json: bool) -> int:
    """Look at everything that the bot needs; FAILED when something is wrong."""
    is_wrong = False
    async for finding in look(settings):
        is_wrong |= finding.status is Status.ERROR
        show(finding, as_json=as_json)
    return FAILED if is_wrong else DONE


async def look(settings: Settings) -> AsyncIterator[Finding]:
    """All findings, in the order in which they are best mended."""
    yield look_at_sqlite(sqlite3.sqlite_version_info)
    async for finding in look_at_database(settings):
        yield finding
    async for finding in look_at_telegram(settings):
        yield finding
    for finding in await look_at_sources(settings):
        yield finding


def show(finding: Finding, *, as_json: bool) -> None:
    """Print a finding at once: some take seconds to come."""
    if as_json:
        print_json(
            {"check": finding.check, "status": finding.status, "detail": finding.detail, "advice": finding.advice}
        )
        return
    if not is_terminal():
        parts = [finding.status.value, finding.check, finding.detail, finding.advice]
        print_line("\t".join(clean(part) for part in parts if part))
        return
    from rich.console import Console
    from rich.text import Text

    mark = {Status.OK: ("✓", "green"), Status.WARNING: ("!", "yellow"), Status.ERROR: ("✗", "bold red")}[finding.status]
    line = Text.assemble(mark, f" {finding.check}: ", clean(finding.detail))
    if finding.advice:
        line.append(f"\n  → {clean(finding.advice)}", style="bold")
    Console().print(line)


def look_at_sqlite(version: tuple[int, ...]) -> Finding:
    """The library that Python brought."""
    text = ".".join(map(str, version))
    if WAL_RESET_BUG[0] <= version <= WAL_RESET_BUG[1]:
        return Finding(
            "sqlite",
            Status.WARNING,
            f"SQLite {text} can damage a database that two processes write",
            "run one khabar at a time that writes, keep backups, and update to SQLite 3.51.3 when the system offers it",
        )
    return Finding("sqlite", Status.OK, f"SQLite {text}")


async def look_at_database(settings: Settings) -> AsyncIterator[Finding]:
    """Whether it can be written, and its schema."""
    try:
        database = Database(settings.database_url)
    except StorageError as error:
        yield Finding("database", Status.ERROR, str(error), "write database_url as khabar.example.toml shows")
        return
    try:
        if database.path is not None and not database.path.exists():
            yield _look_at_folder(database.path)
            return
        version = await find_version(database)
        async with database.transaction() as stores:  # takes the write lock, which a read-only file refuses
            size = await stores.articles.count() if version == NEWEST else None
    except StorageError as error:
        advice = "the file and its folder must be writable by this user, and the disk must not be full"
        yield Finding("database", Status.ERROR, str(error), advice)
        return
    finally:
        await database.close()
    held = f", {size.articles} articles from {size.sources} sources" if size else ""
    yield Finding("database", Status.OK, f"can be written{held}")
    yield _look_at_schema(version)


def _look_at_folder(path: Path) -> Finding:
    folder = path.absolute().parent
    if not os.access(folder, os.W_OK | os.X_OK):
        return Finding(
            "database", Status.ERROR, f"{folder} cannot be written", "let this user write there, or set database_url"
        )
    return Finding("database", Status.OK, f"{path} is not there yet, `khabar run` will make it")


def _look_at_schema(version: str | None) -> Finding:
    if version == NEWEST:
        return Finding("schema", Status.OK, f"the newest, {NEWEST}")
    if version is None or version < NEWEST:
        found = version or "none yet"
        return Finding(
            "schema", Status.WARNING, f"{found}; this Khabar has {NEWEST}", "`khabar migrate`, or `khabar run` does it"
        )
    return Finding("schema", Status.ERROR, f"{version} is newer than this Khabar's {NEWEST}", "run the newer Khabar")


async def look_at_telegram(settings: Settings) -> AsyncIterator[Finding]:
    """The server, the token, and the bot's rights in each channel."""
    token = settings.token.get_secret_value()
    if not token:
        yield Finding("token", Status.ERROR, "there is no token", "get one from @BotFather and set KHABAR_TOKEN")
        return
    async with BotApi(settings.api_url, token) as api:
        try:
            me = await api.call("getMe")
        except BotApiError as error:
            for finding in _explain_server(error, settings):
                yield finding
            return
        yield Finding("bot api", Status.OK, f"{settings.api_url} answers")
        yield Finding("token", Status.OK, f"@{me.get('username')}")
        is_inline = me.get("supports_inline_queries") is True
        yield Finding("inline", Status.OK, "on" if is_inline else "off; @BotFather's /setinline switches it on")
        for channel in settings.channels:
            yield await look_at_channel(api, channel, int(me["id"]))


def _explain_server(error: BotApiError, settings: Settings) -> list[Finding]:
    if isinstance(error, Refused) and error.code in {401, 404}:
        return [
            Finding("bot api", Status.OK, f"{settings.api_url} answers"),
            Finding(
                "token", Status.ERROR, f"refused: {error.description}", "copy the token from @BotFather again (/mybots)"
            ),
        ]
    if isinstance(error, Refused):
        return [Finding("bot api", Status.ERROR, str(error), "try again later")]
    if isinstance(error, NotTheBotApi):
        return [Finding("bot api", Status.ERROR, str(error), "set api_url to a Bot API server")]
    return [
        Finding("bot api", Status.ERROR, str(error), "see that this machine reaches api_url: network, firewall, proxy")
    ]


async def look_at_channel(api: BotApi, channel: ChannelSettings, bot_id: int) -> Finding:
    """Whether the bot may post there."""
    name = f"channel {channel.chat}"
    try:
        chat = await api.call("getChat", chat_id=channel.chat)
        member = await api.call("getChatMember", chat_id=chat["id"], user_id=bot_id)
    except Refused as error:
        return Finding(
            name, Status.ERROR, error.description, "see that it exists, and add the bot as an admin who may post"
        )
    except BotApiError as error:
        return Finding(name, Status.ERROR, str(error), "try again later")
    status = member.get("status")
    title = chat.get("title") or channel.chat
    if chat.get("type") == "channel":
        may_post = status == "administrator" and member.get("can_post_messages", False)
        advice = "make the bot an admin of the channel with the right to post messages"
    else:
        may_post = status in {"administrator", "member"} or bool(
            status == "restricted" and member.get("can_send_messages")
        )
        advice = "add the bot to the group and let it write there"
    if may_post:
        return Finding(name, Status.OK, f"the bot may post in {title}")
    return Finding(name, Status.ERROR, f"the bot may not post in {title}: it is {status} there", advice)
