"""However `khabar run` ends (asked to, killed, refused), it says so plainly and no story is lost on the way."""

import asyncio
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

from aiohttp import ClientSession, web

from bot.sandbox import start_sandbox
from config.settings import DeliverySettings
from tests.acceptance.desk import HOST, TOKEN, free_port, open_desk
from tests.acceptance.person import LocalTelegram
from tests.acceptance.process import Ended, Process, alive, ask, descendants, khabar, running_bot, until, write_settings
from tests.unit.fake_site import FakeSite

RUN = ("run", "--config", "khabar.toml")
KILLS = 3
BURST = 6  # stories that come out at once: fewer than make a channel catch up by lists


# What servers that are no Telegram answer, with the request's path in it.
GARBAGE: tuple[Callable[[str], web.Response], ...] = (
    lambda path: web.Response(text=f"<html>nothing at {path}</html>", content_type="text/html"),
    lambda path: web.json_response({"ok": True, "result": {"path": path}}),
    lambda path: web.json_response([path]),
    lambda path: web.Response(text=f'{{"ok": true, "result": [{{"update_id": "{path}"'),
    lambda path: web.json_response({"ok": False, "error_code": 400, "description": f"Bad Request: {path}"}, status=400),
)


async def test_power_cuts_while_stories_flow_lose_none_and_copies_are_bounded(tmp_path: Path) -> None:
    async with open_desk(tmp_path, channels=3) as desk:
        await desk.slows(0.3)
        for number in range(KILLS):
            async with running_bot(tmp_path) as bot:
                if number == 0:
                    await desk.first_fetch()
                await desk.publish_until_posted(BURST)
                workers = descendants(bot.pid)
                assert (await bot.kill()).code < 0
            await until(partial(gone, workers), "the end of the workers of a bot that was killed")
        async with running_bot(tmp_path) as bot:
            await desk.all_stand()
            assert (await bot.stop()).code == 0
        shown = [await desk.shown(channel) for channel in desk.channels]
        assert len(shown[0]) > len(desk.published) / 3  # the site tells most events twice, and no story swallowed all
        copies = sum((one - desk.merged()).total() for one in shown)
        assert copies <= KILLS * DeliverySettings().open_requests


async def test_a_stop_keeps_its_ten_seconds_while_telegram_keeps_everybody_waiting(tmp_path: Path) -> None:
    """A reader's answer and the channel's posts are on their way, and none of them comes through."""
    async with open_desk(tmp_path) as desk, running_bot(tmp_path) as bot:
        await desk.first_fetch()
        await desk.slows(30)
        reader = await desk.telegram.person(33, "Сино")
        await reader.writes("/help")
        desk.publish(BURST)

        async def is_busy() -> bool:
            told = (await desk.metrics())[1]
            return "khabar_updates_total 1.0" in told and "khabar_in_flight 1.0" in told

        await until(is_busy, "an answer and a post on their way")
        ended = await bot.stop()
        assert ended.code == 0
        assert "Traceback" not in ended.stderr


async def test_of_two_bots_with_one_token_one_ends_in_plain_words(tmp_path: Path) -> None:
    sandbox = await start_sandbox(HOST, 0, TOKEN, limits=False)
    first, second = settle(tmp_path / "a", api_url=sandbox.url), settle(tmp_path / "b", api_url=sandbox.url)
    async with (
        khabar(first, *RUN) as one,
        khabar(second, *RUN) as two,
        ClientSession() as http,
    ):
        ends = {asyncio.create_task(bot.ends(60)): bot for bot in (one, two)}
        [done], _ = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        ended = done.result()
        assert ended.code == 1
        assert_one_line(ended.stderr, "another process takes this bot's updates")
        [other] = set(ends.values()) - {ends[done]}
        await other.hears("ready")
        reader = await LocalTelegram(http, sandbox.url).person(31, "Фаррух")
        assert "/latest" in (await reader.says("/help")).text
        assert (await other.stop()).code == 0
        await asyncio.gather(*ends)
    await sandbox.close()


