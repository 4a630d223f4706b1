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
from bot.delivery.schedule import next_due
from bot.rendering.callbacks import DigestChoice, DigestHour, Language, Screen, SettingsChoice, Switch, Timezone
from bot.rendering.locales import LANGUAGES
from bot.rendering.notices import Toast
from bot.rendering.settings import ZONES
from storage.records import Chat, ChatState, Schedule


async def show_settings(_: Message, visit: Visit) -> Reply:
    """/settings."""
    return Say(await draw_screen(visit, Screen.SETTINGS))


async def show_digest(_: Message, visit: Visit) -> Reply:
    """/digest."""
    return Say(await draw_screen(visit, Screen.DIGEST))


async def turn_switch(_: CallbackQuery, callback_data: SettingsChoice, visit: Visit) -> Replies:
    """Pictures, sound, hashtags."""
    visit = await visit.save(switched(visit.chat, callback_data.switch, is_on=callback_data.on))
    return notice(Toast.CHANGED, visit), Redraw(await draw_screen(visit, Screen.SETTINGS))


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
    zone = ZoneInfo(callback_data.name)
    visit = await visit.save(rescheduled(replace(visit.chat, timezone=zone.key), visit.now, zone))
    return notice(Toast.CHANGED, visit), Redraw(await draw_screen(visit, Screen.SETTINGS))


async def choose_schedule(_: CallbackQuery, callback_data: DigestChoice, visit: Visit) -> Replies:
    """At once, or daily."""
    chosen = replace(visit.chat, schedule=callback_data.schedule)
    visit = await visit.save(rescheduled(chosen, visit.now, visit.zone))
    return notice(Toast.CHANGED, visit), Redraw(await draw_screen(visit, Screen.DIGEST))


async def choose_hour(_: CallbackQuery, callback_data: DigestHour, visit: Visit) -> Replies:
    """One more hour of the daily digest, or one less."""
    hours = turned(visit.chat.hours, callback_data.hour, is_on=callback_data.on)
    if not hours:
        return notice(Toast.LAST_HOUR, visit)
    visit = await visit.save(rescheduled(replace(visit.chat, hours=hours), visit.now, visit.zone))
    return notice(Toast.CHANGED, visit), Redraw(await draw_screen(visit, Screen.DIGEST))


def switched(chat: Chat, switch: Switch, *, is_on: bool) -> Chat:
    """The chat with this switch turned."""
    match switch:
        case Switch.PICTURES:
            return replace(chat, with_pictures=is_on)
        case Switch.SOUND:
            return replace(chat, is_silent=not is_on)
        case Switch.HASHTAGS:
            return replace(chat, with_hashtags=is_on)


def turned(hours: tuple[int, ...], hour: int, *, is_on: bool) -> tuple[int, ...]:
    """The hours with this one among them or not; what is no hour of a day changes nothing."""
    chosen = set(hours) | {hour} if is_on else set(hours) - {hour}
    return tuple(sorted(chosen & set(range(24))))


def rescheduled(chat: Chat, now: datetime, zone: ZoneInfo) -> Chat:
    """The chat with the due time that its schedule asks for.

    One that turns to instant is due now: what waited for the digest must not be lost.
    """
    if chat.state is not ChatState.ACTIVE:
        return chat
    return replace(chat, due_at=now if chat.schedule is Schedule.INSTANT else next_due(chat, now, zone))


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
    return router
