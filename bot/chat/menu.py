"""The command menu: what works, by language, for private chats and groups."""

from aiogram import Bot
from aiogram.types import BotCommandScopeAllGroupChats, BotCommandScopeAllPrivateChats

from bot.chat.context import ChatContext
from bot.rendering.commands import command_menu
from bot.rendering.locales import LANGUAGES


async def set_commands(bot: Bot, context: ChatContext) -> None:
    """Tell Telegram the menus. Whose Telegram speaks another language sees the settings' one.

    Raises aiogram's errors.
    """
    locales = context.composer.locales
    for language in (None, *LANGUAGES):
        words = locales.words(language)
        private, group = command_menu(words, is_private=True), command_menu(words, is_private=False)
        await bot.set_my_commands(list(private), scope=BotCommandScopeAllPrivateChats(), language_code=language)
        await bot.set_my_commands(list(group), scope=BotCommandScopeAllGroupChats(), language_code=language)
