"""A local Telegram in a process of its own, with all its people in it before it opens.

    python -m bench.telegram --readers 3000 --channels 10 --blocked 300 [--limits]

Prints its address. SIGUSR1 shuts its door, so that connections are refused; SIGUSR2 opens it again, and nothing was
forgotten meanwhile. Readers have the ids from 1 on, a tenth and so on of them evenly spread have blocked the bot.
"""

import argparse
import asyncio
import signal

from aiohttp import web

from bench.rest import TOKEN
from bot.sandbox.places import make_chat
from bot.sandbox.server import create_app
from bot.sandbox.telegram import Telegram
from bot.sandbox.world import Member, User, World

HOST = "127.0.0.1"
FIRST_CHANNEL = -1_001_000_000_001  # channels have ids from here down
EDITOR = 9_000_000_001
CLOSING = 0.2  # seconds that open requests are given when the door is shut


def main() -> None:
    """Read the arguments and serve until SIGTERM."""
    parser = argparse.ArgumentParser(description="A local Telegram with people in it.")
    parser.add_argument("--readers", type=int, default=0)
    parser.add_argument("--channels", type=int, default=0)
    parser.add_argument("--blocked", type=int, default=0)
    parser.add_argument("--limits", action="store_true")
    given = parser.parse_args()
    telegram = Telegram(
        World(User(int(TOKEN.split(":", maxsplit=1)[0]), "Khabar", is_bot=True)), TOKEN, limits=given.limits
    )
    people(telegram, given.readers, given.channels, given.blocked)
    asyncio.run(serve(telegram))


def people(telegram: Telegram, readers: int, channels: int, blocked: int) -> None:
    """Everybody has started the bot before; the bot is told of no block."""
    for number in range(1, readers + 1):
        telegram.world.put_user(User(number, f"Reader {number}", language_code="ru"))
        has_blocked = number * blocked // readers > (number - 1) * blocked // readers
        telegram.world.chats[number].bot = Member("kicked" if has_blocked else "member")
    telegram.world.put_user(User(EDITOR, "Editor"))
    for number in range(channels):
        order = {"id": FIRST_CHANNEL - number, "type": "channel", "title": f"Channel {number + 1}"}
        make_chat(telegram, {**order, "owner": EDITOR, "bot": "administrator"})


async def serve(telegram: Telegram) -> None:
    """Open, shut and open the door on the same port as the signals say, until SIGTERM."""
    over, shut, opened = asyncio.Event(), asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    for number, event in ((signal.SIGTERM, over), (signal.SIGUSR1, shut), (signal.SIGUSR2, opened)):
        loop.add_signal_handler(number, event.set)
    port = 0
    while not over.is_set():
        runner = web.AppRunner(create_app(telegram), access_log=None, shutdown_timeout=CLOSING)
        await runner.setup()
        await web.TCPSite(runner, HOST, port).start()
        port = runner.addresses[0][1]
        print(f"http://{HOST}:{port}", flush=True)
        await either(over, shut)
        telegram.updates.release_reader()
        await runner.cleanup()
        await either(over, opened)
        shut.clear()
        opened.clear()
    telegram.events.close()
    await telegram.files.close()


async def either(one: asyncio.Event, other: asyncio.Event) -> None:
    """Wait for the first of two."""
    waiting = [asyncio.ensure_future(event.wait()) for event in (one, other)]
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()


if __name__ == "__main__":
    main()
