"""The command menu: only commands that work, described in each language."""

from aiogram.types import BotCommand

from bot.rendering.locales import Words

# In the order in which people look for them. The names are the contract's; the words are in the locales.
PRIVATE = (
    "latest", "top", "topic", "search", "follow", "unfollow", "topics", "digest", "saved", "settings",
    "stop", "help", "privacy", "delete", "start",
)  # fmt: skip
GROUP = ("latest", "top", "topic", "search", "follow", "unfollow", "topics", "digest", "settings", "stop", "help")


def command_menu(words: Words, *, is_private: bool) -> tuple[BotCommand, ...]:
    """What setMyCommands takes for one scope and language."""
    names = PRIVATE if is_private else GROUP
    return tuple(BotCommand(command=name, description=words.text(f"command.{name}")) for name in names)
