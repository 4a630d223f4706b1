"""/settings and /digest: how a chat wants its news. In groups the admins decide."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from aiogram import Router
from aiogram.types import CallbackQuery, Message

from bot.chat.context import Visit
from bot.chat.filters import command
from bot.chat.middleware import FOR_ADMINS
from bot.chat.replies import Redraw, Replies, Reply, Say, notice
from bot.chat.screens import draw_screen
from bot.delivery.schedule import serve_at
from bot.rendering.callbacks import (
    DigestChoice,
    DigestHour,
    DigestWeekday,
    Language,
    NightChoice,
    NightHour,
    Screen,
    SettingsChoice,
    Switch,
    Timezone,
)
from bot.rendering.locales import LANGUAGES
from bot.rendering.notices import Toast
from bot.rendering.schedules import NIGHT_BEGINS, NIGHT_ENDS
from bot.rendering.timezones import ZONES
from storage.records import Chat, ChatState, Night

DAYS_OF_WEEK = 7


async def show_settings(_: Message, visit: Visit) -> Reply:
    """/settings."""
    return Say(await draw_screen(visit, Screen.SETTINGS))


async def show_digest(_: Message, visit: Visit) -> Reply:
    """/digest."""
    return Say(await draw_screen(visit, Screen.DIGEST))


async def turn_switch(_: CallbackQuery, callback_data: SettingsChoice, visit: Visit) -> Replies:
    """Pictures, sound, hashtags; whether urgent stories break in."""
    visit = await visit.save(switched(visit.chat, callback_data.switch, is_on=callback_data.on))
    return notice(Toast.CHANGED, visit), Redraw(await draw_screen(visit, callback_data.screen))


async def choose_language(_: CallbackQuery, callback_data: Language, visit: Visit) -> Replies:
    """The screen is drawn again in the language chosen."""
    if callback_data.language not in LANGUAGES:
        return notice(Toast.STALE, visit)
    visit = await visit.save(replace(visit.chat, language=callback_data.language))
    return notice(Toast.CHANGED, visit), Redraw(await draw_screen(visit, callback_data.screen))


async def choose_timezone(_: CallbackQuery, callback_data: Timezone, visit: Visit) -> Replies:
    """Digests come at the new zone's hours from now on."""
    if callback_data.name not in {*ZONES, visit.zone.key}:
        return notice(Toast.STALE, visit)
    return await _reschedule(visit, replace(visit.chat, timezone=callback_data.name), callback_data.screen)


async def choose_schedule(_: CallbackQuery, callback_data: DigestChoice, visit: Visit) -> Replies:
    """At once, hourly, daily or weekly."""
    return await _reschedule(visit, replace(visit.chat, schedule=callback_data.schedule), Screen.DIGEST)


async def choose_hour(_: CallbackQuery, callback_data: DigestHour, visit: Visit) -> Replies:
    """One more hour of the digest, or one less."""
    hours = turned(visit.chat.hours, callback_data.hour, is_on=callback_data.on)
    if not hours:
        return notice(Toast.LAST_HOUR, visit)
    return await _reschedule(visit, replace(visit.chat, hours=hours), Screen.DIGEST)


async def choose_weekday(_: CallbackQuery, callback_data: DigestWeekday, visit: Visit) -> Replies:
    """The day of the weekly digest."""
    if callback_data.weekday not in range(DAYS_OF_WEEK):
        return notice(Toast.STALE, visit)
    return await _reschedule(visit, replace(visit.chat, weekday=callback_data.weekday), Screen.DIGEST)


async def choose_night(_: CallbackQuery, callback_data: NightChoice, visit: Visit) -> Replies:
    """As by day, silent, or quiet: what a quiet night held back comes as soon as it is no more."""
    return await _reschedule(visit, with_night(visit.chat, callback_data.night), Screen.NIGHT)


async def choose_night_hour(_: CallbackQuery, callback_data: NightHour, visit: Visit) -> Replies:
    """When the night begins, or when it ends."""
    hour, is_end = callback_data.hour, callback_data.is_end
    if hour not in (NIGHT_ENDS if is_end else NIGHT_BEGINS):
        return notice(Toast.STALE, visit)
    chosen = replace(visit.chat, night_until=hour) if is_end else replace(visit.chat, night_from=hour)
    return await _reschedule(visit, chosen, Screen.NIGHT)


async def _reschedule(visit: Visit, chosen: Chat, screen: Screen) -> Replies:
    """Write the choice down with the due time that follows from it, and draw its screen again."""
    zone = visit.context.composer.zone(chosen)
    visit = await visit.save(rescheduled(chosen, visit.now, zone))
    return notice(Toast.CHANGED, visit), Redraw(await draw_screen(visit, screen))


def switched(chat: Chat, switch: Switch, *, is_on: bool) -> Chat:
    """The chat with this switch turned."""
    match switch:
        case Switch.PICTURES:
            return replace(chat, with_pictures=is_on)
        case Switch.SOUND:
            return replace(chat, is_silent=not is_on)
        case Switch.HASHTAGS:
            return replace(chat, with_hashtags=is_on)
        case Switch.URGENT:
            return replace(chat, takes_urgent=is_on)


def with_night(chat: Chat, night: Night) -> Chat:
    """The chat with this night. One that becomes quiet is quiet: urgent stories break in only if asked for anew."""
    becomes_quiet = night is Night.QUIET and chat.night is not Night.QUIET
    return replace(chat, night=night, takes_urgent=chat.takes_urgent and not becomes_quiet)


def turned(hours: tuple[int, ...], hour: int, *, is_on: bool) -> tuple[int, ...]:
    """The hours with this one among them or not; what is no hour of a day changes nothing."""
    chosen = set(hours) | {hour} if is_on else set(hours) - {hour}
    return tuple(sorted(chosen & set(range(24))))


def rescheduled(chat: Chat, now: datetime, zone: ZoneInfo) -> Chat:
    """The chat with the due time that its schedule asks for: as if a story came now.

    So a chat that gets no more digests is due all the same: what waited for the next one must not be lost. A chat that
    is due already stays so: it is served now, and the new choice counts from then.
    """
    if chat.state is not ChatState.ACTIVE or (chat.due_at is not None and chat.due_at <= now):
        return chat
    return replace(chat, due_at=serve_at(chat, now, zone))


def create_router() -> Router:
    """Handlers of this subject."""
    router = Router(name="settings")
    admins = {FOR_ADMINS: True}
    router.message.register(show_settings, command("settings"), flags=admins)
    router.message.register(show_digest, command("digest"), flags=admins)
    router.callback_query.register(turn_switch, SettingsChoice.filter(), flags=admins)
    router.callback_query.register(choose_language, Language.filter(), flags=admins)
    router.callback_query.register(choose_timezone, Timezone.filter(), flags=admins)
    router.callback_query.register(choose_schedule, DigestChoice.filter(), flags=admins)
    router.callback_query.register(choose_hour, DigestHour.filter(), flags=admins)
    router.callback_query.register(choose_weekday, DigestWeekday.filter(), flags=admins)
    router.callback_query.register(choose_night, NightChoice.filter(), flags=admins)
    router.callback_query.register(choose_night_hour, NightHour.filter(), flags=admins)
    return router
