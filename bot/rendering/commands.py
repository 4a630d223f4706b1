"""The command menu: only commands that work, described in each language."""

from aiogram.types import BotCommand

from bot.rendering.locales import Words

# In the order in which people look for them. The names are the contract's; the words are in the locales.
PRIVATE = (
    "latest", "top", "trends", "topic", "search", "follow", "unfollow", "topics", "digest", "saved", "why", "settings",
    "stop", "help", "privacy", "delete", "start",
)  # fmt: skip
GROUP = (
    "latest", "top", "trends", "topic", "search", "follow", "unfollow", "topics", "digest", "why", "settings",
    "stop", "help",
)  # fmt: skip
ADMIN = ("stats", "sources", "urgent", "withdraw", "alias")  # beside the private ones, for those whom the settings name


def command_menu(words: Words, *, is_private: bool, is_admin: bool = False) -> tuple[BotCommand, ...]:
    """What setMyCommands takes for one scope and language; `is_admin` is for the private chat of a bot's admin."""
    names = (*PRIVATE, *ADMIN) if is_admin else PRIVATE if is_private else GROUP
    return tuple(BotCommand(command=name, description=words.text(f"command.{name}")) for name in names)
