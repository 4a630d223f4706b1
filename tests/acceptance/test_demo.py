"""The demo is ready to be used when it says so, and Ctrl-C ends it cleanly."""

import asyncio
import os
import re
import signal
import sys
from pathlib import Path

import aiohttp

CHANNEL = -1001000000001


async def test_the_demo_fills_its_channel_and_answers(tmp_path: Path) -> None:
    environ = {"PATH": os.defpath, "PYTHONPATH": os.pathsep.join(sys.path), "TMPDIR": str(tmp_path)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "demo", "--port", "0",
        cwd=tmp_path, env=environ, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        await _use(process)
        process.send_signal(signal.SIGINT)
        _, complaints = await asyncio.wait_for(process.communicate(), 10)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0
    assert b"Traceback" not in complaints
    assert list(tmp_path.iterdir()) == []


async def _use(process: asyncio.subprocess.Process) -> None:
    """Write /latest as the reader, see the answer and a story in the channel."""
    assert process.stdout is not None
    first = (await process.stdout.readline()).decode()
    found = re.fullmatch(r"Khabar is ready: open (http://127\.0\.0\.1:\d+)\n", first)
    assert found, first
    async with aiohttp.ClientSession(f"{found[1]}/sandbox/api/") as api:
        order = {"from": 101, "text": "/latest"}
        async with api.post("chats/101/messages", json=order) as response:
            assert response.status == 200
        for chat in (101, CHANNEL):
            async with api.get("wait", params={"after": 0, "chat": chat, "text": " · ", "timeout": 30}) as response:
                assert (await response.json())["event"] is not None
        async with api.get("calls", params={"method": "sendMessage"}) as response:
            calls = (await response.json())["calls"]
    assert any(call["chat_id"] == 101 and call["status"] == 200 for call in calls)
