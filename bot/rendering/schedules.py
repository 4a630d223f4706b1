"""/digest: when a chat gets its news, and what happens at night; the same in words for /settings."""

from zoneinfo import ZoneInfo

from aiogram.types import InlineKeyboardButton
from aiogram.utils.formatting import Bold

from bot.rendering.callbacks import (
    DigestChoice,
    DigestHour,
    DigestWeekday,
    NightChoice,
    NightHour,
    OpenScreen,
    Resume,
    Screen,
    SettingsChoice,
    Switch,
)
from bot.rendering.keyboards import Row, back_row, button, grid, keyboard, marked
from bot.rendering.locales import Words
from bot.rendering.message import Outgoing, compose
from bot.rendering.timezones import zone_name
from storage.records import Chat, ChatState, Night, Schedule

# The hours that a night may begin and end with.
NIGHT_BEGINS = (20, 21, 22, 23, 0, 1)
NIGHT_ENDS = (5, 6, 7, 8, 9, 10)

# From Monday, as in `Chat.weekday`.
_WEEKDAYS = (
    "digest.monday", "digest.tuesday", "digest.wednesday", "digest.thursday", "digest.friday", "digest.saturday",
    "digest.sunday",
)  # fmt: skip
_ON_WEEKDAYS = (
    "digest.on_mondays", "digest.on_tuesdays", "digest.on_wednesdays", "digest.on_thursdays", "digest.on_fridays",
    "digest.on_saturdays", "digest.on_sundays",
)  # fmt: skip


def digest_screen(chat: Chat, words: Words, *, timezone: ZoneInfo) -> Outgoing:
    """At once, hourly, or a digest by days and local hours; the ways to the night and to what is urgent."""
    has_digests = _has_digests(chat)
    facts = [night_line(chat, words), _urgent_line(chat, words) if _waits(chat) else None]
    if has_digests or any(facts):
        facts.append(words.text("digest.zone", zone=zone_name(timezone, words)))
    return compose(
        Bold(words.text("digest.title")),
        "\n",
        delivery(chat, words),
        "\n\n",
        "\n\n".join(filter(None, [_silence_line(chat, words), _hint(chat, words), "\n".join(filter(None, facts))])),
        keyboard=keyboard(
            _silence_row(chat, words),
            *_schedules(chat, words),
            *(_digest_rows(chat, words) if has_digests else []),
            _urgent_row(chat, words, Screen.DIGEST) if _waits(chat) else [],
            [
                button(words.text("digest.night_button"), OpenScreen(screen=Screen.NIGHT)),
                button(words.text("settings.timezone_button"), OpenScreen(screen=Screen.TIMEZONE, back=Screen.DIGEST)),
            ],
            back_row(words, Screen.SETTINGS),
        ),
    )


def night_screen(chat: Chat, words: Words) -> Outgoing:
    """As by day, without a sound, or quiet until the morning; when the night is, and whether urgent news break it."""
    names = {Night.OFF: "digest.night_off", Night.SILENT: "digest.night_silent", Night.QUIET: "digest.night_quiet"}
    rows: list[Row] = [
        [button(marked(words.text(name), is_on=chat.night is night), NightChoice(night=night))]
        for night, name in names.items()
    ]
    hints = [words.text("digest.night_hint")]
    if _has_digests(chat):
        hints.append(words.text("digest.night_of_digests"))
    if chat.night is Night.QUIET:
        hints.append(_urgent_line(chat, words))
    if chat.night is not Night.OFF:
        rows += grid((_night_hour(hour, chat, words, is_end=False) for hour in NIGHT_BEGINS), 3)
        rows += grid((_night_hour(hour, chat, words, is_end=True) for hour in NIGHT_ENDS), 3)
    if chat.night is Night.QUIET:
        rows.append(_urgent_row(chat, words, Screen.NIGHT))
    return compose(
        Bold(words.text("digest.night_title")),
        "\n",
        _night(chat, words),
        "\n\n",
        "\n\n".join(hints),
        keyboard=keyboard(*rows, back_row(words, Screen.DIGEST)),
    )


def delivery(chat: Chat, words: Words) -> str:
    """When the chat's news comes: «дайджест каждый день в 09:00»."""
    hours = ", ".join(_clock(hour) for hour in sorted(chat.hours))
    match chat.schedule:
        case Schedule.INSTANT:
            return words.text("digest.is_instant")
        case Schedule.HOURLY:
            return words.text("digest.is_hourly")
        case Schedule.DAILY:
            return words.text("digest.is_daily", hours=hours)
        case Schedule.WEEKLY:
            return words.text("digest.is_weekly", day=words.text(_ON_WEEKDAYS[chat.weekday]), hours=hours)