async def test_a_wrong_token_ends_it_in_plain_words(tmp_path: Path) -> None:
    sandbox = await start_sandbox(HOST, 0, TOKEN, limits=False)
    wrong = "700000002:AAnobody-ever-made-this-token-000000"
    ended = await ask(settle(tmp_path, api_url=sandbox.url, token=wrong), *RUN)
    await sandbox.close()
    assert ended.code == 1
    assert_one_line(ended.stderr, "Telegram does not know this token: get it again from @BotFather")
    assert wrong not in ended.said


async def test_without_a_token_it_says_where_to_get_one(tmp_path: Path) -> None:
    ended = await ask(settle(tmp_path, token=""), *RUN)
    assert ended.code == 2
    assert_one_line(ended.stderr, "get one from @BotFather and set KHABAR_TOKEN")


async def test_whatever_a_server_answers_the_token_is_never_shown(tmp_path: Path) -> None:
    """The answers hold the request's own path, as error pages of proxies do; the token's shape is unlike Telegram's."""
    token = "31:short-secret"
    text, json_lines = await asyncio.gather(
        after_garbage(tmp_path / "text", (0, 1, 2), token=token, log_level="debug", log_format="text"),
        after_garbage(tmp_path / "json", (2, 3, 4), token=token, log_level="debug", log_format="json"),
    )
    for ended in (text, json_lines):
        assert ended.code == 0
        assert "short-secret" not in ended.said
        assert "[redacted]" in ended.stderr
    assert all(json.loads(line)["event"] for line in json_lines.stderr.splitlines())


async def test_updates_come_by_webhook_from_those_who_know_the_secret(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        listen = f"{HOST}:{free_port()}"
        hook = f"http://{listen}/hook"
        write_settings(tmp_path, {**desk.settings, "webhook": {"url": hook, "secret": "only-us", "listen": listen}})
        async with running_bot(tmp_path) as bot:
            reader = await desk.telegram.person(32, "Зарина")
            assert "/latest" in (await reader.says("/help")).text
            for secret, status in (("", 403), ("only-u", 403), ("only-us", 400)):
                header = {"X-Telegram-Bot-Api-Secret-Token": secret}
                async with desk.http.post(hook, data=b"{}", headers=header) as response:
                    assert response.status == status
            assert (await bot.stop()).code == 0
            assert "only-us" not in bot.stderr


def settle(folder: Path, **settings: str) -> Path:
    """A folder with the settings of a bot that has a token and nothing to read."""
    folder.mkdir(exist_ok=True)
    write_settings(folder, {"token": TOKEN, **settings})
    return folder


async def after_garbage(folder: Path, answers: tuple[int, ...], **settings: str) -> Ended:
    """What a bot leaves behind whose server gave these answers, one after another."""
    async with FakeSite() as site:

        async def answer(request: web.Request) -> web.StreamResponse:
            return GARBAGE[answers[min(len(site.seen), len(answers)) - 1]](str(request.rel_url))

        for method in ("deleteWebhook", "getUpdates"):
            site.handle(f"/bot{settings['token']}/{method}", answer)
        async with khabar(settle(folder, api_url=site.url(""), **settings), *RUN, "--debug") as bot:
            await heard(bot, "Telegram cannot be reached", 1)
            await heard(bot, "no updates from Telegram", len(answers) - 1)
            return await bot.stop()


async def gone(pids: set[int]) -> bool:
    return not alive(pids)


async def heard(bot: Process, words: str, times: int) -> None:
    """Wait until the log has said this so often."""

    async def is_said() -> bool:
        return bot.stderr.count(words) >= times

    await until(is_said, f"{words!r} in:\n{bot.stderr}")


def assert_one_line(stderr: str, words: str) -> None:
    """The command's own last word is one line, beside what the log told before it."""
    said = [line for line in stderr.splitlines() if line.startswith("khabar: ")]
    assert len(said) == 1, stderr
    assert words in said[0]
    assert stderr.endswith(said[0] + "\n")
    assert "Traceback" not in stderr
