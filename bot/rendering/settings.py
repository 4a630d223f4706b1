"""/settings and /digest: how a chat wants its news, changed by a press."""

from datetime import datetime
from zoneinfo import ZoneInfo

from aiogram.types import InlineKeyboardButton
from aiogram.utils.formatting import Bold

from bot.rendering.callbacks import DigestChoice, DigestHour, OpenScreen, Screen, SettingsChoice, Switch, Timezone
from bot.rendering.keyboards import Row, button, grid, keyboard, marked
from bot.rendering.locales import Words
from bot.rendering.message import Outgoing, compose, joined
from bot.rendering.welcome import LANGUAGE_NAMES, language_row
from storage.records import Chat, ChatKind, Schedule

# Where readers of Tajik and Central Asian news live; any other IANA zone stays as it was set.
ZONES = (
    "Asia/Dushanbe", "Asia/Tashkent", "Asia/Almaty", "Asia/Bishkek", "Asia/Ashgabat", "Asia/Kabul", "Asia/Tehran",
    "Asia/Dubai", "Europe/Moscow", "Asia/Yekaterinburg", "Asia/Novosibirsk", "Asia/Vladivostok", "Europe/Istanbul",
    "Europe/Berlin", "Europe/London", "Asia/Shanghai", "America/New_York", "UTC",
)  # fmt: skip


def settings_screen(chat: Chat, words: Words, *, timezone: ZoneInfo, now: datetime) -> Outgoing:
    """What is set now, and a button for each of it. `timezone` is the chat's, or the settings' where it has none."""
    lines = [
        words.text("settings.language", language=LANGUAGE_NAMES[words.language]),
        words.text("settings.timezone", zone=zone_name(timezone, words), time=_clock(timezone, now)),
        words.text("settings.delivery", how=_delivery(chat, words)),
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
        keyboard=keyboard(language_row(words, Screen.SETTINGS), [_back(words)]),
    )


def timezone_screen(words: Words, *, timezone: ZoneInfo, now: datetime) -> Outgoing:
    """Zones with the time that is there now: a reader looks for the clock on the wall."""
    zones = [ZoneInfo(name) for name in ZONES]
    if timezone.key not in ZONES:
        zones.insert(0, timezone)
    buttons = [
        button(
            marked(f"{zone_name(zone, words)} · {_clock(zone, now)}", is_on=zone.key == timezone.key),
            Timezone(name=zone.key),
        )
        for zone in zones
    ]
    return compose(
        Bold(words.text("settings.choose_timezone")),
        "\n\n",
        words.text("settings.timezone_hint"),
        keyboard=keyboard(*grid(buttons, 2), [_back(words)]),
    )


def digest_screen(chat: Chat, words: Words, *, timezone: ZoneInfo) -> Outgoing:
    """/digest: at once, or once or more a day at local hours; the hours stand on a grid of the day."""
    is_daily = chat.schedule is Schedule.DAILY
    rows: list[Row] = [
        [
            button(marked(words.text("digest.instant"), is_on=not is_daily), DigestChoice(schedule=Schedule.INSTANT)),
            button(marked(words.text("digest.daily"), is_on=is_daily), DigestChoice(schedule=Schedule.DAILY)),
        ]
    ]
    if is_daily:
        hours = (
            button(_hour_label(hour, is_on=hour in chat.hours), DigestHour(hour=hour, on=hour not in chat.hours))
            for hour in range(24)
        )
        rows += grid(hours, 6)
    zone = words.text("digest.zone", zone=zone_name(timezone, words))
    hint = "\n\n".join([words.text("digest.hint"), zone]) if is_daily else words.text("digest.instant_hint")
    return compose(
        Bold(words.text("digest.title")),
        "\n",
        _delivery(chat, words),
        "\n\n",
        hint,
        keyboard=keyboard(
            *rows, [button(words.text("settings.timezone_button"), OpenScreen(screen=Screen.TIMEZONE))], [_back(words)]
        ),
    )


def zone_name(timezone: ZoneInfo, words: Words) -> str:
    """The city in the reader's language; another zone by its IANA name."""
    return words.text(f"zone.{timezone.key}") if timezone.key in ZONES else timezone.key


def _delivery(chat: Chat, words: Words) -> str:
    if chat.schedule is Schedule.INSTANT or not chat.hours:
        return words.text("digest.is_instant")
    return words.text("digest.is_daily", hours=", ".join(f"{hour:02}:00" for hour in sorted(chat.hours)))


def _hour_label(hour: int, *, is_on: bool) -> str:
    """Six stand in a row on a phone 390 pixels wide: no room for the wide mark of other choices."""
    return f"✓{hour}" if is_on else str(hour)


def _switch(switch: Switch, words: Words, *, is_on: bool) -> InlineKeyboardButton:
    labels = {
        Switch.PICTURES: words.text("settings.pictures_button"),
        Switch.SOUND: words.text("settings.sound_button"),
        Switch.HASHTAGS: words.text("settings.hashtags_button"),
    }
    return button(marked(labels[switch], is_on=is_on), SettingsChoice(switch=switch, on=not is_on))


def _back(words: Words) -> InlineKeyboardButton:
    return button(words.text("button.back"), OpenScreen(screen=Screen.SETTINGS))


def _clock(timezone: ZoneInfo, now: datetime) -> str:
    return f"{now.astimezone(timezone):%H:%M}"
