"""Who tells a story, page by page; and for admins, in private, which pages are one story."""

from typing import Any

import structlog
from aiogram import F, Router
from aiogram.enums import ChatType
from aiogram.types import CallbackQuery

from bot.chat.admin import not_yours
from bot.chat.context import ChatContext, Visit
from bot.chat.middleware import ONLY_READS
from bot.chat.replies import Redraw, Replies, Reply, Say, notice
from bot.rendering.message import Outgoing
from bot.rendering.notices import Toast
from bot.rendering.stories import (
    MAX_NEAR,
    merge_question,
    near_screen,
    split_question,
    split_screen,
    story_screen,
)
from bot.rendering.story_callbacks import ChooseSplit, MergeStories, OpenNear, OpenStory, SplitPage
from storage.errors import NotFound, NothingLeft
from storage.records import StoryView

log = structlog.get_logger("khabar.stories")


async def open_story(_: CallbackQuery, callback_data: OpenStory, visit: Visit) -> Reply:
    """All its pages."""
    shown = await _draw(visit, callback_data.story_id, callback_data.page)
    return Say(shown) if callback_data.anew else Redraw(shown)


async def choose_split(_: CallbackQuery, callback_data: ChooseSplit, visit: Visit) -> Reply:
    """Which of them is about something else?"""
    story = await _look_up(visit, callback_data.story_id)
    tellings = await visit.stores.stories.get_tellings(story.story_id)
    return Redraw(split_screen(story, tellings, visit.view, page=callback_data.page))


async def split(_: CallbackQuery, callback_data: SplitPage, visit: Visit) -> Replies:
    """That one: asked once more, then done."""
    story = await _look_up(visit, callback_data.story_id)
    tellings = await visit.stores.stories.get_tellings(story.story_id)
    page = next((one for one in tellings if one.article_id == callback_data.article_id), None)
    if page is None:
        return notice(Toast.ALREADY_SPLIT, visit), Redraw(await _draw(visit, story.story_id))
    if not callback_data.confirm:
        return Redraw(split_question(story, page, visit.words))
    told = await _split(visit, story.story_id, page.article_id)
    return notice(told, visit), Redraw(await _draw(visit, story.story_id))


async def open_near(_: CallbackQuery, callback_data: OpenNear, visit: Visit) -> Reply:
    """Which other story is the same?"""
    story = await _look_up(visit, callback_data.story_id)
    return Redraw(near_screen(story, await _find_near(visit, story), visit.view))


async def merge(_: CallbackQuery, callback_data: MergeStories, visit: Visit) -> Replies:
    """That one: asked once more, then done."""
    story, other = [await _look_up(visit, one) for one in (callback_data.story_id, callback_data.other_id)]
    if story.story_id == other.story_id:
        return notice(Toast.ALREADY_MERGED, visit), Redraw(await _draw(visit, story.story_id))
    if not callback_data.confirm:
        return Redraw(merge_question(story, other, visit.words))
    await visit.context.desk.merge(visit.stores, story.story_id, other.story_id, visit.now)
    log.info("an admin merged two stories", story=story.story_id, other=other.story_id, admin=visit.user_id)
    return notice(Toast.MERGED, visit), Redraw(await _draw(visit, story.story_id))


async def _look_up(visit: Visit, story_id: int) -> StoryView:
    """The story, or the one that it turned out to be. Raises `NotFound`."""
    return await visit.stores.stories.get_view(story_id, visit.language)


async def _draw(visit: Visit, story_id: int, page: int = 0) -> Outgoing:
    story = await _look_up(visit, story_id)
    tellings = await visit.stores.stories.get_tellings(story.story_id)
    return story_screen(story, tellings, visit.view, is_admin=visit.is_admin and visit.is_private, page=page)


async def _split(visit: Visit, story_id: int, article_id: int) -> Toast:
    try:
        new = await visit.context.desk.split(visit.stores, article_id, visit.now)
    except NothingLeft:  # all others are copies of this one, which go with it
        return Toast.LAST_PAGE
    log.info("an admin split a story", story=story_id, article=article_id, new=new, admin=visit.user_id)
    return Toast.SPLIT


async def _find_near(visit: Visit, story: StoryView) -> list[StoryView]:
    """Open stories that may be this one; what is near may have been merged or withdrawn since it was seen."""
    near: dict[int, StoryView] = {}
    for one in visit.context.desk.near(story.story_id, MAX_NEAR):
        try:
            found = await _look_up(visit, one)
        except NotFound:
            continue
        if found.story_id != story.story_id:
            near.setdefault(found.story_id, found)
    return list(near.values())


def create_router(context: ChatContext) -> Router:
    """Handlers of this subject; what changes stories is for the settings' admins alone, and never in a group."""
    router = Router(name="stories")
    reads = {ONLY_READS: True}
    router.callback_query.register(open_story, OpenStory.filter(), flags=reads)
    may: Any = F.from_user.id.in_(context.settings.admins) & (F.message.chat.type == ChatType.PRIVATE)
    router.callback_query.register(choose_split, ChooseSplit.filter(), may, flags=reads)
    router.callback_query.register(open_near, OpenNear.filter(), may, flags=reads)
    router.callback_query.register(split, SplitPage.filter(), may)
    router.callback_query.register(merge, MergeStories.filter(), may)
    for data in (ChooseSplit, OpenNear, SplitPage, MergeStories):
        router.callback_query.register(not_yours, data.filter())
    return router
