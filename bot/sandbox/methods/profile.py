"""The bot's name and descriptions, by language."""

from collections.abc import Callable
from typing import Any

from bot.sandbox.errors import bad_request
from bot.sandbox.params import Params
from bot.sandbox.telegram import Profile, Telegram

MAX_NAME = 64
MAX_DESCRIPTION = 512
MAX_SHORT = 120


def _setter(field: str, shelf: Callable[[Profile], dict[str, str]], limit: int, refusal: str) -> Any:
    async def put(telegram: Telegram, params: Params) -> Any:
        text = params.text(field)
        if len(text) > limit:
            raise bad_request(refusal)
        texts, language = shelf(telegram.profile), params.text("language_code")
        if text:
            texts[language] = text
        else:
            texts.pop(language, None)
        return True

    return put


def _getter(field: str, shelf: Callable[[Profile], dict[str, str]]) -> Any:
    async def show(telegram: Telegram, params: Params) -> Any:
        texts = shelf(telegram.profile)
        return {field: texts.get(params.text("language_code")) or texts.get("", "")}

    return show


async def get_my_name(telegram: Telegram, params: Params) -> Any:
    """The name by language, else the one the bot was made with."""
    names = telegram.profile.names
    return {"name": names.get(params.text("language_code")) or names.get("") or telegram.world.bot.first_name}


METHODS = {
    "setMyName": _setter("name", lambda profile: profile.names, MAX_NAME, "BOT_TITLE_INVALID"),
    "getMyName": get_my_name,
    "setMyDescription": _setter(
        "description", lambda profile: profile.descriptions, MAX_DESCRIPTION, "BOT_DESCRIPTION_INVALID"
    ),
    "getMyDescription": _getter("description", lambda profile: profile.descriptions),
    "setMyShortDescription": _setter(
        "short_description", lambda profile: profile.short_descriptions, MAX_SHORT, "BOT_SHORT_DESCRIPTION_INVALID"
    ),
    "getMyShortDescription": _getter("short_description", lambda profile: profile.short_descriptions),
}
