"""The chat's time zone: what it is called, and the screen to choose it from."""

from datetime import datetime
from zoneinfo import ZoneInfo

from aiogram.utils.formatting import Bold

from bot.rendering.callbacks import Screen, Timezone
from bot.rendering.keyboards import back_row, button, grid, keyboard, marked
from bot.rendering.locales import Words
from bot.rendering.message import Outgoing, compose

# Where readers of Tajik and Central Asian news live; any other IANA zone stays as it was set.
ZONES = (
    "Asia/Dushanbe", "Asia/Tashkent", "Asia/Almaty", "Asia/Bishkek", "Asia/Ashgabat", "Asia/Kabul", "Asia/Tehran",
    "Asia/Dubai", "Europe/Moscow", "Asia/Yekaterinburg", "Asia/Novosibirsk", "Asia/Vladivostok", "Europe/Istanbul",
    "Europe/Berlin", "Europe/London", "Asia/Shanghai", "America/New_York", "UTC",
)  # fmt: skip


def zone_name(timezone: ZoneInfo, words: Words) -> str:
    """The city in the reader's language; another zone by its IANA name."""
    return words.text(f"zone.{timezone.key}") if timezone.key in ZONES else timezone.key


def clock(timezone: ZoneInfo, now: datetime) -> str:
    """What the clock on the wall shows there: 14:05."""
    return f"{now.astimezone(timezone):%H:%M}"


def timezone_screen(words: Words, *, timezone: ZoneInfo, now: datetime, back: Screen = Screen.SETTINGS) -> Outgoing:
    """Zones with the time that is there now: a reader looks for the clock on the wall. Any choice leads `back`."""
    zones = [ZoneInfo(name) for name in ZONES]
    if timezone.key not in ZONES:
        zones.insert(0, timezone)
    buttons = [
        button(
            marked(f"{zone_name(zone, words)} · {clock(zone, now)}", is_on=zone.key == timezone.key),
            Timezone(name=zone.key, screen=back),
        )
        for zone in zones
    ]
    return compose(
        Bold(words.text("settings.choose_timezone")),
        "\n\n",
        words.text("settings.timezone_hint"),
        keyboard=keyboard(*grid(buttons, 2), back_row(words, back)),
    )
