"""What a chat follows: /follow, /unfollow, /topics and their buttons. In groups the admins decide."""

from aiogram import Router
from aiogram.filters import CommandObject
from aiogram.types import CallbackQuery, Message

from bot.chat.context import Visit
from bot.chat.filters import command
from bot.chat.listing import count_stories, draw_topic
from bot.chat.middleware import FOR_ADMINS
from bot.chat.replies import Redraw, Replies, Reply, Say, notice
from bot.chat.screens import draw_screen
from bot.rendering.callbacks import FollowAll, FollowQuestion, FollowTopic, Screen, Unfollow, UnfollowTopic
from bot.rendering.follows import followed, following_everything, not_followed, unfollowed
from bot.rendering.message import Outgoing
from bot.rendering.notices import Toast


async def follow(_: Message, command: CommandObject, visit: Visit) -> Reply:
    """/follow WORDS; without words, topics to choose from."""
    if not command.args:
        return Say(await draw_screen(visit, Screen.FOLLOW_MENU))
    topic = await visit.archive.save_topic(visit.stores, command.args)
    visit = await visit.follow(topic.id)
    answer = await visit.archive.open_topic(visit.stores, topic, size=1)
    return Say(followed(await count_stories(visit, topic), visit.words, near=answer.near))


async def unfollow(_: Message, command: CommandObject, visit: Visit) -> Reply:
    """/unfollow WORDS; without words, what is followed, each with a button to drop it."""
    if not command.args:
        return Say(await draw_screen(visit, Screen.FOLLOWS))
    topic = await visit.archive.find_topic(visit.stores, command.args)
    if topic is None or not await visit.stores.chats.unfollow(visit.chat.id, topic_id=topic.id):
        return Say(not_followed(topic.name if topic else command.args, visit.words))
    return Say(unfollowed(await count_stories(visit, topic), visit.words))


async def show_follows(_: Message, visit: Visit) -> Reply:
    """/topics."""
    return Say(await draw_screen(visit, Screen.FOLLOWS))


async def follow_topic(_: CallbackQuery, callback_data: FollowTopic, visit: Visit) -> Replies:
    """The button under a topic, or on the menu of topics."""
    topic = await visit.stores.topics.get(callback_data.topic_id)
    visit = await visit.follow(topic.id)
    return notice(Toast.FOLLOWED, visit), Redraw(await _again(visit, callback_data.screen, topic.id))


async def unfollow_topic(_: CallbackQuery, callback_data: UnfollowTopic, visit: Visit) -> Replies:
    """The same button, pressed once more."""
    topic = await visit.stores.topics.get(callback_data.topic_id)
    await visit.stores.chats.unfollow(visit.chat.id, topic_id=topic.id)
    return notice(Toast.UNFOLLOWED, visit), Redraw(await _again(visit, callback_data.screen, topic.id))


async def follow_question(_: CallbackQuery, callback_data: FollowQuestion, visit: Visit) -> Replies:
    """The button under a question: its words become a topic now."""
    words = await visit.stores.topics.get_question(callback_data.question_id)
    topic = await visit.archive.save_topic(visit.stores, words)
    visit = await visit.follow(topic.id)
    return notice(Toast.FOLLOWED, visit), Redraw(await draw_topic(visit, topic.id))


async def follow_everything(_: CallbackQuery, callback_data: FollowAll, visit: Visit) -> Replies:
    """All news, or all news no more."""
    if not callback_data.on:
        await visit.stores.chats.unfollow(visit.chat.id)
        screen = callback_data.screen or Screen.FOLLOW_MENU
        return notice(Toast.UNFOLLOWED, visit), Redraw(await draw_screen(visit, screen))
    visit = await visit.follow()
    if callback_data.screen is Screen.FOLLOW_MENU:
        return notice(Toast.FOLLOWED, visit), Redraw(await draw_screen(visit, Screen.FOLLOW_MENU))
    return notice(Toast.FOLLOWED, visit), Redraw(following_everything(visit.words))


async def drop_follow(_: CallbackQuery, callback_data: Unfollow, visit: Visit) -> Replies:
    """A cross on the list of follows."""
    chats = visit.stores.chats
    found = [
        view.follow for view in await chats.get_follows(visit.chat.id) if view.follow.id == callback_data.follow_id
    ]
    for one in found:
        await chats.unfollow(visit.chat.id, topic_id=one.topic_id, source_id=one.source_id)
    toast = Toast.UNFOLLOWED if found else Toast.STALE
    return notice(toast, visit), Redraw(await draw_screen(visit, Screen.FOLLOWS, callback_data.page))


async def _again(visit: Visit, screen: Screen | None, topic_id: int) -> Outgoing:
    """The screen that the button stood on; the topic's own list where it names none."""
    return await (draw_topic(visit, topic_id) if screen is None else draw_screen(visit, screen))


def create_router() -> Router:
    """Handlers of this subject."""
    router = Router(name="follows")
    admins = {FOR_ADMINS: True}
    router.message.register(follow, command("follow"), flags=admins)
    router.message.register(unfollow, command("unfollow"), flags=admins)
    router.message.register(show_follows, command("topics"))
    router.callback_query.register(follow_topic, FollowTopic.filter(), flags=admins)
    router.callback_query.register(unfollow_topic, UnfollowTopic.filter(), flags=admins)
    router.callback_query.register(follow_question, FollowQuestion.filter(), flags=admins)
    router.callback_query.register(follow_everything, FollowAll.filter(), flags=admins)
    router.callback_query.register(drop_follow, Unfollow.filter(), flags=admins)
    return router
