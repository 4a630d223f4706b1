"""Screens that buttons open in place, drawn for a visit."""

from bot.chat.context import Visit
from bot.rendering.callbacks import Screen
from bot.rendering.follows import follow_list
from bot.rendering.message import Outgoing
from bot.rendering.schedules import digest_screen, night_screen
from bot.rendering.settings import language_screen, settings_screen
from bot.rendering.timezones import timezone_screen
from bot.rendering.welcome import asking_screen, follow_menu, help_screen, welcome
from storage.records import ChatState, FollowView


async def draw_screen(  # noqa: C901, PLR0911 - one return a screen
    visit: Visit, screen: Screen, page: int = 0, back: Screen | None = None
) -> Outgoing:
    """A screen as it stands for this chat now; `back` as in OpenScreen."""
    chat, words, zone = visit.chat, visit.words, visit.zone
    match screen:
        case Screen.WELCOME:
            return welcome(words)
        case Screen.HELP:
            return help_screen(words, is_private=visit.is_private, is_admin=visit.is_private and visit.is_admin)
        case Screen.ASKING:
            return asking_screen(words)
        case Screen.FOLLOWS:
            return follow_list(await visit.stores.chats.get_follows(chat.id), words, page=page)
        case Screen.FOLLOW_MENU:
            return await _draw_menu(visit)
        case Screen.SETTINGS:
            return settings_screen(chat, words, timezone=zone, now=visit.now)
        case Screen.DIGEST:
            return digest_screen(chat, words, timezone=zone)
        case Screen.NIGHT:
            return night_screen(chat, words)
        case Screen.LANGUAGE:
            return language_screen(words)
        case Screen.TIMEZONE:
            return timezone_screen(words, timezone=zone, now=visit.now, back=back or Screen.SETTINGS)


async def _draw_menu(visit: Visit) -> Outgoing:
    follows = await visit.stores.chats.get_follows(visit.chat.id)
    followed = {view.follow.topic_id for view in follows if view.follow.topic_id is not None}
    return follow_menu(
        await visit.stores.topics.get_offered(followed),
        followed,
        visit.words,
        follows_everything=any(_is_everything(view) for view in follows),
        is_start=visit.chat.state is ChatState.NEW,
    )


def _is_everything(view: FollowView) -> bool:
    return view.follow.topic_id is None and view.follow.source_id is None
