"""What a chat follows: /follow, /unfollow, /topics and their buttons. In groups the admins decide."""

from aiogram import Router
from aiogram.filters import CommandObject
from aiogram.types import CallbackQuery, Message

from bot.archive import Answer
from bot.chat.context import Visit
from bot.chat.filters import command
from bot.chat.listing import draw_opened, open_topic
from bot.chat.middleware import FINDS_FIRST, FOR_ADMINS
from bot.chat.replies import Redraw, Replies, Reply, Say, notice
from bot.chat.screens import draw_screen
from bot.rendering.callbacks import (
    FollowAll,
    FollowExactly,
    FollowQuestion,
    FollowTopic,
    Screen,
    Unfollow,
    UnfollowTopic,
)
from bot.rendering.follows import Meant, followed, following_everything, not_followed, unfollowed
from bot.rendering.message import Outgoing
from bot.rendering.notices import Toast
from storage.records import Topic


async def find_meant(_: Message, command: CommandObject, visit: Visit) -> Answer | None:
    """What /follow means: its words, or where they find nothing what may be meant by them."""
    if not command.args:
        return None
    return await visit.archive.ask_topic(visit.stores, command.args, size=1, followed=await visit.get_followed())


async def follow(_: Message, visit: Visit, found: Answer | None) -> Reply:
    """/follow WORDS; without words, topics to choose from."""
    if found is None:
        return Say(await draw_screen(visit, Screen.FOLLOW_MENU))
    followed_before = await visit.get_followed()
    meant = found.instead.text if found.instead else found.asked
    topic = found.topic or await visit.archive.save_topic(visit.stores, meant, followed_before)
    visit = await visit.follow(topic.id)
    instead_of = None
    if found.instead is not None:
        question_id = await visit.keep_question(found.asked)
        instead_of = Meant(found.asked, question_id, is_new=topic.id not in followed_before)
    return Say(followed(topic, visit.words, near=found.near, instead_of=instead_of))


async def find_dropped(_: Message, command: CommandObject, visit: Visit) -> tuple[Topic, str] | None:
    """Which of the chat's topics /unfollow means, and by which words."""
    if not command.args:
        return None
    return await visit.archive.find_followed(visit.stores, command.args, await visit.get_followed())


async def unfollow(_: Message, command: CommandObject, visit: Visit, found: tuple[Topic, str] | None) -> Reply:
    """/unfollow WORDS; without words, what is followed, each with a button to drop it."""
    if not command.args:
        return Say(await draw_screen(visit, Screen.FOLLOWS))
    if found is None:
        return Say(not_followed(command.args, visit.words))
    topic, meant = found
    await visit.stores.chats.unfollow(visit.chat.id, topic_id=topic.id)
    return Say(unfollowed(topic, visit.words, instead_of=None if meant == command.args else command.args))


async def show_follows(_: Message, visit: Visit) -> Reply:
    """/topics."""
    return Say(await draw_screen(visit, Screen.FOLLOWS))


async def find_topic(_: CallbackQuery, callback_data: FollowTopic | UnfollowTopic, visit: Visit) -> Answer | None:
    """The topic's list, where that is what is to be drawn again."""
    return None if callback_data.screen else await open_topic(visit, callback_data.topic_id)


async def follow_topic(_: CallbackQuery, callback_data: FollowTopic, visit: Visit, found: Answer | None) -> Replies:
    """The button under a topic, or on the menu of topics."""
    topic = await visit.stores.topics.get(callback_data.topic_id)
    visit = await visit.follow(topic.id)
    return notice(Toast.FOLLOWED, visit), Redraw(await _again(visit, callback_data.screen, found))


async def unfollow_topic(_: CallbackQuery, callback_data: UnfollowTopic, visit: Visit, found: Answer | None) -> Replies:
    """The same button, pressed once more."""
    await visit.stores.chats.unfollow(visit.chat.id, topic_id=callback_data.topic_id)
    return notice(Toast.UNFOLLOWED, visit), Redraw(await _again(visit, callback_data.screen, found))


async def find_question(_: CallbackQuery, callback_data: FollowQuestion, visit: Visit) -> Answer:
    """What answers a stored question as it was written."""
    words = await visit.stores.topics.get_question(callback_data.question_id)
    followed = await visit.get_followed()
    return await visit.archive.ask_topic(visit.stores, words, exactly=True, followed=followed)


async def follow_question(_: CallbackQuery, visit: Visit, found: Answer) -> Replies:
    """The button under a question: its words become a topic now."""
    topic = found.topic or await visit.archive.save_topic(visit.stores, found.asked, await visit.get_followed())
    visit = await visit.follow(topic.id)
    return notice(Toast.FOLLOWED, visit), Redraw(await draw_opened(visit, found, topic=topic))


async def follow_exactly(_: CallbackQuery, callback_data: FollowExactly, visit: Visit) -> Replies:
    """The button after something else was understood than was written."""
    words = await visit.stores.topics.get_question(callback_data.question_id)
    topic = await visit.archive.save_topic(visit.stores, words, await visit.get_followed())
    if callback_data.topic_id is not None:
        await visit.stores.chats.unfollow(visit.chat.id, topic_id=callback_data.topic_id)
    visit = await visit.follow(topic.id)
    return notice(Toast.FOLLOWED, visit), Redraw(followed(topic, visit.words))


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


async def _again(visit: Visit, screen: Screen | None, found: Answer | None) -> Outgoing:
    """The screen that the button stood on; the topic's own list where it names none."""
    return await draw_screen(visit, screen or Screen.FOLLOWS) if found is None else await draw_opened(visit, found)


def create_router() -> Router:
    """Handlers of this subject."""
    router = Router(name="follows")
    admins = {FOR_ADMINS: True}
    router.message.register(follow, command("follow"), flags=admins | {FINDS_FIRST: find_meant})
    router.message.register(unfollow, command("unfollow"), flags=admins | {FINDS_FIRST: find_dropped})
    router.message.register(show_follows, command("topics"))
    opens = admins | {FINDS_FIRST: find_topic}
    router.callback_query.register(follow_topic, FollowTopic.filter(), flags=opens)
    router.callback_query.register(unfollow_topic, UnfollowTopic.filter(), flags=opens)
    asks = admins | {FINDS_FIRST: find_question}
    router.callback_query.register(follow_question, FollowQuestion.filter(), flags=asks)
    router.callback_query.register(follow_exactly, FollowExactly.filter(), flags=admins)
    router.callback_query.register(follow_everything, FollowAll.filter(), flags=admins)
    router.callback_query.register(drop_follow, Unfollow.filter(), flags=admins)
    return router
