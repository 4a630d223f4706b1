"""run: the bot itself, until it is told to stop."""

import asyncio
import signal
from collections.abc import Callable

from bot.commands.shell import DONE, CommandError, UsageError
from bot.groups import first_of
from config.settings import Settings


async def serve(settings: Settings) -> int:
    """Serve until SIGTERM or Ctrl-C, then settle what is on its way."""
    if not settings.token.get_secret_value():
        raise UsageError("there is no token: get one from @BotFather and set KHABAR_TOKEN, or token in khabar.toml")
    await serve_until(stop_signal(), settings)
    return DONE


def stop_signal() -> asyncio.Event:
    """An event that SIGTERM and Ctrl-C set, from now on, in place of what they did before."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


async def serve_until(stop: asyncio.Event, settings: Settings, on_ready: Callable[[], None] | None = None) -> None:
    """Build the bot and serve. Raises CommandError when it cannot go on."""
    from bot.app import CannotServe, build

    try:
        async with build(settings) as app, asyncio.TaskGroup() as group:

            async def pass_on() -> None:
                await stop.wait()
                app.stop()

            watching = group.create_task(pass_on())
            try:
                await app.serve(on_ready)
            finally:
                watching.cancel()
    except* CannotServe as ended:
        raise CommandError(str(first_of(ended))) from None
