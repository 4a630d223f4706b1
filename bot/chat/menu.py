"""The command menu: what works, by language, for private chats, groups and the bot's admins."""

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError
from aiogram.types import BotCommandScopeAllGroupChats, BotCommandScopeAllPrivateChats, BotCommandScopeChat

from bot.chat.context import ChatContext
from bot.rendering.commands import command_menu
from bot.rendering.locales import LANGUAGES

log = structlog.get_logger("khabar.chat")


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
    for admin in context.settings.admins:
        try:
            await _set_admin_menu(bot, context, admin)
        except (TelegramBadRequest, TelegramForbiddenError) as error:
            advice = "an admin who has never written to the bot gets their menu with the next start after that"
            log.info("an admin has no menu of their own", admin=admin, reason=error.message, advice=advice)


async def _set_admin_menu(bot: Bot, context: ChatContext, admin: int) -> None:
    """The menu of an admin's private chat. Telegram knows no such chat before they have written to the bot.

    Raises aiogram's errors.
    """
    for language in (None, *LANGUAGES):
        menu = command_menu(context.composer.locales.words(language), is_private=True, is_admin=True)
        await bot.set_my_commands(list(menu), scope=BotCommandScopeChat(chat_id=admin), language_code=language)
