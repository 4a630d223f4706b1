"""A local, strict Telegram: Bot API server, its people, its chat page. Knows nothing of the bot."""

from bot.sandbox.server import Sandbox, start_sandbox

__all__ = ["Sandbox", "start_sandbox"]