def night_line(chat: Chat, words: Words) -> str | None:
    """What the night changes for this chat, with its hours; None where it changes nothing."""
    changes_nothing = chat.night is Night.OFF or (chat.night is Night.QUIET and _has_digests(chat))
    return None if changes_nothing else words.text("digest.at_night", how=_night(chat, words))


def _night(chat: Chat, words: Words) -> str:
    hours = {"begin": _clock(chat.night_from), "end": _clock(chat.night_until)}
    match chat.night:
        case Night.OFF:
            return words.text("digest.is_night_off")
        case Night.SILENT:
            return words.text("digest.is_night_silent", **hours)
        case Night.QUIET:
            is_broken = chat.takes_urgent
            return words.text("digest.is_night_urgent" if is_broken else "digest.is_night_quiet", **hours)


def _hint(chat: Chat, words: Words) -> str:
    hints = {
        Schedule.INSTANT: "digest.instant_hint",
        Schedule.HOURLY: "digest.hourly_hint",
        Schedule.DAILY: "digest.hint",
        Schedule.WEEKLY: "digest.weekly_hint",
    }
    return words.text(hints[chat.schedule])


def _schedules(chat: Chat, words: Words) -> list[Row]:
    """Three ways; a digest that is weekly stays so when it is pressed again."""
    digest = chat.schedule if _has_digests(chat) else Schedule.DAILY
    names = {Schedule.INSTANT: "digest.instant", Schedule.HOURLY: "digest.hourly", digest: "digest.daily"}
    return grid((_schedule(schedule, name, chat, words) for schedule, name in names.items()), 2)


def _digest_rows(chat: Chat, words: Words) -> list[Row]:
    """Daily or weekly, the week's days, the day's hours."""
    names = {Schedule.DAILY: "digest.every_day", Schedule.WEEKLY: "digest.weekly"}
    rows: list[Row] = [[_schedule(schedule, name, chat, words) for schedule, name in names.items()]]
    if chat.schedule is Schedule.WEEKLY:
        days = (
            button(_narrow(words.text(name), is_on=day == chat.weekday), DigestWeekday(weekday=day))
            for day, name in enumerate(_WEEKDAYS)
        )
        rows += grid(days, 4)
    hours = (
        button(_narrow(str(hour), is_on=hour in chat.hours), DigestHour(hour=hour, on=hour not in chat.hours))
        for hour in range(24)
    )
    return rows + grid(hours, 6)


def _schedule(schedule: Schedule, name: str, chat: Chat, words: Words) -> InlineKeyboardButton:
    return button(marked(words.text(name), is_on=chat.schedule is schedule), DigestChoice(schedule=schedule))


def _night_hour(hour: int, chat: Chat, words: Words, *, is_end: bool) -> InlineKeyboardButton:
    """«с 22:00» or «до 7:00»."""
    chosen = chat.night_until if is_end else chat.night_from
    time = f"{hour}:00"
    label = words.text("digest.until", time=time) if is_end else words.text("digest.from", time=time)
    return button(_narrow(label, is_on=hour == chosen), NightHour(hour=hour, is_end=is_end))


def _urgent_line(chat: Chat, words: Words) -> str:
    return words.text("digest.urgent_on") if chat.takes_urgent else words.text("digest.urgent_off")


def _urgent_row(chat: Chat, words: Words, screen: Screen) -> Row:
    is_on = chat.takes_urgent
    label = marked(words.text("digest.urgent_button"), is_on=is_on)
    return [button(label, SettingsChoice(switch=Switch.URGENT, on=not is_on, screen=screen))]


def _silence_line(chat: Chat, words: Words) -> str | None:
    """Said where none of it holds for now."""
    return None if chat.state is ChatState.ACTIVE else words.text("digest.nothing_comes")


def _silence_row(chat: Chat, words: Words) -> Row:
    """How to get news at all: choose what, or go on after /stop."""
    match chat.state:
        case ChatState.ACTIVE:
            return []
        case ChatState.NEW:
            return [button(words.text("follow.choose"), OpenScreen(screen=Screen.FOLLOW_MENU), style="primary")]
        case ChatState.STOPPED | ChatState.BLOCKED | ChatState.PAUSED:
            return [button(words.text("stop.resume"), Resume(), style="primary")]


def _waits(chat: Chat) -> bool:
    """Whether stories may have to wait: else an urgent one has nothing to break through."""
    return chat.schedule is not Schedule.INSTANT or chat.night is Night.QUIET


def _has_digests(chat: Chat) -> bool:
    return chat.schedule in {Schedule.DAILY, Schedule.WEEKLY}


def _narrow(label: str, *, is_on: bool) -> str:
    """For many in a row on a phone 390 pixels wide: there is no room for the wide mark of other choices."""
    return f"✓{label}" if is_on else label


def _clock(hour: int) -> str:
    return f"{hour:02}:00"
