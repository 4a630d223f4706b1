"""/settings: what a chat has chosen, changed by a press."""

from datetime import datetime
from zoneinfo import ZoneInfo

from aiogram.types import InlineKeyboardButton
from aiogram.utils.formatting import Bold

from bot.rendering.callbacks import OpenScreen, Screen, SettingsChoice, Switch
from bot.rendering.keyboards import Row, back_row, button, keyboard, marked
from bot.rendering.locales import Words
from bot.rendering.message import Outgoing, compose, joined
from bot.rendering.schedules import delivery, night_line
from bot.rendering.timezones import clock, zone_name
from bot.rendering.welcome import LANGUAGE_NAMES, language_row
from storage.records import Chat, ChatKind


def settings_screen(chat: Chat, words: Words, *, timezone: ZoneInfo, now: datetime) -> Outgoing:
    """What is set now, and a button for each of it. `timezone` is the chat's, or the settings' where it has none."""
    lines = [
        words.text("settings.language", language=LANGUAGE_NAMES[words.language]),
        words.text("settings.timezone", zone=zone_name(timezone, words), time=clock(timezone, now)),
        words.text("settings.delivery", how=delivery(chat, words)),
        *filter(None, [night_line(chat, words)]),
        words.text("settings.pictures_on") if chat.with_pictures else words.text("settings.pictures_off"),
        words.text("settings.sound_off") if chat.is_silent else words.text("settings.sound_on"),
    ]
    rows: list[Row] = [
        [
            button(words.text("settings.language_button"), OpenScreen(screen=Screen.LANGUAGE)),
            button(words.text("settings.timezone_button"), OpenScreen(screen=Screen.TIMEZONE)),
        ],
        [button(words.text("settings.delivery_button"), OpenScreen(screen=Screen.DIGEST))],
        [
            _switch(Switch.PICTURES, words, is_on=chat.with_pictures),
            _switch(Switch.SOUND, words, is_on=not chat.is_silent),
        ],
    ]
    if chat.kind is not ChatKind.PRIVATE:
        is_on = chat.with_hashtags
        lines.append(words.text("settings.hashtags_on") if is_on else words.text("settings.hashtags_off"))
        rows.append([_switch(Switch.HASHTAGS, words, is_on=is_on)])
    return compose(Bold(words.text("settings.title")), "\n\n", joined([*lines], "\n"), keyboard=keyboard(*rows))


def language_screen(words: Words) -> Outgoing:
    """The three languages."""
    return compose(
        Bold(words.text("settings.choose_language")),
        keyboard=keyboard(language_row(words, Screen.SETTINGS), back_row(words, Screen.SETTINGS)),
    )


def _switch(switch: Switch, words: Words, *, is_on: bool) -> InlineKeyboardButton:
    names = {
        Switch.PICTURES: "settings.pictures_button",
        Switch.SOUND: "settings.sound_button",
        Switch.HASHTAGS: "settings.hashtags_button",
    }
    return button(marked(words.text(names[switch]), is_on=is_on), SettingsChoice(switch=switch, on=not is_on))
