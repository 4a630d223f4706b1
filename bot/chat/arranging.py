"""What Telegram has to be told at a start: how to reach the bot, its commands; and the settings' channels are found."""

from collections.abc import Sequence

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError, TelegramMigrateToChat, TelegramNotFound, TelegramUnauthorizedError

from bot.chat.channels import UnknownSource, arrange_channel
from bot.chat.context import ChatContext
from bot.chat.menu import set_commands
from config.settings import ChannelSettings

log = structlog.get_logger("khabar.app")

AGAIN_IN = 30  # seconds between attempts to reach Telegram for the menu and the settings' channels
NOT_KNOWN = "Telegram does not know this token: get it again from @BotFather"


class CannotArrange(Exception):
    """The bot cannot be arranged as the settings say; the text says what to do."""


class Arranger:
    """Arranges what is left to arrange, again and again until nothing is."""

    def __init__(self, bot: Bot, context: ChatContext, updates: Sequence[str], just_stopped: frozenset[int]) -> None:
        """`updates` are the kinds that handlers take; `just_stopped` chats whose name the settings have no more."""
        self._bot = bot
        self._context = context
        self._updates = list(updates)
        self._just_stopped = just_stopped
        self._is_introduced = False
        self._channels = dict.fromkeys(context.settings.channels)

    async def arrange(self) -> None:
        """Introduce the bot to Telegram and find the settings' channels.

        What Telegram refuses or cannot be reached for is left for the next call. Raises `CannotArrange` for a token
        that Telegram does not know, and for settings that name no source.
        """
        try:
            if not self._is_introduced:
                await self._introduce()
                self._is_introduced = True
        except (TelegramUnauthorizedError, TelegramNotFound):
            raise CannotArrange(NOT_KNOWN) from None
        except AiogramError as error:
            log.warning("Telegram cannot be reached, trying again", error=str(error), again_in=AGAIN_IN)
            return
        for wanted in tuple(self._channels):
            await self._arrange_channel(wanted)

    async def _introduce(self) -> None:
        webhook = self._context.settings.webhook
        if webhook.url:
            secret = webhook.secret.get_secret_value()
            await self._bot.set_webhook(webhook.url, secret_token=secret, allowed_updates=self._updates)
        else:
            await self._bot.delete_webhook()
        await set_commands(self._bot, self._context)

    async def _arrange_channel(self, wanted: ChannelSettings) -> None:
        try:
            chat_id = await arrange_channel(self._bot, self._context, wanted, self._just_stopped)
        except UnknownSource as error:
            raise CannotArrange(str(error)) from None
        except TelegramMigrateToChat as error:
            new = error.migrate_to_chat_id
            log.warning("a group of the settings has a new id: write it there", chat=wanted.chat, new_id=new)
            del self._channels[wanted]
            self._channels[wanted.model_copy(update={"chat": new})] = None
            return
        except AiogramError as error:
            advice = "add the bot to it as an admin who may post"
            log.error("a channel cannot be used", chat=wanted.chat, error=str(error), advice=advice)
            return
        log.info("a channel is ready", chat=wanted.chat, id=chat_id)
        del self._channels[wanted]
